"""Workbooks (ECMA-376, .xlsx and .xlsm) read from their XML, in one pass a worksheet.

Each cell with what it holds and how it shows it; formulas without a value,
merged ranges, hidden rows, columns and worksheets. What the cells mean is not
known here.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.intake import cells
from rmdocs.intake.cells import Cell, Failure, Numeric
from rmdocs.intake.formats import BUILT_IN, GENERAL, NumberFormat, number_format

Position = tuple[int, int]
"""Row and column, counted from 1."""

MOST_COLUMNS = 4_000
_FROM_1904 = 1_462
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_FOREIGN = ("dialogsheet", "chartsheet", "macrosheet", "worksheet")


class DamagedWorkbookError(Exception):
    """The bytes are no workbook, or one that cannot be read."""


class WideWorkbookError(Exception):
    """A worksheet has more rows or columns than are read; args: rows, columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A merged range: first and last row and column, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet:
    """What a worksheet holds.

    :param rows: from its first, each as long as its last cell that is not empty.
    :param merged: its merged ranges; only their first cell stands in ``rows``.
    :param hidden_rows: those that nobody sees, filtered or hidden by hand; so ``hidden_columns``.
    :param filtered: whether a filter is on.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    merged: tuple[Merged, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    filtered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    name: str
    hidden: bool
    part: str


@dataclass(slots=True, kw_only=True)
class Workbook:
    """A workbook, opened; its worksheets are read when they are asked for.

    :param most_rows: how many rows a worksheet may have.
    """

    package: zipfile.ZipFile
    most_rows: int
    _entries: list[_Entry] = field(default_factory=list)
    _texts: list[str] | None = None
    _formats: list[NumberFormat] = field(default_factory=list)
    _names: frozenset[str] = frozenset()
    _texts_part: str = ""
    _from_1904: bool = False

    @classmethod
    def open(cls, data: bytes, most_rows: int) -> Workbook:
        """Return a workbook.

        :raises DamagedWorkbookError: if ``data`` is none.
        """
        try:
            book = cls(package=zipfile.ZipFile(io.BytesIO(data)), most_rows=most_rows)
            book._read()
        except _UNREADABLE as problem:
            raise DamagedWorkbookError from problem
        return book

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the worksheets, in their order."""
        return tuple(entry.name for entry in self._entries)

    def is_hidden(self, name: str) -> bool:
        """Return whether nobody sees the worksheet."""
        return next(entry.hidden for entry in self._entries if entry.name == name)

    def read(self, name: str) -> Worksheet:
        """Return what a worksheet holds.

        :raises DamagedWorkbookError: if it cannot be read.
        :raises WideWorkbookError: if it is too large.
        """
        entry = next(entry for entry in self._entries if entry.name == name)
        try:
            if self._texts is None:
                self._texts = list(self._shared_texts())
            with self.package.open(entry.part) as stream:
                return _Reading(
                    name=name, texts=self._texts, formats=self._formats, from_1904=self._from_1904
                ).read(stream, self.most_rows)
        except _UNREADABLE as problem:
            raise DamagedWorkbookError from problem

    def _read(self) -> None:
        self._names = frozenset(self.package.namelist())
        main = _targets(self.package, "", "_rels/.rels").get("officeDocument")
        if not main:
            raise DamagedWorkbookError
        part = main[0][1]
        if not part.startswith("xl/"):
            raise DamagedWorkbookError(part)
        base, name = posixpath.split(part)
        related = _targets(self.package, base, f"{base}/_rels/{name}.rels")
        by_id = dict(related.get("worksheet", ()))
        root = self._tree(part)
        properties = next(_children(root, "workbookPr"), None)
        dated = properties.get("date1904", "0") if properties is not None else "0"
        self._from_1904 = dated in {"1", "true", "on"}
        for sheets in _children(root, "sheets"):
            for sheet in _children(sheets, "sheet"):
                relation = next(
                    (value for key, value in sheet.attrib.items() if str(key).endswith("}id")), ""
                )
                if relation in by_id:
                    hidden = sheet.get("state", "visible") != "visible"
                    self._entries.append(
                        _Entry(name=sheet.get("name", ""), hidden=hidden, part=by_id[str(relation)])
                    )
        if not self._entries:
            raise DamagedWorkbookError
        for kind, names in related.items():
            if kind == "sharedStrings":
                self._texts_part = names[0][1]
            elif kind == "styles" and names[0][1] in self._names:
                self._formats = list(_cell_formats(self._tree(names[0][1])))

    def _tree(self, part: str) -> etree._Element:
        return etree.fromstring(self.package.read(part), _parser())

    def _shared_texts(self) -> Iterator[str]:
        if self._texts_part not in self._names:
            return
        with self.package.open(self._texts_part) as stream:
            for _, element in etree.iterparse(
                stream, tag="{*}si", resolve_entities=False, no_network=True
            ):
                yield _text(element)
                _forget(element)


_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    etree.XMLSyntaxError,
    KeyError,
    ValueError,
    IndexError,
    OSError,
    NotImplementedError,
    RuntimeError,
    EOFError,
)


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One worksheet being read."""

    name: str
    texts: Sequence[str]
    formats: Sequence[NumberFormat]
    from_1904: bool
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    filtered: bool = False
    all_hidden: bool = False

    def read(self, stream: object, most_rows: int) -> Worksheet:
        """Return the worksheet.

        :raises WideWorkbookError: if it is too large.
        """
        number = 0
        wanted = ["{*}" + name for name in ("row", "col", "mergeCell", "autoFilter", "filters")]
        wanted.append("{*}sheetFormatPr")
        for _, element in etree.iterparse(
            stream, tag=wanted, resolve_entities=False, no_network=True, load_dtd=False
        ):
            match etree.QName(element).localname:
                case "row":
                    number = int(element.get("r", number + 1))
                    self._row(number, element)
                    _forget(element)
                case "col":
                    self._column(element)
                case "sheetFormatPr":
                    self.all_hidden = element.get("zeroHeight", "0") in {"1", "true"}
                case "mergeCell":
                    self._merge(element.get("ref", ""))
                case _:
                    self.filtered = True
        height = max(self.rows, default=0)
        width = max((max(row) for row in self.rows.values()), default=0)
        if height > most_rows or width > MOST_COLUMNS:
            raise WideWorkbookError(height, width)
        return Worksheet(
            name=self.name,
            rows=[_dense(self.rows.get(row, {})) for row in range(1, height + 1)],
            merged=tuple(self.merged),
            hidden_rows=frozenset(self.hidden_rows),
            hidden_columns=frozenset(self.hidden_columns),
            filtered=self.filtered,
        )

    def _row(self, number: int, element: etree._Element) -> None:
        height, said = element.get("ht"), element.get("hidden")
        flat = height is not None and float(height) == 0
        if said in {"1", "true"} or flat or (self.all_hidden and said is None and height is None):
            self.hidden_rows.add(number)
        found: dict[int, Cell] = {}
        column = 0
        for cell in element:
            reference = cell.get("r")
            column = _column_of(reference) if reference else column + 1
            value = self._cell(cell)
            if value is not None:
                found[column] = value
        if found:
            self.rows[number] = found

    def _cell(self, element: etree._Element) -> Cell:
        kind = element.get("t", "n")
        value: str | None = None
        formula = False
        for child in element:
            name = child.tag[child.tag.rindex("}") + 1 :] if isinstance(child.tag, str) else ""
            if name == "v":
                value = child.text or ""
            elif name == "f":
                formula = True
            elif name == "is":
                return _text(child) or None
        if value is None or (not value and kind != "str"):
            # A formula that gives an empty text has an empty value; without any it was never asked.
            return Failure(shown=cells.NO_VALUE, unsaved=True) if formula else None
        return self._value(kind, value, element)

    def _value(self, kind: str, value: str, element: etree._Element) -> Cell:
        match kind:
            case "n":
                return self._number(value, element)
            case "s":
                return self.texts[int(value)] or None
            case "str":
                return _unescaped(value) or None
            case "b":
                return value.strip() in {"1", "true"}
            case "e":
                return Failure(shown=value)
            case "d":
                return self._dated(value, element)
            case _:
                raise ValueError(kind)

    def _format(self, element: etree._Element) -> NumberFormat:
        style = int(element.get("s", "0"))
        return self.formats[style] if style < len(self.formats) else number_format(GENERAL)

    def _number(self, value: str, element: etree._Element) -> Numeric:
        try:
            number = Decimal(value.strip())
        except InvalidOperation as problem:
            raise ValueError(value) from problem
        if not number.is_finite():
            raise ValueError(value)
        shown = self._format(element)
        if self.from_1904 and shown.is_date and (number >= 1 or shown.shown & set("ymd?w")):
            number += _FROM_1904
        return Numeric(value=number, format=shown)

    def _dated(self, value: str, element: etree._Element) -> Cell:
        moment = datetime.fromisoformat(value.strip())
        shown = self._format(element)
        made = cells.day(moment.replace(tzinfo=None), "yyyy-mm-dd hh:mm:ss")
        return Numeric(value=made.value, format=shown) if shown.is_date else made

    def _column(self, element: etree._Element) -> None:
        hidden = element.get("hidden") in {"1", "true"}
        width = element.get("width")
        if hidden or (width is not None and float(width) == 0):
            last = min(int(element.get("max", "0")), MOST_COLUMNS)
            self.hidden_columns.update(range(int(element.get("min", "0")), last + 1))

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        top, left = _position(first)
        bottom, right = _position(last or first)
        self.merged.append(Merged(top=top, left=left, bottom=bottom, right=right))


def _dense(row: Mapping[int, Cell]) -> list[Cell]:
    return [row.get(column) for column in range(1, max(row, default=0) + 1)]


def _position(reference: str) -> Position:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    return int(match[2]), _column_of(match[1])


def _column_of(reference: str) -> int:
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    if not column:
        raise ValueError(reference)
    return column


def _cell_formats(root: etree._Element) -> Iterator[NumberFormat]:
    own = {
        int(one.get("numFmtId", "0")): one.get("formatCode", GENERAL)
        for group in _children(root, "numFmts")
        for one in _children(group, "numFmt")
    }
    for group in _children(root, "cellXfs"):
        for style in _children(group, "xf"):
            known = int(style.get("numFmtId", "0"))
            yield number_format(own.get(known) or BUILT_IN.get(known, GENERAL))


def _text(element: etree._Element) -> str:
    """Return the text of a string, without the readings that may stand over it."""
    parts = []
    for child in element:
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [inner.text or "" for inner in _children(child, "t")]
    return _unescaped("".join(parts))


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return element.iterchildren("{*}" + name)


def _targets(package: zipfile.ZipFile, base: str, part: str) -> dict[str, list[tuple[str, str]]]:
    """Return identifier and part of each relation, by the last step of its type."""
    root = etree.fromstring(package.read(part), _parser())
    found: dict[str, list[tuple[str, str]]] = {}
    for relation in _children(root, "Relationship"):
        if relation.get("TargetMode") == "External":
            continue
        target = relation.get("Target", "")
        path = target[1:] if target.startswith("/") else posixpath.join(base, target)
        kind = relation.get("Type", "").rsplit("/", 1)[-1]
        found.setdefault(kind, []).append((relation.get("Id", ""), posixpath.normpath(path)))
    return found


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _forget(element: etree._Element) -> None:
    element.clear()
    while element.getprevious() is not None:
        parent = element.getparent()
        if parent is None:
            break
        del parent[0]
