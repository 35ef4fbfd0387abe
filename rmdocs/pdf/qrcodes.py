"""QR codes that carry data, large, on the lower part of a page.

Three in a row, as wide as the page allows, each with its number below it: a scanner that sees
200 dots an inch has four of them and more for each module. What is on the page stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from math import ceil

import segno
from pypdf import PdfWriter

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message
from rmdocs.pdf.blank import PageRectangle, PrintedPage
from rmdocs.pdf.codes import MILLIMETRE
from rmdocs.pdf.marks import runs
from rmdocs.pdf.overlay import Drawing, DrawnText, Font, OverlayWriter, Upright, decimal, opened
from rmdocs.pdf.pdfium import drawable

_ACROSS = 3
_MARGIN, _FOOT, _GAP = 20.0, 22.0, 7.0
"""Millimetres left free at the sides and at the foot of the page, and between two codes."""
_SIZE = 7.0
"""Size of the number below a code, in points."""


def with_squares(pdf: bytes, payloads: Sequence[bytes], name: str) -> bytes:
    """Return a PDF of one page with a QR code for each payload, as bytes, at level M.

    :param name: what a person calls the PDF.
    :raises FindingsError: if it cannot be read, has several pages, or is not blank there.
    :raises segno.DataOverflowError: if a payload has more than 2,331 bytes.
    """
    writer = PdfWriter(clone_from=opened(pdf, name))
    sheet = Upright.of(writer.pages[0])
    drawings, boxes = [], []
    for at, (left, top, side) in enumerate(_places(len(payloads), sheet)):
        drawings.append(_square(at, payloads, (left, top, side), sheet))
        boxes.append(PageRectangle(left, top, left + side, top + side + _GAP / 2))
    with drawable(pdf) as seen:
        if len(seen) != 1 or not PrintedPage.of(seen[0]).is_blank(boxes):
            text = message("the page has no room for {count} codes", count=len(payloads))
            remedy = message("hand out the proof as a file instead")
            raise FindingsError((error("MARK-ROOM", name, text, remedy),))
    font = Font.of(text.text for one in drawings for text in one.texts)
    OverlayWriter(writer, font).put(sheet, drawings, name)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _places(count: int, sheet: Upright) -> Iterator[tuple[float, float, float]]:
    """Yield left, top and side of each code, in millimetres from the page's left upper corner."""
    wide, high = sheet.width / MILLIMETRE, sheet.height / MILLIMETRE
    side = (wide - 2 * _MARGIN - (_ACROSS - 1) * _GAP) / _ACROSS
    begin = high - _FOOT - ceil(count / _ACROSS) * (side + _GAP)
    for at in range(count):
        down, across = divmod(at, _ACROSS)
        yield _MARGIN + across * (side + _GAP), begin + down * (side + _GAP), side


def _square(
    at: int, payloads: Sequence[bytes], place: tuple[float, float, float], sheet: Upright
) -> Drawing:
    left, top, side = (length * MILLIMETRE for length in place)
    made = segno.make(payloads[at], error="m", mode="byte", micro=False, boost_error=False)
    rows = tuple(map(bytes, made.matrix))
    module, base = side / len(rows), sheet.height - top - side
    scale = f"{decimal(module)} 0 0 {decimal(module)} {decimal(left)} {decimal(base)} cm"
    label = DrawnText(
        text=f"{at + 1}/{len(payloads)}",
        size=_SIZE,
        right=left + side,
        base=base - _SIZE - 1,
    )
    return Drawing(
        name=f"/RmdocsData{at}", paths=f"q {scale} 0 g {' '.join(runs(rows))} f Q", texts=(label,)
    )
