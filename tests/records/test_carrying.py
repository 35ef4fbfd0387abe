"""Steps of a migration on one record: nothing lost, nothing guessed, in their order."""

import copy
import json

import pytest
from revised import next_revision, with_property

from rmdocs.forms.form import Form
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Language
from rmdocs.records.draft import RecordDraft
from rmdocs.records.migration import RecordChange, migrate

REVIEW = (StageKey(name="review"), {"name": "郑部长", "opinion": "已阅", "date": "2026-10-23"})
FOLLOW_UP = 'require = "content.follow_up is not none"'


def renamed(old, new):
    """Return a change of a schema that calls a property otherwise."""

    def change(schema):
        schema["properties"][new] = schema["properties"].pop(old)
        schema["required"] = [new if name == old else name for name in schema["required"]]

    return change


NUMBER, TEXT = {"type": "integer"}, {"type": "string"}
WAN = {"$ref": "common.schema.json#/$defs/wan"}
RENAME = 'rename = "content.channel"\nto = "content.way"'
NO_CHANNEL = ((r'^subject = "content.channel"', 'subject = "content.customer.name"'),)


def test_a_value_moves_to_its_new_name(carried, sample):
    before = copy.deepcopy(sample["record"])
    found = carried(RENAME, change=renamed("channel", "way"), manifest=NO_CHANNEL)
    assert found.draft.content["way"] == "电话"
    assert "channel" not in found.draft.content
    assert found.changes == (
        RecordChange(path="$.content.channel", old="电话", new=None),
        RecordChange(path="$.content.way", old=None, new="电话"),
    )
    assert {**found.draft.to_json(), "content": None} == {**before, "content": None}


def test_captured_derived_values_and_offered_stages_do_not_survive(carried, sample):
    assert sample["derived"]
    assert sample["stages"]
    found = carried()
    assert (found.draft.captured_derived, found.draft.offered_stages) == ({}, ())


def test_a_value_is_computed_from_the_record_as_it_was(carried):
    found = carried(
        'drop = "content.channel"',
        'set = "content.follow_up"\nvalue = "content.channel ~ derived.total_score ~ unit.code'
        " ~ record.date ~ (stages.review is none) ~ (content.follow_up or '')\"",
        content={"follow_up": "旧"},
    )
    assert found.draft.content["follow_up"] == "电话8JN012026-10-22True旧"


def test_steps_are_carried_out_in_their_order(carried):
    first = 'set = "content.follow_up"\nvalue = "\'一\'"'
    second = 'set = "content.follow_up"\nvalue = "\'二\'"'
    assert carried(first, second).draft.content["follow_up"] == "二"
    assert carried(second, first).draft.content["follow_up"] == "一"


def test_a_condition_and_a_default(carried):
    only_visits = (
        'set = "content.follow_up"\nvalue = "\'访\'"\nwhen = "content.channel == \'上门\'"'
    )
    otherwise = 'default = "content.follow_up"\nvalue = "\'无\'"'
    assert carried(only_visits, otherwise).draft.content["follow_up"] == "无"
    visited = {"channel": "上门"}
    assert carried(only_visits, otherwise, content=visited).draft.content["follow_up"] == "访"
    given = {"follow_up": None}
    assert carried(otherwise, content=given).draft.content["follow_up"] == "无"


def test_an_item_is_the_one_the_old_form_saw(carried):
    steps = (
        'rename = "content.questions[].score"\nto = "content.questions[].between"',
        'set = "content.questions[].score"\nvalue = "item.score * 10 + index"',
        'drop = "content.questions[].between"',
    )
    found = carried(*steps)
    assert [one["score"] for one in found.draft.content["questions"]] == [50, 31]


def test_items_are_found_after_their_list_was_renamed(carried):
    steps = (
        'rename = "content.questions"\nto = "content.between"',
        'set = "content.between[].answer"\nvalue = "item.question"',
        'rename = "content.between"\nto = "content.questions"',
    )
    found = carried(*steps).draft.content["questions"]
    assert [one["answer"] for one in found] == [one["question"] for one in found]


def test_items_themselves_become_something_else(carried):
    value = "{'question': item.question, 'answer': item.answer, 'score': 6 - item.score}"
    found = carried(f'set = "content.questions[]"\nvalue = "{value}"').draft.content["questions"]
    assert [one["score"] for one in found] == [1, 3]


def test_a_stage_is_carried_over_too(carried):
    step = 'set = "stages.review.opinion"\nvalue = "stages.review.opinion ~ \'。\'"'
    found = carried(step, stages=[REVIEW])
    assert found.stages == ((StageKey(name="review"), {**REVIEW[1], "opinion": "已阅。"}),)
    assert found.changes == (
        RecordChange(path="$.stages.review.opinion", old="已阅", new="已阅。"),
    )
    assert carried(step).stages == ()


def of_quarter(change):
    return lambda schema: change(schema["$defs"]["stages"]["quarter_actual"])


def test_repetitions_of_a_stage(plan, plan_files, quarters, unit):
    draft = RecordDraft.parse(json.loads(plan_files.sample)["record"])
    value = "item.fee_income|decimal * 2 + index"
    files = next_revision(
        plan_files,
        f'set = "stages.quarter_actual[].other_income"\nvalue = "{value}"',
        change=of_quarter(with_property("other_income", WAN, required=True)),
    )
    found = migrate(draft, quarters, (plan, Form.load(files)), unit)
    assert [key for key, _ in found.stages] == [key for key, _ in quarters]
    assert found.changes == (
        RecordChange(path="$.stages.quarter_actual[0].other_income", old=None, new=3),
        RecordChange(path="$.stages.quarter_actual[1].other_income", old=None, new=4),
    )


def test_a_property_moves_into_an_object_and_out_of_it(carried):
    def change(schema):
        del schema["properties"]["follow_up"]
        wrapped = {"type": "object", "additionalProperties": False, "properties": {"text": TEXT}}
        with_property("measure", wrapped)(schema)

    manifest = ((FOLLOW_UP.replace(".", r"\."), 'require = "true"'),)
    into = 'rename = "content.follow_up"\nto = "content.measure.text"'
    found = carried(into, change=change, manifest=manifest, content={"follow_up": "电话跟进"})
    assert found.draft.content["measure"] == {"text": "电话跟进"}
    out = 'rename = "content.measure.text"\nto = "content.follow_up"'
    assert "measure" not in carried(into, out).draft.content


def test_an_object_becomes_one_of_its_values_and_back(carried):
    steps = (
        'rename = "content.caller.staff_no"\nto = "content.follow_up"',
        'rename = "content.caller.name"\nto = "content.caller"',
        'rename = "content.caller"\nto = "content.caller.name"',
        'rename = "content.follow_up"\nto = "content.caller.staff_no"',
    )
    assert carried(*steps).changes == ()


NOTHING = {
    "absent": 'rename = "content.follow_up"\nto = "content.between"',
    "in an absent object": 'rename = "content.customer.x.y"\nto = "content.between"',
    "in an absent list": 'drop = "content.x[].y"',
}


@pytest.mark.parametrize("step", NOTHING.values(), ids=NOTHING)
def test_what_is_not_there_does_not_move(carried, step):
    steps = [step, 'drop = "content.between"'] if "rename" in step else [step]
    assert carried(*steps).changes == ()


def test_null_is_written_only_where_it_may_stand(carried):
    step = 'set = "content.{}"\nvalue = "none"'
    content = {"follow_up": "x"}
    assert carried(step.format("follow_up"), content=content).draft.content["follow_up"] is None
    assert "channel" not in carried(step.format("channel")).draft.content


def test_numbers_are_written_as_the_field_wants_them(carried):
    step = 'set = "content.count"\nvalue = "content.questions|length * 1.5"'
    amount = {"type": "string", "pattern": "^\\d+(\\.\\d+)?$"}
    assert carried(step, change=with_property("count", amount)).draft.content["count"] == "3.0"
    assert carried(step, change=with_property("count", NUMBER)).draft.content["count"] == 3


REFUSED = {
    "a value in the way": (
        ['rename = "content.channel"\nto = "content.follow_up"'],
        "MIGRATION-TAKEN",
        "$.content.channel",
    ),
    "no such name": (
        ['set = "content.channel"\nvalue = "content.nothing"'],
        "MIGRATION-VALUE",
        "$.content.channel",
    ),
    "a condition without a value": (
        ['set = "content.channel"\nvalue = "1"\nwhen = "content.channel > 1"'],
        "MIGRATION-VALUE",
        "$.content.channel",
    ),
    "nothing JSON has": (
        [
            'set = "content.channel"\nvalue = "content.called_on|as_date - record.date|as_date"',
        ],
        "MIGRATION-VALUE",
        "$.content.channel",
    ),
    "a list that is none": (
        ['set = "content.channel[].x"\nvalue = 1', 'drop = "content.channel"'],
        "MIGRATION-SHAPE",
        "$.content.channel",
    ),
    "an object that is none": (
        ['set = "content.channel.x"\nvalue = 1', 'drop = "content.channel"'],
        "MIGRATION-SHAPE",
        "$.content.channel",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_carried_over(refused, case):
    steps, code, path = case
    found = refused(*steps, content={"follow_up": "x"})
    assert [(finding.code, finding.path) for finding in found] == [(code, path)]
    assert "step 1 of the migration to 1.1" in found[0].message.text(Language.EN)
    assert found[0].remedy.text(Language.EN)


def test_everything_that_cannot_be_carried_over_at_once(refused):
    steps = [steps[0] for steps, *_ in list(REFUSED.values())[:4]]
    assert len(refused(*steps, content={"follow_up": "x"})) == 4


def test_a_value_that_cannot_be_printed(refused):
    found = refused('set = "content.follow_up"\nvalue = "content.channel ~ \'\\\\x07\'"')
    assert [finding.code for finding in found] == ["TEXT-UNPRINTABLE"]


def test_a_stage_that_is_gone(refused):
    def change(schema):
        schema["$defs"]["stages"]["opinion"] = schema["$defs"]["stages"].pop("review")

    manifest = (
        (r'^name = "review"', 'name = "opinion"'),
        (r'^stage = "review"', 'stage = "opinion"'),
        (r"^path = \"\$\.stages\.review\.date\"", 'path = "$.stages.opinion.date"'),
    )
    found = refused(change=change, manifest=manifest, stages=[REVIEW])
    assert [(finding.code, finding.path) for finding in found] == [
        ("MIGRATION-STAGE", "$.stages.review")
    ]
