"""Bordered one-page forms: rows of labels and values over a fixed grid of columns.

Shared by the drafts of RXD7200-02 and RXD7200-03. A form is a pile of
grids, each with its own header rows, so that every list can repeat its
header on the next page. Cells are joined downwards only where no page break
can come between. Nothing here knows any form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx_parts import (
    CENTER,
    EMPTY_BOX,
    HEITI,
    LEFT,
    RIGHT,
    ROOM,
    SONGTI,
    Margins,
    add_style,
    break_row,
    control,
    edges,
    header_footer,
    new_document,
    paragraph,
    repeat_row,
    row_height,
    table,
)

WIDTH_MM = 170
LABEL_MM = 28
ROW_MM = 8
LABEL, VALUE, CENTRED, NUMBER = "标签", "填写", "居中", "数字"
_GAP_PT = 1
_SMALL_PT, _SMALL_LINE_PT = 7.5, 9
_AIR = {"before": 0.5, "after": 0.5}
_MARGINS_TWIPS = (("top", 40), ("left", 85), ("bottom", 40), ("right", 85))
_PADDING_MM = 3.1
"""What margins take of a cell's width."""
_NUMBER_MARGINS_TWIPS = (("left", 20), ("right", 57))


class Small(str):
    """A paragraph in small print, for choices that a blank form offers."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell to be drafted.

    :param text: its paragraphs; one that starts with ``{%p`` is a tag.
    :param span: columns it covers.
    :param opens: the first of several rows that share this cell.
    :param joined: the cell above goes on here.
    :param signed: how wide the cell is, in millimetres, whose last lines are for signature
        and date: they stand right, and stay on the page of what is signed.
    """

    text: tuple[str, ...] = ()
    style: str = VALUE
    span: int = 1
    opens: bool = False
    joined: bool = False
    signed: float = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A row to be drafted.

    :param millimetres: least height.
    :param repeats: whether it is repeated at the top of every page.
    :param keeps: whether it stays on one page with the next row.
    :param breaks: whether it may go on with the next page although it keeps.
    """

    cells: tuple[Cell, ...]
    millimetres: float = ROW_MM
    repeats: bool = False
    keeps: bool = False
    breaks: bool = False


Row: TypeAlias = Line | str
"""A row, or a ``{%tr … %}`` tag, which takes a row of its own that will not print."""


def label(*text: str, span: int = 1, opens: bool = False) -> Cell:
    """Return a cell with a label, one paragraph for each ``text``."""
    return Cell(text, LABEL, span, opens=opens)


def value(*text: str, span: int = 1, style: str = VALUE, signed: float = 0) -> Cell:
    """Return a cell to be filled in, one paragraph for each ``text``."""
    return Cell(text, style, span, signed=signed)


def joined() -> Cell:
    """Return a cell in which the one above goes on."""
    return Cell(joined=True)


def count() -> Cell:
    """Return a cell with the number of a row in a loop."""
    return Cell(("{{ loop.index }}",), CENTRED)


def line(
    *cells: Cell, millimetres: float = ROW_MM, keeps: bool = False, breaks: bool = False
) -> Line:
    """Return a row."""
    return Line(cells, millimetres, keeps=keeps, breaks=breaks)


def header(*cells: Cell) -> Line:
    """Return a row that is repeated on every page and never stands alone."""
    return Line(cells, repeats=True, keeps=True)


def start(number: str, title: str) -> Document:
    """Return a document with margins, styles, header, footer and title of such a form."""
    document = new_document(
        margins=Margins(top=18, bottom=16, left=19.5, right=20.5), size=10.5, header_mm=9
    )
    add_style(document, "页眉页脚", chinese=SONGTI, size=9, align=LEFT)
    add_style(document, "题名", chinese=HEITI, size=22, align=CENTER, line=28, after=4)
    add_style(document, "表头", chinese=SONGTI, size=10.5, align=LEFT, line=18, after=2)
    for name, chinese, align in (
        (LABEL, HEITI, CENTER),
        (VALUE, SONGTI, LEFT),
        (CENTRED, SONGTI, CENTER),
        (NUMBER, SONGTI, RIGHT),
    ):
        add_style(document, name, chinese=chinese, size=10.5, align=align, line=14, **_AIR)
        # Two lines at least on either side, where a row goes on with the next page.
        document.styles[name].paragraph_format.widow_control = True
    add_style(document, "间隔", chinese=SONGTI, size=1, align=LEFT)
    header_footer(document, *edges(number, "内部资料"), style="页眉页脚")
    paragraph(document, title, "题名")
    return document


def above(document: Document, *texts: str) -> None:
    """Write the line above the grids: left, centre, right."""
    added = paragraph(document, "[[TAB]]".join(texts), "表头")
    stops = added.paragraph_format.tab_stops
    if len(texts) > 2:
        stops.add_tab_stop(Mm(WIDTH_MM / 2), WD_TAB_ALIGNMENT.CENTER)
    stops.add_tab_stop(Mm(WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT)


def grid(document: Document, widths_mm: Sequence[float], rows: Sequence[Row]) -> Table:
    """Add a grid; a hair's breadth keeps Word from taking it for part of the one before."""
    if document.element.body.tbl_lst:
        gap(document)
    made = table(document, len(rows), widths_mm)
    properties = made._tbl.tblPr  # noqa: SLF001 - python-docx has no public way
    properties.append(_margins("w:tblCellMar", _MARGINS_TWIPS))
    for place, row in zip(list(made.rows), rows, strict=True):
        if isinstance(row, str):
            control(place.cells[0], row, VALUE)
        else:
            _write(place, row)
    return made


def gap(document: Document) -> None:
    """Add the hair's breadth between two grids."""
    paragraph(document, "", "间隔", line_spacing=Pt(_GAP_PT))


def _margins(tag: str, sides: Sequence[tuple[str, int]]) -> BaseOxmlElement:
    """Return the margins between text and borders, in twentieths of a point."""
    margins = OxmlElement(tag)
    for side, twips in sides:
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    return margins


def _write(place: _Row, row: Line) -> None:
    row_height(place, row.millimetres)
    if row.repeats:
        repeat_row(place)
    elif row.breaks or (not row.keeps and any(_is_text(cell) for cell in row.cells)):
        # What one text fills may be higher than a page.
        break_row(place)
    cells = list(place.cells)
    column = 0
    for cell in row.cells:
        target = cells[column]
        if cell.span > 1:
            target = target.merge(cells[column + cell.span - 1])
        if cell.opens or cell.joined:
            target._tc.vMerge = "restart" if cell.opens else "continue"  # noqa: SLF001 - as above
        if cell.style == NUMBER:
            # A long amount must not break in two: it gets nearly the whole width.
            alignment = target._tc.tcPr.find(qn("w:vAlign"))  # noqa: SLF001 - no public way
            alignment.addprevious(_margins("w:tcMar", _NUMBER_MARGINS_TWIPS))
        _fill(target, cell, keeps=row.keeps)
        column += cell.span


def _is_text(cell: Cell) -> bool:
    return cell.style == VALUE and not cell.joined


def _fill(target: _Cell, cell: Cell, *, keeps: bool) -> None:
    texts = cell.text or ("",)
    if cell.signed:
        # One paragraph, of which no single line is left alone on a page.
        texts = ("[[BREAK]][[TAB]]".join(texts),)
    for text in texts:
        added = paragraph(target, text, cell.style)
        if cell.signed:
            stop = Mm(cell.signed - _PADDING_MM)
            added.paragraph_format.tab_stops.add_tab_stop(stop, WD_TAB_ALIGNMENT.RIGHT)
        if isinstance(text, Small):
            shape = added.paragraph_format
            shape.line_spacing, shape.space_before, shape.space_after = Pt(_SMALL_LINE_PT), 0, 0
            for run in added.runs:
                run.font.size = Pt(_SMALL_PT)
        if keeps:
            added.paragraph_format.keep_with_next = True


def plain(expression: str) -> str:
    """Return a tag for a value that may be absent: “/” then, but nothing on a blank form."""
    return f"{{{{ '' if blank else {expression}|or_slash }}}}"


def unless_blank(text: str) -> str:
    """Return ``text`` for filled forms only."""
    return f"{{% if not blank %}}{text}{{% endif %}}"


def either(blank: str, filled: str) -> str:
    """Return one text for blank forms, another for filled ones."""
    return f"{{% if blank %}}{blank}{{% else %}}{filled}{{% endif %}}"


def offered(*choices: str, separator: str = "") -> str:
    """Return choices with empty boxes, for a blank form."""
    return separator.join(f"{EMPTY_BOX}{choice}" for choice in choices)


def person(name: str) -> str:
    """Return tags for a member of staff who may be absent."""
    return unless_blank(
        f"{{% if {name} is none %}}/{{% else %}}"
        f"{{{{ {name}.name }}}}（{{{{ {name}.staff_no }}}}）{{% endif %}}"
    )


def boxes(expression: str, choices: Sequence[str], separator: str = "　") -> str:
    """Return a box and its text for each of ``choices``."""
    return separator.join(f"{{{{ ({expression} == '{item}')|checked }}}}{item}" for item in choices)


def day(date: str) -> str:
    """Return tags for a date that may be absent, with a short blank then."""
    return f"{{% if {date} is none %}}　年　月　日{{% else %}}{{{{ {date}|cn_date }}}}{{% endif %}}"


def signer(stage: str, *, last: bool = False) -> str:
    """Return tags for who signs a stage, blank until it is there.

    :param last: whether nothing follows on the line, which must not swallow the room.
    """
    name = f"{{% if {stage} is not none %}}{{{{ {stage}.name }}}}"
    room = ROOM * 6 if last else "　　　　　　"
    return f"签字：{name}{{% else %}}{room}{{% endif %}}"


def signed_on(stage: str) -> str:
    """Return tags for the date of a stage, blank until it is there."""
    date = f"{{% if {stage} is not none %}}{{{{ {stage}.date|cn_date }}}}"
    return f"{date}{{% else %}}{{{{ none|cn_date }}}}{{% endif %}}"
