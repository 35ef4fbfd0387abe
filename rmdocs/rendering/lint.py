"""All mistakes of a template at once, each with part, paragraph and visible text.

Takes the template as a person sees it in Word; only when nothing is found is
it compiled as well. What is wrong with single tags is judged by ``tagcheck``.
For an officer whose file still carries a discussion, comments are removed and
changes accepted first: what is left is what Word shows under “no markup”. The
names a template may use are the record's, which are those of every expression
of the form, and those that the act of issuing adds to every form.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from lxml import etree

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.forms.form import Form
from rmdocs.forms.scopes import document_scope, record_scope
from rmdocs.language.analysis import leaves
from rmdocs.language.functions import OF_A_DATE
from rmdocs.language.mistakes import Fault
from rmdocs.language.shapes import LISTS, Scope, Shape, Sort, object_of, of
from rmdocs.messages import message
from rmdocs.rendering.cleaning import clean, written
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.completeness import judge_parts, judge_references, other_kind
from rmdocs.rendering.legibility import Legibility
from rmdocs.rendering.markup import RUN, RUN_PROPERTIES, WORD, accept, drop
from rmdocs.rendering.package import Member, StaticMembers, read
from rmdocs.rendering.pagefit import Extents
from rmdocs.rendering.refusals import Hiding, judge_elements, judge_leftovers
from rmdocs.rendering.tagcheck import PartTags, paragraph_number
from rmdocs.rendering.tags import PROPERTIES, ParagraphIndex, Tag, paragraphs, scan
from rmdocs.rendering.template import CONTENT_TYPES, parse
from rmdocs.rendering.vocabulary import ElementHandling, fate
from rmdocs.rendering.wordfields import judge_bookmarks, judge_fields, judge_versions
from rmdocs.rendering.wordfile import STYLES, WordFile, relations_of

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
        :func:`~rmdocs.rendering.lint.form_names` gives them, or their dotted paths alone.
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
    places = ParagraphIndex(name, root)
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


_STORIES = frozenset({"officeDocument", "header", "footer", "footnotes", "endnotes"})
_NOT_READ = re.compile(r".*\.rels|word/theme/.*|customXml/.*", re.IGNORECASE)


def judge(word: WordFile, *, references: bool = False) -> list[Finding]:
    """Return what a Word file holds and must not, after what nobody sees was dropped.

    :param references: whether contents and references may stay with the text they have, as in
        a controlled document that is no form.
    """
    if (other := other_kind(word)) is not None:
        return [other]
    found = list(judge_parts(word))
    places = {
        name: ParagraphIndex(name, word.roots[name])
        for name, relation in sorted(word.reached.items())
        if name in word.roots
        and relation.fate is ElementHandling.KEPT
        and not _NOT_READ.fullmatch(name)
    }
    found += judge_references(word, places, references=references)
    hiding = Hiding(word.root_of(STYLES))
    legibility = Legibility(word)
    extents = Extents(word, legibility)
    stories = []
    for name, one in places.items():
        found += judge_elements(one)
        if word.reached[name].kind in _STORIES:
            stories.append(one)
            found += judge_fields(one, references=references)
            found += hiding.judge(one)
            found += legibility.judge(one)
            found += extents.judge(one)
            found += judge_versions(one)
            found += judge_leftovers(one)
    found += judge_bookmarks(stories)
    return found


_DAY = of(Sort.DATE).optional()
_TEXT = of(Sort.TEXT)


def form_names(form: Form) -> Scope:
    """Return the names the template of ``form`` may use."""
    return {
        **document_scope(form, record_scope(form)),
        "today": _DAY,
        "facts": object_of({"issued_on": _DAY}),
        "number": _TEXT,
        "revision": _TEXT,
        "pin": _TEXT,
        "edition": of(Sort.INTEGER),
        "blank": of(Sort.BOOLEAN),
    }


def names_alone(names: Collection[str]) -> Scope:
    """Return the names a template may use where no more is known of them.

    :param names: dotted paths, items as ``[]``; one without a dot and nothing below it
        may hold anything (``addressee``).
    """
    roots = {name.replace("[", ".").partition(".")[0] for name in names}
    return {root: _below(root, names) for root in roots}


def _below(path: str, names: Collection[str]) -> Shape:
    inner = {
        name.removeprefix(f"{path}.").replace("[", ".").partition(".")[0]
        for name in names
        if name.startswith(f"{path}.")
    }
    if any(name.startswith(f"{path}[]") for name in names):
        return Shape(sorts=LISTS, item=_below(f"{path}[]", names))
    if inner:
        return object_of({name: _below(f"{path}.{name}", names) for name in inner})
    return Shape(names=OF_A_DATE if "." in path else None)


_CONTENT_FREE = frozenset({ElementHandling.TRACKED, ElementHandling.COMMENT})


def without_review(data: bytes) -> bytes:
    """Return a Word file without comments, its tracked changes accepted; unseen things go too.

    :raises FindingsError: if it is no Word document, of another kind, or damaged.
    """
    word = clean(data).word
    if (other := other_kind(word)) is not None:
        raise FindingsError((other,))
    gone = set(_comment_parts(word))
    members: list[Member] = []
    for name, member in word.members.items():
        root = word.roots.get(name)
        if name in gone:
            continue
        if root is None or not _accepted(name, root, word, gone):
            members.append(member)
        else:
            members.append(Member.deflated(name, written(root)))
    return StaticMembers.of(members).archive(())


def _comment_parts(word: WordFile) -> Iterator[str]:
    for name, relation in word.reached.items():
        if relation.fate is ElementHandling.COMMENT:
            yield name
            if relations_of(name) in word.members:
                yield relations_of(name)


def _accepted(name: str, root: etree._Element, word: WordFile, gone: set[str]) -> bool:
    """Take out what is reviewed in a part, in place; return whether anything was."""
    if name == CONTENT_TYPES:
        listed = [one for one in root if str(one.get("PartName", "")).removeprefix("/") in gone]
    elif name.endswith(".rels"):
        leading = {
            one.identifier
            for one in word.relations
            if relations_of(one.source) == name and one.target in gone
        }
        listed = [one for one in root if one.get("Id") in leading]
    else:
        return name in word.reached and _accept(root)
    for one in listed:
        root.remove(one)
    return bool(listed)


def _accept(root: etree._Element) -> bool:
    """Accept all changes of a part and remove its comments, in place.

    :returns: whether there were any.
    """
    names = {str(one.tag) for one in root.iter(etree.Element)}
    reviewed = [name for name in names if fate(name) in _CONTENT_FREE]
    if not reviewed:
        return False
    accept(root)
    for element in list(root.iter(*reviewed)):
        drop(element)
    for run in list(root.iter(RUN)):
        if all(child.tag == RUN_PROPERTIES for child in run):
            drop(run)  # what is left of the mark of a comment
    return True
