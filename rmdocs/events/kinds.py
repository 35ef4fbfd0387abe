"""All kinds of events: an event read as the facts of its kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

from rmdocs.events import control, copies, keys, records
from rmdocs.events.facts import EventFacts, FactsError, Unknown, Unreadable
from rmdocs.identifiers import or_none
from rmdocs.store.event import Event

_Kind = TypeVar("_Kind", bound=EventFacts)


def _kinds() -> Iterator[type[EventFacts]]:
    for module in (records, control, copies, keys):
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, EventFacts) and found.KIND:
                yield found


def _by_name() -> Mapping[str, tuple[type[EventFacts], ...]]:
    found: dict[str, list[type[EventFacts]]] = defaultdict(list)
    for kind in KINDS:
        found[kind.KIND].append(kind)
    return MappingProxyType({name: tuple(kinds) for name, kinds in found.items()})


KINDS: tuple[type[EventFacts], ...] = tuple(_kinds())
"""Every kind of event, acts on records first."""

_BY_NAME = _by_name()


def kind_of(event: Event) -> type[EventFacts] | None:
    """Return the kind of an event: of those that bear its name, the one about its subject.

    None where no kind of that name is known here.
    """
    named = _BY_NAME.get(event.kind, ())
    if len(named) > 1:
        about = [
            one
            for one in named
            if one.ABOUT is not None and or_none(one.ABOUT.parse, event.subject) is not None
        ]
        named = (*about, *(one for one in named if one.ABOUT is None), *named)
    return next(iter(named), None)


def read(event: Event) -> EventFacts:
    """Return what an event says, as its kind does.

    ``Unknown`` where the kind is not known here, ``Unreadable`` where a fact is missing
    or not of its type; both are told by ``verify``, and stop nobody from reading on.
    """
    known = event.said
    if isinstance(known, EventFacts):
        return known
    found = _read(event)
    event.keep(found)
    return found


def _read(event: Event) -> EventFacts:
    kind = kind_of(event)
    if kind is None:
        return Unknown(name=event.kind, said=event.facts)
    try:
        return kind.from_json(event.facts)
    except FactsError as problem:
        return Unreadable(of=kind, faults=problem.faults, said=event.facts)


def read_as(event: Event, kind: type[_Kind]) -> _Kind | None:
    """Return what an event says if it is of a kind, and says what that kind does; else None."""
    found = read(event)
    return found if isinstance(found, kind) else None
