"""Packs: many git objects in one file, read (gitformat-pack(5)); ``spool`` writes them.

What is read here is not compared with its name yet: a pack can be damaged or made up, and
whoever asks for an object compares (:class:`rmdocs.store.objects.ObjectReader`). Whatever is
wrong with a pack is told as :class:`ValueError` or :class:`OSError`, nothing else; no more is
inflated than an object says that it holds.
"""

from __future__ import annotations

import mmap
import os
import stat
import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_KINDS = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
CODES = {kind: code for code, kind in _KINDS.items()}
_FROM_OFFSET, _FROM_NAME = 6, 7
"""What an object is instead that is kept as its difference from another."""

_NAME = 20
_PACK_HEADER, _FAN = 12, 256 * 4
INDEX_MAGIC = b"\xfftOc\x00\x00\x00\x02"
FAR = 1 << 31
"""Set in a place that is looked up in the index's table of far ones."""

MOST_BYTES = 16 << 20
"""Content that one pack keeps in memory: the next object often differs little from the last."""

_NO_COUNT = 0x10000
"""How many bytes are copied where the instruction gives no count."""

_COPIES = tuple(
    tuple(
        tuple(8 * byte for byte in range(most) if given >> byte & 1)
        for given, most in ((code, 4), (code >> 4, 3))
    )
    for code in range(128)
)
"""By what an instruction to copy shifts the bytes behind it, to say from where and how many."""

_SMALL = 128 << 10
"""Bytes up to which a file is read whole: a store may have more packs than a process may files."""

_LEAST = b"\x78\x01"
"""How zlib begins what it deflates at its lowest level (RFC 1950 §2.2)."""

_FEW = 256
"""Objects of a pack up to which their names are kept in memory: an act has a dozen, and there may
be a hundred of such packs, each of which would be searched for every object."""

_OFTEN, _MOST_NAMES = 8, 1 << 18
"""Once an eighth of a pack's names was asked for, all are kept in memory, unless there are more."""

_DEEPEST = 4096
"""More differences upon each other than git ever makes (``--depth`` is at most 4095)."""


class PackedObject(NamedTuple):
    """An object as a pack holds it: type (``blob``, ``tree``, ``commit``, ``tag``) and content."""

    kind: str
    data: bytes


class Pack:
    """A pack and its index; opened when first asked.

    :param index: the index's file, ``pack-….idx``; the pack lies beside it.
    """

    def __init__(self, index: Path) -> None:
        self.path = index.with_suffix(".pack")
        self._index = _opened(index)
        try:
            self._read_layout()
        except (ValueError, struct.error) as problem:
            _close(self._index)
            raise _damaged() from problem
        self._pack: mmap.mmap | bytes | None = None
        self._kept: OrderedDict[int, PackedObject] = OrderedDict()
        self._bytes = 0
        self._asked = 0
        self._by_name: dict[bytes, int] | None = None

    def _read_layout(self) -> None:
        """Find the index's tables: of the second version, or of the first, without magic."""
        second = self._index[: len(INDEX_MAGIC)] == INDEX_MAGIC
        fan = len(INDEX_MAGIC) if second else 0
        self._fan = struct.unpack_from(">256I", self._index, fan)
        self.count = self._fan[-1]
        after = fan + _FAN
        self._names, self._step = (after, _NAME) if second else (after + 4, _NAME + 4)
        self._places = after + self.count * (_NAME + 4) if second else 0
        least = after + self.count * (_NAME + (8 if second else 4)) + 2 * _NAME
        if len(self._index) < least or list(self._fan) != sorted(self._fan):
            raise _damaged()

    def close(self) -> None:
        """Close both files."""
        _close(self._index)
        _close(self._pack)
        self._pack = None

    def names(self) -> Iterator[bytes]:
        """Yield the names of its objects, 20 bytes each, in order."""
        for at in range(self._names, self._names + self.count * self._step, self._step):
            yield self._index[at : at + _NAME]

    def place(self, name: bytes) -> int | None:
        """Return at which byte of the pack an object begins; None if it is not there.

        :param name: its 20 bytes.
        """
        if self._by_name is not None:
            return self._by_name.get(name)
        self._asked += 1
        if self._asked * _OFTEN > self.count and self.count <= _MOST_NAMES:
            self._by_name = dict(self.places())
        low = self._fan[name[0] - 1] if name[0] else 0
        high = self._fan[name[0]]
        index, names, step = self._index, self._names, self._step
        while low < high:
            middle = (low + high) // 2
            at = names + middle * step
            found = index[at : at + _NAME]
            if found == name:
                return self._place(middle)
            if found < name:
                low = middle + 1
            else:
                high = middle
        return None

    def _place(self, number: int) -> int:
        if not self._places:
            return int.from_bytes(self._index[(at := self._names + number * self._step) - 4 : at])
        place = int.from_bytes(self._index[(at := self._places + number * 4) : at + 4])
        if place < FAR:
            return place
        at = self._places + self.count * 4 + (place - FAR) * 8
        return int.from_bytes(self._index[at : at + 8])

    def read(self, place: int) -> PackedObject:
        """Return the object that begins at a byte of the pack.

        :raises ValueError: if it is damaged.
        :raises OSError: if the pack is not there any more.
        """
        differences: list[tuple[int, bytes]] = []
        try:
            while (found := self._kept.get(place)) is None:
                code, data, base = self._stored(place)
                if base is None:
                    found = PackedObject(_KINDS[code], data)
                    self._keep(place, found)
                    break
                differences.append((place, data))
                place = base
                if len(differences) > _DEEPEST:
                    raise _damaged()
            else:
                self._kept.move_to_end(place)
            for at, difference in reversed(differences):
                found = PackedObject(found.kind, applied(difference, found.data))
                self._keep(at, found)
        except (IndexError, KeyError, OverflowError, MemoryError, zlib.error) as problem:
            raise _damaged() from problem
        return found

    def places(self) -> Iterator[tuple[bytes, int]]:
        """Yield the names of its objects, 20 bytes each, in order, and where each begins."""
        return zip(self.names(), map(self._place, range(self.count)), strict=True)

    def in_order(self) -> list[bytes]:
        """Return the names of its objects, 20 bytes each, in the order in which they lie."""
        places = map(self._place, range(self.count))
        return [name for _, name in sorted(zip(places, self.names(), strict=True))]

    @property
    def is_quick(self) -> bool:
        """Return whether it was written for speed: its first object is deflated the least.

        :raises OSError: if the pack is not there any more.
        :raises ValueError: if it breaks off.
        """
        try:
            _, _, _, at = self._header(_PACK_HEADER)
            return self.count > 0 and self._content()[at : at + 2] == _LEAST
        except IndexError as problem:
            raise _damaged() from problem

    def _keep(self, place: int, found: PackedObject) -> None:
        """Keep what was read, and drop what was not asked for longest."""
        self._kept[place] = found
        self._bytes += len(found.data)
        while self._bytes > MOST_BYTES:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped.data)

    def _content(self) -> mmap.mmap | bytes:
        if self._pack is None:
            self._pack = _opened(self.path)
        return self._pack

    def _stored(self, at: int) -> tuple[int, bytes, int | None]:
        """Return an object's code, what it inflates to, and where what it differs from begins."""
        code, size, base, at = self._header(at)
        return code, self._inflated(self._content(), at, size), base

    def _header(self, at: int) -> tuple[int, int, int | None, int]:
        """Return an object's code and size, where what it differs from begins, and its data."""
        pack, begin = self._content(), at
        byte = pack[at]
        code, size, shift = (byte >> 4) & 7, byte & 15, 4
        while byte & 128:
            at += 1
            byte = pack[at]
            size |= (byte & 127) << shift
            shift += 7
        at += 1
        base: int | None = None
        if code == _FROM_OFFSET:
            byte = pack[at]
            back = byte & 127
            while byte & 128:
                at += 1
                byte = pack[at]
                back = ((back + 1) << 7) | (byte & 127)
            at += 1
            base = begin - back
            if base < _PACK_HEADER or back <= 0:
                raise _damaged()
        elif code == _FROM_NAME:
            base = self.place(pack[at : at + _NAME])
            at += _NAME
            if base is None:
                raise _damaged()
        return code, size, base, at

    def _inflated(self, pack: mmap.mmap | bytes, at: int, size: int) -> bytes:
        inflating = zlib.decompressobj()
        # As much as so many bytes can take; the loop is for whoever packed them worse.
        step = size + (size >> 10) + 64
        data = inflating.decompress(pack[at : at + step], size + 1)
        while not inflating.eof and len(data) <= size:
            at += step
            fed = inflating.unconsumed_tail + pack[at : at + step]
            if not fed:
                break
            data += inflating.decompress(fed, size + 1 - len(data))
        if len(data) != size or not inflating.eof:
            raise _damaged()
        return data


def applied(difference: bytes, base: bytes) -> bytes:
    """Return what a base becomes by a difference (the instructions of gitformat-pack(5)).

    :raises ValueError: if the difference is not of this base, or is damaged.
    :raises IndexError: if it breaks off.
    """
    of, at = _size(difference, 0)
    size, at = _size(difference, at)
    if of != len(base):
        raise _damaged()
    parts: list[bytes] = []
    end, length = len(difference), 0
    while at < end:
        code = difference[at]
        at += 1
        if code & 128:
            of_begin, of_count = _COPIES[code & 127]
            begin = count = 0
            for shift in of_begin:
                begin |= difference[at] << shift
                at += 1
            for shift in of_count:
                count |= difference[at] << shift
                at += 1
            count = count or _NO_COUNT
            part = base[begin : begin + count]
        elif code:
            count = code
            part = difference[at : at + code]
            at += code
        else:
            raise _damaged()
        length += count
        if len(part) != count or length > size:
            raise _damaged()
        parts.append(part)
    if length != size:
        raise _damaged()
    return b"".join(parts)


def _size(data: bytes, at: int) -> tuple[int, int]:
    """Return a size, seven bits a byte, and where it ends."""
    size = shift = 0
    while True:
        byte = data[at]
        at += 1
        size |= (byte & 127) << shift
        if not byte & 128:
            return size, at
        shift += 7


def _opened(path: Path) -> mmap.mmap | bytes:
    # Never waited for, should somebody have laid a pipe there.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise _damaged()
        if found.st_size <= _SMALL:
            return file.read(_SMALL)
        return mmap.mmap(handle, 0, prot=mmap.PROT_READ)


def _close(opened: mmap.mmap | bytes | None) -> None:
    if isinstance(opened, mmap.mmap):
        opened.close()


def _damaged() -> ValueError:
    return ValueError("a pack is damaged")


class Packs:
    """The packs of a repository that are whole: a pack counts from when its index is there.

    :param directory: ``objects/pack``; it need not be there.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[str, Pack] | None = None
        self._large: list[Pack] = []
        self._in_small: dict[bytes, tuple[tuple[Pack, int], ...]] = {}
        self.problem: Exception | None = None
        """What was wrong with an index when it was last looked."""

    def close(self) -> None:
        """Close those that are open; what is asked later opens them again."""
        for pack in (self._known or {}).values():
            pack.close()
        self._known, self._large, self._in_small = None, [], {}

    def copies(self, name: bytes) -> Iterator[tuple[Pack, int]]:
        """Yield where an object lies, the pack and at which byte, in the packs known by now."""
        if self._known is None:
            self.look_again()
        yield from self._in_small.get(name, ())
        for pack in tuple(self._large):
            place = pack.place(name)
            if place is not None:
                if pack is not self._large[0]:
                    # What is read next mostly lies in the same pack.
                    self._large.remove(pack)
                    self._large.insert(0, pack)
                yield pack, place

    def look_again(self) -> bool:
        """Find packs that were added, drop those that are gone; return whether any was added."""
        known = self._known if self._known is not None else {}
        self._known, self.problem = known, None
        there = _pack_names(self._directory)
        self._drop([known.pop(gone) for gone in known.keys() - there])
        added = False
        for name in sorted(there - known.keys()):
            try:
                pack = Pack((self._directory / name).with_suffix(".idx"))
            except FileNotFoundError:
                continue  # a writer is between the two, or was killed there
            except (OSError, ValueError) as problem:
                self.problem = problem
                continue
            known[name] = pack
            self._add(pack)
            added = True
        return added

    def _add(self, pack: Pack) -> None:
        if pack.count > _FEW:
            self._large.append(pack)
            return
        for name, place in pack.places():
            self._in_small[name] = (*self._in_small.get(name, ()), (pack, place))

    def _drop(self, gone: Sequence[Pack]) -> None:
        for pack in gone:
            pack.close()
        self._large = [pack for pack in self._large if pack not in gone]
        if any(pack.count <= _FEW for pack in gone):
            found = (
                (name, tuple(one for one in copies if one[0] not in gone))
                for name, copies in self._in_small.items()
            )
            self._in_small = {name: copies for name, copies in found if copies}


def _pack_names(directory: Path) -> set[str]:
    try:
        return {one.name for one in directory.iterdir() if one.suffix == ".pack"}
    except (FileNotFoundError, NotADirectoryError):
        return set()
