"""A manifest becomes typed values; each of its mistakes is told at its own place."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rmdocs.errors import FindingsError
from rmdocs.findings import Severity
from rmdocs.forms.desk import desk_numbers, read_desk
from rmdocs.forms.form import Form, read_form
from rmdocs.forms.sections.identity import Access
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Language

ROOT = Path(__file__).parents[2]


def test_what_a_manifest_says(files):
    form = Form.load(files)
    assert form.number == DocumentNumber("RXD7200-05")
    assert form.revision == Revision(major=1, minor=0)
    assert form.title.zh == "客户回访单"
    assert form.effective == date(2026, 1, 1)
    assert form.access is Access.INTERNAL
    assert form.access.marking == "内部资料"
    assert (form.prepared, form.reviewed, form.approved) == ("编制示例", "审核示例", "批准示例")
    assert form.history[0].change.en == "First issue"
    assert form.roles.void_approve == ("department_head",)
    assert form.pending == ()
    assert form.unique is None
    assert form.addressees({}) == ()
    assert [item.name for item in form.derived] == ["total_score"]


def test_rules_and_stages(files):
    form = Form.load(files)
    rule = form.rules[1]
    assert rule.code == "R05-FOLLOW-UP"
    assert rule.severity is Severity.ERROR
    assert rule.each.source == "content.questions"
    assert form.rules[0].when is None
    assert form.rules[2].stage == "review"
    review = form.stage("review")
    assert (review.closes, review.optional, review.person) == (True, False, "name")
    assert (review.signs, review.settles) == (True, True)
    assert form.stage("nothing") is None
    assert form.stage_schema("review").title("$.stages.review.date")


@pytest.mark.parametrize("number", desk_numbers(ROOT), ids=str)
def test_the_built_in_forms_load(number):
    form = Form.load(read_desk(ROOT, number))
    assert form.number == number
    assert all(rule.remedy for rule in form.rules)
    assert form.review_months == 36
    assert any(stage.signs for stage in form.stages)
    assert form.stages[0].settles


MISTAKES = [
    (r"^number = .*", 'number = "RXD7200-5"', "form.number", "FORM-VALUE"),
    (r"^revision = .*", "revision = 1.0", "form.revision", "FORM-TYPE"),
    (r"^revision = .*", 'revision = "2.0"', "history", "FORM-HISTORY"),
    (r'zh = "客户回访单", ', "", "form.title.zh", "FORM-MISSING"),
    (r'en = "Customer call-back sheet"', 'en = " "', "form.title.en", "FORM-EMPTY"),
    (r"^access = .*", 'access = "public"', "form.access", "FORM-CHOICE"),
    (r"^effective = .*", 'effective = "2026-01-01"', "form.effective", "FORM-TYPE"),
    (r"^effective = .*", "effective = 2026-01-01T10:00:00", "form.effective", "FORM-VALUE"),
    (r"^approved = .*", 'approved = "编制示例"', "form", "FORM-THREE"),
    (r"^clause = .*\n", "", "form.clause", "FORM-MISSING"),
    (r"^aliases = .*", 'alias = ["x"]', "form.alias", "FORM-UNKNOWN"),
    (r"^items = .*", 'items = [{ zh = "x" }]', "pending.items[0].en", "FORM-MISSING"),
    (r"^items = .*", "items = [1]", "pending.items[0]", "FORM-TYPE"),
    (r"^\[pending\]\nitems = .*\n", "", "pending", "FORM-MISSING"),
    (r"^issue = .*", "issue = []", "roles.issue", "FORM-EMPTY"),
    (r"^issue = .*", "issue = [1]", "roles.issue[0]", "FORM-TYPE"),
    (r"^subject = .*", 'subject = "content."', "summary.subject", "RULE-SYNTAX"),
    (r"^subject = .*", 'subject = "content.chanel"', "summary.subject", "FORM-FIELD"),
    (r'^name = "total_score"', 'name = "Total"', "derived[0].name", "FORM-VALUE"),
    (r"^require = .*", 'require = "content.called_on <"', "rules[0].require", "RULE-SYNTAX"),
    (r"^require = .*", 'requires = "true"', "rules[0].require", "FORM-MISSING"),
    (r"^require = .*", 'require = "derived.score > 1"', "rules[0].require", "FORM-FIELD"),
    (r"^require = .*", 'require = "stages.reveiw"', "rules[0].require", "FORM-FIELD"),
    (r"^code = .*", 'code = "Call date"', "rules[0].code", "FORM-VALUE"),
    (r"^code = .*", 'code = "R05-FOLLOW-UP"', "rules[1].code", "FORM-DUPLICATE"),
    (r"^severity = .*", 'severity = "fatal"', "rules[0].severity", "FORM-CHOICE"),
    (r"^path = .*", 'path = "$.content.calledon"', "rules[0].path", "FORM-PATH"),
    (r"^path = .*", 'path = "content.called_on"', "rules[0].path", "FORM-PATH"),
    (r"\{\{ item.score \}\}", "{{ item.score }", "rules[1].message", "RULE-SYNTAX"),
    (r"\{\{ item.score \}\}", "{{ content.x }}", "rules[1].message.zh", "FORM-FIELD"),
    (r'^stage = "review"', 'stage = "revue"', "rules[2].stage", "FORM-STAGE"),
    (r"^person = .*", 'person = "names"', "stages[0].person", "FORM-FIELD"),
    (r"^closes = .*", "closes = 1", "stages[0].closes", "FORM-TYPE"),
    (r"^closes = .*", 'repeat = "date"', "stages[0].repeat_values", "FORM-MISSING"),
    (r"^closes = .*", "repeat_values = [1, 1]", "stages[0].repeat_values", "FORM-VALUE"),
    (r"^years = .*", "years = 0", "retention.years", "FORM-VALUE"),
    (r"^years = .*", 'years = "5 if"', "retention.years", "RULE-SYNTAX"),
    (r"^from = .*\n", "", "retention.from", "FORM-MISSING"),
    (r"^\[summary\]", "[sumary]", "sumary", "FORM-UNKNOWN"),
    (r"^\[summary\]", "[review]\nmonths = 0\n[summary]", "review.months", "FORM-VALUE"),
    (r"^\[summary\]", "[review]\nmonths = 121\n[summary]", "review.months", "FORM-VALUE"),
    (r"^\[summary\]", '[review]\nmonths = "12"\n[summary]', "review.months", "FORM-TYPE"),
    (r"^\[summary\]", "[review]\n[summary]", "review.months", "FORM-MISSING"),
    (r"^signs = .*", 'signs = "yes"', "stages[0].signs", "FORM-TYPE"),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake[2]}-{mistake[3]}")
def test_each_mistake_stands_at_its_place(edited, refused, mistake):
    pattern, replacement, path, code = mistake
    found = refused(edited((pattern, replacement)))
    assert found[f"form.toml:{path}"].code == code
    assert found[f"form.toml:{path}"].message.text(Language.ZH)


def test_all_mistakes_at_once(edited, refused):
    found = refused(
        edited(
            (r"^clause = .*\n", ""),
            (r"^subject = .*", 'subject = "("'),
            (r'^name = "review"', 'name = "revue"'),
            (r"^years = .*", ""),
        )
    )
    assert {"form.toml:form.clause", "form.toml:summary.subject", "form.toml:retention.years"} <= (
        found.keys()
    )


def test_stages_and_schema_must_agree(edited, refused):
    found = refused(edited((r'^name = "review"', 'name = "revue"')))
    assert found["form.toml:stages[0].name"].code == "FORM-STAGE"
    assert "review" in found["form.toml:stages"].message.text(Language.EN)


def test_a_misspelt_name_is_guessed(edited, refused):
    found = refused(edited((r"^prepared = ", "preparred = ")))
    assert "prepared" in found["form.toml:form.preparred"].remedy.text(Language.EN)
    found = refused(edited((r"^subject = .*", 'subject = "content.chanel"')))
    assert "channel" in found["form.toml:summary.subject"].remedy.text(Language.EN)


def test_optional_sections(edited):
    more = """
[unique]
key = ["record.unit", "content.called_on"]
code = "R05-ONCE"
message = { zh = "重复", en = "twice" }
[copies]
each = "content.questions"
"""
    form = Form.load(edited((r"^years = .*", "years = '5 if content.follow_up else 3'"), more=more))
    assert [key.source for key in form.unique.key] == ["record.unit", "content.called_on"]
    assert form.unique.clause == ""
    assert form.addressees({"content": {"questions": ("a", "b")}}) == ("a", "b")
    assert form.addressees({"content": {"questions": None}}) == ()
    assert form.retention.years.source == "5 if content.follow_up else 3"


@pytest.mark.parametrize(("closes", "signs"), [(True, False), (False, True), (False, False)])
def test_what_is_signed_or_closed_is_settled(edited, closes, signs):
    changes = (
        (r"^closes = .*\n", "closes = true\n" if closes else ""),
        (r"^signs = .*\n", "signs = true\n" if signs else ""),
    )
    review = Form.load(edited(*changes)).stage("review")
    assert (review.closes, review.signs, review.settles) == (closes, signs, closes or signs)


def test_how_often_a_form_is_reviewed(files, edited):
    assert Form.load(files).review_months is None
    assert Form.load(edited(more="[review]\nmonths = 24")).review_months == 24


def test_personal_records_are_internal_and_destroyable(files, edited):
    form = Form.load(edited((r"^access = .*", 'access = "personal"')))
    assert form.access is Access.PERSONAL
    assert (form.access.marking, form.access.destroyable) == ("内部资料", True)
    assert not Form.load(files).access.destroyable
    assert not Access.CUSTOMER.destroyable


def test_text_in_quotes_is_no_name(edited):
    changed = edited((r"^require = .*", "require = \"'content.nothing' != content.channel\""))
    assert Form.load(changed).rules[0].require.source.startswith("'content")


def test_methods_of_texts_are_no_fields(edited):
    changed = edited((r"^require = .*", "require = \"content.channel.startswith('x')\""))
    assert Form.load(changed)


def test_a_windows_file_is_read_too(files):
    changed = replace(files, manifest=b"\xef\xbb\xbf" + files.manifest.replace(b"\n", b"\r\n"))
    assert Form.load(changed).number == Form.load(files).number


@pytest.mark.parametrize(
    ("manifest", "code"),
    [(b"[form", "FORM-SYNTAX"), (b"\xff", "FORM-ENCODING"), (b"a = 1\na = 2", "FORM-SYNTAX")],
)
def test_what_is_no_toml(files, refused, manifest, code):
    assert refused(replace(files, manifest=manifest))["form.toml"].code == code


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deeply"),
        (b"a = " + b"[" * 60 + b"]" * 60, "nested too deeply"),
        (b".".join([b"a"] * 3000) + b" = 1", "nested too deeply"),
        (b"a = " + b"9" * 5000, "more digits"),
    ],
)
def test_what_python_makes_nothing_of(files, refused, manifest, said):
    found = refused(replace(files, manifest=manifest))["form.toml"]
    assert found.code == "FORM-SYNTAX"
    assert said in str(found.message)


def test_an_empty_manifest_lacks_its_sections(files, refused):
    found = refused(replace(files, manifest=b""))
    assert found.keys() == {
        f"form.toml:{name}" for name in ("form", "pending", "roles", "summary", "retention")
    }


def test_manifest_and_schema_are_both_looked_at(files, refused):
    found = refused(replace(files, manifest=b"", schema=b"{"))
    assert any(path.startswith("form.toml") for path in found)
    assert any(path.startswith("schema.json") for path in found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_manifest_never_crashes(files, data):
    lines = files.manifest.decode().splitlines()
    index = data.draw(st.integers(0, len(lines) - 1))
    other = data.draw(
        st.sampled_from(["", "x = 1", "[[rules]]", "[form]", "code = 3", "stages = {}"])
        | st.sampled_from(lines)
    )
    changed = "\n".join([*lines[:index], other, *lines[index + 1 :]]).encode()
    try:
        _, findings = read_form(replace(files, manifest=changed))
    except FindingsError:
        return
    assert all(finding.path for finding in findings)
