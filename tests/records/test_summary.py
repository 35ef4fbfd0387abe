"""Lists show customer, code and subject; retention says from when and how long."""

from dataclasses import replace
from datetime import date

import pytest
from bank import refused_for

from rmdocs.errors import FindingsError
from rmdocs.forms.sections.summary import SummarySection
from rmdocs.language.expression import Expression
from rmdocs.records.check import accepted
from rmdocs.records.draft import RecordDraft
from rmdocs.records.summary import Keeping, Summary, keeping, summarise


@pytest.fixture
def names(sample, form, unit):
    return accepted(RecordDraft.parse(sample), form, unit).names


def kept(form, names, years, starts):
    retention = replace(
        form.retention,
        years=Expression.compile(years),
        starts=Expression.compile(starts) if starts else None,
    )
    return keeping(form.having(retention), names)


def test_a_summary(form, names):
    assert summarise(form, names) == Summary(
        customer="济南虚构岱岳重型机械有限公司", uscc="91370112MA3DEM019E", subject="电话"
    )


def test_what_has_no_value_is_left_empty(form, names):
    odd = SummarySection(
        customer=None,
        uscc=Expression.compile("content.follow_up"),
        subject=Expression.compile("content.nothing.at_all"),
    )
    assert summarise(form.having(odd), names) == Summary(customer="", uscc="", subject="")


def test_keeping(form, names):
    assert keeping(form, names) == Keeping(years=5, starts=date(2027, 1, 1), ends=date(2032, 1, 1))


def test_keeping_is_open_while_nothing_starts_it(form, names):
    assert kept(form, names, "10", "none") == Keeping(years=10, starts=None, ends=None)
    assert kept(form, names, "10", "") == Keeping(years=10, starts=None, ends=None)


def test_years_may_depend_on_the_record(form, names):
    assert kept(form, names, "10 if content.follow_up else 5", "").years == 5


def test_a_leap_day_is_kept_in_full(form, names):
    assert kept(form, names, "1", "'2028-02-29'|as_date").ends == date(2029, 3, 1)


def test_a_date_written_as_text_starts_it_as_it_does_a_due_date(form, names):
    assert kept(form, names, "10", "'2026-03-02'").ends == date(2036, 3, 2)
    assert kept(form, names, "10", "''") == Keeping(years=10, starts=None, ends=None)
    for no_day in ("'soon'", "3", "content.called_on ~ 'x'"):
        with pytest.raises(FindingsError):
            kept(form, names, "10", no_day)


def test_an_expression_without_a_value_is_told(form, names):
    with refused_for("RULE-EVALUATION"):
        kept(form, names, "10", "content.nothing|as_date")


@pytest.mark.parametrize(
    ("hold_while", "held"),
    [
        ("content.follow_up is none", True),
        ("content.follow_up is not none", False),
        ("derived.total_score == 8", True),
    ],
)
def test_a_form_may_hold_a_record_by_what_it_says(form, names, hold_while, held):
    retention = replace(form.retention, hold_while=Expression.compile(hold_while))
    assert keeping(form.having(retention), names).held is held
