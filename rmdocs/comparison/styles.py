"""How a paragraph and each of its runs come to look, and where two writings look different.

From the document's defaults over table, paragraph and character styles to the
formatting of the thing itself (§17.7.2). What is equal here looks equal, by
whatever names the styles go; what is not is found letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from rmdocs.comparison import properties
from rmdocs.comparison.alignment import Passage
from rmdocs.comparison.blocks import Paragraph, Slice, Table, slices
from rmdocs.comparison.properties import Looks, Trait, differ
from rmdocs.comparison.runs import Run
from rmdocs.comparison.template import Template
from rmdocs.rendering.markup import PARAGRAPH_PROPERTIES, RUN_PROPERTIES, value, word

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHINESE = {
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

_USUAL_SIZE = "20"
_MOST_STYLES = 20
"""Styles that one may be based on; more would be a circle."""


class Styles:
    """The styles, theme and numberings of a template."""

    def __init__(self, template: Template) -> None:
        styles = template.related("styles")
        self._theme = template.related("theme")
        numbering = template.related("numbering")
        lists = () if numbering is None else tuple(numbering)
        self._numbers = {
            value(entry, "numId"): value(entry.find(word("abstractNumId")))
            for entry in lists
            if entry.tag == word("num")
        }
        self._abstracts = {
            value(entry, "abstractNumId"): entry
            for entry in lists
            if entry.tag == word("abstractNum")
        }
        self._styles = (
            {}
            if styles is None
            else {value(style, "styleId"): style for style in styles.findall(word("style"))}
        )
        self._usual = {
            value(style, "type"): name
            for name, style in self._styles.items()
            if value(style, "default") in ("1", "true")
        }
        defaults = None if styles is None else styles.find(word("docDefaults"))
        self._text_defaults = self._found(defaults, "rPrDefault", RUN_PROPERTIES)
        self._paragraph_defaults = self._found(defaults, "pPrDefault", PARAGRAPH_PROPERTIES)
        self._chains: dict[tuple[str, str], tuple[etree._Element, ...]] = {}

    @staticmethod
    def _found(parent: etree._Element | None, name: str, inner: str) -> etree._Element | None:
        return None if parent is None else parent.find(f"{word(name)}/{inner}")

    def paragraph(self, paragraph: Paragraph) -> dict[Trait, str]:
        """Return how a paragraph looks, apart from its text."""
        own = paragraph.element.find(PARAGRAPH_PROPERTIES)
        said = properties.of_paragraph(self._paragraph_defaults)
        for style in (*self._around(paragraph), *self._of(paragraph)):
            said |= properties.of_paragraph(style.find(PARAGRAPH_PROPERTIES))
        return properties.finished(said | properties.of_paragraph(own), self._number)

    def run(self, run: Run, paragraph: Paragraph) -> dict[Trait, str]:
        """Return how a run of a paragraph looks."""
        return self._text(paragraph, run.properties)

    def mark(self, paragraph: Paragraph) -> dict[Trait, str]:
        """Return how the mark of a paragraph looks; a blank one is as high as it is."""
        own = paragraph.element.find(f"{PARAGRAPH_PROPERTIES}/{RUN_PROPERTIES}")
        return self._text(paragraph, own)

    def _text(self, paragraph: Paragraph, own: etree._Element | None) -> dict[Trait, str]:
        said = properties.of_text(self._text_defaults, self._font)
        character = "" if own is None else value(own.find(word("rStyle")))
        styles = self._chain("character", character) if character else ()
        for style in (*self._around(paragraph), *self._of(paragraph), *styles):
            said |= properties.of_text(style.find(RUN_PROPERTIES), self._font)
        said = {Trait.SIZE: _USUAL_SIZE, **said, **properties.of_text(own, self._font)}
        looks = {Trait(name): text for name, text in said.items()}
        for trait in (Trait.EAST_FONT, Trait.LATIN_FONT):
            font = looks.get(trait, "")
            looks[trait] = _CHINESE.get(font.casefold(), font)
        return properties.seen(looks)

    def table(self, table: Table) -> dict[Trait, str]:
        """Return how a table looks, apart from its rows and columns."""
        own = table.element.find(word("tblPr"))
        name = "" if own is None else value(own.find(word("tblStyle")))
        levels = [style.find(word("tblPr")) for style in self._chain("table", name)]
        return properties.of_table([*levels, own])

    def _of(self, paragraph: Paragraph) -> tuple[etree._Element, ...]:
        named = paragraph.element.find(f"{PARAGRAPH_PROPERTIES}/{word('pStyle')}")
        return self._chain("paragraph", value(named))

    def _around(self, paragraph: Paragraph) -> tuple[etree._Element, ...]:
        table = next(paragraph.element.iterancestors(word("tbl"), word("txbxContent")), None)
        if table is None or table.tag != word("tbl"):
            return ()
        return self._chain("table", value(table.find(f"{word('tblPr')}/{word('tblStyle')}")))

    def _chain(self, kind: str, name: str) -> tuple[etree._Element, ...]:
        """Return a style and those it is based on, outermost first."""
        if (kind, name) not in self._chains:
            self._chains[kind, name] = tuple(reversed([*self._upwards(kind, name)]))
        return self._chains[kind, name]

    def _upwards(self, kind: str, name: str) -> Iterator[etree._Element]:
        current = name if name in self._styles else self._usual.get(kind, "")
        for _ in range(_MOST_STYLES):
            style = self._styles.get(current)
            if style is None or value(style, "type") != kind:
                return
            yield style
            current = value(style.find(word("basedOn")))

    def _font(self, theme: str) -> str:
        """Return the font that a theme gives for a name such as ``minorEastAsia``."""
        if self._theme is None:
            return ""
        scheme = "majorFont" if theme.startswith("major") else "minorFont"
        fonts = next(self._theme.iter(f"{_DRAWING}{scheme}"), None)
        if fonts is None:
            return ""
        if not theme.endswith("EastAsia"):
            latin = fonts.find(f"{_DRAWING}latin")
            return "" if latin is None else latin.get("typeface") or ""
        east = fonts.find(f"{_DRAWING}ea")
        chinese = fonts.find(f"{_DRAWING}font[@script='Hans']")
        named = [font.get("typeface") or "" for font in (east, chinese) if font is not None]
        return next(filter(None, named), "")

    def _number(self, identifier: str, level: str) -> str:
        """Return how a numbering counts at a level, such as ``decimal %1.``."""
        abstract = self._abstracts.get(self._numbers.get(identifier, ""))
        for found in () if abstract is None else abstract.findall(word("lvl")):
            if value(found, "ilvl") == level:
                counted, shown = found.find(word("numFmt")), found.find(word("lvlText"))
                return f"{value(counted)} {value(shown)}"
        return ""


_EAST = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_LATIN = re.compile(r"[!-~]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One trait that differs; a value is empty where nothing is said."""

    trait: Trait
    old: str
    new: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Overlap:
    """A stretch of text that stayed, within one run of the old and one of the new text.

    :param old: its span in the old text, ``new`` in the new one.
    :param was: the run it was part of, ``now`` the one it is part of.
    """

    old: tuple[int, int]
    new: tuple[int, int]
    text: str
    was: Run
    now: Run


def differences(old: Looks, new: Looks) -> tuple[Difference, ...]:
    """Return the traits that differ, in the order of ``Trait``."""
    return tuple(
        Difference(trait=trait, old=old.get(trait, ""), new=new.get(trait, ""))
        for trait in Trait
        if differ(trait, old.get(trait, ""), new.get(trait, ""))
    )


def of_text(old: Looks, new: Looks, text: str) -> tuple[Difference, ...]:
    """Return the traits that differ and can be seen in ``text``: fonts by script."""
    east, latin = _EAST.search(text), _LATIN.search(text)
    return tuple(
        difference
        for difference in differences(old, new)
        if (difference.trait is not Trait.EAST_FONT or east)
        and (difference.trait is not Trait.LATIN_FONT or latin)
    )


class Comparer:
    """Compares the looks of paragraphs of two templates."""

    def __init__(self, old: Styles, new: Styles) -> None:
        self._old, self._new = old, new

    def restyled(self, old: Paragraph, new: Paragraph, stretch: Overlap) -> tuple[Difference, ...]:
        """Return in what a stretch of two paragraphs that stayed looks different."""
        looks = self._old.run(stretch.was, old), self._new.run(stretch.now, new)
        return of_text(*looks, stretch.text)

    def reshaped(self, old: Paragraph, new: Paragraph) -> tuple[Difference, ...]:
        """Return in what two paragraphs differ as paragraphs."""
        return differences(self._old.paragraph(old), self._new.paragraph(new))

    def remarked(self, old: Paragraph, new: Paragraph) -> tuple[Difference, ...]:
        """Return in what the marks of two blank paragraphs differ: how high they are."""
        both = self._old.mark(old), self._new.mark(new)
        return tuple(item for item in differences(*both) if item.trait is Trait.SIZE)


def overlaps(old: Paragraph, new: Paragraph, found: tuple[Passage, ...]) -> Iterator[Overlap]:
    """Yield what stayed, cut where a run of either text ends.

    :param found: what stayed and what did not.
    """
    before, after, text = slices(old), slices(new), new.text
    for passage in (passage for passage in found if passage.same):
        shift = passage.new[0] - passage.old[0]
        olds = [piece for piece in before if _meets(piece, passage.old)]
        for now in (piece for piece in after if _meets(piece, passage.new)):
            for was in olds:
                start = max(now.start, was.start + shift, passage.new[0])
                end = min(now.end, was.end + shift, passage.new[1])
                if start < end:
                    span = start - shift, end - shift
                    yield Overlap(
                        old=span, new=(start, end), text=text[start:end], was=was.run, now=now.run
                    )


def _meets(piece: Slice, span: tuple[int, int]) -> bool:
    return piece.start < span[1] and span[0] < piece.end
