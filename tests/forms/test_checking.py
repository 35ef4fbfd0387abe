"""Checking a form as a whole: template, schema, sample and manifest together."""

import json
from dataclasses import replace

import pytest

from rmdocs.findings import Severity
from rmdocs.forms.checking import check_form, form_names, succession
from rmdocs.forms.form import Form
from rmdocs.messages import Language

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


HISTORY = (
    '[[history]]\nrevision = "1.1"\ndate = 2026-02-01\nchange = { zh = "改", en = "changed" }\n'
)
REVISED = ((r'^revision = "1.0"', 'revision = "1.1"'), (r"^\[roles\]", f"{HISTORY}[roles]"))


@pytest.fixture
def revised(edited):
    """Return the next revision of the form: its schema changed, with steps."""

    def revise(change, *steps, manifest=()):
        texts = "".join(f"\n[[migration.steps]]\n{step}\n" for step in steps)
        more = f'[migration]\nfrom = "1.0"\n{texts}' if steps else ""
        changed = edited(*REVISED, *manifest, more=more)
        schema = json.loads(changed.schema)
        change(schema)
        return replace(changed, schema=json.dumps(schema).encode())

    return revise


@pytest.fixture
def told(files, revised):
    """Return what is found wrong between the form and its next revision, by place."""

    def tell(*arguments, **named):
        found = succession(Form.load(files), Form.load(revised(*arguments, **named)))
        return {finding.path.removeprefix("form.toml:"): finding for finding in found}

    return tell


def unchanged(_schema):
    pass


def follow_up_becomes_measure(schema):
    schema["properties"]["measure"] = schema["properties"].pop("follow_up")


NO_FOLLOW_UP = ((r'^require = "content.follow_up is not none"', 'require = "true"'),)


def test_nothing_changed(told):
    assert told(unchanged) == {}


def test_what_was_captured_needs_a_step(told):
    found = told(follow_up_becomes_measure, manifest=NO_FOLLOW_UP)
    assert found.keys() == {"migration"}
    assert "content.follow_up" in found["migration"].message.text(Language.EN)
    steps = ('rename = "content.follow_up"\nto = "content.measure"',)
    assert told(follow_up_becomes_measure, *steps, manifest=NO_FOLLOW_UP) == {}
    steps = ('drop = "content.follow_up"',)
    assert told(follow_up_becomes_measure, *steps, manifest=NO_FOLLOW_UP) == {}


def test_an_object_left_behind_is_told_once(told):
    def change(schema):
        schema["properties"].pop("caller")
        schema["required"].remove("caller")

    found = told(change)
    assert found.keys() == {"migration"}
    assert "“content.caller”" in found["migration"].message.text(Language.EN)
    assert told(change, 'drop = "content.caller"') == {}


def test_an_object_whose_parts_all_moved_is_gone(told):
    def change(schema):
        person = schema["properties"].pop("caller")
        schema["required"].remove("caller")
        schema["properties"]["by"] = {**person, "title": "回访人"}

    moved = [
        f'rename = "content.caller.{name}"\nto = "content.by.{name}"'
        for name in ("name", "staff_no")
    ]
    assert told(change, *moved) == {}
    assert told(change, moved[0]).keys() == {"migration"}


WRONG = {
    "renames what was not there": ('rename = "content.x"\nto = "content.channel"', "rename"),
    "drops what was not there": ('drop = "content.folow_up"', "drop"),
    "goes through no list": ('set = "content.follow_up[].x"\nvalue = 1', "set"),
    "puts a value on another": ('rename = "content.channel"\nto = "content.follow_up"', "to"),
    "reads what was not there": ('set = "content.channel"\nvalue = "content.chanel"', "value"),
    "asks what was not derived": (
        'set = "content.channel"\nvalue = "1"\nwhen = "derived.total > 3"',
        "when",
    ),
    "reads no such stage": ('set = "content.channel"\nvalue = "stages.revue.date"', "value"),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_steps_that_do_not_fit(told, wrong):
    step, key = wrong

    def change(schema):
        if "[].x" in step:
            items = {"type": "object", "properties": {"x": {"type": "integer"}}}
            schema["properties"]["follow_up"] = {"title": "x", "type": "array", "items": items}

    found = told(change, step)[f"migration.steps[0].{key}"]
    assert found.code in {"FORM-MIGRATION", "FORM-FIELD"}


def test_a_name_between_is_known_to_later_steps(told):
    steps = (
        'rename = "content.channel"\nto = "content.between"',
        'rename = "content.follow_up"\nto = "content.channel"',
        'rename = "content.between"\nto = "content.follow_up"',
    )
    assert told(unchanged, *steps) == {}


def test_a_name_is_free_once_it_is_dropped(told):
    steps = ('drop = "content.follow_up"', 'rename = "content.channel"\nto = "content.follow_up"')
    assert told(unchanged, *steps) == {}


OPEN = ((r"^closes = .*\n", ""), (r"^signs = .*\n", ""))
SIGNED = ((r"^closes = .*\n", ""),)
OTHER_STAGE = (
    (r'^name = "review"', 'name = "opinion"'),
    (r'^stage = "review"', 'stage = "opinion"'),
    (r"^path = \"\$\.stages\.review\.date\"", 'path = "$.stages.opinion.date"'),
)


def stage_renamed(schema):
    schema["$defs"]["stages"]["opinion"] = schema["$defs"]["stages"].pop("review")


def opinion_dropped(schema):
    review = schema["$defs"]["stages"]["review"]
    del review["properties"]["opinion"]
    review["required"].remove("opinion")


def test_stages_of_open_records_that_are_gone_are_a_warning(edited, revised):
    new = Form.load(revised(stage_renamed, manifest=OTHER_STAGE))
    (found,) = succession(Form.load(edited(*OPEN)), new)
    assert (found.path, found.severity) == ("form.toml:stages", Severity.WARNING)
    assert succession(Form.load(edited(*SIGNED)), new) == []


def test_what_a_stage_of_open_records_captured_needs_a_step(edited, revised):
    new = Form.load(revised(opinion_dropped))
    (found,) = succession(Form.load(edited(*OPEN)), new)
    assert "stages.review.opinion" in found.message.text(Language.EN)
    assert succession(Form.load(edited(*SIGNED)), new) == []


def test_checking_a_form_compares_it_with_what_was_released(files, revised):
    changed = revised(follow_up_becomes_measure, manifest=NO_FOLLOW_UP)
    earlier = Form.load(files)
    codes = [finding.code for finding in check_form(changed, released=[earlier])]
    assert codes == ["FORM-MIGRATION"]
    assert check_form(changed) == []
    assert check_form(files, released=[earlier]) == []
