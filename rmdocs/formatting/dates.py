"""Dates: read, written the Chinese way, and counted.

Which days are working days is said by ``calendar``; there is no clock here. Terms
of loans are in ``loans``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, timedelta

from rmdocs.formatting.calendar import WEEK, WorkingDays
from rmdocs.formatting.numbers import shown, whole
from rmdocs.formatting.unfit import UnfitValueError
from rmdocs.messages import message

BLANK_DATE = "　　年　　月　　日"
"""Room to write a date by hand."""

_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTHS = 12


def as_date(value: object) -> date | None:
    """Return the date of an ISO text (``2026-03-02``); None and "" give None.

    :raises UnfitValueError: if it is another text, or no day of the calendar.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _ISO.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise UnfitValueError(message("“{value}” is not a date like 2026-03-02", value=shown(value)))


def day_of(value: object) -> date:
    """Return the date of an ISO text or a date; there must be one.

    :raises UnfitValueError: as :func:`as_date`, and where there is none.
    """
    day = as_date(value)
    if day is None:
        raise UnfitValueError(message("a date is missing"))
    return day


def cn_date(value: object) -> str:
    """Return ``2026年3月2日``; where there is no date, room to write one by hand."""
    day = as_date(value)
    return BLANK_DATE if day is None else f"{day.year}年{day.month}月{day.day}日"


def iso_date(value: object) -> str:
    """Return ``2026-03-02``, or nothing where there is no date."""
    day = as_date(value)
    return "" if day is None else day.isoformat()


def days_between(start: object, end: object) -> int:
    """Return the days from ``start`` to ``end``: the first counts, the last does not."""
    return (day_of(end) - day_of(start)).days


def working_days_between(
    start: object, end: object, holidays: Collection[object] = (), *, calendar: WorkingDays = WEEK
) -> int:
    """Return the working days after ``start`` up to and including ``end``.

    Negative if ``end`` is before ``start``.

    :param holidays: days off besides those of the calendar.
    """
    return calendar.between(day_of(start), day_of(end), _days(holidays))


def next_working_day(
    day: object, holidays: Collection[object] = (), *, calendar: WorkingDays = WEEK
) -> date:
    """Return the first working day after ``day``.

    :param holidays: days off besides those of the calendar.
    """
    return calendar.next(day_of(day), _days(holidays))


def months_before(day: object, months: int) -> date:
    """Return the same day ``months`` earlier, or that month's last day; negative is later.

    :raises UnfitValueError: if that is no year from 1 to 9999.
    """
    start = day_of(day)
    year, month = divmod(start.year * _MONTHS + start.month - 1 - whole(months), _MONTHS)
    if not date.min.year <= year <= date.max.year:
        raise UnfitValueError(message("{months} months is too far", months=shown(months)))
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def days_before(day: object, days: int) -> date:
    """Return the day so many days earlier; negative is later.

    :raises UnfitValueError: if that is no day of the years 1 to 9999.
    """
    try:
        return day_of(day) - timedelta(days=whole(days))
    except OverflowError as problem:
        raise UnfitValueError(message("{days} days is too far", days=shown(days))) from problem


def _days(holidays: Collection[object]) -> frozenset[date]:
    return frozenset(day_of(day) for day in holidays)
