"""How spreadsheets to fill look: titles, hidden keys, drop-down lists, formats, the mark.

Shared by every sheet that people fill; what its columns are is each sheet's own.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field as dataclass_field
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from rmdocs.classes import dataclass
from rmdocs.intake import cells, headings
from rmdocs.intake.headings import SheetColumn, SheetMark
from rmdocs.intake.listsheets import KEY
from rmdocs.messages import Language, Text, listed, message
from rmdocs.schemas.fields import Field, FieldKind

FIRST = 3
"""The first row to fill: under the titles and the hidden keys."""

CHOICES = "选项"
READY_ROWS = 1_000
"""Rows prepared with formats and drop-down lists; more may be filled."""

_YES_NO = (cells.YES, cells.NO)
_REQUIRED = PatternFill("solid", fgColor="FFF2CC")
_OPTIONAL = PatternFill("solid", fgColor="EDEDED")
_LINE = Border(bottom=Side(style="thin"))
_TEXT_FORMAT, _DATE_FORMAT = "@", "yyyy-mm-dd"
_PAGE_WIDTH = 160
"""Width of columns that a page of A4 across takes in print that can be read."""
_NUMBER_FORMATS = {
    FieldKind.INTEGER: "0",
    FieldKind.NUMBER: "General",
    FieldKind.DATE: _DATE_FORMAT,
}
_HINTS: Mapping[FieldKind, Text] = {
    FieldKind.LIST: message("several values: write 、 between them"),
    FieldKind.DATE: message("a date, such as 2026-03-02"),
    FieldKind.TIME: message("a time, such as 14:30"),
    FieldKind.DECIMAL: message("digits, such as 30000000.00"),
    FieldKind.BOOLEAN: message("是 (yes) or 否 (no)"),
}
_WIDTHS: Mapping[FieldKind, int] = {
    FieldKind.LIST: 26,
    FieldKind.DATE: 13,
    FieldKind.TIME: 10,
    FieldKind.INTEGER: 12,
    FieldKind.NUMBER: 14,
    FieldKind.DECIMAL: 18,
    FieldKind.BOOLEAN: 10,
}
_WIDTH, _KEY_WIDTH, _LINE_HEIGHT = 24, 8, 16
IN_LINES = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """In which language a sheet's notes are, and what is offered by the key of a column.

    :param known: values that are known already; others may be written as well.
    """

    language: Language
    known: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=dict)


def write_head(  # noqa: PLR0913 - a heading has that many sides
    sheet: Worksheet,
    listed: Sequence[SheetColumn],
    frozen: int = 0,
    *,
    pinned: int = 0,
    at: int = 1,
    notes: Notes,
) -> None:
    """Write the titles of the columns, and under them their keys, hidden.

    :param frozen: how many columns stay in sight, and are not for filling in.
    :param pinned: how many more stay in sight.
    :param at: the row of the titles; further down they have no keys.
    """
    lines = 1
    for place, column in enumerate(listed, 1):
        title = sheet.cell(at, place, column.title + ("*" if column.required else ""))
        title.font = Font(bold=True)
        title.fill = _REQUIRED if column.required else _OPTIONAL
        title.alignment = Alignment(wrap_text=True, vertical="center")
        title.border = _LINE
        if place > frozen:
            said = _explanation(column, notes.language)
            title.comment = Comment(said, "rmdocs", height=120, width=260)
        size = sheet.column_dimensions[get_column_letter(place)]
        if at == 1:
            put(sheet.cell(2, place), column.key)
            size.width = _width(column)
        # A Chinese character takes two of what a width counts.
        lines = max(lines, -(-2 * len(str(title.value)) // int(size.width - 1)))
    sheet.row_dimensions[at].height = _LINE_HEIGHT * (lines + 1)
    if at == 1:
        sheet.row_dimensions[2].hidden = True
        sheet.freeze_panes = f"{get_column_letter(frozen + pinned + 1)}{FIRST}"


def _width(column: SheetColumn) -> int:
    field = column.field
    if column.key == KEY:
        return _KEY_WIDTH
    if field.choices:
        return max(12, min(_WIDTH, 2 * max(map(len, field.choices)) + 6))
    return _WIDTHS.get(field.kind, _WIDTH)


def _explanation(column: SheetColumn, language: Language) -> str:
    field = column.field
    need = message("required") if column.required else message("optional")
    if column.conditional:
        need = message("required where anything of this part is filled in")
    offered = listed(_choices(field))
    parts = [
        need.text(language),
        _HINTS[field.kind].text(language) if field.kind in _HINTS else "",
        message("one of: {choices}", choices=offered).text(language) if offered else "",
        field.explained(language),
        column.key,
    ]
    return "\n".join(part for part in parts if part)


def _choices(field: Field) -> tuple[str, ...]:
    if field.kind is FieldKind.BOOLEAN:
        return _YES_NO
    return field.choices or (field.item.choices if field.item else ())


def offer_choices(
    fill: Worksheet,
    choices: Worksheet,
    listed: Sequence[SheetColumn],
    where: Callable[[int], Iterable[tuple[int, int]]],
    notes: Notes,
) -> None:
    """Give the columns that have choices their drop-down lists.

    :param where: gives the first and last row of each run of cells to fill in a
        column, counted from 1.
    """
    # The lists stand on a sheet of their own: written into the cell's rule
    # they may have 255 characters and no comma.
    rules: dict[tuple[bool, tuple[str, ...]], DataValidation] = {}
    for place, column in enumerate(listed, 1):
        own = () if column.field.kind is FieldKind.LIST else _choices(column.field)
        offered = own or notes.known.get(column.key, ())
        if not offered:
            continue
        at = (bool(own), offered)
        if at not in rules:
            rules[at] = _rule(choices, offered, notes.language, only=bool(own))
            fill.add_data_validation(rules[at])
        letter = get_column_letter(place)
        for first, last in where(place):
            rules[at].add(f"{letter}{first}:{letter}{last}")


def _rule(
    choices: Worksheet, offered: Sequence[str], language: Language, *, only: bool
) -> DataValidation:
    """Return the rule of a drop-down list; ``only`` its values, or others too."""
    free = 1 if choices.cell(1, 1).value is None else choices.max_column + 1
    letter = get_column_letter(free)
    for row, choice in enumerate(offered, 1):
        put(choices.cell(row, free), choice)
    formula = f"{CHOICES}!${letter}$1:${letter}${len(offered)}"
    rule = DataValidation("list", formula1=formula, allow_blank=True, showErrorMessage=only)
    rule.errorTitle = message("none of the choices").text(language)
    rule.error = "、".join(offered)[:200]
    return rule


def offer_keys(sheet: Worksheet, records: str) -> None:
    """Offer the keys of the records on another worksheet in the first column."""
    last = FIRST + READY_ROWS - 1
    rule = DataValidation(
        "list", formula1=f"{records}!$A${FIRST}:$A${last}", allow_blank=True, showErrorMessage=False
    )
    sheet.add_data_validation(rule)
    rule.add(f"A{FIRST}:A{last}")


def set_page(fill: Worksheet) -> None:
    """Print it on A4 across, legibly, on as many pages as it needs, titles on each.

    Columns that stay in sight are on each page too.
    """
    fill.page_setup.orientation = "landscape"
    fill.page_setup.paperSize = 9
    wide = sum(
        fill.column_dimensions[get_column_letter(at)].width for at in range(1, fill.max_column + 1)
    )
    fill.page_setup.fitToWidth, fill.page_setup.fitToHeight = -(-int(wide) // _PAGE_WIDTH), 0
    fill.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    fill.print_title_rows = "1:1"
    frozen = coordinate_to_tuple(fill.freeze_panes)[1] - 1 if fill.freeze_panes else 0
    if frozen and fill.page_setup.fitToWidth > 1:
        fill.print_title_cols = f"A:{get_column_letter(frozen)}"


def prepare(fill: Worksheet, listed: Sequence[SheetColumn]) -> None:
    """Give every column the number format of its field."""
    # A format of the column reaches every row without a cell for each.
    for place, column in enumerate(listed, 1):
        letter = get_column_letter(place)
        fill.column_dimensions[letter].number_format = _format(column.field)
        fill.column_dimensions[letter].alignment = IN_LINES


def _format(field: Field) -> str:
    return _NUMBER_FORMATS.get(field.kind, _TEXT_FORMAT)


def put(cell: Cell | MergedCell, value: cells.Cell | cells.Written) -> None:
    """Write a value as it is: text stays text, though it begins with ``=``."""
    if isinstance(value, cells.Numeric):
        cell.value = value.value
        cell.number_format = value.format.code
        return
    cell.value = value.shown if isinstance(value, cells.Failure) else value
    if isinstance(value, str) and isinstance(cell, Cell):
        cell.data_type = "s"
        cell.number_format = _TEXT_FORMAT
    elif isinstance(value, date) and not isinstance(value, datetime):
        cell.number_format = _DATE_FORMAT


def write_mark(book: Workbook, made_for: SheetMark, language: Language) -> None:
    """Add the worksheet that says for which revision the workbook was made."""
    sheet = book.create_sheet(headings.WORKSHEET)
    for row, (name, value) in enumerate(headings.mark_rows(made_for, language), 1):
        put(sheet.cell(row, 1), name)
        sheet.cell(row, 1).font = Font(bold=True)
        put(sheet.cell(row, 2), value)
        sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 18 * (1 + len(value) // 24)
    sheet.column_dimensions["A"].width = 12
    sheet.column_dimensions["B"].width = 56


FILL = "补填"
_COLUMN_WIDTHS = (27, 30, 30)
_FIELD_WIDTH = 20
_ROW_HEIGHT = 24
_CENTRED = Alignment(vertical="center", wrap_text=True)
_GREY = PatternFill("solid", fgColor="D0D0D0")
_RULED = Side(style="thin", color="A6A6A6")
_LINES = Border(left=_RULED, right=_RULED, top=_RULED, bottom=_RULED)


def saved(book: Workbook) -> bytes:
    """Return a workbook as a file."""
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def write_missing_values(  # noqa: PLR0913 - a sheet has that many sides
    mark: SheetMark,
    orientation: Sequence[SheetColumn],
    listed: Sequence[SheetColumn],
    rows: Sequence[Sequence[str]],
    needed: Sequence[Collection[str]],
    *,
    language: Language,
) -> bytes:
    """Return the spreadsheet: what a record is, and then what it lacks.

    :param orientation: the first columns, filled from ``rows``.
    :param listed: the columns to fill.
    :param needed: the keys that are asked of each row; its other cells are grey.
    :param language: of the notes.
    """
    book = Workbook()
    fill = book.worksheets[0]
    fill.title = FILL
    choices = book.create_sheet(CHOICES)
    columns = [*orientation, *listed]
    notes = Notes(language=language)
    write_head(fill, columns, len(orientation), notes=notes)
    prepare(fill, columns)
    offer_choices(
        fill, choices, columns, lambda place: _runs(columns[place - 1].key, needed), notes
    )
    for row, (shown, asked) in enumerate(zip(rows, needed, strict=True), FIRST):
        _write_row(fill, row, shown, listed, asked)
    for place in range(1, len(columns) + 1):
        width = _COLUMN_WIDTHS[place - 1] if place <= len(_COLUMN_WIDTHS) else _FIELD_WIDTH
        fill.column_dimensions[get_column_letter(place)].width = width
    set_page(fill)
    choices.sheet_state = "hidden"
    write_mark(book, mark, language)
    return saved(book)


def _write_row(
    fill: Worksheet,
    row: int,
    shown: Sequence[str],
    listed: Sequence[SheetColumn],
    asked: Collection[str],
) -> None:
    fill.row_dimensions[row].height = _ROW_HEIGHT
    for place, value in enumerate(shown, 1):
        cell = fill.cell(row, place)
        put(cell, value)
        cell.border, cell.alignment = _LINES, _CENTRED
    for place, column in enumerate(listed, len(shown) + 1):
        cell = fill.cell(row, place)
        cell.border, cell.alignment = _LINES, _CENTRED
        if column.key not in asked:
            cell.fill = _GREY


def _runs(key: str, needed: Sequence[Collection[str]]) -> list[tuple[int, int]]:
    """Return first and last row of each run of records of which ``key`` is asked."""
    runs: list[tuple[int, int]] = []
    for row, asked in enumerate(needed, FIRST):
        if key not in asked:
            continue
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
