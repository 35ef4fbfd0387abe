"""Whether a redline holds: accepted it is the new text, rejected the old one.

A finished redline is read again like any other document, once with all its
changes accepted and once with all of them rejected, and compared with what it
was drawn from. What still differs is what it does not show.
"""

from __future__ import annotations

from collections.abc import Iterator

from rmdocs.comparison.compare import template_changes
from rmdocs.comparison.markup import reject
from rmdocs.comparison.template import Template
from rmdocs.findings import Finding, warning
from rmdocs.forms.change import Area
from rmdocs.forms.properties import Renames
from rmdocs.forms.telling import Telling
from rmdocs.forms.titles import Titles
from rmdocs.messages import Language, Text, message


def unshown(old: bytes, new: bytes, drawn: bytes) -> tuple[Finding, ...]:
    """Return what differs between two documents and is no tracked change in their redline.

    Word tracks no page sizes, column widths or definitions of styles, and not every
    picture or header can be shown beside what took its place.

    :param drawn: the redline of ``new`` against ``old``.
    """
    told: dict[str, Finding] = {}
    for finding in (*_left(old, drawn), *_lost(drawn, new)):
        told.setdefault(finding.message.text(Language.EN), finding)
    return tuple(told.values())


def _left(old: bytes, drawn: bytes) -> Iterator[Finding]:
    return _findings(Template(old), Template(drawn, reject))


def _lost(drawn: bytes, new: bytes) -> Iterator[Finding]:
    return _findings(Template(drawn), Template(new))


def _findings(before: Template, after: Template) -> Iterator[Finding]:
    nobody = Titles((), {})
    for change in template_changes(before, after, Telling(nobody, nobody, Renames({}))):
        told: Text = change.sentence
        if change.area is Area.LAYOUT:
            told = message("formatting, {place}", place=change.place)
        yield warning(
            "REDLINE-NOT-SHOWN",
            "$",
            message("no tracked change shows this: {what}", what=told),
            message("look at both versions there"),
        )
