"""Git objects, written so that they survive power loss.

git never syncs a directory after its rename, and by default syncs no object;
here every file and every directory is on disk before a ref may name it. Few
objects are written loose, many as one pack.
"""

from __future__ import annotations

import io
import os
import zlib
from abc import ABC, abstractmethod
from pathlib import Path

from rmdocs.store.files import open_new, sync_directory, write_synced
from rmdocs.store.objects import object_header, object_name

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

    def flush(self) -> None:
        """Put all collected objects on disk, directories included."""
        if len(self._pending) > MOST_LOOSE:
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
