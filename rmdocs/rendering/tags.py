"""A template as a person sees it: paragraphs with their text, and the tags in it.

Word may split a tag over runs; docxtpl joins it again, and so does the text
read here. Paragraphs are counted from 1 in each part, in document order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from functools import cached_property

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING, Finding, error, warning
from rmdocs.messages import Text, message
from rmdocs.rendering.markup import WORD

LONGEST_LABEL = 80
_PARAGRAPH, _TEXT = f"{WORD}p", f"{WORD}t"
_BLANKS = (f"{WORD}br", f"{WORD}cr", f"{WORD}tab")
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
PROPERTIES = tuple(
    f"{_DUBLIN_CORE}{name}"
    for name in ("creator", "description", "identifier", "language", "subject", "title")
)
"""The properties of a document that tags may fill."""
_HOLDERS = {
    f"{WORD}tbl": "tbl",
    f"{WORD}tr": "tr",
    f"{WORD}tc": "tc",
    f"{WORD}txbxContent": "box",
}
_CLOSERS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_OPENER = re.compile(r"\{[{%#]")
_LEVEL = re.compile(r"(tr|tc|p|r)\s+", re.ASCII)
_STATEMENT = re.compile(r"[-+]?\s*(\w+)\s*")
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})

_WIDE = re.compile(
    r"[｛{]\s*[｛{%％#][^｛｝{}]*[｝}]?\s*[｝}]?"  # two braces, one wide or with a space between
    r"|｛\s*[A-Za-z_][^｛｝{}]*[｝}]"
    r"|[｝}%％#]\s*[｝}]"
)
_SINGLE = re.compile(r"\{\s*[A-Za-z_][^{}]*\}")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ParagraphHolder:
    """A cell, row, table or other holder of paragraphs; compared by identity."""

    name: str
    parent: ParagraphHolder | None = None
    texts: list[str] = field(default_factory=list)

    def enclosing(self, name: str) -> ParagraphHolder | None:
        """Return the nearest place of that name, this one included."""
        place: ParagraphHolder | None = self
        while place is not None and place.name != name:
            place = place.parent
        return place


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateParagraph:
    """One paragraph.

    :param number: counted from 1 in its part.
    :param text: what is visible, on one line.
    :param place: what holds it.
    """

    part: str
    number: int
    text: str
    place: ParagraphHolder

    def finding(self, code: str, what: Text, remedy: Text, label: str = "") -> Finding:
        """Return an error at this paragraph."""
        shown = (label or self.text).strip()[:LONGEST_LABEL]
        return error(code, f"{self.part}#{self.number}", what, remedy, label=shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One whole tag.

    :param opener: ``{{``, ``{%`` or ``{#``.
    :param level: what docxtpl removes around it: ``p``, ``tr``, ``tc``, ``r``, or nothing.
    :param body: what stands between the braces, without the level.
    """

    paragraph: TemplateParagraph
    opener: str
    level: str
    body: str
    raw: str

    @property
    def word(self) -> str:
        """Return the first word of a statement: ``if``, ``endfor``; else nothing."""
        found = _STATEMENT.match(self.body) if self.opener == "{%" else None
        return found[1] if found else ""

    @property
    def rest(self) -> str:
        """Return what follows the first word of a statement."""
        found = _STATEMENT.match(self.body)
        return self.body[found.end() :].rstrip("-+ ") if found else ""

    def finding(self, code: str, what: Text, remedy: Text) -> Finding:
        """Return an error at this tag."""
        return self.paragraph.finding(code, what, remedy, self.raw)


def paragraphs(part: str, root: etree._Element) -> list[TemplateParagraph]:
    """Return the paragraphs of a part in document order.

    The document properties count as one paragraph each.
    """
    if not str(root.tag).startswith(WORD):
        texts = [element.text or "" for element in root if element.tag in PROPERTIES]
        return [
            TemplateParagraph(
                part=part, number=number, text=text, place=ParagraphHolder(name="part")
            )
            for number, text in enumerate(texts, 1)
        ]
    found: list[TemplateParagraph | None] = []
    open_: list[tuple[int, ParagraphHolder, list[str]]] = []
    place = ParagraphHolder(name="part")
    wanted = (_PARAGRAPH, _TEXT, *_BLANKS, *_HOLDERS)
    for event, element in etree.iterwalk(root, events=("start", "end"), tag=wanted):
        tag = str(element.tag)
        if tag in _HOLDERS:
            place = (
                ParagraphHolder(name=_HOLDERS[tag], parent=place)
                if event == "start"
                else place.parent or place
            )
        elif tag == _PARAGRAPH and event == "start":
            found.append(None)
            open_.append((len(found), place, []))
        elif tag == _PARAGRAPH:
            number, holder, pieces = open_.pop()
            paragraph = TemplateParagraph(
                part=part, number=number, text="".join(pieces), place=holder
            )
            found[number - 1] = paragraph
            _spread(holder, paragraph.text)
        elif event == "start" and open_:
            text = element.text or "" if tag == _TEXT else " "
            open_[-1][2].append(text.replace("\n", " "))
    return [paragraph for paragraph in found if paragraph is not None]


def _spread(place: ParagraphHolder | None, text: str) -> None:
    while place is not None:
        place.texts.append(text)
        place = place.parent


def scan(paragraph: TemplateParagraph) -> Iterator[Tag | Finding]:
    """Yield the whole tags of a paragraph, and findings for the broken ones."""
    text, start, between = paragraph.text, 0, []
    for opener in _OPENER.finditer(text):
        if opener.start() < start:
            continue
        end = text.find(_CLOSERS[opener[0]], opener.end())
        inner = text[opener.end() : end] if end >= 0 else ""
        if end < 0 or (opener[0] != "{#" and _OPENER.search(inner)):
            yield _unclosed(paragraph, text[opener.start() :], opener[0])
            between.append(text[start : opener.start()])
            following = _OPENER.search(text, opener.end())
            start = following.start() if following else len(text)
            continue
        between.append(text[start : opener.start()])
        start = end + len(opener[0])
        level = _LEVEL.match(inner)
        yield Tag(
            paragraph=paragraph,
            opener=opener[0],
            level=level[1] if level else "",
            body=inner[level.end() if level else 0 :].translate(_STRAIGHT),
            raw=text[opener.start() : start],
        )
    between.append(text[start:])
    for piece in between:
        yield from _stray(paragraph, piece)


def _unclosed(paragraph: TemplateParagraph, text: str, opener: str) -> Finding:
    return paragraph.finding(
        "TEMPLATE-UNCLOSED",
        message(
            "the tag is not closed in its paragraph: {opener} without {closer}",
            opener=opener,
            closer=_CLOSERS[opener],
        ),
        message("close it with plain half-width braces in the same paragraph"),
        text,
    )


def _stray(paragraph: TemplateParagraph, text: str) -> Iterator[Finding]:
    """Yield findings for what looks like a tag but would be printed as text."""
    for found in _WIDE.finditer(text):
        if "｛" in found[0] or "｝" in found[0] or "％" in found[0]:
            yield paragraph.finding(
                "TEMPLATE-WIDE-BRACES",
                message("full-width braces are no tag and would be printed"),
                message("type half-width braces: {{ name }}"),
                found[0],
            )
        elif found[0][0] in "}%":
            yield paragraph.finding(
                "TEMPLATE-STRAY-CLOSER",
                message("{closer} closes no tag", closer=found[0]),
                message("add the opening braces, or delete it"),
            )
        else:
            yield paragraph.finding(
                "TEMPLATE-SINGLE-BRACES",
                message("braces with a space between them are no tag and would be printed"),
                message("write the two braces together"),
                found[0],
            )
    for found in _SINGLE.finditer(_WIDE.sub("", text)):
        yield paragraph.finding(
            "TEMPLATE-SINGLE-BRACES",
            message("{text} in single braces is no tag and would be printed", text=found[0]),
            message("double the braces"),
            found[0],
        )


def text_beside(tag: Tag) -> str:
    """Return the text docxtpl would delete together with this tag."""
    if tag.level == "p":
        texts = [tag.paragraph.text]
    else:
        place = tag.paragraph.place.enclosing(tag.level)
        texts = list(place.texts) if place else []
    return " ".join(texts).replace(tag.raw, "", 1).strip()


class ParagraphIndex:
    """The paragraphs of a part, found from what stands in or beside them.

    :param part: its name.
    """

    def __init__(self, part: str, root: etree._Element) -> None:
        self.part = part
        self.root = root

    def paragraph(self, element: etree._Element) -> TemplateParagraph | None:
        """Return the paragraph that holds ``element``, or else the first one in or after it."""
        holders: Iterator[etree._Element] = element.iterancestors(_PARAGRAPH)
        for found in (next(element.iter(_PARAGRAPH), None), next(holders, None)):
            if found is not None and (found is not element or element.tag == _PARAGRAPH):
                return self._known.get(found)
        row = next(element.iterancestors(f"{WORD}tr", f"{WORD}tbl"), None)
        following = None if row is None else next(row.iter(_PARAGRAPH), None)
        if following is None:
            following = next((p for p in _after(element)), None)
        return None if following is None else self._known.get(following)

    def error(self, code: str, at: etree._Element | None, what: Text, remedy: Text) -> Finding:
        """Return an error at an element; at the part where it has no paragraph."""
        paragraph = None if at is None else self.paragraph(at)
        if paragraph is None:
            return error(code, self.part, what, remedy)
        return paragraph.finding(code, what, remedy)

    def warning(
        self, code: str, at: etree._Element | None, what: Text, remedy: Text = NOTHING
    ) -> Finding:
        """Return a warning at an element; at the part where it has no paragraph."""
        paragraph = None if at is None else self.paragraph(at)
        if paragraph is None:
            return warning(code, self.part, what, remedy)
        label = paragraph.text.strip()[:LONGEST_LABEL]
        return warning(code, f"{self.part}#{paragraph.number}", what, remedy, label=label)

    @cached_property
    def all(self) -> list[TemplateParagraph]:
        """Return the paragraphs in document order."""
        return paragraphs(self.part, self.root)

    @property
    def paired(self) -> Iterable[tuple[etree._Element, TemplateParagraph]]:
        """Return the paragraphs as they are written, and as they are read."""
        return self._known.items()

    @cached_property
    def _known(self) -> dict[etree._Element, TemplateParagraph]:
        found = list(self.root.iter(_PARAGRAPH))
        return dict(zip(found, self.all, strict=False))


def _after(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs that follow an element among its siblings and theirs."""
    for sibling in element.itersiblings():
        yield from sibling.iter(_PARAGRAPH)
