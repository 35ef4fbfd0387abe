"""Rules: guards, items, stages, messages, and rules that cannot be judged."""

import time

import pytest

from rmdocs.errors import FindingsError
from rmdocs.findings import Severity
from rmdocs.language.expression import Expression
from rmdocs.language.rules import Rule, Saying, evaluate
from rmdocs.messages import Bilingual, Language
from rmdocs.values import view


def make(require, **parts):
    expressions = {
        name: Expression.compile(parts.pop(name)) for name in ("when", "each") if name in parts
    }
    return Rule(
        code=parts.pop("code", "R00-TEST"),
        severity=parts.pop("severity", Severity.ERROR),
        require=Expression.compile(require),
        path=parts.pop("path", "$.content.a"),
        message=Saying.compile(parts.pop("message", Bilingual(zh="不对", en="wrong"))),
        **expressions,
        **parts,
    )


def names(**content):
    return {"content": view(content)}


def test_a_rule_that_holds_says_nothing():
    assert evaluate([make("content.a == 1")], names(a=1)) == []


def test_a_finding_has_every_part():
    rule = make(
        "content.a|decimal <= 5",
        severity=Severity.WARNING,
        message=Bilingual(zh="{{ content.a|money }}太大", en="{{ content.a|money }} is too large"),
        remedy=Saying.compile(Bilingual(zh="改成{{ 5 }}", en="make it {{ 5 }}")),
        clause="§1",
    )
    (finding,) = evaluate([rule], names(a="6"))
    assert (finding.code, finding.severity, finding.path, finding.clause) == (
        "R00-TEST",
        Severity.WARNING,
        "$.content.a",
        "§1",
    )
    assert finding.message.text(Language.ZH) == "6.00太大"
    assert finding.message.text(Language.EN) == "6.00 is too large"
    assert finding.remedy.text(Language.ZH) == "改成5"


def test_braces_in_a_value_stay_as_they_are():
    rule = make("false", message=Bilingual(zh="“{{ content.a }}”", en="“{{ content.a }}”"))
    (finding,) = evaluate([rule], names(a="{{ b }} {0} {a}"))
    assert finding.message.text(Language.EN) == "“{{ b }} {0} {a}”"


def test_guard():
    rule = make("content.a|decimal > 0", when="content.a is not none")
    assert evaluate([rule], names(a=None)) == []
    assert len(evaluate([rule], names(a="0"))) == 1


def test_each_item_has_its_place():
    rule = make(
        "item.n > 1",
        each="content.rows",
        path="$.content.rows[{index}].n",
        message=Bilingual(
            zh="第{{ index + 1 }}行{{ item.n }}", en="row {{ index + 1 }}: {{ item.n }}"
        ),
    )
    found = evaluate([rule], names(rows=[{"n": 1}, {"n": 2}, {"n": 0}]))
    assert [(f.path, f.message.text(Language.EN)) for f in found] == [
        ("$.content.rows[0].n", "row 1: 1"),
        ("$.content.rows[2].n", "row 3: 0"),
    ]
    assert evaluate([rule], names(rows=None)) == []
    assert evaluate([rule], names(rows=[])) == []


def test_an_item_that_cannot_be_judged_does_not_hide_the_others():
    rule = make("item|decimal > 1", each="content.rows", path="$.content.rows[{index}]")
    found = evaluate([rule], names(rows=["x", "0", "2"]))
    assert [(f.code, f.path) for f in found] == [
        ("RULE-EVALUATION", "$.content.rows[0]"),
        ("R00-TEST", "$.content.rows[1]"),
    ]


@pytest.mark.parametrize("each", ["content.a", "content", "content.missing", "content.n"])
def test_what_cannot_be_gone_through(each):
    rule = make("true", each=each, path="$.content.a[{index}].b")
    (finding,) = evaluate([rule], names(a="甲乙", n=5))
    assert (finding.code, finding.path) == ("RULE-EVALUATION", "$.content.a")


@pytest.mark.parametrize(
    ("require", "when"),
    [
        ("content.day|as_date <= '2026-01-01'|as_date", "true"),
        ("true", "content.day|as_date <= '2026-01-01'|as_date"),
        ("content.missing", "true"),
        ("content.day > 5", "true"),
    ],
)
def test_a_rule_that_cannot_be_judged_is_a_finding(require, when):
    (finding,) = evaluate([make(require, when=when, severity=Severity.WARNING)], names(day="x"))
    assert finding.code == "RULE-EVALUATION"
    assert finding.severity is Severity.ERROR
    assert finding.path == "$.content.a"
    assert "R00-TEST" in finding.message.text(Language.EN)
    assert finding.message.text(Language.ZH)


def test_a_message_that_cannot_be_filled_does_not_hide_the_finding():
    rule = make("false", message=Bilingual(zh="{{ content.b|money }}", en="plain"))
    (finding,) = evaluate([rule], names(b="x"))
    assert finding.message.text(Language.ZH) == "{{ content.b|money }}"


def test_rules_of_a_stage_apply_to_it_alone():
    rules = [make("false", code="R00-A"), make("stage.day > '2026'", code="R00-B", stage="receipt")]
    context = {**names(), "stage": view({"day": "2025"})}
    assert [f.code for f in evaluate(rules, context)] == ["R00-A"]
    assert [f.code for f in evaluate(rules, context, "receipt")] == ["R00-B"]
    assert evaluate(rules, context, "delivery") == []


def test_mistakes_in_both_languages_are_found_at_once():
    with pytest.raises(FindingsError) as caught:
        Saying.compile(Bilingual(zh="{{ a", en="{{ b|nofilter }}"))
    assert len(caught.value.findings) == 2


def test_a_hundred_rules_take_a_few_milliseconds():
    rules = [make("content.a|decimal <= content.b|decimal", when="content.a != ''")] * 100
    context = names(a="1.00", b="2.00")
    evaluate(rules, context)
    started = time.perf_counter()
    for _ in range(10):
        assert evaluate(rules, context) == []
    assert (time.perf_counter() - started) / 10 < 0.1
