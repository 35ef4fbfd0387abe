"""Working days, as the State Council arranges them (放假安排), year by year; no clock here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field, replace
from datetime import date, timedelta
from enum import Enum

from rmdocs.classes import dataclass
from rmdocs.language.numbers import UnfitValueError
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
