"""Answers: what a use case returns, as JSON for another program.

An answer is a frozen dataclass that says what is told of it; what keeps more than it tells has
a property ``answer``. How a value is spelled follows from its type: a day or a time as ISO 8601,
an identifier as it is printed, a word that data uses by its code, a sentence in the reader's
language, several as a list; null is what there is none of. docs/api.md tells of all of them, by
their docstrings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar

from rmdocs.classes import dataclass
from rmdocs.messages import AtTerminal, Bilingual, Joined, Language, Message, Verbatim

IF_ANY: Mapping[str, Any] = MappingProxyType({"if_any": True})
"""Metadata of a field that JSON leaves out where there is nothing in it."""

AMONG: Mapping[str, Any] = MappingProxyType({"among": True})
"""Metadata of a field with an answer, or a mapping: what it says stands among the rest."""

_TEXTS = (AtTerminal, Bilingual, Joined, Message, Verbatim)
_PLAIN = (str, int, type(None))


def called(name: str) -> Mapping[str, Any]:
    """Return the metadata of a field that JSON calls by another name."""
    return MappingProxyType({"name": name})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerMember:
    """A field or property of an answer, as a member of a JSON object.

    :param attribute: its name in the class. :param name: what JSON calls it.
    :param if_any: whether it is left out where there is nothing in it.
    :param among: whether what it says stands in its place.
    """

    attribute: str
    name: str
    if_any: bool
    among: bool


class Answer:
    """What is told as JSON: a dataclass derives from it.

    ``TOLD`` names the fields and properties that are told, in their order; all fields
    unless it is given.
    """

    __slots__ = ()
    TOLD: ClassVar[tuple[str, ...]] = ()

    def to_json(self, language: Language) -> dict[str, Any]:
        """Return the answer as JSON, sentences in ``language``."""
        return _told(self, language)


class WordlessAnswer:
    """What is told as JSON without any sentence; otherwise like :class:`Answer`."""

    __slots__ = ()
    TOLD: ClassVar[tuple[str, ...]] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the answer as JSON."""
        return _told(self, None)


def members(kind: type[Any]) -> tuple[AnswerMember, ...]:
    """Return what is told of a dataclass, in its order."""
    if kind not in _MEMBERS:
        _MEMBERS[kind] = _members(kind)
    return _MEMBERS[kind]


_MEMBERS: dict[type[Any], tuple[AnswerMember, ...]] = {}


def _members(kind: type[Any]) -> tuple[AnswerMember, ...]:
    marks: Mapping[str, Mapping[str, Any]] = {one.name: one.metadata for one in fields(kind)}
    return tuple(
        AnswerMember(
            attribute=attribute,
            name=marks.get(attribute, {}).get("name", attribute),
            if_any="if_any" in marks.get(attribute, {}),
            among="among" in marks.get(attribute, {}),
        )
        for attribute in getattr(kind, "TOLD", ()) or marks
    )


def _told(answer: object, language: Language | None) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for member in members(type(answer)):
        value = _spelled(getattr(answer, member.attribute), language)
        if member.among:
            told |= value
        elif value or not member.if_any:
            told[member.name] = value
    return told


def _spelled(value: object, language: Language | None) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, (tuple, list, frozenset)):
        several = sorted(value) if isinstance(value, frozenset) else value
        return [_spelled(one, language) for one in several]
    value = getattr(value, "answer", value)
    if isinstance(value, (Answer, *_TEXTS)):
        if language is None:
            raise TypeError(value)
        return value.to_json(language) if isinstance(value, Answer) else value.text(language)
    if isinstance(value, Mapping):
        return dict(value)
    return _wordless(value)


def _wordless(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return value.to_json() if hasattr(value, "to_json") else str(value)
