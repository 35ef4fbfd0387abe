"""Only what uses a wrong value is left unjudged."""

import pytest

from rmdocs.findings import NOTHING, Severity, error
from rmdocs.forms.sections.rules import DerivedSection, RulesSection
from rmdocs.forms.sections.summary import UniqueSection
from rmdocs.language.expression import Expression
from rmdocs.language.rules import Derivation, Rule, Saying
from rmdocs.messages import Bilingual, Verbatim
from rmdocs.records.dependence import faulty_names, rests_on, sound_derivations, sound_rules


def found(*paths, code="SCHEMA-TYPE"):
    return [error(code, path, Verbatim("wrong"), NOTHING) for path in paths]


def derivation(name, source):
    return Derivation(name=name, value=Expression.compile(source), title=Bilingual(zh="", en=""))


def test_names_of_faulty_values():
    assert faulty_names(found("$.content.rows[3].due", "$.content")) == {
        ("content", "rows", "due"),
        ("content",),
    }
    assert faulty_names(found("$.stages.review.date"), "review") == {("stage", "date")}
    assert faulty_names(found("$.content.x", code="SCHEMA-UNKNOWN")) == frozenset()


def test_derived_values_fall_with_what_they_use():
    every = [
        derivation("sum", "content.rows|sum(attribute='due')"),
        derivation("words", "derived.sum ~ 'x'"),
        derivation("other", "content.customer.name"),
    ]
    sound, faulty = sound_derivations(every, faulty_names(found("$.content.rows[0].due")))
    assert [one.name for one in sound] == ["other"]
    assert ("derived", "words") in faulty


def test_everything_falls_with_the_content():
    every = [derivation("a", "content.a"), derivation("b", "record.date")]
    sound, _ = sound_derivations(every, faulty_names(found("$.content")))
    assert [one.name for one in sound] == ["b"]


def test_with_nothing_wrong_every_rule_is_sound(form):
    assert sound_rules(form.rules, frozenset()) == list(form.rules)


def test_a_name_in_quotes_is_no_use(form):
    every = [derivation("a", "'content.a' ~ content.b")]
    assert sound_derivations(every, faulty_names(found("$.content.a")))[0] == every


def rule(code, require, each=None, when=None):
    return Rule(
        code=code,
        severity=Severity.ERROR,
        require=Expression.compile(require),
        path="$.content.rows[{index}].due" if each else "$.content.a",
        message=Saying.compile(Bilingual(zh="错", en="wrong")),
        remedy=None,
        clause="",
        when=Expression.compile(when) if when else None,
        each=Expression.compile(each) if each else None,
    )


RULES = (
    rule("TWO", "content.a < content.b.c"),
    rule("DERIVED", "derived.twice < 5"),
    rule("EACH", "item.due > 0 and item.due < content.most", each="content.rows"),
    rule("ALL", "item in content.rows|unique|list", each="content.rows"),
)


@pytest.mark.parametrize(
    ("code", "path", "changed", "rests"),
    [
        ("TWO", "$.content.a", "$.content.b.c", True),
        ("TWO", "$.content.a", "$.content.b", True),
        ("TWO", "$.content.a", "$.content.b.d", False),
        ("TWO", "$.content.a", "$.content.other", False),
        ("TWO", "$.content.a", "$.date", True),
        ("DERIVED", "$.derived.twice", "$.content.once", True),
        ("DERIVED", "$.derived.twice", "$.content.other", False),
        ("EACH", "$.content.rows[1].due", "$.content.rows[1].name", True),
        ("EACH", "$.content.rows[1].due", "$.content.rows[0].due", False),
        ("EACH", "$.content.rows[1].due", "$.content.rows", True),
        ("EACH", "$.content.rows[1].due", "$.content.most", True),
        ("ALL", "$.content.rows[1].due", "$.content.rows[0].due", True),
        ("SCHEMA-TYPE", "$.content.x", "$.content.x.y", True),
        ("SCHEMA-TYPE", "$.content.x.y", "$.content.x", True),
        ("SCHEMA-TYPE", "$.content.x", "$.content.y", False),
        ("R04-UNIQUE", "$.content", "$.content.iou", True),
        ("R04-UNIQUE", "$.content", "$.content.phone", False),
    ],
)
def test_what_a_finding_rests_on(form, code, path, changed, rests):
    key = (Expression.compile("content.iou"),)
    values = (derivation("twice", "derived.one * 2"), derivation("one", "content.once"))
    unique = UniqueSection(key=key, code="R04-UNIQUE", message=Bilingual(zh="", en=""), clause="")
    own = (
        form.having(RulesSection(rules=RULES)).having(DerivedSection(values=values)).having(unique)
    )
    [one] = found(path, code=code)
    assert rests_on(one, [changed], own) is rests
