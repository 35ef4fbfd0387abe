"""Joining whole Word documents into one, each keeping its pages as they are.

docxcompose copies text, pictures, links and footnotes; it would keep the
first document's headers, styles and lists for all. Here each part brings its
own styles and lists, and its sections with their headers, footers, margins
and page size. What the parts are is not known here.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from itertools import count
from pathlib import PurePosixPath
from typing import Any

import docx
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docxcompose.composer import Composer
from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.rendering.frontmatter import Heading, headings
from rmdocs.rendering.joinedstyles import claim_marks, claim_styles, move_lists, numbering_of
from rmdocs.rendering.markup import WORD
from rmdocs.rendering.package import Member, StaticMembers, read
from rmdocs.rendering.template import FOOTNOTES, parse_all, rank, reading_word, usual

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_KIND = f"{WORD}type"
_EDGES = {
    f"{WORD}headerReference": (RELATIONSHIP_TYPE.HEADER, CONTENT_TYPE.WML_HEADER, "hdr"),
    f"{WORD}footerReference": (RELATIONSHIP_TYPE.FOOTER, CONTENT_TYPE.WML_FOOTER, "ftr"),
}
_EDGE_TYPES = frozenset(content_type for _, content_type, _ in _EDGES.values())
_DEFAULT, _EVEN, _FIRST = "default", "even", "first"
_HAIR = (
    f'<w:p {nsdecls("w")}><w:pPr><w:spacing w:before="0" w:after="0" w:line="20"'
    ' w:lineRule="exact"/><w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
)
"""A paragraph of no height, for a section that ends with a table."""

_EMPTY = f"<w:p {nsdecls('w')}/>"
_NO_SECTION = f"<w:sectPr {nsdecls('w')}/>"
_NOT_CARRIED = ("endnoteReference", "altChunk", "subDoc")


def open_document(data: bytes) -> Document:
    """Return a Word document opened by python-docx.

    :raises FindingsError: if it is none.
    """
    members = read(data)
    parse_all(members)
    with reading_word():
        # What was checked is opened, not what another reader might see in the file.
        return docx.Document(io.BytesIO(StaticMembers.of(map(usual, members)).archive(())))


def not_carried(root: etree._Element) -> Iterator[Finding]:
    """Yield a finding for what a main part holds and cannot be joined to another."""
    for tag in _NOT_CARRIED:
        if next(root.iter(f"{WORD}{tag}"), None) is not None:
            yield error(
                "DOCUMENT-NOT-CARRIED",
                "word/document.xml",
                message("endnotes and inserted files cannot be carried into a controlled edition"),
                message("use footnotes, and paste what was inserted as text"),
                label=tag,
            )


def ending_section(section: etree._Element) -> etree._Element:
    """Return a paragraph of no height that ends a section."""
    paragraph: Any = parse_xml(_HAIR)
    paragraph.get_or_add_pPr().append(section)
    ended: etree._Element = paragraph
    return ended


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedPart:
    """A part as it now stands in the joined document.

    :param section: the properties of its first section.
    """

    blocks: tuple[etree._Element, ...]
    section: etree._Element


class JoinedDocument:
    """A document being joined from parts, each beginning on a page of its own.

    :param skeleton: an empty Word document with the settings that hold for all.
    """

    def __init__(self, skeleton: bytes) -> None:
        self._document = open_document(skeleton)
        self._composer = _Composer(self._document)
        self._body: etree._Element = self._document.element.body
        self._numbers = count(1)
        self._section: etree._Element | None = None
        self._even_and_odd = False

    def add(self, data: bytes, prefix: str) -> JoinedPart:
        """Add a part.

        :param prefix: letters and digits that no other part has; it goes
            before the names of what the part brings.
        :raises FindingsError: if it is no Word document, or holds what cannot
            be joined.
        """
        part = open_document(data)
        findings = tuple(not_carried(part.element))
        if findings:
            raise FindingsError(findings)
        self._claim(part, prefix)
        self._end_section()
        start = len(self._body)
        self._composer.append(part, remove_property_fields=False)
        if len(self._body) == start:
            self._body.append(parse_xml(_EMPTY))
        blocks = tuple(self._body)[start:]
        last = part.element.body.find(f"{WORD}sectPr")
        self._section = parse_xml(_NO_SECTION) if last is None else deepcopy(last)
        brought = [one for block in blocks for one in block.iter(f"{WORD}sectPr")]
        brought.append(self._section)
        sections = _Sections(part, self._document, prefix)
        for section in brought:
            sections.bring(section)
        self._even_and_odd = self._even_and_odd or sections.even_and_odd
        return JoinedPart(blocks=blocks, section=brought[0])

    def headings(self, blocks: Iterable[etree._Element], deepest: int) -> list[Heading]:
        """Return the headings among blocks of the joined document."""
        return list(headings(blocks, self._document.styles.element, deepest))

    def next_number(self) -> int:
        """Return a number that no bookmark has yet."""
        return next(self._numbers)

    def put_first(self, blocks: list[etree._Element]) -> None:
        """Put blocks before everything else; they bring their own sections."""
        for place, block in enumerate(blocks):
            self._body.insert(place, block)

    def to_bytes(self) -> bytes:
        """Return the whole as a Word document: the same parts give the same bytes."""
        if self._section is not None:
            self._body.append(self._section)
            self._section = None
        if self._even_and_odd:
            self._document.settings.odd_and_even_pages_header_footer = True
        saved = io.BytesIO()
        self._document.save(saved)
        members = (Member.stored(one.name, one.content()) for one in read(saved.getvalue()))
        return StaticMembers.of(sorted(members, key=rank)).archive(())

    def _claim(self, part: Document, prefix: str) -> None:
        with _stories(part) as stories:
            lists = numbering_of(part)
            sheet = part.styles.element
            claim_styles(part, [*stories, *([] if lists is None else [lists])], prefix)
            claim_marks(stories, prefix, self._numbers)
            if lists is not None:
                target = self._composer.numbering_part().element
                move_lists(lists, target, [*stories, sheet])
        for style in list(sheet.iter(f"{WORD}style")):
            self._document.styles.element.append(deepcopy(style))

    def _end_section(self) -> None:
        """Let the section of the part before end here."""
        if self._section is None:
            return
        last: Any = self._body[-1] if len(self._body) else None
        if (
            last is None
            or last.tag != f"{WORD}p"
            or last.find(f"{WORD}pPr/{WORD}sectPr") is not None
        ):
            self._body.append(ending_section(self._section))
        else:
            last.get_or_add_pPr().append(self._section)
        self._section = None


class _Composer(Composer):  # type: ignore[misc] # docxcompose has no types
    """docxcompose, except for what :class:`JoinedDocument` does itself."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.restart_numbering = False

    def add_numberings(self, doc: Document, element: object) -> None:
        """Leave lists alone; they have their numbers."""

    def add_styles(self, doc: Document, element: object) -> None:
        """Leave styles alone; they are there."""

    def remove_header_and_footer_references(self, doc: Document, element: object) -> None:
        """Leave the references for the sections to follow."""

    def renumber_bookmarks(self) -> None:
        """Leave bookmarks alone; they have their numbers."""

    def renumber_docpr_ids(self) -> None:
        """Leave drawings alone; they have their numbers."""

    def renumber_nvpicpr_ids(self) -> None:
        """Leave pictures alone; their numbers mean nothing."""

    def fix_section_types(self, doc: Document) -> None:
        """Leave sections alone."""

    def fix_header_and_footers(self, doc: Document) -> None:
        """Leave sections alone."""


@contextmanager
def _stories(document: Document) -> Iterator[list[etree._Element]]:
    """Give body, headers, footers and footnotes of a document, to be changed."""
    found = [document.element]
    footnotes = []
    for part in document.part.package.iter_parts():
        if part.content_type in _EDGE_TYPES:
            found.append(part.element)
        elif part.content_type == FOOTNOTES:
            root = parse_xml(part.blob)
            footnotes.append((part, root))
            found.append(root)
    yield found
    for part, root in footnotes:
        part._blob = etree.tostring(root)  # noqa: SLF001 - python-docx keeps such parts as bytes


class _Sections:
    """The sections of one part, brought into the joined document one by one."""

    def __init__(self, source: Document, target: Document, prefix: str) -> None:
        self._source = source.part
        self._target = target.part
        self._prefix = prefix
        self._copies: dict[Part, Part] = {}
        self._is_first = True
        self.even_and_odd = bool(source.settings.odd_and_even_pages_header_footer)

    def bring(self, section: etree._Element) -> None:
        """Make a section's properties fit the joined document."""
        for reference in section.iter(*_EDGES):
            relation = self._source.rels[str(reference.get(_RELATION))]
            copied = self._copy(relation.target_part)
            reference.set(_RELATION, self._target.relate_to(copied, relation.reltype))
        for tag in _EDGES:
            self._complete(section, tag)
        if self._is_first:
            for kind in section.findall(_KIND):
                section.remove(kind)
            self._is_first = False
        for numbering in section.findall(f"{WORD}pgNumType"):
            # Pages are counted through the whole document.
            numbering.attrib.pop(f"{WORD}start", "")

    def _complete(self, section: etree._Element, tag: str) -> None:
        """Add what would otherwise come from the part before, or from no even pages."""
        have = {str(one.get(_KIND)): one for one in section.findall(tag)}
        if self._is_first:
            for kind in (_DEFAULT, _FIRST):
                if kind not in have:
                    have[kind] = self._reference(section, tag, kind, self._empty(tag))
        even = None if self.even_and_odd else have.get(_DEFAULT)
        if even is not None and _EVEN in have:
            section.remove(have.pop(_EVEN))
        if _EVEN not in have and (even is not None or self._is_first):
            identifier = self._empty(tag) if even is None else str(even.get(_RELATION))
            self._reference(section, tag, _EVEN, identifier)

    def _reference(
        self, section: etree._Element, tag: str, kind: str, identifier: str
    ) -> etree._Element:
        element = etree.Element(tag)
        element.set(_KIND, kind)
        element.set(_RELATION, identifier)
        section.insert(0, element)
        return element

    def _empty(self, tag: str) -> str:
        reltype, content_type, name = _EDGES[tag]
        uri = PackURI(f"/word/{name}empty.xml")
        for relation in self._target.rels.values():
            if relation.reltype == reltype and relation.target_part.partname == uri:
                return str(relation.rId)
        blob = f"<w:{name} {nsdecls('w')}><w:p/></w:{name}>".encode()
        made = Part(uri, content_type, blob, self._target.package)
        return str(self._target.relate_to(made, reltype))

    def _copy(self, part: Part) -> Part:
        """Return the copy of a header or of what it uses, with all of its own relations."""
        if part not in self._copies:
            path = PurePosixPath(part.partname)
            uri = PackURI(str(path.with_name(f"{self._prefix}{path.name}")))
            copied = Part(uri, part.content_type, part.blob, self._target.package)
            self._copies[part] = copied
            for relation in part.rels.values():
                outside = relation.is_external
                to = relation.target_ref if outside else self._copy(relation.target_part)
                copied.load_rel(relation.reltype, to, relation.rId, outside)
        return self._copies[part]
