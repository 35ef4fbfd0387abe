"""Schemas that can be read and still are wrong: no way to fill them in, patterns of two minds."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.schemas.schema import COMMON, Schema
from rmdocs.schemas.soundness import unsound
from rmdocs.schemas.wording import shown

SCHEMAS = Path(__file__).parents[2] / "schemas"
TITLE = {"title": "数"}


def found(schema):
    data = json.dumps(schema).encode()
    Schema.load(data, {})
    return [(one.path.removeprefix("schema.json:"), one.code) for one in unsound(data, {})]


def below(schema):
    return {"type": "object", "properties": {"a": schema}}


def test_the_schemas_that_ship_are_sound():
    common = {COMMON: (SCHEMAS / COMMON).read_bytes()}
    for file in SCHEMAS.glob("RXD*.json"):
        assert unsound(file.read_bytes(), common) == []


def test_a_form_without_a_way():
    schema = json.loads((SCHEMAS / "RXD7200-02.schema.json").read_bytes())
    data = json.dumps(schema | {"anyOf": [False, False]}).encode()
    common = {COMMON: (SCHEMAS / COMMON).read_bytes()}
    assert [(one.code, one.path) for one in unsound(data, common)] == [
        ("SCHEMA-IMPOSSIBLE", "schema.json:$.anyOf[0]"),
        ("SCHEMA-IMPOSSIBLE", "schema.json:$.anyOf[1]"),
    ]
    # What was released all the same says of each record that it does not fit.
    (told,) = Schema.load(data, common).check({**_sample("RXD7200-02")})
    assert told.code == "SCHEMA-ALTERNATIVES"


def _sample(number):
    file = SCHEMAS.parent / "forms" / number / "sample.json"
    return json.loads(file.read_bytes())["record"]["content"]


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "$.properties.a"),
        ({"type": "string", "enum": [1, 2]}, "$.properties.a"),
        ({"type": "string", "minLength": 5, "maxLength": 3}, "$.properties.a"),
        ({"type": "number", "minimum": 5, "exclusiveMaximum": 5}, "$.properties.a"),
        ({"type": "array", "minItems": 1, "items": False}, "$.properties.a"),
        ({"not": True}, "$.properties.a"),
        ({"enum": []}, "$.properties.a"),
        ({"if": True, "then": False}, "$.properties.a"),
        ({"if": {"title": "数"}, "then": False, "else": {}}, "$.properties.a"),
        ({"type": "object", "if": {"type": "object"}, "then": False}, "$.properties.a"),
        ({"type": "null", "not": {"type": ["null", "string"]}}, "$.properties.a"),
        ({"if": False, "else": False}, "$.properties.a"),
        (
            {"type": "object", "required": ["b"], "if": {"required": ["b"]}, "then": False},
            "$.properties.a",
        ),
        (
            {"type": "string", "if": {"type": "number"}, "else": {"type": "number"}},
            "$.properties.a",
        ),
        ({"oneOf": [{"type": "null"}, False]}, "$.properties.a.oneOf[1]"),
        ({"anyOf": [{"type": "null"}, {"const": 1, "type": "string"}]}, "$.properties.a.anyOf[1]"),
        (
            {"type": "object", "required": ["b"], "additionalProperties": False},
            "$.properties.a",
        ),
        (
            {"type": "object", "required": ["b"], "properties": {"b": {"type": []}}},
            "$.properties.a.properties.b",
        ),
    ],
)
def test_what_no_value_fits(schema, place):
    if schema.get("properties"):
        schema = {**schema, "properties": {"b": {"enum": [1], "type": "string"}}}
    assert found(below(schema)) == [(place, "SCHEMA-IMPOSSIBLE")]


@pytest.mark.parametrize(
    "schema",
    [
        False,  # a property that may not be given
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
        {"type": "object", "patternProperties": {"^b": {}}, "required": ["b"]},
        {"minimum": 5, "maximum": 5},
        {"if": {"type": "string"}, "then": {"maxLength": 3}, "else": False},
        {"type": "object", "if": {"required": ["b"]}, "then": False},
        {"if": {"type": "object", "required": ["b"]}, "then": False},
        {"if": {"minLength": 3}, "then": False},
        {"not": {"type": "string"}},
    ],
)
def test_what_forbids_on_purpose_is_sound(schema):
    assert found(below(schema)) == []


@pytest.mark.parametrize(
    ("schema", "place", "code"),
    [
        ({"format": "time"}, "format", "SCHEMA-KEYWORD"),
        ({"$id": "https://rmdocs.invalid/schemas/inner"}, "$id", "SCHEMA-KEYWORD"),
        ({"pattern": "^(?i)a$"}, "pattern", "SCHEMA-PATTERN"),
        ({"pattern": r"^\a$"}, "pattern", "SCHEMA-PATTERN"),
        ({"pattern": "a++"}, "pattern", "SCHEMA-PATTERN"),
        ({"pattern": "^(?=b)(a+)+$"}, "pattern", "SCHEMA-PATTERN"),
        ({"patternProperties": {"^(a+)+$": {}}}, "patternProperties['^(a+)+$']", "SCHEMA-PATTERN"),
    ],
)
def test_what_is_read_differently_elsewhere(schema, place, code):
    data = json.dumps(below(schema)).encode()
    try:
        Schema.load(data, {})
        told = unsound(data, {})
    except FindingsError as problem:  # nor read at all
        told = problem.findings
    assert [(one.code, one.path) for one in told] == [(code, f"schema.json:$.properties.a.{place}")]


def test_patterns_of_names_are_read_as_other_patterns():
    named = {"patternProperties": {r"^\d$": {"type": "integer"}}, "additionalProperties": False}
    schema = Schema.load(json.dumps(named).encode(), {})
    assert schema.check({"3": 1}) == []
    for name in ("３", "3\n", "x"):
        (told,) = schema.check({name: 1})
        assert told.code == "SCHEMA-UNKNOWN"


def test_multiples_are_exact():
    schema = Schema.load(json.dumps({"multipleOf": 0.1}).encode(), {})
    assert schema.check(0.3) == schema.check(1.1) == schema.check(4) == []
    assert schema.check(0.35)


NAMES = ("甲", "乙")
VALUES = st.sampled_from([None, True, False, 0, 3, 2.5, "", "天", "天地人", "2026-03-02", [], {}])
SIZES = st.integers(0, 3)


def schemas(inner):
    """Return schemas of one to three of the keywords that are supported."""
    keywords = {
        "type": st.sampled_from(["string", "integer", "number", "array", "object", "null"])
        | st.lists(st.sampled_from(["string", "boolean", "null"]), min_size=1, unique=True),
        "enum": st.lists(VALUES, min_size=1, max_size=3),
        "const": VALUES,
        "pattern": st.sampled_from([r"^\d+$", "^[A-Z]{2}$", "天", r"\S", "^(0|[1-9])$", "[]"]),
        "format": st.just("date"),
        "multipleOf": st.sampled_from([1, 2, 0.1]),
        "uniqueItems": st.sampled_from([True]),
        "required": st.lists(st.sampled_from(NAMES), unique=True),
        "dependentRequired": st.fixed_dictionaries({"甲": st.just(["乙"])}),
        **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), SIZES),
        **dict.fromkeys(("minProperties", "maxProperties", "minimum", "maximum"), SIZES),
        **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), SIZES),
        **dict.fromkeys(("minContains", "maxContains"), SIZES),
        **dict.fromkeys(("anyOf", "allOf", "oneOf"), st.lists(inner, min_size=1, max_size=2)),
        "prefixItems": st.lists(inner, min_size=1, max_size=2),
        **dict.fromkeys(("items", "contains", "not", "if", "then", "else"), inner),
        **dict.fromkeys(("propertyNames", "additionalProperties"), inner),
        **dict.fromkeys(("unevaluatedProperties", "unevaluatedItems"), inner),
        "properties": st.dictionaries(st.sampled_from(NAMES), inner),
        "patternProperties": st.dictionaries(st.sampled_from(["^甲", r"^\w$"]), inner),
        "dependentSchemas": st.dictionaries(st.sampled_from(NAMES), inner),
    }
    return st.lists(st.sampled_from(sorted(keywords)), max_size=3, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries(
            {"title": st.just("数"), **{name: keywords[name] for name in chosen}}
        )
    )


SCHEMA = st.recursive(st.booleans() | st.just({"title": "数"}), schemas, max_leaves=6)
JSON = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*NAMES, "丙"]), inner)
    ),
    max_leaves=6,
)
WRITTEN = re.compile(r"\b(true|false|null|JSON|YAML|AB|ABC\w*)\b", re.ASCII)
"""What a person writes in a file, or an example of it."""


@given(schemas(SCHEMA), st.lists(JSON, min_size=1, max_size=6))
def test_what_is_called_impossible_fits_no_value(schema, values):
    data = json.dumps({"title": "数", **schema}).encode()
    if "schema.json:$" in {one.path for one in unsound(data, {})}:
        assert all(Schema.load(data, {}).check(value) for value in values)


@example({"const": None}, [{"甲": None, "乙": [None, None], "丙": None}])
@example({"const": {"甲": ["乙" * 60, True]}}, [None, [None] * 9])
@example({"enum": [None]}, ["乙", None])
@example({"not": {"type": "null"}}, [None])
@given(schemas(SCHEMA), st.lists(JSON, min_size=1, max_size=4))
def test_any_supported_schema_is_judged_and_explained_in_words(schema, values):
    data = json.dumps({"title": "数", **schema}).encode()
    unsound(data, {})
    loaded = Schema.load(data, {})
    for value in values:
        tidy = loaded.complete(loaded.normalise(value))
        for told in (*loaded.check(value), *loaded.check(tidy)):
            for text in (told.message, told.remedy):
                said = WRITTEN.sub("", text.text(Language.ZH))
                assert not re.search("[A-Za-z']", said), said


@given(JSON)
def test_a_value_is_quoted_on_one_short_line_and_no_entry_is_cut(value):
    said = shown(value)
    assert "\n" not in said
    assert len(said) <= 43
    if isinstance(value, (list, dict)):
        whole = said.replace("[…]", "[]").replace("{…}", "{}").replace(", …", "").replace("…", "")
        kept = json.loads(whole)
        assert len(kept) <= len(value)
        assert ("…" in said) or kept == value


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"const": None}, "有", "此处不能填写任何内容"),
        ({"enum": [None]}, "有", "此处不能填写任何内容"),
        ({"enum": ["甲", "乙"]}, None, "不得为空"),
        ({"const": "甲"}, None, "不得为空"),
        ({"not": {"type": "null"}}, None, "不得为空"),
    ],
)
def test_nothing_is_spoken_of_as_nothing(schema, value, said):
    (told,) = Schema.load(json.dumps({"title": "数", **schema}).encode(), {}).check(value)
    assert told.message.text(Language.ZH) == said
    assert told.remedy.text(Language.ZH)
