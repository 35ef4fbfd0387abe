"""Whether what is printed can be read: colour and ground, size, spacing, height of lines.

What is known to be readable is let through, the rest refused. The ground of a
text is what shades it: its run, its paragraph, its cell, its text box, else paper.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import TypeVar

from lxml import etree

from rmdocs.findings import Finding
from rmdocs.messages import Text, message
from rmdocs.rendering.colours import (
    INK,
    PAPER,
    Colour,
    Palette,
    is_told_apart,
    marked,
    mixed,
    styled,
)
from rmdocs.rendering.markup import WORD, is_on
from rmdocs.rendering.styles import Formats, Inherited, Numbering, measure, own, written
from rmdocs.rendering.tags import ParagraphIndex
from rmdocs.rendering.vocabulary import DRAWING, MATH, SHAPE, VML, W14
from rmdocs.rendering.wordfile import SETTINGS, STYLES, THEME, WordFile

LEAST_SIZE = 4.0
"""Points. The smallest size with a name (八号) has five; strokes of Han characters run together
on an office printer below four."""

_NARROWEST, _WIDEST = 33, 600
"""Percent of the width of letters: the narrowest that Word offers, and the widest it takes."""

_CLOSEST = -0.25
"""Of the size, by which letters may be moved together: figures are half as wide as high."""

_LOWEST = 0.7
"""Of the size, what a line must be high: what is above is cut away."""

_RAISED = 1.5
"""Of the size, by which letters may be raised or lowered."""

_USUAL_SIZE, _LINE = 10.0, 240
_LONGEST = 40
NOT_PRINTED = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
"""Tags that steer what is printed, and notes."""

_RUNS = (f"{WORD}r", f"{{{MATH}}}r")
_TEXTS = (f"{WORD}t", f"{{{MATH}}}t")
_SIGNS = tuple(
    f"{WORD}{name}"
    for name in ("sym", "footnoteReference", "endnoteReference", "footnoteRef", "endnoteRef")
)
_BOXES = (f"{{{SHAPE}}}wsp", f"{{{VML}}}*")
_CELL, _BOX = f"{WORD}tc", f"{WORD}txbxContent"
_NUMBERS = f"{WORD}numPr"
_COLOUR, _SHADED, _MARKED = (f"{WORD}{name}" for name in ("color", "shd", "highlight"))
_FILLED, _OUTLINED = f"{{{W14}}}textFill", f"{{{W14}}}textOutline"
_SOLID = frozenset({"solidFill", "gradFill"})
_PATTERN = re.compile(r"pct(\d+)")

Grounds = frozenset[Colour]
_One = TypeVar("_One")


class Legibility:
    """What the styles, the theme and the settings of a document make of its text."""

    def __init__(self, word: WordFile) -> None:
        self._styles = Inherited(word.root_of(STYLES))
        self._palette = Palette(word.root_of(THEME))
        self._sheet = self._sheet_colours(word)
        self._numbering = Numbering(word.root_of("numbering"))
        self._known: dict[Hashable, Text | None] = {}
        self._labels: dict[Hashable, tuple[Text, str] | None] = {}
        self._sizes: dict[Hashable, float] = {}
        self._held: dict[etree._Element, tuple[Grounds, ...]] = {}

    def judge(self, places: ParagraphIndex) -> Iterator[Finding]:
        """Yield a finding for each paragraph of a part with text that cannot be read."""
        for paragraph in places.root.iter(f"{WORD}p"):
            runs = [one for one in paragraph.iter(*_RUNS) if _is_of(one, paragraph)]
            printed = list(_printed(runs))
            if not printed:
                continue
            setting = (self._styles.setting(paragraph), *self._under(paragraph))
            found = self._label(paragraph, setting)
            for run, text in printed if found is None else ():
                what = self._run(run, paragraph, setting)
                if what is not None:
                    found = what, text
                    break
            if found is not None:
                yield _finding(places, paragraph, *found)

    def size(self, run: etree._Element, paragraph: etree._Element) -> float:
        """Return the size of a run, in points; the least where it may be of several."""
        properties = _properties(run)
        key = (self._styles.setting(paragraph), written(properties))
        if key not in self._sizes:
            said = own(properties)
            ways = self._styles.runs(paragraph, properties)
            self._sizes[key] = min(_size({**one, **said}) for one in ways)
        return self._sizes[key]

    def _run(
        self, run: etree._Element, paragraph: etree._Element, setting: Hashable
    ) -> Text | None:
        """Return what keeps a run from being read; None if nothing does."""
        properties = _properties(run)
        key = (setting, written(properties))
        if key not in self._known:
            found = self._judged(own(properties), properties, paragraph)
            self._known[key] = found or self._lines(paragraph, self.size(run, paragraph))
        return self._known[key]

    def _judged(
        self, said: Formats, properties: etree._Element | None, paragraph: etree._Element
    ) -> Text | None:
        grounds = list(self._grounds(paragraph))
        for below, ground in _paired(list(self._styles.runs(paragraph, properties)), grounds):
            found = self._formats({**below, **said}, ground)
            if found is not None:
                return found
        return None

    def _formats(self, formats: Formats, below: Grounds) -> Text | None:
        size = _size(formats)
        if size < LEAST_SIZE:
            return message("{size} pt is too small to be read", size=f"{size:g}")
        width = _number(formats, "w", 100.0)
        if not _NARROWEST <= width <= _WIDEST:
            return message("letters are set {width} % wide and cannot be read", width=f"{width:g}")
        if _number(formats, "spacing", 0) / 20 < _CLOSEST * size * width / 100:
            return message("letters are moved together until they lie on each other")
        if abs(_number(formats, "position", 0) / 2) > _RAISED * size:
            return message("letters are raised or lowered out of their line")
        return self._colours(formats, below)

    def _colours(self, formats: Formats, below: Grounds) -> Text | None:
        grounds = self._shaded(formats.get(_SHADED), below)
        mark = marked(str(getattr(formats.get(_MARKED), "get", lambda _: "")(f"{WORD}val") or ""))
        grounds = grounds if mark is None else frozenset({mark})
        colour = formats.get(_COLOUR)
        texts = frozenset[Colour]() if colour is None else self._of(colour, "val", "themeColor")
        # Programs turn letters that have no colour white on a dark shade, but not on all of them.
        texts = texts or (frozenset({INK}) if mark is not None else frozenset())
        texts |= self._filled(formats)
        if is_told_apart(texts, grounds):
            return None
        return message("the colour of the text can hardly be told from what it stands on")

    def _filled(self, formats: Formats) -> Grounds:
        """Return the colours of letters that newer programs draw as a shape."""
        fill, outline = formats.get(_FILLED), formats.get(_OUTLINED)
        if fill is None:
            return frozenset()
        return self._palette.drawn(fill) or self._palette.drawn(outline) or frozenset({PAPER})

    def _of(self, element: etree._Element, name: str, themed: str) -> Grounds:
        return self._palette.of(element, name, themed)

    def _shaded(self, shade: etree._Element | None, below: Grounds) -> Grounds:
        """Return the ground that a ``w:shd`` makes of what is below it."""
        if shade is None:
            return below
        pattern = str(shade.get(f"{WORD}val") or "clear")
        if pattern == "nil":
            return below
        fill = self._of(shade, "fill", "themeFill") or below
        if pattern == "clear":
            return fill
        front = self._of(shade, "color", "themeColor") or frozenset({INK})
        if pattern == "solid":
            return front
        share = _PATTERN.fullmatch(pattern)
        if share is None:
            return fill | front
        part = int(share[1]) / 100
        return frozenset(mixed(one, other, part) for one in front for other in fill)

    def _grounds(self, paragraph: etree._Element) -> Iterator[Grounds]:
        """Yield what a paragraph may stand on, for each way its styles may hold."""
        below = list(self._under(paragraph))
        for formats, ground in _paired(list(self._styles.paragraphs(paragraph)), below):
            yield self._shaded(formats.get(_SHADED), ground)

    def _under(self, element: etree._Element) -> tuple[Grounds, ...]:
        """Return what the cell or text box that holds an element may be shaded with."""
        holder = next(element.iterancestors(_CELL, _BOX), None)
        if holder is None:
            return (self._sheet,)
        if holder not in self._held:
            self._held[holder] = tuple(self._holding(holder))
        return self._held[holder]

    def _holding(self, holder: etree._Element) -> Iterator[Grounds]:
        if holder.tag == _CELL:
            below = list(self._under(holder))
            for formats, ground in _paired(list(self._styles.cells(holder)), below):
                yield self._shaded(formats.get(_SHADED), ground)
        else:
            box = next(holder.iterancestors(*_BOXES), None)
            filled = None if box is None else self._box(box)
            yield self._sheet if filled is None else filled

    def _box(self, box: etree._Element) -> Grounds | None:
        """Return the colours a text box is filled with; None if it is not, or is not known."""
        if str(box.tag).startswith(f"{{{VML}}}"):
            return self._old_box(box)
        for fill in box.iterfind(f"{{{SHAPE}}}spPr/*"):
            name = etree.QName(fill).localname
            if name in _SOLID:
                return self._palette.drawn(fill) or None
            if name in {"noFill", "blipFill", "pattFill", "grpFill"}:
                return None
        style = box.find(f"{{{SHAPE}}}style/{{{DRAWING}}}fillRef")
        if style is None or style.get("idx") == "0":
            return None
        return self._palette.drawn(style) or None

    @staticmethod
    def _old_box(textbox: etree._Element) -> Grounds | None:
        shape = textbox.getparent() if textbox.tag == f"{{{VML}}}textbox" else textbox
        if shape is None or str(shape.get("filled") or "t")[0] in "f0":
            return None
        fill = shape.find(f"{{{VML}}}fill")
        if fill is not None and str(fill.get("on") or "t")[0] in "f0":
            return None
        given = [str(shape.get("fillcolor") or "white")]
        if fill is not None:
            given += [str(fill.get(name)) for name in ("color", "color2") if fill.get(name)]
        found = {styled(one) for one in given}
        known = frozenset(one for one in found if one is not None)
        return known if len(known) == len(found) else None

    def _sheet_colours(self, word: WordFile) -> Grounds:
        """Return what pages are printed on: paper, and their colour where that is shown."""
        settings = word.root_of(SETTINGS)
        shown = settings is not None and is_on(settings.find(f"{WORD}displayBackgroundShape"))
        ground = word.roots[word.main].find(f"{WORD}background") if word.main else None
        if not shown or ground is None:
            return frozenset({PAPER})
        return frozenset({PAPER}) | self._of(ground, "color", "themeColor")

    def _lines(self, paragraph: etree._Element, size: float) -> Text | None:
        """Return what is wrong if the lines of a paragraph are lower than its letters."""
        for formats in self._styles.paragraphs(paragraph):
            height = _line(formats, size)
            if height is not None and height < _LOWEST * size:
                return message(
                    "lines of {height} pt cut away letters of {size} pt",
                    height=f"{height:.3g}",
                    size=f"{size:g}",
                )
        return None

    def _label(self, paragraph: etree._Element, setting: Hashable) -> tuple[Text, str] | None:
        """Return a finding if the number of a paragraph in a list cannot be read."""
        if setting not in self._labels:
            self._labels[setting] = self._labelled(paragraph)
        return self._labels[setting]

    def _labelled(self, paragraph: etree._Element) -> tuple[Text, str] | None:
        ways = self._styles.paragraphs(paragraph)
        numbers = next((one[_NUMBERS] for one in ways if _NUMBERS in one), None)
        level = None if numbers is None else self._numbering.level(numbers)
        label = None if level is None else level.find(f"{WORD}lvlText")
        text = "" if label is None else str(label.get(f"{WORD}val") or "")
        if level is None or not text.strip():
            return None
        said = {**own(paragraph.find(f"{WORD}pPr/{WORD}rPr")), **own(level.find(f"{WORD}rPr"))}
        if is_on(said.get(f"{WORD}vanish")):
            return message("the number of the paragraph is hidden"), text
        found = self._judged(said, None, paragraph)
        return None if found is None else (found, text)


def _is_of(run: etree._Element, paragraph: etree._Element) -> bool:
    return next(run.iterancestors(f"{WORD}p"), None) is paragraph


def _printed(runs: list[etree._Element]) -> Iterator[tuple[etree._Element, str]]:
    """Yield the runs that print something, with it: tags that only steer are not printed."""
    texts = ["".join(_signs(run)) for run in runs]
    whole = "".join(texts)
    gone = [found.span() for found in NOT_PRINTED.finditer(whole)]
    at = 0
    for run, text in zip(runs, texts, strict=True):
        left = text
        for start, end in reversed(gone):
            first, last = max(start - at, 0), max(end - at, 0)
            if first < len(text):
                left = left[:first] + left[last:]
        at += len(text)
        if left.strip():
            yield run, left


def _signs(run: etree._Element) -> Iterator[str]:
    for child in run.iterchildren(*_TEXTS, *_SIGNS):
        yield (child.text or "") if child.tag in _TEXTS else "□"


def _properties(run: etree._Element) -> etree._Element | None:
    return run.find(f"{WORD}rPr")


def _paired(ways: list[Formats], below: list[_One]) -> Iterator[tuple[Formats, _One]]:
    """Yield each way that styles may hold with what is below it in the same way."""
    if len(ways) == len(below):
        yield from zip(ways, below, strict=True)
    else:
        yield from ((way, one) for way in ways for one in below)


def _size(formats: Formats) -> float:
    other = is_on(formats.get(f"{WORD}rtl")) or is_on(formats.get(f"{WORD}cs"))
    return _number(formats, "szCs" if other else "sz", _USUAL_SIZE * 2) / 2


def _number(formats: Formats, name: str, usual: float) -> float:
    element = formats.get(f"{WORD}{name}")
    return usual if element is None else measure(element, "val", usual)


def _line(formats: Formats, size: float) -> float | None:
    """Return how high lines are, in points; None if as high as need be."""
    spacing = formats.get(f"{WORD}spacing")
    if spacing is None:
        return None
    rule = str(spacing.get(f"{WORD}lineRule") or "auto")
    line = measure(spacing, "line", _LINE)
    if line < 0:
        rule, line = "exact", -line
    if rule == "exact":
        return line / 20
    return line / _LINE * size if rule == "auto" and line > 0 else None


def _finding(places: ParagraphIndex, at: etree._Element, what: Text, text: str) -> Finding:
    return places.error(
        "TEMPLATE-UNREADABLE",
        at,
        message(
            "text is printed so that nobody can read it: {text} ({what})",
            text=text.strip()[:_LONGEST],
            what=what,
        ),
        message("format the text so that it is seen on paper, or delete it"),
    )
