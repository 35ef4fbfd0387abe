"""Dates: read, written the Chinese way, counted; which of them are working days is asked of those.

There is no clock here. Terms of loans are in ``money``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta

from rmdocs.language.functions import UNSAID, Filter, Function
from rmdocs.language.numbers import UnfitValueError, shown, whole
from rmdocs.language.shapes import A_DATE, A_DAY_TEXT, AMOUNTS, AN_INTEGER, DAYS, LISTS, SOME_WORDS
from rmdocs.language.workingdays import WEEK, WorkingDays
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
    return _in_month(year, month + 1, start.day)


def _in_month(year: int, month: int, day: int) -> date:
    """Return a day of a month, or the month's last."""
    try:
        return date(year, month, day)
    except ValueError:
        return _in_month(year, month, day - 1)


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


ENTRIES = (
    Filter(
        name="as_date",
        call=as_date,
        takes=(DAYS,),
        gives=A_DATE,
        says=UNSAID,
        does=message("a date to count with, or to compare with today; none stays none"),
        example=("('2026-03-02'|as_date).year", "2026"),
    ),
    Filter(
        name="date",
        call=iso_date,
        takes=(DAYS,),
        gives=A_DAY_TEXT,
        says=UNSAID,
        does=message("a date as records write it, or nothing"),
        example=("days_before('2026-03-02', 1)|date", "2026-03-01"),
    ),
    Filter(
        name="cn_date",
        call=cn_date,
        takes=(DAYS,),
        gives=SOME_WORDS,
        says=UNSAID,
        does=message("a date in Chinese; where there is none, room to write one by hand"),
        example=("'2026-03-02'|cn_date", "2026年3月2日"),
    ),
    Function(
        name="days_between",
        call=days_between,
        takes=(DAYS, DAYS),
        gives=AN_INTEGER,
        says=message("days between"),
        does=message("the days from one date to another: the first counts, the last does not"),
        example=("days_between('2026-03-02', '2026-03-09')", "7"),
    ),
    Function(
        name="working_days_between",
        call=working_days_between,
        by_calendar=True,
        takes=(DAYS, DAYS, LISTS),
        gives=AN_INTEGER,
        says=message("working days between"),
        does=message(
            "the working days after one date up to and including another; "
            "further days off may be listed"
        ),
        example=("working_days_between('2026-03-02', '2026-03-09')", "5"),
    ),
    Function(
        name="next_working_day",
        call=next_working_day,
        by_calendar=True,
        takes=(DAYS, LISTS),
        gives=A_DATE,
        says=message("next working day after"),
        does=message("the first working day after a date; further days off may be listed"),
        example=("next_working_day('2026-03-06')", "2026-03-09"),
    ),
    Function(
        name="days_before",
        call=days_before,
        takes=(DAYS, AMOUNTS),
        gives=A_DATE,
        says=message("date some days before"),
        does=message("the day so many days earlier; a negative number is later"),
        example=("days_before('2026-03-02', 7)", "2026-02-23"),
    ),
    Function(
        name="months_before",
        call=months_before,
        takes=(DAYS, AMOUNTS),
        gives=A_DATE,
        says=message("date some months before"),
        does=message(
            "the same day so many months earlier, or that month's last; a negative number is later"
        ),
        example=("months_before('2026-03-31', 1)", "2026-02-28"),
    ),
)
