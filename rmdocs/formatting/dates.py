"""Dates: Chinese writing, spans, working days (Monday to Friday less holidays)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, timedelta

BLANK_DATE = "　　年　　月　　日"
_SATURDAY = 5
_MEDIUM_YEARS = 5


def as_date(value: object) -> date | None:
    """Return the date an ISO text gives; None stays None.

    :raises ValueError: if it is not a date.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def cn_date(value: object) -> str:
    """Return ``2026年3月2日``; a blank to fill in by hand where there is no date."""
    day = as_date(value)
    return BLANK_DATE if day is None else f"{day.year}年{day.month}月{day.day}日"


def iso_date(value: object) -> str:
    """Return ``2026-03-02``, or nothing where there is no date."""
    day = as_date(value)
    return "" if day is None else day.isoformat()


def _day(value: object) -> date:
    day = as_date(value)
    if day is None:
        reason = "a date is missing"
        raise ValueError(reason)
    return day


def days_between(start: object, end: object) -> int:
    """Return the days from start to end: the first counts, the last does not."""
    return (_day(end) - _day(start)).days


def _works(day: date, holidays: Collection[date]) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays


def working_days_between(start: object, end: object, holidays: Collection[date] = ()) -> int:
    """Return the working days after ``start`` up to and including ``end``."""
    first, last = _day(start), _day(end)
    span = (last - first).days
    return sum(_works(first + timedelta(days=n), holidays) for n in range(1, span + 1))


def next_working_day(day: object, holidays: Collection[date] = ()) -> date:
    """Return the first working day after ``day``."""
    found = _day(day) + timedelta(days=1)
    while not _works(found, holidays):
        found += timedelta(days=1)
    return found


def months_before(day: object, months: int) -> date:
    """Return the same day some months earlier, or the month's last day."""
    start = _day(day)
    year, month = divmod(start.year * 12 + start.month - 1 - months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def term_class(start: object, end: object) -> str:
    """Return a loan's term: ``short`` (≤ 1 year), ``medium`` (≤ 5 years) or ``long``."""
    first, last = _day(start), _day(end)
    if last <= months_before(first, -12):
        return "short"
    return "medium" if last <= months_before(first, -12 * _MEDIUM_YEARS) else "long"
