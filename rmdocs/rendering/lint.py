"""All mistakes of a template at once, each with part, paragraph and visible text.

Takes the template as a person sees it in Word; only when nothing is found is
it compiled as well. What is dangerous in a package is found by ``hazards``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from functools import cache
from typing import Protocol

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateSyntaxError
from lxml import etree

from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, Finding, error, has_errors
from rmdocs.messages import message
from rmdocs.rendering.blocks import Nesting, opens
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.hazards import hazards
from rmdocs.rendering.names import leaves, uses
from rmdocs.rendering.package import read
from rmdocs.rendering.patching import parse, parse_all
from rmdocs.rendering.tags import Paragraph, Tag, paragraphs, scan, text_beside
from rmdocs.rules.environment import sandbox

_FILLED = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
_WORD_ONLY = re.compile(r"[-+]?\s*(vm|hm|colspan|cellbg)\b(.*)", re.DOTALL)
_UNSAFE = frozenset({"safe", "forceescape", "tojson", "urlize", "xmlattr"})
_FOREIGN = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.Block)
_DATE_PARTS = frozenset({"year", "month", "day"})


class FieldNames(Protocol):
    """A schema's side of the comparison: every dotted path, ``[]`` for items."""

    def paths(self) -> frozenset[str]:
        """Return the paths (``content.guarantors[].name``)."""


def lint_template(template: bytes, names: frozenset[str] | FieldNames) -> list[Finding]:
    """Return every mistake in ``template`` (a .docx).

    :param names: the dotted paths a template may use, from the context's
        names on; a name given without any path below it may hold anything.
    """
    try:
        members = {member.name: member for member in read(template)}
        parse_all(members.values())
    except FindingsError as problem:
        return list(problem.findings)
    roots = {
        name: parse(member.content())
        for name, member in sorted(members.items())
        if name.endswith((".xml", ".rels"))
    }
    found = list(hazards(members, roots))
    known = _Known(names if isinstance(names, frozenset) else names.paths())
    for name, root in roots.items():
        if _FILLED.fullmatch(name):
            found += _part(name, root, known)
        elif name.startswith("word/"):
            found += _not_filled(name, root)
    if not has_errors(found):
        found += _compiled(template)
    return found


def used_names(template: bytes) -> frozenset[str]:
    """Return the dotted paths the tags of ``template`` use, the longest only.

    :raises FindingsError: if it is no Word document.
    """
    found: set[str] = set()
    for member in read(template):
        if _FILLED.fullmatch(member.name):
            source = _Source(member.name, parse(member.content()))
            found |= {use.path for use in source.uses()}
    return leaves(found)


@cache
def _environment() -> Environment:
    return sandbox(autoescape=True)


def _compiled(template: bytes) -> tuple[Finding, ...]:
    try:
        CompiledTemplate.compile(template)
    except FindingsError as problem:
        return problem.findings
    return ()


def _part(name: str, root: etree._Element, known: _Known) -> Iterator[Finding]:
    source = _Source(name, root)
    yield from source.findings
    for use in source.uses():
        if not known.has(use.path):
            yield source.paragraphs[use.line - 1].finding(
                "TEMPLATE-UNDEFINED",
                message("{name} is not a name of this form", name=use.path),
                known.advice(use.path),
            )


def _not_filled(name: str, root: etree._Element) -> Iterator[Finding]:
    for paragraph in paragraphs(name, root):
        for tag in scan(paragraph):
            if isinstance(tag, Tag):
                yield tag.finding(
                    "TEMPLATE-NOT-FILLED",
                    message("tags in {part} are not filled and would be printed", part=name),
                    message("move the tag into the body, a header, a footer or a footnote"),
                )


class _Source:
    """One part's tags as Jinja source, a line for each paragraph.

    :ivar findings: what is wrong with the tags, apart from their names.
    """

    def __init__(self, name: str, root: etree._Element) -> None:
        self.paragraphs = paragraphs(name, root)
        self.findings: list[Finding] = []
        tags: list[Tag] = []
        for paragraph in self.paragraphs:
            for found in scan(paragraph):
                if isinstance(found, Finding):
                    self.findings.append(found)
                elif self._sound(found):
                    tags.append(found)
        nesting = Nesting(tags)
        self.findings += nesting.findings
        self.findings.sort(key=_paragraph_number)
        self._tree = _environment().parse(self._text(nesting))

    def uses(self) -> Iterator[_Use]:
        """Return the uses of names; their lines are paragraph numbers."""
        return uses(self._tree, _environment().globals)

    def _text(self, nesting: Nesting) -> str:
        lines: dict[int, list[str]] = {}
        for tag, before in nesting.repaired:
            lines.setdefault(tag.paragraph.number, []).append(before + _jinja(tag))
        text = "\n".join(
            "".join(lines.get(paragraph.number, ())) for paragraph in self.paragraphs
        )
        return text + nesting.closing
