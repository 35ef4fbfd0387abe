"""All mistakes of a template at once, each with part, paragraph and visible text.

Takes the template as a person sees it in Word; only when nothing is found is
it compiled as well. What is dangerous in a package is found by ``hazards``,
what is wrong with single tags by ``tagcheck``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml import etree

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, has_errors
from rmdocs.messages import message
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.hazards import hazards
from rmdocs.rendering.known import KnownNames, context_names
from rmdocs.rendering.names import leaves
from rmdocs.rendering.package import read
from rmdocs.rendering.patching import parse, parse_all
from rmdocs.rendering.tagcheck import PartTags, paragraph_number
from rmdocs.rendering.tags import Tag, paragraphs, scan
from rmdocs.schemas.fields import FieldTree

_FILLED = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml|docProps/core\.xml")


def lint_template(template: bytes, names: frozenset[str] | FieldTree) -> list[Finding]:
    """Return every mistake in ``template`` (a .docx).

    :param names: the dotted paths a template may use
        (:func:`~rmdocs.rendering.known.form_names` gives them), or the
        fields of the content alone.
    """
    paths = context_names(names) if isinstance(names, FieldTree) else names
    return list(_mistakes(template, frozenset(paths)))


@lru_cache(maxsize=32)
def _mistakes(template: bytes, names: frozenset[str]) -> tuple[Finding, ...]:
    try:
        members = {member.name: member for member in read(template)}
        parse_all(members.values())
    except FindingsError as problem:
        return problem.findings
    roots = {
        name: parse(member.content())
        for name, member in sorted(members.items())
        if name.endswith((".xml", ".rels"))
    }
    found = list(hazards(members, roots))
    known = KnownNames(names)
    for name, root in roots.items():
        if _FILLED.fullmatch(name):
            found += _part(name, root, known)
        elif name.startswith("word/"):
            found += _not_filled(name, root)
    if not has_errors(found):
        found += _compiled(template)
    return tuple(found)


@lru_cache(maxsize=32)
def used_names(template: bytes) -> frozenset[str]:
    """Return the dotted paths the tags of ``template`` use, the longest only.

    :raises FindingsError: if it is no Word document.
    """
    found: set[str] = set()
    for member in read(template):
        if _FILLED.fullmatch(member.name):
            source = PartTags(member.name, parse(member.content()))
            found |= {use.path for use in source.uses()}
    return leaves(found)


def _compiled(template: bytes) -> tuple[Finding, ...]:
    try:
        CompiledTemplate.compile(template)
    except FindingsError as problem:
        return problem.findings
    return ()


def _part(name: str, root: etree._Element, known: KnownNames) -> Iterator[Finding]:
    source = PartTags(name, root)
    undefined = [
        source.paragraphs[use.line - 1].finding(
            "TEMPLATE-UNDEFINED",
            message("{name} is not a name of this form", name=use.path),
            known.advice(use.path),
        )
        for use in source.uses()
        if not known.has(use.path)
    ]
    yield from sorted([*source.findings, *undefined], key=paragraph_number)


def _not_filled(name: str, root: etree._Element) -> Iterator[Finding]:
    for paragraph in paragraphs(name, root):
        for tag in scan(paragraph):
            if isinstance(tag, Tag):
                yield tag.finding(
                    "TEMPLATE-NOT-FILLED",
                    message("tags in {part} are not filled and would be printed", part=name),
                    message("move the tag into the body, a header, a footer or a footnote"),
                )
