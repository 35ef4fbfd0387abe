import json

import pytest

from rmdocs.schemas.schema import Schema

COMMON = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://rmdocs.invalid/schemas/common.schema.json",
    "$defs": {
        "name": {
            "title": "姓名",
            "description": "Name.",
            "type": "string",
            "minLength": 1,
            "maxLength": 10,
            "pattern": "^[^\\n]*\\S[^\\n]*$",
            "x-normalise": "strip",
        },
        "date": {
            "type": "string",
            "format": "date",
            "pattern": "^\\d{4}-\\d{2}-\\d{2}$",
        },
        "amount": {"type": "string", "pattern": "^\\d{1,9}(\\.\\d{1,2})?$"},
        "phone": {"type": "string", "maxLength": 20, "x-normalise": "strip"},
        "person": {
            "title": "经办人",
            "type": "object",
            "additionalProperties": False,
            "required": ["name"],
            "properties": {
                "name": {"$ref": "#/$defs/name"},
                "phone": {
                    "title": "电话",
                    "anyOf": [{"$ref": "#/$defs/phone"}, {"type": "null"}],
                },
            },
        },
    },
}
MAIN = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "https://rmdocs.invalid/schemas/RXD7200-09.schema.json",
    "title": "示例单",
    "type": "object",
    "additionalProperties": False,
    "required": ["customer", "date", "amount", "rows", "basis"],
    "properties": {
        "customer": {
            "title": "客户",
            "description": "The customer.",
            "$ref": "common.schema.json#/$defs/person",
        },
        "second": {
            "title": "协办",
            "anyOf": [{"$ref": "common.schema.json#/$defs/person"}, {"type": "null"}],
        },
        "code": {"title": "代码", "type": "string", "x-normalise": "upper"},
        "date": {"title": "日期", "$ref": "common.schema.json#/$defs/date"},
        "at": {"title": "时间", "type": "string", "format": "time"},
        "amount": {"title": "金额", "$ref": "common.schema.json#/$defs/amount"},
        "share": {"title": "比例", "type": "number", "minimum": 0, "exclusiveMaximum": 100},
        "count": {"title": "份数", "type": ["integer", "null"], "maximum": 9, "multipleOf": 2},
        "basis": {"title": "基础", "enum": [360, 365]},
        "level": {"title": "级别", "enum": ["重大", "常规", None]},
        "fixed": {"title": "固定", "const": "是"},
        "done": {"title": "完成", "type": "boolean"},
        "tags": {
            "title": "标签",
            "type": "array",
            "uniqueItems": True,
            "minItems": 1,
            "maxItems": 3,
            "items": {"title": "标签", "type": "string", "minLength": 2},
        },
        "rows": {
            "title": "明细",
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["item"],
                "properties": {
                    "item": {"title": "项目", "$ref": "common.schema.json#/$defs/name"},
                    "due": {
                        "title": "期限",
                        "anyOf": [{"$ref": "common.schema.json#/$defs/date"}, {"type": "null"}],
                    },
                },
            },
        },
        "either": {
            "title": "二者之一",
            "oneOf": [
                {"type": "string", "maxLength": 3},
                {"type": "integer", "minimum": 5},
            ],
        },
    },
    "dependentRequired": {"at": ["done"]},
    "$defs": {
        "stages": {
            "review": {
                "title": "审核",
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "date"],
                "properties": {
                    "name": {"title": "审核人", "$ref": "common.schema.json#/$defs/name"},
                    "date": {"title": "审核日期", "$ref": "common.schema.json#/$defs/date"},
                },
            }
        }
    },
}
GOOD = {
    "customer": {"name": "王样例"},
    "date": "2026-03-02",
    "amount": "12.50",
    "rows": [],
    "basis": 365,
}


@pytest.fixture
def common():
    return json.loads(json.dumps(COMMON))


@pytest.fixture
def main():
    return json.loads(json.dumps(MAIN))


@pytest.fixture
def good():
    return json.loads(json.dumps(GOOD))


@pytest.fixture(scope="session")
def schema():
    return load(MAIN, COMMON)


@pytest.fixture
def loading():
    return load


def load(main, common=COMMON):
    return Schema.load(
        json.dumps(main).encode(), {"common.schema.json": json.dumps(common).encode()}
    )
