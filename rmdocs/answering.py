"""Answers: what a use case returns, as JSON for another program.

An answer is a frozen dataclass that says what is told of it. How a value is spelled follows
from its type: a day or a time as ISO 8601, an identifier as it is printed, a word that data
uses by its code, a sentence in the reader's language, several as a list; null is what there
is none of. docs/api.md tells of all of them, by their docstrings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, ClassVar

from rmdocs.messages import Bilingual, Joined, Language, Message, Verbatim

IF_ANY: Mapping[str, Any] = MappingProxyType({"if_any": True})
"""Metadata of a field that JSON leaves out where there is nothing in it."""

AMONG: Mapping[str, Any] = MappingProxyType({"among": True})
"""Metadata of an answer within another: its members stand among those of the other."""

_TEXTS = (Bilingual, Joined, Message, Verbatim)
_PLAIN = (str, int, dict, type(None))


def called(name: str) -> Mapping[str, Any]:
    """Return the metadata of a field that JSON calls by another name."""
    return MappingProxyType({"name": name})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerMember:
    """A field or property of an answer, as a member of a JSON object.

    :param attribute: its name in the class. :param name: what JSON calls it.
    :param if_any: whether it is left out where there is nothing in it.
    :param among: whether its own members stand in its place.
    """

    attribute: str
    name: str
    if_any: bool
    among: bool


class Answer:
    """What is told as JSON; a dataclass derives from it.

    ``TOLD`` names the fields and properties that are told, in their order; all fields
    unless it is given.
    """

    __slots__ = ()
    TOLD: ClassVar[tuple[str, ...]] = ()

    def to_json(self, language: Language) -> dict[str, Any]:
        """Return the answer as JSON, sentences in ``language``."""
        told: dict[str, Any] = {}
        for member in members(type(self)):
            value = _spelled(getattr(self, member.attribute), language)
            if member.among:
                told |= value
            elif value or not member.if_any:
                told[member.name] = value
        return told


def members(kind: type[Any]) -> Iterator[AnswerMember]:
    """Yield what is told of a dataclass, in its order."""
    marks = {one.name: one.metadata for one in fields(kind)}
    for attribute in getattr(kind, "TOLD", ()) or marks:
        mark: Mapping[str, Any] = marks.get(attribute, {})
        yield AnswerMember(
            attribute=attribute,
            name=mark.get("name", attribute),
            if_any="if_any" in mark,
            among="among" in mark,
        )


def _spelled(value: Any, language: Language) -> Any:  # noqa: ANN401 - of any type told above
    if isinstance(value, Answer):
        return value.to_json(language)
    if isinstance(value, _TEXTS):
        return value.text(language)
    if isinstance(value, (tuple, list)):
        return [_spelled(one, language) for one in value]
    return _wordless(value)


def _wordless(value: Any) -> Any:  # noqa: ANN401 - likewise
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PurePath) or hasattr(value, "parse"):
        return str(value)
    return value.to_json()
