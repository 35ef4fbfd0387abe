"""All mistakes of a template at once, each with part, paragraph and visible text.

Takes the template as a person sees it in Word; only when nothing is found is
it compiled as well. What a Word file must not hold is judged by
``wordfile``, what is wrong with single tags by ``tagcheck``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from lxml import etree

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.language.analysis import leaves
from rmdocs.language.mistakes import Fault
from rmdocs.language.shapes import Scope
from rmdocs.messages import message
from rmdocs.rendering.cleaning import clean
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.known import names_alone
from rmdocs.rendering.package import Member, read
from rmdocs.rendering.patching import parse
from rmdocs.rendering.places import Places
from rmdocs.rendering.reviewing import without_review
from rmdocs.rendering.tables import WORD
from rmdocs.rendering.tagcheck import PartTags, paragraph_number
from rmdocs.rendering.tags import PROPERTIES, Tag, paragraphs, scan
from rmdocs.rendering.wholeness import other_kind
from rmdocs.rendering.wordfile import judge

_FILLED = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml|docProps/core\.xml")
_OPENER = re.compile(r"\{[{%#]")
_TEXTS = frozenset({f"{WORD}t", f"{WORD}delText"})
_PROPERTIES = frozenset(PROPERTIES)
_LONGEST = 60

LARGEST_FILLED = 2 * 2**20
"""Bytes that a part with tags may have: what docxtpl compiles in seconds."""


def lint_template(template: bytes, names: Scope | frozenset[str]) -> list[Finding]:
    """Return every mistake in ``template`` (a .docx).

    :param names: the names a template may use, as
        :func:`~rmdocs.rendering.known.form_names` gives them, or their dotted paths alone.
    """
    scope = names_alone(names) if isinstance(names, frozenset) else names
    try:
        if too_large := list(_too_large(read(template))):
            return too_large
        clean_copy = clean(template)
    except FindingsError as problem:
        return list(problem.findings)
    word = clean_copy.word
    if (other := other_kind(word)) is not None:
        return [other]
    found = judge(word)
    for name, root in sorted(word.roots.items()):
        if _FILLED.fullmatch(name):
            found += _part(name, root, scope)
            found += _astray(name, root)
        elif name.startswith("word/"):
            found += _not_filled(name, root)
    if not has_errors(found):
        found += _compiled(clean_copy.data)
    return found


def clean_template(template: bytes) -> bytes:
    """Return a template (.docx) without comments and with all its changes accepted.

    :raises FindingsError: if it is no Word document, too large, or damaged.
    """
    if too_large := tuple(_too_large(read(template))):
        raise FindingsError(too_large)
    return without_review(template)


def _too_large(members: Iterable[Member]) -> Iterator[Finding]:
    """Yield a finding for each part that is filled and that would take minutes to compile."""
    for member in members:
        if _FILLED.fullmatch(member.name) and member.size > LARGEST_FILLED:
            yield error(
                "TEMPLATE-TOO-LARGE",
                member.name,
                message(
                    "the part has {size} bytes of text and formatting; a form has {most} at most",
                    size=member.size,
                    most=LARGEST_FILLED,
                ),
                message("split the form, or make it again from a clean document"),
            )


def _astray(name: str, root: etree._Element) -> Iterator[Finding]:
    """Yield a finding for each tag that would be filled, but stands where no text is."""
    places = Places(name, root)
    filled = _PROPERTIES if name.startswith("docProps/") else _TEXTS
    for element in root.iter(etree.Element):
        values = [str(value) for value in element.attrib.values()]
        if element.tag not in filled:
            values.append(element.text or "")
        stray = next((one for one in values if _OPENER.search(one)), None)
        if stray is not None:
            yield places.error(
                "TEMPLATE-NOT-FILLED",
                element,
                message("a tag stands where no text is printed: {tag}", tag=stray[:_LONGEST]),
                message("move the tag into the text (a title, description or field holds none)"),
            )


@lru_cache(maxsize=32)
def used_names(template: bytes) -> frozenset[str]:
    """Return the dotted paths the tags of ``template`` use, the longest only.

    :raises FindingsError: if it is no Word document.
    """
    found: set[str] = set()
    for member in read(template):
        if _FILLED.fullmatch(member.name):
            source = PartTags(member.name, parse(member.content()))
            found |= {use.path for use in source.reading(None).uses}
    return leaves(found)


def _compiled(template: bytes) -> tuple[Finding, ...]:
    try:
        CompiledTemplate.compile(template)
    except FindingsError as problem:
        return problem.findings
    return ()


_CODES = {
    Fault.NAME: "TEMPLATE-UNDEFINED",
    Fault.FUNCTION: "TEMPLATE-FILTER",
    Fault.KIND: "TEMPLATE-KIND",
    Fault.LENGTH: "TEMPLATE-LENGTH",
}


def _part(name: str, root: etree._Element, scope: Scope) -> Iterator[Finding]:
    source = PartTags(name, root)
    named = [
        source.paragraphs[mistake.line - 1].finding(
            _CODES[mistake.fault], mistake.what, mistake.remedy
        )
        for mistake in source.reading(scope).mistakes
    ]
    yield from sorted([*source.findings, *named], key=paragraph_number)


def _not_filled(name: str, root: etree._Element) -> Iterator[Finding]:
    for paragraph in paragraphs(name, root):
        for tag in scan(paragraph):
            if isinstance(tag, Tag):
                yield tag.finding(
                    "TEMPLATE-NOT-FILLED",
                    message("tags in {part} are not filled and would be printed", part=name),
                    message("move the tag into the body, a header, a footer or a footnote"),
                )
