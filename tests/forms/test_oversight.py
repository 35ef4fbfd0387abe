"""What a form counts and plans by quarter: read, checked, compared."""

import pytest

from rmdocs.comparison.compare import compare
from rmdocs.forms.checking import check_form
from rmdocs.forms.form import Form
from rmdocs.forms.sections.oversight import ActivitySection, TargetsSection
from rmdocs.messages import Language

ACTIVITY = '[activity]\ntitle = {{ zh = "回访", en = "Calls" }}\non = "{on}"\n'
TARGETS = """
[targets]
year = "2026"
[[targets.figures]]
name = "calls"
title = {{ zh = "回访", en = "Calls" }}
unit = {{ zh = "次", en = "calls" }}
planned = "{planned}"
actual = "none"
"""


def codes(files):
    return {one.path: one.code for one in check_form(files) if one.path.startswith("form.toml")}


def test_a_form_without_either_counts_and_plans_nothing(files):
    form = Form.load(files)
    assert form.section(ActivitySection) is form.section(TargetsSection) is None


def test_the_quarter_is_seen_by_figures_alone(edited):
    there = edited(more=ACTIVITY.format(on="record.date") + TARGETS.format(planned="quarter * 2"))
    assert codes(there) == {}
    figure = Form.load(there).section(TargetsSection).figures[0]
    assert [figure.planned.evaluate({"quarter": one}) for one in (1, 4)] == [2, 8]
    assert codes(edited(more=ACTIVITY.format(on="quarter"))) == {
        "form.toml:activity.on": "FORM-FIELD"
    }


@pytest.mark.parametrize(
    ("more", "found"),
    [
        (ACTIVITY.format(on="1 + 1"), {"form.toml:activity.on": "FORM-KIND"}),
        (
            TARGETS.format(planned="record.date"),
            {"form.toml:targets.figures[0].planned": "FORM-KIND"},
        ),
        (
            TARGETS.format(planned="1") + TARGETS.format(planned="2").partition('2026"\n')[2],
            {"form.toml:targets.figures[1].name": "FORM-DUPLICATE"},
        ),
        ('[targets]\nyear = "2026"\nfigures = []\n', {"form.toml:targets.figures": "FORM-EMPTY"}),
    ],
)
def test_what_cannot_be_counted_is_refused(edited, more, found):
    assert codes(edited(more=more)) == found


def test_a_difference_is_told_in_sentences(files, edited):
    def told(old, new):
        return [one.sentence.text(Language.EN) for one in compare(old, new).changes]

    counted = edited(more=ACTIVITY.format(on="record.date"))
    assert told(files, counted)[0] == "what is counted by quarter: 回访 / Calls (before: none)."
    planned = edited(more=TARGETS.format(planned="1"))
    assert told(files, planned)[0].startswith("figure “Calls” was added: title: 回访 / Calls;")
    other = told(planned, edited(more=TARGETS.format(planned="quarter")))
    assert len(other) == 1
    assert "planned" in other[0]
