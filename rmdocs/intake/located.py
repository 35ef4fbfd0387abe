"""One cell of a table read for a field: merged ranges seen through, findings at their cell.

The way every table is read: records by row, ledgers, what a regeneration lacks.
"""

from __future__ import annotations

from rmdocs.findings import error, warning
from rmdocs.intake import cells
from rmdocs.intake.cells import Cell
from rmdocs.intake.interpreting import Reading, interpret
from rmdocs.intake.tables import Table, letters
from rmdocs.intake.workbook import Merged
from rmdocs.messages import message
from rmdocs.schemas.fields import Field, Kind

_COUNTED = frozenset({Kind.DECIMAL, Kind.INTEGER, Kind.NUMBER})


def place_of(table: Table, row: int, column: int) -> str:
    """Return where a cell is, as findings say it: ``loans.xlsx!C5``; both from 1."""
    return f"{table.source}!{letters(column - 1)}{row}"


def read_cell(
    table: Table, row: int, column: int, field: Field, *, optional: bool | None = None
) -> Reading:
    """Return what a cell means for a field, its findings at their place.

    :param row: counted from 1, like ``column``.
    :param optional: whether the cell may say that there is none; by the field if None.
    """
    merged = table.ranges.get((row, column))
    many = merged is not None and merged.bottom > merged.top and field.kind in _COUNTED
    if merged is None or ((merged.top, merged.left) == (row, column) and not many):
        read = interpret(table.cell(row, column), field, optional=optional)
    else:
        anchor = table.cell(merged.top, merged.left)
        read = _merged(anchor, merged, column, interpret(anchor, field, optional=optional), field)
    return read.at(place_of(table, row, column), field.title) if read.findings else read


def _merged(cell: Cell, merged: Merged, column: int, read: Reading, field: Field) -> Reading:
    """Return what merged cells say in a row that they cover."""
    if cells.is_empty(cell):
        return read
    area = f"{letters(merged.left - 1)}{merged.top}:{letters(merged.right - 1)}{merged.bottom}"
    if merged.left != column or field.kind in _COUNTED:
        # Whether one number stands for each row or for all of them is not for a machine to say.
        reason = message("the cell is a part of the merged cells {area}", area=area)
        remedy = message("unmerge them, and fill each cell")
        return Reading(value=cells.text(cell), findings=(error("CELL-MERGED", "", reason, remedy),))
    said = message(
        "“{said}” was read from the merged cells {area}", said=cells.text(cell), area=area
    )
    told = warning("CELL-MERGED", "", said)
    return Reading(value=read.value, findings=(*read.findings, told), filled=read.filled)
