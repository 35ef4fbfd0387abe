"""Finding the codes on one page: first where they are printed, then everywhere, then harder.

Where a known code stands is found in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageStat

from rmdocs.classes import dataclass
from rmdocs.identifiers import or_none
from rmdocs.pdf.codes import OLD_PREFIX, PREFIX, PageCode
from rmdocs.scanning.frames import Frames, PageTroubleError
from rmdocs.scanning.pile import Trouble

_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
_DPI, _FINE = 200, 300
_PROOF = b"rmdocs-proof/1 "
_CORNER = (0.62, 0.0, 1.0, 0.24)
"""Left, top, right and bottom of where codes are printed, with room for a skewed sheet."""
_SMOOTH, _SHARES = 1 / 4000, (0.35, 0.45, 0.25, 0.55)
"""Radius that evens out noise, of a page's height; where black is told from the inks of seals."""
_FULL, _RIGHT_ANGLE = 360, 90
_COARSE = 4
"""A page is looked at with a quarter of its dots to see whether it is blank."""
_FAINT, _DARK = 0.0004, 60
"""Share of dots that are darker than the paper, and by how much, on a blank page at most."""
_PALE = 25
"""The same of a page so clean that no code can be on it, however pale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectedCodes:
    """What was found on a page; see :class:`~rmdocs.scanning.pile.ScannedSheet`."""

    codes: tuple[PageCode, ...] = ()
    turn: int = 0
    trouble: Trouble | None = None
    blank: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Symbol:
    """A symbol: its code, or None where it is one of ours that cannot be read."""

    code: PageCode | None
    turn: int


def detect(frames: Frames, index: int) -> DetectedCodes:
    """Return what is on one page of an opened file.

    The whole page is searched even if the corner shows a code: two sheets that
    went through the machine together must not pass for one.
    """
    try:
        image = frames.draw(index, _DPI)
        found = [*_symbols(_corner(image)), *_symbols(image)]
        if not found and _is_blank(image, _PALE):
            # The backs of a pile are many, and looking harder takes long.
            return DetectedCodes(blank=True)
        if not any(seen.code for seen in found):
            found += _harder(frames, index)
    except PageTroubleError as problem:
        return DetectedCodes(trouble=problem.trouble)
    codes = {seen.code: seen.turn for seen in found if seen.code}
    if codes:
        turns = set(codes.values())
        return DetectedCodes(codes=tuple(sorted(codes)), turn=turns.pop() if len(turns) == 1 else 0)
    if found or _has_remains(image):
        return DetectedCodes(trouble=Trouble.CODE)
    return DetectedCodes(blank=_is_blank(image, _DARK))


def proof_parts(frames: Frames, index: int) -> list[bytes]:
    """Return the parts of proofs that are on one page, each once; see ``audit.proofslips``.

    :raises PageTroubleError: if the page is not read.
    """
    found: dict[bytes, None] = {}
    for attempt in _attempts_at_parts(frames, index):
        for one in zxingcpp.read_barcodes(attempt, formats=_QR, try_invert=False):
            if one.bytes.startswith(_PROOF):
                found[bytes(one.bytes)] = None
        if len(found) == max((_count(part) for part in found), default=-1):
            break
    return [*found]


def _attempts_at_parts(frames: Frames, index: int) -> Iterator[Image.Image]:
    yield frames.draw(index, _DPI)
    yield frames.draw(index, _FINE)
    yield from _attempts(frames, index)


def _count(part: bytes) -> int:
    """Return how many parts there are, as a part says."""
    said = part.removeprefix(_PROOF).partition(b" ")[0].rpartition(b"/")[2]
    return int(said) if said.isdigit() else 0


Corners = tuple[complex, ...]
"""Corners of a symbol, its own upper left first, then clockwise; the unit is the page's width."""


def corners(image: Image.Image, code: PageCode) -> Corners | None:
    """Return where a code stands on a picture of a page; None if it is not found."""
    wanted = code.encode()
    for one in zxingcpp.read_barcodes(image, formats=_QR, try_invert=False):
        if one.text == wanted:
            at = one.position
            points = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
            return tuple(complex(point.x, point.y) / image.width for point in points)
    return None


def corners_on(frames: Frames, index: int, code: PageCode) -> Corners | None:
    """Return where a code stands on one page of an opened file, as hard as it is to see.

    :raises TroubleError: if the page is not read.
    """
    found = corners(frames.draw(index, _DPI), code)
    looked = (corners(attempt, code) for attempt in _attempts(frames, index))
    return found or next((one for one in looked if one is not None), None)


def _harder(frames: Frames, index: int) -> list[_Symbol]:
    """Return what is found under red light, smoothed, with more dots and less of pale inks."""
    for attempt in _attempts(frames, index):
        found = _symbols(attempt)
        if any(seen.code for seen in found):
            return found
    return []


def _attempts(frames: Frames, index: int) -> Iterator[Image.Image]:
    # Under red light the ink of seals is next to invisible.
    red = frames.draw(index, _FINE, colour=True).getchannel("R")
    yield red
    smooth = red.filter(ImageFilter.GaussianBlur(max(red.size) * _SMOOTH))
    for picture in (red, smooth):
        for share in _SHARES:
            yield _only_dark(picture, share)
    yield smooth


def _only_dark(image: Image.Image, share: float) -> Image.Image:
    """Return black and white: white is all that is paler than ``share`` of the paper.

    In a grey scan the ink of a seal is paler than that of a code.
    """
    border = share * ImageStat.Stat(image).median[0]
    return image.point([255 if level > border else 0 for level in range(256)])


def _symbols(image: Image.Image) -> list[_Symbol]:
    """Return the symbols that are ours; others, on an invoice, say, do not concern us."""
    found = zxingcpp.read_barcodes(image, formats=_QR, try_invert=False)
    return [
        _Symbol(code=or_none(PageCode.decode, one.text), turn=_upright(one.orientation))
        for one in found
        if one.text.startswith((PREFIX, OLD_PREFIX))
    ]


def _upright(orientation: int) -> int:
    """Return the degrees clockwise that set a symbol upright."""
    return -round(orientation / _RIGHT_ANGLE) * _RIGHT_ANGLE % _FULL


def _corner(image: Image.Image) -> Image.Image:
    width, height = image.size
    left, top, right, bottom = _CORNER
    return image.crop(
        (int(width * left), int(height * top), int(width * right), int(height * bottom))
    )


def _has_remains(image: Image.Image) -> bool:
    """Return whether there is a symbol that cannot be read."""
    found = zxingcpp.read_barcodes(image, formats=_QR, return_errors=True, try_invert=False)
    return any(not one.valid for one in found)


def _is_blank(image: Image.Image, darker: int) -> bool:
    """Return whether next to nothing is darker than the paper by ``darker``, of 255."""
    coarse = image.reduce(_COARSE) if min(image.size) > _COARSE else image
    paper = ImageStat.Stat(coarse).median[0]
    dark = sum(coarse.histogram()[: max(0, int(paper) - darker)])
    return dark <= _FAINT * coarse.width * coarse.height
