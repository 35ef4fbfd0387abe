"""Migrated records: judged under the new form, completed, led through several revisions."""

import copy
import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from revised import next_revision, with_property

from rmdocs.errors import FindingsError
from rmdocs.forms.form import Form
from rmdocs.identifiers import Revision
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Language
from rmdocs.records.draft import RecordDraft
from rmdocs.records.migration import RecordChange, judge, migrate, missing, route

LATE = date(2026, 12, 31)
REVIEW = (StageKey(name="review"), {"name": "郑部长", "opinion": "已阅", "date": "2026-10-23"})
TEXT = {"type": "string"}
WAN = {"$ref": "common.schema.json#/$defs/wan"}


def of_quarter(change):
    return lambda schema: change(schema["$defs"]["stages"]["quarter_actual"])


# Judging under the new revision.


@pytest.fixture
def judged(files, form, unit, sample, today):
    """Migrate the sample and judge it; return the checked record and findings by code and path."""

    def run(*steps, stages=(), given=None, **revision):
        new = Form.load(next_revision(files, *steps, **revision))
        migrated = migrate(RecordDraft.parse(sample), stages, (form, new), unit, given or {})
        checked, findings = judge(migrated, new, unit, today)
        return checked, {(finding.code, finding.path): finding for finding in findings}

    return run


def both(*changes):
    def change(schema):
        for one in changes:
            one(schema)

    return change


def in_review(change):
    return lambda schema: change(schema["$defs"]["stages"]["review"])


URGENT = with_property("urgency", {"enum": ["急", "缓"]}, required=True)
SEEN_BY = in_review(with_property("seen_by", TEXT, required=True))


def test_a_record_that_fits_the_new_revision(judged):
    checked, findings = judged(stages=[REVIEW])
    assert findings == {}
    assert checked.names["stages"]["review"]["opinion"] == "已阅"
    assert checked.names["derived"]["total_score"] == 8
    assert checked.names["form"]["revision"] == "1.1"


def test_what_is_missing_is_told_apart(judged):
    checked, findings = judged(change=both(URGENT, SEEN_BY), stages=[REVIEW])
    assert checked is None
    assert findings.keys() == {
        ("SCHEMA-REQUIRED", "$.content.urgency"),
        ("SCHEMA-REQUIRED", "$.stages.review.seen_by"),
    }
    assert missing(findings.values()) == tuple(findings.values())
    assert [finding.label for finding in findings.values()] == [
        "urgency",
        "部门负责人阅示 › seen_by",
    ]


def test_what_is_wrong_is_not_missing(judged):
    strict = [
        (
            r"^require = \"content.called_on <= record.date\"",
            'require = "content.called_on > record.date"',
        ),
        (r"^require = \"stage.date >= content.called_on\"", 'require = "stage.date == today|date"'),
    ]
    checked, findings = judged(stages=[REVIEW], manifest=strict)
    assert checked is None
    assert findings.keys() == {
        ("R05-CALL-DATE", "$.content.called_on"),
        ("R05-REVIEW-DATE", "$.stages.review.date"),
    }
    assert missing(findings.values()) == ()


def test_a_rule_of_a_stage_is_not_judged_by_what_is_missing(judged):
    manifest = [
        (r"^require = \"stage.date >= content.called_on\"", "require = \"content.urgency == '急'\"")
    ]
    _, findings = judged(change=URGENT, stages=[REVIEW], manifest=manifest)
    assert findings.keys() == {("SCHEMA-REQUIRED", "$.content.urgency")}


def test_a_derived_value_that_fails_is_told_once(judged):
    manifest = [(r"^value = \"content.questions.*", 'value = "content.channel|decimal"')]
    _, findings = judged(stages=[REVIEW], manifest=manifest)
    assert findings.keys() == {("DERIVED-EVALUATION", "$.derived.total_score")}


def test_repetitions_are_told_apart(plan, plan_files, quarters, unit, today):
    change = of_quarter(with_property("other_income", WAN, required=True))
    new = Form.load(next_revision(plan_files, change=change))
    draft = RecordDraft.parse(json.loads(plan_files.sample)["record"])
    _, findings = judge(migrate(draft, quarters, (plan, new), unit), new, unit, today)
    told = {finding.path: finding.label for finding in missing(findings)}
    assert told["$.stages.quarter_actual[1].other_income"] == "季度完成情况 2 › other_income"
    assert "$.stages.quarter_actual[0].other_income" in told
    given = dict.fromkeys(told, 1.5)
    again = migrate(draft, quarters, (plan, new), unit, given)
    assert missing(judge(again, new, unit, today)[1]) == ()


# What a person fills in.


def test_what_is_filled_in_is_judged_like_the_rest(judged):
    given = {"$.content.urgency": "急", "$.stages.review.seen_by": "郑部长"}
    change = both(URGENT, SEEN_BY)
    checked, _ = judged(change=change, stages=[REVIEW], given=given)
    assert checked.draft.content["urgency"] == "急"
    assert checked.names["stages"]["review"]["seen_by"] == "郑部长"
    checked, findings = judged(
        change=change, stages=[REVIEW], given={**given, "$.content.urgency": "?"}
    )
    assert findings.keys() == {("SCHEMA-ENUM", "$.content.urgency")}


def test_lists_and_objects_are_filled_in(carried):
    people = {"type": "array", "items": {"type": "object", "properties": {"name": TEXT}}}
    given = {"$.content.people[1].name": "乙", "$.content.people[0].name": "甲"}
    found = carried(change=with_property("people", people), given=given)
    assert found.draft.content["people"] == [{"name": "甲"}, {"name": "乙"}]
    assert found.changes == (
        RecordChange(path="$.content.people", old=None, new=[{"name": "甲"}, {"name": "乙"}]),
    )


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("$.content.channel", "MIGRATION-TAKEN"),
        ("$.content.nothing", "MIGRATION-VALUE"),
        ("$.content", "MIGRATION-VALUE"),
        ("$.date", "MIGRATION-VALUE"),
        ("content.channel", "MIGRATION-VALUE"),
        ("$.stages.review.opinion", "MIGRATION-VALUE"),
        ("$.stages.nothing.x", "MIGRATION-VALUE"),
        ("$", "MIGRATION-VALUE"),
    ],
)
def test_what_cannot_be_filled_in(refused, path, code):
    assert [(one.code, one.path) for one in refused(given={path: "x"})] == [(code, path)]


def test_the_same_value_again_is_no_contradiction(carried):
    assert carried(given={"$.content.channel": "电话"}).changes == ()


# Several revisions.


@pytest.fixture(scope="module")
def revisions(files):
    """Return 1.0, 1.1, 1.2 and 2.0 of a form; 2.0 also takes records of 1.1 at once."""
    first = next_revision(files, 'set = "content.follow_up"\nvalue = "\'一\'"')
    step = 'set = "content.follow_up"\nvalue = "content.follow_up ~ \'{}\'"'
    second = next_revision(first, step.format("二"), old="1.1", new="1.2")
    third = next_revision(second, step.format("三"), old="1.2", new="2.0")
    third = replace(
        third, manifest=third.manifest.replace(b'from = "1.2"', b'from = ["1.1", "1.2"]')
    )
    forms = [Form.load(one) for one in (files, first, second, third)]
    return {form.revision: form for form in forms}


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        ("1.0", "1.1", ["1.0", "1.1"]),
        ("1.0", "1.2", ["1.0", "1.1", "1.2"]),
        ("1.0", "2.0", ["1.0", "1.1", "2.0"]),
        ("1.2", "2.0", ["1.2", "2.0"]),
        ("2.0", "2.0", ["2.0"]),
    ],
)
def test_the_way_between_two_revisions(revisions, old, new, way):
    found = route(Revision.parse(old), revisions[Revision.parse(new)], revisions.get)
    assert [str(form.revision) for form in found] == way


def test_no_way_between_two_revisions(revisions):
    for known in ({}, {Revision(major=1, minor=1): revisions[Revision(major=1, minor=1)]}):
        with pytest.raises(FindingsError) as refusal:
            route(Revision(major=1, minor=0), revisions[Revision(major=2, minor=0)], known.get)
        assert refusal.value.findings[0].code == "MIGRATION-ROUTE"
        assert "1.0" in refusal.value.findings[0].remedy.text(Language.EN)


def test_a_record_goes_through_the_revisions_between(revisions, sample, unit):
    draft = RecordDraft.parse(sample)
    way = [revisions[Revision(major=1, minor=minor)] for minor in range(3)]
    found = migrate(draft, [REVIEW], [*way, revisions[Revision(major=2, minor=0)]], unit)
    assert found.draft.content["follow_up"] == "一二三"
    assert found.changes == (RecordChange(path="$.content.follow_up", old=None, new="一二三"),)
    assert found.stages == (REVIEW,)
    assert migrate(draft, [REVIEW], way[:1], unit).changes == ()


# Laws.

LEAVES = st.none() | st.booleans() | st.integers(0, 9) | st.sampled_from(["", "X", "Y"])
PERSONS = st.dictionaries(st.sampled_from(["name", "staff_no"]), LEAVES, max_size=2)
ANSWERS = st.dictionaries(st.sampled_from(["question", "answer", "score"]), LEAVES)
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "channel": LEAVES,
        "follow_up": LEAVES,
        "caller": PERSONS,
        "questions": st.lists(ANSWERS, max_size=3),
    },
)
REVIEWS = st.dictionaries(st.sampled_from(["name", "opinion", "date"]), LEAVES)


def captured(content):
    record = {
        "form": "RXD7200-05",
        "unit": "JN01",
        "date": "2026-10-22",
        "prepared_by": {"name": "王样例", "staff_no": "JN01-0101"},
        "related": [],
        "content": content,
    }
    return RecordDraft.parse(record)


@pytest.fixture(scope="module")
def pairs(files, form):
    """Return a form with next revisions that change nothing in the end."""
    back = (
        ("content.channel", "content.between"),
        ("content.channel", "content.inside.between"),
        ("content.caller.name", "content.between"),
        ("content.caller", "content.inside.caller"),
        ("content.questions[].score", "content.questions[].between"),
        ("content.questions", "content.between"),
        ("stages.review.opinion", "stages.review.between"),
    )
    there = [f'rename = "{one}"\nto = "{other}"' for one, other in back]
    again = [f'rename = "{other}"\nto = "{one}"' for one, other in back]
    revised = [next_revision(files)]
    revised += [next_revision(files, *pair) for pair in zip(there, again, strict=True)]
    return form, [Form.load(one) for one in revised]


@given(content=CONTENTS, review=REVIEWS)
def test_no_steps_and_steps_back_leave_a_record_as_it_was(pairs, unit, content, review):
    form, revised = pairs
    draft, stages = captured(content), ((StageKey(name="review"), review),)
    before = copy.deepcopy((draft.to_json(), review))
    for new in revised:
        found = migrate(draft, stages, (form, new), unit)
        assert found.changes == ()
        assert found.draft == draft
        assert found.stages == stages
    assert (draft.to_json(), review) == before


ANYTHING = st.recursive(
    LEAVES | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "score", "channel", "x y"]), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = ["channel", "follow_up", "caller", "questions", "customer", "other"]


@pytest.fixture(scope="module")
def busy(files):
    """Return a next revision with steps of every kind."""
    return Form.load(
        next_revision(
            files,
            'rename = "content.channel"\nto = "content.between.channel"',
            'set = "content.questions[].score"\nvalue = "item.score|decimal + index"',
            'default = "content.follow_up"\nvalue = "content.caller.name ~ derived.total_score"',
            'set = "content.customer.name"\nvalue = "content.customer"\nwhen = "content.channel"',
            'drop = "content.between"',
            'set = "stages.review.opinion"\nvalue = "stages.review"',
        )
    )


@given(content=st.dictionaries(st.sampled_from(NAMES), ANYTHING), review=REVIEWS)
def test_whatever_a_record_holds_it_is_migrated_or_told(form, busy, unit, content, review):
    try:
        draft = captured(content)
        found = migrate(draft, [(StageKey(name="review"), review)], (form, busy), unit)
        _, findings = judge(found, busy, unit, LATE)
    except FindingsError as problem:
        findings = problem.findings
    else:
        assert found.draft.content.get("other") == draft.content.get("other")
    assert all(finding.path for finding in findings)
