"""Drawings over the pages of a PDF as a reader sees them: paths, and small print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    StreamObject,
)

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.pdf.overlay import Overlay, decimal, shapes_of
from rmdocs.pdf.signs import Font, stream, width

BLEND = "/RmdocsBlend"
"""Names the state in which what lies under a drawing stays as dark as it is."""
_RIGHT_ANGLE, _TURNS = 90, 4


@dataclass(frozen=True, slots=True)
class Text:
    """Small print that ends at ``right``; turned, it begins there and goes up."""

    text: str
    size: float
    right: float
    base: float
    turned: bool = False

    def drawn(self, font: Font) -> str:
        """Return the operators that print it."""
        if self.turned:
            at = f"0 1 -1 0 {decimal(self.right)} {decimal(self.base)} Tm"
        else:
            left = self.right - width(self.text, self.size)
            at = f"{decimal(left)} {decimal(self.base)} Td"
        return f"BT /Signs {decimal(self.size)} Tf {at} {font.encoded(self.text)} Tj ET"


@dataclass(frozen=True, slots=True)
class Drawing:
    """What one kind of mark draws on one page: paths first, then text.

    :param blended: whether what lies under it stays as dark as it is.
    """

    name: str
    paths: str
    texts: tuple[Text, ...] = ()
    blended: bool = False


@dataclass(frozen=True, slots=True)
class Upright:
    """A page as a reader sees it: upright, cropped, its lower left corner at 0, 0.

    :param matrix: from there to the page's own coordinates.
    """

    page: PageObject
    width: float
    height: float
    matrix: tuple[float, ...]

    @classmethod
    def of(cls, page: PageObject) -> Upright:
        """Return a page with its box and turn taken into account."""
        box = page.cropbox
        x, y, across, up = (float(v) for v in (box.left, box.bottom, box.width, box.height))
        turn = page.rotation // _RIGHT_ANGLE % _TURNS
        matrix = (
            (1, 0, 0, 1, x, y),
            (0, 1, -1, 0, x + across, y),
            (-1, 0, 0, -1, x + across, y + up),
            (0, -1, 1, 0, x, y + up),
        )[turn]
        return cls(page, *((up, across) if turn % 2 else (across, up)), matrix)


class Press:
    """Puts drawings on the pages of one PDF."""

    def __init__(self, writer: PdfWriter, font: Font) -> None:
        self._letters = font
        self._font = font.added(writer) if font.signs else None
        self._overlay = Overlay(writer)

    def put(self, sheet: Upright, drawings: Sequence[Drawing], name: str) -> None:
        """Draw over a page what is meant for it."""
        if any(drawing.name in shapes_of(sheet.page) for drawing in drawings):
            raise FindingsError((_marked_already(name),))
        shapes = {
            drawing.name: self._overlay.added(self._shape(sheet, drawing)) for drawing in drawings
        }
        matrix = " ".join(map(decimal, sheet.matrix))
        calls = " ".join(f"{drawing.name} Do" for drawing in drawings)
        self._overlay.draw(sheet.page, shapes, f"/Artifact BMC q {matrix} cm {calls} Q EMC")

    def _shape(self, sheet: Upright, drawing: Drawing) -> StreamObject:
        texts = " ".join(text.drawn(self._letters) for text in drawing.texts)
        shape = stream(f"{drawing.paths} 0 g {texts}" if texts else drawing.paths)
        shape[NameObject("/Type")] = NameObject("/XObject")
        shape[NameObject("/Subtype")] = NameObject("/Form")
        box = (0, 0, sheet.width, sheet.height)
        shape[NameObject("/BBox")] = ArrayObject(FloatObject(value) for value in box)
        fonts = DictionaryObject({NameObject("/Signs"): self._font} if texts else {})
        resources = DictionaryObject({NameObject("/Font"): fonts})
        if drawing.blended:
            blend = DictionaryObject({NameObject("/BM"): NameObject("/Multiply")})
            states = DictionaryObject({NameObject(BLEND): blend})
            resources[NameObject("/ExtGState")] = states
        shape[NameObject("/Resources")] = resources
        return shape


def _marked_already(name: str) -> Finding:
    return error(
        "MARK-TWICE",
        name,
        message("the PDF bears such a mark already"),
        message("mark the PDF as the engine made it"),
    )
