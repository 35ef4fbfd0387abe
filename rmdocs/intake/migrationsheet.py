"""The spreadsheet of what records lack under a new revision, for people to fill in.

One row a record, one column for each field that any of them lacks; cells that
are not asked for are grey. Under the titles a hidden row of JSON paths says
what each column is. Values are typed as in every sheet; whether they are right
is judged with the record they belong to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rmdocs.canonical import Json
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError, UsageError
from rmdocs.files import File
from rmdocs.findings import Finding, error, has_errors
from rmdocs.forms.form import Form
from rmdocs.identifiers import RecordNumber
from rmdocs.intake import cells
from rmdocs.intake.candidates import Hidden, refuse, require_record_file
from rmdocs.intake.headings import SheetColumn, SheetMark
from rmdocs.intake.interpreting import place_of, read_cell
from rmdocs.intake.rowfiles import RowFile, letters, read_xlsx, seen
from rmdocs.messages import Language, message
from rmdocs.schemas.fields import Field, FieldKind, Steps, fill, join, split
from rmdocs.schemas.schema import label

NUMBER, CUSTOMER, SUBJECT = "number", "customer", "subject"
_TITLES = {NUMBER: "记录编号", CUSTOMER: "客户", SUBJECT: "事由"}
_ENTRIES = 3
_HEAD_ROWS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A record and what it lacks.

    :param paths: JSON paths in the record or its stages, as findings have them.
    :param customer: for orientation, like ``subject``; neither is read again.
    """

    number: RecordNumber
    paths: tuple[str, ...]
    customer: str = ""
    subject: str = ""


def columns(form: Form, paths: Iterable[str]) -> list[SheetColumn]:
    """Return the columns that ``paths`` ask for, in the order of the form.

    Their keys are JSON paths. A group gives a column for each of its fields, a
    list of groups for three entries. What no cell can hold, such as a record's
    date, is left out.
    """
    found: dict[Steps, SheetColumn] = {}
    for path in dict.fromkeys(paths):
        place = _place(form, split(path) or ())
        if place is not None:
            found |= _leaves(place, place.steps, place.field, required=True)
    return [found[steps] for steps in sorted(found, key=lambda steps: _rank(form, steps))]


def write_missing(form: Form, rows: Sequence[Missing], language: Language) -> bytes:
    """Return the spreadsheet in which people fill in what ``rows`` lack under ``form``.

    :param language: of its notes; titles and choices are the form's own.
    """
    from rmdocs.intake.sheetstyles import write_missing_values  # noqa: PLC0415 - brings openpyxl, slow to import

    orientation = [
        SheetColumn(
            key=key, title=title, field=Field(name=key, kind=FieldKind.TEXT), required=False
        )
        for key, title in _TITLES.items()
    ]
    needed = [{column.key for column in columns(form, row.paths)} for row in rows]
    listed = columns(form, (path for row in rows for path in row.paths))
    shown = [(str(row.number), row.customer, row.subject) for row in rows]
    return write_missing_values(
        SheetMark(number=form.number, revision=form.revision, title=form.title.zh),
        orientation,
        listed,
        shown,
        needed,
        language=language,
    )


FilledIn = dict[RecordNumber, dict[str, "Json"]]
"""What people filled in: for each record its values by JSON path."""


def read_missing(file: File, form: Form) -> tuple[FilledIn, tuple[Finding, ...]]:
    """Return what was filled in, and what is to be told of its cells.

    Empty cells give nothing; whatever is still missing is told when the record
    is judged.

    :raises FindingsError: if the file is no such sheet or was made for another
        revision; else with every cell that cannot be read, its place as
        ``missing.xlsx!D5`` and its label the title of the column.
    """
    if file.suffix.lower() not in {".xlsx", ".xlsm"}:
        raise refuse(
            file.name,
            "FILE-KIND",
            message("a sheet to fill in is an XLSX workbook"),
            message("save it as an Excel workbook (.xlsx)"),
        )
    table = read_xlsx(require_record_file(file))
    _require_for(table, form)
    head = _head(table)
    table = seen(table, head + 1, Hidden.REFUSE)
    findings: list[Finding] = []
    given = list(_columns(table, head, form, findings))
    values: dict[RecordNumber, dict[str, Json]] = {}
    for row, filled_in in enumerate(table.rows[head + 1 :], head + 2):
        if all(cells.is_empty(cell) for cell in filled_in):
            continue
        number = _number(table, row, form, findings)
        if number in values:
            place = f"{table.source}!A{row}"
            findings.append(
                error(
                    "MISSING-TWICE",
                    place,
                    message("“{number}” occurs twice", number=number),
                    message("keep one of the two rows"),
                )
            )
        filled = dict(_filled(table, row, given, findings))
        if number is not None:
            values[number] = filled
    if has_errors(findings):
        raise FindingsError(tuple(findings))
    return {number: filled for number, filled in values.items() if filled}, tuple(findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FieldPlace:
    """A field of a form and the steps to it.

    :param title: what comes before the titles of the field.
    :param root: the content or the stage it belongs to.
    :param start: how many steps lead to ``root``.
    """

    steps: Steps
    field: Field
    title: str
    root: Field
    start: int


def _place(form: Form, steps: Steps) -> _FieldPlace | None:
    root, title, start = form.schema.root, "", 1
    if steps[:1] == ("stages",) and len(steps) > 1:
        stage = form.stage(str(steps[1]))
        if stage is None:
            return None
        root, title, start = form.stage_schema(stage.name).root, stage.title.zh, 2
        if stage.repeat:
            index = steps[2] if len(steps) > 2 else None  # noqa: PLR2004 - after the stage's name
            if not isinstance(index, int) or index >= len(stage.repeat_values):
                return None
            title, start = f"{title} {stage.repeat_values[index]}", 3
    elif steps[:1] != ("content",):
        return None
    field = root.at(steps[start:])
    return (
        _FieldPlace(steps=steps, field=field, title=title, root=root, start=start)
        if field is not None
        else None
    )


def _leaves(
    place: _FieldPlace, steps: Steps, field: Field, *, required: bool
) -> Iterator[tuple[Steps, SheetColumn]]:
    if not field.is_group:
        chain = label(place.root, steps[place.start :])
        title = f"{place.title} › {chain}" if place.title else chain
        yield steps, SheetColumn(key=join("$", steps), title=title, field=field, required=required)
    elif field.item is None:
        for child in field.children:
            inner = (*steps, child.name)
            yield from _leaves(place, inner, child, required=required and child.required)
    else:
        for index in range(_ENTRIES):
            yield from _leaves(place, (*steps, index), field.item, required=False)


def _rank(form: Form, steps: Steps) -> tuple[int, ...]:
    """Return where a field stands in its form: the content first, then stage by stage."""
    place = _place(form, steps)
    names = [stage.name for stage in form.stages]
    rank = [names.index(str(steps[1])) + 1 if steps[0] == "stages" else 0]
    rank += [step for step in steps[: place.start if place else 1] if isinstance(step, int)]
    field: Field | None = place.root if place else None
    for step in steps[place.start :] if place else ():
        if isinstance(step, int):
            rank.append(step)
            field = field.item if field is not None else None
        elif field is not None:
            children = [child.name for child in field.children]
            rank.append(children.index(step))
            field = field.child(step)
    return tuple(rank)


def _require_for(table: RowFile, form: Form) -> None:
    mark = table.mark
    if mark is None or (mark.number, mark.revision) == (form.number, form.revision):
        return
    raise refuse(
        table.source,
        "SHEET-REVISION",
        message(
            "the sheet was made for revision {made} of {number}, not for {revision} of {form}",
            made=mark.revision,
            number=mark.number,
            revision=form.revision,
            form=form.number,
        ),
        message("make a new one; values can be copied into it"),
    )


def _head(table: RowFile) -> int:
    """Return the place of the row of keys, from 0."""
    for place, row in enumerate(table.rows[:_HEAD_ROWS]):
        if row and cells.text(row[0]).strip() == NUMBER:
            return place
    raise refuse(
        table.source,
        "MISSING-KEYS",
        message("this is no sheet of what records lack: its hidden row of keys is not there"),
        message("make it again, and leave its second row as it is"),
    )


def _columns(
    table: RowFile, head: int, form: Form, findings: list[Finding]
) -> Iterator[tuple[int, SheetColumn]]:
    """Yield the columns with values, counted from 0."""
    seen: set[str] = set()
    for column in range(max(len(row) for row in table.rows)):
        key = cells.text(table.cell(head + 1, column + 1)).strip()
        if key in _TITLES:
            continue
        found = [one for one in columns(form, [key]) if one.key == key and key not in seen]
        if found:
            seen.add(key)
            yield column, found[0]
        elif key or any(_cell(row, column) is not None for row in table.rows):
            place = f"{table.source}!{letters(column)}"
            reason = message("no such column: {name!r}", name=key)
            remedy = message("give it the heading of its field, or delete the column")
            if key in seen:
                reason = message("{name!r} has a column already", name=key)
                remedy = message("delete one of the two columns")
            findings.append(error("TABLE-COLUMN", place, reason, remedy))


def _cell(row: Sequence[cells.Cell], column: int) -> cells.Cell:
    cell = row[column] if column < len(row) else None
    return None if cells.is_empty(cell) else cell


def _number(table: RowFile, row: int, form: Form, findings: list[Finding]) -> RecordNumber | None:
    place = f"{table.source}!A{row}"
    try:
        number = RecordNumber.parse(cells.text(_cell(table.rows[row - 1], 0)).strip())
    except UsageError as problem:
        findings.append(
            error("MISSING-NUMBER", place, problem.reason, problem.remedy, label=_TITLES[NUMBER])
        )
        return None
    if number.series.form != form.number:
        reason = message(
            "{number} is no record of the form {form}", number=number, form=form.number
        )
        remedy = message("fill it into the sheet of its own form")
        findings.append(error("MISSING-NUMBER", place, reason, remedy, label=_TITLES[NUMBER]))
        return None
    return number


def _filled(
    table: RowFile, row: int, given: Sequence[tuple[int, SheetColumn]], findings: list[Finding]
) -> Iterator[tuple[str, Json]]:
    for column, asked in given:
        read = read_cell(table, row, column + 1, asked.field, optional=False)
        findings += [replace(one, label=asked.title) for one in read.findings]
        if read.refused or not read.filled:
            continue
        if _chosen(read.value, asked.field):
            yield asked.key, read.value
        else:
            place = place_of(table, row, column + 1)
            said = message(
                "“{value}” cannot be read here",
                value=cells.text(_cell(table.rows[row - 1], column)),
            )
            findings.append(error("CELL-VALUE", place, said, fill(asked.field), label=asked.title))


def _chosen(value: Json, field: Field) -> bool:
    """Return whether a value is one of the choices, where there are any."""
    if isinstance(value, list):
        return all(_chosen(one, field.item or field) for one in value)
    return not field.choices or str(value) in field.choices
