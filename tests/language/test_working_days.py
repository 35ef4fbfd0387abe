"""Working days by the State Council's arrangements, and the bounds of what is not arranged yet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.control.requestkinds import announced
from rmdocs.language.dates import next_working_day, working_days_between
from rmdocs.language.workingdays import WEEK, Doubt, Lean, WorkingDays

KNOWN = {year: announced(year)[0] for year in range(2005, 2027)}
ALL = WorkingDays(arrangements=KNOWN)
DAYS = st.dates(date(2008, 1, 1), date(2025, 12, 1))


@pytest.mark.parametrize(
    ("day", "following"),
    [
        ("2026-02-13", date(2026, 2, 14)),  # a Saturday that is worked
        ("2026-02-14", date(2026, 2, 24)),  # nine days of Spring Festival
        ("2026-01-01", date(2026, 1, 4)),  # a Sunday that is worked
        ("2026-04-03", date(2026, 4, 7)),
        ("2026-09-30", date(2026, 10, 8)),
        ("2026-10-09", date(2026, 10, 10)),
        ("2018-12-28", date(2018, 12, 29)),  # arranged with the New Year of 2019
        ("2018-12-29", date(2019, 1, 2)),
    ],
)
def test_the_next_working_day_is_the_state_councils(day, following):
    assert next_working_day(day, calendar=ALL) == following
    assert working_days_between(day, following, calendar=ALL) == 1


def test_further_days_off_count_besides():
    assert next_working_day("2026-02-13", ["2026-02-14"], calendar=ALL) == date(2026, 2, 24)
    assert working_days_between("2026-02-12", "2026-02-24", ["2026-02-14"], calendar=ALL) == 2


@given(DAYS, st.integers(-400, 400))
def test_days_are_what_counting_gives(start, span):
    end = start + timedelta(days=span)
    first, last = sorted((start, end))
    counted = sum(ALL.is_working(first + timedelta(days=at + 1)) for at in range(abs(span)))
    assert working_days_between(first, last, calendar=ALL) == counted
    assert working_days_between(last, first, calendar=ALL) == -counted
    assert ALL.doubts == []


@given(DAYS, st.integers(1, 500))
def test_what_was_announced_since_lay_within_the_bounds(start, span):
    """Told before the years were announced, the bounds held."""
    end = start + timedelta(days=span)
    before = {year: one for year, one in KNOWN.items() if year <= start.year - 1}

    def told(lean):
        return WorkingDays(arrangements=before, lean=lean)

    truth, most, fewest = ALL.next(start), told(Lean.MOST), told(Lean.FEWEST)
    assert most.next(start) <= truth <= fewest.next(start)
    assert fewest.between(start, end) <= ALL.between(start, end) <= most.between(start, end)
    for lean in Lean:
        asked = told(lean)
        taken = asked.next(start)
        if taken != truth:
            [doubt] = asked.doubts
            assert doubt.low <= truth <= doubt.high


def test_every_day_ever_moved_could_have_been():
    """Also day by day, where the law stood as it does: nothing moved that was said to be sure."""
    nothing = WorkingDays(arrangements={1999: KNOWN[2026]})
    day = date(2008, 1, 1)
    while day < date(2026, 12, 25):
        assert nothing.asked(Lean.MOST).next(day) <= ALL.next(day)
        assert ALL.next(day) <= nothing.asked(Lean.FEWEST).next(day)
        day += timedelta(days=1)


def test_a_year_not_announced_is_told_with_its_bounds():
    days = WorkingDays(arrangements={2026: KNOWN[2026]})
    assert days.next(date(2027, 2, 5)) == date(2027, 2, 8)
    assert days.between(date(2027, 2, 4), date(2027, 2, 8)) == 2
    assert days.doubts == [
        Doubt(
            year=2027,
            start=date(2027, 2, 5),
            end=None,
            taken=date(2027, 2, 8),
            low=date(2027, 2, 6),
            high=date(2027, 2, 16),
        ),
        Doubt(year=2027, start=date(2027, 2, 4), end=date(2027, 2, 8), taken=2, low=0, high=4),
    ]


@pytest.mark.parametrize("day", [date(2027, 7, 15), date(2027, 11, 3), date(2026, 5, 20)])
def test_what_no_arrangement_touches_is_sure(day):
    days = WorkingDays(arrangements={2026: KNOWN[2026]})
    assert days.next(day) == day + timedelta(days=1)
    assert days.doubts == []


def test_the_end_of_december_waits_for_the_next_year():
    days = WorkingDays(arrangements={2026: KNOWN[2026]})
    days.next(date(2026, 12, 30))
    assert [doubt.year for doubt in days.doubts] == [2027]


def test_a_store_without_a_calendar_counts_as_it_did():
    days = WEEK.asked()
    assert days.next(date(2026, 2, 13)) == date(2026, 2, 16)
    assert days.between(date(1, 1, 1), date.max) == 2608614
    assert days.doubts == []


def test_any_span_is_bounded_quickly():
    days = WorkingDays(arrangements={2026: KNOWN[2026]}, lean=Lean.FEWEST)
    assert 0 < days.between(date.min, date.max) < 2608614
