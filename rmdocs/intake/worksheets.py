"""Tables of a file: its worksheets, and which of them holds the records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from rmdocs.files import File
from rmdocs.intake import listsheets, rowfiles
from rmdocs.intake.candidates import (
    ALL,
    TABLE_SUFFIXES,
    Hidden,
    Selection,
    refuse,
    refuse_kind,
    require_no_lock,
    require_record_file,
)
from rmdocs.intake.rowfiles import RowFile
from rmdocs.intake.rows import names_form
from rmdocs.messages import by_command, listed, message

_TABLES: Mapping[str, Callable[[File], list[RowFile]]] = {
    ".csv": rowfiles.read_csv_tables,
    ".tsv": rowfiles.read_csv_tables,
    ".xlsx": rowfiles.read_xlsx_tables,
    ".xlsm": rowfiles.read_xlsx_tables,
}
_ALIKE = 3
"""Headings that two worksheets share if both hold records of one kind."""


def read_table(file: File, selection: Selection = ALL) -> RowFile:
    """Return the table of a CSV or XLSX file that holds records.

    :raises FindingsError: if the file is wrong, more than one worksheet holds records,
        or something of it is hidden.
    """
    return _one_table(file, read_tables(file), selection)


def read_tables(file: File, selection: Selection = ALL) -> list[RowFile]:
    """Return the tables of a CSV or XLSX file: all its worksheets, or those selected.

    :raises FindingsError: if the file is wrong, or there is no such worksheet.
    """
    suffix = file.suffix.lower()
    require_no_lock(file)
    if suffix not in _TABLES:
        raise refuse_kind(file, TABLE_SUFFIXES)
    return _selected(file, _TABLES[suffix](require_record_file(file)), selection)


def _selected(file: File, found: list[RowFile], selection: Selection) -> list[RowFile]:
    if not selection.sheets:
        return found
    by_name = {table.sheet: table for table in found}
    for name in selection.sheets:
        if name not in by_name:
            raise rowfiles.no_such_sheet(file, name, by_name)
    return [by_name[name] for name in selection.sheets]


def _one_table(file: File, found: list[RowFile], selection: Selection) -> RowFile:
    """Return the worksheet that holds the records.

    :raises FindingsError: if more than one does.
    """
    if len(selection.sheets) > 1:
        raise refuse(
            file.name,
            "TABLE-SHEETS",
            message("records are read from one worksheet at a time"),
            by_command(message("name one, then the next"), "--sheet"),
        )
    table = _meant(file, found, selection)
    seen = rowfiles.seen(table, table.head.data, selection.hidden)
    if not table.rows or listsheets.key_column(table.names(table.head.names)) is None:
        return seen
    others = [one for one in found if one is not table and one.sheet != listsheets.EXAMPLE]
    hidden = [one for one in others if one.hidden and listsheets.head(one.rows) is not None]
    if hidden and selection.hidden in {Hidden.ASK, Hidden.REFUSE}:
        raise refuse(
            file.name,
            "TABLE-HIDDEN",
            message("the worksheet {name} is hidden", name=hidden[0].sheet),
            message("show it again, or delete it"),
        )
    shown = [one for one in others if one not in hidden or selection.hidden is Hidden.USE]
    return replace(seen, lists=[_seen_list(one, selection.hidden) for one in shown])


def _seen_list(table: RowFile, hidden: Hidden) -> RowFile:
    keys = listsheets.head(table.rows)
    if keys is None and not listsheets.is_titled(table):
        return table  # Somebody's own worksheet: it is not read.
    return rowfiles.seen(table, (keys or 0) + 1, hidden)


def table_in(file: File) -> RowFile:
    """Return the table of records in a workbook that was made here."""
    return _one_table(file, rowfiles.read_xlsx_tables(file), ALL)


def _meant(file: File, found: list[RowFile], selection: Selection) -> RowFile:
    if selection.sheets or len(found) == 1 or found[0].mark is not None:
        # A sheet of ours is filled in on its first worksheet; an example stands behind it.
        return _selected(file, found, selection)[0]
    filled = [
        table for table in found if table.sheet != listsheets.EXAMPLE and not _is_blank(table)
    ] or found
    named = [table for table in filled if names_form(table)]
    meant = (named or filled)[0]
    like = set(filter(None, meant.names(meant.head.names))) if meant.rows else set()
    others = [
        table
        for table in filled
        if table is not meant
        and listsheets.head(table.rows) is None
        and (table in named or len(like & set(table.names(table.head.names))) >= _ALIKE)
    ]
    require_one(file, [meant, *others], selection)
    return meant


def _is_blank(table: RowFile) -> bool:
    return all(map(rowfiles.is_blank, table.rows))


def require_one(file: File, found: list[RowFile], selection: Selection) -> None:
    """Refuse a workbook of which several worksheets hold rows, and none was chosen.

    One that is hidden is asked about, unless something is said of what is hidden.

    :raises FindingsError: with TABLE-SHEETS.
    """
    seen = [one for one in found if not (one.hidden and selection.hidden is Hidden.SKIP)]
    if len(seen) < 2 or selection.sheets:  # noqa: PLR2004 - more than one
        return
    names = listed(
        message("{sheet} (hidden)", sheet=one.sheet) if one.hidden else one.sheet for one in seen
    )
    raise refuse(
        file.name,
        "TABLE-SHEETS",
        message("rows stand on several worksheets: {names}", names=names),
        by_command(message("say which is meant, or keep one in the file"), message("--sheet NAME")),
    )
