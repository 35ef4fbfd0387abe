"""What lists show of a record, how long it is kept, and what must happen to it by when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.forms.form import Form
from rmdocs.language.dates import as_date
from rmdocs.language.expression import Expression
from rmdocs.language.numbers import UnfitValueError
from rmdocs.messages import message


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Customer, code and subject of a record; empty where its form has none."""

    customer: str
    uscc: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How long a record is kept.

    :param starts: from when the years count; None while that is open.
    :param ends: the first day on which it need not be kept any longer.
    :param held: whether its own content forbids disposing of it whatever the
        years say, such as while its loan is unpaid.
    """

    years: int
    starts: date | None
    ends: date | None
    held: bool = False


def summarise(form: Form, names: Mapping[str, Any]) -> Summary:
    """Return the record's summary; what has no value is left empty, not guessed."""
    summary = form.summary
    return Summary(
        customer=_text(summary.customer, names),
        uscc=_text(summary.uscc, names),
        subject=_text(summary.subject, names),
    )


def keeping(form: Form, names: Mapping[str, Any]) -> Keeping:
    """Return how long the record is kept under its form's retention.

    The day from which the years count may be a text like 2026-03-02, as everywhere.

    :raises FindingsError: if the form's expressions have no value for it, or no day.
    """
    retention = form.retention
    years = int(retention.years.evaluate(names))
    starts = day_given(retention.starts, names) if retention.starts else None
    held = bool(retention.hold_while.evaluate(names)) if retention.hold_while else False
    if starts is None:
        return Keeping(years=years, starts=None, ends=None, held=held)
    # 29 February plus whole years may not exist; the day after February does.
    leap_day = (starts.month, starts.day) == (2, 29)
    day = date(starts.year, 3, 1) if leap_day else starts
    return Keeping(years=years, starts=starts, ends=day.replace(year=day.year + years), held=held)


def _text(expression: Expression | None, names: Mapping[str, Any]) -> str:
    if expression is None:
        return ""
    try:
        value = expression.evaluate(names)
    except FindingsError:
        return ""
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """One thing that must still happen to a record.

    :param name: the form's name for it.
    :param on: the last day on which it is in time; None if the form has no
        value for this record, which is a mistake of the form.
    :param near: the day from which it is told.
    """

    name: str
    on: date | None
    near: date | None


def awaited(form: Form, names: Mapping[str, Any]) -> Iterator[Awaited]:
    """Yield what must still happen to a record, in the order of its form."""
    for due in form.due:
        try:
            if not due.when.evaluate(names):
                continue
            on = day_given(due.on, names)
        except FindingsError:
            yield Awaited(name=due.name, on=None, near=None)
            continue
        if on is not None:
            yield Awaited(
                name=due.name, on=on, near=on - timedelta(days=min(due.days, on.toordinal() - 1))
            )


def day_given(expression: Expression, names: Mapping[str, Any]) -> date | None:
    """Return the day that an expression gives; None where it gives none.

    :raises FindingsError: if it has no value, or one that is no day.
    """
    value = expression.evaluate(names)
    try:
        return as_date(value)
    except UnfitValueError as problem:
        remedy = message("correct the values it uses, or the expression in form.toml")
        raise FindingsError((), problem.reason, remedy) from problem
