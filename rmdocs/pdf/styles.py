"""The fonts and the cut of a run, as styles, defaults and the theme give them (§17.7.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from lxml import etree

from rmdocs.pdf.faces import Cut
from rmdocs.rendering.styling import attribute
from rmdocs.rendering.tables import WORD

LATIN, EAST_ASIAN = "ascii", "eastAsia"
SLOTS = (LATIN, EAST_ASIAN)

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_BOLD, _ITALIC = "b", "i"
_OFF = frozenset({"0", "false", "off"})

Fonts = Mapping[str, str]
"""The name of a family by slot: ``ascii`` for Latin text, ``eastAsia`` for Chinese."""


class Styles:
    """What the styles, the defaults and the theme of a document give."""

    def __init__(self, sheet: etree._Element | None, theme: etree._Element | None) -> None:
        self._themed = dict(_theme_fonts(theme)) if theme is not None else {}
        self._styles: dict[str, etree._Element] = {}
        self._found: dict[str, Fonts] = {}
        self._cuts: dict[str, dict[str, bool]] = {}
        self._paragraph = ""
        self.defaults: Fonts = {}
        self._usual: dict[str, bool] = {}
        if sheet is not None:
            defaults = sheet.find(f"{WORD}docDefaults/{WORD}rPrDefault")
            self.defaults, self._usual = self._own(defaults), _toggles(defaults)
            for style in sheet.iter(f"{WORD}style"):
                name = str(style.get(f"{WORD}styleId"))
                self._styles[name] = style
                usual = str(style.get(f"{WORD}default") or "") in ("1", "true")
                if usual and style.get(f"{WORD}type") == "paragraph":
                    self._paragraph = name

    def of(self, run: etree._Element, paragraph: etree._Element) -> Fonts:
        """Return the fonts of a run."""
        found = dict(self.defaults)
        for name in self._named(run, paragraph):
            found |= self._style(name)
        return {**found, **self._own(run)}

    def cuts(self, run: etree._Element, paragraph: etree._Element) -> tuple[Cut, ...]:
        """Return in which cut a run is set.

        Several where the table's style makes some of its rows or columns bold
        or italic: which ones is not followed.
        """
        levels = [self._toggles(name) for name in self._named(run, paragraph)]
        own, at_times = _toggles(run), self._conditional(self._named(run, paragraph)[0])
        found = [
            {own[tag]}
            if tag in own
            else {self._toggled(tag, levels)} | ({True} if tag in at_times else set())
            for tag in (_BOLD, _ITALIC)
        ]
        return tuple(Cut(bold, italic) for bold, italic in product(*map(sorted, found)))

    def _toggled(self, tag: str, levels: list[dict[str, bool]]) -> bool:
        """Return whether styles turn a property on: two that do cancel out (§17.7.3)."""
        return self._usual.get(tag, False) or sum(one.get(tag, False) for one in levels) % 2 == 1

    def _named(self, run: etree._Element, paragraph: etree._Element) -> tuple[str, str, str]:
        """Return the styles of the table, the paragraph and the run; empty for none."""
        table = next(paragraph.iterancestors(f"{WORD}tbl"), None)
        properties = None if table is None else table.find(f"{WORD}tblPr")
        return (
            attribute(properties, "tblStyle"),
            attribute(paragraph.find(f"{WORD}pPr"), "pStyle") or self._paragraph,
            attribute(run.find(f"{WORD}rPr"), "rStyle"),
        )

    def _chain(self, name: str) -> list[etree._Element]:
        """Return a style and those it is based on, outermost first."""
        found: dict[str, etree._Element] = {}
        while name in self._styles and name not in found:
            found[name] = self._styles[name]
            name = attribute(found[name], "basedOn")
        return list(reversed(found.values()))

    def _toggles(self, name: str) -> dict[str, bool]:
        if name not in self._cuts:
            self._cuts[name] = {
                tag: on for style in self._chain(name) for tag, on in _toggles(style).items()
            }
        return self._cuts[name]

    def _conditional(self, name: str) -> frozenset[str]:
        """Return what a table style turns on in some of its rows or columns."""
        return frozenset(
            tag
            for style in self._chain(name)
            for part in style.iterchildren(f"{WORD}tblStylePr")
            for tag, on in _toggles(part).items()
            if on
        )

    def _style(self, name: str) -> Fonts:
        if name not in self._found:
            self._found[name] = {
                slot: font for style in self._chain(name) for slot, font in self._own(style).items()
            }
        return self._found[name]

    def _own(self, holder: etree._Element | None) -> Fonts:
        """Return the fonts that the ``w:rPr`` in ``holder`` names itself."""
        named = None if holder is None else holder.find(f"{WORD}rPr/{WORD}rFonts")
        if named is None:
            return {}
        found = {}
        for slot in SLOTS:
            theme = str(named.get(f"{WORD}{slot}Theme") or "")
            name = self._themed.get(theme, "") or str(named.get(f"{WORD}{slot}") or "")
            if name:
                found[slot] = name
        return found


def _toggles(holder: etree._Element | None) -> dict[str, bool]:
    """Return what the ``w:rPr`` in ``holder`` turns on or off itself."""
    found = {}
    for tag in (_BOLD, _ITALIC):
        element = None if holder is None else holder.find(f"{WORD}rPr/{WORD}{tag}")
        if element is not None:
            found[tag] = element.get(f"{WORD}val") not in _OFF
    return found


def _theme_fonts(theme: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield the fonts of the theme by the names that ``w:rFonts`` uses."""
    for kind in ("major", "minor"):
        scheme = theme.find(f".//{_DRAWING}{kind}Font")
        if scheme is None:
            continue
        latin, chinese = (_face(scheme.find(f"{_DRAWING}{tag}")) for tag in ("latin", "ea"))
        for font in scheme.iterchildren(f"{_DRAWING}font"):
            if font.get("script") == "Hans":
                chinese = chinese or _face(font)
        yield from {f"{kind}HAnsi": latin, f"{kind}Ascii": latin}.items()
        yield f"{kind}EastAsia", chinese


def _face(element: etree._Element | None) -> str:
    return "" if element is None else str(element.get("typeface") or "")
