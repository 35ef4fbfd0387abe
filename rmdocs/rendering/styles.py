"""What formatting a run, a paragraph or a cell has in the end (ECMA-376-1 §17.7.2).

What it says itself goes before its styles, those before the style of its
table, that before the defaults of the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from itertools import product
from types import MappingProxyType

from lxml import etree

from rmdocs.rendering.markup import WORD
from rmdocs.rendering.vocabulary import DRAWING

BY_ATTRIBUTE = frozenset({"rFonts", "spacing", "ind", "lang"})
"""Elements that Word inherits attribute by attribute."""


def attribute(element: etree._Element | None, name: str) -> str:
    """Return the ``w:val`` of the child called ``name``; empty if there is none."""
    child = None if element is None else element.find(f"{WORD}{name}")
    return "" if child is None else str(child.get(f"{WORD}val", ""))


Formats = Mapping[str, etree._Element]  # noqa: SLF001 - lxml's own name of the type
"""The elements that format something, by their names with namespace."""

Setting = tuple[str, tuple[tuple[str, ...], ...], bytes]

_TRUE = frozenset({"1", "true", "on"})
_OFF = frozenset({"0", "false", "off"})
_STYLE, _BASED, _POSITION = f"{WORD}style", "basedOn", f"{WORD}pos"
_LOOKS = {"firstRow": 0x20, "lastRow": 0x40, "firstColumn": 0x80, "lastColumn": 0x100}
_NO_ROWS, _NO_COLUMNS = ("noHBand", 0x200), ("noVBand", 0x400)
_NOTHING: Formats = {}
_SUPERSEDED = {
    "firstLine": "hanging",
    "hanging": "firstLine",
    "firstLineChars": "hanging",
    "hangingChars": "firstLine",
    "ascii": "asciiTheme",
    "hAnsi": "hAnsiTheme",
    "eastAsia": "eastAsiaTheme",
    "cs": "cstheme",
}
"""Attributes by those that take their place where they are set above."""
_BY_CHILD = (f"{WORD}tabs", f"{WORD}numPr")
_REMOVED_ROW = "{%tr"
_DRAWING = f"{{{DRAWING}}}"


class Inherited:
    """The styles and defaults of a document.

    :param sheet: the root of its styles; None if it has none.
    """

    def __init__(self, sheet: etree._Element | None) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._usual: dict[str, str] = {}
        self._flat: dict[tuple[str, str, str], Formats] = {}
        self._based: dict[tuple[str, ...], Formats] = {}
        self._of_cells: dict[etree._Element, tuple[tuple[str, ...], ...]] = {}
        self._sheet = sheet
        for style in () if sheet is None else sheet.iter(_STYLE):
            name = str(style.get(f"{WORD}styleId"))
            self._styles[name] = style
            if style.get(f"{WORD}default") in _TRUE:
                self._usual[str(style.get(f"{WORD}type"))] = name

    @cached_property
    def _defaults(self) -> Mapping[str, Formats]:
        usual = None if self._sheet is None else self._sheet.find(f"{WORD}docDefaults")
        return {
            holder: own(
                None if usual is None else usual.find(f"{WORD}{holder}Default/{WORD}{holder}")
            )
            for holder in ("rPr", "pPr")
        }

    def setting(self, paragraph: etree._Element) -> Setting:
        """Return what tells how a paragraph and all in it is formatted from without.

        Paragraphs with the same are formatted alike.
        """
        return *self.around(_cell(paragraph)), written(paragraph.find(f"{WORD}pPr"))

    def around(self, cell: etree._Element | None) -> tuple[str, tuple[tuple[str, ...], ...]]:
        """Return the style of the table of a cell, and the ways in which its parts may hold."""
        table = "" if cell is None else self._table_style(cell)
        return table, ((),) if cell is None or not table else self._conditions(cell)

    def runs(
        self, paragraph: etree._Element, properties: etree._Element | None
    ) -> Iterator[Formats]:
        """Yield what a run has apart from what it says itself.

        More than one where it depends on which row of a table it comes to stand in.

        :param properties: the run's ``w:rPr``.
        """
        named = attribute(properties, "rStyle") or self._usual.get("character", "")
        yield from self._of(paragraph, "rPr", named)

    def paragraphs(self, paragraph: etree._Element) -> Iterator[Formats]:
        """Yield what a paragraph has, with what it says itself."""
        said = own(paragraph.find(f"{WORD}pPr"))
        for found in self._of(paragraph, "pPr", ""):
            yield over(found, said)

    def cells(self, cell: etree._Element) -> Iterator[Formats]:
        """Yield what a cell of a table has, with what it says itself."""
        table = next(cell.iterancestors(f"{WORD}tbl"), None)
        properties = None if table is None else table.find(f"{WORD}tblPr")
        of_table = {name: one for name, one in own(properties).items() if name == f"{WORD}shd"}
        said = own(cell.find(f"{WORD}tcPr"))
        for conditions in self._conditions(cell):
            styled: Formats = _NOTHING
            for condition in conditions:
                for holder in ("tblPr", "tcPr"):
                    found = self._style(self._table_style(cell), holder, condition)
                    styled = {**styled, **found}
            yield {**styled, **of_table, **said}

    def table(self, table: etree._Element) -> Formats:
        """Return what a table has as a whole, with what it says itself."""
        properties = table.find(f"{WORD}tblPr")
        name = attribute(properties, "tblStyle") or self._usual.get("table", "")
        return {**self._style(name, "tblPr"), **own(properties)}

    def _of(self, paragraph: etree._Element, holder: str, run_style: str) -> Iterator[Formats]:
        style = attribute(paragraph.find(f"{WORD}pPr"), "pStyle")
        style = style or self._usual.get("paragraph", "")
        table, ways = self.around(_cell(paragraph))
        for conditions in ways:
            key = (holder, style, run_style, table, *conditions)
            if key not in self._based:
                found = self._defaults[holder]
                for condition in conditions:
                    found = over(found, self._style(table, holder, condition))
                found = over(found, self._style(style, holder))
                found = over(found, self._style(run_style, holder) if run_style else _NOTHING)
                self._based[key] = found
            yield self._based[key]

    def _table_style(self, inside: etree._Element) -> str:
        table = next(inside.iterancestors(f"{WORD}tbl"), None)
        if table is None:
            return ""
        return attribute(table.find(f"{WORD}tblPr"), "tblStyle") or self._usual.get("table", "")

    def named(self, run: etree._Element, paragraph: etree._Element) -> tuple[str, str, str]:
        """Return the styles of the table, the paragraph and the run, by id; empty for none."""
        return (
            self._table_style(paragraph),
            attribute(paragraph.find(f"{WORD}pPr"), "pStyle") or self._usual.get("paragraph", ""),
            attribute(run.find(f"{WORD}rPr"), "rStyle") or self._usual.get("character", ""),
        )

    def chain(self, name: str) -> list[etree._Element]:
        """Return a style and those it is based on, outermost first."""
        found: dict[str, etree._Element] = {}
        while name in self._styles and name not in found:
            found[name] = self._styles[name]
            name = attribute(found[name], _BASED)
        return list(reversed(found.values()))

    def _style(self, name: str, holder: str, condition: str = "") -> Formats:
        key = (name, holder, condition)
        if key not in self._flat:
            found: Formats = _NOTHING
            for style in self.chain(name):
                parts: Sequence[etree._Element] = [style]
                if condition:
                    parts = [
                        part
                        for part in style.iterchildren(f"{WORD}tblStylePr")
                        if part.get(f"{WORD}type") == condition
                    ]
                for part in parts:
                    found = over(found, own(part.find(f"{WORD}{holder}")))
            self._flat[key] = found
        return self._flat[key]

    def _conditions(self, cell: etree._Element) -> tuple[tuple[str, ...], ...]:
        """Return which parts of a table's style hold for a cell, the weakest first.

        A loop moves rows, so a row may come to be of either band.
        """
        if cell not in self._of_cells:
            self._of_cells[cell] = tuple(_conditions(cell))
        return self._of_cells[cell]


class Numbering:
    """The lists of a document.

    :param root: of the part that defines them; None if there is none.
    """

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[tuple[str, str], etree._Element] = {}
        if root is None:
            return
        kinds = {
            str(one.get(f"{WORD}abstractNumId")): one for one in root.iter(f"{WORD}abstractNum")
        }
        for one in root.iter(f"{WORD}num"):
            name = str(one.get(f"{WORD}numId"))
            kind = one.find(f"{WORD}abstractNumId")
            found = None if kind is None else kinds.get(str(kind.get(f"{WORD}val")))
            for holder in (found, *one.iterchildren(f"{WORD}lvlOverride")):
                for level in () if holder is None else holder.iterchildren(f"{WORD}lvl"):
                    self._levels[name, str(level.get(f"{WORD}ilvl"))] = level

    def level(self, numbers: etree._Element) -> etree._Element | None:
        """Return the level of a list that a ``w:numPr`` names."""
        name, level = (numbers.find(f"{WORD}{tag}") for tag in ("numId", "ilvl"))
        if name is None:
            return None
        at = "0" if level is None else str(level.get(f"{WORD}val"))
        return self._levels.get((str(name.get(f"{WORD}val")), at))


def theme_fonts(theme: etree._Element | None) -> Mapping[str, str]:
    """Return the fonts of a theme by the names that ``w:rFonts`` uses (``minorEastAsia``)."""
    found: dict[str, str] = {}
    for kind in ("major", "minor"):
        scheme = None if theme is None else theme.find(f".//{_DRAWING}{kind}Font")
        if scheme is None:
            continue
        latin, east, complex_ = (
            _face(scheme.find(f"{_DRAWING}{name}")) for name in ("latin", "ea", "cs")
        )
        chinese = scheme.find(f"{_DRAWING}font[@script='Hans']")
        found |= {f"{kind}Ascii": latin, f"{kind}HAnsi": latin, f"{kind}Bidi": complex_}
        found[f"{kind}EastAsia"] = east or _face(chinese)
    return found


def _face(font: etree._Element | None) -> str:
    return "" if font is None else str(font.get("typeface") or "")


def written(properties: etree._Element | None) -> bytes:
    """Return what an element holds as it is written; nothing for None."""
    return b"" if properties is None else etree.tostring(properties, with_tail=False)


def _cell(paragraph: etree._Element) -> etree._Element | None:
    """Return the cell that a paragraph stands in; None for one in a text box of a cell."""
    holder = next(paragraph.iterancestors(f"{WORD}tc", f"{WORD}txbxContent"), None)
    return holder if holder is not None and holder.tag == f"{WORD}tc" else None


def own(properties: etree._Element | None) -> Formats:
    """Return what the element itself says that holds properties."""
    if properties is None:
        return _NOTHING
    return {str(one.tag): one for one in properties.iterchildren(etree.Element)}


def over(below: Formats, above: Formats) -> Formats:
    """Return formats over others; some go attribute by attribute, tabs and lists by child."""
    if not above:
        return below
    found = {**below, **above}
    for name in below.keys() & above.keys():
        if name.removeprefix(WORD) in BY_ATTRIBUTE:
            found[name] = _merged(below[name], above[name])
        elif name in _BY_CHILD:
            children = {(one.tag, one.get(_POSITION)): one for one in (*below[name], *above[name])}
            found[name] = etree.Element(name)
            found[name].extend(map(deepcopy, children.values()))
    return found


def _merged(below: etree._Element, above: etree._Element) -> etree._Element:
    gone = {f"{WORD}{_SUPERSEDED.get(str(one).removeprefix(WORD), '')}" for one in above.attrib}
    merged = etree.Element(below.tag)
    merged.attrib.update({name: one for name, one in below.attrib.items() if name not in gone})
    merged.attrib.update(above.attrib)
    return merged


def _conditions(cell: etree._Element) -> Iterator[tuple[str, ...]]:
    row = next(cell.iterancestors(f"{WORD}tr"), None)
    table = next(cell.iterancestors(f"{WORD}tbl"), None)
    if row is None or table is None:
        yield ("",)
        return
    look = table.find(f"{WORD}tblPr/{WORD}tblLook")
    rows = [one for one in table.iterchildren(f"{WORD}tr") if not _goes(one)] or [row]
    cells = list(row.iterchildren(f"{WORD}tc"))
    top, bottom = _has(look, "firstRow") and row is rows[0], False
    bottom = _has(look, "lastRow") and row is rows[-1]
    left = _has(look, "firstColumn") and cell is cells[0] if cells else False
    right = _has(look, "lastColumn") and cell is cells[-1] if cells else False
    last = [name for name, on in (("firstCol", left), ("lastCol", right)) if on]
    last += [name for name, on in (("firstRow", top), ("lastRow", bottom)) if on]
    corners = [("nwCell", top and left), ("neCell", top and right)]
    corners += [("swCell", bottom and left), ("seCell", bottom and right)]
    last += [name for name, on in corners if on]
    across = ("",) if _is_set(look, *_NO_ROWS) or top or bottom else ("band1Horz", "band2Horz")
    down = ("",) if _is_set(look, *_NO_COLUMNS) else ("band1Vert", "band2Vert")
    for bands in product(down, across):
        yield ("", "wholeTable", *(band for band in bands if band), *last)


def _goes(row: etree._Element) -> bool:
    """Return whether a row holds a tag of a loop and is not printed."""
    return any((one.text or "").lstrip().startswith(_REMOVED_ROW) for one in row.iter(f"{WORD}t"))


def _has(look: etree._Element | None, name: str) -> bool:
    return _is_set(look, name, _LOOKS[name])


def _is_set(look: etree._Element | None, name: str, bit: int) -> bool:
    if look is None:
        return False
    said = look.get(f"{WORD}{name}")
    if said is not None:
        return said not in _OFF
    try:
        return bool(int(str(look.get(f"{WORD}val") or "0"), 16) & bit)
    except ValueError:
        return False


_LENGTH = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*(pt|in|cm|mm|pi|pc|%)?")
_UNITS: Mapping[str, float] = MappingProxyType(
    {"": 1, "%": 1, "pt": 20, "in": 1440, "cm": 1440 / 2.54, "mm": 1440 / 25.4}
    | dict.fromkeys(("pc", "pi"), 240)
)


def measure(element: etree._Element | None, name: str, usual: float) -> float:
    """Return a number of an element, a length in twips; ``usual`` if none is written.

    :param name: of the attribute, without namespace.
    """
    text = "" if element is None else str(element.get(f"{WORD}{name}") or "")
    found = _LENGTH.fullmatch(text.strip())
    return usual if found is None else float(found[1]) * _UNITS[found[2] or ""]
