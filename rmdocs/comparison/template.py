"""A template opened for comparing: its stories, its sections, and where in it something stands.

A story is a flow of text as Word knows it: the body, each header and footer,
the footnotes. Only what a reader can come to see is a story: a first-page
header counts where the section has a first page of its own. A place is named as a
person would say it: 表格1第2行第3格. Paragraphs are counted as far as anything is to be seen
in them. A place in the body names the heading above it, a cell the label beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from itertools import product
from types import MappingProxyType

from lxml import etree

from rmdocs.canonical import sha256
from rmdocs.classes import dataclass
from rmdocs.comparison.blocks import (
    WordBlock,
    WordParagraph,
    WordPart,
    WordRow,
    WordTable,
    blocks,
    paragraphs,
)
from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import Text, message
from rmdocs.rendering.markup import (
    PARAGRAPH_PROPERTIES,
    PageEdges,
    accept,
    read_as,
    value,
    word,
)
from rmdocs.rendering.wordfile import Relationship, WordFile

_SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})


class Flow(StrEnum):
    """What kind of text flow a story is."""

    BODY = "body"
    HEADER = "header"
    FOOTER = "footer"
    FOOTNOTES = "footnotes"
    ENDNOTES = "endnotes"


MARGINS = (Flow.HEADER, Flow.FOOTER)
NOTES: Mapping[Flow, str] = MappingProxyType({Flow.FOOTNOTES: "footnote", Flow.ENDNOTES: "endnote"})
"""Flows of notes, and what one of them is called."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class StoryName:
    """Which story it is.

    :param section: counted from 1; 0 for what all sections share.
    :param kind: for headers and footers ``default``, ``first`` or ``even``.
    """

    flow: Flow
    section: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Story:
    """A flow of text.

    :param part: the part of the package it lies in.
    :param container: the element that holds its blocks.
    """

    name: StoryName
    part: str
    container: etree._Element
    blocks: tuple[WordBlock, ...]


class Template:
    """A Word document, its tracked changes settled; the elements are this one's own.

    :param settle: what becomes of them: accepted, unless it is ``reject``.

    :ivar members: the parts as they lie in the file, by name.
    :ivar main: the name of the main part.

    :raises FindingsError: if it is no Word document.
    """

    def __init__(self, data: bytes, settle: Callable[[etree._Element], None] = accept) -> None:
        self._word, self._settle = WordFile.read(data), settle
        self._settled: set[str] = set()
        self._read: dict[etree._Element, Story] = {}
        self.members, self.main = self._word.members, self._word.main
        self.body = self._body()
        if next(self.body.iter(word("sectPr")), None) is None:
            etree.SubElement(self.body, word("sectPr"))  # its pages are as Word has them
        self.sections = tuple(self.body.iter(word("sectPr")))

    def _body(self) -> etree._Element:
        body = self.root(self.main).find(word("body")) if self.is_xml(self.main) else None
        if body is None:
            finding = error(
                "TEMPLATE-NOT-DOCX",
                "$",
                message("this is not a Word document (.docx): {reason}", reason="w:body"),
                message("save the file as .docx in Word or WPS"),
            )
            raise FindingsError((finding,))
        return body

    def is_xml(self, part: str) -> bool:
        """Return whether the package has an XML part of that name."""
        return part in self._word.roots

    def root(self, part: str) -> etree._Element:
        """Return the root of an XML part, its tracked changes settled."""
        root = self._word.roots[part]
        if part not in self._settled:
            self._settled.add(part)
            read_as(root, self._settle)
        return root

    @cached_property
    def _relations(self) -> Mapping[str, Mapping[str, Relationship]]:
        found: dict[str, dict[str, Relationship]] = {}
        for relation in self._word.relations:
            found.setdefault(relation.source, {})[relation.identifier] = relation
        return found

    def relations(self, part: str) -> Mapping[str, Relationship]:
        """Return what a part refers to, by the relationship's id."""
        return self._relations.get(part, {})

    def content_type(self, part: str) -> str:
        """Return the content type of a part."""
        return self._word.types[part]

    def related(self, kind: str) -> etree._Element | None:
        """Return the root of the part the main part refers to as ``kind``, if there is one."""
        name = self.related_name(kind)
        return self.root(name) if name else None

    def related_name(self, kind: str) -> str:
        """Return the name of the part the main part refers to as ``kind``; empty if none."""
        found = (one.target for one in self.relations(self.main).values() if one.kind == kind)
        return next(filter(self.is_xml, found), "")

    def digest(self, part: str, relation: str) -> str:
        """Return what tells the target of a relationship apart, wherever it is kept."""
        found = self.relations(part).get(relation)
        if found is None:
            return ""
        if found.outside or found.target not in self.members:
            return found.target
        return sha256(self.members[found.target].content())

    def stories(self) -> Mapping[StoryName, Story]:
        """Return the stories a reader can come to see, in reading order.

        One that is seen in several places goes by the first.
        """
        found = [self._story(StoryName(flow=Flow.BODY), self.main, self.body)]
        found += dict.fromkeys(story for story in self._margins.values() if story is not None)
        for flow in NOTES:
            found += self._notes(flow)
        return {story.name: story for story in found}

    def margin(self, name: StoryName) -> Story | None:
        """Return the header or footer that is seen on such pages of a section, if one is.

        Pages of a kind that has none of its own show the usual one; after the last
        section, what that one shows.
        """
        section = min(name.section, len(self.sections))
        usual = StoryName(flow=name.flow, section=section, kind="default")
        return self._margins.get(replace(name, section=section), self._margins.get(usual))

    def margins(self) -> Iterable[StoryName]:
        """Return where pages may have headers and footers of their own, in reading order."""
        return self._margins.keys()

    @cached_property
    def _margins(self) -> Mapping[StoryName, Story | None]:
        """What is seen where; a section without its own has the one before's."""
        shown = PageEdges(self._target, self.related("settings"))
        read: dict[str, Story] = {}
        found: dict[StoryName, Story | None] = {}
        for number, section in enumerate(self.sections, 1):
            kinds = shown.enter(section)
            for flow, kind in product(MARGINS, kinds):
                name = StoryName(flow=flow, section=number, kind=kind)
                part = shown.parts.get((flow, kind), "")
                if part and part not in read:
                    read[part] = self._story(name, part, self.root(part))
                found[name] = read.get(part)
        return found

    def _target(self, identifier: str) -> str:
        """Return the part that the main part refers to, if it can be read."""
        relation = self.relations(self.main).get(identifier)
        return relation.target if relation is not None and self.is_xml(relation.target) else ""

    def _story(self, name: StoryName, part: str, container: etree._Element) -> Story:
        if container not in self._read:
            found = blocks(container, lambda relation: self.digest(part, relation))
            self._read[container] = Story(name=name, part=part, container=container, blocks=found)
        return self._read[container]

    def note(self, flow: Flow, identifier: str) -> etree._Element | None:
        """Return the note that a reference in the text leads to, if there is one."""
        part = self.related_name(flow)
        for entry in self.root(part).findall(word(NOTES[flow])) if part else ():
            if value(entry, "id") == identifier and value(entry, "type") not in _SEPARATORS:
                return entry
        return None

    def _notes(self, flow: Flow) -> Iterator[Story]:
        """Yield the notes that the text refers to, in its order."""
        part = self.related_name(flow)
        references = self.body.iter(word(f"{NOTES[flow]}Reference"))
        found = dict.fromkeys(self.note(flow, value(one, "id")) for one in references)
        for number, entry in enumerate((one for one in found if one is not None), 1):
            yield self._story(StoryName(flow=flow, section=number), part, entry)


_HEADING = re.compile(r"\s*第[一二三四五六七八九十百零〇\d]+[编章节条]\s*\S{0,20}")
_HEADING_STYLE = re.compile(r"heading \d|title|标题|题名", re.IGNORECASE)
_LONGEST_HEADING = 40
_LONGEST_LABEL = 20
_TAGS = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)

_MARGINS: Mapping[tuple[Flow, str], Text] = {
    (Flow.HEADER, "default"): message("header"),
    (Flow.HEADER, "first"): message("header of the first page"),
    (Flow.HEADER, "even"): message("header of even pages"),
    (Flow.FOOTER, "default"): message("footer"),
    (Flow.FOOTER, "first"): message("footer of the first page"),
    (Flow.FOOTER, "even"): message("footer of even pages"),
}


def story_place(name: StoryName) -> Text:
    """Return what a person calls a story."""
    if name.flow is Flow.BODY:
        return message("body")
    if name.flow is Flow.FOOTNOTES:
        return message("footnote {number}", number=name.section)
    if name.flow is Flow.ENDNOTES:
        return message("endnote {number}", number=name.section)
    margin = _MARGINS[name.flow, name.kind]
    if name.section == 1:
        return margin
    return message("{margin} from section {number} on", margin=margin, number=name.section)


class PlaceNames:
    """The places of all blocks, rows and cells of a template's stories."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self._places: dict[int, Text] = {}
        self._held: list[object] = []
        for story in stories:
            self._blocks(story.blocks, story_place(story.name), outer=story.name.flow is Flow.BODY)

    def of(self, part: WordPart) -> Text:
        """Return where a block, row or cell stands."""
        return self._places[id(part)]

    def _enter(self, part: WordPart, place: Text) -> None:
        self._places[id(part)] = place
        self._held.append(part)

    def _blocks(
        self,
        blocks: Sequence[WordBlock],
        around: Text,
        *,
        outer: bool = False,
        in_cell: bool = False,
    ) -> None:
        """Enter the blocks of a body, header, cell or text box.

        :param outer: whether a single paragraph is numbered too, and headings count.
        :param in_cell: whether they lie in a cell, and their tables are inner ones.
        """
        single = not outer and sum(_is_seen(block) for block in blocks) == 1
        number = tables = 0
        heading = ""
        for block in blocks:
            if isinstance(block, WordTable):
                tables += 1
                counted = (
                    message("inner table {number}", number=tables)
                    if in_cell
                    else message("table {number}", number=tables)
                )
                self._table(block, counted if outer else _inside(around, counted))
                continue
            number += _is_seen(block)
            place: Text = around
            if number and not single:
                place = _inside(around, message("paragraph {number}", number=number))
            if outer and is_heading(block):
                heading = block.text.strip()
            elif heading:
                place = message("{place} (under “{heading}”)", place=place, heading=heading)
            self._paragraph(block, place)

    def _paragraph(self, paragraph: WordParagraph, place: Text) -> None:
        self._enter(paragraph, place)
        for box in paragraph.boxes:
            self._blocks(box.blocks, message("text box in {place}", place=place))

    def _table(self, table: WordTable, place: Text) -> None:
        self._enter(table, place)
        for number, row in enumerate(table.rows, 1):
            in_row = message("{table}, row {number}", table=place, number=number)
            self._enter(row, in_row)
            for column, cell in enumerate(row.cells, 1):
                in_cell = message("{row}, cell {number}", row=in_row, number=column)
                label = _label_beside(table, row, column - 1)
                if label:
                    in_cell = message("{place} (beside “{label}”)", place=in_cell, label=label)
                self._enter(cell, in_cell)
                self._blocks(cell.blocks, in_cell, in_cell=True)


def _inside(around: Text, place: Text) -> Text:
    return message("{around}, {place}", around=around, place=place)


def _is_seen(block: WordBlock) -> bool:
    return isinstance(block, WordParagraph) and not block.is_blank


def is_heading(paragraph: WordParagraph) -> bool:
    """Return whether a paragraph is a heading: by its style, or by how it reads."""
    text = paragraph.text.strip()
    if not text or len(text) > _LONGEST_HEADING or "{" in text:
        return False
    style = paragraph.element.find(f"{PARAGRAPH_PROPERTIES}/{word('pStyle')}")
    return bool(_HEADING.fullmatch(text) or _HEADING_STYLE.search(value(style)))


def _label_beside(table: WordTable, row: WordRow, column: int) -> str:
    """Return the fixed text that says what a cell is for; empty if its own text does."""
    if fixed(row.cells[column]):
        return ""
    for cell in reversed(row.cells[:column]):
        if fixed(cell):
            return fixed(cell)
    for above in reversed(table.rows[: table.rows.index(row)]):
        if len(above.cells) == len(row.cells) and fixed(above.cells[column]):
            return fixed(above.cells[column])
    return ""


def fixed(part: WordPart) -> str:
    """Return the fixed text of a part, without its fields, if it is short enough for a label."""
    text = " ".join(" ".join(_TAGS.sub("", p.text) for p in paragraphs(part)).split())
    return text if len(text) <= _LONGEST_LABEL and any(map(str.isalnum, text)) else ""
