"""Marks on the pages of a PDF: page codes, stamps across the page, copy and page numbers.

Everything is drawn as paths or as text in a font that goes with it, black,
grey and the red of a void; a stamp darkens what it crosses and covers nothing.
Both are allowed in PDF/A-2 and 3: such a file stays one. The content of a page
is not rewritten; marks are drawn over it. The same PDF and marks give the same
bytes. Lengths are points unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from itertools import groupby

import segno
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
from rmdocs.pdf.codes import DocumentCode, PageCode
from rmdocs.pdf.opening import opened, require_unsigned
from rmdocs.pdf.overlay import Overlay, decimal, shapes_of
from rmdocs.pdf.signs import Font, alphabet, stream, width

MILLIMETRE = 72 / 25.4
CODE_SIDE = 15.0
"""Side of a page's code in millimetres, without the white around it."""

_QUIET, _BESIDE = 0.8, 3
"""Modules of white painted around a code, and free between it and the print beside it."""
_SMALL, _PITCH = 4.5, 5.3
"""Size and line pitch of the print beside a code."""
_NUMBERS, _BOX = 7.0, 12.0
"""Size of page and copy numbers; height of the box around a copy number."""
_CODES = ("/RmdocsCode", "/RmdocsSlip")
"""What the names of codes on a page begin with."""
_EDGE = 12.0
"""Left free at the page's edge, where printers do not print."""
_SHARE, _STROKE = 0.8, 0.012
"""How much of the diagonal a stamp takes, and how thick its lines are, of its height."""
_RIGHT_ANGLE, _TURNS = 90, 4


class Stamp(StrEnum):
    """A word across every page."""

    COPY = "复制件"
    VOID = "作废"
    DRAFT = "草稿"
    PREVIEW = "预览"


_BLEND = "/RmdocsBlend"
_GREY, _RED = "0.62 G 0.88 g", "0.78 0.05 0.05 RG 1 0.87 0.85 rg"
"""What a stamp is outlined with, and filled with."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the code stands: from the page's right and upper edge, in millimetres.

    The default is empty on the built-in forms: beside the title, right of the
    text; far from the left edge, where sheets are bound, and from the foot and the
    middle of the right edge, where seals go. It lies between two lines of text, and
    so far from the edge that a sheet may lie askew by 3° on a scanner's glass.
    """

    right: float = 7.5
    top: float = 14.35
    high: bool = False
    """Whether the print beside the code begins at its head, not at its foot."""


@dataclass(frozen=True, slots=True)
class SlipCode:
    """A code for a slip: a part that is torn off and comes back by itself.

    :param slip: which slip of the form it is, from 1.
    :param page: that it stands on, from 1.
    """

    slip: int
    page: int
    place: Place


@dataclass(frozen=True, slots=True)
class Marks:
    """What to draw on every page of a PDF.

    :param code: of the document; each page bears its own place in it.
    :param slips: the codes of its slips, beside those of the pages.
    :param stamp: a word across the page.
    :param control: number of a controlled copy (受控号).
    :param numbered: whether to print 第 x 页 共 y 页 at the foot; for documents
        that print no page numbers of their own, as all built-in forms do.
    :param place: where the code stands.
    """

    code: DocumentCode | None = None
    stamp: Stamp | None = None
    control: str = ""
    numbered: bool = False
    place: Place = field(default_factory=Place)
    slips: tuple[SlipCode, ...] = ()


@dataclass(frozen=True, slots=True)
class _Text:
    """Small print that ends at ``right``."""

    text: str
    size: float
    right: float
    base: float

    def drawn(self, font: Font) -> str:
        left = self.right - width(self.text, self.size)
        at = f"{decimal(left)} {decimal(self.base)} Td"
        return f"BT /Signs {decimal(self.size)} Tf {at} {font.encoded(self.text)} Tj ET"


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What one kind of mark draws on one page: paths first, then text.

    :param blended: whether what lies under it stays as dark as it is.
    """

    name: str
    paths: str
    texts: tuple[_Text, ...] = ()
    blended: bool = False


def mark(pdf: bytes, marks: Marks, name: str = "PDF") -> bytes:
    """Return ``pdf`` with marks on every page; with none asked for, as it was.

    A stamp by itself takes the codes off the pages: a copy, signed on paper and
    scanned, must not pass for the document.

    :param name: what a person calls the PDF.
    :raises FindingsError: if it cannot be read, bears such a mark already, or a
        copy number has signs that marks cannot print.
    :raises ControlError: if it is signed or has signature fields: marks that
        come later go on a separate copy.
    """
    reader = opened(pdf, name)
    require_unsigned(reader)
    unknown = sorted(set(marks.control) - set(alphabet().printed))
    if unknown:
        text = message("marks cannot print {signs}", signs="".join(unknown))
        raise FindingsError((error("MARK-SIGN", name, text),))
    if marks == Marks(place=marks.place):
        return pdf
    writer = PdfWriter(clone_from=reader)
    writer.pdf_header = reader.pdf_header  # what the file claims to be depends on it
    sheets = [_Sheet.of(page) for page in writer.pages]
    pages = [tuple(_drawings(marks, sheet, at, len(sheets))) for at, sheet in enumerate(sheets, 1)]
    font = Font.of(text.text for page in pages for one in page for text in one.texts)
    if marks.stamp and not marks.code:
        _take_codes_off(writer)
    press = _Press(writer, font)
    for sheet, drawings in zip(sheets, pages, strict=True):
        press.put(sheet, drawings, name)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _take_codes_off(writer: PdfWriter) -> None:
    for page in writer.pages:
        for name, shape in shapes_of(page).items():
            drawn = shape.get_object()
            if name.startswith(_CODES) and isinstance(drawn, StreamObject):
                drawn.set_data(b"")


def _drawings(marks: Marks, sheet: _Sheet, page: int, pages: int) -> Iterator[_Drawing]:
    if marks.stamp:
        yield _stamp(marks.stamp, sheet)
    if marks.code:
        yield _code(_CODES[0], marks.code.on(page, pages), marks.place, sheet)
        for one in (slip for slip in marks.slips if slip.page == page):
            name, code = f"{_CODES[1]}{one.slip}", marks.code.on(page, pages, one.slip)
            yield _code(name, code, one.place, sheet)
    if marks.control:
        yield _control(marks.control, sheet)
    if marks.numbered:
        said = f"第 {page} 页 共 {pages} 页"
        right = (sheet.width + width(said, _NUMBERS)) / 2
        yield _Drawing("/RmdocsNumber", "", (_Text(said, _NUMBERS, right, _EDGE + 2),))


def _code(name: str, code: PageCode, place: Place, sheet: _Sheet) -> _Drawing:
    """Return a code as rectangles, on white, and the same as print on its left."""
    text = code.encode()
    symbol = segno.make(text, error="q", micro=False, boost_error=False)
    rows = [bytes(row) for row in symbol.matrix]
    module = CODE_SIDE * MILLIMETRE / len(rows)
    left = sheet.width - (place.right + CODE_SIDE) * MILLIMETRE
    base = sheet.height - (place.top + CODE_SIDE) * MILLIMETRE
    around = decimal(len(rows) + 2 * _QUIET)
    white = f"1 g {-_QUIET} {-_QUIET} {around} {around} re f"
    dark = " ".join(_runs(rows))
    # One path for all of it: between paths that touch, viewers let the white shine through.
    scale = f"{decimal(module)} 0 0 {decimal(module)} {decimal(left)} {decimal(base)} cm"
    number, edition, page, digest, *rest = text.split(":")
    lines = (f"{number}:", f"{edition}:{page}:{digest}:", ":".join(rest))
    beside = left - _BESIDE * module
    foot = base + 1
    if place.high:
        foot += CODE_SIDE * MILLIMETRE - len(lines) * _PITCH
    texts = tuple(
        _Text(line, _SMALL, beside, foot + (len(lines) - down) * _PITCH)
        for down, line in enumerate(lines, 1)
    )
    return _Drawing(name, f"q {scale} {white} 0 g {dark} f Q", texts)


def _runs(rows: Sequence[bytes]) -> Iterator[str]:
    """Yield the dark modules, side by side as one rectangle; y counts from below."""
    for up, row in enumerate(reversed(rows)):
        at = 0
        for dark, run in groupby(row):
            length = len(tuple(run))
            if dark:
                yield f"{at} {up} {length} 1 re"
            at += length


def _stamp(stamp: Stamp, sheet: _Sheet) -> _Drawing:
    """Return a word from corner to corner, outlined and lightly filled.

    It multiplies with what lies under it, so that the text stays as black as it was.
    """
    signs = [alphabet().stamped[sign] for sign in stamp]
    length = sum(sign.width for sign in signs) / 1000
    diagonal = (sheet.width**2 + sheet.height**2) ** 0.5
    # A word of two signs along the diagonal would reach beyond the edges.
    size = min(diagonal * _SHARE / length, min(sheet.width, sheet.height) * 0.42)
    cosine, sine = sheet.width / diagonal, sheet.height / diagonal
    turned = (cosine, sine, -sine, cosine, sheet.width / 2, sheet.height / 2)
    scaled = (size / 1000, 0, 0, size / 1000, -length * size / 2, -size * 0.38)
    parts = [
        f"{_BLEND} gs",
        _RED if stamp is Stamp.VOID else _GREY,
        *(f"{' '.join(map(decimal, matrix))} cm" for matrix in (turned, scaled)),
        f"{decimal(_STROKE * 1000)} w",
        *(f"{sign.path} B 1 0 0 1 {sign.width} 0 cm" for sign in signs),
    ]
    return _Drawing("/RmdocsStamp", f"q {' '.join(parts)} Q", blended=True)


def _control(number: str, sheet: _Sheet) -> _Drawing:
    """Return the boxed number of a controlled copy, above the page's header."""
    said = f"受控文件 受控号：{number}"
    right = sheet.width - Place().right * MILLIMETRE
    base = sheet.height - _EDGE - _BOX
    wide = width(said, _NUMBERS) + 8
    box = f"q 0 G 0.6 w {decimal(right - wide)} {decimal(base)} {decimal(wide)} {_BOX} re S Q"
    return _Drawing("/RmdocsControl", box, (_Text(said, _NUMBERS, right - 4, base + 3.5),))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page as a reader sees it: upright, cropped, its lower left corner at 0, 0.

    :param matrix: from there to the page's own coordinates.
    """

    page: PageObject
    width: float
    height: float
    matrix: tuple[float, ...]

    @classmethod
    def of(cls, page: PageObject) -> _Sheet:
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


class _Press:
    """Puts drawings on the pages of one PDF."""

    def __init__(self, writer: PdfWriter, font: Font) -> None:
        self._letters = font
        self._font = font.added(writer) if font.signs else None
        self._overlay = Overlay(writer)

    def put(self, sheet: _Sheet, drawings: Sequence[_Drawing], name: str) -> None:
        """Draw over a page what is meant for it."""
        if any(drawing.name in shapes_of(sheet.page) for drawing in drawings):
            raise FindingsError((_marked_already(name),))
        shapes = {
            drawing.name: self._overlay.added(self._shape(sheet, drawing)) for drawing in drawings
        }
        matrix = " ".join(map(decimal, sheet.matrix))
        calls = " ".join(f"{drawing.name} Do" for drawing in drawings)
        self._overlay.draw(sheet.page, shapes, f"/Artifact BMC q {matrix} cm {calls} Q EMC")

    def _shape(self, sheet: _Sheet, drawing: _Drawing) -> StreamObject:
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
            states = DictionaryObject({NameObject(_BLEND): blend})
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
