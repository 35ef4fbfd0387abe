"""The one sandbox in which rules and templates run, and what they may call in it.

Names are data: an attribute of an object of the record is its item and never
a method, an undefined name is an error, and nothing reaches Python behind the
values. Only what is listed here can be called.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from types import BuiltinMethodType, FunctionType, MappingProxyType, MethodType
from typing import Any, ClassVar

from jinja2 import StrictUndefined, Undefined, nodes, pass_context
from jinja2.filters import do_batch
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from markupsafe import Markup

from rmdocs.language import choices, dates, money, numbers, texts
from rmdocs.language.bounds import (
    INTERCEPTED,
    Counted,
    ExactLiterals,
    bounded,
    calling,
    compute,
    count_filters,
    weight,
)
from rmdocs.language.dates import WEEK, WorkingDays
from rmdocs.language.numbers import UnfitValueError, decimal, shown, written
from rmdocs.messages import message

FILTERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "decimal": numbers.decimal,
        "money": numbers.money,
        "wan": numbers.plain,
        "percent": numbers.percent,
        "round": numbers.rounded,
        "rmb_words": money.rmb_words,
        "copies_words": money.copies_words,
        "currency_name": money.currency_name,
        "currency_symbol": money.currency_symbol,
        "as_date": dates.as_date,
        "cn_date": dates.cn_date,
        "date": dates.iso_date,
        "checked": choices.checked,
        "pick": choices.pick,
        "choices": choices.choices,
        "filled": choices.filled,
        "struck": choices.struck,
        "masked": texts.masked,
        "masked_name": texts.masked_name,
        "or_slash": texts.or_slash,
        "or_none_cn": texts.or_none_cn,
        "join_cn": texts.join_cn,
        "quarter_cn": texts.quarter_cn,
        "yesno_cn": texts.yesno_cn,
        "unique": texts.unique,
        "folded": texts.folded,
        "folded_number": texts.folded_number,
    }
)
"""Called as ``value|name``. ``choices``, ``filled`` and ``struck`` need ``{{r … }}``."""

FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "is_uscc": texts.is_uscc,
        "uscc_org_check": texts.uscc_org_check,
        "is_phone": texts.is_phone,
        "is_mobile": texts.is_mobile,
        "is_postcode": texts.is_postcode,
        "days_between": dates.days_between,
        "working_days_between": dates.working_days_between,
        "next_working_day": dates.next_working_day,
        "months_before": dates.months_before,
        "days_before": dates.days_before,
        "term_class": money.term_class,
        "interest": money.interest,
        "round_half_up": numbers.round_half_up,
    }
)
"""Called as ``name(value)``."""


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LONGEST_RANGE = 1_000
_LONGEST_TEXT = 100_000
_KEPT_FILTERS = frozenset(
    [
        "abs",
        "capitalize",
        "count",
        "d",
        "default",
        "e",
        "escape",
        "first",
        "groupby",
        "int",
        "items",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "reverse",
        "select",
        "selectattr",
        "sort",
        "string",
        "sum",
        "title",
        "trim",
        "upper",
        "wordcount",
    ]
)
_READABLE: tuple[tuple[type, frozenset[str]], ...] = (
    (
        str,
        frozenset(
            [
                "count",
                "endswith",
                "find",
                "isalpha",
                "isascii",
                "isdecimal",
                "isdigit",
                "islower",
                "isupper",
                "lower",
                "lstrip",
                "partition",
                "removeprefix",
                "removesuffix",
                "rpartition",
                "rsplit",
                "rstrip",
                "split",
                "splitlines",
                "startswith",
                "strip",
                "upper",
            ]
        ),
    ),
    (date, frozenset({"year", "month", "day", "isoformat", "weekday", "isoweekday"})),
    (timedelta, frozenset({"days"})),
)


class _Missing(StrictUndefined):
    """A name that does not exist; says so in the words of a form, not of Python."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        hint = self._undefined_hint
        return hint or f"there is no {self._undefined_name!r} here"


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's immutable sandbox, narrowed to data and listed functions."""

    intercepted_binops = INTERCEPTED
    context_class = Counted
    functions: ClassVar[frozenset[object]] = frozenset()

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - Jinja's signature
        """Return an item of a mapping by its name, or a harmless attribute."""
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if _may_read(obj, attribute):
            return super().getattr(obj, attribute)
        if hasattr(type(obj), attribute):
            return self.unsafe_undefined(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 - Jinja's signature
        """Return an item; of what has none, a harmless attribute."""
        if isinstance(obj, Undefined):
            return super().getitem(obj, argument)
        try:
            return obj[argument]
        except (TypeError, LookupError):
            if isinstance(argument, str) and not isinstance(obj, Mapping):
                return self.getattr(obj, argument)
        return self.undefined(obj=obj, name=argument)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401 - Jinja's signature
        """Return whether ``obj`` is a listed function, or a method that may be read."""
        if isinstance(obj, (Undefined, Macro, LoopContext)):
            return True
        if isinstance(obj, FunctionType):
            return obj in self.functions
        if isinstance(obj, MethodType):
            return isinstance(obj.__self__, LoopContext)
        if isinstance(obj, BuiltinMethodType):
            return _may_read(obj.__self__, obj.__name__)
        return obj is Namespace

    def call(
        self,
        context: Context,
        function: Any,  # noqa: ANN401 - whatever a template calls
        /,
        *args: Any,  # noqa: ANN401 - Jinja's signature
        **kwargs: Any,  # noqa: ANN401 - Jinja's signature
    ) -> Any:  # noqa: ANN401 - whatever it gives
        """Return what a call gives, once it is counted."""
        calling(context, function, (*args, *kwargs.values()))
        found = super().call(context, function, *args, **kwargs)
        if isinstance(context, Counted):
            context.spend(weight(found))
        return found

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 - Jinja's signature
    ) -> str:
        # An expression's tree is made by hand, and its nodes know no environment yet.
        source.set_environment(self)
        return super()._generate(bounded(source), name, filename, defer_init)

    def call_binop(
        self,
        context: Context,
        operator: str,
        left: Any,  # noqa: ANN401 - whatever a template holds
        right: Any,  # noqa: ANN401 - whatever a template holds
    ) -> Any:  # noqa: ANN401 - whatever a template holds
        """Return ``left operator right``, exactly, unless it would fill the memory."""
        found = compute(operator, left, right, self.binop_table[operator])
        if isinstance(context, Counted):
            context.spend(1 + weight(found))
        return found


def readable(kind: type) -> frozenset[str]:
    """Return which attributes and methods of such values may be used."""
    return dict(_READABLE)[kind]


def _may_read(obj: object, attribute: str) -> bool:
    if attribute.startswith("_"):
        return False
    if isinstance(obj, (Undefined, LoopContext, Namespace)):
        return True
    for kind, names in _READABLE:
        if isinstance(obj, kind):
            return attribute in names
    # What a dataclass or a named tuple (a group of ``groupby``) holds.
    kind = type(obj)
    return attribute in {*getattr(kind, "__dataclass_fields__", ()), *getattr(kind, "_fields", ())}


def _printed(value: object) -> object:
    """Return what a tag prints: nothing for none, numbers in plain digits.

    :raises UnfitValueError: for lists and objects, which only Python can read.
    """
    if value is None:
        return ""
    if isinstance(value, (Mapping, list, tuple)):
        raise UnfitValueError(message("a list or object cannot be printed: name what is in it"))
    return written(value)


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > _LONGEST_RANGE:
        raise UnfitValueError(message("a range has at most {count} items", count=_LONGEST_RANGE))
    return found


def _batch(
    value: Any,  # noqa: ANN401 - as Jinja's own
    size: int,
    fill_with: object = None,
) -> list[list[Any]]:
    """Return the items in rows of ``size``: Jinja's ``batch``, bounded."""
    if size > _LONGEST_RANGE:
        raise UnfitValueError(message("a row has at most {count} items", count=_LONGEST_RANGE))
    return list(do_batch(value, size, fill_with))


def _replace(value: object, old: str, new: str) -> str:
    """Return a text with every ``old`` replaced: Jinja's ``replace``, bounded."""
    text = value.unescape() if isinstance(value, Markup) else str(value)
    size = len(text) + text.count(old) * len(new)
    if size > _LONGEST_TEXT:
        raise UnfitValueError(message("the result would have {size} items", size=shown(size)))
    return text.replace(old, new)


CALENDAR = "working days"
"""Under which name rules and templates are given the working days that count: one that
no expression can write."""


@pass_context
def _working_days_between(
    context: Context, start: object, end: object, holidays: Collection[object] = ()
) -> int:
    return dates.working_days_between(start, end, holidays, calendar=_calendar(context))


@pass_context
def _next_working_day(context: Context, day: object, holidays: Collection[object] = ()) -> date:
    return dates.next_working_day(day, holidays, calendar=_calendar(context))


_COUNTING: Mapping[str, Callable[..., Any]] = {
    "working_days_between": _working_days_between,
    "next_working_day": _next_working_day,
}
"""Functions that go by the store's calendar."""


def _calendar(context: Context) -> WorkingDays:
    found = context.get(CALENDAR)
    return found if isinstance(found, WorkingDays) else WEEK


def sandbox(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    """Return the environment for rules (no escaping) or templates (XML escaping)."""
    environment = _Sandbox(
        autoescape=autoescape, undefined=_Missing, finalize=_printed, extensions=[ExactLiterals]
    )
    for name in environment.filters.keys() - _KEPT_FILTERS:
        del environment.filters[name]
    environment.filters.update(FILTERS)
    environment.filters.update({"batch": _batch, "replace": _replace, "float": decimal})
    count_filters(environment.filters, environment.tests)
    environment.globals.clear()
    environment.globals.update(FUNCTIONS)
    environment.globals.update(_COUNTING)
    environment.globals.update({"range": _range, "namespace": Namespace})
    return environment


_Sandbox.functions = frozenset({*FUNCTIONS.values(), *_COUNTING.values(), _range})
