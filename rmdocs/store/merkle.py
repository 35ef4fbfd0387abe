"""RFC 6962 Merkle tree over C2SP tlog tiles: append, root, proofs, their checks.

A tile holds up to 256 hashes of one level; the last of a level is partial and
is named by its width (c2sp.org/tlog-tiles). Only tiles at the right edge are
read and written when leaves are appended.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import reduce

HASH_SIZE = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadTile = Callable[[str], bytes | None]
"""Returns a tile by its path, or None where there is none."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962 §2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Return the path of a tile, such as ``tile/0/x001/234.p/7``."""
    groups = [f"{index % 1000:03d}"]
    rest = index // 1000
    while rest:
        groups.insert(0, f"x{rest % 1000:03d}")
        rest //= 1000
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{partial}"


class MerkleTree:
    """A tree of known size, read through its tiles.

    :param size: number of leaves.
    :param read: gives a tile by path; asked only for tiles that must exist.
    """

    def __init__(self, size: int, read: ReadTile) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}

    @classmethod
    def empty(cls) -> MerkleTree:
        """Return a tree without leaves, to be filled in memory."""
        return cls(0, lambda _path: None)

    @classmethod
    def of(cls, leaves: Sequence[bytes]) -> MerkleTree:
        """Return the tree of ``leaves``, given as leaf hashes."""
        tree = cls.empty()
        tree.append(leaves)
        return tree

    def append(self, leaves: Sequence[bytes]) -> dict[str, bytes | None]:
        """Append leaf hashes; return the tiles to write, and as None those to drop."""
        before = self.size
        changed: dict[str, bytes | None] = {}
        added = list(leaves)
        level = 0
        while added:
            added = self._extend(level, before >> (TILE_HEIGHT * level), added, changed)
            level += 1
        self.size = before + len(leaves)
        return changed

    def root(self) -> bytes:
        """Return the root hash."""
        return self.root_at(self.size)

    def root_at(self, size: int) -> bytes:
        """Return the root hash the tree had when it was smaller.

        :raises ValueError: if it never had that size.
        """
        if not 0 <= size <= self.size:
            reason = f"size {size} of {self.size}"
            raise ValueError(reason)
        return self._hash(0, size) if size else EMPTY_ROOT

    def inclusion_proof(self, index: int, size: int | None = None, start: int = 0) -> list[bytes]:
        """Return the audit path of a leaf (RFC 6962 §2.1.1).

        :param size: in the tree as it was when it had so many leaves; as it is if None.
        :param start: in the part of it that begins at this leaf, see :func:`ending_start`.
        :raises ValueError: if there was no such leaf.
        """
        end = self.size if size is None else size
        if not 0 <= start <= index < end <= self.size:
            reason = f"leaf {index} of {end} of {self.size}"
            raise ValueError(reason)
        path: list[bytes] = []
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._hash(middle, end))
                end = middle
            else:
                path.append(self._hash(start, middle))
                start = middle
        return path[::-1]

    def consistency_proof(self, old: int) -> list[bytes]:
        """Return the proof that the tree of ``old`` leaves is a prefix (RFC 6962 §2.1.2).

        :raises ValueError: if ``old`` is larger than the tree.
        """
        if not 0 <= old <= self.size:
            reason = f"size {old} of {self.size}"
            raise ValueError(reason)
        if old in (0, self.size):
            return []
        path: list[bytes] = []
        start, end, whole = 0, self.size, True
        while end - start > 1 and old != end:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(self._hash(middle, end))
                end = middle
            else:
                path.append(self._hash(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._hash(start, end))
        return path[::-1]

    def _extend(
        self, level: int, count: int, added: list[bytes], changed: dict[str, bytes | None]
    ) -> list[bytes]:
        """Append to one level; return the hashes its newly full tiles add above."""
        above: list[bytes] = []
        index, width = divmod(count, TILE_WIDTH)
        data = self._tile(level, index, width) if width else b""
        if width:
            changed[tile_path(level, index, width)] = None
        while added:
            room = TILE_WIDTH - len(data) // HASH_SIZE
            data += b"".join(added[:room])
            added = added[room:]
            self._tiles[(level, index)] = data
            changed[tile_path(level, index, len(data) // HASH_SIZE)] = data
            if len(data) == TILE_WIDTH * HASH_SIZE:
                above.append(_fold(data))
                index, data = index + 1, b""
        return above

    def _hash(self, start: int, end: int) -> bytes:
        count = end - start
        if count & (count - 1) == 0:
            return self.inner(start, count.bit_length() - 1)
        middle = start + _split(count)
        return node_hash(self._hash(start, middle), self._hash(middle, end))

    def inner(self, start: int, height: int) -> bytes:
        """Return the hash of the aligned perfect subtree of 2^height leaves at ``start``.

        :raises MissingTileError: if it cannot be read.
        """
        level, inner = divmod(height, TILE_HEIGHT)
        first = start >> (TILE_HEIGHT * level)
        index, offset = divmod(first, TILE_WIDTH)
        width = min((self.size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH, TILE_WIDTH)
        data = self._tile(level, index, width)
        return _fold(data[offset * HASH_SIZE : (offset + (1 << inner)) * HASH_SIZE])

    def _tile(self, level: int, index: int, width: int) -> bytes:
        known = self._tiles.get((level, index))
        if known is None:
            path = tile_path(level, index, width)
            known = self._read(path)
            if known is None or len(known) != width * HASH_SIZE:
                raise MissingTileError(path)
            self._tiles[(level, index)] = known
        return known


class Frontier:
    """The right edge of a growing tree: gives each root in turn, but no proofs."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    @classmethod
    def of(cls, tree: MerkleTree) -> Frontier:
        """Return the right edge of a tree as it stands.

        :raises MissingTileError: if it cannot be read.
        """
        edge, start = cls(), 0
        for height in range(tree.size.bit_length() - 1, -1, -1):
            if tree.size >> height & 1:
                peak = tree.inner(start, height)
                edge._peaks.append((height, peak))
                start += 1 << height
        edge.size = tree.size
        return edge

    def append(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        height, peak = 0, leaf
        while self._peaks and self._peaks[-1][0] == height:
            peak = node_hash(self._peaks.pop()[1], peak)
            height += 1
        self._peaks.append((height, peak))
        self.size += 1

    def root(self) -> bytes:
        """Return the root hash."""
        if not self._peaks:
            return EMPTY_ROOT
        return reduce(lambda right, left: node_hash(left, right), self._hashes())

    def _hashes(self) -> list[bytes]:
        return [peak for _, peak in reversed(self._peaks)]


class MissingTileError(LookupError):
    """A tile that must exist does not, or has the wrong width."""


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Return whether ``proof`` shows leaf hash ``leaf`` at ``index`` (RFC 9162 §2.1.3.2)."""
    return root_by(leaf, index, size, proof) == root


def root_by(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that a leaf's path leads to; None if it is no path of that leaf."""
    if not 0 <= index < size:
        return None
    number, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if number & 1 or number == last:
            found = node_hash(sibling, found)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        number >>= 1
        last >>= 1
    return found if last == 0 else None


def path_length(index: int, size: int) -> int:
    """Return how many hashes the audit path of a leaf has."""
    number, last, count = index, size - 1, 0
    while last > 0:
        count += bool(number & 1) or number < last
        number, last = number >> 1, last >> 1
    return count


def ending_start(index: int, size: int) -> int:
    """Return where the part of a tree begins that holds its last leaf and is a leaf's sibling.

    On a leaf's path it is the last of its right siblings; all before are whole. A leaf that
    is the last one has none: its own place is returned.
    """
    if index == size - 1:
        return index
    level = (index ^ (size - 1)).bit_length() - 1
    return ((index >> level) + 1) << level


def earlier_root(  # noqa: PLR0913 - both trees, and a path
    leaf: bytes,
    index: int,
    size: int,
    proof: Sequence[bytes],
    *,
    earlier: int,
    ending: bytes,
) -> bytes:
    """Return the root that a tree had at an earlier size, by a leaf's path at a later one.

    The left siblings of a leaf are the same in both trees, and so are right ones that were
    whole; one was cut by the end of the earlier tree, and is told.

    :param proof: the path at ``size``, of the length that it must have.
    :param ending: the hash of the leaves from :func:`ending_start` to the end of the earlier
        tree; of the leaf itself if it was the last one.
    :raises ValueError: if the leaf is not in both trees, or the later is the smaller.
    """
    if not 0 <= index < earlier <= size:
        reason = f"leaf {index} at {earlier} of {size}"
        raise ValueError(reason)
    siblings, found, start = iter(proof), leaf, ending_start(index, earlier)
    for level in range((earlier - 1).bit_length()):
        number = index >> level
        right, wide = (number + 1) << level, 1 << level
        sibling = next(siblings) if number & 1 or number < (size - 1) >> level else b""
        if number & 1:
            found = node_hash(sibling, found)
        elif right == start:
            found = node_hash(found, ending)
        elif right + wide <= earlier:
            found = node_hash(found, sibling)
    return found


def verify_consistency(
    old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Return whether ``proof`` shows the old tree as a prefix (RFC 9162 §2.1.4.2)."""
    if old > size or (old == 0 and proof):
        return False
    if old in (0, size):
        return not proof and old_root == (root if old else EMPTY_ROOT)
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    number, last = old - 1, size - 1
    while number & 1:
        number >>= 1
        last >>= 1
    former = latter = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            former, latter = node_hash(sibling, former), node_hash(sibling, latter)
            while not number & 1 and number:
                number >>= 1
                last >>= 1
        else:
            latter = node_hash(latter, sibling)
        number >>= 1
        last >>= 1
    return last == 0 and former == old_root and latter == root


def _split(count: int) -> int:
    """Return the largest power of two smaller than ``count``."""
    return 1 << (count - 1).bit_length() - 1


def _fold(data: bytes) -> bytes:
    hashes = [data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)]
    while len(hashes) > 1:
        hashes = [reduce(node_hash, hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
    return hashes[0]
