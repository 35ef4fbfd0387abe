"""How a look is said: the name of each trait, and its value in units people use."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from rmdocs.comparison.properties import Trait, twips
from rmdocs.comparison.styles import Difference
from rmdocs.findings import NOTHING
from rmdocs.forms.change import joined
from rmdocs.messages import Bilingual, Text, Verbatim, message

_TWIPS_A_MM = 1440 / 25.4
_TWIPS_A_PT = 20
_LINE = 240
_SQUARE = 12
"""Twips by which a page may be larger than a paper size and still be called that."""

_NAMES: Mapping[Trait, Text] = {
    Trait.EAST_FONT: message("font of Chinese text"),
    Trait.LATIN_FONT: message("font of Latin letters and digits"),
    Trait.SIZE: message("type size"),
    Trait.COLOUR: message("colour of the text"),
    Trait.HIGHLIGHT: message("highlighting"),
    Trait.RAISED: message("raised or lowered text"),
    Trait.PITCH: message("spacing of characters"),
    Trait.STRETCH: message("width of characters"),
    Trait.EMPHASIS: message("emphasis mark"),
    Trait.ALIGNMENT: message("alignment"),
    Trait.LEFT: message("left indent"),
    Trait.RIGHT: message("right indent"),
    Trait.FIRST_LINE: message("indent of the first line"),
    Trait.BEFORE: message("space before"),
    Trait.AFTER: message("space after"),
    Trait.LINE: message("line spacing"),
    Trait.NUMBERING: message("automatic numbering"),
    Trait.TABS: message("tab stops"),
    Trait.BORDERS: message("lines around it"),
    Trait.SHADING: message("shading"),
    Trait.WIDTH: message("width"),
    Trait.HEIGHT: message("height"),
    Trait.ACROSS: message("number of columns it spans"),
    Trait.DOWN: message("joining with the cell above or below"),
    Trait.VERTICAL: message("vertical alignment"),
    Trait.DIRECTION: message("direction of the text"),
    Trait.PADDING: message("space inside the cells"),
    Trait.PAPER: message("paper"),
    Trait.TOP_MARGIN: message("top margin"),
    Trait.BOTTOM_MARGIN: message("bottom margin"),
    Trait.LEFT_MARGIN: message("left margin"),
    Trait.RIGHT_MARGIN: message("right margin"),
    Trait.GUTTER: message("binding margin"),
    Trait.HEADER_DISTANCE: message("distance of the header from the edge"),
    Trait.FOOTER_DISTANCE: message("distance of the footer from the edge"),
    Trait.COLUMNS: message("number of text columns"),
    Trait.GRID: message("grid of lines"),
    Trait.PAGE_NUMBERS: message("counting of pages"),
}

_FLAGS: Mapping[Trait, tuple[Text, Text]] = {
    Trait.BOLD: (message("now bold"), message("no longer bold")),
    Trait.ITALIC: (message("now italic"), message("no longer italic")),
    Trait.UNDERLINE: (message("now underlined"), message("no longer underlined")),
    Trait.STRIKE: (message("now struck through"), message("no longer struck through")),
    Trait.HIDDEN: (message("now hidden"), message("no longer hidden")),
    Trait.NEW_PAGE: (message("now begins a new page"), message("no longer begins a new page")),
    Trait.KEEP_NEXT: (
        message("now stays on one page with the next paragraph"),
        message("no longer stays on one page with the next paragraph"),
    ),
    Trait.HEADING_ROW: (
        message("now repeated at the top of each page"),
        message("no longer repeated at the top of each page"),
    ),
}

_SIZES = {
    84: "初号",
    72: "小初",
    52: "一号",
    48: "小一",
    44: "二号",
    36: "小二",
    32: "三号",
    30: "小三",
    28: "四号",
    24: "小四",
    21: "五号",
    18: "小五",
    15: "六号",
    13: "小六",
    11: "七号",
    10: "八号",
}
"""Chinese type sizes by half points, as Word lists them."""

_PAPERS = {(297, 420): "A3", (210, 297): "A4", (148, 210): "A5", (182, 257): "B5"}
_WORDS: Mapping[str, Text] = {
    "left": message("left"),
    "center": message("centred"),
    "right": message("right"),
    "both": message("justified"),
    "spread": message("spread"),
    "top": message("top"),
    "bottom": message("bottom"),
    "superscript": message("superscript"),
    "subscript": message("subscript"),
}
_USUAL: Mapping[Trait, Text] = {
    Trait.ALIGNMENT: message("left"),
    Trait.VERTICAL: message("top"),
    Trait.LINE: message("single"),
    Trait.COLOUR: message("black"),
    Trait.ACROSS: Verbatim("1"),
    Trait.COLUMNS: Verbatim("1"),
    Trait.STRETCH: Verbatim("100%"),
}
_SPACES = frozenset({Trait.BEFORE, Trait.AFTER})
"""Lengths that Word gives in points."""

_LENGTHS = frozenset(
    {
        Trait.LEFT,
        Trait.RIGHT,
        Trait.FIRST_LINE,
        Trait.BEFORE,
        Trait.AFTER,
        Trait.WIDTH,
        Trait.TOP_MARGIN,
        Trait.BOTTOM_MARGIN,
        Trait.LEFT_MARGIN,
        Trait.RIGHT_MARGIN,
        Trait.GUTTER,
        Trait.HEADER_DISTANCE,
        Trait.FOOTER_DISTANCE,
    }
)


def said(difference: Difference) -> Text:
    """Return one difference of looks: “type size: from 五号 to 小四”, “now bold”."""
    trait, old, new = difference.trait, difference.old, difference.new
    if trait in _FLAGS:
        return _FLAGS[trait][0 if new else 1]
    before, after = valued(trait, old), valued(trait, new)
    if before is None or after is None:
        return message("{trait} changed", trait=_NAMES[trait])
    return message("{trait} from {old} to {new}", trait=_NAMES[trait], old=before, new=after)


def valued(trait: Trait, text: str) -> Text | None:
    """Return a trait's value as a person says it; None if it cannot be said in a few words."""
    if trait in _FLAGS:
        return message("yes") if text else message("no")
    if not text:
        return _USUAL.get(trait, message("none"))
    if trait in _SPACES and text[0].isdigit():
        return _pitch(text)
    if trait in _LENGTHS:
        return _length(text)
    say = _SAYERS.get(trait)
    return say(text) if say is not None else _WORDS.get(text)


def _length(text: str) -> Text:
    """Return a length in mm, lines or characters; what hangs out is negative."""
    hanging = text.startswith("-")
    plain = text.removeprefix("-")
    if plain.startswith("chars "):
        shown: Text = message("{count} characters", count=f"{twips(plain[6:]) / 100:g}")
    elif plain.startswith("lines "):
        shown = message("{count} lines", count=f"{twips(plain[6:]) / 100:g}")
    elif plain.endswith("%"):
        shown = Verbatim(plain)
    else:
        shown = message("{count} mm", count=f"{twips(plain) / _TWIPS_A_MM:.1f}")
    return message("{length} hanging", length=shown) if hanging else shown


def _size(text: str) -> Text:
    points = twips(text) if re.search("[a-z]", text) else twips(text) * _TWIPS_A_PT / 2
    points = points / _TWIPS_A_PT
    name = _SIZES.get(round(points * 2), "")
    shown = f"{points:g}"
    zh = f"{name}（{shown}磅）" if name else f"{shown}磅"
    return Bilingual(zh=zh, en=f"{shown} pt")


def _line(text: str) -> Text:
    rule, _, height = text.partition(" ")
    if rule == "auto":
        return message("{count} lines", count=f"{twips(height) / _LINE:g}")
    points = message("{count} pt", count=f"{twips(height) / _TWIPS_A_PT:g}")
    return joined((message("at least ") if rule == "atLeast" else NOTHING, points))


def _height(text: str) -> Text:
    rule, _, height = text.partition(" ")
    shown = _length(height)
    return joined((message("at least ") if rule == "atLeast" else NOTHING, shown))


def _paper(text: str) -> Text:
    wide, high = (twips(side.strip()) for side in text.partition(" ")[::2])
    for (width, height), name in _PAPERS.items():
        sides = width * _TWIPS_A_MM, height * _TWIPS_A_MM
        if _close((wide, high), sides):
            return message("{paper} upright", paper=name)
        if _close((high, wide), sides):
            return message("{paper} lengthwise", paper=name)
    sides_in_mm = (f"{side / _TWIPS_A_MM:.0f}" for side in (wide, high))
    return message("{count} mm", count=" × ".join(sides_in_mm))


def _close(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) <= _SQUARE for a, b in zip(one, other, strict=True))


def _pitch(text: str) -> Text:
    return message("{count} pt", count=f"{twips(text) / _TWIPS_A_PT:g}")


_SAYERS: Mapping[Trait, Callable[[str], Text]] = {
    Trait.EAST_FONT: Verbatim,
    Trait.LATIN_FONT: Verbatim,
    Trait.SIZE: _size,
    Trait.LINE: _line,
    Trait.HEIGHT: _height,
    Trait.PAPER: _paper,
    Trait.PITCH: _pitch,
    Trait.STRETCH: lambda text: Verbatim(f"{text}%"),
    Trait.COLOUR: lambda text: Verbatim(f"#{text}"),
    Trait.SHADING: lambda text: Verbatim(f"#{text}"),
    Trait.ACROSS: Verbatim,
    Trait.COLUMNS: Verbatim,
}
