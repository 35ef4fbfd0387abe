"""Ledgers of business (台账): their rows as properties of a record, by a form's ``[ledger]``.

A ledger is somebody else's table: a title above the headings, columns nobody
asks for, a row of totals below. What no cell gives is not invented here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rmdocs.canonical import Json
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.forms.ledger import LedgerMap
from rmdocs.intake import cells
from rmdocs.intake.candidates import refuse
from rmdocs.intake.cells import Cell
from rmdocs.intake.reading import read_table
from rmdocs.intake.rows import letters
from rmdocs.intake.tables import Table
from rmdocs.messages import message
from rmdocs.schemas.fields import Field, Kind

_EACH = "[]"
_TITLE_ROWS = 10
"""Rows above the data among which the headings are looked for."""

_FEWEST = 3
"""Columns that must be known for a row to be that of the headings."""

_UNIT = re.compile(r"\((元|%)\)$")
_MANY = re.compile(r"\(?[十百千]?[万千亿]元\)?$")
"""A unit of thousands and more: such amounts are rounded."""
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row of a ledger.

    :param number: its row in the file, from 1.
    :param values: what its cells say, by the property's name; empty cells are left
        out. None of a row that cannot be read, which ``findings`` says.
    :param columns: the column of each property the ledger has, as letters.
    """

    source: str
    number: int
    values: Mapping[str, Json]
    columns: Mapping[str, str]
    findings: tuple[Finding, ...]

    def place(self, name: str) -> str:
        """Return where a property stands, or would: ``loans.xlsx!C5``, ``loans.xlsx:5``."""
        letter = self.columns.get(name)
        return f"{self.source}!{letter}{self.number}" if letter else f"{self.source}:{self.number}"


def read_ledger(path: Path, known: LedgerMap, record: Field) -> list[LedgerRow]:
    """Return the rows of a ledger that say anything of what is asked for.

    :param record: the fields of a whole record.
    :raises FindingsError: if the file is wrong, or no row names the columns.
    """
    table = read_table(path)
    head, columns = _head(table, known)
    _require_yuan(table, head, columns, known, record)
    named = {name: letters(column) for name, column in columns.items()}
    rows = []
    width = _width(table.rows[head])
    for number, row in enumerate(table.rows[head + 1 :], head + 2):
        if _width(row) > width:
            wide = _wide(f"{table.source}:{number}", letters(width))
            rows.append(LedgerRow(table.source, number, {}, named, (wide,)))
            continue
        values: dict[str, Json] = {}
        findings: list[Finding] = []
        for name, column in columns.items():
            cell = row[column] if column < len(row) else None
            failed = table.failed(number, column + 1)
            field = field_at(record, name)
            if failed:
                findings.append(_formula(f"{table.source}!{named[name]}{number}", failed, field))
            elif not cells.is_empty(cell) and field is not None:
                values[name] = _value(cell, field, dict(dict(known.words).get(name, ())))
        if values or findings:
            rows.append(LedgerRow(table.source, number, values, named, tuple(findings)))
    return rows


def field_at(record: Field, name: str) -> Field | None:
    """Return the field of a property; of ``content.guarantors[].name`` that of one item."""
    steps = (0 if step == _EACH else step for step in name.replace(_EACH, f".{_EACH}").split("."))
    return record.at(tuple(steps))


def _head(table: Table, known: LedgerMap) -> tuple[int, dict[str, int]]:
    """Return the row of the headings, from 0, and the column of each property, from 0."""
    best: tuple[int, dict[str, int]] = (0, {})
    for row, row_cells in enumerate(table.rows[:_TITLE_ROWS]):
        columns = _columns(row_cells, known)
        if len(columns) > len(best[1]):
            best = (row, columns)
    if len(best[1]) < _FEWEST:
        likely = [titles[0] for _, titles in known.columns if titles]
        raise refuse(
            table.source,
            "LEDGER-HEADINGS",
            message("no row of the first {count} names the columns", count=_TITLE_ROWS),
            message(
                "name them so: {titles}; or say in loans.toml beside the file what they are called",
                titles="、".join(likely),
            ),
        )
    return best


def _columns(row: Sequence[Cell], known: LedgerMap) -> dict[str, int]:
    """Return the column of each property: that of its likeliest title, the first of several."""
    places: dict[str, int] = {}
    for column, cell in enumerate(row):
        places.setdefault(_plain(cells.text(cell)), column)
    found = {}
    for name, titles in known.columns:
        there = [places[plain] for plain in map(_plain, titles) if plain in places]
        if there:
            found[name] = there[0]
    return found


def _require_yuan(
    table: Table, head: int, columns: Mapping[str, int], known: LedgerMap, record: Field
) -> None:
    """Refuse amounts in 万元 and the like: rounded, they are none that a notice may name.

    :raises FindingsError: with LEDGER-UNIT for each such column that is asked for.
    """
    said = {column: _plain(cells.text(cell)) for column, cell in enumerate(table.rows[head])}
    many = {column: title for column, title in said.items() if _MANY.search(title)}
    found = []
    for name, titles in known.columns:
        field = field_at(record, name)
        if field is None or field.kind is not Kind.DECIMAL:
            continue
        likely = {_plain(title) for title in titles}
        if name in columns:
            there = [column for column in many if column == columns[name]]
        elif name in dict(known.values):
            there = []
        else:
            there = [column for column, title in many.items() if _MANY.sub("", title) in likely]
        found += [
            _many(f"{table.source}!{letters(one)}{head + 1}", many[one], field) for one in there
        ]
    if found:
        raise FindingsError(tuple(found))


def _many(place: str, title: str, field: Field) -> Finding:
    return error(
        "LEDGER-UNIT",
        place,
        message("the column “{title}” is not in 元: its amounts may be rounded", title=title),
        message("add a column in 元, and name it in loans.toml if it is called otherwise"),
        label=field.title,
    )


def _plain(title: str) -> str:
    """Return a heading without white space, star or unit; 万元 is another amount and stays."""
    plain = "".join(unicodedata.normalize("NFKC", title).split()).rstrip("*")
    return _UNIT.sub("", plain)


def _value(cell: Cell, field: Field, words: Mapping[str, str]) -> Json:
    if field.kind is Kind.DATE:
        compact = _COMPACT_DATE.fullmatch(cells.text(cell).strip())
        if compact:
            return "-".join(compact.groups())
    value = cells.read(cell, field)
    return words.get(value, value) if isinstance(value, str) else value


def _width(row: Sequence[Cell]) -> int:
    """Return how many columns a row takes up to its last cell that is not empty."""
    return max(
        (column for column, cell in enumerate(row, 1) if not cells.is_empty(cell)), default=0
    )


def _wide(place: str, letter: str) -> Finding:
    return error(
        "LEDGER-WIDE",
        place,
        message("the row goes on in column {letter}, which has no heading", letter=letter),
        message("name the column; in a CSV file put amounts with commas in quotes"),
    )


def _formula(place: str, failed: str, field: Field | None) -> Finding:
    return error(
        "CELL-FORMULA",
        place,
        message("the cell holds the formula error {failed}", failed=failed),
        message("mend the formula, or paste the value"),
        label=field.title if field else "",
    )
