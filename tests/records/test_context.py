"""What expressions and templates see: complete, immutable, and made of facts alone."""

from datetime import date

import pytest

from rmdocs.language.dates import WEEK
from rmdocs.language.sandbox import CALENDAR
from rmdocs.lifecycle import StageKey
from rmdocs.records.check import accepted
from rmdocs.records.context import act_names, blank_context, record_names, template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.values import View

REVIEW = (StageKey(name="review"), {"name": " 郑部长 ", "opinion": "已阅", "date": "2026-10-23"})


@pytest.fixture
def draft(sample):
    return RecordDraft.parse(sample)


def test_names_of_a_record(draft, form, unit):
    names = record_names(draft, form, unit)
    assert names.pop(CALENDAR) == WEEK
    assert names.keys() == {"record", "content", "derived", "stages", "unit", "form"}
    assert names["record"]["date"] == "2026-10-22"
    assert names["record"]["prepared_by"]["staff_no"] == "JN01-0101"
    assert names["record"]["related"] == ()
    assert "content" not in names["record"]
    assert names["content"]["follow_up"] is None
    assert names["unit"]["full_name"] == unit["full_name"]
    assert names["form"]["marking"] == "内部资料"
    assert names["form"]["title"]["zh"] == "客户回访单"
    assert names["stages"]["review"] is None
    assert all(isinstance(value, View) for value in names.values())


def test_a_template_can_print_the_revision_table(draft, form, unit):
    (row,) = record_names(draft, form, unit)["form"]["history"]
    assert (row["revision"], row["date"]) == ("1.0", "2026-01-01")
    assert (row["change"]["zh"], row["change"]["en"]) == ("首次发布", "First issue")


def test_a_unit_shows_only_what_the_register_has(draft, form):
    names = record_names(draft, form, {"code": "JN01", "secret": 1})
    assert dict(names["unit"]) == {"code": "JN01", "name": None, "full_name": None}


def test_stages_are_tidied_and_complete(draft, form, unit):
    names = record_names(draft, form, unit, stages=[REVIEW])
    assert names["stages"]["review"]["name"] == "郑部长"


def test_a_repeated_stage_is_a_tuple(draft, unit, plan):
    names = record_names(draft, plan, unit)
    assert names["stages"]["quarter_actual"] == ()
    quarters = [
        (StageKey(name="quarter_actual", repeat=quarter), {"quarter": quarter})
        for quarter in (1, 2)
    ]
    names = record_names(draft, plan, unit, stages=quarters)
    assert [one["quarter"] for one in names["stages"]["quarter_actual"]] == [1, 2]


def test_names_of_an_act(draft, form, unit):
    names = record_names(draft, form, unit)
    seen = act_names(names, date(2026, 11, 24), View({"date": "2026-11-24"}))
    assert seen["today"] == date(2026, 11, 24)
    assert seen["stage"]["date"] == "2026-11-24"
    assert "today" not in names


def test_a_template_sees_the_facts_of_its_edition(draft, form, unit):
    context = template_context(
        accepted(draft, form, unit),
        form,
        number="RXD7200-05-JN01-2026-0001",
        edition=2,
        pin="12·9f3a0c1b2d4e",
        issued_on=date(2026, 11, 24),
        addressee=View({"name": "x"}),
    )
    assert context["number"] == "RXD7200-05-JN01-2026-0001"
    assert (context["edition"], context["pin"]) == (2, "12·9f3a0c1b2d4e")
    assert context["facts"]["issued_on"] == context["today"] == date(2026, 11, 24)
    assert context["revision"] == "1.0"
    assert context["addressee"]["name"] == "x"
    assert context["blank"] is False
    assert context["derived"]["total_score"] == 8


def test_a_blank_form_has_the_same_names(draft, form, unit):
    filled = template_context(
        accepted(draft, form, unit),
        form,
        number="",
        edition=1,
        pin="",
        issued_on=date(2026, 11, 24),
    )
    blank = blank_context(form)
    assert blank.keys() == filled.keys()
    assert blank["content"].keys() == filled["content"].keys()
    assert blank["record"].keys() == filled["record"].keys()
    assert blank["derived"].keys() == filled["derived"].keys()
    assert blank["blank"] is True
    assert blank["content"]["customer"]["name"] is None
    assert blank["content"]["questions"] == ()
