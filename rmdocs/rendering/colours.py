"""Colours of a Word file as they are printed: plain, from its theme, made lighter or darker."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from types import MappingProxyType

from lxml import etree

from rmdocs.rendering.markup import WORD
from rmdocs.rendering.vocabulary import DRAWING, W14

Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

PAPER: Colour = (255, 255, 255)
INK: Colour = (0, 0, 0)
LEAST_CONTRAST = 1.5
"""By WCAG, 1 to 21: below it a page printed in black and white shows nothing.

Silver (C0C0C0) on paper has 1.8, the greys that Word offers below it (D9D9D9 and lighter), yellow
and cyan have 1.4 and less.
"""

_HEX = re.compile("[0-9A-Fa-f]{6}")
_BYTE = re.compile("[0-9A-Fa-f]{1,2}")
_MAPPED: Mapping[str, str] = MappingProxyType(
    {
        "text1": "dk1",
        "background1": "lt1",
        "text2": "dk2",
        "background2": "lt2",
        "tx1": "dk1",
        "bg1": "lt1",
        "tx2": "dk2",
        "bg2": "lt2",
        "dark1": "dk1",
        "light1": "lt1",
        "dark2": "dk2",
        "light2": "lt2",
        "hyperlink": "hlink",
        "followedHyperlink": "folHlink",
    }
)
_USUAL: Mapping[str, Colour] = MappingProxyType({"dk1": INK, "lt1": PAPER})
_NAMED: Mapping[str, str] = MappingProxyType(
    {
        "black": "000000",
        "blue": "0000FF",
        "cyan": "00FFFF",
        "green": "00FF00",
        "magenta": "FF00FF",
        "red": "FF0000",
        "yellow": "FFFF00",
        "white": "FFFFFF",
        "darkBlue": "000080",
        "darkCyan": "008080",
        "darkGreen": "008000",
        "darkMagenta": "800080",
        "darkRed": "800000",
        "darkYellow": "808000",
        "darkGray": "808080",
        "lightGray": "C0C0C0",
    }
)
"""The colours of ``w:highlight`` (ECMA-376-1 §17.18.40)."""


class Palette:
    """The colours of a document's theme.

    :param theme: its root; None if the document has none.
    """

    def __init__(self, theme: etree._Element | None) -> None:
        scheme = None if theme is None else theme.find(f".//{{{DRAWING}}}clrScheme")
        self._known = dict(_USUAL)
        for entry in () if scheme is None else scheme.iterchildren(etree.Element):
            for given in entry.iterchildren(etree.Element):
                found = plain(str(given.get("lastClr") or given.get("val") or ""))
                if found is not None:
                    self._known[etree.QName(entry).localname] = found

    def theme(self, name: str, tint: str = "", shade: str = "") -> Colour | None:
        """Return a colour of the theme, made lighter or darker; None if there is none.

        :param tint: how much of it stays beside white, ``00`` to ``FF``; ``shade`` beside black.
        """
        found = self._known.get(_MAPPED.get(name, name))
        if found is None:
            return None
        if _BYTE.fullmatch(shade):
            found = mixed(found, INK, int(shade, 16) / 255)
        if _BYTE.fullmatch(tint):
            found = mixed(found, PAPER, int(tint, 16) / 255)
        return found

    def of(self, element: etree._Element, name: str, themed: str) -> frozenset[Colour]:
        """Return the colours that an element names: programs differ in which they follow.

        :param name: the attribute of the plain colour (``fill``); ``themed``: how those of the
            theme begin (``themeFill``). Empty if it is left to the program.
        """
        theme = self.theme(
            str(element.get(f"{WORD}{themed}") or ""),
            str(element.get(f"{WORD}{themed.replace('Color', '')}Tint") or ""),
            str(element.get(f"{WORD}{themed.replace('Color', '')}Shade") or ""),
        )
        found = (plain(str(element.get(f"{WORD}{name}") or "")), theme)
        return frozenset(one for one in found if one is not None)

    def drawn(self, holder: etree._Element | None) -> frozenset[Colour]:
        """Return the colours in a fill of a drawing, or of drawn letters, seen on paper.

        What makes a colour of the theme lighter or darker is followed.
        """
        found = set()
        for one in () if holder is None else holder.iter(etree.Element):
            name = etree.QName(one).localname
            value = str(one.get("val") or one.get(f"{{{W14}}}val") or "")
            given = plain(str(one.get("lastClr") or value))
            if name == "schemeClr":
                given = self.theme(value)
            elif name == "prstClr":
                given = _preset(value)
            elif name not in {"srgbClr", "sysClr"}:
                continue
            if given is not None:
                found.add(_changed(given, one))
        return frozenset(found)


def plain(text: str) -> Colour | None:
    """Return the colour written as ``RRGGBB``; None for ``auto`` and all else."""
    if not _HEX.fullmatch(text):
        return None
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def marked(name: str) -> Colour | None:
    """Return a colour of the highlighter."""
    return plain(_NAMED.get(name, ""))


def styled(text: str) -> Colour | None:
    """Return a colour as an old drawing writes it: ``#fff``, ``#ffffff [3212]``, ``white``."""
    word = text.split("[", maxsplit=1)[0].strip().removeprefix("#")
    word = "".join(sign * 2 for sign in word) if len(word) == 3 else word  # noqa: PLR2004 - RGB
    return plain(_NAMED.get(word, word)) or _preset(word)


def _preset(name: str) -> Colour | None:
    others = {"silver": "C0C0C0", "gray": "808080", "navy": "000080", "maroon": "800000"}
    return plain(_NAMED.get(name, others.get(name, "")))


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """Return what ``share`` of one colour gives with the rest of another."""
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(one, other, strict=True))
    return red, green, blue


def is_told_apart(texts: frozenset[Colour], grounds: frozenset[Colour]) -> bool:
    """Return whether each of the colours can be read on each of the grounds."""
    return all(contrast(*pair) >= LEAST_CONTRAST for pair in product(texts, grounds))


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours as WCAG 2 reckons it, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for part in (value / 255 for value in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _changed(colour: Colour, given: etree._Element) -> Colour:
    """Return a colour of a drawing as the elements in it change it, on paper."""
    for one in given.iterchildren(etree.Element):
        name = etree.QName(one).localname
        text = str(one.get("val") or one.get(f"{{{W14}}}val") or "")
        if not text.removeprefix("-").isdecimal():
            continue
        share = min(max(int(text) / 100_000, 0.0), 1.0)
        if name in {"lumMod", "shade"}:
            colour = mixed(colour, INK, share)
        elif name == "lumOff":
            colour = mixed(PAPER, colour, share)
        elif name == "tint":
            colour = mixed(colour, PAPER, share)
        elif name == "alpha":
            # Of letters it says how much is seen through, of drawings how much is not.
            letters = etree.QName(one).namespace == W14
            colour = mixed(colour, PAPER, 1 - share if letters else share)
    return colour
