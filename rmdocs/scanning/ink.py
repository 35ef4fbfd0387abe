"""Ink that was put on a sheet after it was printed: what is on the scan and not on the page.

The sheet is laid over the page by the code both bear, then closer by their
print, and what is dark on the sheet alone is measured. Whose ink it is, and
whether it is a signature, cannot be told; that there is next to none can. Where
a document is signed is not known here: areas are asked for in millimetres.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from rmdocs.classes import dataclass
from rmdocs.pdf.pdfium import drawable
from rmdocs.scanning.detection import Corners, corners, corners_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmdocs.pdf.codes import PageCode
    from rmdocs.scanning.frames import Frames

EDGE = 8.0
"""Millimetres at the edges of a page that say nothing: shadows, torn corners."""

_INCH, _UNIT = 25.4, 72
_DPI, _SHRUNK = 200, 2
"""Of sheet and page as they are drawn, and how much smaller they are compared."""
_DOT = _INCH * _SHRUNK / _DPI
"""Millimetres of a dot where they are compared."""
_CELL, _LIGHT, _AROUND = 4, 5, 9
"""The paper's brightness: of squares of so many dots the lightest of some, the middle of more."""
_INK, _PRINT = 60, 40
"""By how much ink on a sheet, and print on a drawn page, is darker than the paper, of 255."""
_NEAR = 1.3
"""Millimetres around print within which ink may be the print itself, laid a little off."""
_HALF = 128
_COARSE, _SOFT = 3, 1.2
"""How much smaller sheet and page are while one is laid on the other; how soft, in dots."""
_STEPS = (2.0, 1.0, 0.5, 0.25)
"""Millimetres by which the far end of the page is moved while it is laid on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageArea:
    """A part of a page, in millimetres from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class AddedInk:
    """What a sheet shows that its page does not.

    :param ink: black where there is none, white where there is, of the page's size.
    """

    ink: Image.Image

    def within(self, area: PageArea) -> float:
        """Return the square millimetres of ink in an area, without the edges of the page."""
        width, height = (side * _DOT for side in self.ink.size)
        left, top = (round(max(side, EDGE) / _DOT) for side in (area.left, area.top))
        right = round(min(area.right, width - EDGE) / _DOT)
        bottom = round(min(area.bottom, height - EDGE) / _DOT)
        if left >= right or top >= bottom:
            return 0.0
        return _count(self.ink.crop((left, top, right, bottom))) * _DOT**2


def added(frames: Frames, index: int, pdf: bytes, code: PageCode) -> AddedInk | None:
    """Return the ink on a sheet that is not on the page it was printed from.

    :param index: of the sheet in its file, from 0.
    :param pdf: that it was printed from.
    :param code: that both bear: of the page, or of a slip on it. What stands
        above the code of a slip is on another sheet.
    :returns: None if the code is not found on both.
    :raises TroubleError: if the sheet is not read.
    """
    with drawable(pdf) as document:
        drawn = document[code.page - 1].render(scale=_DPI / _UNIT).to_pil().convert("RGB")
    on_page, on_sheet = corners(drawn, code), corners_on(frames, index, code)
    if on_page is None or on_sheet is None:
        return None
    printed = _dark(drawn.reduce(_SHRUNK), _PRINT)
    above = min(corner.imag for corner in on_page) * printed.width if code.slip else 0
    ImageDraw.Draw(printed).rectangle((0, 0, printed.width, above), fill=0)
    shown = _dark(frames.draw(index, _DPI, colour=True).reduce(_SHRUNK), _INK)
    laid = _closer(_laid(on_page, on_sheet, printed.width, shown.width), printed, shown)
    ink = ImageChops.subtract(laid.drawn(shown, printed.size), _widened(printed))
    ImageDraw.Draw(ink).rectangle((0, 0, ink.width, above), fill=0)
    ImageDraw.Draw(ink).polygon([_pair(corner * ink.width) for corner in _around(on_page)], fill=0)
    return AddedInk(ink)


def _dark(image: Image.Image, by: int) -> Image.Image:
    """Return white where a picture is darker than the paper there, in any colour."""
    red, green, blue = image.split()
    level = ImageChops.darker(ImageChops.darker(red, green), blue)
    cells = level.reduce(_CELL)
    paper = cells.filter(ImageFilter.MaxFilter(_LIGHT)).filter(ImageFilter.MedianFilter(_AROUND))
    paper = paper.resize(level.size, Image.Resampling.BILINEAR)
    dark = ImageChops.subtract(paper, level)
    return dark.point([255 if step >= by else 0 for step in range(256)])


def _widened(printed: Image.Image) -> Image.Image:
    """Return print with all that is near it."""
    soft = printed.filter(ImageFilter.BoxBlur(_NEAR / _DOT))
    return soft.point([255 if step else 0 for step in range(256)])


def _count(ink: Image.Image) -> int:
    return ink.histogram()[255]


def _around(symbol: Corners) -> list[complex]:
    """Return the corners of a symbol with some room around it."""
    middle = sum(symbol) / len(symbol)
    return [middle + (corner - middle) * 1.3 for corner in symbol]


def _pair(point: complex) -> tuple[float, float]:
    return point.real, point.imag


@dataclass(frozen=True, slots=True, kw_only=True)
class _Laid:
    """How a page lies on a sheet: its code on the sheet's, in dots.

    :param here: the code's middle on the page; ``there`` on the sheet.
    :param turn: radians; ``wide`` and ``long``: dots on the sheet for each on the page.
    """

    here: complex
    there: complex
    turn: float
    wide: float
    long: float

    def coefficients(self) -> tuple[float, ...]:
        """Return what takes a point of the page to the sheet, as Pillow wants it."""
        cosine, sine = math.cos(self.turn), math.sin(self.turn)
        a, b, d, e = cosine * self.wide, -sine * self.long, sine * self.wide, cosine * self.long
        x, y = self.here.real, self.here.imag
        return a, b, self.there.real - a * x - b * y, d, e, self.there.imag - d * x - e * y

    def smaller(self, times: float) -> _Laid:
        """Return the same for pictures with fewer dots."""
        return replace(self, here=self.here / times, there=self.there / times)

    def drawn(self, shown: Image.Image, size: tuple[int, int]) -> Image.Image:
        """Return the sheet as it lies on the page, black and white."""
        return self.soft(shown, size).point([255 if step >= _HALF else 0 for step in range(256)])

    def soft(self, shown: Image.Image, size: tuple[int, int]) -> Image.Image:
        """Return the sheet as it lies on the page."""
        return shown.transform(
            size, Image.Transform.AFFINE, self.coefficients(), Image.Resampling.BILINEAR
        )


def _laid(on_page: Corners, on_sheet: Corners, page: int, sheet: int) -> _Laid:
    """Return how a page lies by its code: turned and stretched alike in both directions."""
    here = [corner * page for corner in on_page]
    there = [corner * sheet for corner in on_sheet]
    p, q = sum(here) / len(here), sum(there) / len(there)
    over = sum((one - p).conjugate() * (other - q) for one, other in zip(here, there, strict=True))
    factor = over / sum(abs(one - p) ** 2 for one in here)
    return _Laid(
        here=p,
        there=q,
        turn=math.atan2(factor.imag, factor.real),
        wide=abs(factor),
        long=abs(factor),
    )


def _closer(laid: _Laid, printed: Image.Image, shown: Image.Image) -> _Laid:
    """Return how the page lies by its print, which reaches farther than its code."""
    soft = ImageFilter.GaussianBlur(_SOFT)
    page = printed.reduce(_COARSE).filter(soft)
    sheet = shown.reduce(_COARSE)
    laid, far = laid.smaller(_COARSE), max(page.size)

    def agreement(one: _Laid) -> float:
        return ImageStat.Stat(ImageChops.multiply(page, one.soft(sheet, page.size))).sum[0]

    best = agreement(laid)
    for step in (millimetres / _DOT / _COARSE for millimetres in _STEPS):
        moved = True
        while moved:
            moved = False
            for one in _moves(laid, step, far):
                if (found := agreement(one)) > best:
                    laid, best, moved = one, found, True
    return laid.smaller(1 / _COARSE)


def _moves(laid: _Laid, step: float, far: float) -> Iterator[_Laid]:
    """Yield the page moved a little: at its far end by ``step``, at its code by less."""
    for way in (step, -step):
        yield replace(laid, turn=laid.turn + way / far)
        yield replace(laid, wide=laid.wide * (1 + way / far))
        yield replace(laid, long=laid.long * (1 + way / far))
        yield replace(laid, there=laid.there + way / 4)
        yield replace(laid, there=laid.there + way / 4 * 1j)
