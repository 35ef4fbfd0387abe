"""A template without what Word, WPS and LibreOffice leave in it and nobody sees.

Marks of spelling, of editing sessions, properties of the writer's own, data
that nothing refers to: all of it is dropped before review and named, so that
what is reviewed, approved and released is the same. A file that has none of
it stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any, cast

from lxml import etree

from rmdocs.classes import dataclass
from rmdocs.messages import Message, message
from rmdocs.rendering.markup import drop, unwrap
from rmdocs.rendering.package import Member, StaticMembers
from rmdocs.rendering.template import CONTENT_TYPES
from rmdocs.rendering.vocabulary import W14, ElementHandling, W, fate
from rmdocs.rendering.wordfile import Relationship, WordFile, is_left_behind, relations_of

_CORE_RELATION = (
    "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
)
_SESSIONS = re.compile(
    rf"\{{{re.escape(W)}\}}(rsid\w*|dirty)|\{{{re.escape(W14)}\}}(paraId|textId)"
)
_OF_SESSIONS = etree.XPath(
    "//*[@w:dirty or @*[namespace-uri() = $w and starts-with(local-name(), 'rsid')]"
    " or @w14:paraId or @w14:textId]".replace("$w", f"'{W}'"),
    namespaces={"w": W, "w14": W14},
)
"""The elements that have one of these attributes."""

_LAST_EDIT = "_GoBack"
_START, _END = f"{{{W}}}bookmarkStart", f"{{{W}}}bookmarkEnd"
_ID, _NAME = f"{{{W}}}id", f"{{{W}}}name"

_SPELLING = message("marks of spelling and grammar")
_EDITING = message("marks of editing sessions")
_WEB = message("settings for web pages")
_BLOCKS = message("building blocks and hints of empty controls")
_XML = message("custom XML")
_OWN = message("properties of the writer's own")
_ATTACHED = message("the name of the template it was made from")
_ADDED = message("add-ins, labels, key and toolbar settings")
_SAID: Mapping[str, Message] = MappingProxyType(
    {
        **dict.fromkeys(("proofErr", "proofState", "activeWritingStyle"), _SPELLING),
        **dict.fromkeys(("rsid", "rsidRoot", "rsids", "docId", "creationId"), _EDITING),
        **dict.fromkeys(("divId", "webSettings"), _WEB),
        **dict.fromkeys(("placeholder", "glossaryDocument"), _BLOCKS),
        **dict.fromkeys(
            [
                "customXml",
                "customXmlPr",
                "customXmlProps",
                "smartTag",
                "smartTagPr",
                "smartTagType",
                "attachedSchema",
                "schemaLibrary",
                "saveThroughXslt",
                "useXSLTWhenSaving",
            ],
            _XML,
        ),
        **dict.fromkeys(("docVar", "docVars", "custom-properties"), _OWN),
        **dict.fromkeys(("attachedTemplate", "linkStyles"), _ATTACHED),
        "lastRenderedPageBreak": message("page breaks as they were last drawn"),
        "thumbnail": message("the preview picture"),
        **dict.fromkeys(
            ("stylesWithEffects", "stylesWithtEffects"), message("the styles for an older Word")
        ),
        "people": message("the list of authors"),
        "printerSettings": message("settings of a printer"),
        **dict.fromkeys(
            [
                "keyMapCustomizations",
                "attachedToolbars",
                "intelligence",
                "classificationlabels",
                "webextensiontaskpanes",
                "webextension",
            ],
            _ADDED,
        ),
        _LAST_EDIT: message("the bookmark of the last edit"),
    }
)
_OTHERS = message("settings of the writing program")
_LEFT_BEHIND = message("parts that nothing refers to")
_CORE_PUT_RIGHT = message("the way LibreOffice refers to the properties, put right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A template without what nobody sees.

    :param word: the file, taken apart; its parsed parts may be looked at, not changed.
    :param data: the file itself; what was given if nothing had to go.
    :param dropped: what went, each sort once.
    """

    word: WordFile
    data: bytes
    dropped: tuple[Message, ...]


def clean(data: bytes) -> Cleaned:
    """Return a Word file without what nobody sees.

    :raises FindingsError: if it is no Word document, or damaged.
    """
    return cleaned(WordFile.read(data), data)


def cleaned(word: WordFile, data: bytes) -> Cleaned:
    """Return a Word file, taken apart before, without what nobody sees.

    :param data: the file itself.
    """
    dropped: dict[str, Message] = {}
    gone = frozenset(_gone_parts(word, dropped))
    roots: dict[str, etree._Element] = {}
    for name, root in word.roots.items():
        if name in gone:
            continue
        changed = deepcopy(root) if _needs_change(name, root, word, gone) else None
        if changed is not None:
            _change(name, changed, word, gone, dropped)
            roots[name] = changed
    if not gone and not roots:
        return Cleaned(word=word, data=data, dropped=())
    members = {
        name: Member.deflated(name, written(roots[name])) if name in roots else member
        for name, member in word.members.items()
        if name not in gone
    }
    left = {name: roots.get(name, root) for name, root in word.roots.items() if name in members}
    made = WordFile(members=members, roots=left)
    return Cleaned(
        word=made,
        data=StaticMembers.of(members.values()).archive(()),
        dropped=tuple(dropped.values()),
    )


def written(root: etree._Element) -> bytes:
    """Return a part as a file has it."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _gone_parts(word: WordFile, dropped: dict[str, Message]) -> Iterator[str]:
    """Yield the names of the parts that go, and of what only they lead to."""
    kept = set(_kept_parts(word))
    for name, relation in word.reached.items():
        if name not in kept:
            if relation.fate is ElementHandling.DROPPED:
                _note(dropped, _said(relation.kind))
            yield from _with_relations(word, name)
    for name in word.strays:
        if is_left_behind(name):
            _note(dropped, _LEFT_BEHIND)
            yield from _with_relations(word, name)


def _kept_parts(word: WordFile) -> Iterator[str]:
    ways: dict[str, list[Relationship]] = {}
    for relation in word.relations:
        if not relation.outside and not _goes(relation):
            ways.setdefault(relation.source, []).append(relation)
    todo, seen = [""], {""}
    while todo:
        for relation in ways.get(todo.pop(), ()):
            if relation.target in word.members and relation.target not in seen:
                seen.add(relation.target)
                todo.append(relation.target)
                yield relation.target


def _with_relations(word: WordFile, name: str) -> Iterator[str]:
    yield name
    if relations_of(name) in word.members:
        yield relations_of(name)


def _goes(relation: Relationship) -> bool:
    return relation.fate is ElementHandling.DROPPED


def _note(dropped: dict[str, Message], what: Message) -> None:
    dropped.setdefault(what.template, what)


def _said(kind: str) -> Message:
    return _SAID.get(kind, _OTHERS)


def _needs_change(name: str, root: etree._Element, word: WordFile, gone: frozenset[str]) -> bool:
    if name == CONTENT_TYPES:
        return any(str(one.get("PartName", "")).removeprefix("/") in gone for one in root)
    if name.endswith(".rels"):
        found = [one for one in word.relations if relations_of(one.source) == name]
        return any(_goes(one) or _puts_right(one) for one in found)
    if name not in word.reached:
        return False
    notes = root.iter(etree.Comment, etree.ProcessingInstruction)
    return (
        next(notes, None) is not None
        or next(_going(root), None) is not None
        or any(one.get(_NAME) == _LAST_EDIT for one in root.iter(_START))
        or bool(_OF_SESSIONS(root))
    )


def _going(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the elements that are dropped, or leave only what is in them."""
    # Far fewer names than elements are looked up.
    names = {str(one.tag) for one in root.iter(etree.Element)}
    going = [
        name for name in names if fate(name) in {ElementHandling.DROPPED, ElementHandling.UNWRAPPED}
    ]
    return iter(list(root.iter(*going))) if going else iter(())


def _puts_right(relation: Relationship) -> bool:
    """Return whether a reference to the properties is written as only LibreOffice does."""
    return relation.kind == "core-properties" and relation.full_kind != _CORE_RELATION


def _change(
    name: str,
    root: etree._Element,
    word: WordFile,
    gone: frozenset[str],
    dropped: dict[str, Message],
) -> None:
    if name == CONTENT_TYPES:
        for one in list(root):
            if str(one.get("PartName", "")).removeprefix("/") in gone:
                root.remove(one)
    elif name.endswith(".rels"):
        found = {one.identifier: one for one in word.relations if relations_of(one.source) == name}
        for one in list(root):
            relation = found.get(str(one.get("Id") or ""))
            if relation is None:
                continue
            if _goes(relation):
                _note(dropped, _said(relation.kind))
                root.remove(one)
            elif _puts_right(relation):
                _note(dropped, _CORE_PUT_RIGHT)
                one.set("Type", _CORE_RELATION)
    else:
        _drop_unseen(root, dropped)


def _drop_unseen(root: etree._Element, dropped: dict[str, Message]) -> None:
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    last_edits = {str(one.get(_ID)) for one in root.iter(_START) if one.get(_NAME) == _LAST_EDIT}
    for element in _going(root):
        name = str(element.tag)
        _note(dropped, _said(name.rpartition("}")[2]))
        (drop if fate(name) is ElementHandling.DROPPED else unwrap)(element)
    for mark in list(root.iter(_START, _END)):
        if str(mark.get(_ID)) in last_edits:
            _note(dropped, _said(_LAST_EDIT))
            drop(mark)
    for element in cast("list[Any]", _OF_SESSIONS(root)):
        _note(dropped, _EDITING)
        for attribute in [one for one in element.attrib if _SESSIONS.fullmatch(str(one))]:
            del element.attrib[attribute]
