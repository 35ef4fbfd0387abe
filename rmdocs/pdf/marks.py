"""Marks on the pages of a PDF: page codes, stamps across the page, copy and page numbers.

Everything is drawn as paths or as text in a font that goes with it, black,
grey and the red of a void; a stamp darkens what it crosses and covers nothing.
Both are allowed in PDF/A-2 and 3: such a file stays one. The content of a page
is not rewritten; marks are drawn over it, where it is blank, and codes of slips
beside the texts that they belong to. The same PDF and marks give the same bytes.
Lengths are points unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

import pypdfium2
import segno
from pypdf import PdfWriter
from pypdf.generic import StreamObject

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.pdf.blank import PageRectangle, PrintedPage
from rmdocs.pdf.codes import (
    CODE_SIDE,
    EDGE,
    MILLIMETRE,
    PITCH,
    PREFIX,
    QUIET,
    SMALL,
    CodePlace,
    DocumentCode,
    PageCode,
    PrintSide,
    Symbol,
    no_room,
    settled,
    settled_line,
)
from rmdocs.pdf.overlay import (
    BLEND,
    Drawing,
    DrawnText,
    Font,
    OverlayWriter,
    Upright,
    alphabet,
    decimal,
    require_unsigned,
    shapes_of,
    width,
)
from rmdocs.pdf.pagetext import Print, printed
from rmdocs.pdf.pdfium import drawable

if TYPE_CHECKING:
    from rmdocs.forms.sections.slips import Slip


def place_slips(pdf: bytes, slips: Sequence[Slip], name: str) -> tuple[SlipCode, ...]:
    """Return where the code of each slip of a document stands.

    :param slips: the form's, in order. :param name: what a person calls the PDF.
    :raises FindingsError: with SLIP-PLACE for every slip whose text is not
        printed exactly once, or whose code would leave the page.
    """
    if not slips:
        return ()
    found: list[Finding] = []
    codes: list[SlipCode] = []
    prints = printed(pdf, tuple(slip.anchor for slip in slips))
    for number, (slip, hits) in enumerate(zip(slips, prints, strict=True), 1):
        place = _beside(slip, hits[0]) if len(hits) == 1 else None
        if place is not None:
            codes.append(SlipCode(slip=number, page=hits[0].page + 1, place=place))
        else:
            found.append(_misplaced(slip, len(hits), name))
    if found:
        raise FindingsError(tuple(found))
    return tuple(codes)


def _beside(slip: Slip, hit: Print) -> CodePlace | None:
    """Return the place of a slip's code; None if it leaves the page."""
    left, bottom, right, top = hit.box
    place = CodePlace(
        right=(right - hit.left) / MILLIMETRE - slip.right - CODE_SIDE,
        top=(top - hit.bottom) / MILLIMETRE + slip.down,
        print=PrintSide.HEAD,
    )
    across = 0 <= place.right <= (right - left) / MILLIMETRE - CODE_SIDE
    along = 0 <= place.top <= (top - bottom) / MILLIMETRE - CODE_SIDE
    return place if across and along and not hit.turned else None


def _misplaced(slip: Slip, count: int, name: str) -> Finding:
    values = {"anchor": slip.anchor, "slip": slip.title}
    match count:
        case 0:
            reason = message("“{anchor}”, by which {slip} gets its code, is not printed", **values)
        case 1:
            reason = message("the code of {slip}, by “{anchor}”, leaves the page", **values)
        case _:
            reason = message(
                "“{anchor}”, by which {slip} gets its code, is printed more than once", **values
            )
    remedy = message("correct the place in form.toml, by a new revision of the form")
    return error("SLIP-PLACE", name, reason, remedy, label=slip.name)


_EDGE = EDGE * MILLIMETRE
_NUMBERS, _BOX = 7.0, 12.0
"""Size of page and copy numbers; height of the box around a copy number."""
_CODES = ("/RmdocsCode", "/RmdocsSlip")
"""What the names of codes on a page begin with."""
_SHARE, _STROKE = 0.8, 0.012
"""How much of the diagonal a stamp takes, and how thick its lines are, of its height."""


class StampWord(StrEnum):
    """A word across every page."""

    COPY = "复制件"
    VOID = "作废"
    DRAFT = "草稿"
    PREVIEW = "预览"


_GREY, _RED = "0.62 G 0.88 g", "0.78 0.05 0.05 RG 1 0.87 0.85 rg"
"""What a stamp is outlined with, and filled with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipCode:
    """A code for a slip: a part that is torn off and comes back by itself.

    :param slip: which slip of the form it is, from 1.
    :param page: that it stands on, from 1.
    """

    slip: int
    page: int
    place: CodePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What to draw on every page of a PDF.

    :param code: of the document; each page bears its own place in it.
    :param slips: the codes of its slips, beside those of the pages.
    :param stamp: a word across the page.
    :param control: number of a controlled copy (受控号).
    :param numbered: whether to print 第 x 页 共 y 页 at the foot; for documents
        that print no page numbers of their own, as all built-in forms do.
    :param place: where the code is to stand; where something is printed there, it
        stands where the page is blank.
    """

    code: DocumentCode | None = None
    stamp: StampWord | None = None
    control: str = ""
    numbered: bool = False
    place: CodePlace = field(default_factory=CodePlace)
    slips: tuple[SlipCode, ...] = ()


def draw_marks(writer: PdfWriter, pdf: bytes, marks: Marks, name: str = "PDF") -> None:
    """Draw marks on every page of a PDF that is being written; with none asked for, nothing.

    A stamp by itself takes the codes off the pages: a copy, signed on paper and
    scanned, must not pass for the document.

    :param writer: the PDF, not changed so far.
    :param pdf: the same as it was read, for what is printed on its pages.
    :param name: what a person calls the PDF.
    :raises FindingsError: if it bears such a mark already, has a page without room, or a
        copy number has signs that marks cannot print.
    :raises ControlError: if it is signed or has signature fields: marks that
        come later go on a separate copy.
    """
    require_unsigned(writer)
    unknown = sorted(set(marks.control) - set(alphabet().printed))
    if unknown:
        text = message("marks cannot print {signs}", signs="".join(unknown))
        remedy = message("write the number with letters, digits and dashes alone")
        raise FindingsError((error("MARK-SIGN", name, text, remedy),))
    if marks == Marks(place=marks.place):
        return
    sheets = [Upright.of(page) for page in writer.pages]
    with drawable(pdf) as seen:
        desk = _Desk(marks=marks, name=name, seen=seen, pages=len(sheets))
        pages = [tuple(desk.drawings(sheet, at)) for at, sheet in enumerate(sheets, 1)]
    font = Font.of(text.text for page in pages for one in page for text in one.texts)
    if marks.stamp and not marks.code:
        _take_codes_off(writer)
    press = OverlayWriter(writer, font)
    for sheet, drawings in zip(sheets, pages, strict=True):
        press.put(sheet, drawings, name)


def _take_codes_off(writer: PdfWriter) -> None:
    for page in writer.pages:
        for name, shape in shapes_of(page).items():
            drawn = shape.get_object()
            if name.startswith(_CODES) and isinstance(drawn, StreamObject):
                drawn.set_data(b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What is drawn on the pages of one PDF, each mark where it covers nothing."""

    marks: Marks
    name: str
    seen: pypdfium2.PdfDocument
    pages: int

    def drawings(self, sheet: Upright, page: int) -> Iterator[Drawing]:
        """Yield what is drawn on a page, counted from 1.

        :raises FindingsError: if the page has no room for it.
        """
        marks = self.marks
        if marks.stamp:
            yield _stamp(marks.stamp, sheet)
        if not (marks.code or marks.control or marks.numbered):
            return
        paper = PrintedPage.of(self.seen[page - 1])
        if marks.code:
            yield self._code(_CODES[0], marks.code.on(page, self.pages), marks.place, sheet, paper)
            for one in (slip for slip in marks.slips if slip.page == page):
                name, code = f"{_CODES[1]}{one.slip}", marks.code.on(page, self.pages, one.slip)
                yield self._code(name, code, one.place, sheet, paper)
        if marks.control:
            yield self._control(sheet, paper, page)
        if marks.numbered:
            yield self._number(sheet, paper, page)

    def _code(
        self, name: str, code: PageCode, wanted: CodePlace, sheet: Upright, paper: PrintedPage
    ) -> Drawing:
        """Return a code as rectangles, on white, and the same as print beside it."""
        text = code.encode()
        made = segno.make(text, error="q", micro=False, boost_error=False)
        number, edition, page, digest, *rest = text.split(":")
        last = [f"{rest[0]}:", *rest[1:]] if text.startswith(PREFIX) else [":".join(rest)]
        lines = (f"{number}:", f"{edition}:{page}:{digest}:", *last)
        symbol = Symbol(rows=tuple(map(bytes, made.matrix)), lines=lines)
        place = settled(paper, symbol, wanted, slip=bool(code.slip))
        if place is None:
            raise FindingsError((no_room(self.name, code.page),))
        left = paper.width - place.right - place.side
        boxes = symbol.boxes(place.side, place.print)
        paper.take([box.moved(left, place.top) for box in boxes])
        return _square(name, symbol, place, sheet)

    def _control(self, sheet: Upright, paper: PrintedPage, page: int) -> Drawing:
        """Return the boxed number of a controlled copy, above the page's header."""
        said = f"受控文件 受控号：{self.marks.control}"
        wide = width(said, _NUMBERS) + 8
        right = sheet.width - CodePlace().right * MILLIMETRE
        at = self._line(sheet, paper, page, (right - wide, sheet.height - _EDGE - _BOX, wide, _BOX))
        left, base = at
        box = f"q 0 G 0.6 w {decimal(left)} {decimal(base)} {decimal(wide)} {_BOX} re S Q"
        return Drawing(
            name="/RmdocsControl",
            paths=box,
            texts=(DrawnText(text=said, size=_NUMBERS, right=left + wide - 4, base=base + 3.5),),
        )

    def _number(self, sheet: Upright, paper: PrintedPage, page: int) -> Drawing:
        said = f"第 {page} 页 共 {self.pages} 页"
        wide = width(said, _NUMBERS)
        left, base = self._line(
            sheet, paper, page, ((sheet.width - wide) / 2, _EDGE + 2, wide, _NUMBERS)
        )
        return Drawing(
            name="/RmdocsNumber",
            paths="",
            texts=(DrawnText(text=said, size=_NUMBERS, right=left + wide, base=base),),
        )

    def _line(
        self,
        sheet: Upright,
        paper: PrintedPage,
        page: int,
        wanted: tuple[float, float, float, float],
    ) -> tuple[float, float]:
        """Return where, by its left lower corner, small print stands; all in points."""
        left, base, wide, high = wanted
        top = sheet.height - base - high
        box = PageRectangle(*(side / MILLIMETRE for side in (left, top, left + wide, top + high)))
        found = settled_line(paper, box)
        if found is None:
            raise FindingsError((no_room(self.name, page),))
        paper.take([found])
        if found is box:
            return left, base
        return found.left * MILLIMETRE, sheet.height - found.bottom * MILLIMETRE


def _square(name: str, symbol: Symbol, place: CodePlace, sheet: Upright) -> Drawing:
    """Return a code and its print."""
    rows, lines = symbol.rows, symbol.lines
    beside = symbol.boxes(place.side, place.print)[1]
    module = place.side * MILLIMETRE / len(rows)
    left = sheet.width - (place.right + place.side) * MILLIMETRE
    top = sheet.height - place.top * MILLIMETRE
    base = sheet.height - (place.top + place.side) * MILLIMETRE
    around = decimal(len(rows) + 2 * QUIET)
    white = f"1 g {-QUIET} {-QUIET} {around} {around} re f"
    dark = " ".join(runs(rows))
    # One path for all of it: between paths that touch, viewers let the white shine through.
    scale = f"{decimal(module)} 0 0 {decimal(module)} {decimal(left)} {decimal(base)} cm"
    edge, foot = left + beside.right * MILLIMETRE, top - beside.bottom * MILLIMETRE
    if place.print in (PrintSide.UP, PrintSide.DOWN):
        start = left + beside.left * MILLIMETRE - 1
        texts = [
            DrawnText(text=line, size=SMALL, right=start + down * PITCH, base=foot, turned=True)
            for down, line in enumerate(lines, 1)
        ]
    else:
        texts = [
            DrawnText(
                text=line, size=SMALL, right=edge, base=foot + 1 + (len(lines) - down) * PITCH
            )
            for down, line in enumerate(lines, 1)
        ]
    return Drawing(name=name, paths=f"q {scale} {white} 0 g {dark} f Q", texts=tuple(texts))


def runs(rows: Sequence[bytes]) -> Iterator[str]:
    """Yield the dark modules, side by side as one rectangle; y counts from below."""
    for up, row in enumerate(reversed(rows)):
        at = 0
        for dark, run in groupby(row):
            length = len(tuple(run))
            if dark:
                yield f"{at} {up} {length} 1 re"
            at += length


def _stamp(stamp: StampWord, sheet: Upright) -> Drawing:
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
        f"{BLEND} gs",
        _RED if stamp is StampWord.VOID else _GREY,
        *(f"{' '.join(map(decimal, matrix))} cm" for matrix in (turned, scaled)),
        f"{decimal(_STROKE * 1000)} w",
        *(f"{sign.path} B 1 0 0 1 {sign.width} 0 cm" for sign in signs),
    ]
    return Drawing(name="/RmdocsStamp", paths=f"q {' '.join(parts)} Q", blended=True)
