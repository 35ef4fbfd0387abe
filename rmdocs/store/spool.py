"""A pack that is being written: where nobody sees it, until it is whole (gitformat-pack(5)).

What is sealed in one act may be much more than fits into memory, so each object goes to disk as
it comes; what was not finished goes with the lock, also a killed writer's (``refs``).
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import accumulate
from pathlib import Path

from rmdocs.classes import dataclass
from rmdocs.store.files import sync_directory, write_synced
from rmdocs.store.packs import CODES, FAR, INDEX_MAGIC

DROPPING = "superseded"
"""The file of a scratch directory that names packs being dropped, after one that holds theirs."""

FAST = 1
"""Compression level, as git's own for loose objects; a repack does better."""

_HEADER = struct.Struct(">4sII")
_FAN = 256
_SHA1 = 20
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Deflated:
    """An object as it lies in a pack, but for the header.

    :param size: of its content, in bytes. :param data: its content, deflated.
    """

    oid: str
    kind: str
    size: int
    data: bytes


class PackSpool:
    """A pack that grows on disk.

    :param scratch: a directory on the disk of the repository, the caller's alone.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._path = scratch / "spool.pack"
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
        self._file = os.fdopen(handle, "w+b")
        self._file.write(_HEADER.pack(b"PACK", 2, 0))
        self._end = _HEADER.size
        self._rows: dict[bytes, tuple[int, int]] = {}

    def __contains__(self, oid: str) -> bool:
        return bytes.fromhex(oid) in self._rows

    def add(self, one: Deflated) -> None:
        """Take an object, unless it is there."""
        if one.oid in self:
            return
        data = _object_header(CODES[one.kind], one.size) + one.data
        self._file.write(data)
        self._rows[bytes.fromhex(one.oid)] = self._end, zlib.crc32(data)
        self._end += len(data)

    def read(self, oid: str) -> bytes | None:
        """Return the content of an object that was taken."""
        row = self._rows.get(bytes.fromhex(oid))
        if row is None:
            return None
        self._file.seek(row[0])
        while self._file.read(1)[0] & 128:
            pass
        inflater = zlib.decompressobj()
        content = b"".join(iter(lambda: inflater.decompress(self._file.read(_PIECE)), b""))
        self._file.seek(self._end)
        return content

    def finish(self, directory: Path) -> None:
        """Put the pack on disk where git looks for packs: all of it is there, or nothing.

        :param directory: ``objects/pack``, made if it is not there.
        """
        self._file.seek(0)
        self._file.write(_HEADER.pack(b"PACK", 2, len(self._rows)))
        self._file.seek(0)
        whole = hashlib.sha1(usedforsecurity=False)
        for piece in iter(lambda: self._file.read(_PIECE), b""):
            whole.update(piece)
        self._file.write(whole.digest())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        index = self._scratch / "spool.idx"
        write_synced(index, _index(self._rows, whole.digest()))
        place(self._path, index, directory)

    def drop(self) -> None:
        """Leave nothing of it, where it was not finished."""
        with suppress(OSError):  # a full disk, which was told when it was met
            self._file.close()
        self._path.unlink(missing_ok=True)


def place(pack: Path, index: Path, directory: Path) -> str:
    """Move a pack to where git looks for packs; return its name there, without a suffix.

    :param pack: on disk by now. :param index: likewise, on its own in its directory.
    :param directory: ``objects/pack``, made if it is not there.
    """
    name = _named_by(index)
    directory.mkdir(exist_ok=True)
    # The index makes a pack visible, so it comes last; until then it tells what is on its way.
    for path in (pack, index):
        path.replace(directory / f"{name}{path.suffix}")
    sync_directory(directory)
    return name


def on_the_way(scratch: Path) -> Iterator[str]:
    """Yield the names of packs that may be placed without the index, which still lies here."""
    try:
        indexes = [*scratch.glob("*.idx")]
    except OSError:  # who wrote there let go just now
        return
    for index in indexes:
        with suppress(OSError):  # it went just now, or holds nothing yet
            yield _named_by(index)


def drop_halves(scratch: Path, directory: Path) -> None:
    """Drop packs that were placed without their index, by somebody who was killed then."""
    for name in on_the_way(scratch):
        if not (directory / f"{name}.idx").exists():
            (directory / f"{name}.pack").unlink(missing_ok=True)


def _named_by(index: Path) -> str:
    """Return the name of the pack to which an index belongs: it ends with the pack's SHA-1."""
    with index.open("rb") as file:
        file.seek(-2 * _SHA1, os.SEEK_END)
        return f"pack-{file.read(_SHA1).hex()}"


def _object_header(code: int, size: int) -> bytes:
    """Return what precedes an object in a pack: its type and size, seven bits a byte."""
    first, size = code << 4 | size & 15, size >> 4
    header = bytearray()
    while size:
        header.append(first | 128)
        first, size = size & 127, size >> 7
    header.append(first)
    return bytes(header)


def _index(rows: dict[bytes, tuple[int, int]], pack: bytes) -> bytes:
    """Return the index of a pack, version 2.

    :param rows: where each object begins, and its CRC-32, by its name. :param pack: its SHA-1.
    """
    names = sorted(rows)
    counts = [0] * _FAN
    for name in names:
        counts[name[0]] += 1
    places = [rows[name][0] for name in names]
    far = [place for place in places if place >= FAR]
    content = b"".join(
        (
            INDEX_MAGIC,
            struct.pack(f">{_FAN}I", *accumulate(counts)),
            *names,
            struct.pack(f">{len(names)}I", *(rows[name][1] for name in names)),
            struct.pack(f">{len(names)}I", *_near(places)),
            struct.pack(f">{len(far)}Q", *far),
            pack,
        )
    )
    return content + hashlib.sha1(content, usedforsecurity=False).digest()


def _near(places: list[int]) -> Iterator[int]:
    """Yield the places in the first table: one that is far is its number in the second."""
    far = 0
    for place in places:
        yield place if place < FAR else FAR + far
        far += place >= FAR
