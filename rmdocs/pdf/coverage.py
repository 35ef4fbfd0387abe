"""Whether the fonts there are can draw a document: every family, every character.

Reads the document as Word does: a run's fonts come from the run, its
character and paragraph styles, the table's style and the defaults; so does
whether it is bold or italic. Which those are and which file draws a family is
for ``fonts`` to say, which fonts a PDF was drawn with in the end for ``libreoffice``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from functools import cache

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, Severity, error
from rmdocs.messages import listed, message
from rmdocs.pdf.faces import REGULAR, Cut
from rmdocs.pdf.fonts import (
    EAST_ASIAN,
    LATIN,
    PACKAGES,
    SIGNS,
    SLOTS,
    DocumentFonts,
    Fonts,
    FontSet,
)
from rmdocs.rendering.markup import WORD
from rmdocs.rendering.package import read
from rmdocs.rendering.template import parse

_PARTS = re.compile(r"word/(header\d*|document|footer\d*|footnotes|endnotes)\.xml")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT_PATH = "{urn:schemas-microsoft-com:vml}textpath"
_STYLED_FAMILY = re.compile(r"font-family:\s*[\"']?([^;\"']+)")
_STYLED_BOLD = re.compile(r"font-weight:\s*(?:bold|[6-9]00)")
_STYLED_ITALIC = re.compile(r"font-style:\s*(?:italic|oblique)")
_UNDRAWN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_CODE = re.compile("[0-9A-Fa-f]{1,4}")
_AROUND = 12
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_VALUE = re.compile(r"\{\{.*?\}\}")
_TEMPLATE = "template.docx"


@dataclass(frozen=True, slots=True, kw_only=True)
class StyledText:
    """Characters of one run.

    :param part: the part they stand in (``word/document.xml``).
    :param text: the characters.
    :param fonts: the families they ask for.
    :param cuts: in which cut they are set; more where the table's style gives
        some rows or columns another.
    :param paragraph: the text of the whole paragraph.
    :param start: where the text begins in it.
    """

    part: str
    text: str
    fonts: Fonts
    cuts: tuple[Cut, ...]
    paragraph: str
    start: int

    def around(self, position: int) -> str:
        """Return the paragraph's text around the character at ``position``."""
        middle = self.start + position
        return self.paragraph[max(0, middle - _AROUND) : middle + _AROUND + 1]


def passages(document: bytes) -> Iterator[StyledText]:
    """Yield everything ``document`` (.docx) prints, run by run.

    :raises FindingsError: if it is no Word document.
    """
    members = {member.name: member for member in read(document)}
    roots = {
        name: parse(member.content())
        for name, member in members.items()
        if _PARTS.fullmatch(name) or name in ("word/styles.xml", "word/theme/theme1.xml")
    }
    styles = DocumentFonts(
        roots.pop("word/styles.xml", None), roots.pop("word/theme/theme1.xml", None)
    )
    for name, root in sorted(roots.items()):
        for fallback in list(root.iter(_FALLBACK)):
            fallback.clear()
        for paragraph in root.iter(f"{WORD}p"):
            yield from _of_paragraph(name, paragraph, styles)
        for path in root.iter(_TEXT_PATH):
            text, look = str(path.get("string") or ""), str(path.get("style") or "")
            found = _STYLED_FAMILY.search(look)
            family = found[1].strip() if found else styles.defaults.get(EAST_ASIAN, "")
            cut = Cut(
                bold=bool(_STYLED_BOLD.search(look)), italic=bool(_STYLED_ITALIC.search(look))
            )
            yield StyledText(
                part=name,
                text=text,
                fonts=dict.fromkeys(SLOTS, family),
                cuts=(cut,),
                paragraph=text,
                start=0,
            )


def uncovered(
    name: str, document: bytes, fonts: FontSet, *, all_regular: bool = False
) -> list[Finding]:
    """Return a finding for every font and every glyph that ``document`` lacks.

    Each is told once, at its first place. What counts is the face that draws
    a text: a bold one that lacks a glyph concerns bold texts only.

    :param name: what to call the document.
    :param all_regular: whether regular faces draw bold and italic texts too.
    :raises FindingsError: if it is no Word document.
    """
    return lacking_in(name, passages(document), fonts, all_regular=all_regular)


def unprintable(template: bytes, fonts: FontSet) -> list[Finding]:
    """Return a warning for every font and glyph that documents of ``template`` would lack.

    What a tag will print is not known: the fonts of its run must be there, for Chinese and
    for Latin. Where no font is found at all, no PDF is made, and nothing is said.

    :raises FindingsError: if it is no Word document.
    """
    if not fonts.families:
        return []
    found = {(one.code, one.path): one for one in _no_family(passages(template), fonts)}
    for one in lacking_in(_TEMPLATE, _without_tags(passages(template)), fonts):
        found.setdefault((one.code, one.path), one)
    return [
        replace(one, severity=Severity.WARNING, path=one.path.partition("#")[2])
        for one in found.values()
    ]


def _no_family(found: Iterable[StyledText], fonts: FontSet) -> Iterator[Finding]:
    """Yield a finding for each family that no font draws and in which a tag prints a value."""
    told: set[str] = set()
    for passage in found:
        spans = (tag.span() for tag in _VALUE.finditer(passage.paragraph))
        end = passage.start + len(passage.text)
        if not any(first < end and last > passage.start for first, last in spans):
            continue
        for family in {passage.fonts.get(slot, "") for slot in SLOTS} - told:
            if fonts.family(family) is None:
                told.add(family)
                place = _TextPlace(
                    document=_TEMPLATE, path=f"{_TEMPLATE}#{passage.part}", around=passage.paragraph
                )
                yield _no_font(place, family, fonts)


def _without_tags(found: Iterable[StyledText]) -> Iterator[StyledText]:
    for passage in found:
        text = list(passage.text)
        for tag in _TAG.finditer(passage.paragraph):
            start, end = (max(0, edge - passage.start) for edge in tag.span())
            text[start:end] = " " * len(text[start:end])
        yield replace(passage, text="".join(text))


def lacking_in(
    name: str, found_in: Iterable[StyledText], fonts: FontSet, *, all_regular: bool = False
) -> list[Finding]:
    """Return the same of what a document prints (:func:`passages`), where that was read."""
    found: dict[tuple[str, str], Finding] = {}

    @cache
    def lacks(family: str, character: str, cuts: tuple[Cut, ...]) -> bool:
        drawn = fonts.family(family)
        return drawn is None or any(drawn.lacks(character, cut) for cut in cuts)

    seen: dict[tuple[Hashable, ...], set[str]] = {}
    for passage in found_in:
        cuts = (REGULAR,) if all_regular else passage.cuts
        # Nearly all characters were seen before in the same fonts.
        there = seen.setdefault((*map(passage.fonts.get, SLOTS), cuts), set())
        if there.issuperset(passage.text):
            continue
        for position, character in enumerate(passage.text):
            if character in there or is_blank(character):
                continue
            asked = _asked(character, passage.fonts)
            try:
                lacking = [one for one in asked if lacks(one, character, cuts)]
            except FindingsError as problem:
                found |= {(one.code, one.path): one for one in problem.findings}
                continue
            if len(lacking) < len(asked):
                there.add(character)
                continue
            unknown = [one for one in lacking if fonts.family(one) is None]
            key = (unknown[0], "") if unknown else (lacking[0], character)
            if key not in found:
                around = passage.around(position)
                place = _TextPlace(document=name, path=f"{name}#{passage.part}", around=around)
                found[key] = _no_glyph(place, *key) if key[1] else _no_font(place, key[0], fonts)
    return list(found.values())


def families(document: bytes) -> frozenset[str]:
    """Return the names of the families in which ``document`` prints something.

    :raises FindingsError: if it is no Word document.
    """
    return families_in(passages(document))


def families_in(found: Iterable[StyledText]) -> frozenset[str]:
    """Return the same of what a document prints (:func:`passages`), where that was read."""
    signs: dict[tuple[str, ...], set[str]] = {}
    for passage in found:
        signs.setdefault(tuple(passage.fonts.get(slot, "") for slot in SLOTS), set()).update(
            passage.text
        )
    return frozenset(
        family
        for fonts, characters in signs.items()
        for character in characters
        if not is_blank(character)
        for family in _asked(character, dict(zip(SLOTS, fonts, strict=True)))
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
        return (fonts.get(EAST_ASIAN, ""),)
    if character.isascii() or (width != "A" and unicodedata.category(character)[0] in "LNM"):
        return (fonts.get(LATIN, ""),)
    return tuple(dict.fromkeys((*(fonts.get(slot, "") for slot in SLOTS), SIGNS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _TextPlace:
    """Where something is lacking: the document, its part, the text around."""

    document: str
    path: str
    around: str


def _no_font(place: _TextPlace, family: str, fonts: FontSet) -> Finding:
    spoilt = [file.finding.path for file in fonts.spoilt(family)]
    if spoilt:
        return error(
            "PDF-FONT",
            place.path,
            message(
                "{document}: there is no font {font}; what cannot be used: {files}",
                document=place.document,
                font=family or "?",
                files=listed(spoilt),
            ),
            message("copy the font again, or use one whose licence allows it to be embedded"),
            label=place.around,
        )
    return error(
        "PDF-FONT",
        place.path,
        message("{document}: there is no font {font}", document=place.document, font=family or "?"),
        message(
            "put the font into the folder of your fonts, or install {packages}", packages=PACKAGES
        ),
        label=place.around,
    )


def _no_glyph(place: _TextPlace, family: str, character: str) -> Finding:
    return error(
        "PDF-GLYPH",
        place.path,
        message(
            "{document}: the font for {font} has no glyph for {character} ({code}), in “{around}”",
            document=place.document,
            font=family,
            character=character,
            code=f"U+{ord(character):04X}",
            around=place.around,
        ),
        message("mount a font that has the character; never write another in its place"),
        label=place.around,
    )


def _of_paragraph(
    part: str, paragraph: etree._Element, styles: DocumentFonts
) -> Iterator[StyledText]:
    """Yield the runs of one paragraph, not of paragraphs in its text boxes."""
    runs = [run for run in paragraph.iter(f"{WORD}r") if _holder(run) is paragraph]
    texts = ["".join(_shown(run)) for run in runs]
    whole, start = "".join(texts), 0
    for run, text in zip(runs, texts, strict=True):
        if text:
            fonts, cuts = styles.of(run, paragraph)
            yield StyledText(
                part=part, text=text, fonts=fonts, cuts=cuts, paragraph=whole, start=start
            )
        for sign in run.iterchildren(f"{WORD}sym"):
            family, code = (str(sign.get(f"{WORD}{name}") or "") for name in ("font", "char"))
            if not _CODE.fullmatch(code):
                continue  # no sign is drawn
            character = chr(int(code, 16))
            asked, (_, cuts) = dict.fromkeys(SLOTS, family), styles.of(run, paragraph)
            yield StyledText(
                part=part, text=character, fonts=asked, cuts=cuts, paragraph=whole, start=start
            )
        start += len(text)


def _holder(run: etree._Element) -> etree._Element | None:
    return next(run.iterancestors(f"{WORD}p"), None)


def _shown(run: etree._Element) -> Iterator[str]:
    for child in run:
        if child.tag == f"{WORD}t":
            yield child.text or ""
        elif child.tag == f"{WORD}noBreakHyphen":
            yield "-"
