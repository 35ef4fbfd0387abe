"""Files of rows: CSV and XLSX, as rows of cells. What the cells mean is not known here."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from rmdocs.intake import mark
from rmdocs.intake.candidates import MOST_ROWS, refuse
from rmdocs.intake.cells import Cell, is_empty, text
from rmdocs.intake.mark import Mark
from rmdocs.intake.paths import CONTENT, is_key
from rmdocs.messages import message

_HEAD_ROWS = 3
_LARGEST_MARK = 50
_MOST_COLUMNS = 4_000
_LARGEST_UNPACKED = 600 * 2**20
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
FORMULA_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)

Position = tuple[int, int]
"""Row and column, counted from 1."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, from its first.

    :param errors: formula errors, by position, where cells show nothing.
    :param mark: for which revision of a form the file was made, if it says so.
    """

    source: str
    rows: Sequence[Sequence[Cell]]
    errors: Mapping[Position, str] = field(default_factory=dict)
    mark: Mark | None = None

    def failed(self, row: int, column: int) -> str:
        """Return the error that a cell's formula shows, or nothing; both from 1."""
        cells = self.rows[row - 1]
        cell = cells[column - 1] if column <= len(cells) else None
        shown = cell.strip() if isinstance(cell, str) else ""
        return self.errors.get((row, column)) or (shown if shown in FORMULA_ERRORS else "")

    @property
    def head(self) -> Head:
        """Return which rows are headings.

        :raises FindingsError: if the table is empty.
        """
        filled = [place for place, row in enumerate(self.rows) if not _blank(row)]
        if not filled:
            raise refuse(
                self.source,
                "FILE-EMPTY",
                message("the table is empty"),
                message("the first row names the columns"),
            )
        for place in filled[:_HEAD_ROWS]:
            if _are_keys(self.rows[place]):
                return Head(place, place + 1)
        return Head(filled[0], filled[0] + 1)


@dataclass(frozen=True, slots=True)
class Head:
    """Which row names the columns and where the records begin, both from 0."""

    names: int
    data: int


def read_csv(path: Path, data: bytes) -> Table:
    """Return the rows of a CSV file: UTF-8, UTF-16 with a mark, or GB 18030."""
    content = _decoded(path, data)
    delimiter = _delimiter(content)
    try:
        rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as problem:
        raise refuse(
            path.name, "CSV-SYNTAX", message("not CSV: {problem}", problem=problem)
        ) from problem
    _require_few(path, len(rows), max((len(row) for row in rows), default=0))
    return Table(path.name, rows)


def read_xlsx(path: Path, data: bytes) -> Table:
    """Return the rows of the first worksheet."""
    _require_workbook(path, data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        _require_few(path, sheet.total_height, sheet.total_width)
        rows = sheet.to_python(skip_empty_area=False)
        made_for = _mark(book)
    except CalamineError as problem:
        raise _damaged(path) from problem
    return Table(path.name, rows, _formula_errors(data), made_for)


def _mark(book: CalamineWorkbook) -> Mark | None:
    if mark.WORKSHEET not in book.sheet_names:
        return None
    sheet = book.get_sheet_by_name(mark.WORKSHEET)
    if sheet.total_height > _LARGEST_MARK or sheet.total_width > _LARGEST_MARK:
        return None
    return mark.read(sheet.to_python())


def delimiter_of(path: Path, data: bytes) -> str:
    """Return the character that separates the cells of a CSV file."""
    return _delimiter(_decoded(path, data))


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            content = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in content:
            return content
    raise refuse(
        path.name,
        "FILE-ENCODING",
        message("neither UTF-8 nor GB 18030"),
        message("save the table as CSV UTF-8, or as XLSX"),
    )


def _delimiter(content: str) -> str:
    first = content.partition("\n")[0]
    return max(",;\t", key=first.count)


def _require_workbook(path: Path, data: bytes) -> None:
    save_again = message("save it as an XLSX workbook without a password")
    if data.startswith(_OLE):
        locked = _ENCRYPTED in data
        reason = (
            message("the workbook is protected by a password")
            if locked
            else message("an XLS workbook of the old format")
        )
        raise refuse(path.name, "XLSX-LOCKED" if locked else "XLSX-OLD", reason, save_again)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            unpacked = sum(member.file_size for member in package.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as problem:
        raise _damaged(path) from problem
    if unpacked > _LARGEST_UNPACKED:
        raise refuse(path.name, "FILE-TOO-LARGE", message("unpacks to more than 600 MB"))


def _damaged(path: Path) -> Exception:
    return refuse(
        path.name,
        "XLSX-DAMAGED",
        message("not an XLSX workbook, or damaged"),
        message("open it in Excel or WPS and save it again"),
    )


def _require_few(path: Path, rows: int, columns: int) -> None:
    if rows > MOST_ROWS + _HEAD_ROWS or columns > _MOST_COLUMNS:
        raise refuse(
            path.name,
            "FILE-TOO-LARGE",
            message("{rows} rows and {columns} columns are too many", rows=rows, columns=columns),
            message("split it; {most} rows fit in one file", most=MOST_ROWS),
        )


def _formula_errors(data: bytes) -> Mapping[Position, str]:
    # calamine shows a formula's error as an empty cell, so a #N/A would pass
    # for "not given". openpyxl shows it, but is slow: asked only when needed.
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheets = [name for name in package.namelist() if name.startswith("xl/worksheets/")]
        if not any(b't="e"' in package.read(name) for name in sheets):
            return {}
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to import, seldom needed

    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        return {
            (cell.row, cell.column): str(cell.value)
            for row in workbook.worksheets[0].iter_rows()
            for cell in row
            if cell.value is not None and cell.data_type == "e"
        }
    finally:
        workbook.close()


def _blank(row: Sequence[Cell]) -> bool:
    return all(is_empty(cell) for cell in row)


def _are_keys(row: Sequence[Cell]) -> bool:
    names = [text(cell).strip() for cell in row if not is_empty(cell)]
    return all(is_key(name) for name in names) and any(
        name == "form" or name.startswith(f"{CONTENT}.") for name in names
    )
