"""What expressions and templates see: complete, immutable, and made of facts alone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rmdocs.findings import NOTHING, Severity, error
from rmdocs.forms.sections.rules import DerivedSection, RulesSection
from rmdocs.forms.sections.summary import UniqueSection
from rmdocs.language.expression import Expression
from rmdocs.language.rules import Derivation, Rule, Saying
from rmdocs.language.sandbox import CALENDAR
from rmdocs.language.workingdays import WEEK
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Bilingual, Verbatim
from rmdocs.records.check import accepted
from rmdocs.records.context import (
    UnheldError,
    act_names,
    blank_context,
    captured,
    faulty_names,
    record_names,
    rests_on,
    sound_derivations,
    sound_rules,
    template_context,
)
from rmdocs.records.draft import RecordDraft
from rmdocs.schemas.fields import Field, FieldKind
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


NAME = Field(name="name", kind=FieldKind.TEXT)
WANTED = Field(name="wanted", kind=FieldKind.TEXT, required=True, nullable=True)
GROUP = Field(name="", kind=FieldKind.OBJECT, children=(NAME, WANTED))


@pytest.mark.parametrize(
    ("value", "kind", "held"),
    [
        ("x", FieldKind.TEXT, "x"),
        (True, FieldKind.BOOLEAN, True),
        (None, FieldKind.TEXT, None),
        (date(2026, 3, 2), FieldKind.DATE, "2026-03-02"),
        (Decimal("1200.50"), FieldKind.DECIMAL, "1200.50"),
        (1200, FieldKind.DECIMAL, "1200"),
        (Decimal("1E+3"), FieldKind.DECIMAL, "1000"),
        (Decimal(3), FieldKind.INTEGER, 3),
        (Decimal("3.5"), FieldKind.INTEGER, "3.5"),
        (Decimal("3.5"), FieldKind.NUMBER, 3.5),
        (7, FieldKind.TEXT, 7),
    ],
)
def test_plain_values(value, kind, held):
    found = captured(value, Field(name="", kind=kind))
    assert found == held
    assert type(found) is type(held)


def test_lists_and_objects():
    assert captured(
        (1, Decimal(2)),
        Field(name="", kind=FieldKind.LIST, item=Field(name="", kind=FieldKind.DECIMAL)),
    ) == [
        "1",
        "2",
    ]
    value = View({"name": None, "wanted": None, "other": (1,)})
    assert captured(value, GROUP) == {"wanted": None, "other": [1]}
    assert captured({"other": Decimal("1.5")}, None) == {"other": "1.5"}


@pytest.mark.parametrize("value", [timedelta(1), object(), {"a": timedelta(1)}, [object()]])
def test_what_no_record_holds(value):
    with pytest.raises(UnheldError):
        captured(value, None)


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
