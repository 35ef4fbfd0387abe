"""Records that were refused, as a file like the input with what is wrong.

A table stays a table of the same kind, with the findings in a last column; a
file of values becomes JSON lines. Once mended it can be given again: reading
passes the findings over.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from rmdocs.files import File
from rmdocs.findings import Finding
from rmdocs.intake import listsheets, rowfiles
from rmdocs.intake.candidates import Candidate, Hidden, Selection
from rmdocs.intake.cells import Cell, Numeric, is_empty, text
from rmdocs.intake.rows import FINDINGS_HEADINGS
from rmdocs.intake.worksheets import read_table
from rmdocs.messages import Language

_MARK = ".rejected"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")

Refused = Sequence[tuple[Candidate, Sequence[Finding]]]
"""Candidates of one file with what is wrong with each."""


def write_rejected(file: File, refused: Refused, language: Language) -> File:
    """Return the refused records of a file as one to be mended.

    ``customers.csv`` gives ``customers.rejected.csv``.
    """
    suffix = file.suffix.lower()
    notes = {candidate.row: _note(findings, language) for candidate, findings in refused}
    stem = f"{file.stem.removesuffix(_MARK)}{_MARK}"
    if suffix in (".csv", ".tsv"):
        return File(name=f"{stem}{suffix}", data=_csv(file, notes, language))
    if suffix in (".xlsx", ".xlsm"):
        worksheet = next((one.sheet for one, _ in refused), "")
        return File(name=f"{stem}.xlsx", data=_xlsx(file, notes, worksheet, language))
    lines = "".join(_line(candidate, findings, language) for candidate, findings in refused)
    # What UTF-8 cannot hold, a lone surrogate, becomes JSON's escape for it.
    return File(name=f"{stem}.jsonl", data=lines.encode(errors="backslashreplace"))


def _note(findings: Sequence[Finding], language: Language) -> str:
    return "\n".join(
        f"{finding.code} {finding.label or finding.path}: {finding.message.text(language)}"
        for finding in findings
    )


def _line(candidate: Candidate, findings: Sequence[Finding], language: Language) -> str:
    value = candidate.value
    whole = value if isinstance(value, dict) and "record" in value else {"record": value}
    notes = [finding.to_json(language) for finding in findings]
    return json.dumps({**whole, "row": candidate.row, "findings": notes}, ensure_ascii=False) + "\n"


def _csv(file: File, notes: Mapping[int, str], language: Language) -> bytes:
    kept = _kept(rowfiles.read_csv(file), notes, language)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=rowfiles.delimiter_of(file))
    writer.writerows([text(cell) for cell in row] for row in kept)
    # The mark makes spreadsheet programs read the Chinese.
    return buffer.getvalue().encode("utf-8-sig")


def _xlsx(file: File, notes: Mapping[int, str], worksheet: str, language: Language) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 - slow to import, seldom needed

    from rmdocs.intake.sheetstyles import put, saved, write_mark  # noqa: PLC0415 - likewise

    table = read_table(file, Selection(sheets=(worksheet,), hidden=Hidden.USE))
    book = Workbook()
    keys = table.head.names if table.head.keys else 0
    sheets = [(book.worksheets[0], _kept(table, notes, language), keys)]
    if table.lists:
        book.worksheets[0].title = table.sheet
        for name, kept, keys in _kept_lists(table, notes):
            sheets.append((book.create_sheet(name), kept, keys))
    for sheet, rows, hidden in sheets:
        for number, row in enumerate(rows, 1):
            for place, cell in enumerate(row, 1):
                shown = _ILLEGAL.sub("\ufffd", cell) if isinstance(cell, str) else cell
                if not is_empty(shown):
                    put(sheet.cell(number, place), shown)
        if hidden:
            sheet.row_dimensions[hidden + 1].hidden = True
    if table.mark is not None:
        write_mark(book, table.mark, language)
    return saved(book)


def _kept(
    table: rowfiles.RowFile, notes: Mapping[int, str], language: Language
) -> list[list[Cell]]:
    """Return the headings and the refused rows, each with its note in a last column."""
    head = table.head
    width = max(len(row) for row in table.rows)
    names = [text(cell).strip() for cell in table.rows[head.names]]
    headings = FINDINGS_HEADINGS.values()
    last = next((place for place, name in enumerate(names) if name in headings), width)
    heading = FINDINGS_HEADINGS[language]
    kept = [_with(row, last, None) for row in table.rows[: head.names]]
    if head.keys:  # The row above them is what a person reads.
        kept[-1:] = [_with(row, last, heading) for row in kept[-1:]]
    key = FINDINGS_HEADINGS[Language.EN] if head.keys else heading
    kept.append(_with(table.rows[head.names], last, key))
    for number, note in sorted(notes.items()):
        row = [_unmerged(table, number, column) for column in range(1, width + 1)]
        kept.append(_with(row, last, note))
    return kept


def _kept_lists(
    table: rowfiles.RowFile, notes: Mapping[int, str]
) -> Iterator[tuple[str, list[list[Cell]], int]]:
    """Yield name, rows and place of the keys of each list, with the entries of refused rows."""
    column = listsheets.key_column(table.names(table.head.names)) or 0
    refused = {listsheets.key_of(table.rows[number - 1], column) for number in notes}
    for tab in table.lists:
        keys = listsheets.head(tab.rows)
        if keys is None and not listsheets.is_titled(tab):
            continue
        head = keys or 0
        own = listsheets.key_column(tab.names(head)) or 0
        rows = [row for row in tab.rows[head + 1 :] if listsheets.key_of(row, own) in refused]
        yield tab.sheet, [*map(list, tab.rows[: head + 1]), *map(list, rows)], head


def _unmerged(table: rowfiles.RowFile, row: int, column: int) -> Cell:
    """Return a cell without what it is merged with: a text for each row, but no number."""
    merged = table.ranges.get((row, column))
    if merged is None or merged.top == merged.bottom:
        return table.cell(row, column)
    cell = table.cell(merged.top, merged.left)
    return cell if merged.left == column and not isinstance(cell, Numeric) else None


def _with(row: Sequence[Cell], last: int, note: Cell) -> list[Cell]:
    filled = [*row, *[None] * (last + 1 - len(row))]
    filled[last] = note
    return filled
