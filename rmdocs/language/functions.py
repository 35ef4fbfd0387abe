"""What is to be known of each function, filter and test: one entry each.

An entry stands below what it calls, in ``numbers``, ``money``, ``dates``, ``texts`` and
``choices``; those of Jinja's own that are kept stand in ``jinja``. ``sandbox`` gathers
them. What may be called, with how many values and of which kinds, what comes out, and
how it is told in words and in the authoring guides is asked of the entry and told nowhere
else.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from rmdocs.classes import dataclass
from rmdocs.language.shapes import (
    A_BOOLEAN,
    A_DAY_TEXT,
    A_TEXT,
    AN_INTEGER,
    ANY,
    Shape,
    Sorts,
    item_of,
    list_of,
)
from rmdocs.messages import Text, Verbatim

UNSAID: Text = Verbatim("")
"""What is said of a filter that only writes a value."""

Giving: TypeAlias = Callable[[Sequence[Shape]], Shape]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """A function, filter or test; the first value of the latter two stands before them.

    :param does: what it gives, for the tables of the guides.
    :param example: an expression, and what it gives as a document prints it.
    :param also: further names of the same.
    :param call: what runs; Jinja's own of this name if None.
    :param takes: what each value may be, in order; None if anything.
    :param gives: what comes out, or how to tell from what went in.
    :param says: what is said of it where an expression is told in words; its name if None.
    :param item_name: which of its further values names a property of the items.
    :param item_test: which of them names a test of the items.
    :param in_branches: whether it may ask for what is set under a condition only.
    :param makes_runs: whether it gives runs of WordprocessingML, for ``{{r …}}`` alone.
    :param by_calendar: whether it goes by the store's working days, ``calendar``.
    :param goes_through: whether a test looks at all of its values, so that its steps count.
        Those of filters and functions always do.
    """

    name: str
    does: Text
    example: tuple[str, str]
    also: tuple[str, ...] = ()
    call: Callable[..., Any] | None = None
    takes: tuple[Sorts | None, ...] = ()
    gives: Shape | Giving = ANY
    says: Text | None = None
    item_name: int | None = None
    item_test: int | None = None
    in_branches: bool = False
    makes_runs: bool = False
    by_calendar: bool = False
    goes_through: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name it goes by."""
        return self.name, *self.also

    @property
    def function(self) -> Callable[..., Any]:
        """Return what runs."""
        return self.call or _OF_JINJA[type(self)][self.name]

    def result(self, given: Sequence[Shape]) -> Shape:
        """Return what comes out when ``given`` goes in."""
        return self.gives if isinstance(self.gives, Shape) else self.gives(given)

    def parameters(self) -> tuple[inspect.Parameter, ...] | None:
        """Return what an expression may give it, as it is declared; None if it does not say."""
        return _parameters(self.function)

    def takes_so_many(self, given: int, named: Sequence[str]) -> bool:
        """Return whether it takes so many values, and values of these names.

        :param given: how many come without a name; a filter's or test's own is one of them.
        """
        parameters = self.parameters()
        if parameters is None:
            return True
        try:
            inspect.Signature(parameters).bind(*[None] * given, **dict.fromkeys(named))
        except TypeError:
            return False
        return True


class Function(Entry):
    """Called as ``name(value)``."""

    __slots__ = ()


class Filter(Entry):
    """Called as ``value|name``."""

    __slots__ = ()


class Test(Entry):
    """Asked as ``value is name``."""

    __slots__ = ()


_OF_JINJA: Mapping[type[Entry], Mapping[str, Any]] = {Filter: FILTERS, Test: TESTS}


@cache
def _parameters(function: Callable[..., Any]) -> tuple[inspect.Parameter, ...] | None:
    try:
        found = inspect.signature(function).parameters.values()
    except ValueError:  # built in, without one
        return None
    # What Jinja passes by itself comes first, what the sandbox passes has a name.
    passed = hasattr(inspect.unwrap(function), "jinja_pass_arg")
    return tuple(one for one in found if one.kind is not one.KEYWORD_ONLY)[passed:]


def same_value(given: Sequence[Shape]) -> Shape:
    """Return what goes in."""
    return given[0]


def same_items(given: Sequence[Shape]) -> Shape:
    """Return a list of what goes in, item by item."""
    return list_of(item_of(given[0]))


def one_item(given: Sequence[Shape]) -> Shape:
    """Return an item of what goes in."""
    return item_of(given[0])


def rows_of_items(given: Sequence[Shape]) -> Shape:
    """Return a list of lists of what goes in."""
    return list_of(same_items(given))


def value_or_other(given: Sequence[Shape]) -> Shape:
    """Return what goes in, or what stands for it where it is missing."""
    return given[0].or_else(given[1] if len(given) > 1 else A_TEXT)


FOLLOWING: Mapping[Shape | Giving, str] = {
    same_value: "",
    same_items: "",
    value_or_other: "",
    one_item: "[]",
}
"""How the path of the first value goes on where what comes out is still of the record."""

_A_LIST_OF_TEXTS = list_of(A_TEXT)
OF_A_DATE: Mapping[str, Shape] = {"year": AN_INTEGER, "month": AN_INTEGER, "day": AN_INTEGER}
OF_A_SPAN: Mapping[str, Shape] = {"days": AN_INTEGER}
DATE_METHODS: Mapping[str, Shape] = {
    "isoformat": A_DAY_TEXT,
    "isoweekday": AN_INTEGER,
    "weekday": AN_INTEGER,
}
TEXT_METHODS: Mapping[str, Shape] = {
    **dict.fromkeys(("count", "find"), AN_INTEGER),
    **dict.fromkeys(("endswith", "startswith", "isalpha", "isascii"), A_BOOLEAN),
    **dict.fromkeys(("isdecimal", "isdigit", "islower", "isupper"), A_BOOLEAN),
    **dict.fromkeys(("partition", "rpartition", "rsplit"), _A_LIST_OF_TEXTS),
    **dict.fromkeys(("split", "splitlines"), _A_LIST_OF_TEXTS),
    **dict.fromkeys(("lower", "upper", "strip", "lstrip", "rstrip"), A_TEXT),
    **dict.fromkeys(("removeprefix", "removesuffix"), A_TEXT),
}
"""What may be read of a date, a span of days and a text, as ``value.name``, and what it gives."""
