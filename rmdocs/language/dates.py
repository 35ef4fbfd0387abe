"""Dates: read, written the Chinese way, counted; and which of them are working days.

Working days are as the State Council arranges them (放假安排), year by year. There
is no clock here. Terms of loans are in ``money``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum

from rmdocs.language.functions import UNSAID, Filter, Function
from rmdocs.language.numbers import UnfitValueError, shown, whole
from rmdocs.language.shapes import A_DATE, A_DAY_TEXT, AMOUNTS, AN_INTEGER, DAYS, LISTS, SOME_WORDS
from rmdocs.messages import message

_WEEK, _WORKING = 7, 5
_DAY = timedelta(days=1)
_LAST = (12, 25)
"""Month and day of the last day that is arranged with its year."""

_TOUCHED = (
    ((1, 1), (1, 8)),
    ((1, 10), (3, 6)),
    ((3, 28), (4, 12)),
    ((4, 20), (5, 13)),
    ((5, 24), (7, 2)),
    ((9, 1), (10, 14)),
    ((12, 26), (12, 31)),
)
"""Month and day, first and last, of the parts of a year that arrangements touch."""

LONGEST_BREAK = 10
"""Days off in a row, at most (2020)."""

MOST_OFF, MOST_WORKED = 23, 12
"""Days from Monday to Friday that were off, weekend days that were worked, in a year, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """What the State Council arranged for a year, from 26 December before to 25 December.

    The last days of December are arranged with the New Year they lead to.

    :param off: days from Monday to Friday that are off.
    :param worked: Saturdays and Sundays that are working days.
    """

    year: int
    off: frozenset[date]
    worked: frozenset[date]


class Lean(Enum):
    """Which way what is not arranged yet is taken."""

    WEEK = "week"
    FEWEST = "fewest"
    MOST = "most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A count or a day that rests on a year without arrangement.

    :param year: the first without arrangement.
    :param start: from where it was counted.
    :param end: up to where days were counted; None where the next working day was asked for.
    :param taken: what was taken for true; a number of days, or a day.
    """

    year: int
    start: date
    end: date | None
    taken: int | date
    low: int | date
    high: int | date


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """The working days of a store.

    :param arrangements: by year; none at all means Monday to Friday, for good.
    :param doubts: what was counted without an arrangement, told to whoever asked.
    """

    arrangements: Mapping[int, Arrangement] = field(default_factory=dict)
    lean: Lean = Lean.WEEK
    doubts: list[Doubt] = field(default_factory=list, compare=False)

    def asked(self, lean: Lean = Lean.WEEK) -> WorkingDays:
        """Return the same, with no doubts yet, for one calculation."""
        return replace(self, lean=lean, doubts=[])

    def between(self, first: date, last: date, free: Collection[date] = ()) -> int:
        """Return the working days after ``first`` up to and including ``last``.

        :param free: further days that are off.
        """
        if last < first:
            return -self.between(last, first, free)
        weeks, rest = divmod((last - first).days, _WEEK)
        days = weeks * _WORKING + sum(_in_week(last - timedelta(days=back)) for back in range(rest))
        for arranged in self.arrangements.values():
            days += sum(first < day <= last for day in arranged.worked)
            days -= sum(first < day <= last for day in arranged.off)
        days -= sum(first < day <= last and self.is_working(day) for day in set(free))
        low, high = days, days
        for year in self._open_years(first + _DAY, last) if first < last else ():
            off, worked = _movable(year, first, last)
            low, high = low - off, high + worked
        low = max(low, 0)
        self._doubt(first, last, days, low, high)
        return {Lean.WEEK: days, Lean.FEWEST: low, Lean.MOST: high}[self.lean]

    def next(self, day: date, free: Collection[date] = ()) -> date:
        """Return the first working day after ``day``.

        :raises UnfitValueError: if the calendar ends before one.
        """
        off = frozenset(free)
        taken = low = high = None
        found, steps = day, 0
        while taken is None or low is None or high is None:
            found, steps = later(found), steps + 1
            if found in off:
                continue
            works, sure = self.is_working(found), not self._is_open(found)
            taken = taken or (found if works else None)
            low = low or (found if works or not sure else None)
            high = high or (found if works and (sure or steps > LONGEST_BREAK) else None)
        self._doubt(day, None, taken, low, high)
        return {Lean.WEEK: taken, Lean.FEWEST: high, Lean.MOST: low}[self.lean]

    def is_working(self, day: date) -> bool:
        """Return whether a day is a working day; Monday to Friday where nothing is arranged."""
        arranged = self.arrangements.get(year_of(day))
        if arranged is None:
            return _in_week(day)
        return day in arranged.worked or (_in_week(day) and day not in arranged.off)

    def _is_open(self, day: date) -> bool:
        """Return whether an arrangement that is not there yet may move a day."""
        return (
            bool(self.arrangements) and _is_touched(day) and year_of(day) not in self.arrangements
        )

    def _open_years(self, first: date, last: date) -> list[int]:
        if not self.arrangements:
            return []
        years = range(year_of(first), year_of(last) + 1)
        return [year for year in years if year not in self.arrangements]

    def _doubt(
        self, start: date, end: date | None, taken: int | date, low: int | date, high: int | date
    ) -> None:
        if low != high:
            last = high if isinstance(high, date) else end or start
            year = next(iter(self._open_years(start + _DAY, last)))
            doubt = Doubt(year=year, start=start, end=end, taken=taken, low=low, high=high)
            if doubt not in self.doubts:
                self.doubts.append(doubt)


WEEK = WorkingDays()
"""Monday to Friday, as in a store without any arrangement."""


def year_of(day: date) -> int:
    """Return with which year a day is arranged."""
    return day.year + ((day.month, day.day) > _LAST)


def later(day: date) -> date:
    """Return the day after.

    :raises UnfitValueError: if there is none.
    """
    if day == date.max:
        raise UnfitValueError(message("there is no day after {day}", day=day))
    return day + _DAY


def _in_week(day: date) -> bool:
    return day.weekday() < _WORKING


def _is_touched(day: date) -> bool:
    return any(first <= (day.month, day.day) <= last for first, last in _TOUCHED)


def _movable(year: int, first: date, last: date) -> tuple[int, int]:
    """Return how many days after ``first`` up to ``last`` a year may lose and gain, at most."""
    begins = date.min if year == 1 else date(year - 1, *_LAST) + _DAY
    ends = date.max if year > date.max.year else date(year, *_LAST)
    if first < begins and ends <= last:
        return MOST_OFF, MOST_WORKED
    start, end = max(first + _DAY, begins).toordinal(), min(last, ends).toordinal()
    touched = [
        day for place in range(start, end + 1) if _is_touched(day := date.fromordinal(place))
    ]
    weekdays = sum(map(_in_week, touched))
    return min(weekdays, MOST_OFF), min(len(touched) - weekdays, MOST_WORKED)


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
