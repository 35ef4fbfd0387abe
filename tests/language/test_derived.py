"""Derived values: in order, all failures at once; captured ones are compared."""

from datetime import date
from decimal import Decimal

import pytest

from rmdocs.errors import FindingsError
from rmdocs.language.expression import Expression
from rmdocs.language.rules import Derivation, as_text, compare, derive
from rmdocs.messages import Bilingual, Language
from rmdocs.values import view

LOAN = {
    "balance": "30000000.00",
    "rate": "3.30",
    "notice": "2026-09-14",
    "from": "2026-09-21",
    "to": "2026-10-16",
}
VALUES = {
    "lead_days": "days_between(content.notice|as_date, content.to|as_date)",
    "interest_days": "days_between(content.from|as_date, content.to|as_date)",
    "interest_amount": "interest(content.balance|decimal, content.rate|decimal,"
    " derived.interest_days, 360)",
    "balance_words": "content.balance|rmb_words",
    "total_due": "content.balance|decimal + derived.interest_amount",
    "total_due_words": "derived.total_due|rmb_words",
}
COMPUTED = {
    "lead_days": 32,
    "interest_days": 25,
    "interest_amount": Decimal("68750.00"),
    "balance_words": "人民币叁仟万元整",
    "total_due": Decimal("30068750.00"),
    "total_due_words": "人民币叁仟零陆万捌仟柒佰伍拾元整",
}


def derivations(values):
    return [
        Derivation(
            name=name, value=Expression.compile(source), title=Bilingual(zh=f"{name}的值", en=name)
        )
        for name, source in values.items()
    ]


def derived(values, **content):
    return derive(derivations(values), {"content": view(content)})


def test_the_sample_notice():
    computed = derived(VALUES, **LOAN)
    assert computed == COMPUTED
    assert as_text(computed["total_due"]) == "30068750.00"


def test_kinds_of_values():
    values = {
        "day": "'2026-03-02'|as_date",
        "none": "none",
        "rate": "content.rate / 100",
        "words": "content.rate|filled",
    }
    computed = derived(values, rate=6.5)
    assert computed["day"] == "2026-03-02"
    assert computed["none"] is None
    assert computed["rate"] == Decimal("0.065")
    assert type(computed["words"]) is str


@pytest.mark.parametrize("source", ["content", "[1]", "content.items", "range(2)", "is_uscc"])
def test_what_is_no_value(source):
    with pytest.raises(FindingsError) as caught:
        derived({"x": source}, items=[1])
    assert [(f.code, f.path) for f in caught.value.findings] == [
        ("DERIVED-EVALUATION", "$.derived.x")
    ]


def test_all_failures_at_once_but_not_those_that_follow_from_them():
    with pytest.raises(FindingsError) as caught:
        derived(VALUES, **{**LOAN, "from": "2026-02-30", "balance": "1000000000000"})
    found = caught.value.findings
    assert [f.path for f in found] == ["$.derived.interest_days", "$.derived.balance_words"]
    assert {f.label for f in found} == {"interest_days的值", "balance_words的值"}
    assert all(f.message.text(Language.ZH) for f in found)


def test_a_captured_value_that_agrees():
    captured = {
        "lead_days": 32,
        "interest_days": "25",
        "interest_amount": "68750.00",
        "total_due": "30068750",
        "total_due_words": None,
    }
    assert compare(COMPUTED, captured) == []
    legal = {"words": "人民币壹拾万零柒仟元伍角叁分"}
    assert compare({"words": "人民币壹拾万柒仟元零伍角叁分"}, legal) == []


@pytest.mark.parametrize(
    ("name", "captured"),
    [
        ("lead_days", 31),
        ("lead_days", True),
        ("lead_days", "x"),
        ("lead_days", [32]),
        ("interest_amount", "68750.01"),
        ("interest_amount", "68,750.00"),
        ("balance_words", "人民币叁仟万元"),
        ("balance_words", "美元叁仟万元整"),
        ("balance_words", "人民币叁佰万元整"),
        ("balance_words", 30000000),
    ],
)
def test_a_captured_value_that_disagrees(name, captured):
    (finding,) = compare(COMPUTED, {name: captured}, derivations(VALUES))
    assert finding.code == "DERIVED-DISAGREES"
    assert finding.path == f"$.derived.{name}"
    assert finding.label == f"{name}的值"
    text = finding.message.text(Language.EN)
    assert as_text(captured) in text
    assert as_text(COMPUTED[name]) in text


def test_a_captured_value_nobody_computes():
    (finding,) = compare(COMPUTED, {"lead": 32})
    assert (finding.code, finding.path) == ("DERIVED-UNKNOWN", "$.derived.lead")


def test_as_text():
    assert as_text(Decimal("1E+3")) == "1000"
    assert as_text(date(2026, 3, 2)) == "2026-03-02"
    assert as_text(None) == "null"
