"""A migration leads to what its own form has, or says where it does not."""

import pytest

from rmdocs.forms.form import Form
from rmdocs.messages import Language

HISTORY = (
    '[[history]]\nrevision = "1.1"\ndate = 2026-02-01\nchange = { zh = "改", en = "changed" }\n'
)
REVISED = ((r'^revision = "1.0"', 'revision = "1.1"'), (r"^\[roles\]", f"{HISTORY}[roles]"))


@pytest.fixture
def with_steps(edited):
    def revise(*steps, origin='"1.0"'):
        texts = "".join(f"\n[[migration.steps]]\n{step}\n" for step in steps)
        return edited(*REVISED, more=f"[migration]\nfrom = {origin}\n{texts}")

    return revise


SOUND = {
    "within a list": ['rename = "content.questions[].points"\nto = "content.questions[].score"'],
    "by a name between": [
        'rename = "content.a"\nto = "content.between"',
        'rename = "content.between"\nto = "content.channel"',
    ],
    "set, taken apart, dropped": [
        'set = "content.whole"\nvalue = "content.text"',
        'drop = "content.whole"',
    ],
    "every item": ["set = \"content.questions[]\"\nvalue = \"{'question': item, 'score': index}\""],
    "a stage": [
        'set = "stages.review.opinion"\nvalue = "stages.review.text ~ derived.total_score"'
    ],
    "a function": [
        'set = "content.follow_up"\nvalue = "months_before(record.date|as_date, 1)|date"'
    ],
}


@pytest.mark.parametrize("steps", SOUND.values(), ids=SOUND)
def test_sound_steps(with_steps, steps):
    assert Form.load(with_steps(*steps)).migration is not None


MISTAKES = {
    "no such property": ('set = "content.chanel"\nvalue = 1', "set", "channel"),
    "no such property by default": ('default = "content.chanel"\nvalue = 1', "default", "channel"),
    "its title": ('set = "content.回访方式"\nvalue = 1', "set", "content.guarantors"),
    "no such new name": ('rename = "content.a"\nto = "content.b"', "to", ""),
    "no such stage": ('set = "stages.revue.opinion"\nvalue = 1', "set", "stages.review.opinion"),
    "a list without its sign": ('set = "content.questions.score"\nvalue = 1', "set", "questions[]"),
    "a sign without a list": ('set = "content.channel[]"\nvalue = 1', "set", ""),
    "the same name": ('rename = "content.channel"\nto = "content.channel"', "to", ""),
    "out of a list": ('rename = "content.questions[].a"\nto = "content.follow_up"', "to", "[]"),
    "into a stage": ('rename = "content.a"\nto = "stages.review.opinion"', "to", ""),
    "the items renamed": ('rename = "content.a[]"\nto = "content.a[]"', "to", ""),
    "the items renamed otherwise": (
        'rename = "content.a[]"\nto = "content.questions[]"',
        "rename",
        "property",
    ),
    "the items dropped": ('drop = "content.questions[]"', "drop", "property"),
    "the items by default": ('default = "content.questions[]"\nvalue = 1', "default", "property"),
    "a text without quotes": ('set = "content.channel"\nvalue = "电话"', "value", "\"'电话'\""),
    "an item outside a list": ('set = "content.channel"\nvalue = "item.x"', "value", "[]"),
    "a name of acts": ('set = "content.channel"\nvalue = "1"\nwhen = "today"', "when", "today"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_stands_at_its_place(with_steps, refused, mistake):
    step, key, advice = mistake
    found = refused(with_steps('drop = "content.x"', step))
    finding = found[f"form.toml:migration.steps[1].{key}"]
    assert finding.code in {"FORM-MIGRATION", "FORM-FIELD", "FORM-VALUE"}
    assert advice in finding.remedy.text(Language.EN)
    assert finding.remedy.text(Language.EN)


def test_a_list_that_was_replaced_has_no_old_items(with_steps, refused):
    found = refused(
        with_steps(
            'set = "content.questions"\nvalue = "[]"',
            'set = "content.questions[].score"\nvalue = "item.score"',
        )
    )
    assert found.keys() == {"form.toml:migration.steps[1]"}


@pytest.mark.parametrize("origin", ['"1.1"', '"1.2"', '"0.9"', '["1.0", "1.0"]'])
def test_records_come_from_earlier_revisions_of_the_history(with_steps, refused, origin):
    found = refused(with_steps(origin=origin))
    assert found["form.toml:migration.from"].code == "FORM-MIGRATION"
    assert found["form.toml:migration.from"].remedy.text(Language.EN)
