"""The spreadsheet to fill for a form: one row a record.

Worksheets to fill, an example, what may be chosen, and for which revision it was
made (``mark``). A hidden row of keys under the titles says what each column is;
``reading`` goes by it, so titles may be reworded. Records are only ever read from
the first worksheet; a sheet that would be too wide for a person has the lists of
its records on worksheets of their own (``lists``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from rmdocs.canonical import Json
from rmdocs.classes import dataclass
from rmdocs.intake import cells, headings, listsheets
from rmdocs.intake.headings import SheetColumn, SheetMark, record_fields
from rmdocs.intake.sheetstyles import (
    CHOICES,
    FIRST,
    IN_LINES,
    READY_ROWS,
    Notes,
    offer_choices,
    offer_keys,
    prepare,
    put,
    saved,
    set_page,
    write_head,
    write_mark,
)
from rmdocs.messages import Language
from rmdocs.schemas.fields import Field, FieldKind, FieldTree, Steps, split

FILL = "填写"
WIDEST = 60
"""Columns a person can fill in one row; with more, lists get worksheets of their own."""

Known = Callable[[Sequence[str]], Mapping[str, tuple[str, ...]]]
"""Gives what is offered for columns, by their keys, of all keys there are."""

_LAST = FIRST + READY_ROWS - 1
_ENTRIES = 3
_READY_KEYS = 20
_KEY = SheetColumn(
    key=listsheets.KEY,
    title=listsheets.KEY_TITLE,
    field=Field(name=listsheets.KEY, kind=FieldKind.INTEGER),
    required=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSheet:
    """The worksheet of a list: an entry a row, the first column the key of its record."""

    name: str
    steps: Steps
    columns: tuple[SheetColumn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayout:
    """What stands where: the columns of the first worksheet, and the worksheets of lists."""

    columns: tuple[SheetColumn, ...]
    lists: tuple[ListSheet, ...]


def columns(content: FieldTree, records: Sequence[Json]) -> list[SheetColumn]:
    """Return the columns for a form, all on one worksheet.

    Each list of objects gets as many groups of columns as its longest in
    ``records``, and at least three.
    """
    return list(_columns(record_fields(content), (), (), records, required=True))


def layout(content: FieldTree, records: Sequence[Json]) -> SheetLayout:
    """Return what a sheet for a form looks like: flat, unless that is wider than ``WIDEST``."""
    flat = columns(content, records)
    if len(flat) <= WIDEST:
        return SheetLayout(columns=tuple(flat), lists=())
    root = record_fields(content)
    found, taken = [], set()
    for name, steps in listsheets.names_of(root):
        field = root.at(steps)
        if field is None or field.item is None:
            continue
        entries = [one for record in records for one in _value(record, steps) or ()]
        inner = _columns(field.item, (), (), entries, required=True)
        keyed = [
            replace(one, key=listsheets.key(steps, split(f"$.{one.key}") or ())) for one in inner
        ]
        found.append(ListSheet(name=name, steps=steps, columns=(_KEY, *keyed)))
        taken.add(headings.key(steps))
    kept = [one for one in flat if one.key.partition("[")[0] not in taken]
    return SheetLayout(columns=(_KEY, *kept), lists=tuple(found))


def write_sheet(  # noqa: PLR0913 - a sheet has that many sides
    content: FieldTree,
    sample: Json,
    records: Sequence[Json] = (),
    made_for: SheetMark | None = None,
    *,
    language: Language,
    known: Known = lambda _keys: {},
) -> bytes:
    """Return the spreadsheet to fill for a form.

    :param content: fields of the form's content.
    :param sample: a record for the example; None if there is to be none.
    :param records: records to fill in already.
    :param made_for: the form's revision; once another is in force the sheet is refused.
    :param known: gives what is offered for columns, by their keys; other values are taken too.
    :param language: of the notes; titles and choices are the form's own.
    """
    planned = layout(content, [sample, *records])
    notes = Notes(
        language=language,
        known=known([one.key for listed in _columns_of(planned) for one in listed]),
    )
    book = Workbook()
    fill = book.worksheets[0]
    fill.title = FILL
    tabs = [book.create_sheet(one.name) for one in planned.lists]
    if sample is not None:
        _write_example(book.create_sheet(listsheets.EXAMPLE), planned, sample, notes)
    choices = book.create_sheet(CHOICES)
    for sheet, listed in zip((fill, *tabs), _columns_of(planned), strict=True):
        write_head(sheet, listed, pinned=1 if planned.lists else 0, notes=notes)
        prepare(sheet, listed)
        offer_choices(sheet, choices, listed, lambda _column: [(FIRST, _LAST)], notes)
        set_page(sheet)
    for tab in tabs:
        offer_keys(tab, FILL)
    for number, record in enumerate(records, 1):
        _write_row(fill, FIRST + number - 1, record, planned.columns, number)
        for tab, one in zip(tabs, planned.lists, strict=True):
            _write_entries(tab, one, record, number)
    if planned.lists:
        for number in range(len(records) + 1, _READY_KEYS + 1):
            put(fill.cell(FIRST + number - 1, 1), number)
    choices.sheet_state = "hidden"
    if made_for is not None:
        write_mark(book, made_for, language)
    return saved(book)


def _columns_of(planned: SheetLayout) -> list[tuple[SheetColumn, ...]]:
    return [planned.columns, *(one.columns for one in planned.lists)]


def _columns(
    field: Field,
    steps: Steps,
    titles: tuple[str, ...],
    values: Sequence[Json],
    *,
    required: bool,
) -> Iterator[SheetColumn]:
    for child in field.children:
        inner = [value.get(child.name) for value in values if isinstance(value, dict)]
        place, needed = (*steps, child.name), required and child.must_be_filled
        chain = (*titles, child.title) if child.title else titles
        if not child.is_group:
            title = headings.SEPARATOR.join(chain)
            conditional = child.must_be_filled and not needed
            yield SheetColumn(
                key=headings.key(place),
                title=title,
                field=child,
                required=needed,
                conditional=conditional,
            )
        elif child.item is None:
            yield from _columns(child, place, chain, inner, required=needed)
        else:
            longest = max((len(entries) for entries in inner if entries), default=0)
            for index in range(max(longest, _ENTRIES)):
                at = [entries[index] for entries in inner if entries and len(entries) > index]
                counted = (*chain[:-1], f"{chain[-1]} {index + 1}")
                entry = (*place, index)
                yield from _columns(child.item, entry, counted, at, required=False)


def _write_example(example: Worksheet, planned: SheetLayout, sample: Json, notes: Notes) -> None:
    """Write the example: the record, and under it the entries of its lists."""
    write_head(example, planned.columns, notes=notes)
    _write_row(example, FIRST, sample, planned.columns, 1)
    row = FIRST + 2
    for one in planned.lists:
        put(example.cell(row, 1), one.name)
        write_head(example, one.columns, at=row + 1, notes=notes)
        row = _write_entries(example, one, sample, 1, row + 2) + 1
    set_page(example)


def _write_entries(
    sheet: Worksheet, one: ListSheet, record: Json, number: int, first: int | None = None
) -> int:
    """Write the entries of a record's list; return the row after the last.

    :param first: the row to begin in; after what is there if None.
    """
    row = max(sheet.max_row + 1, FIRST) if first is None else first
    for entry in _value(record, one.steps) or ():
        _write_row(sheet, row, entry, one.columns, number)
        row += 1
    return row


def _write_row(
    sheet: Worksheet, row: int, value: Json, listed: Sequence[SheetColumn], number: int
) -> None:
    for place, column in enumerate(listed, 1):
        key = column.key.rpartition("[].")[2]
        found = number if column is _KEY else _value(value, split(f"$.{key}") or ())
        if found is not None:
            put(sheet.cell(row, place), cells.write(found, column.field))
            sheet.cell(row, place).alignment = IN_LINES


def _value(record: Json, steps: Steps) -> Json:
    value = record
    for step in steps:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
