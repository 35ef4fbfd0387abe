"""A template opened for comparing: its stories, its sections and what they refer to.

A story is a flow of text as Word knows it: the body, each header and footer,
the footnotes. Only what a reader can come to see is a story: a first-page
header counts where the section has a first page of its own.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from lxml import etree

from rmdocs.canonical import sha256
from rmdocs.comparison.blocks import Block, blocks
from rmdocs.comparison.markup import RELATION, read_as
from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message
from rmdocs.rendering.markup import is_on, value, word
from rmdocs.rendering.package import Member, read
from rmdocs.rendering.template import parse, parse_all
from rmdocs.rendering.tracked import accept

_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})
_KINDS = ("default", "first", "even")


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
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a part refers to: another part of the package, or something outside."""

    kind: str
    target: str
    external: bool


class Template:
    """A Word document, its tracked changes settled; the elements are this one's own.

    :param settle: what becomes of them: accepted, unless it is ``reject``.

    :ivar members: the parts as they lie in the file, by name.
    :ivar main: the name of the main part.

    :raises FindingsError: if it is no Word document.
    """

    def __init__(self, data: bytes, settle: Callable[[etree._Element], None] = accept) -> None:
        self._settle = settle
        self.members: dict[str, Member] = {member.name: member for member in read(data)}
        parse_all(self.members.values())
        self._roots: dict[str, etree._Element] = {}
        self._relations: dict[str, dict[str, Relation]] = {}
        self._read: dict[etree._Element, Story] = {}
        self.main = next(
            (
                relation.target
                for relation in self.relations("").values()
                if relation.kind == "officeDocument" and self.is_xml(relation.target)
            ),
            "",
        )
        self.body = self._body()
        if next(self.body.iter(word("sectPr")), None) is None:
            etree.SubElement(self.body, word("sectPr"))  # its pages are as Word has them
        self.sections = tuple(self.body.iter(word("sectPr")))

    def _body(self) -> etree._Element:
        body = self.root(self.main).find(word("body")) if self.main else None
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
        return part in self.members and part.endswith(".xml")

    def root(self, part: str) -> etree._Element:
        """Return the root of an XML part, its tracked changes settled."""
        if part not in self._roots:
            self._roots[part] = read_as(parse(self.members[part].content()), self._settle)
        return self._roots[part]

    def relations(self, part: str) -> Mapping[str, Relation]:
        """Return what a part refers to, by the relationship's id; the package's for ``""``."""
        if part not in self._relations:
            self._relations[part] = dict(self._read_relations(part))
        return self._relations[part]

    def _read_relations(self, part: str) -> Iterator[tuple[str, Relation]]:
        member = self.members.get(relations_name(part))
        for entry in parse(member.content()).iter(_RELATIONSHIP) if member is not None else ():
            external = entry.get("TargetMode") == "External"
            target = entry.get("Target") or ""
            if not external:
                folder = posixpath.dirname(part)
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = (entry.get("Type") or "").rpartition("/")[2]
            yield entry.get("Id") or "", Relation(kind=kind, target=target, external=external)

    def related(self, kind: str) -> etree._Element | None:
        """Return the root of the part the main part refers to as ``kind``, if there is one."""
        for relation in self.relations(self.main).values():
            if relation.kind == kind and self.is_xml(relation.target):
                return self.root(relation.target)
        return None

    def digest(self, part: str, relation: str) -> str:
        """Return what tells the target of a relationship apart, wherever it is kept."""
        found = self.relations(part).get(relation)
        if found is None:
            return ""
        if found.external or found.target not in self.members:
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
        written: dict[tuple[Flow, str], str] = {}
        read: dict[str, Story] = {}
        found: dict[StoryName, Story | None] = {}
        for number, section in enumerate(self.sections, 1):
            for flow in MARGINS:
                for reference in section.iter(word(f"{flow}Reference")):
                    identifier = reference.get(f"{RELATION}id") or ""
                    relation = self.relations(self.main).get(identifier)
                    part = relation.target if relation is not None else ""
                    if self.is_xml(part):
                        written[flow, value(reference, "type", "default")] = part
                for kind in filter(lambda kind: self.uses(section, kind), _KINDS):
                    name, part = (
                        StoryName(flow=flow, section=number, kind=kind),
                        written.get((flow, kind), ""),
                    )
                    if part and part not in read:
                        read[part] = self._story(name, part, self.root(part))
                    found[name] = read.get(part)
        return found

    def _story(self, name: StoryName, part: str, container: etree._Element) -> Story:
        if container not in self._read:
            found = blocks(container, lambda relation: self.digest(part, relation))
            self._read[container] = Story(name=name, part=part, container=container, blocks=found)
        return self._read[container]

    def uses(self, section: etree._Element, kind: str) -> bool:
        """Return whether a section has pages of a kind: its first one, even ones."""
        if kind == "first":
            title_page = section.find(word("titlePg"))
            return title_page is not None and is_on(title_page)
        settings = self.related("settings") if kind == "even" else None
        even = None if settings is None else settings.find(word("evenAndOddHeaders"))
        return kind == "default" or (even is not None and is_on(even))

    def notes_part(self, flow: Flow) -> str:
        """Return the name of the part that holds the footnotes or endnotes; empty if none."""
        relations = self.relations(self.main).values()
        found = (one.target for one in relations if one.kind == flow and self.is_xml(one.target))
        return next(found, "")

    def note(self, flow: Flow, identifier: str) -> etree._Element | None:
        """Return the note that a reference in the text leads to, if there is one."""
        part = self.notes_part(flow)
        for entry in self.root(part).findall(word(NOTES[flow])) if part else ():
            if value(entry, "id") == identifier and value(entry, "type") not in _SEPARATORS:
                return entry
        return None

    def _notes(self, flow: Flow) -> Iterator[Story]:
        """Yield the notes that the text refers to, in its order."""
        part = self.notes_part(flow)
        references = self.body.iter(word(f"{NOTES[flow]}Reference"))
        found = dict.fromkeys(self.note(flow, value(one, "id")) for one in references)
        for number, entry in enumerate((one for one in found if one is not None), 1):
            yield self._story(StoryName(flow=flow, section=number), part, entry)


def relations_name(part: str) -> str:
    """Return the name of the part that holds the relationships of ``part``."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
