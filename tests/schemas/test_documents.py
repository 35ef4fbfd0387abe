"""A schema file's own mistakes are findings, all at once, before any record."""

import json

import pytest

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.schemas.schema import Schema


def refused(loading, main, common):
    with pytest.raises(FindingsError) as refusal:
        loading(main, common)
    return {finding.path: finding for finding in refusal.value.findings}


def test_every_mistake_of_a_schema_is_found_at_once(loading, main, common):
    properties = main["properties"]
    properties["code"]["requird"] = True
    properties["date"]["$ref"] = "common.schema.json#/$defs/dat"
    properties["at"]["format"] = "date-time"
    properties["customer"]["x-normalise"] = "lower"
    common["$defs"]["amount"]["pattern"] = "("
    found = refused(loading, main, common)
    assert {path: finding.code for path, finding in found.items()} == {
        "schema.json:$.properties.code.requird": "SCHEMA-KEYWORD",
        "schema.json:$.properties.date.$ref": "SCHEMA-REF",
        "schema.json:$.properties.at.format": "SCHEMA-KEYWORD",
        "schema.json:$.properties.customer.x-normalise": "SCHEMA-KEYWORD",
        "common.schema.json:$.$defs.amount.pattern": "SCHEMA-PATTERN",
    }
    remedy = found["schema.json:$.properties.code.requird"].remedy
    assert "required" in remedy.text(Language.EN)


@pytest.mark.parametrize("told", ["第一行\n第二行", "字" * 101, " ", 1, ["填写"]])
def test_what_is_told_beside_a_title_is_one_line(loading, main, common, told):
    main["properties"]["customer"]["x-help"] = told
    found = refused(loading, main, common)
    assert list(found) == ["schema.json:$.properties.customer.x-help"]
    assert "100" in found["schema.json:$.properties.customer.x-help"].remedy.text(Language.EN)


def test_what_the_metaschema_refuses(loading, main, common):
    main["properties"]["share"]["minimum"] = "0"
    main["$defs"]["stages"]["review"]["required"] = "name"
    found = refused(loading, main, common)
    assert {finding.code for finding in found.values()} == {"SCHEMA-INVALID"}
    assert "schema.json:$.properties.share.minimum" in found
    assert "schema.json:$.$defs.stages.review.required" in found


@pytest.mark.parametrize(
    "reference",
    [
        "https://example.org/other.schema.json",
        "file:///etc/passwd",
        "other.schema.json#/$defs/x",
        "#/$defs/nowhere",
        "#/properties/code/type",
        "common.schema.json#/$defs/amount/type",
    ],
)
def test_references_lead_nowhere_else(loading, main, common, reference):
    main["properties"]["code"] = {"title": "代码", "$ref": reference}
    found = refused(loading, main, common)
    assert [finding.code for finding in found.values()] == ["SCHEMA-REF"]


def test_a_form_is_finite(loading, main, common):
    common["$defs"]["person"]["properties"]["boss"] = {"$ref": "#/$defs/person"}
    found = refused(loading, main, common)
    assert [finding.code for finding in found.values()] == ["SCHEMA-RECURSION"]


def test_a_stage_is_finite(loading, main, common):
    review = main["$defs"]["stages"]["review"]
    review["properties"]["again"] = {"$ref": "#/$defs/stages/review"}
    assert list(refused(loading, main, common)) == ["schema.json:$.$defs.stages.review"]


def test_another_dialect_is_refused(loading, main, common):
    main["$schema"] = "http://json-schema.org/draft-07/schema#"
    found = refused(loading, main, common)
    assert [finding.code for finding in found.values()] == ["SCHEMA-DIALECT"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"1", b'{"$id": 1}', b'{"a":1,"a":1}'])
def test_what_is_no_schema_at_all(data):
    with pytest.raises(FindingsError) as refusal:
        Schema.load(data, {"common.schema.json": data}, "RXD7200-09.schema.json")
    first, second = refusal.value.findings
    assert first.path.startswith("RXD7200-09.schema.json:")
    assert second.path.startswith("common.schema.json:")


def test_a_schema_needs_neither_identifier_nor_common_definitions():
    main = {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {}}}
    schema = Schema.load(json.dumps(main).encode(), {})
    assert schema.check({"a": 1}) == []
    assert schema.stage_names == ()
