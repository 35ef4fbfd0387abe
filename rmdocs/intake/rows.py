"""Rows to records: headings resolved, cells typed, objects and lists built.

An object whose cells are all empty is not there; a list of which no entry is
filled is empty. All mistakes of the headings are reported at once.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rmdocs.canonical import Json
from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, Finding, error
from rmdocs.identifiers import Revision
from rmdocs.intake import cells, paths
from rmdocs.intake.candidates import Candidate, refuse
from rmdocs.intake.cells import Cell
from rmdocs.intake.fields import FieldsOf, leaves, record_fields
from rmdocs.intake.mark import Mark
from rmdocs.intake.tables import Table
from rmdocs.messages import Text, message
from rmdocs.schemas.fields import Field, Kind
from rmdocs.schemas.paths import Steps, join

InForce = Callable[[str], Revision]
"""Gives the revision in force by the form's number."""

FINDINGS_HEADING = "findings"
_FORM = ("form", "表单编号")


@dataclass(slots=True)
class _Node:
    """A part of the record that the table has columns for."""

    field: Field
    steps: Steps
    column: int | None = None
    children: dict[str | int, _Node] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    table: Table
    number: int
    cells: Sequence[Cell]
    findings: list[Finding]

    def cell(self, column: int) -> Cell:
        return self.cells[column] if column < len(self.cells) else None


def read_rows(
    table: Table, fields_of: FieldsOf, form: str = "", in_force: InForce | None = None
) -> list[Candidate]:
    """Return one candidate a row that is not empty.

    :param form: number of the form, where the table has no column for it.
    :param in_force: asked only where the table says for which revision it was made.
    :raises FindingsError: with everything wrong with the headings, or if the
        table was made for another revision than the one in force.
    """
    head = table.head
    names = [cells.text(cell).strip() for cell in table.rows[head.names]]
    column = next((place for place, name in enumerate(names) if _plain(name) in _FORM), None)
    data = [
        (number, row)
        for number, row in enumerate(table.rows[head.data :], head.data + 1)
        if not all(cells.is_empty(cell) for cell in row)
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
    tree = _tree(table, names, root)
    candidates = []
    for place, row in data:
        current = _Row(table, place, row, [])
        value, _ = _build(tree, current)
        if column is None:
            value = {"form": number, **value}
        candidates.append(Candidate(table.source, place, value, tuple(current.findings)))
    return candidates


def _require_current(table: Table, mark: Mark, number: str, current: Revision) -> None:
    if mark.record:
        raise refuse(
            table.source,
            "SHEET-RECORD",
            message("the sheet corrects {number}: it is for no new record", number=mark.record),
            message("amend with it: rmdocs amend {number} FILE --reason TEXT", number=mark.record),
        )
    if str(mark.number) != number:
        raise refuse(
            table.source,
            "SHEET-FORM",
            message("the sheet was made for {own}, not for {other}", own=mark.number, other=number),
            message("make a new sheet with: rmdocs form sheet {number} --out FILE", number=number),
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
            message("make a new sheet with: rmdocs form sheet {number} --out FILE", number=number),
        )


def _one_form(table: Table, column: int | None, data: Sequence[tuple[int, Sequence[Cell]]]) -> str:
    if column is None:
        return ""
    forms: dict[str, int] = {}
    for number, row in data:
        cell = row[column] if column < len(row) else None
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


def _tree(table: Table, names: Sequence[str], root: Field) -> _Node:
    tree = _Node(root, ())
    findings: list[Finding] = []
    for column, name in enumerate(names):
        if _plain(name) in (FINDINGS_HEADING, "问题"):
            continue
        if name:
            findings += _enter(tree, name, column, table.source)
        elif any(column < len(row) and not cells.is_empty(row[column]) for row in table.rows):
            place = f"{table.source}!{letters(column)}"
            findings.append(error("TABLE-COLUMN", place, message("a column without a heading")))
    if findings:
        raise FindingsError(tuple(findings))
    return tree


def _enter(tree: _Node, name: str, column: int, source: str) -> Iterator[Finding]:
    def wrong(reason: Text, remedy: Text = NOTHING) -> Finding:
        return error("TABLE-COLUMN", f"{source}!{letters(column)}", reason, remedy, label=name)

    exact = paths.by_key(tree.field, name)
    places = [exact] if exact else paths.by_titles(tree.field, name)
    if not places:
        yield wrong(message("no such column: {name!r}", name=name), _did_you_mean(tree.field, name))
        return
    if len(places) > 1:
        keys = ", ".join(paths.key(place.steps) for place in places)
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
    node = _grow(tree, places[0].steps)
    if node.column is not None or node.children:
        yield wrong(message("{name!r} has a column already", name=name))
        return
    node.column = column


def _grow(tree: _Node, steps: Steps) -> _Node:
    node = tree
    for count, step in enumerate(steps, 1):
        if step not in node.children:
            inner = node.field.item if isinstance(step, int) else node.field.child(step)
            if inner is None:
                raise KeyError(step)
            node.children[step] = _Node(inner, steps[:count])
        node = node.children[step]
    return node


def _build(node: _Node, row: _Row) -> tuple[Json, bool]:
    """Return the value of a part, and whether any of its cells is filled."""
    if node.column is not None:
        return _leaf(node, row)
    if node.field.kind is Kind.LIST:
        built = (_build(node.children[index], row) for index in sorted(node.children, key=int))
        items = [value for value, filled in built if filled]
        return items, bool(items)
    result: dict[str, Json] = {}
    filled = False
    for child in node.children.values():
        value, there = _build(child, row)
        filled |= there
        if there or _stands_empty(child.field):
            result[child.field.name] = value
    return result, filled


def _stands_empty(field: Field) -> bool:
    if field.kind is Kind.LIST:
        return not field.nullable
    return field.kind is Kind.OBJECT and field.required


def _leaf(node: _Node, row: _Row) -> tuple[Json, bool]:
    column = node.column or 0
    cell = row.cell(column)
    failed = row.table.failed(row.number, column + 1)
    if failed:
        finding = error(
            "CELL-FORMULA",
            join("$", node.steps),
            message(
                "cell {cell} holds the formula error {failed}",
                cell=f"{letters(column)}{row.number}",
                failed=failed,
            ),
            message("mend the formula, or paste the value"),
            label=node.field.title,
        )
        row.findings.append(finding)
        return failed, True
    if cells.is_empty(cell):
        return ([] if node.field.kind is Kind.LIST else None), False
    value = cells.read(cell, node.field)
    return value, value != []


def letters(column: int) -> str:
    """Return a column, counted from 0, as spreadsheets letter it."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _did_you_mean(root: Field, name: str) -> Text:
    known = [paths.SEPARATOR.join(chain) for chain, _ in leaves(root)]
    known += [field.name for _, field in leaves(root)]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return message("did you mean {name}?", name=near[0])
    return message("write the sheet to fill with: rmdocs form sheet")


def _example(place: paths.Place) -> str:
    inner: Field = place.field
    steps = place.steps
    while inner.is_group:
        if inner.item is not None:
            inner, steps = inner.item, (*steps, 0)
        else:
            inner = inner.children[0]
            steps = (*steps, inner.name)
    return paths.key(steps)


def _plain(name: str) -> str:
    return name.rstrip("*＊ ").strip()
