"""Column headings: keys such as ``content.contacts[0].name`` and chains of titles.

A heading leads through the fields of a record to one that takes one cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rmdocs.schemas.fields import Field, Steps, join, split

CONTENT = "content"
SEPARATOR = " › "

_KEY = re.compile(r"[a-z_][a-z0-9_]*(?:\[\d{1,4}\])*(?:\.[a-z_][a-z0-9_]*(?:\[\d{1,4}\])*)*")
_COUNTED = re.compile(r"(.+?)\s*[\[(（【]?(\d{1,4})[\])）】]?")
_TITLE_SEPARATOR = re.compile(r"\s*[›>＞»]\s*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a heading leads: the steps from the record and the field there."""

    steps: Steps
    field: Field


def is_key(heading: str) -> bool:
    """Return whether ``heading`` is written like a key."""
    return _KEY.fullmatch(heading) is not None


def key(steps: Steps) -> str:
    """Return the key of a place: ``content.contacts[0].name``."""
    return join("$", steps).removeprefix("$.")


def by_key(root: Field, heading: str) -> Place | None:
    """Return where a key leads, or None if the record has no such place.

    ``content.`` may be left out.
    """
    if not is_key(heading):
        return None
    given = split(f"$.{heading}") or ()
    for full in (given, (CONTENT, *given)):
        field = root.at(full)
        if field is not None:
            return Place(full, field)
    return None


def by_titles(root: Field, heading: str) -> list[Place]:
    """Return where a chain of titles may lead; more than one is ambiguous.

    An entry of a list is counted from 1: ``联系人 1 › 姓名``. A star that marks
    a required column is ignored.
    """
    segments = tuple(_TITLE_SEPARATOR.split(heading.rstrip("*＊ ").strip()))
    found = list(_descend(root, segments, ()))
    content = root.child(CONTENT)
    if content is not None:
        found += _descend(content, segments, (CONTENT,))
    return found


def _descend(field: Field, segments: tuple[str, ...], place: Steps) -> Iterator[Place]:
    if not segments:
        yield Place(place, field)
        return
    counted = _COUNTED.fullmatch(segments[0])
    for child in field.children:
        if child.title == segments[0]:
            yield from _descend(child, segments[1:], (*place, child.name))
        elif child.item is not None and counted and counted[1] == child.title and int(counted[2]):
            inner = (*place, child.name, int(counted[2]) - 1)
            yield from _descend(child.item, segments[1:], inner)
