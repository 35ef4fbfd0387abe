"""Fields say what a schema means once references and alternatives are seen through."""

import json

import pytest

from rmdocs.messages import Language
from rmdocs.schemas.definitions import kind_of_pattern
from rmdocs.schemas.fields import FieldKind
from rmdocs.schemas.schema import Schema

FIELDS = [
    ("customer", FieldKind.OBJECT, "客户", True, False),
    ("customer.name", FieldKind.TEXT, "姓名", True, False),
    ("customer.phone", FieldKind.TEXT, "电话", False, True),
    ("second", FieldKind.OBJECT, "协办", False, True),
    ("date", FieldKind.DATE, "日期", True, False),
    ("at", FieldKind.TIME, "时间", False, False),
    ("amount", FieldKind.DECIMAL, "金额", True, False),
    ("share", FieldKind.NUMBER, "比例", False, False),
    ("count", FieldKind.INTEGER, "份数", False, True),
    ("basis", FieldKind.INTEGER, "基础", True, False),
    ("level", FieldKind.TEXT, "级别", False, True),
    ("done", FieldKind.BOOLEAN, "完成", False, False),
    ("tags", FieldKind.LIST, "标签", False, False),
    ("rows", FieldKind.LIST, "明细", True, False),
    ("rows[].due", FieldKind.DATE, "期限", False, True),
]


@pytest.mark.parametrize(("name", "expected"), [(name, rest) for name, *rest in FIELDS])
def test_a_field(schema, name, expected):
    field = schema.fields().find(name)
    assert [field.kind, field.title, field.required, field.nullable] == expected


def test_what_stands_at_the_property_rules_over_what_it_refers_to(schema):
    customer = schema.fields().find("customer")
    assert customer.title == "客户"
    assert customer.description == "The customer."


def test_what_is_told_beside_a_title_is_in_the_readers_language(main, common, loading):
    """Said at the property, it stands before what is said where the property refers to."""
    common["$defs"]["person"]["x-help"] = "经办的人。"
    common["$defs"]["date"]["x-help"] = "年月日。"
    main["properties"]["customer"]["x-help"] = "照营业执照填写。"
    fields = loading(main, common).fields()
    customer = fields.find("customer")
    assert customer.explained(Language.ZH) == "照营业执照填写。"
    assert customer.explained(Language.EN) == "The customer."
    assert fields.find("second").explained(Language.ZH) == "经办的人。"
    assert fields.find("rows[].due").explained(Language.ZH) == "年月日。"
    assert fields.find("code").explained(Language.ZH) == ""


def test_choices_and_normalisation(schema):
    assert schema.fields().find("basis").choices == ("360", "365")
    assert schema.fields().find("level").choices == ("重大", "常规")
    assert schema.fields().find("code").normalise == "upper"
    assert schema.fields().find("customer.phone").normalise == "strip"


def test_groups_take_several_cells(schema):
    tree = schema.fields()
    groups = {name for name, field in tree.walk() if field.is_group}
    assert groups == {"customer", "second", "rows"}


def test_names_for_linting(schema):
    names = schema.fields().names("content.")
    assert {"content.customer", "content.customer.name", "content.rows[].due"} <= names
    assert "content.rows.due" not in names


def test_finding_by_name(schema):
    tree = schema.fields()
    assert tree.find("") is tree.root
    assert tree.find("rows.due") is tree.find("rows[].due")
    assert tree.find("rows[].nowhere") is None
    assert tree.find("nowhere.name") is None
    assert tree.root.at(("rows", 4, "due")) is tree.find("rows[].due")
    assert tree.root.at(("rows", "due")) is None


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        (r"^\d{1,9}(\.\d{1,2})?$", FieldKind.DECIMAL),
        (r"^([01]\d|2[0-3]):[0-5]\d$", FieldKind.TIME),
        (r"^\d{4}-\d{2}-\d{2}$", FieldKind.DATE),
        (r"^\d{8,32}$", FieldKind.TEXT),
        (r"^[A-Z]{2}\d{2}-\d{4}$", FieldKind.TEXT),
        (r"\S", FieldKind.TEXT),
    ],
)
def test_what_a_pattern_means(pattern, kind):
    assert kind_of_pattern(pattern) is kind


@pytest.mark.parametrize("anything", [True, {}])
def test_a_property_that_may_be_anything_is_there(anything):
    content = {"type": "object", "properties": {"a": anything, "b": False}, "required": ["a"]}
    (field,) = Schema.load(json.dumps(content).encode(), {}).root.children
    assert (field.name, field.required, field.mixed) == ("a", True, True)


def test_limits_and_constants(schema):
    tree = schema.fields()
    assert [tree.find("tags").least, tree.find("tags").most] == [1, 3]
    assert [tree.find("customer.name").longest, tree.find("code").longest] == [10, 0]
    assert [tree.find("fixed").constant, tree.find("basis").constant] == ["是", ""]


def test_what_each_alternative_has_one_value_of_is_a_choice_and_no_constant():
    ways = ("按期", "逾期")
    content = {
        "type": "object",
        "oneOf": [
            {"properties": {"way": {"const": way}, f"why{at}": {"type": "string"}}}
            for at, way in enumerate(ways)
        ],
    }
    way, *others = Schema.load(json.dumps(content).encode(), {}).root.children
    assert (way.choices, way.constant, way.mixed) == (ways, "", False)
    assert [one.name for one in others] == ["why0", "why1"]
