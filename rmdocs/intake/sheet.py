"""The spreadsheet to fill for a form: one row a record.

Three worksheets: to fill, an example, and what may be chosen. A hidden row of
keys under the titles says what each column is; ``reading`` goes by it, so
titles may be reworded. Only the first worksheet is ever read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from rmdocs.canonical import Json
from rmdocs.intake import cells, paths
from rmdocs.intake.fields import record_fields
from rmdocs.schemas.fields import Field, FieldTree, Kind
from rmdocs.schemas.paths import Steps, split

FILL, EXAMPLE, CHOICES = "填写", "示例", "选项"
READY_ROWS = 1_000
"""Rows prepared with formats and drop-down lists; more may be filled."""

_FIRST = 3
_ENTRIES = 3
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


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the sheet.

    :param required: whether every record needs it; entries of a list do not.
    """

    key: str
    title: str
    field: Field
    required: bool


def columns(content: FieldTree, records: Sequence[Json]) -> list[Column]:
    """Return the columns for a form.

    Each list of objects gets as many groups of columns as its longest in
    ``records``, and at least three.
    """
    return list(_columns(record_fields(content), (), (), records, required=True))


def write_sheet(path: Path, content: FieldTree, sample: Json, records: Sequence[Json] = ()) -> None:
    """Write the spreadsheet to fill for a form.

    :param content: fields of the form's content.
    :param sample: a record for the example.
    :param records: records to fill in already.
    """
    listed = columns(content, [sample, *records])
    book = Workbook()
    fill = book.worksheets[0]
    fill.title = FILL
    example, choices = book.create_sheet(EXAMPLE), book.create_sheet(CHOICES)
    for sheet in (fill, example):
        _write_head(sheet, listed)
    _offer_choices(fill, choices, listed)
    for row, record in enumerate(records, _FIRST):
        _write_row(fill, row, record, listed)
    _prepare(fill, listed)
    _write_row(example, _FIRST, sample, listed)
    choices.sheet_state = "hidden"
    book.save(path)


def _columns(
    field: Field,
    steps: Steps,
    titles: tuple[str, ...],
    values: Sequence[Json],
    *,
    required: bool,
) -> Iterator[Column]:
    for child in field.children:
        inner = [value.get(child.name) for value in values if isinstance(value, dict)]
        place, needed = (*steps, child.name), required and child.required
        chain = (*titles, child.title) if child.title else titles
        if not child.is_group:
            title = paths.SEPARATOR.join(chain)
            yield Column(paths.key(place), title, child, needed)
        elif child.item is None:
            yield from _columns(child, place, chain, inner, required=needed)
        else:
            longest = max((len(entries) for entries in inner if entries), default=0)
            for index in range(max(longest, _ENTRIES)):
                at = [entries[index] for entries in inner if entries and len(entries) > index]
                counted = (*chain[:-1], f"{chain[-1]} {index + 1}")
                entry = (*place, index)
                yield from _columns(child.item, entry, counted, at, required=False)


def _write_head(sheet: Worksheet, listed: Sequence[Column]) -> None:
    for place, column in enumerate(listed, 1):
        title = sheet.cell(1, place, column.title + ("*" if column.required else ""))
        title.font = Font(bold=True)
        title.fill = _REQUIRED if column.required else _OPTIONAL
        title.alignment = Alignment(wrap_text=True, vertical="center")
        title.border = _LINE
        title.comment = Comment(_explanation(column), "rmdocs", height=120, width=260)
        put(sheet.cell(2, place), column.key)
        sheet.column_dimensions[get_column_letter(place)].width = 18
    sheet.row_dimensions[1].height = 45
    sheet.row_dimensions[2].hidden = True
    sheet.freeze_panes = f"A{_FIRST}"


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


def _offer_choices(fill: Worksheet, choices: Worksheet, listed: Sequence[Column]) -> None:
    # The lists stand on a sheet of their own: written into the cell's rule
    # they may have 255 characters and no comma.
    known: dict[tuple[str, ...], DataValidation] = {}
    for place, column in enumerate(listed, 1):
        offered = _choices(column.field)
        if not offered or column.field.kind is Kind.LIST:
            continue
        if offered not in known:
            letter = get_column_letter(len(known) + 1)
            for row, choice in enumerate(offered, 1):
                choices.cell(row, len(known) + 1, choice)
            rule = DataValidation(
                "list", formula1=f"{CHOICES}!${letter}$1:${letter}${len(offered)}", allow_blank=True
            )
            rule.errorTitle, rule.error = "不在选项内", "、".join(offered)[:200]
            known[offered] = rule
            fill.add_data_validation(rule)
        letter = get_column_letter(place)
        known[offered].add(f"{letter}{_FIRST}:{letter}{_FIRST + READY_ROWS - 1}")


def _prepare(fill: Worksheet, listed: Sequence[Column]) -> None:
    # A format of the column reaches every row without a cell for each.
    for place, column in enumerate(listed, 1):
        letter = get_column_letter(place)
        fill.column_dimensions[letter].number_format = _format(column.field)


def _format(field: Field) -> str:
    return _NUMBER_FORMATS.get(field.kind, _TEXT_FORMAT)


def _write_row(sheet: Worksheet, row: int, record: Json, listed: Sequence[Column]) -> None:
    for place, column in enumerate(listed, 1):
        value = _value(record, column.key)
        if value is not None:
            put(sheet.cell(row, place), cells.write(value, column.field))


def put(cell: Cell | MergedCell, value: cells.Cell) -> None:
    """Write a value as it is: text stays text, though it begins with ``=``."""
    cell.value = value
    if isinstance(value, str) and isinstance(cell, Cell):
        cell.data_type = "s"
        cell.number_format = _TEXT_FORMAT
    elif isinstance(value, date) and not isinstance(value, datetime):
        cell.number_format = _DATE_FORMAT


def _value(record: Json, key: str) -> Json:
    value = record
    for step in split(f"$.{key}") or ():
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
