"""What must still happen to a record, and by which day, as its form's ``[[due]]`` says.

Computed from the record's names alone: no date of today is asked for, so that
the answer holds until the record changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rmdocs.errors import FindingsError
from rmdocs.formatting.dates import as_date
from rmdocs.formatting.unfit import UnfitValueError
from rmdocs.forms.form import Form
from rmdocs.messages import message
from rmdocs.rules.expression import Expression


@dataclass(frozen=True, slots=True)
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
            yield Awaited(due.name, None, None)
            continue
        if on is not None:
            yield Awaited(due.name, on, on - timedelta(days=min(due.days, on.toordinal() - 1)))


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
