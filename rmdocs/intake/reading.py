"""Reading a file of records, by its kind; files of values (JSON, JSON lines) here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.canonical import Json
from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.findings import Finding
from rmdocs.intake.candidates import (
    ALL,
    FILL_OR_NAME,
    MOST_ROWS,
    VALUE_SUFFIXES,
    Candidate,
    Selection,
    refuse,
    refuse_kind,
    require_record_file,
)
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.intake.headings import FieldsOf
    from rmdocs.intake.rows import InForce

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
        found = _VALUES[suffix](file)
    else:
        from rmdocs.intake.rows import read_rows  # noqa: PLC0415 - most files are JSON
        from rmdocs.intake.worksheets import read_table  # noqa: PLC0415 - likewise

        found = read_rows(read_table(file, selection), fields_of, form, in_force)
    if not found:
        raise refuse(
            file.name, "FILE-EMPTY", message("there is no record in the file"), FILL_OR_NAME
        )
    if len(found) > MOST_ROWS:
        raise refuse(
            file.name,
            "FILE-TOO-LARGE",
            message("{count} records are too many", count=len(found)),
            message("split it; {most} rows fit in one file", most=MOST_ROWS),
        )
    return found


def read_value(file: File) -> Candidate:
    """Return the one value in a JSON or YAML file: a stage, a corrected record.

    :raises FindingsError: if the file is wrong or holds more than one value.
    """
    suffix = file.suffix.lower()
    if suffix not in _VALUES:
        raise refuse_kind(file, VALUE_SUFFIXES)
    found = _VALUES[suffix](require_record_file(file))
    if len(found) != 1:
        raise refuse(
            file.name,
            "FILE-ONE",
            message("{count} values where one is wanted", count=len(found)),
            message("leave one in the file"),
        )
    return found[0]
