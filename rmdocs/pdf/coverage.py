"""Whether the fonts there are can draw a document: every family, every character.

Reads the document as Word does: a run's fonts come from the run, its
character and paragraph styles, the table's style and the defaults. Which file
draws a family is for ``fonts`` to say, which fonts a PDF was drawn
with in the end for ``drawn``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.pdf.fonts import PACKAGES, SIGNS, FontSet
from rmdocs.rendering.package import read
from rmdocs.rendering.patching import parse
from rmdocs.rendering.styling import attribute
from rmdocs.rendering.tables import WORD

_PARTS = re.compile(r"word/(header\d*|document|footer\d*|footnotes|endnotes)\.xml")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT_PATH = "{urn:schemas-microsoft-com:vml}textpath"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_STYLED_FAMILY = re.compile(r"font-family:\s*[\"']?([^;\"']+)")
_LATIN, _EAST_ASIAN = "ascii", "eastAsia"
_SLOTS = (_LATIN, _EAST_ASIAN)
_UNDRAWN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_AROUND = 12

Fonts = Mapping[str, str]
"""The name of a family by slot: ``ascii`` for Latin text, ``eastAsia`` for Chinese."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Characters of one run.

    :param part: the part they stand in (``word/document.xml``).
    :param text: the characters.
    :param fonts: the families they ask for.
    :param paragraph: the text of the whole paragraph.
    :param start: where the text begins in it.
    """

    part: str
    text: str
    fonts: Fonts
    paragraph: str
    start: int

    def around(self, position: int) -> str:
        """Return the paragraph's text around the character at ``position``."""
        middle = self.start + position
        return self.paragraph[max(0, middle - _AROUND) : middle + _AROUND + 1]


def passages(document: bytes) -> Iterator[Passage]:
    """Yield everything ``document`` (.docx) prints, run by run.

    :raises FindingsError: if it is no Word document.
    """
    members = {member.name: member for member in read(document)}
    roots = {
        name: parse(member.content())
        for name, member in members.items()
        if _PARTS.fullmatch(name) or name in ("word/styles.xml", "word/theme/theme1.xml")
    }
    styles = _Styles(roots.pop("word/styles.xml", None), roots.pop("word/theme/theme1.xml", None))
    for name, root in sorted(roots.items()):
        for fallback in list(root.iter(_FALLBACK)):
            fallback.clear()
        for paragraph in root.iter(f"{WORD}p"):
            yield from _of_paragraph(name, paragraph, styles)
        for path in root.iter(_TEXT_PATH):
            text = str(path.get("string") or "")
            found = _STYLED_FAMILY.search(str(path.get("style") or ""))
            family = found[1].strip() if found else styles.defaults.get(_EAST_ASIAN, "")
            yield Passage(name, text, dict.fromkeys(_SLOTS, family), text, 0)


def uncovered(name: str, document: bytes, fonts: FontSet) -> list[Finding]:
    """Return a finding for every font and every glyph that ``document`` lacks.

    Each is told once, at its first place.

    :param name: what to call the document.
    :raises FindingsError: if it is no Word document.
    """
    found: dict[tuple[str, str], Finding] = {}
    for passage in passages(document):
        for position, character in enumerate(passage.text):
            if is_blank(character):
                continue
            asked = _asked(character, passage.fonts)
            lacking = [one for one in asked if _lacks(fonts, one, character)]
            if len(lacking) < len(asked):
                continue
            unknown = [one for one in lacking if fonts.family(one) is None]
            key = (unknown[0], "") if unknown else (lacking[0], character)
            if key not in found:
                found[key] = _finding(name, passage, position, *key)
    return list(found.values())


def families(document: bytes) -> frozenset[str]:
    """Return the names of the families in which ``document`` prints something.

    :raises FindingsError: if it is no Word document.
    """
    return frozenset(
        family
        for passage in passages(document)
        for character in set(passage.text)
        if not is_blank(character)
        for family in _asked(character, passage.fonts)
    )


def is_blank(character: str) -> bool:
    """Return whether a character leaves no ink on the paper."""
    return unicodedata.category(character) in _UNDRAWN


def _asked(character: str, fonts: Fonts) -> tuple[str, ...]:
    """Return the families of which one must draw ``character``.

    Signs that are neither Chinese nor Latin are drawn by either font of their
    run, as the characters beside them have it, or by the font for signs, to
    which Word and WPS turn as well (no Chinese text font has ☐).
    """
    width = unicodedata.east_asian_width(character)
    if width in "WF":
        return (fonts.get(_EAST_ASIAN, ""),)
    if character.isascii() or (width != "A" and unicodedata.category(character)[0] in "LNM"):
        return (fonts.get(_LATIN, ""),)
    return tuple(dict.fromkeys((*(fonts.get(slot, "") for slot in _SLOTS), SIGNS)))


def _lacks(fonts: FontSet, name: str, character: str) -> bool:
    family = fonts.family(name)
    return family is None or family.lacks(character)


def _finding(name: str, passage: Passage, position: int, family: str, character: str) -> Finding:
    around = passage.around(position)
    place = f"{name}#{passage.part}"
    if not character:
        return error(
            "PDF-FONT",
            place,
            message("{document}: there is no font {font}", document=name, font=family or "?"),
            message(
                "put the font into the folder of your fonts, or install {packages}",
                packages=PACKAGES,
            ),
            label=around,
        )
    return error(
        "PDF-GLYPH",
        place,
        message(
            "{document}: the font for {font} has no glyph for {character} ({code}), in “{around}”",
            document=name,
            font=family,
            character=character,
            code=f"U+{ord(character):04X}",
            around=around,
        ),
        message("mount a font that has the character; never write another in its place"),
        label=around,
    )


def _of_paragraph(part: str, paragraph: etree._Element, styles: _Styles) -> Iterator[Passage]:
    """Yield the runs of one paragraph, not of paragraphs in its text boxes."""
    runs = [run for run in paragraph.iter(f"{WORD}r") if _holder(run) is paragraph]
    texts = ["".join(_shown(run)) for run in runs]
    whole, start = "".join(texts), 0
    for run, text in zip(runs, texts, strict=True):
        if text:
            yield Passage(part, text, styles.of(run, paragraph), whole, start)
        for sign in run.iterchildren(f"{WORD}sym"):
            family = str(sign.get(f"{WORD}font") or "")
            character = chr(int(str(sign.get(f"{WORD}char") or "F020"), 16))
            yield Passage(part, character, dict.fromkeys(_SLOTS, family), whole, start)
        start += len(text)


def _holder(run: etree._Element) -> etree._Element | None:
    return next(run.iterancestors(f"{WORD}p"), None)


def _shown(run: etree._Element) -> Iterator[str]:
    for child in run:
        if child.tag == f"{WORD}t":
            yield child.text or ""
        elif child.tag == f"{WORD}noBreakHyphen":
            yield "-"


class _Styles:
    """The fonts that styles, defaults and the theme give."""

    def __init__(self, sheet: etree._Element | None, theme: etree._Element | None) -> None:
        self._themed = dict(_theme_fonts(theme)) if theme is not None else {}
        self._styles: dict[str, etree._Element] = {}
        self._found: dict[str, Fonts] = {}
        self._paragraph = ""
        self.defaults: Fonts = {}
        if sheet is not None:
            self.defaults = self._own(sheet.find(f"{WORD}docDefaults/{WORD}rPrDefault"))
            for style in sheet.iter(f"{WORD}style"):
                name = str(style.get(f"{WORD}styleId"))
                self._styles[name] = style
                usual = str(style.get(f"{WORD}default") or "") in ("1", "true")
                if usual and style.get(f"{WORD}type") == "paragraph":
                    self._paragraph = name

    def of(self, run: etree._Element, paragraph: etree._Element) -> Fonts:
        """Return the fonts of a run."""
        table = next(paragraph.iterancestors(f"{WORD}tbl"), None)
        properties = None if table is None else table.find(f"{WORD}tblPr")
        style = attribute(paragraph.find(f"{WORD}pPr"), "pStyle") or self._paragraph
        return {
            **self.defaults,
            **self._style(attribute(properties, "tblStyle")),
            **self._style(style),
            **self._style(attribute(run.find(f"{WORD}rPr"), "rStyle")),
            **self._own(run),
        }

    def _style(self, name: str) -> Fonts:
        if name not in self._styles:
            return {}
        if name not in self._found:
            self._found[name] = {}  # a style based on itself ends here
            style = self._styles[name]
            self._found[name] = {**self._style(attribute(style, "basedOn")), **self._own(style)}
        return self._found[name]

    def _own(self, holder: etree._Element | None) -> Fonts:
        """Return the fonts that the ``w:rPr`` in ``holder`` names itself."""
        named = None if holder is None else holder.find(f"{WORD}rPr/{WORD}rFonts")
        if named is None:
            return {}
        found = {}
        for slot in _SLOTS:
            theme = str(named.get(f"{WORD}{slot}Theme") or "")
            name = self._themed.get(theme, "") or str(named.get(f"{WORD}{slot}") or "")
            if name:
                found[slot] = name
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
