"""Git objects: read through gitdb, written so that they survive power loss.

git never syncs a directory after its rename, and by default syncs no object;
here every file and every directory is on disk before a ref may name it. Few
objects are written loose, many as one pack.
"""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gitdb import GitDB, OStream
from gitdb.exc import BadObject, ODBError
from gitdb.pack import PackEntity

from rmdocs.errors import StoreError
from rmdocs.messages import message

_MOST_LOOSE = 48
"""Beyond this many objects one pack costs less than syncing each file."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """An entry of a git tree; ``mode`` as git writes it (``40000``, ``100644``)."""

    mode: str
    name: str
    oid: str

    @property
    def is_tree(self) -> bool:
        """Return whether the entry is a directory."""
        return self.mode == "40000"


def parse_tree(data: bytes) -> dict[str, TreeEntry]:
    """Return the entries of a tree object by name."""
    entries: dict[str, TreeEntry] = {}
    at = 0
    while at < len(data):
        space = data.index(b" ", at)
        end = data.index(b"\0", space)
        name = data[space + 1 : end].decode()
        oid = data[end + 1 : end + 21].hex()
        entries[name] = TreeEntry(data[at:space].decode(), name, oid)
        at = end + 21
    return entries


def format_tree(entries: Iterable[TreeEntry]) -> bytes:
    """Return the bytes of a tree object; git sorts directories as ``name/``."""
    ordered = sorted(entries, key=lambda entry: (entry.name + "/" * entry.is_tree).encode())
    return b"".join(
        f"{entry.mode} {entry.name}\0".encode() + bytes.fromhex(entry.oid) for entry in ordered
    )


def sync_directory(path: Path) -> None:
    """Put a directory's names on disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, data: bytes, mode: int = 0o444) -> None:
    """Write a new file and put its content on disk.

    :raises FileExistsError: if there is one already.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


class ObjectReader:
    """Reads objects of a repository; content by object name."""

    def __init__(self, repository: Path) -> None:
        self._directory = repository / "objects"
        self._database = GitDB(str(self._directory))

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return an object's type and content.

        :raises StoreError: if it is missing or damaged.
        """
        name = bytes.fromhex(oid)
        try:
            try:
                stream = self._database.stream(name)
            except BadObject:
                # Another process may have written a pack since this one looked.
                self._database = GitDB(str(self._directory))
                stream = self._database.stream(name)
            return stream.type.decode(), stream.read()
        except (ODBError, OSError, zlib.error, ValueError) as problem:
            raise StoreError(
                message("object {oid} is missing from the store or damaged", oid=oid),
                message("run: rmdocs verify; restore the store from another copy"),
            ) from problem

    def tree(self, oid: str) -> dict[str, TreeEntry]:
        """Return the entries of a tree."""
        return parse_tree(self.read(oid)[1])


class ObjectWriter:
    """Collects new objects, then puts them on disk together.

    :param scratch: a directory on the same disk, the caller's alone.
    """

    def __init__(self, repository: Path, scratch: Path) -> None:
        self._objects = repository / "objects"
        self._scratch = scratch
        self._pending: dict[str, tuple[str, bytes]] = {}

    def add(self, kind: str, data: bytes) -> str:
        """Take an object; return its name."""
        oid = hashlib.sha1(_header(kind, data) + data, usedforsecurity=False).hexdigest()
        self._pending[oid] = (kind, data)
        return oid

    def pending(self, oid: str) -> bytes | None:
        """Return the content of an object that is not on disk yet."""
        found = self._pending.get(oid)
        return found[1] if found else None

    def flush(self) -> None:
        """Put all collected objects on disk, directories included."""
        if len(self._pending) > _MOST_LOOSE:
            self._write_pack()
        else:
            self._write_loose()
        self._pending.clear()

    def _write_loose(self) -> None:
        touched: set[Path] = set()
        for oid, (kind, data) in self._pending.items():
            target = self._objects / oid[:2] / oid[2:]
            if not target.parent.is_dir():
                target.parent.mkdir(exist_ok=True)
                touched.add(self._objects)
            partial = self._scratch / oid
            write_synced(partial, zlib.compress(_header(kind, data) + data, 1))
            partial.replace(target)
            touched.add(target.parent)
        for directory in touched:
            sync_directory(directory)

    def _write_pack(self) -> None:
        streams = [
            OStream(bytes.fromhex(oid), kind.encode(), len(data), io.BytesIO(data))
            for oid, (kind, data) in self._pending.items()
        ]
        pack, index = io.BytesIO(), io.BytesIO()
        packed, _ = PackEntity.write_pack(
            iter(streams), pack.write, index.write, len(streams), zlib_compression=1
        )
        directory = self._objects / "pack"
        directory.mkdir(exist_ok=True)
        # The index makes a pack visible, so it comes last.
        for suffix, content in (("pack", pack), ("idx", index)):
            partial = self._scratch / f"{packed.hex()}.{suffix}"
            write_synced(partial, content.getvalue())
            partial.replace(directory / f"pack-{packed.hex()}.{suffix}")
        sync_directory(directory)


def _header(kind: str, data: bytes) -> bytes:
    return f"{kind} {len(data)}\0".encode()
