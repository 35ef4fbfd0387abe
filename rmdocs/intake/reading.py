"""Reading a file of records, by its kind; files of values (JSON, JSON lines) here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from rmdocs import canonical
from rmdocs.canonical import Json
from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.findings import Finding
from rmdocs.intake import candidates, listsheets, rowfiles
from rmdocs.intake.candidates import (
    ALL,
    FILL_OR_NAME,
    MOST_ROWS,
    Candidate,
    Hidden,
    Selection,
    refuse,
)
from rmdocs.intake.headings import FieldsOf
from rmdocs.intake.rowfiles import RowFile
from rmdocs.intake.rows import InForce, names_form, read_rows
from rmdocs.messages import by_command, listed, message

_NOTES = frozenset({"findings", "row"})
"""What a file of refused records holds beside the record."""


def read_json(file: File) -> list[Candidate]:
    """Return the record, or each of a list of records, in a JSON file."""
    return _each(file, _located(file.name, file.data, ""))


def read_lines(file: File) -> list[Candidate]:
    """Return one record a line; empty lines are passed over, all findings reported."""
    candidates: list[Candidate] = []
    findings: list[Finding] = []
    for row, line in enumerate(file.data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = _located(file.name, line, f":{row}")
            candidates.append(Candidate(source=file.name, row=row, value=_record(value)))
        except FindingsError as problem:
            findings += problem.findings
    if findings:
        raise FindingsError(tuple(findings))
    return candidates


def read_yaml(file: File) -> list[Candidate]:
    """Return the record, or each of a list or of several documents, in a YAML file."""
    from rmdocs.intake.yamlfile import documents  # noqa: PLC0415 - few files are YAML

    values = documents(file)
    return _each(file, values if len(values) != 1 else values[0])


def _located(name: str, data: bytes, suffix: str) -> Json:
    try:
        return canonical.decode(data)
    except FindingsError as problem:
        named = (
            replace(finding, path=f"{name}{suffix} {finding.path}".removesuffix(" $"))
            for finding in problem.findings
        )
        raise FindingsError(tuple(named)) from problem


def _each(file: File, value: Json) -> list[Candidate]:
    values = value if isinstance(value, list) else [value]
    return [
        Candidate(source=file.name, row=row, value=_record(item))
        for row, item in enumerate(values, 1)
    ]


def _record(value: Json) -> Json:
    if isinstance(value, dict) and "record" in value:
        return {name: item for name, item in value.items() if name not in _NOTES}
    return value


_VALUES: Mapping[str, Callable[[File], list[Candidate]]] = {
    ".json": read_json,
    ".jsonl": read_lines,
    ".ndjson": read_lines,
    ".yaml": read_yaml,
    ".yml": read_yaml,
}
_TABLES: Mapping[str, Callable[[File], list[RowFile]]] = {
    ".csv": rowfiles.read_csv_tables,
    ".tsv": rowfiles.read_csv_tables,
    ".xlsx": rowfiles.read_xlsx_tables,
    ".xlsm": rowfiles.read_xlsx_tables,
}
TABLE_SUFFIXES = tuple(_TABLES)
SUFFIXES = (*_VALUES, *TABLE_SUFFIXES)
_ALIKE = 3
"""Headings that two worksheets share if both hold records of one kind."""


def read_records(
    file: File,
    fields_of: FieldsOf,
    form: str = "",
    in_force: InForce | None = None,
    selection: Selection = ALL,
) -> list[Candidate]:
    """Return the records in a file.

    :param fields_of: gives a form's fields; asked only for tables.
    :param form: number of the form, where a table has no column for it.
    :param in_force: gives a form's revision in force; a sheet that was made for
        another is refused. If None, any sheet is read.
    :param selection: which worksheet of a workbook, and what of it.
    :raises FindingsError: if the file, or the heading of a table, is wrong; if it is
        not clear which worksheet is meant, or something of it is hidden.
    """
    suffix = require_record_file(file).suffix.lower()
    if suffix in _VALUES:
        candidates = _VALUES[suffix](file)
    else:
        table = _one_table(file, _TABLES[suffix](file), selection)
        candidates = read_rows(table, fields_of, form, in_force)
    if not candidates:
        raise refuse(
            file.name, "FILE-EMPTY", message("there is no record in the file"), FILL_OR_NAME
        )
    if len(candidates) > MOST_ROWS:
        raise refuse(
            file.name,
            "FILE-TOO-LARGE",
            message("{count} records are too many", count=len(candidates)),
            message("split it; {most} rows fit in one file", most=MOST_ROWS),
        )
    return candidates


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
    candidates.require_no_lock(file)
    if suffix not in _TABLES:
        raise candidates.refuse_kind(file, tuple(_TABLES))
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


def read_value(file: File) -> Candidate:
    """Return the one value in a JSON or YAML file: a stage, a corrected record.

    :raises FindingsError: if the file is wrong or holds more than one value.
    """
    suffix = file.suffix.lower()
    if suffix not in _VALUES:
        raise candidates.refuse_kind(file, tuple(_VALUES))
    found = _VALUES[suffix](require_record_file(file))
    if len(found) != 1:
        raise refuse(
            file.name,
            "FILE-ONE",
            message("{count} values where one is wanted", count=len(found)),
            message("leave one in the file"),
        )
    return found[0]


def require_record_file(file: File) -> File:
    """Return a file of records, refusing what is no such file by its name, or is empty.

    :raises FindingsError: if it is none.
    """
    candidates.require_no_lock(file)
    if file.suffix.lower() not in SUFFIXES:
        raise candidates.refuse_kind(file, SUFFIXES)
    candidates.require_content(file)
    return file
