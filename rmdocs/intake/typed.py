"""A record as somebody types it into a page or a terminal: a text for each field.

Texts are known by key, such as ``content.contacts[0].name``; an entry of a list is there
where anything is known of it, if only ``content.contacts[0]?``. What a text means is what
it would mean in the cell of a sheet: the same readings, the same findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.findings import Finding
from rmdocs.intake import cells, headings
from rmdocs.intake.building import Part, build
from rmdocs.intake.cells import NO, YES, CellReading
from rmdocs.intake.formats import plain
from rmdocs.intake.interpreting import interpret
from rmdocs.schemas.fields import Field, Steps, join, split
from rmdocs.schemas.schema import label

Typed: TypeAlias = Mapping[str, str]
"""What was typed, by key."""

WHETHER = "?"
"""Ends the key of a part of which only is said that it is there."""

_ENTRY = "["

_Inside: TypeAlias = dict[str | int, "_Inside"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What typed texts mean.

    :param value: the record; what cannot be read stands there as it was typed.
    :param findings: of the texts, each at its path in ``value``.
    :param unread: the paths of texts that cannot be read.
    """

    value: JsonObject
    findings: tuple[Finding, ...]
    unread: frozenset[str]
    _root: Field
    _places: Mapping[Steps, Steps]

    def placed(self, finding: Finding) -> tuple[str, Finding]:
        """Return the key of what a finding of the value is about, and the finding.

        A part that nobody can type in is that of what is around it; empty is the whole. An
        entry is counted as it was typed, among those that are empty.
        """
        steps = split(finding.path) or ()
        length = next(n for n in range(len(steps), -1, -1) if steps[:n] in self._places)
        typed = (*self._places[steps[:length]], *steps[length:])
        if typed != steps:
            finding = replace(finding, label=label_at(self._root, typed))
        known = _known(self._root, typed)
        return headings.key(known) if known else "", finding


def understand(root: Field, typed: Typed) -> Understood:
    """Return the value that was typed.

    :param root: what may be typed.
    """
    tree = Part(field=root, steps=())
    _grow(tree, _inside(typed))

    def read(part: Part) -> CellReading:
        return interpret(typed.get(headings.key(part.steps)), part.field, optional=part.optional)

    built = build(tree, read)
    places: dict[Steps, Steps] = {(): ()}
    for at, (part, _) in built.read.items():
        places |= {at[:length]: part.steps[:length] for length in range(1, len(at) + 1)}
    findings = (
        replace(one, path=join("$", at), label=label_at(root, at))
        for at, (_, said) in built.read.items()
        for one in said.findings
    )
    return Understood(
        value=built.value,
        findings=tuple(findings),
        unread=built.unread,
        _root=root,
        _places=places,
    )


def label_at(root: Field, steps: Steps) -> str:
    """Return what a person calls a place of a record: 客户方人员(第1项) › 姓名."""
    content = root.child(headings.CONTENT)
    if content is not None and not content.title and steps[:1] == (headings.CONTENT,):
        return label(content, steps[1:])
    return label(root, steps)


def _known(root: Field, steps: Steps) -> Steps:
    """Return how far steps lead through what can be typed."""
    field: Field = root
    for count, name in enumerate(steps):
        inner = field.at((name,)) if field.is_group else None
        if inner is None:
            return steps[:count]
        field = inner
    return steps


def _grow(part: Part, inside: _Inside) -> None:
    """Let everything grow that can be typed; of a list the entries there are."""
    field = part.field
    if not field.is_group:
        return
    if field.item is not None:
        names: list[str | int] = sorted(one for one in inside if isinstance(one, int))
    else:
        names = [child.name for child in field.children]
    for name in names:
        _grow(part.grow((name,)), inside.get(name, {}))


def _inside(typed: Typed) -> _Inside:
    """Return what is known of, part in part."""
    tree: _Inside = {}
    for key in typed:
        inner = tree
        for name in split(f"$.{key.removesuffix(WHETHER)}") or ():
            inner = inner.setdefault(name, {})
    return tree


def entries_of(typed: Typed, key: str) -> list[int]:
    """Return which entries of a list there are, by what is known of them."""
    start = f"{key}["
    found = {name[len(start) :].partition("]")[0] for name in typed if name.startswith(start)}
    return sorted(int(one) for one in found if one.isascii() and one.isdecimal())


def with_entry(typed: Typed, key: str) -> dict[str, str]:
    """Return the texts with another, empty entry at the end of a list."""
    index = max(entries_of(typed, key), default=-1) + 1
    return {**typed, f"{key}[{index}]{WHETHER}": YES}


def without(typed: Typed, key: str) -> dict[str, str]:
    """Return the texts without a part, such as an entry of a list; the others keep their keys."""
    return {name: text for name, text in typed.items() if not _lies_in(name, key)}


def taken(typed: Typed, offered: Typed, key: str) -> dict[str, str]:
    """Return the texts with those that are offered for a part, where nothing is typed.

    A list is taken whole, or not at all.

    :param key: of the part; empty for all of the record.
    """
    filled = filled_parts(typed)
    new = {
        name: text
        for name, text in offered.items()
        if (not key or _lies_in(name, key)) and name.partition(_ENTRY)[0] not in filled
    }
    for listed in {name.partition(_ENTRY)[0] for name in new if _ENTRY in name}:
        typed = without(typed, listed)
    return {**typed, **new}


def filled_parts(typed: Typed) -> set[str]:
    """Return the keys of all fields, groups and lists in which anything is typed."""
    return {
        name[:at]
        for name, text in typed.items()
        if text.strip() and not name.endswith(WHETHER)
        for at in (*(at for at, sign in enumerate(name) if sign in ".["), len(name))
    }


def _lies_in(name: str, key: str) -> bool:
    return name.startswith(key) and name[len(key) : len(key) + 1] in {"", ".", "[", WHETHER}


def write(root: Field, value: Json) -> dict[str, str]:
    """Return the texts that are understood as ``value``; nothing is known of what is null.

    :param value: what ``root`` holds, such as a record.
    """
    return dict(_texts(root, value, ()))


def _texts(field: Field, value: Json, steps: Steps) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if not field.is_group:
        yield headings.key(steps), _text(field, value)
    elif field.item is not None and isinstance(value, list):
        for index, entry in enumerate(value):
            place = (*steps, index)
            yield headings.key(place) + WHETHER, YES
            yield from _texts(field.item, entry, place)
    elif isinstance(value, dict):
        for child in field.children:
            yield from _texts(child, value.get(child.name), (*steps, child.name))


def _text(field: Field, value: Json) -> str:
    if isinstance(value, list):
        parts = [_text(field.item or field, entry) for entry in value]
        text = "\n".join(parts)
        # A line of its own ends with a line break.
        return text if cells.entries(text) == parts else f"{text}\n"
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float):
        return plain(Decimal(repr(value)))
    return str(value)
