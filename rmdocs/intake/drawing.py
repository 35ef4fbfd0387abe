"""How spreadsheets to fill look: titles, hidden keys, drop-down lists, formats, the mark.

Shared by every sheet that people fill; what its columns are is each sheet's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from rmdocs.intake import cells, mark
from rmdocs.intake.fields import Column
from rmdocs.intake.mark import Mark
from rmdocs.schemas.fields import Field, Kind

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
_NUMBER_FORMATS = {
    Kind.INTEGER: "0",
    Kind.NUMBER: "General",
    Kind.DATE: _DATE_FORMAT,
}
_HINTS = {
    Kind.LIST: "多项之间用“、”分隔",
    Kind.DATE: "日期，如 2026-03-02",
    Kind.TIME: "时间，如 14:30",
    Kind.DECIMAL: "数字，如 30000000.00",
    Kind.BOOLEAN: "是 或 否",
}


def write_head(
    sheet: Worksheet, listed: Sequence[Column], frozen: int = 0, *, pinned: int = 0, at: int = 1
) -> None:
    """Write the titles of the columns, and under them their keys, hidden.

    :param frozen: how many columns stay in sight, and are not for filling in.
    :param pinned: how many more stay in sight.
    :param at: the row of the titles; further down they have no keys.
    """
    for place, column in enumerate(listed, 1):
        title = sheet.cell(at, place, column.title + ("*" if column.required else ""))
        title.font = Font(bold=True)
        title.fill = _REQUIRED if column.required else _OPTIONAL
        title.alignment = Alignment(wrap_text=True, vertical="center")
        title.border = _LINE
        if place > frozen:
            title.comment = Comment(_explanation(column), "rmdocs", height=120, width=260)
        if at == 1:
            put(sheet.cell(2, place), column.key)
            sheet.column_dimensions[get_column_letter(place)].width = 18
    sheet.row_dimensions[at].height = 45
    if at == 1:
        sheet.row_dimensions[2].hidden = True
        sheet.freeze_panes = f"{get_column_letter(frozen + pinned + 1)}{FIRST}"


def _explanation(column: Column) -> str:
    field = column.field
    kind = field.kind
    parts = [
        "必填" if column.required else "选填",
        _HINTS.get(kind, ""),
        f"可选：{'、'.join(_choices(field))}" if _choices(field) else "",
        field.description,
        column.key,
    ]
    return "\n".join(part for part in parts if part)


def _choices(field: Field) -> tuple[str, ...]:
    if field.kind is Kind.BOOLEAN:
        return _YES_NO
    return field.choices or (field.item.choices if field.item else ())


def offer_choices(
    fill: Worksheet,
    choices: Worksheet,
    listed: Sequence[Column],
    where: Callable[[int], Iterable[tuple[int, int]]],
) -> None:
    """Give the columns that have choices their drop-down lists.

    :param where: gives the first and last row of each run of cells to fill in a
        column, counted from 1.
    """
    # The lists stand on a sheet of their own: written into the cell's rule
    # they may have 255 characters and no comma.
    known: dict[tuple[str, ...], DataValidation] = {}
    for place, column in enumerate(listed, 1):
        offered = _choices(column.field)
        if not offered or column.field.kind is Kind.LIST:
            continue
        if offered not in known:
            free = 1 if choices.cell(1, 1).value is None else choices.max_column + 1
            letter = get_column_letter(free)
            for row, choice in enumerate(offered, 1):
                choices.cell(row, free, choice)
            rule = DataValidation(
                "list", formula1=f"{CHOICES}!${letter}$1:${letter}${len(offered)}", allow_blank=True
            )
            rule.errorTitle, rule.error = "不在选项内", "、".join(offered)[:200]
            known[offered] = rule
            fill.add_data_validation(rule)
        letter = get_column_letter(place)
        for first, last in where(place):
            known[offered].add(f"{letter}{first}:{letter}{last}")


def prepare(fill: Worksheet, listed: Sequence[Column]) -> None:
    """Give every column the number format of its field."""
    # A format of the column reaches every row without a cell for each.
    for place, column in enumerate(listed, 1):
        letter = get_column_letter(place)
        fill.column_dimensions[letter].number_format = _format(column.field)


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


def write_mark(book: Workbook, made_for: Mark) -> None:
    """Add the worksheet that says for which revision the workbook was made."""
    sheet = book.create_sheet(mark.WORKSHEET)
    for row, (name, value) in enumerate(mark.rows(made_for), 1):
        put(sheet.cell(row, 1), name)
        sheet.cell(row, 1).font = Font(bold=True)
        put(sheet.cell(row, 2), value)
        sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 18 * (1 + len(value) // 24)
    sheet.column_dimensions["A"].width = 12
    sheet.column_dimensions["B"].width = 56
