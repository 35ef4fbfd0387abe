"""Git objects: read, changed and written.

Every object that is read is checked against its own name. Loose objects are
read with the standard library, packed ones by gitdb, which is loaded only once
there is a pack.

A changed tree rewrites only the directories on the changed paths. What is
sealed stays: a path that is there already may not be written again, other than
the few files that change with every commit.

Objects are written so that they survive power loss. git never syncs a directory
after its rename, and by default syncs no object; here every file and every
directory is on disk before a ref may name it. Few objects are written loose,
many as one pack.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import struct
import zlib
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from rmdocs.errors import ConflictError, StoreError
from rmdocs.messages import by_command, message
from rmdocs.store.files import open_new, read_plain, sync_directory, write_synced

if TYPE_CHECKING:
    from gitdb.pack import PackEntity

FILE_MODE, TREE_MODE = "100644", "40000"
OID = re.compile(r"[0-9a-f]{40}")

MOST_KEPT = 4096
"""Trees kept in memory by one reader; the upper ones serve every path."""


class TreeEntry(NamedTuple):
    """An entry of a git tree; ``mode`` as git writes it (``40000``, ``100644``)."""

    mode: str
    name: str
    oid: str

    @property
    def is_tree(self) -> bool:
        """Return whether the entry is a directory."""
        return self.mode == TREE_MODE


def object_header(kind: str, size: int) -> bytes:
    """Return what precedes an object's content when it is named and stored."""
    return f"{kind} {size}\0".encode()


def object_name(kind: str, data: bytes) -> str:
    """Return the name git gives an object: the SHA-1 of header and content."""
    return hashlib.sha1(object_header(kind, len(data)) + data, usedforsecurity=False).hexdigest()


def parse_tree(data: bytes) -> dict[str, TreeEntry]:
    """Return the entries of a tree object by name.

    :raises StoreError: if it is malformed, or holds what no store holds: a
        link, a program, a submodule, a name twice.
    """
    entries: dict[str, TreeEntry] = {}
    at = 0
    try:
        while at < len(data):
            space = data.index(b" ", at)
            end = data.index(b"\0", space)
            mode, name = data[at:space].decode(), data[space + 1 : end].decode()
            oid = data[end + 1 : end + 21].hex()
            if mode not in (FILE_MODE, TREE_MODE) or name in entries or not OID.fullmatch(oid):
                raise StoreError(
                    message("{name!r} is not kept as a store keeps files", name=name),
                    message("restore the store from another copy"),
                )
            entries[name] = TreeEntry(mode=mode, name=name, oid=oid)
            at = end + 21
    except ValueError as problem:
        raise StoreError(
            message("a directory of the store is malformed"),
            message("restore the store from another copy"),
        ) from problem
    return entries


def format_tree(entries: Iterable[TreeEntry]) -> bytes:
    """Return the bytes of a tree object; git sorts directories as ``name/``."""
    ordered = sorted(entries, key=lambda entry: (entry.name + "/" * entry.is_tree).encode())
    return b"".join(
        f"{entry.mode} {entry.name}\0".encode() + bytes.fromhex(entry.oid) for entry in ordered
    )


class Objects(ABC):
    """Objects by their names, wherever they lie.

    ``most_kept`` is how many trees stay in memory.
    """

    def __init__(self) -> None:
        self.most_kept = MOST_KEPT
        self._trees: OrderedDict[str, dict[str, TreeEntry]] = OrderedDict()

    @contextmanager
    def keeping(self, trees: int) -> Iterator[None]:
        """Keep more trees in memory for a while."""
        before, self.most_kept = self.most_kept, trees
        try:
            yield
        finally:
            self.most_kept = before

    @abstractmethod
    def read(self, oid: str) -> tuple[str, bytes]:
        """Return an object's type (``blob``, ``tree``, ``commit``) and content.

        :raises StoreError: if it is missing, or its content is not what its name says.
        """

    def content(self, oid: str, kind: str) -> bytes:
        """Return the content of an object of a known type.

        :raises StoreError: if it is missing, damaged or of another type.
        """
        found, data = self.read(oid)
        if found != kind:
            raise unreadable(oid, missing=False)
        return data

    def tree(self, oid: str) -> dict[str, TreeEntry]:
        """Return the entries of a tree by name; not to be changed.

        :raises StoreError: if it is missing or damaged.
        """
        known = self._trees.get(oid)
        if known is None:
            known = self._trees[oid] = parse_tree(self.content(oid, "tree"))
            while len(self._trees) > self.most_kept:
                self._trees.popitem(last=False)
        return known


class ObjectReader(Objects):
    """Reads objects of a repository on disk: loose ones, and those in packs.

    :param repository: the bare repository's directory.
    """

    def __init__(self, repository: Path) -> None:
        super().__init__()
        self._directory = repository / "objects"
        self._packs: list[PackEntity] | None = None

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return an object's type and content.

        :raises StoreError: if it is missing or damaged.
        """
        try:
            found = None
            # Where there are packs, most lies in them: one look there costs less than a file.
            # A repack may have moved the object, and dropped packs known here.
            if self._packs:
                with suppress(OSError, ValueError):
                    found = self._packed(oid, anew=False)
            found = found or self._loose(oid) or self._packed(oid, anew=True)
        except (OSError, zlib.error, ValueError, struct.error) as problem:
            raise unreadable(oid, missing=False) from problem
        if found is None or object_name(*found) != oid:
            raise unreadable(oid, missing=found is None)
        return found

    def close(self) -> None:
        """Close the packs that are open; what is read later opens them again."""
        for pack in self._packs or ():
            pack.close()
        self._packs = None

    def _loose(self, oid: str) -> tuple[str, bytes] | None:
        try:
            raw = zlib.decompress(read_plain(self._directory / oid[:2] / oid[2:]))
        except FileNotFoundError:
            return None
        header, _, data = raw.partition(b"\0")
        return header.split(b" ", 1)[0].decode("ascii"), data

    def _packed(self, oid: str, *, anew: bool) -> tuple[str, bytes] | None:
        if self._packs is None or anew:
            self.close()
            self._packs = _list_packs(self._directory / "pack")
        return _read_packed(self._packs, oid) if self._packs else None


_DAMAGED = (
    zlib.error,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)
"""What gitdb meets damage with besides its own errors: whatever its arithmetic runs into, as
tried on packs and indexes of which bytes were changed or cut off."""


def _list_packs(directory: Path) -> list[PackEntity]:
    """Return the packs that are whole: a pack counts from when its index is there.

    gitdb's own list takes packs without an index for damage, and a writer may
    be between the two, or have been killed there.
    """
    indexes = [
        path
        for path in directory.glob("pack-*.idx")
        if path.is_file() and path.with_suffix(".pack").is_file()
    ]
    if not indexes:
        return []
    from gitdb.pack import PackEntity  # noqa: PLC0415 - costs 20 ms, often needless

    return [PackEntity(str(path)) for path in indexes]


def place_in_pack(repository: Path, oid: str) -> tuple[Path, int] | None:
    """Return in which pack an object lies, and at which byte it begins; None if in none."""
    found: tuple[Path, int] | None = None
    for pack in _list_packs(repository / "objects" / "pack"):
        at = pack.index().sha_to_index(bytes.fromhex(oid))
        if at is not None:
            found = Path(pack.pack().path()), pack.index().offset(at)
        pack.close()
    return found


def _read_packed(packs: list[PackEntity], oid: str) -> tuple[str, bytes] | None:
    from gitdb.exc import ODBError  # noqa: PLC0415 - loaded with the packs

    sha = bytes.fromhex(oid)
    try:
        for place, pack in enumerate(packs):
            at = pack.index().sha_to_index(sha)
            if at is not None:
                # What is read next mostly lies in the same pack.
                packs.insert(0, packs.pop(place))
                stream = pack.stream_at_index(at)
                return stream.type.decode("ascii"), stream.read()
    except (ODBError, *_DAMAGED) as problem:
        reason = "a pack is damaged"
        raise ValueError(reason) from problem
    return None


def unreadable(oid: str, *, missing: bool) -> StoreError:
    """Return what is told of an object that cannot be read."""
    remedy = by_command(
        message("have the store verified, and restored from another copy"), "rmdocs verify"
    )
    if missing:
        return StoreError(message("object {oid} is missing from the store", oid=oid), remedy)
    return StoreError(message("object {oid} of the store is damaged", oid=oid), remedy)


Changes: TypeAlias = dict[str, str | None]
"""Object name by path; None drops the path."""

_RESERVED = (".git", "git~1")
_LONGEST_NAME = 255


def is_path(path: str) -> bool:
    """Return whether a file of the store may have this path from the root.

    Every part must be a name that any file system and git itself can keep.
    """
    return bool(path) and all(map(_is_name, path.split("/")))


def rewrite(
    read: Callable[[str], bytes],
    add: Callable[[bytes], str],
    tree: str | None,
    changes: Mapping[str, str | None],
    new_only: Iterable[str] = (),
) -> str | None:
    """Return the tree after ``changes``; None if nothing is left in it.

    :param new_only: paths that must not be there yet.
    :raises ConflictError: if one of them is, or a file would take the place
        of a directory or the other way round.
    """
    fresh = set(new_only)
    entries = dict(parse_tree(read(tree))) if tree else {}
    below: dict[str, Changes] = {}
    fresh_below: dict[str, set[str]] = {}
    for path, oid in changes.items():
        name, slash, rest = path.partition("/")
        if slash:
            below.setdefault(name, {})[rest] = oid
            if path in fresh:
                fresh_below.setdefault(name, set()).add(rest)
        elif name in entries and (path in fresh or entries[name].is_tree):
            raise _taken(path)
        else:
            _put(entries, FILE_MODE, name, oid)
    for name, inner in below.items():
        known = entries.get(name)
        if known and not known.is_tree:
            raise _taken(name)
        subtree = rewrite(read, add, known.oid if known else None, inner, fresh_below.get(name, ()))
        _put(entries, TREE_MODE, name, subtree)
    return add(format_tree(entries.values())) if entries else None


def _put(entries: dict[str, TreeEntry], mode: str, name: str, oid: str | None) -> None:
    if oid is None:
        entries.pop(name, None)
    else:
        entries[name] = TreeEntry(mode=mode, name=name, oid=oid)


def _taken(path: str) -> ConflictError:
    return ConflictError(
        message("{path} is in the store already and stays as it is", path=path),
        message("choose another path; what is sealed is never replaced"),
    )


def _is_name(name: str) -> bool:
    return (
        name.isprintable()
        and bool(name)
        and not name.startswith(".")
        and not name.endswith((" ", ".", ".lock"))
        and not set(name) & set('\\:*?"<>|')
        and name.lower() not in _RESERVED
        and len(name.encode()) <= _LONGEST_NAME
    )


MOST_LOOSE = 48
"""Beyond this many objects one pack costs less than syncing each file."""

_FAST = 1
"""Compression level, as git's own for loose objects; a repack does better."""


class NewObjects(ABC):
    """New objects, collected to be kept together."""

    def __init__(self) -> None:
        self._pending: dict[str, tuple[str, bytes]] = {}

    def add(self, kind: str, data: bytes) -> str:
        """Take an object; return its name."""
        oid = object_name(kind, data)
        self._pending[oid] = (kind, data)
        return oid

    def pending(self, oid: str) -> bytes | None:
        """Return the content of an object that is not kept yet."""
        found = self._pending.get(oid)
        return found[1] if found else None

    @abstractmethod
    def flush(self) -> None:
        """Keep all collected objects."""


class ObjectWriter(NewObjects):
    """Collects new objects, then puts them on disk together.

    An object is written even if it is there already: who wrote it may have
    been killed before it was on disk, or it may be damaged.

    :param repository: the bare repository's directory.
    :param scratch: a directory on the same disk, the caller's alone.
    """

    def __init__(self, repository: Path, scratch: Path) -> None:
        super().__init__()
        self._objects = repository / "objects"
        self._scratch = scratch

    def flush(self, *, packed: bool | None = None) -> None:
        """Put all collected objects on disk, directories included.

        :param packed: as one pack, or each loose; by their number where it is None.
        """
        if len(self._pending) > MOST_LOOSE if packed is None else packed:
            self._write_pack()
        else:
            self._write_loose()
        self._pending.clear()

    def _write_loose(self) -> None:
        files = [open_new(self._scratch / oid) for oid in self._pending]
        try:
            for file, (kind, data) in zip(files, self._pending.values(), strict=True):
                file.write(zlib.compress(object_header(kind, len(data)) + data, _FAST))
                file.flush()
            # All written before the first sync: one journal commit serves many.
            for file in files:
                os.fsync(file.fileno())
        finally:
            for file in files:
                file.close()
        directories = {oid[:2] for oid in self._pending}
        for name in directories:
            (self._objects / name).mkdir(exist_ok=True)
        for oid in self._pending:
            (self._scratch / oid).replace(self._objects / oid[:2] / oid[2:])
        # Always the parent too: another writer may have made a directory just now.
        for name in (*sorted(directories), "."):
            sync_directory(self._objects / name)

    def _write_pack(self) -> None:
        from gitdb import OStream  # noqa: PLC0415 - costs 20 ms, needed by batches only
        from gitdb.pack import PackEntity  # noqa: PLC0415 - loaded only where used

        streams = (
            OStream(bytes.fromhex(oid), kind.encode(), len(data), io.BytesIO(data))
            for oid, (kind, data) in self._pending.items()
        )
        pack, index = io.BytesIO(), io.BytesIO()
        packed, _ = PackEntity.write_pack(
            streams, pack.write, index.write, len(self._pending), zlib_compression=_FAST
        )
        directory = self._objects / "pack"
        directory.mkdir(exist_ok=True)
        # The index makes a pack visible, so it comes last.
        for suffix, content in (("pack", pack), ("idx", index)):
            partial = self._scratch / f"{packed.hex()}.{suffix}"
            write_synced(partial, content.getvalue())
            partial.replace(directory / f"pack-{packed.hex()}.{suffix}")
        sync_directory(directory)
        sync_directory(self._objects)
