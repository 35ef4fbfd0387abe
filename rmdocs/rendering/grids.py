"""What docxtpl does to a part once it is filled: table grids fitted, drawings numbered."""

from __future__ import annotations

import itertools
import re
from enum import Enum

from lxml import etree

from rmdocs.rendering.markup import WORD

_FIRST_DRAWING = 1001
_DRAWING = re.compile(rb'(<wp:docPr\b[^>]*? id=")[^"]*(")')
_EVENT = re.compile(
    r"<(?P<close>/?)w:(?P<element>tbl|tr|tc)(?: [^>]*)?>"
    r"|<w:gridCol\b(?P<column>[^>]*)>"
    r'|<w:gridSpan\b[^>]*?w:val="(?P<span>[^"]*)"'
    r"|{%-?\s*(?P<tag>\w+)"
)
_OPENING = frozenset({"if", "for", "macro", "call", "filter", "raw", "with", "block"})


class Fit(Enum):
    """Whether the tables of a template have the grid their rows need, once filled."""

    ALWAYS = "always"
    UNLESS_EMPTY = "unless a table has no rows"
    UNKNOWN = "unknown"


class _Table:
    """The counts of one table while its source is read."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.columns = 0
        self.cells = 0
        self.width = 0
        self.row_depth = depth
        self.certain_row = False

    def row_fits(self) -> bool:
        return self.width == self.columns and self.cells <= self.columns


def fit(source: str) -> Fit:
    """Return whether renderings of ``source`` (patched) need no mending of grids.

    None, if in every table each row spans exactly the grid whatever the
    conditions around it say, and one row at least is printed.
    """
    table: _Table | None = None
    result = Fit.ALWAYS
    depth = 0
    for event in _EVENT.finditer(source):
        tag, element = event["tag"], event["element"]
        if tag:
            depth += tag in _OPENING
            depth -= tag.startswith("end") and tag[3:] in _OPENING
        elif element == "tbl" and not event["close"]:
            if table is not None:  # a table in a table: counted into the outer one by docxtpl
                return Fit.UNKNOWN
            table = _Table(depth)
        elif table is not None:
            if not _advance(table, event, depth):
                return Fit.UNKNOWN
            if element == "tbl":
                result = result if table.certain_row else Fit.UNLESS_EMPTY
                table = None
    return result


def has_empty_table(xml: str) -> bool:
    """Return whether a table of the filled ``xml`` has no rows."""
    tables = xml.split("<w:tbl>")[1:]
    return any("<w:tr>" not in table and "<w:tr " not in table for table in tables)


def _advance(table: _Table, event: re.Match[str], depth: int) -> bool:
    """Take one tag into account; return whether the table still surely fits."""
    element, close, span = event["element"], event["close"], event["span"]
    if event["column"] is not None:
        table.columns += 1
        return depth == table.depth and "w:w=" in event["column"]
    if span is not None:
        table.width += int(span) - 1 if span.isdecimal() else 0
        return span.isdecimal()
    if element == "tr":
        if close:
            table.certain_row |= depth == table.depth
            return table.row_fits() and depth == table.row_depth
        table.cells, table.width, table.row_depth = 0, 0, depth
    elif element == "tc":
        if not close:
            table.cells += 1
            table.width += 1
        return depth == table.row_depth
    elif element == "tbl":
        return depth == table.depth
    return True


def number_drawings(xml: bytes) -> bytes:
    """Return ``xml`` with its drawings numbered from 1001 in document order."""
    numbers = itertools.count(_FIRST_DRAWING)
    return _DRAWING.sub(lambda found: b"%b%d%b" % (found[1], next(numbers), found[2]), xml)


def has_drawings(xml: str) -> bool:
    """Return whether ``xml`` holds anything ``number_drawings`` numbers."""
    return "<wp:docPr" in xml


def mend_grids(xml: bytes) -> bytes:
    """Return the document with every table's grid fitted to its rows.

    :raises etree.XMLSyntaxError: if ``xml`` is not well-formed.
    """
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    for table in root.iter(f"{WORD}tbl"):
        grid = table.find(f"{WORD}tblGrid")
        if grid is not None:
            _widen(table, grid)
            _narrow(table, grid)
    return etree.tostring(root, encoding="UTF-8", standalone=True)


def _widen(table: etree._Element, grid: etree._Element) -> None:
    """Add columns for rows with more cells, keeping the table's whole width."""
    columns = grid.findall(f"{WORD}gridCol")
    most = max((len(row.findall(f"{WORD}tc")) for row in table.iter(f"{WORD}tr")), default=0)
    missing = most - len(columns)
    width = sum(_width(column) for column in columns)
    if missing <= 0 or width <= 0:
        return
    before, after = width / len(columns), width / most
    for column in columns:
        column.set(f"{WORD}w", str(int(_width(column) * after / before)))
    for _ in range(missing):
        etree.SubElement(grid, f"{WORD}gridCol", {f"{WORD}w": str(int(after))})


def _narrow(table: etree._Element, grid: etree._Element) -> None:
    """Drop columns no row reaches, sharing their width among the others."""
    columns = grid.findall(f"{WORD}gridCol")
    reached = max((_reach(row) for row in table.iter(f"{WORD}tr")), default=0)
    surplus = len(columns) - reached
    if surplus <= 0:
        return
    removed = sum(_width(column) for column in columns[-surplus:])
    for column in columns[-surplus:]:
        grid.remove(column)
    kept = columns[:-surplus]
    share = int(removed / len(kept)) if kept else 0
    for column in kept:
        column.set(f"{WORD}w", str(int(_width(column) + share)))


def _reach(row: etree._Element) -> int:
    spans = (cell.find(f"{WORD}tcPr/{WORD}gridSpan") for cell in row.findall(f"{WORD}tc"))
    return sum(1 if span is None else int(span.get(f"{WORD}val") or 1) for span in spans)


def _width(column: etree._Element) -> float:
    return float(column.get(f"{WORD}w") or 0)
