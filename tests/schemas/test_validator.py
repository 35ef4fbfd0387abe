"""The compiled validator and jsonschema say the same of every value."""

import copy
import json
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rmdocs.beginning import SAMPLE, built_in
from rmdocs.schemas.definitions import LISTS, SINGLE, SchemaDocuments
from rmdocs.schemas.reading import read
from rmdocs.schemas.validator import Validator, broken_of_the_dialect

NUMBERS = st.sampled_from(
    [0, 1, -1, 2, 0.0, -0.0, 1.0, 0.1, 0.3, 1e2, 2**53, 2**53 + 1, 2.0**53, 1e16, 10**30, 3.5]
)
TEXTS = st.sampled_from(["", "a", "b", "aa", "甲乙", "𠮷", "é", "e\u0301", "1", "a\n"])
DAYS = st.sampled_from(["2026-03-02", "2026-02-30", "２026-03-02", "09:30", "25:00", "1.50"])


def values(leaves):
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        ),
        max_leaves=6,
    )


WRITTEN = st.none() | st.booleans() | NUMBERS | TEXTS | DAYS
VALUES = values(WRITTEN | st.text(max_size=3))
COUNTS = st.integers(0, 3)
TYPES = st.sampled_from(
    ["null", "boolean", "integer", "number", "string", "array", "object", ["integer", "null"]]
)
PATTERNS = st.sampled_from(["^a", "b$", "^\\d+$", "\\S", "^[^\\n]*$", "甲", "^(a|aa)$"])
NAMES = st.lists(st.sampled_from("abc"), max_size=2, unique=True)
PLAIN = {
    "type": TYPES,
    "enum": st.lists(values(WRITTEN), min_size=1, max_size=3),
    "const": values(WRITTEN),
    "pattern": PATTERNS,
    "format": st.sampled_from(["date", "time"]),
    "minLength": COUNTS,
    "maxLength": COUNTS,
    "minimum": NUMBERS,
    "maximum": NUMBERS,
    "exclusiveMinimum": NUMBERS,
    "exclusiveMaximum": NUMBERS,
    "multipleOf": st.sampled_from([1, 2, 0.1, 0.3, 1.0]),
    "required": NAMES,
    "minItems": COUNTS,
    "maxItems": COUNTS,
    "uniqueItems": st.booleans(),
    "minContains": COUNTS,
    "maxContains": COUNTS,
    "minProperties": COUNTS,
    "maxProperties": COUNTS,
    "dependentRequired": st.dictionaries(st.sampled_from("abc"), NAMES, max_size=2),
    "$ref": st.sampled_from(["#/$defs/x", "other.json#/$defs/x", "#"]),
    "x-help": st.just("help"),
}


def nested(inner):
    listed = st.lists(inner, min_size=1, max_size=3)
    named = st.dictionaries(st.sampled_from("abc"), inner, max_size=2)
    return {
        **dict.fromkeys(sorted(LISTS), listed),
        **dict.fromkeys(("properties", "dependentSchemas"), named),
        **dict.fromkeys(sorted(SINGLE), inner),
    }


def some(words):
    """Return schemas of at most three of the words."""
    chosen = st.lists(st.sampled_from(sorted(words)), max_size=3, unique=True)
    return chosen.flatmap(
        lambda names: st.fixed_dictionaries({name: words[name] for name in names})
    )


SCHEMAS = st.recursive(
    st.booleans() | some({word: PLAIN[word] for word in PLAIN if word != "$ref"}),
    lambda inner: some({**PLAIN, **nested(inner)}),
    max_leaves=5,
)


def agree(validator, value):
    assert validator.quick is not None
    wrong = list(validator.judge.iter_errors(value))
    try:
        quickly = validator.quick.is_valid(value)
    except ValueError:
        return  # It is left to jsonschema.
    assert quickly is (not wrong), (value, wrong)


@settings(max_examples=settings.default.max_examples // 4)
@given(main=some({**PLAIN, **nested(SCHEMAS)}), value=VALUES, defined=SCHEMAS)
def test_of_every_schema_of_the_dialect(main, value, defined):
    main = {"$id": "https://rmdocs.invalid/main.json", **main, "$defs": {"x": defined}}
    other = {"$id": "https://rmdocs.invalid/other.json", "$defs": {"x": defined}}
    documents = SchemaDocuments({"main.json": main, "other.json": other}, "main.json")
    try:
        list(Validator(documents, documents.uri).judge.iter_errors(value))
    except RecursionError:
        return
    agree(Validator(documents, documents.uri), value)


BUNDLED = sorted(
    path.name.removesuffix(".schema.json") for path in (built_in() / "schemas").glob("RXD*")
)


def bundled(name):
    folder = built_in() / "schemas"
    texts = [(folder / f"{one}.schema.json").read_bytes() for one in (name, "common")]
    return read(texts[0], {"common.schema.json": texts[1]})


def places(value, path=()):
    """Yield the path of every part of a value."""
    yield path
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in parts:
        yield from places(inner, (*path, key))


def changed(value, path, other):
    if not path:
        return other
    whole = copy.deepcopy(value)
    at = whole
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = other
    return whole


def mutated(value):
    """Return values of which one part is another."""
    return st.sampled_from(list(places(value))).flatmap(
        lambda path: VALUES.map(lambda other: changed(value, path, other))
    )


@cache
def contents(name):
    """Return validators of a form's content and stages, each with what it finds good."""
    documents = bundled(name)
    sample = json.loads((SAMPLE / f"{name}-JN01.json").read_bytes())
    stages = [
        (f"#/$defs/stages/{one['stage']}", one["content"]) for one in sample.get("stages", ())
    ]
    return [
        (Validator(documents, f"{documents.uri}{place}"), content)
        for place, content in [("", sample["record"]["content"]), *stages]
    ]


@pytest.mark.parametrize("name", BUNDLED)
@settings(max_examples=settings.default.max_examples // 4)
@given(data=st.data())
def test_of_the_forms_that_come_along(name, data):
    validator, content = data.draw(st.sampled_from(contents(name)))
    assert validator.complaints(content) == ()
    agree(validator, data.draw(mutated(content)))


COMMON = json.loads((built_in() / "schemas/common.schema.json").read_bytes())


@settings(max_examples=settings.default.max_examples // 4)
@given(schema=mutated(COMMON) | some({**PLAIN, **nested(SCHEMAS)}) | VALUES)
def test_of_what_is_a_schema(schema):
    judge = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    wrong = list(judge.iter_errors(schema))
    assert len(list(broken_of_the_dialect(schema))) == len(wrong)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (
            {"patternProperties": {"^a": {"type": "null"}}, "additionalProperties": False},
            {"a": None},
        ),
        ({"const": "\ud800"}, "\ud800"),
    ],
)
def test_what_the_compiled_one_may_read_otherwise_is_left_to_jsonschema(schema, value):
    validator = Validator(
        SchemaDocuments({"main.json": schema}, "main.json"),
        "https://rmdocs.invalid/schemas/main.json",
    )
    assert validator.quick is None
    assert list(validator.complaints(value)) == []
    assert [one.keyword for one in validator.complaints({"b": 1})] == [next(reversed(schema))]
