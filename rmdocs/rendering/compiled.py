"""A template compiled once, then rendered against many records, and read back.

The documents equal docxtpl's part by part (Canonical XML) and are the same
bytes on every machine: fixed order, dates of 1980, what changes is stored
and comes last. Each is read again, as proof that nothing printed was lost.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.language.sandbox import sandbox
from rmdocs.messages import message
from rmdocs.rendering import grids, package
from rmdocs.rendering.compiledpart import CompiledPart, InsertNeededError, Printed
from rmdocs.rendering.markup import FALLBACK, RUN, SPACE, TEXT, WORD
from rmdocs.rendering.package import Member, StaticMembers
from rmdocs.rendering.template import Blueprint, malformed, parse, take_apart

_TAB = f"{WORD}tab"
_SIGNS = {
    f"{WORD}p": "\n",
    f"{WORD}br": "\n",
    f"{WORD}cr": "\n",
    f"{WORD}noBreakHyphen": "\u2011",
    f"{WORD}ptab": "\t",
}
_READ = (TEXT, _TAB, *_SIGNS)
_NESTED = etree.XPath("boolean(//w:t/*)", namespaces={"w": WORD[1:-1]})
_PARTS = re.compile(r"word/(header\d*|document|footer\d*|footnotes)\.xml")
_MARKUP = re.compile(r"(<[^>]*>)")
_PRINTED_SIGNS = re.compile(r"<w:(?:(?P<line>br|cr|p)|(?P<tab>tab|ptab))(?=[ />])")
_LONGEST_LABEL = 60


def printed_text(document: bytes) -> str:
    """Return the text a person reads in ``document``: headers, body, footers, notes.

    Paragraphs and line breaks are line feeds, tabs are tabs. Deleted text and
    the fallback copies of text boxes are left out.

    :raises FindingsError: if it is no document, or damaged, or larger than one may be.
    """
    found = [member for member in package.read(document) if _PARTS.fullmatch(member.name)]
    found.sort(key=lambda member: _reading_order(member.name))
    roots = []
    for member in found:
        try:
            roots.append(parse(member.content()))
        except etree.XMLSyntaxError as problem:
            raise FindingsError((_not_well_formed(member.name, problem),)) from problem
    return "\n".join(_text(root, copies=False).strip("\n") for root in roots)


def check_printed(document: bytes, printed: Iterable[Printed]) -> list[Finding]:
    """Return a finding for every printed value that is not in the document.

    :param printed: as :class:`~rmdocs.rendering.compiled.Rendering` notes it.
    """
    values: dict[str, list[Printed]] = {}
    for value in printed:
        values.setdefault(value.part, []).append(value)
    findings: list[Finding] = []
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        for name in archive.namelist():
            stored = archive.getinfo(name).compress_type == zipfile.ZIP_STORED
            if name in values or (stored and name.endswith(".xml")):
                findings += _missing(name, archive.read(name), values.get(name, []))
    return findings


def _missing(name: str, content: bytes, values: list[Printed]) -> Iterator[Finding]:
    try:
        root = parse(content)
    except etree.XMLSyntaxError as problem:
        yield error(
            "RENDER-XML",
            name,
            message(
                "{part} is not well-formed XML: {reason}", part=name, reason=malformed(problem)
            ),
            message("a tag encloses half a table row or paragraph: check the template"),
        )
        return
    if not values:
        return
    word = root.tag.startswith(WORD)
    if word and _NESTED(root):
        yield error(
            "RENDER-XML",
            name,
            message("{part}: a run of text stands inside a text", part=name),
            message("print values that are runs with {{r value }}"),
        )
    text = _text(root, copies=True) if word else "".join(map(str, root.itertext()))
    position = 0
    for value in values:
        if value.in_tag:
            continue
        expected = _expected(value.xml)
        found = text.find(expected, position)
        if found < 0:
            yield error(
                "RENDER-READBACK",
                name,
                message("{part}: a printed value is not in the document", part=name),
                message("print the value with a plain tag, outside fields and hidden elements"),
                label=expected[:_LONGEST_LABEL],
            )
        else:
            position = found + len(expected)


def _expected(xml: str) -> str:
    """Return the text that a printed piece of XML shows."""
    if "<" in xml:
        xml = "".join(_shown_pieces(xml))
    return html.unescape(xml) if "&" in xml else xml


def _shown_pieces(xml: str) -> Iterator[str]:
    """Yield what a piece of XML shows; it may begin and end within a text."""
    shown = True
    for number, piece in enumerate(_MARKUP.split(xml)):
        if number % 2 == 0:
            if shown:
                yield piece
            continue
        shown = piece.startswith(("<w:t>", "<w:t ")) and not piece.endswith("/>")
        sign = _PRINTED_SIGNS.match(piece)
        if sign:
            yield "\n" if sign["line"] else "\t"


def _text(root: etree._Element, *, copies: bool) -> str:
    """Return the text below ``root``; ``copies`` adds fallback copies of text boxes."""
    pieces: list[str] = []
    if not copies:
        for fallback in list(root.iter(FALLBACK)):
            fallback.clear()
    for element in root.iter(*_READ):
        tag = element.tag
        if tag == TEXT:
            text = element.text or ""
            # Word drops the blanks at the ends unless told to keep them.
            pieces.append(text if element.get(SPACE) == "preserve" else text.strip(" \t\r\n"))
        elif tag == _TAB:
            parent = element.getparent()
            if parent is not None and parent.tag == RUN:  # not a tab stop's definition
                pieces.append("\t")
        else:
            pieces.append(_SIGNS[tag])
    return "".join(pieces)


def _reading_order(name: str) -> tuple[int, str]:
    kinds = ("word/header", "word/document", "word/footer", "word/footnotes")
    return next(number for number, kind in enumerate(kinds) if name.startswith(kind)), name


RENDERER_VERSION = "docx-2"
"""Changes whenever the same template and values would give other bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A finished document and what its tags printed, part by part in order."""

    document: bytes
    printed: tuple[Printed, ...]


class CompiledTemplate:
    """A form revision's template, ready to render; safe to share among threads.

    :param blueprint: the template taken apart.
    """

    __slots__ = ("_blueprint", "_fit", "_head", "_numbers_drawings", "_parts")

    def __init__(self, blueprint: Blueprint) -> None:
        self._blueprint = blueprint
        self._head = StaticMembers.of(blueprint.static)
        findings: list[Finding] = []
        parts: list[CompiledPart] = []
        for source in blueprint.filled:
            try:
                parts.append(CompiledPart(source, sandbox(autoescape=True)))
            except FindingsError as problem:
                findings += problem.findings
        if findings:
            raise FindingsError(tuple(findings))
        self._parts = tuple(parts)
        body = blueprint.filled[-1].source
        self._fit = grids.fit(body)
        self._numbers_drawings = grids.has_drawings(body)

    @classmethod
    @lru_cache(maxsize=32)
    def compile(cls, template: bytes) -> CompiledTemplate:
        """Return the ``template`` (a .docx with docxtpl tags) ready to render.

        :raises FindingsError: if it is no Word document or a tag is wrong;
            :func:`rmdocs.rendering.lint.lint_template` says more.
        """
        return cls(take_apart(template))

    def render(self, context: Mapping[str, object]) -> bytes:
        """Return the document of ``context``, proved to hold all that was printed.

        :raises FindingsError: with the findings of all parts: undefined
            names, values that cannot be printed exactly, or a value that is
            not in the document.
        """
        return self.rendering(context).document

    def rendering(self, context: Mapping[str, object]) -> Rendering:
        """Return the document of ``context`` with the record of what was printed.

        :raises FindingsError: as :meth:`render`.
        """
        try:
            made = self._fill(context)
        except InsertNeededError:
            made = self._whole(context)
        findings = check_printed(made.document, made.printed)
        if findings:
            raise FindingsError(tuple(findings))
        return made

    def _fill(self, context: Mapping[str, object]) -> Rendering:
        members: list[Member] = []
        printed: list[Printed] = []
        findings: list[Finding] = []
        for part in self._parts:
            try:
                xml, values = part.fill(context)
                content = self._finished(xml) if part is self._parts[-1] else xml.encode()
            except FindingsError as problem:
                findings += problem.findings
            else:
                members.append(Member.stored(part.name, content))
                printed += values
        if findings:
            raise FindingsError(tuple(findings))
        return Rendering(document=self._head.archive(members), printed=tuple(printed))

    def _whole(self, context: Mapping[str, object]) -> Rendering:
        from rmdocs.rendering import insertions  # noqa: PLC0415 - docxtpl is needed for pictures only

        core = self._parts[-2]
        template, environment = self._blueprint.template, sandbox(autoescape=True)
        document, printed = insertions.render(template, context, core, environment)
        return Rendering(document=document, printed=printed)

    def _finished(self, xml: str) -> bytes:
        """Return the main part after docxtpl's last steps: table grids, drawing numbers."""
        content = xml.encode()
        empty = self._fit is grids.Fit.UNLESS_EMPTY and grids.has_empty_table(xml)
        if empty or self._fit is grids.Fit.UNKNOWN:
            try:
                content = grids.mend_grids(content)
            except etree.XMLSyntaxError as problem:
                raise FindingsError((_not_well_formed(self._parts[-1].name, problem),)) from problem
        return grids.number_drawings(content) if self._numbers_drawings else content


def _not_well_formed(part: str, problem: etree.XMLSyntaxError) -> Finding:
    return error(
        "RENDER-XML",
        part,
        message("{part} is not well-formed XML: {reason}", part=part, reason=malformed(problem)),
        message("a tag encloses half a table row or paragraph: check the template"),
    )
