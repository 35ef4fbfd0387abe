"""Facts: what an event says besides what all say, typed; JSON begins and ends here.

A kind of event is a frozen dataclass, each field a fact under its own name. The type of
a field says how the fact is spelled in JSON: a date ISO 8601, an identifier as it is
printed, a list for a tuple. What may be missing has the type ``X | None`` and is left
out; only what is marked ``NULL`` is written as null. Facts that a kind does not know are
passed over: a newer rmdocs may have sealed them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import field, fields
from datetime import date
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Self, Union, get_args, get_origin, get_type_hints

from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError
from rmdocs.identifiers import ChangeNumber, DisposalNumber, RecordNumber
from rmdocs.messages import Text, Verbatim

ENCRYPTION = "encryption"
"""The fact that an encrypted record's events have: with which cipher."""

_WRONG = (KeyError, TypeError, ValueError, AttributeError, RmdocsError)
"""What reading a fact of another type may end in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark on a fact: ``CLEAR``, ``CONCEALED`` or ``NULL``."""

    name: str


CLEAR = Mark(name="clear")
"""The fact says nothing of a record's content: its form's own words, numbers, paths and
dates of the act, staff. It stays in clear also where the record is encrypted."""

CONCEALED = Mark(name="concealed")
"""The fact may say something of a record's content, and stands in the notes of an
encrypted record's event; the event of a record in clear always has it."""

NULL = Mark(name="null")
"""What is missing is written as null, not left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """Mark on a text: it matches a regular expression as a whole."""

    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonName:
    """Mark on a fact: what JSON calls it, where that is not the name of its field."""

    name: str


Sha256 = Annotated[str, Spelling(pattern="[0-9a-f]{64}")]
"""A SHA-256 in hexadecimal."""


class FactsError(ValueError):
    """JSON that is not what its kind of event says.

    :param faults: names of the facts that are missing, or not of their type.
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(*faults)
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Facts that belong together; as a field of others they stand among those in JSON."""

    def to_json(self) -> JsonObject:
        """Return the facts as JSON; what is missing is left out."""
        said: JsonObject = {}
        for fact in facts_of(type(self)):
            fact.write(getattr(self, fact.field), said)
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Json]) -> Self:
        """Return the facts that JSON gives; others are passed over.

        :raises FactsError: if a fact is missing, or not of its type.
        """
        faults: list[str] = []
        found = {fact.field: fact.read(said, faults) for fact in facts_of(cls)}
        if faults:
            raise FactsError(tuple(faults))
        return cls(**found)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts(Group):
    """What an event of one kind says.

    ``KIND`` names the kind in events, ``TOLD`` is what a person calls the act. ``ABOUT``
    is what the subject of such an event is, where acts on other things bear the same name.
    """

    KIND: ClassVar[str] = ""
    TOLD: ClassVar[Text] = Verbatim("")
    ABOUT: ClassVar[type[ChangeNumber | DisposalNumber | RecordNumber] | None] = None

    @property
    def kind(self) -> str:
        """Return the name of the kind."""
        return self.KIND

    @property
    def told(self) -> Text:
        """Return what a person calls the act."""
        return self.TOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown(EventFacts):
    """What an event says of a kind that is not known here: of a newer rmdocs, or a stranger.

    :param name: of the kind.
    :param said: its facts as they stand.
    """

    name: str
    said: Mapping[str, Json] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Return the name of the kind."""
        return self.name

    @property
    def told(self) -> Text:
        """Return the name of the kind: nobody knows another."""
        return Verbatim(self.name)

    def to_json(self) -> JsonObject:
        """Return the facts as they stand."""
        return dict(self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(EventFacts):
    """What an event of a known kind says, where it is not what that kind says.

    Nobody acts on it, and ``verify`` tells it.

    :param of: the kind.
    :param faults: names of the facts that are missing, or not of their type.
    :param said: its facts as they stand.
    """

    of: type[EventFacts]
    faults: tuple[str, ...]
    said: Mapping[str, Json]

    @property
    def kind(self) -> str:
        """Return the name of the kind."""
        return self.of.KIND

    @property
    def told(self) -> Text:
        """Return what a person calls the act."""
        return self.of.TOLD

    def to_json(self) -> JsonObject:
        """Return the facts as they stand."""
        return dict(self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """How values of one type are written in JSON, and read."""

    write: Callable[[Any], Json]
    read: Callable[[Json], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """How one field of a kind is written and read.

    :param field: its name.
    :param name: what JSON calls the fact.
    :param types: what it may be: one type, or several plain ones.
    :param pattern: what a text has to match; empty if it may be any.
    :param marks: ``CLEAR``, ``CONCEALED``, ``NULL``.
    :param names: what JSON calls it: several names of a group.
    :param optional: whether it may be left out, or null.
    :param group: the group it holds; None if it is a single fact.
    """

    field: str
    name: str
    names: tuple[str, ...]
    types: tuple[Any, ...]
    pattern: str
    marks: frozenset[Mark]
    optional: bool
    group: type[Group] | None
    written: _Written

    def write(self, value: Any, said: JsonObject) -> None:  # noqa: ANN401 - of the field's type
        """Add the field to what an event says."""
        if self.group is not None:
            said |= {} if value is None else value.to_json()
        elif value is not None:
            said[self.name] = self.written.write(value)
        elif NULL in self.marks:
            said[self.name] = None

    def read(self, said: Mapping[str, Json], faults: list[str]) -> Any:  # noqa: ANN401 - likewise
        """Return the field as an event says it, or note the names of facts that are wrong."""
        if self.optional and self._is_left_out(said):
            return None
        if self.group is not None:
            try:
                return self.group.from_json(said)
            except FactsError as problem:
                faults += problem.faults
                return None
        try:
            found = said[self.name]
            if found is None and NULL in self.marks:
                return None
            value = self.written.read(found)
            exact = value is found or self.written.write(value) == found
        except _WRONG:
            exact = False
        if not exact:
            faults.append(self.name)
            return None
        return value

    def _is_left_out(self, said: Mapping[str, Json]) -> bool:
        if NULL in self.marks or not said.keys().isdisjoint(self.names):
            return False
        return CONCEALED not in self.marks or ENCRYPTION in said


_KNOWN: dict[type[Group], tuple[Fact, ...]] = {}
"""The fields of each kind or group, once they were asked for."""


def facts_of(kind: type[Group]) -> tuple[Fact, ...]:
    """Return how the fields of a kind or group are written and read, in their order."""
    known = _KNOWN.get(kind)
    if known is None:
        hints = get_type_hints(kind, include_extras=True)
        known = _KNOWN[kind] = tuple(_fact(one.name, hints[one.name]) for one in fields(kind))
    return known


def fact_names(kind: type[Group]) -> tuple[str, ...]:
    """Return what JSON calls the facts of a kind or group."""
    return tuple(name for fact in facts_of(kind) for name in fact.names)


def _fact(name: str, hint: object) -> Fact:
    choices, marks = _opened(hint)
    types = tuple(one for one in choices if one is not NoneType)
    pattern = next((mark.pattern for mark in marks if isinstance(mark, Spelling)), "")
    group = types[0] if isinstance(types[0], type) and issubclass(types[0], Group) else None
    called = next((mark.name for mark in marks if isinstance(mark, JsonName)), name)
    return Fact(
        field=name,
        name=called,
        names=(called,) if group is None else fact_names(group),
        types=types,
        pattern=pattern,
        marks=frozenset(mark for mark in marks if isinstance(mark, Mark)),
        optional=NoneType in choices,
        group=group,
        written=_written(types, pattern),
    )


def _opened(hint: object) -> tuple[list[Any], list[object]]:
    """Return the types that a hint allows, and the marks on it."""
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        types, more = _opened(inner)
        return types, [*marks, *more]
    if get_origin(hint) in {Union, UnionType}:
        parts = [_opened(part) for part in get_args(hint)]
        return [one for types, _ in parts for one in types], [one for _, ms in parts for one in ms]
    return [hint], []


_PLAIN = frozenset({str, int, bool})


def _written(types: tuple[Any, ...], pattern: str = "") -> _Written:
    """Return how values of the types are written: of one, or of several plain ones."""
    kind, container = types[0], get_origin(types[0])
    if _PLAIN.issuperset(types):
        return _plain(frozenset(types), re.compile(pattern) if pattern else None)
    if container is not None:
        inner, marks = _opened(get_args(kind)[container is Mapping])
        within = next((mark.pattern for mark in marks if isinstance(mark, Spelling)), "")
        return _several(container, _written(tuple(inner), within))
    if kind is date:
        return _Written(write=date.isoformat, read=date.fromisoformat)
    if issubclass(kind, Enum):
        return _Written(write=lambda value: value.value, read=kind)
    if hasattr(kind, "parse") and not hasattr(kind, "from_json"):  # as a text, not as JSON
        # The records of a volume say the same of form, revision and unit.
        return _Written(write=str, read=lru_cache(maxsize=256)(kind.parse))
    return _Written(write=lambda value: value.to_json(), read=getattr(kind, "from_json", kind))


def _plain(types: frozenset[type], pattern: re.Pattern[str] | None) -> _Written:
    def read(found: Json) -> Json:
        if type(found) not in types or (pattern is not None and not pattern.fullmatch(found)):
            raise TypeError
        return found

    return _Written(write=lambda value: value, read=read)


def _several(container: type, one: _Written) -> _Written:
    """Return how a tuple, or a mapping by names, of what is written as ``one`` is written."""
    if container is tuple:
        return _Written(
            write=lambda values: [one.write(value) for value in values],
            read=lambda found: tuple(one.read(item) for item in found),
        )
    return _Written(
        write=lambda values: {name: one.write(value) for name, value in values.items()},
        read=lambda found: {name: one.read(item) for name, item in found.items()},
    )
