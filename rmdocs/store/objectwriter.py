"""Git objects, written so that they survive power loss.

git never syncs a directory after its rename, and by default syncs no object; here every file
and every directory is on disk before a ref may name it. What an act writes is one pack, which
takes a dozen syncs where a file for each object takes forty; loose are single objects, and all
where packs are so many that nobody seems to put them together.
"""

from __future__ import annotations

import os
import zlib
from abc import ABC, abstractmethod
from pathlib import Path

from rmdocs.store.files import open_new, sync_directory
from rmdocs.store.objects import object_header, object_name
from rmdocs.store.spool import FAST, Deflated, PackSpool

MOST_LOOSE = 48
"""Objects that lie in memory, and that may be written loose."""

MOST_PACKS = 100
"""Packs from which on few objects are written loose: each is asked by whoever reads."""


class NewObjects(ABC):
    """New objects, collected to be kept together."""

    def __init__(self) -> None:
        self._pending: dict[str, tuple[str, bytes]] = {}

    def add(self, kind: str, data: bytes) -> str:
        """Take an object; return its name."""
        oid = object_name(kind, data)
        self._pending[oid] = (kind, data)
        return oid

    def take(self, one: Deflated) -> None:
        """Take an object that was named and deflated already."""
        self._pending[one.oid] = (one.kind, zlib.decompress(one.data))

    def pending(self, oid: str) -> bytes | None:
        """Return the content of an object that is not kept yet."""
        found = self._pending.get(oid)
        return found[1] if found else None

    @abstractmethod
    def flush(self) -> None:
        """Keep all collected objects."""

    def drop(self) -> None:
        """Leave nothing of what was collected and not kept."""
        self._pending.clear()


def deflated(kind: str, data: bytes) -> Deflated:
    """Return an object as it lies in a pack: for who names and deflates it elsewhere."""
    oid = object_name(kind, data)
    return Deflated(oid=oid, kind=kind, size=len(data), data=zlib.compress(data, FAST))


def inflated(one: Deflated) -> bytes | None:
    """Return the content of an object that was deflated elsewhere; None if it is not what it says.

    No more than it says is inflated.
    """
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(one.data, one.size + 1)
    except zlib.error:
        return None
    whole = inflater.eof and not inflater.unused_data and len(data) == one.size
    return data if whole and object_name(one.kind, data) == one.oid else None


class ObjectWriter(NewObjects):
    """Collects new objects, then puts them on disk together, as one pack.

    Many are spooled, out of sight, so that no more than a few lie in memory. An object is written
    even if it is there already: who wrote it may have been killed before it was on disk, or it
    may be damaged.

    :param repository: the bare repository's directory.
    :param scratch: a directory on the same disk, the caller's alone.
    """

    def __init__(self, repository: Path, scratch: Path) -> None:
        super().__init__()
        self._objects = repository / "objects"
        self._scratch = scratch
        self._spool: PackSpool | None = None

    def add(self, kind: str, data: bytes) -> str:
        """Take an object; return its name."""
        oid = super().add(kind, data)
        self._spool_many()
        return oid

    def take(self, one: Deflated) -> None:
        """Take an object that was named and deflated already."""
        if self._spool is not None:
            self._spool.add(one)
            return
        super().take(one)
        self._spool_many()

    def pending(self, oid: str) -> bytes | None:
        """Return the content of an object that is not kept yet."""
        found = super().pending(oid)
        return self._spool.read(oid) if found is None and self._spool is not None else found

    def flush(self, *, packed: bool = False) -> None:
        """Put all collected objects on disk, directories included.

        :param packed: as one pack whatever lies there.
        """
        if packed or self._is_one_pack():
            self._spool_all()
        if self._spool is None:
            self._write_loose()
        else:
            self._spool.finish(self._objects / "pack")
            self._spool = None
            sync_directory(self._objects)
        self._pending.clear()

    def drop(self) -> None:
        """Leave nothing of what was collected and not kept."""
        super().drop()
        if self._spool is not None:
            self._spool.drop()
            self._spool = None

    def _is_one_pack(self) -> bool:
        """Return whether few objects are rather one pack than loose."""
        packs = self._objects / "pack"
        there = sum(one.suffix == ".pack" for one in packs.iterdir()) if packs.is_dir() else 0
        return len(self._pending) > 1 and there < MOST_PACKS

    def _spool_many(self) -> None:
        if self._spool is not None or len(self._pending) > MOST_LOOSE:
            self._spool_all()

    def _spool_all(self) -> None:
        self._spool = self._spool or PackSpool(self._scratch)
        for oid, (kind, data) in self._pending.items():
            content = zlib.compress(data, FAST)
            self._spool.add(Deflated(oid=oid, kind=kind, size=len(data), data=content))
        self._pending.clear()

    def _write_loose(self) -> None:
        files = [open_new(self._scratch / oid) for oid in self._pending]
        try:
            for file, (kind, data) in zip(files, self._pending.values(), strict=True):
                file.write(zlib.compress(object_header(kind, len(data)) + data, FAST))
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
