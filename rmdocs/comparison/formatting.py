"""Where two templates look different: that it is so is told, in one line a place.

What a part looks like is what it says itself, its styles, its list and the defaults make
of it (§17.7.2). Two parts look alike where all of that is alike, by whatever names the
styles go. How they differ is for the redline to show, or for the pages.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import product

from lxml import etree

from rmdocs.comparison.blocks import WordCell, WordParagraph, WordRow, WordTable
from rmdocs.comparison.matching import Met
from rmdocs.comparison.template import PlaceNames, Template
from rmdocs.comparison.textdiff import Overlap, overlaps, stretches, text_pieces
from rmdocs.findings import NOTHING
from rmdocs.forms.change import Area, Change, What
from rmdocs.messages import Language, Text, message
from rmdocs.rendering.markup import (
    PARAGRAPH_PROPERTIES,
    RUN_PROPERTIES,
    TABLE,
    WORD,
    local,
    value,
    word,
)
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

Look = Mapping[str, str]
"""What is said of a part, such as ``ind left`` or ``tcBorders/top sz``, and its value."""

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
}
"""What Word has two writings for."""

_OFF = frozenset({"", "0", "none", "nil", "auto", "false", "off"})
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
_SLACK, _LEAST_WIDER = 12.0, 28.0
"""Twips by which lengths, and widths of columns, may differ unseen: programs round."""

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

_LIST, _SIZE, _HEIGHT = "list/", "sz val", "trHeight val"
_MARK = f"{PARAGRAPH_PROPERTIES}/{RUN_PROPERTIES}"
_STYLE_OF_TABLE = f"{word('tblPr')}/{word('tblStyle')}"


class Appearance:
    """How the parts of one template look."""

    def __init__(self, template: Template) -> None:
        styles = template.related("styles")
        self._inherited = Inherited(styles)
        self._lists = Numbering(template.related("numbering"))
        self._fonts = theme_fonts(template.related("theme"))
        self._known: dict[Hashable, list[Look]] = {}
        found = () if styles is None else styles.findall(word("style"))
        self._names = {value(one, "styleId"): value(one.find(word("name"))) for one in found}

    def style(self, part: WordParagraph | WordTable | WordRow | WordCell) -> str:
        """Return the name of a paragraph's style, or of that of the table; empty for the usual."""
        if isinstance(part, WordParagraph):
            named = part.element.find(f"{PARAGRAPH_PROPERTIES}/{word('pStyle')}")
        else:
            tables = (part.element, *part.element.iterancestors(TABLE))
            named = next(one for one in tables if one.tag == TABLE).find(_STYLE_OF_TABLE)
        return self.called(named)

    def called(self, named: etree._Element | None) -> str:
        """Return the name of the style that an element names by its id."""
        return self._names.get(value(named), "")

    def said(self, properties: etree._Element | None) -> Look:
        """Return what properties say themselves, their styles by name, their lists by number."""
        look = dict(self.look(own(properties)))
        for one in () if properties is None else properties:
            if one.tag == word("numPr"):
                look |= {f"numPr {local(each)}": value(each) for each in _children(one)}
            elif str(one.tag).endswith("Style"):
                look[local(one)] = self.called(one)
        return look

    def text(self, paragraph: WordParagraph, properties: etree._Element | None) -> list[Look]:
        """Return how text with ``properties`` looks; several ways where rows come and go."""
        key = self._inherited.setting(paragraph.element), written(properties)
        if key not in self._known:
            ways = self._inherited.runs(paragraph.element, properties)
            self._known[key] = [self.look(over(way, own(properties))) for way in ways]
        return self._known[key]

    def paragraph(self, paragraph: WordParagraph) -> list[Look]:
        """Return how a paragraph looks, apart from its text; several ways likewise."""
        key = self._inherited.setting(paragraph.element)
        if key not in self._known:
            ways = self._inherited.paragraphs(paragraph.element)
            self._known[key] = [{**self.look(way), **self._list(way)} for way in ways]
        return self._known[key]

    def _list(self, formats: Formats) -> Look:
        numbers = formats.get(word("numPr"))
        level = None if numbers is None else self._lists.level(numbers)
        shown = [] if level is None else _children(level)
        return {key: text for one in shown for key, text in self._flat(f"{_LIST}{local(one)}", one)}

    def part(self, part: WordTable | WordRow | WordCell) -> list[Look]:
        """Return how a table, a row or a cell looks, apart from what it holds."""
        if isinstance(part, WordRow):
            return [self.look(own(properties_of(part)))]
        if isinstance(part, WordTable):
            return [self.look(self._inherited.table(part.element))]
        table = next(part.element.iterancestors(TABLE)).find(word("tblPr"))
        around = self._inherited.around(part.element)
        key = around, written(properties_of(part)), written(table)
        if key not in self._known:
            ways = self._inherited.cells(part.element)
            self._known[key] = [self.look(way) for way in ways]
        return self._known[key]

    def look(self, formats: Formats) -> Look:
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
            usual = _USUAL_VALUES.get(name) if attribute == "val" else None
            if text not in _OFF and text != usual and (attribute, text) not in _USUAL:
                yield f"{path} {attribute}", text
        for number, child in enumerate(_children(element)):
            inner = str(number) if name == "tabs" else _SAME.get(local(child), local(child))
            yield from self._flat(f"{path}/{inner}", child)

    def _attributes(self, name: str, element: etree._Element) -> Look:
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

    def _font(self, named: Look, slot: str) -> str:
        font = self._fonts.get(named.get(f"{slot}Theme", ""), "") or named.get(slot, "")
        return _OTHER_NAMES.get(font.casefold(), font)


def properties_of(part: WordTable | WordRow | WordCell) -> etree._Element | None:
    """Return what a table, a row or a cell says of itself (``w:tblPr`` …)."""
    return part.element.find(f"{part.element.tag}Pr")


def _says_nothing(name: str, said: Look) -> bool:
    """Return whether an element is as if it were not there."""
    if name == "docGrid":
        return said.get("type", "default") == "default"
    if name == "cols":
        return said.get("num", "1") == "1"
    return said.get("val", "1") in _OFF - {"0"} or said.get("type") in ("auto", "nil")


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


def differing(old: Sequence[Look], new: Sequence[Look]) -> frozenset[str]:
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


class Looks:
    """How two templates look, side by side."""

    def __init__(self, old: Template, new: Template) -> None:
        self.old, self.new = Appearance(old), Appearance(new)

    def of_text(self, old: WordParagraph, new: WordParagraph, part: Overlap) -> frozenset[str]:
        """Return in what text that stayed looks different; a font only by signs that show it."""
        before = self.old.text(old, part.was.properties)
        found = differing(before, self.new.text(new, part.now.properties))
        return found - {name for name, signs in _SHOWN_BY.items() if not signs.search(part.text)}

    def of_paragraph(self, old: WordParagraph, new: WordParagraph) -> frozenset[str]:
        """Return in what two paragraphs look different, apart from their text."""
        return differing(self.old.paragraph(old), self.new.paragraph(new))

    def causes(self, met: Met) -> Iterator[Text | None]:
        """Yield why a part looks different: its style, its list; None if it says so itself."""
        old, new = met.old, met.new
        if old is None or new is None:
            return
        if isinstance(old, WordParagraph) and isinstance(new, WordParagraph):
            yield from self._of_paragraph(old, new)
        elif not isinstance(old, WordParagraph) and not isinstance(new, WordParagraph):
            if differing(self.old.part(old), self.new.part(new)):
                alike = self._say_the_same(properties_of(old), properties_of(new))
                yield _style(self.new.style(new)) if alike else None
            if isinstance(old, WordTable) and isinstance(new, WordTable):
                yield from [None] * _differ_in_columns(old, new)

    def _of_paragraph(self, old: WordParagraph, new: WordParagraph) -> Iterator[Text | None]:
        shapes = (one.element.find(PARAGRAPH_PROPERTIES) for one in (old, new))
        alike, style = self._say_the_same(*shapes), _style(self.new.style(new))
        for name in self.of_paragraph(old, new):
            by_style = message("automatic numbering") if name.startswith(_LIST) else style
            yield by_style if alike else None
        if old.is_blank and new.is_blank:
            marks = old.element.find(_MARK), new.element.find(_MARK)
            looks = self.old.text(old, marks[0]), self.new.text(new, marks[1])
            if _SIZE in differing(*looks):  # a blank line is as high as its mark
                yield style if self._say_the_same(*marks) else None
            return
        same_style = self.old.style(old) == self.new.style(new)
        for part in overlaps(old, new, stretches(text_pieces(old), text_pieces(new))):
            if self.of_text(old, new, part):
                was, now = part.was.properties, part.now.properties
                named = None if now is None else now.find(word("rStyle"))
                by_style = style if named is None else _style(self.new.called(named))
                yield by_style if same_style and self._say_the_same(was, now) else None

    def _say_the_same(self, old: etree._Element | None, new: etree._Element | None) -> bool:
        return self.old.said(old) == self.new.said(new)


def _style(name: str) -> Text:
    return message("style “{name}”", name=name) if name else message("default style")


def _differ_in_columns(old: WordTable, new: WordTable) -> bool:
    before, after = _columns(old), _columns(new)
    return len(before) == len(after) and any(
        abs(one - other) > _LEAST_WIDER for one, other in zip(before, after, strict=True)
    )


def _columns(table: WordTable) -> list[float]:
    """Return the widths of a table's columns in twips: its cells', else its grid's."""
    columns = table.element.findall(f"{word('tblGrid')}/{word('gridCol')}")
    grid = [measure(column, "w", 0) for column in columns]
    for row in table.rows:
        cells = [cell.element.find(f"{word('tcPr')}/{word('tcW')}") for cell in row.cells]
        if len(cells) == len(grid) and all(value(one, "type") == "dxa" for one in cells):
            return [measure(one, "w", 0) for one in cells]
    return grid


def formatting_changes(
    old: Template, new: Template, earlier: PlaceNames, places: PlaceNames, mets: Sequence[Met]
) -> Iterator[Change]:
    """Yield a change for each place that looks different, pages before what stands on them.

    What a style or a list changes is told of it, once, with how many places show it.

    :param earlier: where the parts of the old template stand, ``places`` of the new one.
    """
    looks = Looks(old, new)
    yield from _pages(old, new, looks)
    found: dict[str, Text] = {}
    shown_by: dict[str, dict[str, Text]] = {}
    untracked: set[str] = set()
    for met in mets:
        for cause in looks.causes(met):
            place = places.of(met.shown)
            name, key = (one.text(Language.EN) for one in (cause or place, place))
            found.setdefault(name, cause or place)
            if cause is not None:
                shown_by.setdefault(name, {}).setdefault(key, place)
            if cause is not None or not isinstance(met.new, WordParagraph):
                untracked.add(name)
    for name, what in found.items():
        yield _changed(what, _sentence(what, [*shown_by.get(name, {}).values()], name in untracked))
    yield from _blank_lines(mets, earlier, places)


def _sentence(what: Text, places: Sequence[Text], untracked: bool) -> Text:  # noqa: FBT001
    if places:
        return message(
            "{style}: formatting changed in {count} place(s), first {place};"
            " no redline can show it: compare the pages.",
            style=what,
            count=len(places),
            place=places[0],
        )
    if untracked:
        return message(
            "{place}: formatting changed; no redline can show it: compare the pages.", place=what
        )
    return message("{place}: formatting changed; see the redline.", place=what)


def _changed(place: Text, sentence: Text, what: What = What.CHANGED) -> Change:
    return Change(
        area=Area.LAYOUT, place=place, what=what, old=NOTHING, new=NOTHING, sentence=sentence
    )


def _pages(old: Template, new: Template, looks: Looks) -> Iterator[Change]:
    """Yield what changed of the pages of each section: they print on other paper, or otherwise."""
    before, after = old.sections, new.sections
    for number, (one, other) in enumerate(zip(before, after, strict=False), 1):
        if differing([looks.old.look(own(one))], [looks.new.look(own(other))]):
            single = len(after) == 1
            place = message("page") if single else message("section {number}", number=number)
            sentence = message(
                "{place}: page setup changed; no redline can show it: compare the pages.",
                place=place,
            )
            yield _changed(place, sentence)
    if len(before) != len(after):
        sentence = message(
            "The template has {new} section(s) with pages of their own, before {old}.",
            old=len(before),
            new=len(after),
        )
        place = message("section {number}", number=min(len(before), len(after)) + 1)
        added = len(after) > len(before)
        yield _changed(place, sentence, What.ADDED if added else What.REMOVED)


def _blank_lines(mets: Sequence[Met], earlier: PlaceNames, places: PlaceNames) -> Iterator[Change]:
    """Yield how many empty lines came and went in a place, which changes where things stand."""
    counts: dict[tuple[What, str], list[Text]] = {}
    for met in mets:
        part = met.shown
        if not (met.old and met.new) and isinstance(part, WordParagraph) and part.is_blank:
            place = (earlier if met.new is None else places).of(part)
            what = What.REMOVED if met.new is None else What.ADDED
            counts.setdefault((what, place.text(Language.EN)), []).append(place)
    for (what, _), found in counts.items():
        sentence = (
            message("{count} empty line(s) added: {places}.", count=len(found), places=found[0])
            if what is What.ADDED
            else message(
                "{count} empty line(s) removed: {places}.", count=len(found), places=found[0]
            )
        )
        yield _changed(found[0], sentence, what)
