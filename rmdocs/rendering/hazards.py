"""What a controlled template must not carry besides its tags.

Macros, links to the outside, embedded programs, fields that change by
themselves, tracked changes and hidden text: each would make a document that
is not what was approved, or not only that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from rmdocs.findings import Finding, error, warning
from rmdocs.messages import message
from rmdocs.rendering.package import Member
from rmdocs.rendering.patching import CONTENT_TYPES
from rmdocs.rendering.tables import WORD

_FETCHING = re.compile(
    r"\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|RD)\b", re.IGNORECASE
)
_CHANGING = re.compile(r"\s*(DATE|TIME|SAVEDATE|PRINTDATE|FILENAME|USERNAME)\b", re.IGNORECASE)
_TRACKED = tuple(f"{WORD}{name}" for name in ("ins", "del", "moveFrom", "moveTo"))


def hazards(
    members: Mapping[str, Member], roots: Mapping[str, etree._Element]
) -> Iterator[Finding]:
    """Yield a finding for everything dangerous in the package.

    :param roots: the parsed XML parts by name.
    """
    yield from _macros(members)
    for name, root in roots.items():
        if name.endswith(".rels"):
            yield from _outside(name, root)
        elif name.startswith("word/"):
            yield from _fields(name, root)
            yield from _unfinished(name, root)


def _macros(members: Mapping[str, Member]) -> Iterator[Finding]:
    types = members[CONTENT_TYPES].content() if CONTENT_TYPES in members else b""
    names = [name for name in members if "vbaproject" in name.casefold()]
    if names or b"macroEnabled" in types or b"vbaProject" in types:
        yield error(
            "TEMPLATE-MACRO",
            names[0] if names else CONTENT_TYPES,
            message("the template carries macros"),
            message("save it as .docx without macros"),
        )
    for name in members:
        if name.startswith(("word/embeddings/", "word/activeX/")):
            yield error(
                "TEMPLATE-EMBEDDED",
                name,
                message("the template carries an embedded file or control"),
                message("delete the object, or paste it as a picture"),
            )


def _outside(name: str, root: etree._Element) -> Iterator[Finding]:
    for relation in root:
        if relation.get("TargetMode") != "External":
            continue
        target = relation.get("Target") or ""
        if (relation.get("Type") or "").endswith("/hyperlink"):
            yield warning(
                "TEMPLATE-LINK",
                name,
                message("a link leads outside the document: {target}", target=target),
                message("make sure that it belongs to the form"),
            )
        else:
            yield error(
                "TEMPLATE-EXTERNAL",
                name,
                message("the document would fetch something from outside: {target}", target=target),
                message("insert it into the template itself"),
            )


def _fields(name: str, root: etree._Element) -> Iterator[Finding]:
    codes = [element.text or "" for element in root.iter(f"{WORD}instrText")]
    codes += [element.get(f"{WORD}instr") or "" for element in root.iter(f"{WORD}fldSimple")]
    for code in map(str.strip, codes):
        if _FETCHING.match(code):
            yield error(
                "TEMPLATE-EXTERNAL",
                name,
                message("a field would fetch something from outside: {field}", field=code),
                message("delete the field"),
            )
        elif _CHANGING.match(code):
            yield warning(
                "TEMPLATE-FIELD",
                name,
                message("a field changes whenever the document is opened: {field}", field=code),
                message("use a tag such as {{ facts.issued_on|cn_date }}"),
            )


def _unfinished(name: str, root: etree._Element) -> Iterator[Finding]:
    if next(root.iter(*_TRACKED), None) is not None:
        yield error(
            "TEMPLATE-TRACKED",
            name,
            message("the template holds tracked changes"),
            message("accept or reject all changes before release"),
        )
    for hidden in root.iter(f"{WORD}vanish"):
        run = hidden.getparent()
        run = run.getparent() if run is not None else None
        if run is None or run.tag != f"{WORD}r" or hidden.get(f"{WORD}val") in {"0", "false"}:
            continue
        text = "".join(element.text or "" for element in run.iter(f"{WORD}t"))
        if text:
            yield error(
                "TEMPLATE-HIDDEN",
                name,
                message("text is hidden and would not be seen: {text}", text=text),
                message("show the text, or delete it"),
            )
