"""Records of every form as people fill them in: like its sample, but for what may differ."""

import json
from pathlib import Path

from hypothesis import strategies as st

from rmdocs.beginning import built_in
from rmdocs.intake.headings import record_fields
from rmdocs.schemas.fields import Field, FieldKind
from rmdocs.schemas.schema import COMMON, Schema

FIFTH = Path(__file__).parent / "data" / "fifth_form"
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
SAMPLES = {number: sample_of(number) for number in NUMBERS}
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


@st.composite
def records(draw, number):
    """Give a record of a form that its schema lets pass, its content tidied."""
    schema, sample = SCHEMAS[number], SAMPLES[number]
    content = draw(
        like_object(schema.root, sample["content"]).filter(lambda one: not schema.check(one))
    )
    return {**sample, "content": schema.normalise(content)}


def same(number, value):
    """Return a record as it is compared: tidied, without what says that there is nothing."""
    return pruned({**value, "content": SCHEMAS[number].normalise(value["content"])})
