"""Files of rows: CSV and XLSX, as rows of cells. What the cells mean is not known here."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.findings import Finding, error
from rmdocs.intake import candidates, headings
from rmdocs.intake.candidates import MOST_ROWS, Hidden, refuse
from rmdocs.intake.cells import Cell, is_empty, text
from rmdocs.intake.headings import CONTENT, SheetMark, is_key
from rmdocs.intake.workbook import (
    MOST_COLUMNS,
    DamagedWorkbookError,
    Merged,
    Position,
    WideWorkbookError,
    Workbook,
    Worksheet,
)
from rmdocs.messages import Text, by_command, listed, message

TITLE_ROWS = 10
"""Rows from the first among which the headings are looked for."""

_FEWEST_NAMES = 3
_LARGEST_MARK = 50
_DELIMITERS = ",;\t|"
_LARGEST_UNPACKED = 600 * 2**20
_TOTAL = re.compile(r"(?:(?:本页|金额)?(?:合计|小计|总计|共计|累计)(?:金额)?|总和|(?:sub)?total)")


@dataclass(frozen=True, kw_only=True)
class RowFile:
    """The rows of a file, from its first.

    :param source: the file's name; behind it in brackets the worksheet's, where the
        file has more than one.
    :param mark: for which revision of a form the file was made, if it says so.
    :param sheet: the worksheet's name; empty for a CSV file.
    :param hidden: whether nobody sees the worksheet; ``hidden_rows`` and
        ``hidden_columns`` are counted from 1.
    :param lists: the worksheets beside it that may hold lists of its records.
    """

    source: str
    rows: Sequence[Sequence[Cell]]
    mark: SheetMark | None = None
    sheet: str = ""
    hidden: bool = False
    merged: Sequence[Merged] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    filtered: bool = False
    lists: Sequence[RowFile] = ()

    @cached_property
    def ranges(self) -> Mapping[Position, Merged]:
        """Return the merged range of each cell that is in one."""
        width = max((len(row) for row in self.rows), default=0)
        return {
            (row, column): one
            for one in self.merged
            for row in range(one.top, min(one.bottom, len(self.rows)) + 1)
            for column in range(one.left, min(one.right, width) + 1)
        }

    def cell(self, row: int, column: int) -> Cell:
        """Return what a cell holds, both counted from 1; nothing outside of the table."""
        if not 1 <= row <= len(self.rows):
            return None
        cells = self.rows[row - 1]
        return cells[column - 1] if 1 <= column <= len(cells) else None

    def names(self, row: int) -> list[str]:
        """Return the headings in a row, counted from 0; one that is merged downwards as well."""
        found = [text(cell).strip() for cell in self.rows[row]]
        for (at, column), one in self.ranges.items():
            if at == row + 1 and one.left == column and one.top < at:
                found += [""] * (column - len(found))
                found[column - 1] = text(self.cell(one.top, one.left)).strip()
        return found

    @property
    def head(self) -> HeadingRow:
        """Return which rows are headings.

        :raises FindingsError: if the table is empty.
        """
        filled = [place for place, row in enumerate(self.rows) if not is_blank(row)]
        if not filled:
            raise refuse(
                self.source,
                "FILE-EMPTY",
                message("the table is empty"),
                message("the first row names the columns"),
            )
        likely = filled[:TITLE_ROWS]
        for place in likely:
            if _are_keys(self.rows[place]):
                return HeadingRow(names=place, data=place + 1, keys=True)
        if _width(self.rows[likely[0]]) == 1:
            # A title stands alone in its row.
            for place in likely:
                if _width(self.rows[place]) >= _FEWEST_NAMES:
                    return HeadingRow(names=place, data=place + 1)
        return HeadingRow(names=likely[0], data=likely[0] + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingRow:
    """Which row names the columns and where the records begin, both from 0.

    :param keys: whether the columns are named by keys (``content.amount``).
    """

    names: int
    data: int
    keys: bool = False


def read_csv(file: File) -> RowFile:
    """Return the rows of a CSV file: UTF-8, UTF-16 or GB 18030."""
    content = _decoded(file)
    try:
        rows = list(
            csv.reader(io.StringIO(content, newline=""), delimiter=_delimiter(content), strict=True)
        )
    except csv.Error as problem:
        raise refuse(
            file.name,
            "CSV-SYNTAX",
            message("not CSV: a quote is opened and not closed, or stands within a cell"),
            message("open it in Excel or WPS and save it again as CSV, or as XLSX"),
        ) from problem
    _require_few(file, len(rows), max((len(row) for row in rows), default=0))
    return RowFile(source=file.name, rows=rows)


def read_csv_tables(file: File) -> list[RowFile]:
    """Return the one table of a CSV file."""
    return [read_csv(file)]


def read_xlsx(file: File) -> RowFile:
    """Return the rows of the first worksheet.

    :raises FindingsError: if the workbook is wrong.
    """
    book = _open(file)
    return _table(file, book, book.names[0], _mark(file, book))


def read_xlsx_tables(file: File) -> list[RowFile]:
    """Return the rows of each worksheet that is not the mark's."""
    book = _open(file)
    made_for = _mark(file, book)
    names = [name for name in book.names if name != headings.WORKSHEET] or book.names
    return [_table(file, book, name, made_for) for name in names]


def no_such_sheet(file: File, name: str, names: Iterable[str]) -> FindingsError:
    """Return the refusal of a worksheet's name."""
    return refuse(
        file.name,
        "TABLE-SHEET",
        message("there is no worksheet “{name}”", name=name),
        message("there are: {names}", names=listed(names)),
    )


def seen(table: RowFile, first: int, hidden: Hidden) -> RowFile:
    """Return a table as it is to be read where some of it is hidden.

    :param first: the first row of data, counted from 0.
    :raises FindingsError: if rows or columns with content are hidden and nobody
        has said what becomes of them.
    """
    if hidden is Hidden.USE:
        return table
    rows = [
        row
        for row in sorted(table.hidden_rows)
        if first < row <= len(table.rows) and not is_blank(table.rows[row - 1])
    ]
    columns = [
        column
        for column in sorted(table.hidden_columns)
        if any(not is_empty(table.cell(row, column)) for row in range(first, len(table.rows) + 1))
    ]
    if hidden is not Hidden.SKIP and (rows or columns):
        raise FindingsError(tuple(_hidden(table, rows, columns, hidden)))
    if not rows and not columns:
        return table
    kept = [
        []
        if number in rows
        else [None if column in columns else cell for column, cell in enumerate(row, 1)]
        for number, row in enumerate(table.rows, 1)
    ]
    return replace(table, rows=kept)


def is_blank(row: Sequence[Cell]) -> bool:
    """Return whether a row holds nothing."""
    return all(is_empty(cell) for cell in row)


def is_total(row: Sequence[Cell]) -> bool:
    """Return whether a row says of itself that it sums up others: 合计, 小计."""
    words = (
        "".join(cell.split()).strip(":：()（）").lower() for cell in row if isinstance(cell, str)
    )
    return any(_TOTAL.fullmatch(word) for word in words)


def letters(column: int) -> str:
    """Return a column, counted from 0, as spreadsheets letter it."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def delimiter_of(file: File) -> str:
    """Return the character that separates the cells of a CSV file."""
    return _delimiter(_decoded(file))


def _open(file: File) -> Workbook:
    candidates.require_workbook(file)
    try:
        book = Workbook.open(file.data, MOST_ROWS + TITLE_ROWS)
    except DamagedWorkbookError as problem:
        raise candidates.damaged(file) from problem
    if sum(member.file_size for member in book.package.infolist()) > _LARGEST_UNPACKED:
        raise refuse(
            file.name,
            "FILE-TOO-LARGE",
            message("unpacks to more than 600 MB"),
            message("split the file"),
        )
    return book


def _read(file: File, book: Workbook, name: str) -> Worksheet:
    try:
        return book.read(name)
    except DamagedWorkbookError as problem:
        raise candidates.damaged(file) from problem
    except WideWorkbookError as problem:
        raise _too_large(file, *problem.args) from problem


def _table(file: File, book: Workbook, name: str, made_for: SheetMark | None) -> RowFile:
    sheet = _read(file, book, name)
    first = name == book.names[0]
    return RowFile(
        source=file.name if first else f"{file.name}[{name}]",
        rows=sheet.rows,
        mark=made_for,
        sheet=name,
        hidden=book.is_hidden(name),
        merged=sheet.merged,
        hidden_rows=sheet.hidden_rows,
        hidden_columns=sheet.hidden_columns,
        filtered=sheet.filtered,
    )


def _mark(file: File, book: Workbook) -> SheetMark | None:
    if headings.WORKSHEET not in book.names:
        return None
    rows = _read(file, book, headings.WORKSHEET).rows
    if len(rows) > _LARGEST_MARK or any(len(row) > _LARGEST_MARK for row in rows):
        return None
    return headings.read_mark(rows)


def _decoded(file: File) -> str:
    candidates.require_text(file)
    data = file.data
    for encoding in _encodings(data):
        try:
            content = data.decode(encoding)
        except UnicodeDecodeError as problem:
            if encoding != "utf-8-sig" or not _begins_in_utf8(data):
                continue
            line = data.count(b"\n", 0, problem.start) + 1
            place = f"{file.name}:{line}"
            raise refuse(
                place,
                "FILE-ENCODING",
                message("the headings are UTF-8, but line {line} is not", line=line),
                message("save the table as CSV UTF-8, or as XLSX"),
            ) from problem
        if "\x00" not in content:
            return content
    raise refuse(
        file.name,
        "FILE-ENCODING",
        message("neither UTF-8 nor GB 18030"),
        message("save the table as CSV UTF-8, or as XLSX"),
    )


def _encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    zeros = data[:400].count(0)
    if zeros > len(data[:400]) // 4 and len(data) % 2 == 0:
        # Without a mark: digits and commas of UTF-16 have their zero byte on one side.
        little = data[1:400:2].count(0) > data[0:400:2].count(0)
        return ("utf-16-le",) if little else ("utf-16-be",)
    return ("utf-8-sig", "gb18030")


def _begins_in_utf8(data: bytes) -> bool:
    """Return whether the line that likely names the columns is UTF-8, and not only ASCII."""
    first = max(data.split(b"\n", 3)[:3], key=len)
    try:
        return not first.decode("utf-8-sig").isascii()
    except UnicodeDecodeError:
        return False


def _delimiter(content: str) -> str:
    """Return what separates the cells of the line that names the columns.

    Of the first lines that is the one with the most cells: a title has one.
    """
    lines = _lines(content)
    counts = {one: max((line.count(one) for line in lines), default=0) for one in _DELIMITERS}
    return max(_DELIMITERS, key=lambda one: counts[one])


def _lines(content: str) -> list[str]:
    """Return the first lines without what stands in quotes."""
    plain = content[:200_000].split('"')[0::2]
    return "".join(plain).splitlines()[:TITLE_ROWS]


def _require_few(file: File, rows: int, columns: int) -> None:
    if rows > MOST_ROWS + TITLE_ROWS or columns > MOST_COLUMNS:
        raise _too_large(file, rows, columns)


def _too_large(file: File, rows: int, columns: int) -> FindingsError:
    return refuse(
        file.name,
        "FILE-TOO-LARGE",
        message("{rows} rows and {columns} columns are too many", rows=rows, columns=columns),
        message("split it; {most} rows fit in one file", most=MOST_ROWS),
    )


def _hidden(
    table: RowFile, rows: Sequence[int], columns: Sequence[int], hidden: Hidden
) -> Iterator[Finding]:
    remedy: Text = message("show them again")
    if hidden is Hidden.ASK:
        remedy = by_command(
            message("show them again, or say whether they are passed over or used"),
            message("--hidden skip, --hidden use"),
        )
    if rows:
        numbers = _ranges(rows)
        reason = message("rows with content are hidden: {rows}", rows=numbers)
        if table.filtered:
            reason = message("rows with content are filtered out or hidden: {rows}", rows=numbers)
        yield error("TABLE-HIDDEN", f"{table.source}:{rows[0]}", reason, remedy)
    if columns:
        named = [letters(column - 1) for column in columns]
        reason = message("columns with content are hidden: {columns}", columns=_ranges(named))
        yield error("TABLE-HIDDEN", f"{table.source}!{named[0]}", reason, remedy)


def _ranges(named: Sequence[object]) -> Text:
    more = [f"… ({len(named)})"] if len(named) > 10 else []  # noqa: PLR2004 - as above
    return listed([*named[:10], *more])


def _width(row: Sequence[Cell]) -> int:
    return sum(not is_empty(cell) for cell in row)


def _are_keys(row: Sequence[Cell]) -> bool:
    names = [text(cell).strip() for cell in row if not is_empty(cell)]
    return all(is_key(name) for name in names) and any(
        name == "form" or name.startswith(f"{CONTENT}.") for name in names
    )
