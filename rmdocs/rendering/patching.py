"""docxtpl's view of a template: which parts it fills, and their patched XML.

The only module that imports docxtpl to compile a template. It returns plain
data, so that what it found can be kept and used without docxtpl.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from lxml import etree

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.rendering.package import Member, read

if TYPE_CHECKING:
    from docx.opc.part import Part
    from docxtpl import DocxTemplate

FIXED_DATE = "1980-01-01T00:00:00Z"
"""The date of a document whose template has none."""

CONTENT_TYPES = "[Content_Types].xml"
_DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n"
_FOOTNOTES = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_CORE = "application/vnd.openxmlformats-package.core-properties+xml"
_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
_MARK = "\ue000"
_TAG = re.compile(r"({{.*?}}|{%.*?%}|{#.*?#})", re.DOTALL)
_DATE = re.compile(r"(<dcterms:(created|modified)\b[^>]*>)[^<]*(<)")


@dataclass(frozen=True, slots=True)
class PartSource:
    """One part that is filled: its name in the zip and its Jinja source."""

    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A template as plain data.

    :param static: the parts every document shares, in the order written.
    :param filled: the parts with tags, the main document last.
    """

    static: tuple[Member, ...]
    filled: tuple[PartSource, ...]

    @property
    def main(self) -> str:
        """Return the name of the main document part."""
        return self.filled[-1].name


def blueprint(template: bytes) -> Blueprint:
    """Return the parts of ``template`` as docxtpl would fill them.

    :raises FindingsError: if it is not a Word document that can be filled.
    """
    members = {member.name: member for member in read(template)}
    parse_all(members.values())
    opened = open_template(template)
    filled = tuple(_filled(opened, dated="docProps/core.xml" in members))
    names = {part.name for part in filled}
    static = tuple(
        _static(member, members.get(member.name))
        for member in read(_saved(opened))
        if member.name not in names
    )
    return Blueprint(tuple(sorted(static, key=_rank)), filled)


def open_template(template: bytes) -> DocxTemplate:
    """Return ``template`` opened by docxtpl.

    :raises FindingsError: if python-docx cannot open it.
    """
    from docx.opc.exceptions import OpcError  # noqa: PLC0415 - heavy, and needed to compile only
    from docxtpl import DocxTemplate  # noqa: PLC0415

    opened = DocxTemplate(io.BytesIO(template))
    try:
        opened.render_init()
    except (OpcError, KeyError, ValueError, AttributeError, etree.LxmlError) as problem:
        finding = error(
            "TEMPLATE-NOT-DOCX",
            "$",
            message("Word could not open this: {reason}", reason=repr(problem)),
            message("open it in Word or WPS and save it again as .docx"),
        )
        raise FindingsError((finding,)) from problem
    return opened


def parse_all(members: Iterator[Member] | object) -> None:
    """Check that every XML part is well-formed and declares no entities.

    :raises FindingsError: with a finding for each part that is not.
    """
    findings = tuple(
        finding
        for member in members  # type: ignore[attr-defined]
        if member.name.endswith((".xml", ".rels"))
        for finding in _malformed(member)
    )
    if findings:
        raise FindingsError(findings)
