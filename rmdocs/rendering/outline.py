"""The headings of a document: the paragraphs with an outline level, by style or directly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from rmdocs.rendering.styles import attribute
from rmdocs.rendering.tables import WORD

_BODY_TEXT = 9
"""The outline level that Word gives to what is no heading."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading.

    :param level: 0 for the highest.
    """

    paragraph: etree._Element
    level: int
    text: str


def headings(
    blocks: Iterable[etree._Element], sheet: etree._Element, deepest: int
) -> Iterator[Heading]:
    """Yield the headings among ``blocks`` in order, down to the level ``deepest``.

    :param sheet: the style sheet.
    """
    styles = {str(style.get(f"{WORD}styleId")): style for style in sheet.iter(f"{WORD}style")}
    for block in blocks:
        for paragraph in block.iter(f"{WORD}p"):
            level = _level(paragraph, styles)
            text = paragraph_text(paragraph)
            if level <= deepest and text:
                yield Heading(paragraph, level, text)


def _level(paragraph: etree._Element, styles: dict[str, etree._Element]) -> int:
    holder = paragraph.find(f"{WORD}pPr")
    own = attribute(holder, "outlineLvl")
    name, seen = attribute(holder, "pStyle"), set[str]()
    while not own and name in styles and name not in seen:
        seen.add(name)
        own = attribute(styles[name].find(f"{WORD}pPr"), "outlineLvl")
        name = attribute(styles[name], "basedOn")
    return int(own) if own.isdecimal() else _BODY_TEXT


def paragraph_text(paragraph: etree._Element) -> str:
    """Return what a paragraph says, without blanks around it."""
    pieces = (
        "　" if element.tag == f"{WORD}tab" else element.text or ""
        for element in paragraph.iter(f"{WORD}t", f"{WORD}tab")
        if element.getparent() is not None and element.getparent().tag == f"{WORD}r"  # type: ignore[union-attr] # just asked
    )
    return "".join(pieces).strip()
