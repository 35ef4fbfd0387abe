"""Fields that go by another name: paths, expressions and tags follow."""

import json

import pytest

from rmdocs.forms.properties import Renames, read_properties, renames

NAMES = Renames(
    {
        "content.guarantors[].phone": "content.guarantors[].mobile",
        "content.customer": "content.borrower",
        "content.no": "content.number",
    }
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("content.customer", "content.borrower"),
        ("content.customer.name", "content.borrower.name"),
        ("content.customers", "content.customers"),
        ("content.guarantors[].phone", "content.guarantors[].mobile"),
    ],
)
def test_a_name_and_what_lies_in_it(old, new):
    assert NAMES.of(old) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("$.content.customer.name", "$.content.borrower.name"),
        ("$.content.guarantors[3].phone", "$.content.guarantors[3].mobile"),
        ("$.content.guarantors[{index}].phone", "$.content.guarantors[{index}].mobile"),
        ("$.content.guarantors[3].name", "$.content.guarantors[3].name"),
    ],
)
def test_a_path_keeps_its_indices(old, new):
    assert NAMES.path(old) == new


def test_an_expression_follows_whole_names_only():
    source = "content.no != content.note and item.content.no and content.customer.name"
    assert NAMES.applied(source) == (
        "content.number != content.note and item.content.no and content.borrower.name"
    )


def test_no_names_leave_everything_as_it_is():
    assert Renames({}).applied("content.no") == "content.no"


def properties(files, change):
    schema = json.loads(files.schema)
    change(schema["properties"])
    return read_properties(json.dumps(schema).encode(), files.common)


def test_without_a_migration_a_field_of_the_same_title_is_the_same(notice):
    old = properties(notice, lambda _fields: None)
    new = properties(notice, lambda fields: fields.update(tel=fields.pop("branch_phone")))
    assert renames(old, new, {}).of("content.branch_phone") == "content.tel"


def test_a_field_that_has_nothing_in_common_is_another(notice):
    other = {"title": "备注", "description": "d", "type": "string", "maxLength": 3}

    def change(fields):
        del fields["branch_phone"]
        fields["remark"] = other

    old = properties(notice, lambda _fields: None)
    assert renames(old, properties(notice, change), {}).of("content.branch_phone") == (
        "content.branch_phone"
    )
