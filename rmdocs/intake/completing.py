"""How the spreadsheet of missing values looks; what it asks for is ``missing``'s business."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from rmdocs.intake.drawing import (
    CHOICES,
    FIRST,
    offer_choices,
    prepare,
    put,
    set_page,
    write_head,
    write_mark,
)
from rmdocs.intake.fields import Column
from rmdocs.intake.mark import Mark

FILL = "补填"
_WIDTHS = (27, 30, 30)
_FIELD_WIDTH = 20
_ROW_HEIGHT = 24
_CENTRED = Alignment(vertical="center", wrap_text=True)
_GREY = PatternFill("solid", fgColor="D0D0D0")
_LINE = Side(style="thin", color="A6A6A6")
_LINES = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def write(  # noqa: PLR0913, PLR0917 - a sheet has that many sides
    path: Path,
    mark: Mark,
    orientation: Sequence[Column],
    listed: Sequence[Column],
    rows: Sequence[Sequence[str]],
    needed: Sequence[Collection[str]],
) -> None:
    """Write the spreadsheet: what a record is, and then what it lacks.

    :param orientation: the first columns, filled from ``rows``.
    :param listed: the columns to fill.
    :param needed: the keys that are asked of each row; its other cells are grey.
    """
    book = Workbook()
    fill = book.worksheets[0]
    fill.title = FILL
    choices = book.create_sheet(CHOICES)
    columns = [*orientation, *listed]
    write_head(fill, columns, len(orientation))
    prepare(fill, columns)
    offer_choices(fill, choices, columns, lambda place: _runs(columns[place - 1].key, needed))
    for row, (shown, asked) in enumerate(zip(rows, needed, strict=True), FIRST):
        _write_row(fill, row, shown, listed, asked)
    for place in range(1, len(columns) + 1):
        width = _WIDTHS[place - 1] if place <= len(_WIDTHS) else _FIELD_WIDTH
        fill.column_dimensions[get_column_letter(place)].width = width
    set_page(fill)
    choices.sheet_state = "hidden"
    write_mark(book, mark)
    book.save(path)


def _write_row(
    fill: Worksheet,
    row: int,
    shown: Sequence[str],
    listed: Sequence[Column],
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
