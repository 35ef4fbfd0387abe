"""Records typed a text a field: what is written is understood again, as a sheet would be."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.beginning import built_in
from rmdocs.findings import NOTHING, error
from rmdocs.intake.headings import record_fields
from rmdocs.intake.typed import understand, write
from rmdocs.schemas.fields import Field, FieldKind
from rmdocs.schemas.schema import COMMON, Schema

FIFTH = Path(__file__).parents[1] / "data" / "fifth_form"
NUMBERS = tuple(f"RXD7200-0{count}" for count in range(1, 6))


def home_of(number):
    return FIFTH if number == NUMBERS[-1] else built_in()


def schema_of(number):
    main = (home_of(number) / "schemas" / f"{number}.schema.json").read_bytes()
    return Schema.load(main, {COMMON: (built_in() / "schemas" / COMMON).read_bytes()})


def sample_of(number):
    value = json.loads((home_of(number) / "forms" / number / "sample.json").read_bytes())
    return value.get("record", value)


SCHEMAS = {number: schema_of(number) for number in NUMBERS}
ROOTS = {number: record_fields(schema.fields()) for number, schema in SCHEMAS.items()}
TEXTS = {number: sample_of(number) for number in NUMBERS}
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "Nd"), exclude_characters="EKM"))


def pruned(value):
    """Return a value without what says that there is nothing."""
    if isinstance(value, dict):
        return {key: pruned(one) for key, one in value.items() if one not in (None, "")}
    return [pruned(one) for one in value] if isinstance(value, list) else value


def like(field: Field, sample):
    """Give values that a field may have, from one that it has."""
    if field.choices:
        number = field.kind is FieldKind.INTEGER
        return st.sampled_from(field.choices).map(int if number else str)
    if field.item is not None:
        return like_list(field, sample or [])
    if field.kind is FieldKind.OBJECT:
        return like_object(field, sample)
    free = field.kind is FieldKind.TEXT and not field.pattern.startswith("^\\d")
    others = {
        FieldKind.NUMBER: st.one_of(st.integers(0, 100), st.decimals(0, 100, places=4).map(float)),
        FieldKind.BOOLEAN: st.booleans(),
        FieldKind.TEXT: WORDS.map(lambda more: f"{sample}{more}"[:40]) if free else st.just(sample),
    }
    return st.one_of(st.just(sample), others.get(field.kind, st.just(sample)))


def like_list(field: Field, entries):
    every = st.one_of([like(field.item, one) for one in entries] or [st.nothing()])
    if field.is_group:
        return st.lists(every, min_size=field.least, max_size=2 * len(entries))
    return st.lists(every, min_size=field.least, max_size=len(entries), unique=True)


@st.composite
def like_object(draw, field, sample):
    value = {}
    for child in field.children:
        there = sample.get(child.name)
        if there is not None and (child.required or draw(st.booleans())):
            value[child.name] = draw(like(child, there))
        elif child.nullable and draw(st.booleans()):
            value[child.name] = None
    return value


@pytest.mark.parametrize("number", NUMBERS)
@given(st.data())
def test_what_is_written_is_understood_as_it_was(number, data):
    schema, root, sample = SCHEMAS[number], ROOTS[number], TEXTS[number]
    record = {**sample, "content": data.draw(like_object(schema.root, sample["content"]))}
    content = schema.normalise(record["content"])
    if schema.check(content):
        return
    understood = understand(root, write(root, record))
    assert understood.findings == ()
    again = {**understood.value, "content": schema.normalise(understood.value["content"])}
    assert pruned(again) == pruned({**record, "content": content})


@pytest.mark.parametrize("number", NUMBERS)
def test_a_sample_is_understood_as_it_is(number):
    root, sample = ROOTS[number], TEXTS[number]
    understood = understand(root, write(root, sample))
    assert understood.findings == ()
    assert pruned(understood.value) == pruned(sample)


def test_nothing_typed_is_the_same_as_an_empty_row_of_a_sheet():
    empty = understand(ROOTS["RXD7200-02"], {})
    assert empty.value["content"]["contacts"] == []
    assert "rm_second" not in empty.value["content"]
    assert empty.value["content"]["customer"] == {}


def test_an_entry_of_which_nothing_is_typed_is_none_and_findings_find_those_that_are():
    typed = {
        "content.contacts[0]?": "是",
        "content.contacts[4].name": "马样例",
        "content.contacts[4].phone": "#REF!",
        "content.visit.date": "下周",
    }
    understood = understand(ROOTS["RXD7200-02"], typed)
    assert understood.value["content"]["contacts"] == [{"name": "马样例", "phone": "#REF!"}]
    placed = dict(map(understood.placed, understood.findings))
    assert {(key, one.code, one.path) for key, one in placed.items()} == {
        ("content.contacts[4].phone", "CELL-FORMULA", "$.content.contacts[0].phone"),
        ("content.visit.date", "CELL-VALUE", "$.content.visit.date"),
    }
    assert placed["content.contacts[4].phone"].label == "客户方人员(第5项) › 联系电话"
    assert understood.unread == {"$.content.contacts[0].phone", "$.content.visit.date"}


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("$", ""),
        ("$.prepared_by", "prepared_by"),
        ("$.content.contacts", "content.contacts"),
        ("$.content.products_offered[1]", "content.products_offered"),
        ("$.content.rm_second", "content.rm_second"),
        ("$.content.nothing.of.it", "content"),
        ("$.derived.log_days", ""),
    ],
)
def test_every_path_has_the_key_of_what_it_is_about(path, key):
    understood = understand(ROOTS["RXD7200-02"], {})
    assert understood.placed(error("X", path, NOTHING, NOTHING))[0] == key


def test_lines_that_would_be_read_as_several_entries_end_with_a_line_break():
    root = ROOTS["RXD7200-02"]
    record = {"content": {"products_offered": ["Acme Co., Ltd"]}}
    typed = write(root, record)
    assert typed == {"content.products_offered": "Acme Co., Ltd\n"}
    assert understand(root, typed).value["content"]["products_offered"] == ["Acme Co., Ltd"]
