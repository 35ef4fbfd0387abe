"""The properties of text, paragraphs, rows, cells, tables and sections: how they look.

Each reader takes the properties element of one level (defaults, a style, the
thing itself) and returns what that level says; ``styles`` lays the levels over
each other. Values are in Word's own units, made alike where Word has two
writings for one thing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

from lxml import etree

from rmdocs.rendering.markup import RUN_PROPERTIES, is_on, value, word

_MEASURE = re.compile(r"(-?\d{1,9}(?:\.\d{1,9})?)(mm|cm|in|pt|pc|pi|%)?", re.ASCII)
_TWIPS = {"": 1.0, "mm": 1440 / 25.4, "cm": 1440 / 2.54, "in": 1440.0, "pt": 20.0, "pc": 240.0}
_SLACK = 12.0
"""Twips (1/20 pt) by which two lengths may differ unseen: programs round, by 0.2 mm."""


def twips(measure: str) -> float:
    """Return a measure in twips, 1/20 pt (§22.9.2.14); 0 for what is none."""
    found = _MEASURE.fullmatch(measure)
    return float(found[1]) * _TWIPS.get(found[2] or "", 1.0) if found else 0.0


def close(old: str, new: str) -> bool:
    """Return whether two written lengths differ by less than anybody sees."""
    measures = _MEASURE.fullmatch(old) and _MEASURE.fullmatch(new)
    return bool(measures) and "%" not in old + new and abs(twips(old) - twips(new)) <= _SLACK


Looks: TypeAlias = Mapping["Trait", str]


class Trait(StrEnum):
    """One thing that can be said of how something looks."""

    EAST_FONT = "east font"
    LATIN_FONT = "latin font"
    SIZE = "size"
    BOLD = "bold"
    ITALIC = "italic"
    UNDERLINE = "underline"
    STRIKE = "strike"
    COLOUR = "colour"
    HIGHLIGHT = "highlight"
    HIDDEN = "hidden"
    RAISED = "raised"
    PITCH = "character spacing"
    STRETCH = "character width"
    EMPHASIS = "emphasis mark"

    ALIGNMENT = "alignment"
    LEFT = "left indent"
    RIGHT = "right indent"
    FIRST_LINE = "first line"
    BEFORE = "space before"
    AFTER = "space after"
    LINE = "line spacing"
    NUMBERING = "numbering"
    NEW_PAGE = "begins a page"
    KEEP_NEXT = "keep with next"
    TABS = "tab stops"
    BORDERS = "borders"
    SHADING = "shading"

    WIDTH = "width"
    HEIGHT = "height"
    HEADING_ROW = "repeated heading row"
    ACROSS = "cells across"
    DOWN = "cells down"
    VERTICAL = "vertical alignment"
    DIRECTION = "text direction"
    PADDING = "cell margins"

    PAPER = "paper"
    TOP_MARGIN = "top margin"
    BOTTOM_MARGIN = "bottom margin"
    LEFT_MARGIN = "left margin"
    RIGHT_MARGIN = "right margin"
    GUTTER = "gutter"
    HEADER_DISTANCE = "header distance"
    FOOTER_DISTANCE = "footer distance"
    COLUMNS = "columns"
    GRID = "lines a page"
    PAGE_NUMBERS = "page numbers"


_ALIKE = {"start": "left", "end": "right", "distribute": "spread", "thaiDistribute": "spread"}
_FLAGS = {
    "b": Trait.BOLD,
    "i": Trait.ITALIC,
    "strike": Trait.STRIKE,
    "dstrike": Trait.STRIKE,
    "vanish": Trait.HIDDEN,
    "pageBreakBefore": Trait.NEW_PAGE,
    "keepNext": Trait.KEEP_NEXT,
    "tblHeader": Trait.HEADING_ROW,
}
_PLAIN = {
    "sz": Trait.SIZE,
    "u": Trait.UNDERLINE,
    "vertAlign": Trait.RAISED,
    "spacing": Trait.PITCH,
    "w": Trait.STRETCH,
    "em": Trait.EMPHASIS,
}
_SIDES = ("top", "left", "start", "bottom", "right", "end", "insideH", "insideV")
_INDENTS = ("left", "start", "right", "end", "firstLine", "hanging")

_MEASURED = frozenset(
    {
        Trait.LEFT,
        Trait.RIGHT,
        Trait.FIRST_LINE,
        Trait.BEFORE,
        Trait.AFTER,
        Trait.TABS,
        Trait.WIDTH,
        Trait.HEIGHT,
        Trait.PADDING,
        Trait.PAPER,
        Trait.TOP_MARGIN,
        Trait.BOTTOM_MARGIN,
        Trait.LEFT_MARGIN,
        Trait.RIGHT_MARGIN,
        Trait.GUTTER,
        Trait.HEADER_DISTANCE,
        Trait.FOOTER_DISTANCE,
        Trait.GRID,
    }
)

Fonts = Callable[[str], str]
"""From a theme font's name (``minorEastAsia``) to the font."""


def differ(trait: Trait, old: str, new: str) -> bool:
    """Return whether two values of a trait can be told apart on paper."""
    if old == new or trait not in _MEASURED:
        return old != new
    before, after = old.replace(",", "").split(), new.replace(",", "").split()
    return len(before) != len(after) or any(
        one != other and not close(one, other) for one, other in zip(before, after, strict=True)
    )


def of_text(properties: etree._Element | None, fonts: Fonts) -> dict[str, str]:
    """Return what a ``w:rPr`` says of the text."""
    said: dict[str, str] = {}
    for element in _elements(properties):
        name = etree.QName(element).localname
        if name in _FLAGS:
            said[_FLAGS[name]] = str(int(is_on(element)))
        elif name in _PLAIN:
            said[_PLAIN[name]] = value(element)
        elif name == "rFonts":
            said |= dict(_fonts(element, fonts))
        elif name == "color":
            said[Trait.COLOUR] = _colour(value(element))
        elif name == "highlight":
            said[Trait.HIGHLIGHT] = value(element)
        elif name == "shd":
            said[Trait.SHADING] = _colour(value(element, "fill"))
    return said


def _fonts(element: etree._Element, fonts: Fonts) -> Iterator[tuple[str, str]]:
    for trait, name in ((Trait.EAST_FONT, "eastAsia"), (Trait.LATIN_FONT, "ascii")):
        theme, own = value(element, f"{name}Theme"), value(element, name)
        font = (fonts(theme) if theme else "") or own
        if font:
            yield trait, font


def _colour(code: str) -> str:
    return "" if code.lower() in ("auto", "none", "000000") else code.upper()


def of_paragraph(properties: etree._Element | None) -> dict[str, str]:
    """Return what a ``w:pPr`` says, its indents and numbering still as they are written."""
    said: dict[str, str] = {}
    for element in _elements(properties):
        name = etree.QName(element).localname
        if name in _FLAGS:
            said[_FLAGS[name]] = str(int(is_on(element)))
        elif name == "jc":
            said[Trait.ALIGNMENT] = _ALIKE.get(value(element), value(element))
        elif name == "ind":
            said |= dict(_indents(element))
        elif name == "spacing":
            said |= dict(_spacing(element))
        elif name == "numPr":
            said |= {f"num.{etree.QName(part).localname}": value(part) for part in element}
        elif name == "tabs":
            said |= {f"tab.{value(tab, 'pos')}": _tab(tab) for tab in element}
        elif name == "pBdr":
            said[Trait.BORDERS] = _borders(element)
        elif name == "shd":
            said[Trait.SHADING] = _colour(value(element, "fill"))
    return said


def _indents(element: etree._Element) -> Iterator[tuple[str, str]]:
    for name in _INDENTS:
        for suffix in ("", "Chars"):
            found = value(element, f"{name}{suffix}")
            if found:
                yield f"ind.{_ALIKE.get(name, name)}{suffix}", found
    if value(element, "firstLine"):
        yield "ind.hanging", "0"
    elif value(element, "hanging"):
        yield "ind.firstLine", "0"


def _spacing(element: etree._Element) -> Iterator[tuple[str, str]]:
    for name, trait in (("before", Trait.BEFORE), ("after", Trait.AFTER)):
        lines, exact = value(element, f"{name}Lines"), value(element, name)
        if lines not in ("", "0"):
            yield trait, f"lines {lines}"
        elif exact:
            yield trait, exact
    line = value(element, "line")
    if line:
        yield Trait.LINE, f"{value(element, 'lineRule', 'auto')} {line}"


def _tab(tab: etree._Element) -> str:
    kind = _ALIKE.get(value(tab), value(tab))
    leader = value(tab, "leader", "none")
    return kind if leader == "none" else f"{kind} {leader}"


def _borders(element: etree._Element) -> str:
    """Return the lines on each side, such as ``bottom single 4``."""
    lines = {}
    for side in _elements(element):
        kind, width = value(side), value(side, "sz", "0")
        if kind not in ("nil", "none"):
            name = etree.QName(side).localname
            lines[_ALIKE.get(name, name)] = f"{kind} {width}"
    return ", ".join(f"{side} {lines[side]}" for side in _SIDES if side in lines)


def finished(said: Mapping[str, str], number: Callable[[str, str], str]) -> dict[Trait, str]:
    """Return the traits of a paragraph once all levels are laid over each other.

    :param number: from a numbering's id and level to how it counts.
    """
    looks = {Trait(key): text for key, text in said.items() if "." not in key}
    looks[Trait.NUMBERING] = number(said.get("num.numId", "0"), said.get("num.ilvl", "0"))
    tabs = {key[4:]: kind for key, kind in said.items() if key.startswith("tab.")}
    stops = sorted((twips(place), kind) for place, kind in tabs.items() if kind != "clear")
    looks[Trait.TABS] = ", ".join(f"{kind} {place:g}" for place, kind in stops)
    for trait, name in ((Trait.LEFT, "left"), (Trait.RIGHT, "right")):
        looks[trait] = _indent(said, name)
    first, hanging = _indent(said, "firstLine"), _indent(said, "hanging")
    looks[Trait.FIRST_LINE] = first or (f"-{hanging}" if hanging else "")
    return seen(looks)


def seen(looks: Mapping[Trait, str]) -> dict[Trait, str]:
    """Return ``looks`` without what Word does where nothing is said."""
    return {
        trait: text
        for trait, text in looks.items()
        if text not in _NOTHING and _USUAL.get(trait) != text
    }


_NOTHING = frozenset({"", "0", "none", "baseline"})
_USUAL = {
    Trait.LINE: "auto 240",
    Trait.STRETCH: "100",
    Trait.ALIGNMENT: "left",
    Trait.ACROSS: "1",
    Trait.VERTICAL: "top",
    Trait.DIRECTION: "lrTb",
    Trait.COLUMNS: "1",
}


def _indent(said: Mapping[str, str], name: str) -> str:
    characters = said.get(f"ind.{name}Chars", "0")
    if characters != "0":
        return f"chars {characters}"
    exact = said.get(f"ind.{name}", "0")
    return "" if exact == "0" else exact


def of_row(row: etree._Element) -> dict[Trait, str]:
    """Return how a row looks."""
    looks: dict[Trait, str] = {}
    for element in _elements(row.find(word("trPr"))):
        name = etree.QName(element).localname
        if name == "trHeight":
            rule = value(element, "hRule", "auto")
            looks[Trait.HEIGHT] = f"{'atLeast' if rule == 'auto' else rule} {value(element)}"
        elif name == "tblHeader" and is_on(element):
            looks[Trait.HEADING_ROW] = "1"
    return looks


def of_cell(cell: etree._Element) -> dict[Trait, str]:
    """Return how a cell looks."""
    looks: dict[Trait, str] = {}
    for element in _elements(cell.find(word("tcPr"))):
        name = etree.QName(element).localname
        if name == "tcW":
            looks |= _width(element)
        elif name == "gridSpan":
            looks[Trait.ACROSS] = value(element)
        elif name == "vMerge":
            looks[Trait.DOWN] = value(element, default="continue")
        elif name == "vAlign":
            looks[Trait.VERTICAL] = value(element)
        elif name == "textDirection":
            looks[Trait.DIRECTION] = value(element)
        elif name == "shd":
            looks[Trait.SHADING] = _colour(value(element, "fill"))
        elif name == "tcBorders":
            looks[Trait.BORDERS] = _borders(element)
        elif name == "tcMar":
            looks[Trait.PADDING] = _padding(element)
    return seen(looks)


def of_table(properties: Iterable[etree._Element | None]) -> dict[Trait, str]:
    """Return how a table looks.

    :param properties: its style's ``w:tblPr``, outermost first, then its own.
    """
    looks: dict[Trait, str] = {}
    for element in (element for level in properties for element in _elements(level)):
        name = etree.QName(element).localname
        if name == "tblW":
            looks |= _width(element)
        elif name == "jc":
            looks[Trait.ALIGNMENT] = _ALIKE.get(value(element), value(element))
        elif name == "tblInd":
            looks[Trait.LEFT] = value(element, "w", "0")
        elif name == "tblBorders":
            looks[Trait.BORDERS] = _borders(element)
        elif name == "tblCellMar":
            looks[Trait.PADDING] = _padding(element)
    return seen(looks)


def _width(element: etree._Element) -> dict[Trait, str]:
    kind, width = value(element, "type", "dxa"), value(element, "w", "0")
    if kind == "pct" and not width.endswith("%"):
        width = f"{twips(width) / 50:g}%"
    return {} if kind in ("auto", "nil") else {Trait.WIDTH: width}


def _padding(element: etree._Element) -> str:
    sides = {
        _ALIKE.get(etree.QName(side).localname, etree.QName(side).localname): side
        for side in _elements(element)
    }
    return ", ".join(f"{side} {value(sides[side], 'w', '0')}" for side in _SIDES if side in sides)


def of_section(section: etree._Element) -> dict[Trait, str]:
    """Return how the pages of a section look."""
    looks: dict[Trait, str] = {}
    for element in _elements(section):
        name = etree.QName(element).localname
        if name == "pgSz":
            looks[Trait.PAPER] = f"{value(element, 'w', '0')} {value(element, 'h', '0')}"
        elif name == "pgMar":
            looks |= {trait: value(element, side, "0") for trait, side in _MARGINS.items()}
        elif name == "cols":
            looks[Trait.COLUMNS] = value(element, "num", "1")
        elif name == "docGrid" and value(element, "type", "default") != "default":
            looks[Trait.GRID] = value(element, "linePitch")
        elif name == "pgNumType":
            looks[Trait.PAGE_NUMBERS] = " ".join(
                part
                for part in (value(element, "fmt"), value(element, "start"))
                if part not in ("", "decimal")
            )
        elif name == "pgBorders":
            looks[Trait.BORDERS] = _borders(element)
    return seen(looks)


_MARGINS = {
    Trait.TOP_MARGIN: "top",
    Trait.BOTTOM_MARGIN: "bottom",
    Trait.LEFT_MARGIN: "left",
    Trait.RIGHT_MARGIN: "right",
    Trait.GUTTER: "gutter",
    Trait.HEADER_DISTANCE: "header",
    Trait.FOOTER_DISTANCE: "footer",
}


def _elements(properties: etree._Element | None) -> Iterator[etree._Element]:
    for element in () if properties is None else properties:
        if isinstance(element.tag, str) and element.tag != RUN_PROPERTIES:
            yield element
