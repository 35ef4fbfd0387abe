"""Reading a file of records, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from rmdocs.intake import structured, tables
from rmdocs.intake.candidates import LARGEST_FILE, MOST_ROWS, Candidate, refuse
from rmdocs.intake.fields import FieldsOf
from rmdocs.intake.rows import InForce, read_rows
from rmdocs.intake.tables import Table
from rmdocs.messages import message

_VALUES: Mapping[str, Callable[[Path, bytes], list[Candidate]]] = {
    ".json": structured.read_json,
    ".jsonl": structured.read_lines,
    ".ndjson": structured.read_lines,
    ".yaml": structured.read_yaml,
    ".yml": structured.read_yaml,
}
_TABLES: Mapping[str, Callable[[Path, bytes], Table]] = {
    ".csv": tables.read_csv,
    ".tsv": tables.read_csv,
    ".xlsx": tables.read_xlsx,
    ".xlsm": tables.read_xlsx,
}
TABLE_SUFFIXES = tuple(_TABLES)
SUFFIXES = (*_VALUES, *TABLE_SUFFIXES)


def read_records(
    path: Path, fields_of: FieldsOf, form: str = "", in_force: InForce | None = None
) -> list[Candidate]:
    """Return the records in a file.

    :param fields_of: gives a form's fields; asked only for tables.
    :param form: number of the form, where a table has no column for it.
    :param in_force: gives a form's revision in force; a sheet that was made for
        another is refused. If None, any sheet is read.
    :raises FindingsError: if the file, or the heading of a table, is wrong.
    """
    suffix, data = path.suffix.lower(), read_file(path)
    if suffix in _VALUES:
        candidates = _VALUES[suffix](path, data)
    else:
        candidates = read_rows(_TABLES[suffix](path, data), fields_of, form, in_force)
    if not candidates:
        raise refuse(path.name, "FILE-EMPTY", message("there is no record in the file"))
    if len(candidates) > MOST_ROWS:
        raise refuse(
            path.name,
            "FILE-TOO-LARGE",
            message("{count} records are too many", count=len(candidates)),
            message("split it; {most} rows fit in one file", most=MOST_ROWS),
        )
    return candidates


def read_table(path: Path) -> Table:
    """Return the rows of a CSV or XLSX file.

    :raises FindingsError: if the file is wrong, or holds no rows.
    """
    suffix = path.suffix.lower()
    if suffix not in _TABLES:
        raise _unknown(path, tuple(_TABLES))
    return _TABLES[suffix](path, read_file(path))


def read_value(path: Path) -> Candidate:
    """Return the one value in a JSON or YAML file: a stage, a corrected record.

    :raises FindingsError: if the file is wrong or holds more than one value.
    """
    suffix = path.suffix.lower()
    if suffix not in _VALUES:
        raise _unknown(path, tuple(_VALUES))
    candidates = _VALUES[suffix](path, read_file(path))
    if len(candidates) != 1:
        raise refuse(
            path.name,
            "FILE-ONE",
            message("{count} values where one is wanted", count=len(candidates)),
        )
    return candidates[0]


def read_file(path: Path) -> bytes:
    """Return the bytes of a file of records, refusing what is no such file."""
    if path.suffix.lower() not in SUFFIXES:
        raise _unknown(path, SUFFIXES)
    return read_bytes(path)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file that is neither empty nor too large, whatever its kind."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise refuse(
                path.name,
                "FILE-TOO-LARGE",
                message("{size} MB; 50 MB are read at most", size=size // 2**20),
                message("split the file"),
            )
        data = path.read_bytes()
    except OSError as problem:
        raise refuse(
            str(path),
            "FILE-READ",
            message("the file cannot be read: {problem}", problem=problem.strerror),
        ) from problem
    if not data.strip():
        raise refuse(path.name, "FILE-EMPTY", message("the file is empty"))
    return data


def _unknown(path: Path, suffixes: tuple[str, ...]) -> Exception:
    return refuse(
        path.name,
        "FILE-KIND",
        message("{suffix!r} is no kind of record file", suffix=path.suffix),
        message("use one of: {suffixes}", suffixes=", ".join(suffixes)),
    )
