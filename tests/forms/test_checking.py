"""Checking a form as a whole: template, schema, sample and manifest together."""

import json
from dataclasses import replace

from rmdocs.findings import Severity
from rmdocs.forms.checking import check_form, form_names
from rmdocs.forms.form import Form

USED = frozenset(
    {
        "number",
        "blank",
        "unit.name",
        "line.answer",
        "content.customer.name",
        "content.customer.category",
        "content.caller.name",
        "content.caller.staff_no",
        "content.questions[].question",
        "content.questions[].answer",
        "content.questions[].score",
        "stages.review.opinion",
        "derived.total_score",
    }
)


def test_a_sound_form(files):
    assert check_form(files) == []
    assert check_form(files, USED) == []


def test_names_of_a_form(files):
    names = form_names(Form.load(files))
    assert {"content", "derived.total_score", "stages.review.date"} <= names
    assert "content.questions[].score" in names


def test_a_template_uses_what_the_form_has_not(files):
    used = {"content.custmer.name", "stages.reveiw", "derived.total", "content.questions[].scor"}
    found = check_form(files, USED | used)
    assert {finding.path for finding in found} == {f"template.docx:{name}" for name in used}
    assert {finding.code for finding in found} == {"FORM-TEMPLATE"}


def test_what_is_captured_but_used_nowhere_is_a_warning(files):
    found = check_form(files, USED - {"content.customer.category", "stages.review.opinion"})
    assert [(finding.path, finding.severity) for finding in found] == [
        ("schema.json:content.customer.category", Severity.WARNING),
        ("schema.json:stages.review.opinion", Severity.WARNING),
    ]


def test_a_group_printed_whole_prints_its_parts(files):
    used = {name for name in USED if not name.startswith("content.questions")}
    assert check_form(files, used | {"content.questions"}) == []


def test_properties_need_a_title_and_a_description(files):
    schema = json.loads(files.schema)
    del schema["properties"]["channel"]["title"]
    found = check_form(replace(files, schema=json.dumps(schema).encode()), USED)
    assert [finding.path for finding in found] == ["schema.json:content.channel"]


def test_the_sample_is_of_this_form(files):
    other = json.loads(files.sample)
    other["record"]["form"] = "RXD7200-01"
    found = check_form(replace(files, sample=json.dumps(other).encode()))
    assert [finding.code for finding in found] == ["FORM-SAMPLE"]
    assert check_form(replace(files, sample=b"{"))[0].path.startswith("sample.json:line 1")
    assert check_form(replace(files, sample=b"[]"))[0].code == "FORM-SAMPLE"


def test_a_form_that_does_not_load_is_told_with_its_sample(files):
    found = check_form(replace(files, manifest=b"", sample=b"{"), USED)
    places = {finding.path.partition(":")[0] for finding in found}
    assert places == {"form.toml", "sample.json"}


def test_what_a_place_goes_by_is_printed_once(edited):
    slip = """
[[slips]]
name = "receipt"
title = { zh = "回执联", en = "Receipt slip" }
code = { anchor = "回执联", right = 165, down = -11 }
"""
    files = edited(more=slip)
    assert check_form(files, USED, text="通知联\n回执联\n") == []
    for text in ("通知联", "回执联 回执联"):
        [finding] = check_form(files, USED, text=text)
        assert (finding.code, finding.path, finding.severity) == (
            "FORM-PLACE",
            "form.toml:slips[0].code.anchor",
            Severity.WARNING,
        )
