"""What is known of a value before there is a record: its sorts, and what it holds.

Nothing is guessed: a shape without sorts may be anything, one with several may
be any of them. Nothing at all (null) is never a mistake by itself, since most of
a record may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import TypeAlias

from rmdocs.classes import dataclass
from rmdocs.messages import Text, message


class Sort(StrEnum):
    """What a value may be."""

    NOTHING = "nothing"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    SPAN = "span"
    TEXT = "text"  # of which no more is known
    WORDS = "words"  # neither a number nor a day
    NUMERAL = "numeral"  # a number written as a text
    DAY_TEXT = "day text"
    TIME_TEXT = "time text"
    LIST = "list"
    OBJECT = "object"


Sorts = frozenset[Sort]

NUMBERS: Sorts = frozenset({Sort.INTEGER, Sort.NUMBER, Sort.BOOLEAN})
TEXTS: Sorts = frozenset({Sort.TEXT, Sort.WORDS, Sort.NUMERAL, Sort.DAY_TEXT, Sort.TIME_TEXT})
YES_OR_NO: Sorts = frozenset({Sort.BOOLEAN})
DAYS: Sorts = frozenset({Sort.DATE, Sort.DAY_TEXT, Sort.TEXT})
"""What is read as a day: a date, or a text like 2026-03-02."""

AMOUNTS: Sorts = frozenset({Sort.INTEGER, Sort.NUMBER, Sort.NUMERAL, Sort.TEXT})
"""What is read as a number: one, or a text of digits."""

WHOLE: Sorts = frozenset({Sort.INTEGER, Sort.NUMBER})
WORDED: Sorts = TEXTS | WHOLE
"""What is shown in lists."""

VALUES: Sorts = WORDED | {Sort.DATE, Sort.BOOLEAN}
"""What a derived value may be, and what records are told apart by."""

LISTS: Sorts = frozenset({Sort.LIST})
LISTED: Sorts = LISTS | TEXTS
"""What can be gone through: a list, or a text sign by sign."""

SIZED: Sorts = LISTED | {Sort.OBJECT}
PRINTED: Sorts = frozenset({*TEXTS, Sort.INTEGER, Sort.NUMBER, Sort.DATE})
"""What a document can print as it is."""

_GROUPS = (NUMBERS, TEXTS, frozenset({Sort.DATE}), frozenset({Sort.SPAN}), LISTS)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DIGITS = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is known of a value.

    :param sorts: what it may be; None if that is not known.
    :param item: what a list holds, or an object under any key.
    :param names: what an object has, by name; None if it may have anything.
    :param choices: the only texts it may be; empty if it may be any.
    """

    sorts: Sorts | None = None
    item: Shape | None = None
    names: Mapping[str, Shape] | None = field(default=None, hash=False)
    choices: frozenset[str] = frozenset()

    @property
    def known(self) -> Sorts:
        """Return what it may be besides nothing; empty if that is not known."""
        return (self.sorts or frozenset()) - {Sort.NOTHING}

    def unfit(self, wanted: Sorts) -> Sorts:
        """Return what it may be and should not."""
        return self.known - wanted

    def never(self, wanted: Sorts) -> bool:
        """Return whether it is known to be nothing of what is wanted."""
        return bool(self.known) and not self.known & wanted

    def optional(self) -> Shape:
        """Return the same, which may be nothing as well."""
        sorts = None if self.sorts is None else self.sorts | {Sort.NOTHING}
        return replace(self, sorts=sorts)

    def or_else(self, other: Shape) -> Shape:
        """Return what is the one or the other."""
        if self.sorts is None or other.sorts is None:
            return Shape()
        names = None
        if Sort.OBJECT not in self.sorts or Sort.OBJECT not in other.sorts:
            names = self.names if Sort.OBJECT in self.sorts else other.names
        elif self.names is not None and other.names is not None:
            names = {**self.names, **other.names}
        both = self.choices and other.choices
        return Shape(
            sorts=self.sorts | other.sorts,
            item=_either(self.item, other.item),
            names=names,
            choices=self.choices | other.choices if both else frozenset(),
        )


ANY = Shape()
NOTHING = Shape(sorts=frozenset({Sort.NOTHING}))


def of(*sorts: Sort) -> Shape:
    """Return what is one of these."""
    return Shape(sorts=frozenset(sorts))


A_BOOLEAN, AN_INTEGER, A_NUMBER = of(Sort.BOOLEAN), of(Sort.INTEGER), of(Sort.NUMBER)
A_TEXT, SOME_WORDS = of(Sort.TEXT), of(Sort.WORDS)
A_DATE, A_DAY_TEXT = of(Sort.DATE), of(Sort.DAY_TEXT)


def list_of(item: Shape = ANY) -> Shape:
    """Return a list of such items."""
    return Shape(sorts=LISTS, item=item)


def item_of(shape: Shape) -> Shape:
    """Return what going through a value gives."""
    if shape.known and shape.known <= TEXTS:
        return A_TEXT
    return shape.item or ANY if shape.known <= LISTS else ANY


def object_of(names: Mapping[str, Shape] | None, item: Shape | None = None) -> Shape:
    """Return an object with these names, or with anything."""
    return Shape(sorts=frozenset({Sort.OBJECT}), names=names, item=item)


def written(value: object) -> Shape:
    """Return what is known of a value that an expression writes out."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return of(Sort.BOOLEAN)
    if isinstance(value, int):
        return of(Sort.INTEGER)
    if not isinstance(value, str):
        return ANY
    return Shape(sorts=frozenset({_sort_of(value)}), choices=frozenset({value}))


def _sort_of(text: str) -> Sort:
    if _DAY.fullmatch(text):
        return Sort.DAY_TEXT
    if _DIGITS.fullmatch(text):
        return Sort.NUMERAL
    return Sort.WORDS if text else Sort.NOTHING


def of_texts(texts: Iterable[str]) -> Shape:
    """Return what is one of these texts and no other."""
    found = frozenset(texts)
    sorts = frozenset(_sort_of(text) for text in found)
    return Shape(sorts=sorts or None, choices=found)


def comparable(left: Shape, right: Shape) -> bool:
    """Return whether two values may be of one kind, so that comparing them makes sense."""
    if not left.known or not right.known:
        return True
    return any(left.known & group and right.known & group for group in _GROUPS) or (
        Sort.OBJECT in left.known & right.known
    )


_CALLED: Mapping[Sort, Text] = {
    Sort.NOTHING: message("nothing"),
    Sort.BOOLEAN: message("a yes or no"),
    Sort.INTEGER: message("a whole number"),
    Sort.NUMBER: message("a number"),
    Sort.DATE: message("a date"),
    Sort.SPAN: message("a span of days"),
    Sort.TEXT: message("a text"),
    Sort.WORDS: message("a text"),
    Sort.NUMERAL: message("a number written as text"),
    Sort.DAY_TEXT: message("a date written as text"),
    Sort.TIME_TEXT: message("a time written as text"),
    Sort.LIST: message("a list"),
    Sort.OBJECT: message("a group of properties"),
}


def called(sorts: Sorts) -> Text:
    """Return what a person calls what a value is."""
    told = sorts - {Sort.WORDS} if Sort.TEXT in sorts else sorts
    first, *others = [_CALLED[sort] for sort in Sort if sort in told]
    for other in others:
        first = message("{one} or {other}", one=first, other=other)
    return first


def _either(one: Shape | None, other: Shape | None) -> Shape | None:
    if one is None or other is None:
        return one or other
    return one.or_else(other)


Scope: TypeAlias = Mapping[str, Shape]
"""What names there are, and what is known of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One use of a name.

    :param path: dotted path from the surroundings; ``[]`` stands for an item.
    :param line: line of the source the template was parsed from.
    """

    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What stands somewhere: what is known of it, and where it comes from.

    :param paths: the paths it may be; none if it is computed.
    :param maybe: whether it is set under a condition only.
    :param macro: name of the macro that it is; empty if none.
    """

    shape: Shape
    paths: Paths = ()
    maybe: bool = False
    macro: str = ""

    def step(self, step: str, shape: Shape) -> Seen:
        """Return what lies one step below."""
        return Seen(shape=shape, paths=tuple(f"{path}{step}" for path in self.paths))


def either(first: Seen, other: Seen) -> Seen:
    """Return what is known where one or the other stands."""
    return Seen(shape=first.shape.or_else(other.shape), paths=(*first.paths, *other.paths))


Paths: TypeAlias = tuple[str, ...]
"""The dotted paths that something may stand at."""
