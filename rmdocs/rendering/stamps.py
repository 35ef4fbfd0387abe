"""Stamping a finished document: a boxed mark on every page, and a watermark.

Both are put into the headers, so that every page bears them; a section that
has no header gets an empty one of no height. Nothing else on the page moves.
How a mark looks is the business of ``stampshapes``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import normpath

from lxml import etree

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.rendering import stampshapes
from rmdocs.rendering.constituents import declare, refer
from rmdocs.rendering.markup import WORD, is_on
from rmdocs.rendering.package import Member, StaticMembers, read
from rmdocs.rendering.sections import WordSection, read_sections, rooms
from rmdocs.rendering.template import CONTENT_TYPES, parse, parse_all
from rmdocs.values import unprintable

_DOCUMENT, _RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
_SETTINGS, _STYLES = "word/settings.xml", "word/styles.xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_R = f"{{{_RELATION}}}"
_HEADER_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"
_EMPTY = f"""\
<w:hdr xmlns:w="{WORD[1:-1]}" xmlns:r="{_RELATION}"><w:p><w:pPr>\
<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>\
<w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p></w:hdr>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What is stamped on every page.

    :param lines: of the boxed mark (受控文件, 受控号 …); none for no mark.
    :param watermark: a word or two (作废, 补打件, 草稿); empty for none.
    """

    lines: tuple[str, ...]
    watermark: str = ""


def stamp(document: bytes, wanted: Stamp) -> bytes:
    """Return ``document`` with ``wanted`` on every page; the same input, the same bytes.

    The mark stands at the top right, above the page's own header; its text is
    part of what :func:`~rmdocs.rendering.compiled.printed_text` reads.

    :raises FindingsError: if it is no Word document, bears a mark already, or
        the text of the stamp cannot be printed exactly.
    """
    findings = tuple(unprintable([*wanted.lines, wanted.watermark], "$.stamp"))
    if findings:
        raise FindingsError(findings)
    package = _Package(document)
    package.give_headers()
    if not wanted.lines and not wanted.watermark:
        return document
    for number, header in enumerate(package.headers, 1):
        if _bears_mark(header.root):
            raise FindingsError((_stamped_already(header.name),))
        if wanted.watermark:
            width = min(section.width for section in header.sections)
            height = min(section.height for section in header.sections)
            run = stampshapes.watermark_run(wanted.watermark, width, height, number)
            _anchor(header.root, run)
        if wanted.lines:
            # Before the watermark: LibreOffice cuts off a text that comes after one.
            mark = stampshapes.lay_out(wanted.lines, rooms(header.sections))
            _anchor(header.root, stampshapes.mark_run(mark, number))
    return package.written()


def _anchor(header: etree._Element, xml: str) -> None:
    """Put a run with a shape into a paragraph of the header."""
    paragraph = _paragraph(header)
    properties = paragraph.find(f"{WORD}pPr")
    paragraph.insert(0 if properties is None else 1, etree.fromstring(xml))


def _paragraph(header: etree._Element) -> etree._Element:
    """Return a paragraph of the header that can carry a shape."""
    direct = header.findall(f"{WORD}p")
    framed = f"{WORD}pPr/{WORD}framePr"
    plain = [paragraph for paragraph in direct if paragraph.find(framed) is None]
    found = [*plain, *direct, *header.iter(f"{WORD}p")]
    return found[0] if found else etree.SubElement(header, f"{WORD}p")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """A header part and the sections whose pages show it."""

    name: str
    root: etree._Element
    sections: list[WordSection]


class _Package:
    """The parts of a document that stamping reads or changes."""

    def __init__(self, document: bytes) -> None:
        self._members = {member.name: member for member in read(document)}
        parse_all(self._members.values())
        if not {_DOCUMENT, _RELATIONS, CONTENT_TYPES} <= self._members.keys():
            raise FindingsError((_no_document(),))
        self._changed = {
            name: self._parsed(name) for name in (_DOCUMENT, _RELATIONS, CONTENT_TYPES)
        }
        self._made: set[str] = set()
        self.headers: list[_Header] = []

    def give_headers(self) -> None:
        """Find the headers of all pages; pages without any get an empty one."""
        styles = self._parsed(_STYLES) if _STYLES in self._members else None
        shown: dict[str, list[WordSection]] = {}
        known: dict[str, str] = {}
        for section in read_sections(self._changed[_DOCUMENT], styles):
            for kind, reference in section.references.items():
                known[kind] = self._target(reference.get(f"{_R}id", ""))
            for kind in self._kinds(section):
                if kind not in known:
                    known[kind] = self._add_header(section, kind)
            if known["default"] in self._made:
                section.keep_body_in_place()
            for name in known.values():
                shown.setdefault(name, []).append(section)
        self.headers = [
            _Header(name=name, root=self._parsed(name), sections=shown[name])
            for name in sorted(shown)
            if name in self._members
        ]

    def _parsed(self, name: str) -> etree._Element:
        return parse(self._members[name].content())

    def written(self) -> bytes:
        """Return the package: what did not change as it was, in the order it had."""
        changed = {header.name: header.root for header in self.headers}
        if self._made:
            changed |= self._changed
        for name, root in changed.items():
            content = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            self._members[name] = Member.stored(name, content)
        # The document itself stays last: it is what differs between documents.
        last = self._members.pop(_DOCUMENT)
        return StaticMembers.of((*self._members.values(), last)).archive(())

    def _kinds(self, section: WordSection) -> Iterator[str]:
        """Yield the kinds of headers that the pages of a section show."""
        yield "default"
        if section.has_title_page:
            yield "first"
        if _SETTINGS in self._members:
            switch = self._parsed(_SETTINGS).find(f"{WORD}evenAndOddHeaders")
            if is_on(switch):
                yield "even"

    def _target(self, identity: str) -> str:
        for relation in self._changed[_RELATIONS]:
            if relation.get("Id") == identity:
                target = relation.get("Target", "")
                return target[1:] if target.startswith("/") else normpath(f"word/{target}")
        return ""

    def _add_header(self, section: WordSection, kind: str) -> str:
        """Give a section an empty header; return the part's name."""
        number = next(n for n in range(1, 10_000) if f"word/header{n}.xml" not in self._members)
        name = f"word/header{number}.xml"
        self._members[name] = Member.stored(name, _EMPTY.encode())
        identity = refer(self._changed[_RELATIONS], "header", f"header{number}.xml")
        declare(self._changed[CONTENT_TYPES], name, _HEADER_TYPE)
        reference = etree.Element(f"{WORD}headerReference", nsmap={"r": _RELATION})
        reference.set(f"{WORD}type", kind)
        reference.set(f"{_R}id", identity)
        section.element.insert(0, reference)
        self._made.add(name)
        return name


def _bears_mark(header: etree._Element) -> bool:
    shapes = header.iter("{urn:schemas-microsoft-com:vml}shape")
    return any(shape.get("id", "").startswith(stampshapes.MARK_NAME) for shape in shapes)


def _stamped_already(name: str) -> Finding:
    return error(
        "STAMP-TWICE",
        name,
        message("the document bears a mark already"),
        message("stamp the document as it was before"),
    )


def _no_document() -> Finding:
    return error(
        "STAMP-NOT-DOCX",
        "$",
        message("this is not a Word document: it has no main part"),
        message("save it as .docx in Word or WPS"),
    )
