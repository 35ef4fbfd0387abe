"""What a document must not carry when a program of this machine opens it.

Documents of released forms never do; this is for whatever else is handed in,
and for what was released before a template was judged as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lxml import etree

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import message
from rmdocs.rendering.package import Member, read
from rmdocs.rendering.patching import CONTENT_TYPES, parse, parse_all
from rmdocs.rendering.tables import WORD

_FETCHING = re.compile(
    r"\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|IMPORT|LINK|RD)\b", re.IGNORECASE
)
_CHANGING = re.compile(r"\s*(DATE|TIME|SAVEDATE|PRINTDATE|FILENAME|USERNAME)\b", re.IGNORECASE)


def unsafe(name: str, document: bytes) -> list[Finding]:
    """Return why ``document`` is not opened: damage, macros, links, what changes by itself.

    :param name: what to call the document.
    """
    try:
        members = {member.name: member for member in read(document)}
        parse_all(members.values())
    except FindingsError as problem:
        found = list(problem.findings)
    else:
        found = list(_hazards(members))
    return [replace(finding, path=f"{name}#{finding.path}") for finding in found]


def _hazards(members: Mapping[str, Member]) -> Iterator[Finding]:
    yield from _macros(members)
    for name, member in sorted(members.items()):
        if name.endswith(".rels"):
            yield from _outside(name, parse(member.content()))
        elif name.startswith("word/") and name.endswith(".xml"):
            yield from _fields(name, parse(member.content()))


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
        if (relation.get("Type") or "").endswith("/hyperlink"):
            continue
        yield error(
            "TEMPLATE-EXTERNAL",
            name,
            message(
                "the document would fetch something from outside: {target}",
                target=relation.get("Target") or "",
            ),
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
            yield error(
                "TEMPLATE-FIELD",
                name,
                message("a field changes whenever the document is opened: {field}", field=code),
                message("use a tag such as {{ facts.issued_on|cn_date }}"),
            )
