"""Expressions and phrases: compiled once, findings instead of tracebacks."""

import contextlib

import pytest
from bank import refused_for
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import FindingsError
from rmdocs.language.expression import Expression, Phrase
from rmdocs.messages import Language
from rmdocs.values import view


@pytest.mark.parametrize(
    "source",
    [
        *("", "a b", "a ==", "a|nofilter", "a is notest", "1 if a else b|nofilter", "{{ a }}"),
        *("a }}", "a if", "'", "a; b", "{% if a %}", "(" * 5000 + ")" * 5000),
    ],
)
def test_no_expression(source):
    with pytest.raises(FindingsError) as caught:
        Expression.compile(source)
    (finding,) = caught.value.findings
    assert finding.code == "RULE-SYNTAX"
    assert source in finding.message.text(Language.EN)
    assert finding.message.text(Language.ZH)


@given(st.text(max_size=30))
def test_any_text_is_an_expression_or_a_finding(source):
    with contextlib.suppress(FindingsError):
        Expression.compile(source).evaluate({"a": 1})


@pytest.mark.parametrize("inside", ["1", "a"])
@pytest.mark.parametrize("depth", [50, 150, 300, 2000])
@pytest.mark.parametrize(
    ("opening", "closing"), [("1 + (", ")"), ("[", "]"), ("not ", ""), ("a|default(", ")")]
)
def test_nesting_is_computed_or_a_finding(depth, opening, closing, inside):
    with contextlib.suppress(FindingsError):
        Expression.compile(opening * depth + inside + closing * depth).evaluate({"a": 1})
    with contextlib.suppress(FindingsError):
        Phrase.compile(f"{{{{ {opening * depth}{inside}{closing * depth} }}}}").say({"a": 1})


def test_what_it_yields_is_a_tuple_and_fails_where_it_is_evaluated():
    assert Expression.compile("a|map('decimal')").evaluate({"a": ("1", "2")}) == (1, 2)
    with refused_for("RULE-EVALUATION"):
        Expression.compile("a|map('decimal')").evaluate({"a": ("1", "x")})


def test_a_refusal_is_said_in_both_languages():
    with pytest.raises(FindingsError) as caught:
        Expression.compile("content.day|as_date").evaluate({"content": view({"day": "2026-02-30"})})
    (finding,) = caught.value.findings
    assert finding.code == "RULE-EVALUATION"
    english = finding.message.text(Language.EN)
    assert "content.day|as_date" in english
    assert "“2026-02-30” is not a date" in english


def test_the_reason_names_what_is_missing():
    with pytest.raises(FindingsError) as caught:
        Expression.compile("content.nmae == ''").evaluate({"content": view({"name": "x"})})
    assert "there is no “nmae” here" in caught.value.findings[0].message.text(Language.EN)


def test_texts_are_joined():
    names = {"content": view({"day": "2026-03-02"}), "n": 3}
    assert Expression.compile("content.day[:4] ~ '-' ~ n").evaluate(names) == "2026-3"
    assert Expression.compile("'a' ~ 'b'").evaluate({}) == "ab"


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.text(max_size=3) | st.integers() | st.dates(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner),
    ),
    path=st.lists(st.sampled_from([*"abcd", "upper", "year", "__class__", "days"]), min_size=1),
)
def test_what_is_only_looked_up_is_what_a_program_would_find(value, path):
    names = {"a": view(value), "b": view({"a": value, "b": [value]})}
    told = []
    for source in (".".join(path), f"({'.'.join(path)}) if true else none"):
        try:
            told.append(repr(Expression.compile(source).evaluate(names)))
        except FindingsError as refused:
            (finding,) = refused.findings
            told.append(finding.message.text(Language.EN).partition(": ")[2])
    assert told[0] == told[1]


def test_one_expression_serves_many_records():
    expression = Expression.compile("content.a + 1")
    assert [expression.evaluate({"content": view({"a": n})}) for n in range(3)] == [1, 2, 3]


def test_phrases():
    phrase = Phrase.compile("余额 {{ a|money }} 元")
    assert phrase.say({"a": "1409.5"}) == "余额 1,409.50 元"
    assert phrase.say({"a": "x"}) == phrase.say({}) == "余额 {{ a|money }} 元"
    assert Phrase.compile("不含 {index} 标签").say({}) == "不含 {index} 标签"
    assert Phrase.compile("{{ a }}").say({"a": "{{ b }} {0} <&>"}) == "{{ b }} {0} <&>"


@pytest.mark.parametrize("source", ["{{ a", "{{ a|nofilter }}", "{{ }}", "{% if a %}"])
def test_no_phrase(source):
    with pytest.raises(FindingsError) as caught:
        Phrase.compile(source)
    assert caught.value.findings[0].code == "RULE-SYNTAX"


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("1 + 2", set()),
        ("content.a.b|map(attribute='x')|list", {"content"}),
        ("item.score if stages.review is not none else index", {"item", "stages", "index"}),
        ("'content.a' ~ record.date", {"record"}),
        ("months_before(content.maturity|as_date, 1)", {"content"}),
        ("电话", {"电话"}),
        ("true and none is none and True", set()),
    ],
)
def test_names_an_expression_takes_from_its_surroundings(source, names):
    assert Expression.compile(source).names() == names


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("(content.day[:4]|int + 1) ~ '-01-01'", "2027-01-01"),
        ("'a' ~ content.day", "a2026-03-04"),
        ("('a' ~ content.day[:4]) ~ 'b'", "a2026b"),
        ("('' ~ '') ~ content.day[5:7]", "03"),
    ],
)
def test_joined_from_what_is_computed(source, expected):
    names = {"content": view({"day": "2026-03-04"})}
    assert Expression.compile(source).evaluate(names) == expected
