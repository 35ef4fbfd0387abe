"""The spreadsheet to fill for a form: one row a record.

Four worksheets: to fill, an example, what may be chosen, and for which revision
it was made (``mark``). A hidden row of keys under the titles says what each
column is; ``reading`` goes by it, so titles may be reworded. Records are only
ever read from the first worksheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from rmdocs.canonical import Json
from rmdocs.intake import cells, paths
from rmdocs.intake.drawing import (
    CHOICES,
    FIRST,
    READY_ROWS,
    offer_choices,
    prepare,
    put,
    write_head,
    write_mark,
)
from rmdocs.intake.fields import Column, record_fields
from rmdocs.intake.mark import Mark
from rmdocs.schemas.fields import Field, FieldTree
from rmdocs.schemas.paths import Steps, split

FILL, EXAMPLE = "填写", "示例"
_ENTRIES = 3


def columns(content: FieldTree, records: Sequence[Json]) -> list[Column]:
    """Return the columns for a form.

    Each list of objects gets as many groups of columns as its longest in
    ``records``, and at least three.
    """
    return list(_columns(record_fields(content), (), (), records, required=True))


def write_sheet(
    path: Path | BinaryIO,
    content: FieldTree,
    sample: Json,
    records: Sequence[Json] = (),
    made_for: Mark | None = None,
) -> None:
    """Write the spreadsheet to fill for a form.

    :param content: fields of the form's content.
    :param sample: a record for the example; None if there is to be none.
    :param records: records to fill in already.
    :param made_for: the form's revision; once another is in force the sheet is refused.
    """
    listed = columns(content, [sample, *records])
    book = Workbook()
    fill = book.worksheets[0]
    fill.title = FILL
    if sample is not None:
        example = book.create_sheet(EXAMPLE)
        write_head(example, listed)
        _write_row(example, FIRST, sample, listed)
    choices = book.create_sheet(CHOICES)
    write_head(fill, listed)
    offer_choices(fill, choices, listed, lambda _column: [(FIRST, FIRST + READY_ROWS - 1)])
    for row, record in enumerate(records, FIRST):
        _write_row(fill, row, record, listed)
    prepare(fill, listed)
    choices.sheet_state = "hidden"
    if made_for is not None:
        write_mark(book, made_for)
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


def _write_row(sheet: Worksheet, row: int, record: Json, listed: Sequence[Column]) -> None:
    for place, column in enumerate(listed, 1):
        value = _value(record, column.key)
        if value is not None:
            put(sheet.cell(row, place), cells.write(value, column.field))


def _value(record: Json, key: str) -> Json:
    value = record
    for step in split(f"$.{key}") or ():
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
