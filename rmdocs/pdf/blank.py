"""Where a page is blank: what a mark would cover is seen, not reckoned.

A page is drawn and looked at, so that text, lines, pictures and pale fills all count, whatever
they are made of. What lines enclose counts as printed: an empty cell is part of its table.
Lengths are millimetres from the left upper corner of the page as a reader sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from math import ceil, floor
from operator import or_
from typing import NamedTuple

import pypdfium2
from PIL import Image

_DOTS, _CELL = 8, 4
"""Dots to a millimetre; dots along a cell of the raster in which places are searched."""
_CELLS = _DOTS // _CELL
_POINTS = 72 / 25.4
_PAPER = 250
"""What is darker than this, of 255, is printed."""
_SHORTEST = 1e-6


class PageRectangle(NamedTuple):
    """A part of a page."""

    left: float
    top: float
    right: float
    bottom: float

    def grown(self, by: float) -> PageRectangle:
        """Return the box with ``by`` millimetres around it."""
        return PageRectangle(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def moved(self, right: float, down: float) -> PageRectangle:
        """Return the box somewhere else."""
        return PageRectangle(
            self.left + right, self.top + down, self.right + right, self.bottom + down
        )


class Spot(NamedTuple):
    """A place that was found, by its left upper corner, and how far it is from the one wanted."""

    left: float
    top: float
    away: float


class PrintedPage:
    """A page, and what is printed on it."""

    def __init__(self, image: Image.Image) -> None:
        """Take a page as it is drawn, in grey.

        :param image: with 8 dots to a millimetre.
        """
        self._ink = image.point([255 if level < _PAPER else 0 for level in range(256)])
        across, up = -(-image.width // _CELL) * _CELL, -(-image.height // _CELL) * _CELL
        padded = Image.new("L", (across, up))
        padded.paste(self._ink)
        # Any dot of a cell takes the whole of it.
        coarse = padded.reduce(_CELL).point([255 if level else 0 for level in range(256)])
        self._wide, self._high = coarse.size
        self._taken = _rows(coarse)
        self._whole = (1 << self._wide) - 1
        self._outside = _reached([row ^ self._whole for row in self._taken], self._whole)
        found = self._ink.getbbox()
        self._print = None if found is None else PageRectangle(*(dot / _DOTS for dot in found))

    @classmethod
    def of(cls, page: pypdfium2.PdfPage) -> PrintedPage:
        """Return a page of an opened PDF."""
        return cls(page.render(scale=_DOTS / _POINTS, grayscale=True).to_pil().convert("L"))

    @property
    def width(self) -> float:
        """Return how wide the page is."""
        return self._ink.width / _DOTS

    @property
    def height(self) -> float:
        """Return how high the page is."""
        return self._ink.height / _DOTS

    def is_blank(self, boxes: Sequence[PageRectangle]) -> bool:
        """Return whether nothing is printed in any of the boxes, nor encloses them."""
        for box in boxes:
            left, top = (floor(side * _DOTS) for side in box[:2])
            right, bottom = (ceil(side * _DOTS) for side in box[2:])
            if left < 0 or top < 0 or right > self._ink.width or bottom > self._ink.height:
                return False
            if self._ink.crop((left, top, right, bottom)).getbbox() is not None:
                return False
            middle = 1 << (left + right) // (2 * _CELL)
            row = min((top + bottom) // (2 * _CELL), self._high - 1)
            if not self._outside[row] & middle:
                return False
        return True

    def take(self, boxes: Sequence[PageRectangle]) -> None:
        """Count boxes as printed from now on."""
        for box in boxes:
            left, top = (max(0, floor(side * _DOTS)) for side in box[:2])
            right, bottom = (ceil(side * _DOTS) for side in box[2:])
            self._ink.paste(255, (left, top, right, bottom))
            bits = _bits(left // _CELL, -(-right // _CELL)) & self._whole
            for row in range(top // _CELL, min(-(-bottom // _CELL), self._high)):
                self._taken[row] |= bits
                self._outside[row] &= ~bits

    def nearest(
        self, boxes: Sequence[PageRectangle], wanted: Spot, within: Sequence[PageRectangle]
    ) -> Spot | None:
        """Return the blank place for ``boxes`` that is nearest to the one wanted.

        :param boxes: as they stand if their left upper corner is 0, 0.
        :param within: parts of the page, of which the boxes must lie in one together.
        """
        found = [spot for part in within for spot in self._places(boxes, wanted, part)]
        return min(found, key=lambda spot: (spot.away, spot.top, spot.left), default=None)

    def margins(
        self, edge: float
    ) -> tuple[PageRectangle, PageRectangle, PageRectangle, PageRectangle]:
        """Return what lies right of all print, above, left and below it.

        :param edge: left out along the page's edges.
        """
        whole = self.inside(edge)
        left, top, right, bottom = self._print or (whole.left, whole.bottom, whole.left, 0)
        return (
            whole._replace(left=right),
            whole._replace(bottom=top),
            whole._replace(right=left),
            whole._replace(top=bottom),
        )

    def inside(self, edge: float) -> PageRectangle:
        """Return the page without ``edge`` along each side."""
        return PageRectangle(0, 0, self.width, self.height).grown(-edge)

    def _places(
        self, boxes: Sequence[PageRectangle], wanted: Spot, part: PageRectangle
    ) -> Iterator[Spot]:
        """Yield, for each height, the nearest blank place."""
        first = ceil((part.left - min(box.left for box in boxes)) * _CELLS)
        last = floor((part.right - max(box.right for box in boxes)) * _CELLS)
        highest = ceil((part.top - min(box.top for box in boxes)) * _CELLS)
        lowest = floor((part.bottom - max(box.bottom for box in boxes)) * _CELLS)
        first, highest = max(first, 0), max(highest, 0)
        allowed = _bits(first, last + 1)
        if last < first:
            return
        downs = range(highest, lowest + 1)
        blocked = [self._blocked(_Cells.of(box), downs) for box in boxes]
        start = round(wanted.left * _CELLS)
        for down, *rows in zip(downs, *blocked, strict=True):
            free = allowed & ~reduce(or_, rows)
            for left in _nearest(free, start):
                at = (left / _CELLS, down / _CELLS)
                away = ((at[0] - wanted.left) ** 2 + (at[1] - wanted.top) ** 2) ** 0.5
                yield Spot(*at, away)

    def _blocked(self, cells: _Cells, downs: range) -> list[int]:
        """Return where, by its left edge, a box would lie on print if it were moved down."""
        rows = (
            self._outside[row] ^ self._whole if 0 <= row < self._high else self._whole
            for row in range(downs.start + cells.top, downs.stop - 1 + cells.bottom)
        )
        # Rows as high as the box, and cells as wide as it, are joined by doubling.
        taken = [*rows]
        for step in _doubling(cells.bottom - cells.top):
            taken = [*map(or_, taken, taken[step:])]
        for step in _doubling(cells.wide):
            taken = [row | row >> step for row in taken]
        if cells.left < 0:
            return [row << -cells.left for row in taken]
        return [row >> cells.left for row in taken]


class _Cells(NamedTuple):
    """A box in cells, rounded outwards."""

    left: int
    top: int
    wide: int
    bottom: int

    @classmethod
    def of(cls, box: PageRectangle) -> _Cells:
        left, top = (floor(side * _CELLS + _SHORTEST) for side in box[:2])
        right, bottom = (ceil(side * _CELLS - _SHORTEST) for side in box[2:])
        return cls(left, top, right - left, bottom)


def _rows(coarse: Image.Image) -> list[int]:
    """Return a raster row by row; the lowest bit is its left cell."""
    wide, dots = coarse.width, coarse.tobytes()
    return [
        int(dots[at : at + wide][::-1].translate(_SIGNS).decode("ascii"), 2)
        for at in range(0, len(dots), wide)
    ]


_SIGNS = bytes(ord("1") if level else ord("0") for level in range(256))


def _doubling(length: int) -> Iterator[int]:
    """Yield the steps by which a run of one becomes as long as this."""
    done = 1
    while done < length:
        step = min(done, length - done)
        yield step
        done += step


def _bits(start: int, end: int) -> int:
    return (1 << max(end, start)) - (1 << start)


def _reached(free: list[int], whole: int) -> list[int]:
    """Return what can be reached from the page's edge without crossing print."""
    found = [0] * len(free)
    sides = 1 | (whole + 1) >> 1
    last = len(free) - 1
    changed = True
    while changed:
        changed = False
        for order in (range(len(free)), range(last, -1, -1)):
            for row in order:
                seed = found[row] | (whole if row in (0, last) else sides)
                seed |= found[row - 1] if row else 0
                seed |= found[row + 1] if row < last else 0
                spread = _spread(seed & free[row], free[row])
                changed |= spread != found[row]
                found[row] = spread
    return found


def _spread(seed: int, free: int) -> int:
    """Return ``seed`` with all free cells of its row that touch it, however far."""
    if seed in (0, free):
        return seed
    right, left = free, free
    step, width = 1, free.bit_length()
    while step < width:
        seed |= right & (seed << step) | left & (seed >> step)
        right &= right << step
        left &= left >> step
        step *= 2
    return seed


def _nearest(free: int, start: int) -> Iterator[int]:
    """Yield the set bits that lie next to ``start``, on either side of it."""
    above = free >> start
    if above:
        yield start + (above & -above).bit_length() - 1
    below = free & (1 << start) - 1
    if below:
        yield below.bit_length() - 1
