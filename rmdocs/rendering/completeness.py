"""Whether a Word file is one, is whole, and has only parts that are known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, cast

from lxml import etree

from rmdocs.findings import Finding, error
from rmdocs.messages import Message, message
from rmdocs.rendering.refusals import judge_link, refusal
from rmdocs.rendering.tags import ParagraphIndex
from rmdocs.rendering.template import CONTENT_TYPES
from rmdocs.rendering.vocabulary import OFFICE, VML, WORD_TYPE, ElementHandling, R, W
from rmdocs.rendering.wordfile import (
    DOCUMENT,
    HYPERLINK,
    PACKAGE_RELATIONS,
    STRICT,
    Relationship,
    WordFile,
    is_left_behind,
)

_MAIN = f"{WORD_TYPE}.document.main+xml"
_DOCUMENT = f"{{{W}}}document"
_OTHER_KINDS: Mapping[str, Message] = MappingProxyType(
    {
        f"{WORD_TYPE}.template.main+xml": message("a Word template (.dotx)"),
        "application/vnd.ms-word.document.macroEnabled.main+xml": message(
            "a Word document with macros (.docm)"
        ),
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml": message(
            "a Word template with macros (.dotm)"
        ),
        "spreadsheetml": message("an Excel workbook"),
        "ms-excel": message("an Excel workbook"),
        "presentationml": message("a PowerPoint presentation"),
        "ms-powerpoint": message("a PowerPoint presentation"),
    }
)
_TYPES = {
    "core-properties": "application/vnd.openxmlformats-package.core-properties+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
    **{
        kind: f"{WORD_TYPE}.{kind}+xml"
        for kind in [
            "styles",
            "settings",
            "numbering",
            "header",
            "footer",
            "footnotes",
            "endnotes",
            "fontTable",
        ]
    },
}
"""The content type of parts, by the kind of relationship that leads to them."""

_PICTURES = re.compile(
    r"image/(png|jpe?g|pjpeg|gif|(x-(ms-)?)?bmp|tiff|(x-)?[ew]mf)", re.IGNORECASE
)
_MACROS, _EMBEDDED = (
    re.compile("vbaproject", re.IGNORECASE),
    re.compile("word/(embeddings|activeX)/", re.IGNORECASE),
)
_REFERRING = etree.XPath(f"//*[@*[namespace-uri() = '{R}'] or @o:relid]", namespaces={"o": OFFICE})
_UNREFERRED = frozenset({"", "rId0"})
_DIRECT = ("src", "href")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:|//|\\\\", re.IGNORECASE)


def other_kind(word: WordFile) -> Finding | None:
    """Return a finding if the file is of another kind than .docx; nothing else is then judged."""
    opened = [one for one in word.relations if not one.source and one.kind == DOCUMENT]
    if any(one.full_kind.startswith(STRICT) for one in opened):
        return error(
            "TEMPLATE-STRICT",
            "$",
            message("the file is saved as Strict Open XML, which is read differently"),
            message("save it as “Word Document (*.docx)”, not “Strict Open XML Document”"),
        )
    if not opened or word.main not in word.roots:
        return _no_document(word)
    kind = word.types.get(word.main, "")
    if kind == _MAIN:
        return None if _has_body(word.roots[word.main]) else _no_document(word)
    said = next((words for known, words in _OTHER_KINDS.items() if known in kind), None)
    if said is None:
        return _no_document(word)
    macros = "macroEnabled" in kind
    return error(
        "TEMPLATE-MACRO" if macros else "TEMPLATE-KIND",
        "$",
        message("the file is {kind}, whatever its name says", kind=said),
        message("save it as “Word Document (*.docx)” in Word or WPS"),
    )


def _has_body(root: etree._Element | None) -> bool:
    return root is not None and root.tag == _DOCUMENT and root.find(f"{{{W}}}body") is not None


def _no_document(word: WordFile) -> Finding:
    kind = word.types.get(word.main, "") or "?"
    open_document = "mimetype" in word.members and "content.xml" in word.members
    if open_document:
        reason = message("it is a text of LibreOffice (.odt)")
    elif not word.main or not _has_body(word.roots.get(word.main)):
        reason = message("no main document is in it")
    else:
        reason = message("its main part is of the kind {kind}", kind=kind)
    return error(
        "TEMPLATE-NOT-DOCX",
        "$",
        message("this is not a Word document (.docx): {reason}", reason=reason),
        message("save the file as .docx in Word or WPS"),
    )


def judge_parts(word: WordFile) -> Iterator[Finding]:
    """Yield a finding for each part that is not known, must not be there, or is missing."""
    for name, relation in word.reached.items():
        yield from _part(word, name, relation)
    for name in word.strays:
        yield from _stray(name)
    for relation in word.relations:
        used = relation.source in word.reached or not relation.source
        if used and not relation.outside and relation.target not in word.members:
            if relation.kind == HYPERLINK:
                continue  # into the document itself
            yield _broken(
                relation.source or PACKAGE_RELATIONS,
                message("a part is missing from the file: {part}", part=relation.target or "?"),
            )


def _part(word: WordFile, name: str, relation: Relationship) -> Iterator[Finding]:
    if _MACROS.search(name):
        yield _macros(name)
    elif relation.fate is ElementHandling.UNKNOWN:
        yield _unknown(name)
    elif (refused := refusal(relation.fate)) is not None:
        code, what, remedy = refused
        yield error(code, name, what, remedy)
    elif relation.kind == "image" and not _PICTURES.fullmatch(word.types[name]):
        yield error(
            "TEMPLATE-PICTURE",
            name,
            message(
                "a picture is of a kind that not every program shows: {kind}",
                kind=word.types[name] or name.rpartition(".")[2],
            ),
            message("insert it again as a plain PNG or JPEG"),
        )
    elif not word.types[name] or word.types[name] != _TYPES.get(relation.kind, word.types[name]):
        yield _broken(
            name,
            message(
                "the file says wrongly of what kind the part is: {kind}",
                kind=word.types[name] or "?",
            ),
        )


def _stray(name: str) -> Iterator[Finding]:
    if is_left_behind(name):
        return
    if _MACROS.search(name):
        yield _macros(name)
    elif _EMBEDDED.match(name) and (refused := refusal(ElementHandling.EMBEDDED)) is not None:
        code, what, remedy = refused
        yield error(code, name, what, remedy)
    else:
        yield _unknown(name)


def _macros(name: str) -> Finding:
    return error(
        "TEMPLATE-MACRO",
        name,
        message("the template carries macros"),
        message("save it as .docx without macros"),
    )


def _unknown(name: str) -> Finding:
    return error(
        "TEMPLATE-PART",
        name,
        message("a part of a kind that is not known lies in the file: {part}", part=name),
        message("copy the text into a new document of Word or WPS, and save that"),
    )


def _broken(place: str, what: Message) -> Finding:
    return error(
        "TEMPLATE-BROKEN",
        place,
        what,
        message("open the file in Word or WPS, look it through, and save it again"),
    )


def judge_references(
    word: WordFile, places: Mapping[str, ParagraphIndex], *, references: bool
) -> Iterator[Finding]:
    """Yield a finding for each reference to the outside, and each that leads nowhere.

    :param places: of the parts that are read, by name.
    :param references: whether links within the document are usual, and not told.
    """
    users = {name: _users(one.root) for name, one in places.items()}
    package = ParagraphIndex(PACKAGE_RELATIONS, word.roots[CONTENT_TYPES])
    for relation in word.relations:
        at = users.get(relation.source, {}).get(relation.identifier)
        where = places.get(relation.source) or ParagraphIndex(relation.source, package.root)
        where = where if relation.source else package
        if relation.kind == HYPERLINK:
            address = relation.target if relation.outside else ""
            yield from judge_link(where, at, address, inner=not references)
        elif relation.outside:
            yield _fetched(where, at, relation)
    known = {(one.source, one.identifier) for one in word.relations}
    for name, found in users.items():
        for identifier, element in found.items():
            if (name, identifier) not in known:
                yield places[name].error(
                    "TEMPLATE-BROKEN",
                    element,
                    message("something stands here that is missing from the file"),
                    message("delete what is shown as missing here, or insert it again"),
                )
    for one in places.values():
        yield from _addresses(one)
        if not references:
            yield from _inner_links(one)


def _fetched(where: ParagraphIndex, at: etree._Element | None, relation: Relationship) -> Finding:
    refused = refusal(relation.fate) if relation.fate is ElementHandling.MERGE else None
    if refused is not None:
        code, what, remedy = refused
        return where.error(code, at, what, remedy)
    return _outside(where, at, relation.target)


def _outside(where: ParagraphIndex, at: etree._Element | None, target: str) -> Finding:
    return where.error(
        "TEMPLATE-EXTERNAL",
        at,
        message("the document would fetch something from outside: {target}", target=target),
        message("insert it into the template itself"),
    )


def _inner_links(places: ParagraphIndex) -> Iterator[Finding]:
    for link in places.root.iter(f"{{{W}}}hyperlink"):
        anchor = str(link.get(f"{{{W}}}anchor") or "")
        if anchor and link.get(f"{{{R}}}id") is None:
            yield from judge_link(places, link, "", anchor)


def _users(root: etree._Element) -> dict[str, etree._Element]:
    """Return the first element that uses each relationship of a part."""
    found: dict[str, etree._Element] = {}
    for element in cast("list[Any]", _REFERRING(root)):
        for name, value in element.attrib.items():
            if str(name).startswith(f"{{{R}}}") and str(value) not in _UNREFERRED:
                found.setdefault(str(value), element)
        relation = element.get(f"{{{OFFICE}}}relid")
        if relation:
            found.setdefault(relation, element)
    return found


def _addresses(places: ParagraphIndex) -> Iterator[Finding]:
    """Yield a finding for each address that an old drawing names without a relationship."""
    for element in places.root.iter(f"{{{VML}}}*"):
        for name in _DIRECT:
            value = str(element.get(name) or "")
            if not value or not _ADDRESS.match(value):
                continue
            if name == "href":
                yield from judge_link(places, element, value)
            else:
                yield _outside(places, element, value)
