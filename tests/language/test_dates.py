"""Dates: read strictly, printed the Chinese way, working days counted without a loop."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.language.dates import (
    BLANK_DATE,
    as_date,
    cn_date,
    days_before,
    days_between,
    iso_date,
    months_before,
    next_working_day,
    working_days_between,
)
from rmdocs.language.money import term_class
from rmdocs.language.numbers import UnfitValueError

days = st.dates(date(2000, 1, 1), date(2040, 12, 31))


def test_reading():
    assert as_date("2026-03-02") == as_date(date(2026, 3, 2)) == date(2026, 3, 2)
    assert as_date(datetime(2026, 3, 2, 23, 59)) == date(2026, 3, 2)
    assert as_date(None) is as_date("") is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-3-2",
        "20260302",
        "2026-W10-1",
        "2026-03-02T00:00",
        "２０２６-03-02",
        5,
        (),
    ],
)
def test_no_date(text):
    with pytest.raises(UnfitValueError):
        as_date(text)


def test_writing():
    assert cn_date("2026-03-02") == "2026年3月2日"
    assert iso_date(date(2026, 3, 2)) == "2026-03-02"
    assert (cn_date(None), iso_date(None)) == (BLANK_DATE, "")


def test_days():
    assert days_between("2026-09-14", "2026-10-16") == 32
    with pytest.raises(UnfitValueError):
        days_between(None, "2026-10-16")


def test_working_days():
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    assert working_days_between(friday, monday) == 1
    assert working_days_between(friday, date(2026, 3, 8)) == 0
    assert working_days_between(monday, friday) == -1
    assert next_working_day(friday) == monday
    assert next_working_day("2026-03-06", ["2026-03-09"]) == date(2026, 3, 10)
    assert working_days_between("0001-01-01", "9999-12-31") == 2608614


@given(days, st.integers(0, 400), st.sets(days, max_size=30))
def test_working_days_are_what_counting_gives(start, span, holidays):
    end = start + timedelta(days=span)
    walked = [start + timedelta(days=n) for n in range(1, span + 1)]
    counted = sum(day.weekday() < 5 and day not in holidays for day in walked)
    assert working_days_between(start, end, holidays) == counted
    assert working_days_between(start, next_working_day(start, holidays), holidays) == 1


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-12-10", 1, "2026-11-10"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-01-15", -12, "2027-01-15"),
    ],
)
def test_months_before(day, months, expected):
    assert months_before(day, months) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [("2026-03-02", 7, "2026-02-23"), ("2026-12-31", -1, "2027-01-01"), ("2026-01-01", 0, None)],
)
def test_days_before(day, days, expected):
    assert days_before(day, days) == date.fromisoformat(expected or day)


def test_the_calendar_has_ends():
    with pytest.raises(UnfitValueError):
        days_before("2026-01-01", 10**9)
    with pytest.raises(UnfitValueError):
        months_before("2026-01-01", 10**6)
    with pytest.raises(UnfitValueError):
        next_working_day(date.max)


@pytest.mark.parametrize(
    ("start", "end", "term"),
    [
        ("2025-10-17", "2026-10-16", "short"),
        ("2025-10-17", "2026-10-17", "short"),
        ("2025-10-17", "2026-10-18", "medium"),
        ("2023-12-11", "2028-12-11", "medium"),
        ("2023-12-11", "2028-12-12", "long"),
        ("2024-02-29", "2025-02-28", "short"),
        ("2024-02-29", "2025-03-01", "medium"),
    ],
)
def test_term(start, end, term):
    assert term_class(start, end) == term


LEAD = [
    ("2025-10-17", "2026-10-16", "2026-10-12", "error"),
    ("2025-10-17", "2026-10-16", "2026-10-01", "warning"),
    ("2023-12-11", "2026-12-10", "2026-11-20", "error"),
    ("2023-12-11", "2026-12-10", "2026-11-05", "ok"),
    ("2025-10-17", "2026-10-16", "2026-10-17", "error"),
]


@pytest.mark.parametrize(("start", "maturity", "notice", "result"), LEAD)
def test_lead_of_a_notice(start, maturity, notice, result):
    lead = days_between(notice, maturity)
    if term_class(start, maturity) == "short":
        legal = lead >= 7
    else:
        legal = as_date(notice) <= months_before(maturity, 1)
    assert ("error" if not legal else "warning" if lead < 30 else "ok") == result
