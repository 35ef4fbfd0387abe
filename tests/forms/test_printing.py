"""``[printing]``: copies, addressees and steps; each of its mistakes is told at its place."""

import json
from pathlib import Path

import pytest

from rmdocs.errors import FindingsError
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.records.context import record_names
from rmdocs.records.draft import RecordDraft

ROOT = Path(__file__).parents[2]
UNIT = {"code": "JN01", "name": "", "full_name": ""}
PRINTING = """
[printing]
copies = "2 if addressee is none else 1"
addressee = "content.customer.name"
sides = 1
steps = [{ zh = "请{{ content.customer.name }}签字", en = "{{ content.customer.name }} signs" }]
"""


def read(number):
    """Return a form of the desk and the names of its sample."""
    files = read_desk(ROOT, DocumentNumber(number))
    form = Form.load(files)
    sample = json.loads(files.sample)["record"]
    return form, sample, lambda: record_names(RecordDraft.parse(sample), form, UNIT)


@pytest.mark.parametrize(("closing", "count"), [(True, 4), (False, 2)])
def test_the_copies_of_an_agreement(closing, count):
    form, sample, names = read("RXD7200-01")
    assert form.printing.sides == 2
    if closing:
        sample["content"]["closing"] |= {"copies_total": 4, "copies_each": 2}
    else:
        del sample["content"]["closing"]
    seen = {**names(), "addressee": None}
    assert form.printing.copies_for(seen) == count
    assert form.printing.addressee_of(seen) == ""
    said = [step.say(seen) for step in form.printing.steps]
    assert not [step for step in said if "{" in step.zh + step.en]
    assert f"共 {count} 份" in said[0].zh
    assert any("骑缝章" in step.zh for step in said)
    assert "只扫描本行留存的一份" in said[-1].zh


def test_a_notice_has_an_addressee_each():
    form, sample, names = read("RXD7200-04")
    sample["content"]["guarantors"] = [{"name": "某担保公司"}]
    known = names()
    addressees = (None, *form.addressees(known))
    found = [form.printing.addressee_of({**known, "addressee": one}) for one in addressees]
    assert found == [sample["content"]["customer"]["name"], "某担保公司"]
    assert form.printing.sides == 1
    assert not [step for one in form.printing.steps if "{" in (step := one.say(known).zh)]


def test_a_form_that_says_nothing_is_printed_once(files):
    printing = Form.load(files).printing
    assert (printing.copies_for({}), printing.sides, printing.steps) == (1, 2, ())
    assert printing.addressee_of({}) == ""


@pytest.mark.parametrize("copies", ["0", "100", "1.5", "'2'", "true", "none"])
def test_what_is_no_number_of_copies(edited, copies):
    more = PRINTING.replace("2 if addressee is none else 1", copies)
    with pytest.raises(FindingsError) as refusal:
        Form.load(edited(more=more)).printing.copies_for({"addressee": None})
    assert [finding.code for finding in refusal.value.findings] == ["PRINT-COPIES"]


def test_what_it_says(edited):
    printing = Form.load(edited(more=PRINTING)).printing
    assert [printing.copies_for({"addressee": one}) for one in (None, {"name": "b"})] == [2, 1]
    (step,) = printing.steps
    assert step.say({"content": {"customer": {"name": "甲"}}}).zh == "请甲签字"


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        (("sides = 1\n", ""), "sides", "FORM-MISSING"),
        (("sides = 1", "sides = 3"), "sides", "FORM-VALUE"),
        (("sides = 1", 'sides = "one"'), "sides", "FORM-TYPE"),
        (("sides = 1", "sides = 1\nstaples = 2"), "staples", "FORM-UNKNOWN"),
        (("2 if addressee is none else 1", "2 +"), "copies", "RULE-SYNTAX"),
        (("2 if addressee is none else 1", "content.copeis"), "copies", "FORM-FIELD"),
        (("2 if addressee is none else 1", "today.day"), "copies", "FORM-FIELD"),
        (('addressee = "content', 'addressee = "contents'), "addressee", "FORM-FIELD"),
        (("{{ content.customer.name }} signs", "{{ addressee }}"), "steps[0].en", "FORM-FIELD"),
        (
            ("{{ content.customer.name }} signs", "{{ content.custmer }}"),
            "steps[0].en",
            "FORM-FIELD",
        ),
        (("{{ content.customer.name }} signs", "{{ content"), "steps[0]", "RULE-SYNTAX"),
        ((', en = "{{ content.customer.name }} signs"', ""), "steps[0].en", "FORM-MISSING"),
        (("steps = [{", "steps = [1, {"), "steps[0]", "FORM-TYPE"),
    ],
)
def test_mistakes(edited, refused, change, path, code):
    assert change[0] in PRINTING
    found = refused(edited(more=PRINTING.replace(*change)))
    assert found[f"form.toml:printing.{path}"].code == code
