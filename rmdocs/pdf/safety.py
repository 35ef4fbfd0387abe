"""What a document must not carry when a program of this machine opens it.

Documents of released forms never do; this is for whatever else is handed in.
"""

from __future__ import annotations

from dataclasses import replace

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, Severity
from rmdocs.rendering.hazards import hazards
from rmdocs.rendering.package import read
from rmdocs.rendering.patching import parse, parse_all

_REFUSED = frozenset({"TEMPLATE-MACRO", "TEMPLATE-EMBEDDED", "TEMPLATE-EXTERNAL", "TEMPLATE-FIELD"})
"""A field that changes by itself may stand in a form; the PDF would never be the same twice."""


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
        roots = {
            part: parse(member.content())
            for part, member in members.items()
            if part.endswith((".xml", ".rels"))
        }
        found = [finding for finding in hazards(members, roots) if finding.code in _REFUSED]
    return [
        replace(finding, path=f"{name}#{finding.path}", severity=Severity.ERROR)
        for finding in found
    ]
