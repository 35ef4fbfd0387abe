"""Checking content: every mistake at once, each at its place, in words for people."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.values import view

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["customer", "name", "rows", "item", "second", "tags", "x"]), inner
        )
    ),
    max_leaves=10,
)


def said(findings):
    return {
        finding.path.removeprefix("$.content."): (
            finding.code.removeprefix("SCHEMA-"),
            finding.message.text(Language.EN),
            finding.remedy.text(Language.EN),
        )
        for finding in findings
    }


def check(schema, good, **changes):
    findings = schema.check({**good, **changes})
    assert len(said(findings)) == len(findings), "two findings for one mistake"
    return said(findings)


def test_good_content_has_no_finding(schema, good):
    assert schema.check(good) == []
    good |= {"second": None, "count": None, "level": None, "tags": ["甲乙"], "either": 7}
    assert schema.check(good) == []


WRONG = [
    ({"date": "2026-02-30"}, "date", "FORMAT", "not a date of the calendar", "2026-03-02"),
    ({"date": "2026/03/02"}, "date", "FORMAT", "not a date", "write a date like"),
    ({"at": "25:00", "done": True}, "at", "FORMAT", "not a time of day", "09:30"),
    ({"amount": "1,200"}, "amount", "PATTERN", "not written as the form", "without separators"),
    ({"amount": "１２"}, "amount", "PATTERN", "not written as the form", "1200.50"),
    ({"amount": 12.5}, "amount", "TYPE", "a number (12.5) where a text", "as text"),
    ({"share": "12"}, "share", "TYPE", "a text (12) where a number", "without quotes"),
    ({"share": -1}, "share", "MINIMUM", "-1 is below 0", "0 or more"),
    ({"share": 100}, "share", "MAXIMUM", "100 is not below 100", "less than 100"),
    ({"count": 10}, "count", "MAXIMUM", "10 is above 9", "9 or less"),
    ({"count": 3}, "count", "MULTIPLE", "3 is not a multiple of 2", "multiple of 2"),
    ({"basis": "365"}, "basis", "ENUM", "none of the choices", "365 without quotes"),
    ({"basis": 300}, "basis", "ENUM", "“300” is none of the choices", "360, 365"),
    ({"level": "重大的"}, "level", "ENUM", "none of the choices", "did you mean “重大”"),
    ({"fixed": "否"}, "fixed", "CONST", "only “是” may", "write “是”"),
    ({"done": 1}, "done", "TYPE", "a whole number (1) where true or false", "true or false"),
    ({"done": None}, "done", "TYPE", "may be left out, but not be null", "leave it out"),
    ({"customer": None}, "customer", "TYPE", "may not be empty", "properties"),
    ({"customer": []}, "customer", "TYPE", "a list ([]) where an object", "properties"),
    ({"rows": {}}, "rows", "TYPE", "an object ({}) where a list", "write a list"),
    ({"tags": []}, "tags", "FEW", "0 entries, fewer than the 1", "add"),
    ({"tags": ["aa", "bb", "cc", "dd"]}, "tags", "MANY", "4 entries, more than the 3", "another"),
    ({"tags": ["aa", "aa"]}, "tags", "REPEATED", "“aa” occurs twice", "once"),
    ({"tags": ["a"]}, "tags[0]", "SHORT", "1 characters, fewer than the 2", "in full"),
    ({"customer": {"name": ""}}, "customer.name", "SHORT", "empty", "write something"),
    ({"customer": {"name": " "}}, "customer.name", "PATTERN", "blank", "write something"),
    ({"customer": {"name": "a\nb"}}, "customer.name", "PATTERN", "one line", "on one line"),
    ({"customer": {"name": "x" * 12}}, "customer.name", "LONG", "12 characters", "shorten it by 2"),
    ({"customer": {}}, "customer.name", "REQUIRED", "required, but missing", "fill it in"),
    ({"second": {}}, "second.name", "REQUIRED", "required, but missing", "fill it in"),
    ({"second": 3}, "second", "TYPE", "a whole number (3) where an object", "properties"),
    ({"rows": [{"item": "a", "due": "x"}]}, "rows[0].due", "FORMAT", "not a date", "write a date"),
    ({"either": "long"}, "either", "LONG", "4 characters", "shorten it by 1"),
    ({"either": 4}, "either", "MINIMUM", "4 is below 5", "5 or more"),
    ({"either": []}, "either", "ALTERNATIVES", "none of the ways", ""),
    ({"at": "09:30"}, "$.content", "REQUIRED", "incomplete without 完成", "give all"),
    ({"custmer": 1}, "custmer", "UNKNOWN", "no property “custmer”", "did you mean “customer”"),
    ({"金额": 1}, "金额", "UNKNOWN", "no property “金额”", "write “amount”"),
]


@pytest.mark.parametrize("mistake", WRONG, ids=lambda mistake: str(mistake[0]))
def test_each_mistake_is_told_once_and_plainly(schema, good, mistake):
    changes, path, code, message, remedy = mistake
    found = check(schema, good, **changes)
    assert list(found) == [path]
    assert found[path][0] == code
    assert message in found[path][1]
    assert remedy in found[path][2]


def test_all_mistakes_at_once(schema, good):
    del good["date"]
    found = check(schema, good, amount=1, customer={"nmae": "x"}, rows=[{}, 3])
    assert found.keys() == {
        "date",
        "amount",
        "customer.name",
        "customer.nmae",
        "rows[0].item",
        "rows[1]",
    }
    assert found["date"][2] == "write a date like 2026-03-02"


def test_findings_of_list_entries_stand_in_their_order(schema, good):
    good["rows"] = [{} for _ in range(12)]
    paths = [finding.path for finding in schema.check(good)]
    assert paths == [f"$.content.rows[{index}].item" for index in range(12)]


def test_labels_are_chains_of_titles(schema, good):
    good |= {"rows": [{"item": "a"}, {"item": ""}], "customer": {"x": 1}}
    labels = [finding.label for finding in schema.check(good)]
    assert labels == ["客户 › x", "客户 › 姓名", "明细(第2项) › 项目"]


def test_every_sentence_has_a_code_and_is_said_in_chinese_too(schema, good):
    for changes, *_ in WRONG:
        for finding in schema.check({**good, **changes}):
            assert finding.code.startswith("SCHEMA-")
            assert finding.message.text(Language.ZH)


@given(JSON)
def test_anything_at_all_can_be_checked(schema, value):
    tidy = schema.normalise(value)
    for finding in schema.check(tidy):
        assert finding.path.startswith("$.content")
    schema.complete(tidy)


@given(JSON)
def test_tidying_and_completing_twice_changes_nothing(schema, value):
    tidy = schema.normalise(value)
    assert schema.normalise(tidy) == tidy
    full = schema.complete(value)
    assert schema.complete(full) == full


@given(JSON)
def test_what_is_seen_is_tidied_and_completed(schema, value):
    named = {"name": value, "customer": value}
    for content in (value, {**named, "rows": value}, {**named, "rows": [named, value]}):
        full = view(schema.complete(schema.normalise(content)))
        assert repr(schema.view(content)) == repr(full)


def test_completing_adds_nulls_and_keeps_the_rest(schema, good):
    good |= {"second": {"name": "赵"}, "rows": [{"item": "a"}], "custom": 1}
    full = schema.complete(good)
    assert full["second"] == {"name": "赵", "phone": None}
    assert full["rows"] == [{"item": "a", "due": None}]
    assert full["share"] is None
    assert full["tags"] is None
    assert full["custom"] == 1
    assert "share" not in good


def test_tidying_follows_references_lists_and_alternatives(schema):
    tidy = schema.normalise(
        {
            "code": " ab-1 ",
            "customer": {"name": " 王\u3000", "phone": " 0531 "},
            "rows": [{"item": "a "}],
            "level": " 重大 ",
            "x": " x ",
        }
    )
    assert tidy == {
        "code": "AB-1",
        "customer": {"name": "王", "phone": "0531"},
        "rows": [{"item": "a"}],
        "level": " 重大 ",
        "x": " x ",
    }


def test_stages_have_schemas_of_their_own(schema):
    review = schema.stage("review")
    found = review.check({"name": "王", "date": "x"})
    assert [finding.path for finding in found] == ["$.stages.review.date"]
    assert found[0].label == "审核日期"
    assert schema.stage_names == ("review",)
    with pytest.raises(FindingsError) as refusal:
        schema.stage("reveiw")
    assert "review" in refusal.value.findings[0].remedy.text(Language.EN)


def test_titles_of_places(schema):
    assert schema.title("$.content.customer.phone") == "客户 › 电话"
    assert schema.title("$.content.rows[1].due") == "明细(第2项) › 期限"
    assert schema.title("$.content") == "示例单"
    assert schema.title("$.content.nowhere") == "nowhere"
    assert schema.title("$.stages.review.name") == ""
    assert schema.stage("review").title("$.stages.review.name") == "审核人"
    assert schema.title("content") == ""


def test_a_blank_form_has_every_property(schema):
    blank = schema.blank()
    assert blank["customer"] == {"name": None, "phone": None}
    assert blank["rows"] == []
    assert blank["amount"] is None
    assert json.dumps(blank)
