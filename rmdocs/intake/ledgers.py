"""Ledgers of business (台账): their rows as properties of a record, by a form's ``[ledger]``.

A ledger is somebody else's table: a title above the headings, columns nobody
asks for, a row of totals below. What no cell gives is not invented here.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rmdocs.canonical import Json
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.findings import Finding, Severity, error
from rmdocs.forms.sections.ledger import LedgerMap
from rmdocs.intake import cells
from rmdocs.intake.candidates import ALL, Hidden, Selection, refuse
from rmdocs.intake.cells import Cell
from rmdocs.intake.interpreting import place_of, read_cell
from rmdocs.intake.rowfiles import TITLE_ROWS, RowFile, is_blank, is_total, letters, seen
from rmdocs.intake.worksheets import read_tables, require_one
from rmdocs.messages import by_command, listed, message
from rmdocs.schemas.fields import Field, FieldKind

_EACH = "[]"
_FEWEST = 3
"""Columns that must be known for a row to be that of the headings."""

_UNIT = re.compile(r"\((元|%)\)$")
_MANY = re.compile(r"\(?[十百千]?[万千亿]元\)?$")
"""A unit of thousands and more: such amounts are rounded."""
_TITLE_UNIT = re.compile(
    r"(?:单位|金额单位|币种)[:为]?(?:人民币)?(?:[百千]?[百千万亿]元?|[百千万亿]*(?:美元|港元|港币|欧元|日元|英镑))"
    r"|\([百千]?[千万亿]元\)"
)
_BRACKETS = re.compile(r"\([^()]*\)$")
_NEAR = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """A row of a ledger.

    :param number: its row in the file, from 1.
    :param values: what its cells say, by the property's name; empty cells are left
        out. None of a row that cannot be read, which ``findings`` says.
    :param columns: the column of each property the ledger has, as letters.
    :param total: whether it says of itself that it sums up others.
    """

    source: str
    number: int
    values: Mapping[str, Json]
    columns: Mapping[str, str]
    findings: tuple[Finding, ...]
    total: bool = False

    def place(self, name: str) -> str:
        """Return where a property stands, or would: ``loans.xlsx!C5``, ``loans.xlsx:5``."""
        letter = self.columns.get(name)
        return f"{self.source}!{letter}{self.number}" if letter else f"{self.source}:{self.number}"

    def news(self, findings: Iterable[Finding]) -> list[Finding]:
        """Return the findings that do not speak of a cell which was refused already."""
        refused = {one.path for one in self.findings if one.severity is Severity.ERROR}
        return [one for one in findings if one.path not in refused]


def read_ledger(
    file: File, known: LedgerMap, record: Field, selection: Selection = ALL
) -> list[LedgerRow]:
    """Return the rows of a ledger that say anything of what is asked for.

    :param record: the fields of a whole record.
    :param selection: which worksheets; if none is named, the one whose headings are known.
    :raises FindingsError: if the file is wrong, no row names the columns, or more than
        one worksheet holds loans, or some of them are hidden, and nobody said what then.
    """
    found = [(table, _head(table, known)) for table in read_tables(file, selection)]
    meant = [(table, head) for table, head in found if len(head[1]) >= _FEWEST]
    if not meant:
        raise _no_headings(found[0][0], known)
    require_one(file, [table for table, _ in meant if len(table.rows) > 1], selection)
    if selection.hidden is Hidden.SKIP and not selection.sheets:
        meant = [one for one in meant if not one[0].hidden] or meant
    if not selection.sheets:
        # A worksheet of headings alone holds no loans.
        meant = ([one for one in meant if len(one[0].rows) > one[1][0] + 1] or meant)[:1]
    return [row for one in meant for row in _rows(*one, known, record, selection.hidden)]


def _rows(
    table: RowFile,
    head: tuple[int, dict[str, int]],
    known: LedgerMap,
    record: Field,
    hidden: Hidden,
) -> Iterator[LedgerRow]:
    names, columns = head
    table = seen(table, names + 1, hidden)
    _require_yuan(table, names, columns, known, record)
    _require_no_near(table, names, columns, known, record)
    named = {name: letters(column) for name, column in columns.items()}
    width = _width(table.rows[names])
    for number, row in enumerate(table.rows[names + 1 :], names + 2):
        if is_blank(row):
            continue
        if _width(row) > width:
            wide = _wide(f"{table.source}:{number}", letters(width))
            yield LedgerRow(
                source=table.source, number=number, values={}, columns=named, findings=(wide,)
            )
            continue
        values: dict[str, Json] = {}
        findings: list[Finding] = []
        for name, column in columns.items():
            field = field_at(record, name)
            if field is None:
                continue
            # What the ledger does not say may be known otherwise, but 无 is said.
            field = (
                Field(name="", kind=FieldKind.LIST, title=field.title, item=field)
                if _EACH in name
                else field
            )
            words = dict(dict(known.words).get(name, ()))
            cell = table.cell(number, column + 1)
            said = cells.text(cell).strip() if isinstance(cell, str) else ""
            if said in words:
                values[name] = words[said]
                continue
            read = read_cell(table, number, column + 1, field)
            findings += read.findings
            if read.filled and not read.refused:
                values[name] = read.value
        if values or findings:
            total = is_total(row)
            yield LedgerRow(
                source=table.source,
                number=number,
                values=values,
                columns=named,
                findings=tuple(findings),
                total=total,
            )


def field_at(record: Field, name: str) -> Field | None:
    """Return the field of a property; of ``content.guarantors[].name`` that of one item."""
    steps = (0 if step == _EACH else step for step in name.replace(_EACH, f".{_EACH}").split("."))
    return record.at(tuple(steps))


def _head(table: RowFile, known: LedgerMap) -> tuple[int, dict[str, int]]:
    """Return the row of the headings, from 0, and the column of each property, from 0."""
    best: tuple[int, dict[str, int]] = (0, {})
    for row in range(min(TITLE_ROWS, len(table.rows))):
        columns = _columns(table.names(row), known)
        if len(columns) > len(best[1]):
            best = (row, columns)
    return best


def _no_headings(table: RowFile, known: LedgerMap) -> FindingsError:
    likely = [titles[0] for _, titles in known.columns if titles]
    return refuse(
        table.source,
        "LEDGER-HEADINGS",
        message("no row of the first {count} names the columns", count=TITLE_ROWS),
        by_command(
            message(
                "name the columns so: {titles}; or hand in with it what they are called",
                titles=listed(likely),
            ),
            "loans.toml",
        ),
    )


def _columns(names: Sequence[str], known: LedgerMap) -> dict[str, int]:
    """Return the column of each property: that of its likeliest title, the first of several."""
    places: dict[str, int] = {}
    for column, name in enumerate(names):
        places.setdefault(_plain(name), column)
    found = {}
    for name, titles in known.columns:
        there = [places[plain] for plain in map(_plain, titles) if plain in places]
        if there:
            found[name] = there[0]
    return found


def _require_yuan(
    table: RowFile, head: int, columns: Mapping[str, int], known: LedgerMap, record: Field
) -> None:
    """Refuse amounts in 万元 and the like: rounded, they are none that a notice may name.

    :raises FindingsError: with LEDGER-UNIT for each such column that is asked for.
    """
    _require_title_in_yuan(table, head)
    said = {column: _plain(name) for column, name in enumerate(table.names(head))}
    many = {column: title for column, title in said.items() if _MANY.search(title)}
    found = []
    for name, titles in known.columns:
        field = field_at(record, name)
        if field is None or field.kind is not FieldKind.DECIMAL:
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


def _require_title_in_yuan(table: RowFile, head: int) -> None:
    """Refuse a table above which it is said that its amounts are in 万元 or in another currency.

    :raises FindingsError: with LEDGER-UNIT.
    """
    for row in range(head):
        for column, cell in enumerate(table.rows[row]):
            said = _TITLE_UNIT.search(_plain(cells.text(cell)))
            if said:
                raise refuse(
                    place_of(table, row + 1, column + 1),
                    "LEDGER-UNIT",
                    message("the table says “{said}”: its amounts are not in 元", said=said[0]),
                    message("give the amounts in 元, and say so above the table"),
                )


def _many(place: str, title: str, field: Field) -> Finding:
    return error(
        "LEDGER-UNIT",
        place,
        message("the column “{title}” is not in 元: its amounts may be rounded", title=title),
        by_command(
            message("add a column in 元; if it is called otherwise, say so with the file"),
            "loans.toml",
        ),
        label=field.title,
    )


def _plain(title: str) -> str:
    """Return a heading without white space, star or unit; 万元 is another amount and stays."""
    plain = "".join(unicodedata.normalize("NFKC", title).split()).rstrip("*")
    return _UNIT.sub("", plain)


def _require_no_near(
    table: RowFile, head: int, columns: Mapping[str, int], known: LedgerMap, record: Field
) -> None:
    """Refuse a heading like that of a property without a column, if nobody would miss it.

    A column 担保人1 that is read by nobody would leave the guarantors out without a word.

    :raises FindingsError: with LEDGER-NEAR for each such column.
    """
    taken = {column: _plain(name) for column, name in enumerate(table.names(head)) if name}
    for column in columns.values():
        taken.pop(column, None)
    found = []
    for name, titles in known.columns:
        field = field_at(record, name)
        if name in columns or field is None or not _goes_unmissed(name, field):
            continue
        plain = {_BRACKETS.sub("", said): column for column, said in taken.items()}
        for title in map(_plain, titles):
            near = difflib.get_close_matches(title, plain, n=1, cutoff=_NEAR)
            if near:
                found.append(_near(table, head, plain[near[0]], title, field))
                break
    if found:
        raise FindingsError(tuple(found))


def _goes_unmissed(name: str, field: Field) -> bool:
    return _EACH in name or field.nullable or not field.required


def _near(table: RowFile, head: int, column: int, title: str, field: Field) -> Finding:
    return error(
        "LEDGER-NEAR",
        place_of(table, head + 1, column + 1),
        message("the column “{said}” is not read", said=table.names(head)[column]),
        by_command(
            message(
                "did you mean {title}? Call it so, or say with the file what it is called",
                title=title,
            ),
            "loans.toml",
        ),
        label=field.title,
    )


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
