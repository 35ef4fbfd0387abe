"""What each function, filter and test takes and gives.

How many values one takes is read from the function itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from rmdocs.language.sandbox import readable, sandbox
from rmdocs.language.shapes import (
    AMOUNTS,
    ANY,
    DAYS,
    LISTS,
    NUMBERS,
    TEXTS,
    Shape,
    Sort,
    Sorts,
    list_of,
    of,
)

Giving: TypeAlias = Callable[[Sequence[Shape]], Shape]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a function takes and gives; a filter's first value is what it is applied to.

    :param takes: what each value may be, in order; None if anything.
    :param gives: what comes out, or how to tell from what went in.
    """

    takes: tuple[Sorts | None, ...] = ()
    gives: Shape | Giving = ANY

    def result(self, given: Sequence[Shape]) -> Shape:
        """Return what comes out when ``given`` goes in."""
        return self.gives if isinstance(self.gives, Shape) else self.gives(given)


def _same(given: Sequence[Shape]) -> Shape:
    return given[0]


def _items_of(given: Sequence[Shape]) -> Shape:
    """Return a list of what goes in, item by item."""
    return list_of(item_of(given[0]))


def _one_item(given: Sequence[Shape]) -> Shape:
    return item_of(given[0])


def _without_nothing(given: Sequence[Shape]) -> Shape:
    """Return what goes in, or what stands for it where it is missing."""
    other = given[1] if len(given) > 1 else _TEXT
    return given[0].or_else(other)


def item_of(shape: Shape) -> Shape:
    """Return what going through a value gives."""
    if shape.known and shape.known <= TEXTS:
        return of(Sort.TEXT)
    return shape.item or ANY if shape.known <= LISTS else ANY


_BOOLEAN, _INTEGER, _NUMBER = of(Sort.BOOLEAN), of(Sort.INTEGER), of(Sort.NUMBER)
_TEXT, _WORDS, _DATE = of(Sort.TEXT), of(Sort.WORDS), of(Sort.DATE)
_LISTED: Sorts = LISTS | TEXTS
_SIZED: Sorts = _LISTED | {Sort.OBJECT}
_WORDED: Sorts = TEXTS | AMOUNTS | {Sort.DATE}
_TEXTUAL = Signature(takes=(TEXTS,), gives=_TEXT)

FILTER_SIGNATURES: Mapping[str, Signature] = {
    "decimal": Signature(takes=(AMOUNTS,), gives=_NUMBER),
    "float": Signature(takes=(AMOUNTS,), gives=_NUMBER),
    "int": Signature(takes=(NUMBERS | TEXTS,), gives=_INTEGER),
    "round": Signature(takes=(AMOUNTS,), gives=_NUMBER),
    "abs": Signature(takes=(NUMBERS,), gives=_NUMBER),
    "money": Signature(takes=(AMOUNTS,), gives=_WORDS),
    "wan": Signature(takes=(AMOUNTS,), gives=_WORDS),
    "percent": Signature(takes=(AMOUNTS,), gives=_WORDS),
    "rmb_words": Signature(takes=(AMOUNTS, TEXTS), gives=_WORDS),
    "copies_words": Signature(takes=(AMOUNTS,), gives=_WORDS),
    "currency_name": Signature(takes=(TEXTS,), gives=_WORDS),
    "currency_symbol": Signature(takes=(TEXTS,), gives=_WORDS),
    "as_date": Signature(takes=(DAYS,), gives=_DATE),
    "cn_date": Signature(takes=(DAYS,), gives=_WORDS),
    "date": Signature(takes=(DAYS,), gives=of(Sort.DAY_TEXT)),
    "checked": Signature(gives=_WORDS),
    "pick": Signature(takes=(LISTS,), gives=_WORDS),
    "choices": Signature(takes=(LISTS,), gives=_WORDS),
    "filled": Signature(takes=(_WORDED,), gives=_WORDS),
    "struck": Signature(takes=(_WORDED,), gives=_WORDS),
    "masked": Signature(takes=(_WORDED,), gives=_WORDS),
    "masked_name": Signature(takes=(TEXTS,), gives=_WORDS),
    "or_slash": Signature(gives=_same),
    "or_none_cn": Signature(gives=_same),
    "join_cn": Signature(takes=(LISTS,), gives=_TEXT),
    "quarter_cn": Signature(takes=(AMOUNTS,), gives=_WORDS),
    "yesno_cn": Signature(takes=(frozenset({Sort.BOOLEAN}),), gives=_WORDS),
    "folded": Signature(gives=_same),
    "folded_number": Signature(gives=_same),
    "unique": Signature(takes=(LISTS,), gives=_items_of),
    "list": Signature(takes=(_SIZED,), gives=_items_of),
    "sort": Signature(takes=(_LISTED,), gives=_items_of),
    "reverse": Signature(takes=(_LISTED,), gives=_same),
    "select": Signature(takes=(_LISTED,), gives=_items_of),
    "reject": Signature(takes=(_LISTED,), gives=_items_of),
    "selectattr": Signature(takes=(LISTS,), gives=_items_of),
    "rejectattr": Signature(takes=(LISTS,), gives=_items_of),
    "first": Signature(takes=(_LISTED,), gives=_one_item),
    "last": Signature(takes=(_LISTED,), gives=_one_item),
    "max": Signature(takes=(_LISTED,), gives=_one_item),
    "min": Signature(takes=(_LISTED,), gives=_one_item),
    "length": Signature(takes=(_SIZED,), gives=_INTEGER),
    "count": Signature(takes=(_SIZED,), gives=_INTEGER),
    "sum": Signature(takes=(LISTS,), gives=ANY),
    "join": Signature(takes=(_LISTED,), gives=_TEXT),
    "batch": Signature(takes=(_LISTED,), gives=lambda given: list_of(_items_of(given))),
    "groupby": Signature(takes=(LISTS,), gives=list_of()),
    "items": Signature(takes=(frozenset({Sort.OBJECT}),), gives=list_of()),
    "default": Signature(gives=_without_nothing),
    "d": Signature(gives=_without_nothing),
    "string": Signature(takes=(_WORDED,), gives=_TEXT),
    "replace": Signature(takes=(TEXTS, TEXTS, TEXTS), gives=_TEXT),
    "wordcount": Signature(takes=(TEXTS,), gives=_INTEGER),
    **dict.fromkeys(("lower", "upper", "capitalize", "title", "trim"), _TEXTUAL),
    **dict.fromkeys(("e", "escape"), Signature(gives=_same)),
}

FUNCTION_SIGNATURES: Mapping[str, Signature] = {
    "is_uscc": Signature(takes=(TEXTS,), gives=_BOOLEAN),
    "uscc_org_check": Signature(takes=(TEXTS,), gives=_BOOLEAN),
    "is_phone": Signature(takes=(TEXTS,), gives=_BOOLEAN),
    "is_mobile": Signature(takes=(TEXTS,), gives=_BOOLEAN),
    "is_postcode": Signature(takes=(TEXTS,), gives=_BOOLEAN),
    "days_between": Signature(takes=(DAYS, DAYS), gives=_INTEGER),
    "working_days_between": Signature(takes=(DAYS, DAYS, LISTS), gives=_INTEGER),
    "next_working_day": Signature(takes=(DAYS, LISTS), gives=_DATE),
    "months_before": Signature(takes=(DAYS, AMOUNTS), gives=_DATE),
    "days_before": Signature(takes=(DAYS, AMOUNTS), gives=_DATE),
    "term_class": Signature(takes=(DAYS, DAYS), gives=_WORDS),
    "interest": Signature(takes=(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS), gives=_NUMBER),
    "round_half_up": Signature(takes=(AMOUNTS, frozenset({Sort.INTEGER})), gives=_NUMBER),
    "range": Signature(takes=(frozenset({Sort.INTEGER}),) * 3, gives=list_of(_INTEGER)),
    "namespace": Signature(),
}

OF_A_DATE = frozenset({"year", "month", "day"})
TEXT_METHODS, DATE_METHODS = readable(str), readable(date) - OF_A_DATE

METHOD_SIGNATURES: Mapping[str, Shape] = {
    **dict.fromkeys(("count", "find", "weekday", "isoweekday"), _INTEGER),
    **dict.fromkeys(
        [
            *("endswith", "startswith", "isalpha", "isascii", "isdecimal", "isdigit"),
            *("islower", "isupper"),
        ],
        _BOOLEAN,
    ),
    **dict.fromkeys(("partition", "rpartition", "rsplit", "split", "splitlines"), list_of(_TEXT)),
    "isoformat": of(Sort.DAY_TEXT),
}
"""What the methods of texts and dates give; the others give texts."""


@cache
def _callables(kind: str) -> Mapping[str, Any]:
    environment = sandbox(autoescape=False)
    found: Mapping[str, Any] = getattr(environment, kind)
    return found


def names_of(kind: str) -> list[str]:
    """Return the names of the ``filters``, ``tests`` or functions (``globals``) there are."""
    return sorted(name for name in _callables(kind) if not name.startswith("#"))


def is_called_rightly(kind: str, name: str, given: int, named: Sequence[str]) -> bool:
    """Return whether one takes so many values, and values of these names.

    :param given: how many come without a name; a filter's or test's own is one of them.
    """
    function = _callables(kind)[name]
    try:
        signature = inspect.signature(function)
    except ValueError:  # built in, without one
        return True
    # What Jinja passes by itself comes first; what counts it passes on what it is given.
    inner = inspect.unwrap(function)
    passed = 1 if hasattr(inner, "jinja_pass_arg") else 0
    try:
        signature.bind(*[None] * (given + passed), **dict.fromkeys(named))
    except TypeError:
        return False
    return True
