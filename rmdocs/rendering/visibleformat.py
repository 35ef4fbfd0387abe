"""What a part of a document looks like in the end, said so that two can be compared.

That is its effective formatting (``styles``) without what nobody sees, and without what
Word does anyway; what can be written in two ways is said in one.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import product

from lxml import etree

from rmdocs.rendering.markup import RUN_PROPERTIES, TABLE, WORD, local, value, word
from rmdocs.rendering.styles import (
    Formats,
    Inherited,
    Numbering,
    measure,
    over,
    own,
    theme_fonts,
    written,
)

VisibleFormat = Mapping[str, str]
"""What is said of a part, such as ``ind left`` or ``tcBorders/top sz``, and its value."""

LIST = "list/"
"""What the list of a paragraph makes of it begins so."""

_UNSEEN = frozenset(
    {
        *("pStyle", "rStyle", "tblStyle", "numPr", "tcW", "headerReference", "footerReference"),
        *("lang", "noProof", "cnfStyle", "divId", "outlineLvl", "bCs", "iCs", "szCs", "webHidden"),
        *("formProt", "paperSrc", "titlePg", "tblLook", "tblCaption", "tblDescription"),
        *("tblStyleRowBandSize", "tblStyleColBandSize"),
    }
)
"""Elements that do not show, or are looked at by themselves."""

_UNSEEN_ATTRIBUTE = re.compile(r"hint|cs\w*|hAnsi\w*|\w*[tT]heme\w*|lang|code|orient|rsid\w*")
_SAME = {
    "start": "left",
    "end": "right",
    "distribute": "spread",
    "thaiDistribute": "spread",
    "true": "1",
    "on": "1",
    "continue": "1",
    "false": "0",
    "off": "0",
}
"""What Word has two writings for."""

_NOTHING = frozenset({"", "none", "nil", "auto"})
_USUAL = frozenset(
    {
        *(("color", "000000"), ("hRule", "atLeast"), ("type", "dxa"), ("type", "autofit")),
        *(("fmt", "decimal"), ("line", "240")),
    }
)
_USUAL_VALUES = {
    "color": "000000",
    "sz": "20",
    "shd": "clear",
    "vertAlign": "baseline",
    "w": "100",
    "jc": "left",
    "gridSpan": "1",
    "vAlign": "top",
    "textDirection": "lrTb",
    "type": "nextPage",
    "suff": "tab",
    "lvlJc": "left",
    **dict.fromkeys(("widowControl", "kinsoku", "wordWrap", "overflowPunct", "snapToGrid"), "1"),
    **dict.fromkeys(("autoSpaceDE", "autoSpaceDN", "adjustRightInd"), "1"),
}
"""What Word does where nothing is said: of attributes, and of the value of an element."""

_LENGTHS = frozenset(
    {
        *("w", "h", "left", "right", "start", "end", "top", "bottom", "header", "footer"),
        *("gutter", "firstLine", "hanging", "before", "after", "pos", "linePitch"),
    }
)
_SLACK = 12.0
"""Twips by which lengths may differ unseen: programs round, by 0.2 mm."""

_OTHER_NAMES = {
    "simsun": "宋体",
    "nsimsun": "新宋体",
    "simhei": "黑体",
    "fangsong": "仿宋",
    "fangsong_gb2312": "仿宋_GB2312",
    "kaiti": "楷体",
    "kaiti_gb2312": "楷体_GB2312",
    "microsoft yahei": "微软雅黑",
    "dengxian": "等线",
    "youyuan": "幼圆",
    "lisu": "隶书",
    "fzxiaobiaosong-b05s": "方正小标宋简体",
}
"""Fonts that go by two names, depending on the language Word speaks."""

_SHOWN_BY = {
    "rFonts eastAsia": re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]"),
    "rFonts ascii": re.compile(r"[!-~]"),
}
"""The signs that show which font it is."""

_HEIGHT = "trHeight val"


class Appearance:
    """How the parts of a document look.

    :param styles: the root of its styles, ``numbering`` of its lists, ``theme`` of its theme;
        None for what it does not have.
    """

    def __init__(
        self,
        styles: etree._Element | None,
        numbering: etree._Element | None,
        theme: etree._Element | None,
    ) -> None:
        self._inherited, self._lists = Inherited(styles), Numbering(numbering)
        self._fonts = theme_fonts(theme)
        self._known: dict[Hashable, list[VisibleFormat]] = {}
        found = () if styles is None else styles.findall(word("style"))
        self._names = {value(one, "styleId"): value(one.find(word("name"))) for one in found}

    def style(self, named: etree._Element | None) -> str:
        """Return the name of the style that an element names by its id; empty for the usual one."""
        return self._names.get(value(named), "")

    def said(self, properties: etree._Element | None) -> VisibleFormat:
        """Return what properties say themselves, their style by its name, their list by number."""
        said = dict(self.visible(own(properties)))
        for one in () if properties is None else properties:
            if one.tag == word("numPr"):
                said |= {f"numPr {local(each)}": value(each) for each in _children(one)}
            elif str(one.tag).endswith("Style"):
                said[local(one)] = self.style(one)
        return said

    def text(
        self, paragraph: etree._Element, properties: etree._Element | None
    ) -> list[VisibleFormat]:
        """Return how text with ``properties`` looks; several ways where rows come and go."""
        key = self._inherited.setting(paragraph), written(properties)
        if key not in self._known:
            ways = self._inherited.runs(paragraph, properties)
            self._known[key] = [self.visible(over(way, own(properties))) for way in ways]
        return self._known[key]

    def paragraph(self, paragraph: etree._Element) -> list[VisibleFormat]:
        """Return how a paragraph looks, apart from its text; several ways likewise."""
        key = self._inherited.setting(paragraph)
        if key not in self._known:
            ways = self._inherited.paragraphs(paragraph)
            self._known[key] = [{**self.visible(way), **self._list(way)} for way in ways]
        return self._known[key]

    def _list(self, formats: Formats) -> VisibleFormat:
        numbers = formats.get(word("numPr"))
        level = None if numbers is None else self._lists.level(numbers)
        shown = [] if level is None else _children(level)
        return {key: text for one in shown for key, text in self._flat(f"{LIST}{local(one)}", one)}

    def table(self, table: etree._Element) -> list[VisibleFormat]:
        """Return how a table looks, apart from its rows and columns."""
        return [self.visible(self._inherited.table(table))]

    def cell(self, cell: etree._Element) -> list[VisibleFormat]:
        """Return how a cell looks, apart from what it holds; several ways likewise."""
        table = next(cell.iterancestors(TABLE)).find(word("tblPr"))
        own_ = written(cell.find(word("tcPr")))
        key = self._inherited.around(cell), own_, written(table)
        if key not in self._known:
            self._known[key] = [self.visible(way) for way in self._inherited.cells(cell)]
        return self._known[key]

    def visible(self, formats: Formats) -> VisibleFormat:
        """Return what formats show, written alike, without what Word does anyway."""
        return dict(
            said
            for tag, element in formats.items()
            if tag.startswith(WORD) and tag not in (RUN_PROPERTIES, word("sectPr"))
            for said in self._flat(local(element), element)
        )

    def _flat(self, path: str, element: etree._Element) -> Iterator[tuple[str, str]]:
        name = path.rpartition("/")[2]
        said = self._attributes(name, element)
        if name in _UNSEEN or _says_nothing(name, said):
            return
        for attribute, text in said.items():
            usual = _USUAL_VALUES.get(name, "0") if attribute == "val" else "0"
            if text not in _NOTHING and text != usual and (attribute, text) not in _USUAL:
                yield f"{path} {attribute}", text
        for number, child in enumerate(_children(element)):
            inner = str(number) if name == "tabs" else _SAME.get(local(child), local(child))
            yield from self._flat(f"{path}/{inner}", child)

    def _attributes(self, name: str, element: etree._Element) -> VisibleFormat:
        """Return the attributes of an element that show; a switch without any is on."""
        if not element.attrib and not len(element):
            return {"val": "1"}
        found = {str(one).removeprefix(WORD): str(text) for one, text in element.attrib.items()}
        if name == "rFonts":
            return {slot: self._font(found, slot) for slot in ("ascii", "eastAsia")}
        return {
            _SAME.get(one, one): _length(element, one) if one in _LENGTHS else _SAME.get(text, text)
            for one, text in found.items()
            if not one.startswith("{")
            and not _UNSEEN_ATTRIBUTE.fullmatch(one)
            # What is said in characters or lines goes before the same in twips.
            and all(found.get(f"{one}{unit}", "0") == "0" for unit in ("Chars", "Lines"))
        }

    def _font(self, named: VisibleFormat, slot: str) -> str:
        font = self._fonts.get(named.get(f"{slot}Theme", ""), "") or named.get(slot, "")
        return _OTHER_NAMES.get(font.casefold(), font)


def _says_nothing(name: str, said: VisibleFormat) -> bool:
    """Return whether an element is as if it were not there."""
    if name == "docGrid":
        return said.get("type", "default") == "default"
    if name == "cols":
        return said.get("num", "1") == "1"
    return said.get("val", "1") in _NOTHING or said.get("type") in ("auto", "nil")


def _children(element: etree._Element) -> list[etree._Element]:
    """Return what stands in an element; tab stops by their place, without those taken back."""
    found = [one for one in element if str(one.tag).startswith(WORD)]
    if element.tag == word("tabs"):
        stops = [one for one in found if value(one) != "clear"]
        return sorted(stops, key=lambda one: measure(one, "pos", 0))
    return found


def _length(element: etree._Element, name: str) -> str:
    """Return a length in twips, or in percent."""
    text, number = value(element, name), measure(element, name, 0)
    if value(element, "type") == "pct":
        return text if text.endswith("%") else f"{number / 50:g}%"
    return f"{number:g}"


def differing(old: Sequence[VisibleFormat], new: Sequence[VisibleFormat]) -> frozenset[str]:
    """Return in what two parts look different, as far as anybody sees.

    :param old: the ways in which the old part may look, ``new`` likewise.
    """
    ways = zip(old, new, strict=True) if len(old) == len(new) else product(old, new)
    return frozenset(
        name
        for before, after in ways
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
        and not _is_close(name, before.get(name, ""), after.get(name, ""))
    )


def _is_close(name: str, old: str, new: str) -> bool:
    if name != _HEIGHT and name.rpartition(" ")[2] not in _LENGTHS:
        return False
    try:
        return abs(float(old) - float(new)) <= _SLACK
    except ValueError:  # one of them says nothing, or percent
        return False


def hidden_in(text: str) -> frozenset[str]:
    """Return what cannot be seen in a text: fonts that none of its signs show."""
    return frozenset(name for name, signs in _SHOWN_BY.items() if not signs.search(text))
