"""Only what uses a wrong value is left unjudged."""

from rmdocs.findings import error
from rmdocs.messages import Bilingual, Verbatim
from rmdocs.records.dependence import faulty_names, sound_derivations, sound_rules
from rmdocs.rules.derived import Derivation
from rmdocs.rules.expression import Expression


def found(*paths, code="SCHEMA-TYPE"):
    return [error(code, path, Verbatim("wrong")) for path in paths]


def derivation(name, source):
    return Derivation(name, Expression.compile(source), Bilingual("", ""))


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
