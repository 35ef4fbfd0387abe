"""Rows to records: headings resolved, cells typed, objects and lists built.

An object whose cells are all empty is not there; a list of which no entry is
filled is empty. All mistakes of the headings are reported at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from rmdocs.canonical import Json
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, has_errors, warning
from rmdocs.identifiers import Revision
from rmdocs.intake import cells, headings, listsheets, rowfiles
from rmdocs.intake.building import Part, build
from rmdocs.intake.candidates import Candidate, refuse
from rmdocs.intake.cells import Cell, CellReading
from rmdocs.intake.headings import FieldsOf, SheetMark, leaves, record_fields
from rmdocs.intake.interpreting import read_cell
from rmdocs.intake.rowfiles import RowFile, letters
from rmdocs.messages import Language, Text, by_command, listed, message
from rmdocs.schemas.fields import Field, join

InForce = Callable[[str], Revision]
"""Gives the revision in force by the form's number."""

_NEAR, _SHORT_NEAR = 0.6, 0.5
_SHORT = 2
"""Characters of a heading of which one may be mistaken."""

FINDINGS_HEADINGS: Mapping[Language, str] = MappingProxyType(
    {Language.EN: "findings", Language.ZH: "问题"}
)
_FORM = ("form", "表单编号")


def read_rows(
    table: RowFile, fields_of: FieldsOf, form: str = "", in_force: InForce | None = None
) -> list[Candidate]:
    """Return one candidate a row that is not empty.

    :param form: number of the form, where the table has no column for it.
    :param in_force: asked only where the table says for which revision it was made.
    :raises FindingsError: with everything wrong with the headings, or if the
        table was made for another revision than the one in force.
    """
    head = table.head
    names = table.names(head.names)
    column = _form_column(names)
    keyed = listsheets.key_column(names)
    data = [
        (number, row)
        for number, row in enumerate(table.rows[head.data :], head.data + 1)
        if not all(cells.is_empty(cell) for at, cell in enumerate(row) if at != keyed)
    ]
    if not data:
        return []
    number = _one_form(table, column, data) or form
    if not number:
        raise refuse(
            table.source,
            "TABLE-FORM",
            message("the table does not say which form its records are of"),
            message("add a column form, such as RXD7200-02"),
        )
    root = record_fields(fields_of(number))
    if table.mark is not None and in_force is not None:
        _require_current(table, table.mark, number, in_force(number))
    tree, told = _tree(table, names, root, head.data)
    candidates = [_candidate(table, tree, number, place, row) for place, row in data]
    # What is told of the table is told once, with its first record.
    first = replace(candidates[0], findings=(*told, *candidates[0].findings))
    return listsheets.join_lists(table, [first, *candidates[1:]], root, _entries)


def _candidate(
    table: RowFile, tree: Part, number: str, place: int, row: Sequence[Cell]
) -> Candidate:
    """Return the record that a row is."""
    found = _build(table, tree, place)
    value: Json = {"form": number}
    findings, unread = found.findings, found.unread
    if rowfiles.is_total(row):
        findings, unread = (_total(table, place),), frozenset({"$"})
    else:
        value |= found.value
    return Candidate(
        source=table.source,
        row=place,
        value=value,
        findings=findings,
        unread=unread,
        sheet=table.sheet,
        places=found.cells,
    )


def _entries(
    table: RowFile, names: Sequence[str], data: int, field: Field
) -> Iterator[listsheets.ListEntry]:
    """Yield the rows of a list that are not empty."""
    tree, told = _tree(table, names, field, data)
    for number, row in enumerate(table.rows[data:], data + 1):
        found = _build(table, tree, number)
        total = rowfiles.is_total(row)
        if found.filled:
            yield listsheets.ListEntry(
                row=number,
                value=found.value,
                findings=(*told, *found.findings, *([_total(table, number)] if total else [])),
                unread=found.unread | ({"$"} if total else frozenset()),
                places=found.cells,
            )
            told = []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What a row holds.

    :param cells: the cell of each path.
    """

    value: Json
    filled: bool
    findings: tuple[Finding, ...]
    unread: frozenset[str]
    cells: Mapping[str, str]


def _build(table: RowFile, tree: Part, row: int) -> _Row:
    def read(part: Part) -> CellReading:
        column = part.column or 0
        return read_cell(table, row, column + 1, part.field, optional=part.optional)

    built = build(tree, read)
    return _Row(
        value=built.value,
        filled=built.filled,
        findings=tuple(one for _, said in built.read.values() for one in said.findings),
        unread=built.unread,
        cells={
            join("$", at): f"{letters(part.column or 0)}{row}"
            for at, (part, _) in built.read.items()
        },
    )


def names_form(table: RowFile) -> bool:
    """Return whether a table has a column for the number of the form."""
    return bool(table.rows) and _form_column(table.names(table.head.names)) is not None


def _form_column(names: Sequence[str]) -> int | None:
    return next((place for place, name in enumerate(names) if _plain(name) in _FORM), None)


def _total(table: RowFile, row: int) -> Finding:
    return error(
        "TABLE-TOTAL",
        f"{table.source}:{row}",
        message("a row of totals, no record"),
        message("delete the row"),
    )


def _require_current(table: RowFile, mark: SheetMark, number: str, current: Revision) -> None:
    if mark.record:
        raise refuse(
            table.source,
            "SHEET-RECORD",
            message("the sheet corrects {number}: it is for no new record", number=mark.record),
            by_command(
                message("amend the record with it"),
                message("rmdocs amend {number} FILE --reason TEXT", number=mark.record),
            ),
        )
    if str(mark.number) != number:
        raise refuse(
            table.source,
            "SHEET-FORM",
            message("the sheet was made for {own}, not for {other}", own=mark.number, other=number),
            by_command(
                message("take a new empty sheet"),
                message("rmdocs form sheet {number} --out FILE", number=number),
            ),
        )
    if mark.revision != current:
        raise refuse(
            table.source,
            "SHEET-REVISION",
            message(
                "the sheet was made for revision {made} of {number}; in force is {current}",
                made=mark.revision,
                number=number,
                current=current,
            ),
            by_command(
                message("take a new empty sheet"),
                message("rmdocs form sheet {number} --out FILE", number=number),
            ),
        )


def _one_form(
    table: RowFile, column: int | None, data: Sequence[tuple[int, Sequence[Cell]]]
) -> str:
    if column is None:
        return ""
    forms: dict[str, int] = {}
    for number, row in data:
        cell = row[column] if column < len(row) else None
        if not rowfiles.is_total(row):
            forms.setdefault(cells.text(cell).strip(), number)
    if len(forms) > 1:
        (_, first), (other, second) = list(forms.items())[:2]
        place = f"{table.source}:{second}"
        raise refuse(
            place,
            "TABLE-FORM",
            message(
                "form {form!r} in row {second}, another in row {first}",
                form=other,
                second=second,
                first=first,
            ),
            message("keep one form in a table"),
        )
    return next(iter(forms), "")


def _tree(
    table: RowFile, names: Sequence[str], root: Field, data: int
) -> tuple[Part, list[Finding]]:
    """Return what the columns are, and what is told of them.

    :param data: the first row of data, counted from 0.
    """
    tree = Part(field=root, steps=())
    findings: list[Finding] = []
    extra: list[tuple[int, str]] = []
    keyed = listsheets.key_column(names)
    width = max((len(row) for row in table.rows), default=0)
    for column, name in enumerate([*names, *[""] * (width - len(names))]):
        if column == keyed or _plain(name) in FINDINGS_HEADINGS.values():
            continue
        if name:
            found = list(_enter(tree, name, column, table.source, extra))
            findings += found
        elif _holds_anything(table, column, data):
            place = f"{table.source}!{letters(column)}"
            findings.append(
                error(
                    "TABLE-COLUMN",
                    place,
                    message("a column without a heading"),
                    message("give it the heading of its field, or delete the column"),
                )
            )
    told = [_extra(table, tree, column, name, data) for column, name in extra]
    findings += [one for one in told if has_errors((one,))]
    if findings:
        raise FindingsError(tuple(findings))
    return tree, told


def _holds_anything(table: RowFile, column: int, data: int) -> bool:
    return any(
        not cells.is_empty(table.cell(row, column + 1)) for row in range(data, len(table.rows) + 1)
    )


def _extra(table: RowFile, tree: Part, column: int, name: str, data: int) -> Finding:
    """Return what is said of a column that is no field's.

    An error where its heading is near that of a field that nobody filled.
    """
    place = f"{table.source}!{letters(column)}"
    near = _near(table, tree, name, data)
    if near:
        return error(
            "TABLE-COLUMN",
            place,
            message("no such column: {name!r}", name=name),
            message("did you mean {name}? If not, delete the column", name=near),
            label=name,
        )
    return warning(
        "TABLE-EXTRA",
        place,
        message("the form has no such field: the column is not read"),
        label=name,
    )


def _near(table: RowFile, tree: Part, name: str, data: int) -> str:
    """Return the heading of a field nobody filled that is near another heading, or nothing."""
    known: dict[str, str] = {}
    for chain, field in leaves(tree.field):
        titled = headings.SEPARATOR.join(chain)
        for one in (titled, chain[-1] if chain else "", field.name):
            known.setdefault(one, titled or field.name)
    filled = {
        node.field.title or node.field.name
        for node in tree.leaves()
        if node.column is not None and _holds_anything(table, node.column, data + 1)
    }
    filled |= {node.field.name for node in tree.leaves()}
    wanted = [one for one in known if one and one not in filled and known[one] not in filled]
    plain = _plain(name)
    cutoff = _SHORT_NEAR if len(plain) <= _SHORT else _NEAR
    found = difflib.get_close_matches(plain, wanted, n=1, cutoff=cutoff)
    return known[found[0]] if found else ""


def _enter(
    tree: Part, name: str, column: int, source: str, extra: list[tuple[int, str]]
) -> Iterator[Finding]:
    def wrong(reason: Text, remedy: Text) -> Finding:
        return error("TABLE-COLUMN", f"{source}!{letters(column)}", reason, remedy, label=name)

    exact = headings.by_key(tree.field, name)
    places = [exact] if exact else headings.by_titles(tree.field, name)
    if not places:
        extra.append((column, name))
        return
    if len(places) > 1:
        keys = listed(headings.key(place.steps) for place in places)
        yield wrong(
            message("{name!r} may be any of: {keys}", name=name, keys=keys),
            message("use one of these as the heading"),
        )
        return
    if places[0].field.is_group:
        yield wrong(
            message("{name!r} is a group of columns", name=name),
            message("name each of its parts: {example}", example=_example(places[0])),
        )
        return
    node = tree.grow(places[0].steps)
    if node.column is not None or node.children:
        yield wrong(
            message("{name!r} has a column already", name=name),
            message("delete one of the two columns"),
        )
        return
    node.column = column


def _example(place: headings.HeadingTarget) -> str:
    inner: Field = place.field
    steps = place.steps
    while inner.is_group:
        if inner.item is not None:
            inner, steps = inner.item, (*steps, 0)
        else:
            inner = inner.children[0]
            steps = (*steps, inner.name)
    return headings.key(steps)


def _plain(name: str) -> str:
    return name.rstrip("*＊ ").strip()
