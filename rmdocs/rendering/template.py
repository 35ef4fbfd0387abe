"""A template taken apart, as docxtpl sees it: parts to fill, and their patched XML.

The only module that imports docxtpl to compile a template. It returns plain
data, so that what it found can be kept and used without docxtpl.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.rendering.package import Member, StaticMembers, read
from rmdocs.rendering.vocabulary import WORD_TYPE

if TYPE_CHECKING:
    from docx.opc.part import Part
    from docxtpl import DocxTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSource:
    """One part that is filled: its name in the zip and its Jinja source."""

    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """A template taken apart.

    :param template: the whole template, needed again for pictures only.
    :param static: the parts every document shares, in the order written.
    :param filled: the parts with tags, the main document last.
    """

    template: bytes
    static: tuple[Member, ...]
    filled: tuple[PartSource, ...]


FIXED_DATE = "1980-01-01T00:00:00Z"
"""The date of a document whose template has none."""

CONTENT_TYPES = "[Content_Types].xml"
_DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
FOOTNOTES = f"{WORD_TYPE}.footnotes+xml"
_CORE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_RELATION = (
    b"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
)
_CORE_BY_LIBREOFFICE = (
    b"http://schemas.openxmlformats.org/officedocument/2006/relationships/metadata/core-properties"
)
"""As LibreOffice writes it since 24.2."""

_UNREADABLE = (
    KeyError,
    IndexError,
    ValueError,
    AttributeError,
    TypeError,
    AssertionError,
    NotImplementedError,
    RecursionError,
    etree.LxmlError,
)
"""What python-docx raises on a broken file besides its own errors."""

_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
_MARK = "\ue000"
_TAG = re.compile(r"({{.*?}}|{%.*?%}|{#.*?#})", re.DOTALL)
_DATE = re.compile(r"(<dcterms:(created|modified)\b[^>]*>)[^<]*(<)")


def take_apart(template: bytes) -> Blueprint:
    """Return the parts of ``template`` as docxtpl would fill them.

    :raises FindingsError: if it is not a Word document that can be filled.
    """
    members = {member.name: usual(member) for member in read(template)}
    parse_all(members.values())
    # docxtpl gets what was checked, not what another reader might see in the file.
    checked = StaticMembers.of(members.values()).archive(())
    opened = open_template(checked)
    with reading_word():
        filled = tuple(_filled(opened, dated="docProps/core.xml" in members))
        saved = read(_saved(opened))
    names = {part.name for part in filled}
    static = tuple(
        _static(member, members.get(member.name)) for member in saved if member.name not in names
    )
    return Blueprint(template=checked, static=tuple(sorted(static, key=rank)), filled=filled)


def open_template(template: bytes) -> DocxTemplate:
    """Return ``template`` opened by docxtpl.

    :raises FindingsError: if python-docx cannot open it.
    """
    from docxtpl import DocxTemplate  # noqa: PLC0415 - loaded only where used

    opened = DocxTemplate(io.BytesIO(template))
    with reading_word():
        opened.render_init()
    return opened


@contextmanager
def reading_word() -> Iterator[None]:
    """Turn whatever python-docx raises on a broken file into a finding."""
    from docx.opc.exceptions import OpcError  # noqa: PLC0415 - heavy, and needed to compile only

    try:
        yield
    except (OpcError, *_UNREADABLE) as problem:
        finding = error(
            "TEMPLATE-NOT-DOCX",
            "$",
            message("Word could not open this: a part of it is missing or damaged"),
            message("open it in Word or WPS and save it again as .docx"),
        )
        raise FindingsError((finding,)) from problem


def usual(member: Member) -> Member:
    """Return a member; the package's references with the properties' as python-docx knows it."""
    if member.name != "_rels/.rels":
        return member
    content = member.content()
    usual = content.replace(_CORE_BY_LIBREOFFICE, _CORE_RELATION)
    return member if usual == content else Member.deflated(member.name, usual)


def parse_all(members: Iterable[Member]) -> dict[str, etree._Element]:
    """Return the root of every XML part, by name: well-formed, and declaring no entities.

    :raises FindingsError: with a finding for each part that is not.
    """
    roots: dict[str, etree._Element] = {}
    findings: list[Finding] = []
    for member in members:
        if not member.name.endswith((".xml", ".rels")):
            continue
        try:
            root = roots[member.name] = parse(member.content())
        except etree.XMLSyntaxError as problem:
            findings.append(
                error(
                    "TEMPLATE-XML",
                    member.name,
                    message("the part is not well-formed XML: {reason}", reason=malformed(problem)),
                    message("open the template in Word or WPS and save it again"),
                )
            )
            continue
        if root.getroottree().docinfo.internalDTD is not None:
            findings.append(
                error(
                    "TEMPLATE-DOCTYPE",
                    member.name,
                    message("the part declares a document type, which Word never writes"),
                    message("make the template again from a clean document"),
                )
            )
    if findings:
        raise FindingsError(tuple(findings))
    return roots


def parse(content: bytes) -> etree._Element:
    """Return the root of an XML part; entities stay unresolved.

    :raises etree.XMLSyntaxError: if it is not well-formed.
    """
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


_XML = etree.ErrorTypes
_FAULTS: Mapping[int, Text] = MappingProxyType(
    {
        _XML.ERR_DOCUMENT_EMPTY: message("it is empty, or begins with something else"),
        _XML.ERR_DOCUMENT_END: message("something follows its end"),
        _XML.ERR_TAG_NAME_MISMATCH: message("one element is closed where another is open"),
        _XML.ERR_TAG_NOT_FINISHED: message("it ends before all of its elements are closed"),
        _XML.ERR_GT_REQUIRED: message("it ends before all of its elements are closed"),
        _XML.ERR_CDATA_NOT_FINISHED: message("it ends before all of its elements are closed"),
        _XML.NS_ERR_UNDEFINED_NAMESPACE: message("a name has a prefix that nothing declares"),
        _XML.ERR_ATTRIBUTE_REDEFINED: message("an element has the same attribute twice"),
        _XML.NS_ERR_ATTRIBUTE_REDEFINED: message("an element has the same attribute twice"),
        _XML.ERR_ATTRIBUTE_NOT_STARTED: message("a value stands without quotes"),
        _XML.ERR_LT_IN_ATTRIBUTE: message("a “<” stands within a value"),
        _XML.ERR_INVALID_CHAR: message("it holds a character that XML does not allow"),
        _XML.ERR_INVALID_ENCODING: message("its bytes are not of the encoding it names"),
        _XML.ERR_UNSUPPORTED_ENCODING: message("its bytes are not of the encoding it names"),
        _XML.ERR_NAME_REQUIRED: message("an “&” or “<” stands alone"),
        _XML.ERR_ENTITYREF_SEMICOL_MISSING: message("an “&” or “<” stands alone"),
        _XML.ERR_UNDECLARED_ENTITY: message("an entity (&name;) is not declared"),
        _XML.ERR_RESOURCE_LIMIT: message("it is nested too deeply, or too large"),
    }
)
"""What is wrong with XML, by the number that libxml2 gives it."""


def malformed(problem: etree.XMLSyntaxError) -> Text:
    """Return in words of ours where XML breaks off and why."""
    number: int = getattr(problem, "code", 0)  # which its types do not tell
    said = _FAULTS.get(number, message("it cannot be read from there on"))
    return message("line {line}: {reason}", line=problem.lineno or 1, reason=said)


def canonical_xml(content: bytes) -> bytes:
    """Return ``content`` in Canonical XML 1.0 (C14N), to compare parts."""
    return etree.tostring(parse(content), method="c14n")


def _filled(opened: DocxTemplate, *, dated: bool) -> Iterator[PartSource]:
    """Yield the parts with tags, in the order they are written."""
    for uri in (opened.HEADER_URI, opened.FOOTER_URI):
        seen = {part.partname: part for _, part in opened.get_headers_footers(uri)}
        for part in sorted(seen.values(), key=part_name):
            patched = opened.patch_xml(opened.get_part_xml(part))
            if _needs_filling(patched):
                yield PartSource(name=part_name(part), source=_DECLARATION + lined(patched))
    for part in sorted(opened.docx.part.package.iter_parts(), key=part_name):
        if part.content_type == FOOTNOTES:
            patched = opened.patch_xml(part.blob.decode("utf-8"))
            if _needs_filling(patched):
                yield PartSource(name=part_name(part), source=lined(patched))
    yield _core(opened, dated=dated)
    yield PartSource(name=part_name(opened.docx.part), source=_document(opened))


def part_name(part: Part) -> str:
    """Return the name of a part as the zip has it."""
    return str(part.partname).removeprefix("/")


def _needs_filling(patched: str) -> bool:
    """Return whether docxtpl would change the part at all."""
    return "{" in patched or "\n" in patched or "\t" in patched


def lined(patched: str) -> str:
    """Return the source with each paragraph on a line of its own, as docxtpl has it.

    A Jinja line number is then a paragraph; the renderer drops the line feeds.
    """
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", patched)


def _document(opened: DocxTemplate) -> str:
    """Return the main part: docxtpl fills the body, the rest stays as it is."""
    patched = opened.patch_xml(opened.get_xml())
    root = opened.docx.element
    body = root.body
    position = root.index(body)
    root.remove(body)
    marker = etree.SubElement(root, "marker")
    root.insert(position, marker)
    before, after = etree.tostring(root, encoding="unicode").split("<marker/>")
    root.replace(marker, body)
    # The body repeats the root's namespaces when it is written alone.
    patched = re.sub(r"^<w:body\b[^>]*>", "<w:body>", patched)
    return _DECLARATION + before + lined(patched) + after


def _core(opened: DocxTemplate, *, dated: bool) -> PartSource:
    """Return the document properties: six of them filled, the dates fixed."""
    properties = opened.docx.core_properties
    initial = {name: str(getattr(properties, name)) for name in _PROPERTIES}
    for name in _PROPERTIES:
        setattr(properties, name, f"{_MARK}{name}{_MARK}")
    part = next(p for p in opened.docx.part.package.iter_parts() if p.content_type == _CORE)
    xml = part.blob.decode("utf-8")
    # They are not set back: the part is written from here, and Word allows longer ones
    # than python-docx would set.
    for name, value in initial.items():
        xml = xml.replace(f"{_MARK}{name}{_MARK}", _escaped_around_tags(value))
    if not dated:
        xml = _DATE.sub(rf"\g<1>{FIXED_DATE}\g<3>", xml)
    return PartSource(name=part_name(part), source=xml)


def _escaped_around_tags(text: str) -> str:
    return "".join(
        piece if _TAG.fullmatch(piece) else escape(piece, quote=False) for piece in _TAG.split(text)
    )


def _saved(opened: DocxTemplate) -> bytes:
    saved = io.BytesIO()
    opened.docx.save(saved)
    return saved.getvalue()


def _static(saved: Member, original: Member | None) -> Member:
    """Return a part that never changes, as the template's file holds it if possible.

    A copy of the template's own compressed bytes is the same on any machine;
    compressing anew would depend on the zlib there, so what python-docx
    really changed is stored.
    """
    content = saved.content()
    if original is not None and _same(original.content(), content, saved.name):
        return original
    return Member.stored(saved.name, content)


def _same(first: bytes, second: bytes, name: str) -> bool:
    if first == second or not name.endswith((".xml", ".rels")):
        return first == second
    return canonical_xml(first) == canonical_xml(second)


def rank(member: Member) -> tuple[bool, bool, str]:
    """Sort the list of content types first, then the package's relations."""
    return member.name != CONTENT_TYPES, member.name != "_rels/.rels", member.name
