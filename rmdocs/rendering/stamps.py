"""Stamping a finished document: a boxed mark on every page, and a watermark.

Both are put into the headers, so that every page bears them; a section that
has no header gets an empty one of no height. Nothing else on the page moves. A mark
stands clear of what is printed: of headers, and of what is framed above them. How it
looks is the business of ``stampshapes``. Lengths are points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from posixpath import normpath

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.rendering import stampshapes
from rmdocs.rendering.markup import RELATION, WORD, PageEdges, text_of
from rmdocs.rendering.package import Member, StaticMembers, read
from rmdocs.rendering.stampshapes import Room, text_width
from rmdocs.rendering.template import CONTENT_TYPES, parse, parse_all
from rmdocs.rendering.vocabulary import WORD_TYPE, R
from rmdocs.rendering.wordfile import declare, refer
from rmdocs.values import unprintable

_DOCUMENT, _RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
_SETTINGS, _STYLES = "word/settings.xml", "word/styles.xml"
_HEADER, _HEADER_TYPE = "header", f"{WORD_TYPE}.header+xml"
_EMPTY = f"""\
<w:hdr xmlns:w="{WORD[1:-1]}" xmlns:r="{R}"><w:p><w:pPr>\
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


TWIPS = 20
_LEAST_HEADER = 3.0
"""Height that LibreOffice gives a header at least."""

_LEAST_WIDTH = 36.0
_BETWEEN = 8.0
"""Left free between a mark and what stands beside it."""

_A4 = {"w": 11906, "h": 16838}
_MARGINS = {"top": 1440, "right": 1440, "bottom": 1440, "left": 1440, "header": 720}
_USUAL_SIZE = 10.5


@dataclass(frozen=True, slots=True, kw_only=True)
class WordSection:
    """One section.

    :param element: its ``w:sectPr``.
    :param framed: top and width of each text that is framed at a place of the
        page, such as the heading of an annex.
    """

    element: etree._Element
    framed: tuple[tuple[float, float], ...]

    @property
    def header(self) -> float:
        """Return the distance of the header from the top of the page."""
        return self._margins["header"] / TWIPS

    @property
    def width(self) -> float:
        """Return the width between the margins."""
        size, margins = self._size, self._margins
        return max((size["w"] - margins["left"] - margins["right"]) / TWIPS, _LEAST_WIDTH)

    @property
    def height(self) -> float:
        """Return the height between the margins."""
        size, margins = self._size, self._margins
        between = size["h"] - abs(margins["top"]) - abs(margins["bottom"])
        return max(between / TWIPS, _LEAST_WIDTH)

    def keep_body_in_place(self) -> None:
        """Keep a header that was not there before from pushing the text down.

        Text begins below the header, so where the header would end below the
        top margin its distance from the page's edge is taken back.
        """
        element = self.element.find(f"{WORD}pgMar")
        highest = max(abs(self._margins["top"]) / TWIPS - _LEAST_HEADER, 0)
        if element is not None and self.header > highest:
            element.set(f"{WORD}header", str(int(highest * TWIPS)))

    @property
    def _size(self) -> Mapping[str, int]:
        return _lengths(self.element.find(f"{WORD}pgSz"), _A4)

    @property
    def _margins(self) -> Mapping[str, int]:
        return _lengths(self.element.find(f"{WORD}pgMar"), _MARGINS)


def read_sections(document: etree._Element, styles: etree._Element | None) -> list[WordSection]:
    """Return the sections of a document, in order.

    :param document: the root of the main part. :param styles: that of the styles.
    """
    sizes = _sizes(styles)
    sections: list[WordSection] = []
    framed: list[tuple[float, float]] = []
    for element in document.iter(f"{WORD}framePr", f"{WORD}sectPr"):
        parent = element.getparent()
        if element.tag == f"{WORD}framePr":
            framed += _framed(element, sizes)
        elif parent is not None and parent.tag != f"{WORD}sectPrChange":
            sections.append(WordSection(element=element, framed=tuple(framed)))
            framed = []
    return sections


def rooms(sections: Sequence[WordSection]) -> tuple[Room, ...]:
    """Return where a mark may lie on the pages of all of ``sections``.

    Above the header; where something is framed there, above that or beside it.
    """
    above = min(section.header for section in sections)
    width = min(section.width for section in sections)
    framed = [one for section in sections for one in section.framed if one[0] < section.header]
    if not framed:
        return (Room(above=above, width=width),)
    beside = width - max(taken for _, taken in framed) - _BETWEEN
    return (
        Room(above=min(above, *(top for top, _ in framed)), width=width),
        Room(above=above, width=max(beside, _LEAST_WIDTH)),
    )


def _framed(frame: etree._Element, sizes: Mapping[str, float]) -> Iterator[tuple[float, float]]:
    """Yield top and width of a paragraph that is framed at a place of the page."""
    top = frame.get(f"{WORD}y", "")
    properties = frame.getparent()
    paragraph = properties.getparent() if properties is not None else None
    if frame.get(f"{WORD}vAnchor") == "page" and top.isdecimal() and paragraph is not None:
        style = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
        name = style.get(f"{WORD}val", "") if style is not None else ""
        yield int(top) / TWIPS, text_width(text_of(paragraph), sizes.get(name, _USUAL_SIZE))


def _sizes(styles: etree._Element | None) -> Mapping[str, float]:
    """Return the size of signs that each style itself gives."""
    found: dict[str, float] = {}
    for style in styles.iter(f"{WORD}style") if styles is not None else ():
        size = style.find(f"{WORD}rPr/{WORD}sz")
        text = size.get(f"{WORD}val", "") if size is not None else ""
        if text.isdecimal():
            found[style.get(f"{WORD}styleId", "")] = int(text) / 2
    return found


def _lengths(element: etree._Element | None, defaults: Mapping[str, int]) -> Mapping[str, int]:
    """Return lengths in twentieths of a point; what is absent or odd is as Word has it."""
    found = dict(defaults)
    if element is not None:
        for name in defaults:
            text = element.get(f"{WORD}{name}", "")
            if text.removeprefix("-").isdecimal():
                found[name] = int(text)
    return found


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
        styles, settings = (
            self._parsed(name) if name in self._members else None for name in (_STYLES, _SETTINGS)
        )
        shown: dict[str, list[WordSection]] = {}
        pages = PageEdges(self._target, settings)
        for section in read_sections(self._changed[_DOCUMENT], styles):
            for kind in pages.enter(section.element):
                if (_HEADER, kind) not in pages.parts:
                    pages.parts[_HEADER, kind] = self._add_header(section, kind)
            if pages.parts[_HEADER, "default"] in self._made:
                section.keep_body_in_place()
            for name in (part for (edge, _), part in pages.parts.items() if edge == _HEADER):
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
        identity = refer(self._changed[_RELATIONS], _HEADER, f"header{number}.xml")
        declare(self._changed[CONTENT_TYPES], name, _HEADER_TYPE)
        reference = etree.Element(f"{WORD}headerReference", nsmap={"r": R})
        reference.set(f"{WORD}type", kind)
        reference.set(f"{RELATION}id", identity)
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
