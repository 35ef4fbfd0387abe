"""What people may hand in that is wrong: each gets findings with a path and a code."""

from __future__ import annotations

import json

import pytest

from rmdocs.beginning import SAMPLE
from rmdocs.folders import read, read_all
from rmdocs.messages import Language
from rmdocs.workspace import records

GOOD = json.loads((SAMPLE / "RXD7200-02-JN01.json").read_bytes())["record"]
TEXT = json.dumps(GOOD, ensure_ascii=False)
CUSTOMER = "$.content.customer"
LONE = TEXT.replace("贷后走访", "\\ud800")
_ABSENT = object()


def put(path, value):
    """Return the good record with something else at a path such as ``content.visit.date``."""
    record = json.loads(TEXT)
    *steps, last = path.split(".")
    place = record
    for step in steps:
        place = place[int(step) if step.isdecimal() else step]
    if value is _ABSENT:
        del place[last]
    else:
        place[int(last) if last.isdecimal() else last] = value
    return record


WHOLE = {
    "empty": ("", "x.json", "FILE-EMPTY"),
    "blank": (" \n", "x.json", "FILE-EMPTY"),
    "empty list": ("[]", "x.json", "FILE-EMPTY"),
    "broken": ('{"record": ', "x.json", "JSON-SYNTAX"),
    "trailing comma": ('{"form": "RXD7200-02",}', "x.json", "JSON-SYNTAX"),
    "two values": ("{} {}", "x.json", "JSON-SYNTAX"),
    "single quotes": ("{'form': 1}", "x.json", "JSON-SYNTAX"),
    "name twice": ('{"form": 1, "form": 2}', "x.json", "JSON-STRICT"),
    "not a number": ('{"form": NaN}', "x.json", "JSON-STRICT"),
    "infinite": ('{"form": -Infinity}', "x.json", "JSON-STRICT"),
    "huge integer": ('{"form": 123456789012345678901234567890}', "x.json", "JSON-STRICT"),
    "endless digits": ('{"form": ' + "9" * 5000 + "}", "x.json", "JSON-STRICT"),
    "deep": ("[" * 100_000, "x.json", "JSON-DEPTH"),
    "not UTF-8": (b'{"form": "\xff"}', "x.json", "JSON-ENCODING"),
    "GBK": (TEXT.encode("gbk"), "x.json", "JSON-ENCODING"),
    "UTF-16": (TEXT.encode("utf-16"), "x.json", "JSON-ENCODING"),
    "binary": (b"PK\x03\x04\x00\x00", "x.json", "JSON-SYNTAX"),
    "another kind": (TEXT, "x.docx", "FILE-KIND"),
    "no suffix": (TEXT, "record", "FILE-KIND"),
    "broken line": (TEXT + "\n{\n", "x.jsonl", "JSON-SYNTAX"),
    "broken YAML": ("form: [", "x.yaml", "YAML-SYNTAX"),
    "YAML anchors": ("a: &a [1]\nb: *a\n", "x.yaml", "YAML-SYNTAX"),
    "YAML code": ("!!python/object/apply:os.system ['true']", "x.yaml", "YAML-SYNTAX"),
    "not a workbook": (b"no workbook", "x.xlsx", "XLSX-DAMAGED"),
    "no such column": ("form,unti\nRXD7200-02,JN01\n", "x.csv", "TABLE-COLUMN"),
    "no such form": ("form,unit\nRXD7200-99,JN01\n", "x.csv", "FORM-UNKNOWN"),
}

ENVELOPE = "RECORD-ENVELOPE"
ONE = {
    "a number": (5, ENVELOPE, "$"),
    "a text": ("record", ENVELOPE, "$"),
    "null": (None, ENVELOPE, "$"),
    "a truth": (True, ENVELOPE, "$"),
    "an empty object": ({}, ENVELOPE, "$.form"),
    "record no object": ({"record": 5}, ENVELOPE, "$.record"),
    "wrapper with more": ({"record": GOOD, "more": 1}, ENVELOPE, "$.more"),
    "stages no list": ({"record": GOOD, "stages": {}}, ENVELOPE, "$.stages"),
    "stage no object": ({"record": GOOD, "stages": [5]}, ENVELOPE, "$.stages[0]"),
    "derived no object": ({"record": GOOD, "derived": 5}, ENVELOPE, "$.derived"),
    "derived wrong": (
        {"record": GOOD, "derived": {"visit_minutes": 1}},
        "DERIVED-DISAGREES",
        "$.derived.visit_minutes",
    ),
    "unknown form": (put("form", "RXD7200-99"), "CONTROL", "$.form"),
    "form malformed": (put("form", "../../etc"), ENVELOPE, "$.form"),
    "form a list": (put("form", ["RXD7200-02"]), ENVELOPE, "$.form"),
    "form absent": (put("form", _ABSENT), ENVELOPE, "$.form"),
    "unknown unit": (put("unit", "QQ99"), "UNIT-UNKNOWN", "$.unit"),
    "unit malformed": (put("unit", "济南"), ENVELOPE, "$.unit"),
    "unit with wide digits": (put("unit", "JN０１"), ENVELOPE, "$.unit"),
    "another unit": (put("unit", "YT03"), "STAFF-UNIT", "$.unit"),
    "unknown staff": (
        put("prepared_by", {"name": "王样例", "staff_no": "JN01-0999"}),
        "STAFF-UNKNOWN",
        "$.prepared_by",
    ),
    "another's name": (put("prepared_by.name", "李样例"), "STAFF-UNKNOWN", "$.prepared_by"),
    "staff malformed": (put("prepared_by.staff_no", "101"), ENVELOPE, "$.prepared_by.staff_no"),
    "preparer a text": (put("prepared_by", "王样例"), ENVELOPE, "$.prepared_by"),
    "nameless preparer": (put("prepared_by.name", " "), ENVELOPE, "$.prepared_by.name"),
    "future date": (put("date", "2027-01-01"), "DATE-FUTURE", "$.date"),
    "no such day": (put("date", "2026-02-30"), ENVELOPE, "$.date"),
    "date another way": (put("date", "2026/4/9"), ENVELOPE, "$.date"),
    "date a number": (put("date", 20260409), ENVELOPE, "$.date"),
    "year nought": (put("date", "0000-01-01"), ENVELOPE, "$.date"),
    "related malformed": (put("related", ["x"]), ENVELOPE, "$.related[0]"),
    "related no list": (put("related", "x"), ENVELOPE, "$.related"),
    "content absent": (put("content", _ABSENT), ENVELOPE, "$.content"),
    "content a list": (put("content", []), ENVELOPE, "$.content"),
    "more in the envelope": (put("colour", "red"), ENVELOPE, "$.colour"),
    "USCC with a wrong check": (
        put("content.customer.uscc", "91370112MA3DEM0190"),
        None,
        f"{CUSTOMER}.uscc",
    ),
    "USCC too short": (put("content.customer.uscc", "9137"), None, f"{CUSTOMER}.uscc"),
    "USCC with a letter O": (
        put("content.customer.uscc", "91370112MA3DEMO19E"),
        None,
        f"{CUSTOMER}.uscc",
    ),
    "USCC a number": (put("content.customer.uscc", 5), None, f"{CUSTOMER}.uscc"),
    "name absent": (put("content.customer.name", _ABSENT), "SCHEMA-REQUIRED", f"{CUSTOMER}.name"),
    "name null": (put("content.customer.name", None), None, f"{CUSTOMER}.name"),
    "name empty": (put("content.customer.name", ""), None, f"{CUSTOMER}.name"),
    "name misspelt": (put("content.customer.nmae", "x"), "SCHEMA-UNKNOWN", f"{CUSTOMER}.nmae"),
    "no such category": (put("content.customer.category", "贵宾"), None, f"{CUSTOMER}.category"),
    "customer a list": (put("content.customer", []), None, CUSTOMER),
    "truth as text": (put("content.credit_related", "是"), None, "$.content.credit_related"),
    "truth as number": (put("content.credit_related", 1), None, "$.content.credit_related"),
    "contacts null": (put("content.contacts", None), None, "$.content.contacts"),
    "contacts empty": (put("content.contacts", []), None, "$.content.contacts"),
    "contact no object": (put("content.contacts.0", "陈"), None, "$.content.contacts[0]"),
    "phone": (put("content.contacts.0.phone", "12"), None, "$.content.contacts[0].phone"),
    "no such time": (put("content.visit.start", "25:00"), None, "$.content.visit.start"),
    "no such visit day": (put("content.visit.date", "2026-13-01"), None, "$.content.visit.date"),
    "visit after the log": (put("content.visit.date", "2026-12-30"), None, "$.content."),
    "ends before it starts": (put("content.visit.end", "08:00"), None, "$.content.visit"),
    "control character": (
        put("content.visit.topic", "走\x00访"),
        "TEXT-UNPRINTABLE",
        "$.content.visit.topic",
    ),
    "escape": (put("content.visit.topic", "\x1b[2J"), "TEXT-UNPRINTABLE", "$.content.visit.topic"),
    "line separator": (
        put("content.visit.topic", "走\u2028访"),
        "TEXT-UNPRINTABLE",
        "$.content.visit.topic",
    ),
    "control character in a name": (put("content.a\x00", 1), "TEXT-UNPRINTABLE", "$.content."),
    "control character in the preparer": (
        put("prepared_by.name", "王\x07"),
        "TEXT-UNPRINTABLE",
        "$.prepared_by.name",
    ),
    "huge text": (put("content.visit.topic", "长" * 100_000), None, "$.content.visit.topic"),
    "huge fraction": (put("content.visit.topic", 1.5e300), None, "$.content.visit.topic"),
}


def assert_told(findings):
    for finding in findings:
        assert finding.code
        assert finding.path
        for language in Language:
            told = finding.to_json(language)
            assert told["message"], finding
            json.dumps(told, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(("text", "name", "code"), WHOLE.values(), ids=WHOLE)
def test_of_a_whole_file(shared_bank, text, name, code):
    [checked] = shared_bank.check(text, name)
    assert checked.ready is None
    assert code in {finding.code for finding in checked.findings}
    assert_told(checked.findings)


@pytest.mark.parametrize(("value", "code", "path"), ONE.values(), ids=ONE)
def test_of_one_record(shared_bank, value, code, path):
    checked = shared_bank.check([value], "x.json")
    assert [one.ready for one in checked] == [None]
    here = [one for one in checked[0].findings if one.path.startswith(path)]
    assert here, [(one.code, one.path) for one in checked[0].findings]
    assert code is None or code in {finding.code for finding in here}
    assert_told(checked[0].findings)


def test_of_a_lone_surrogate(shared_bank):
    [checked] = shared_bank.check(LONE, "x.json")
    assert checked.ready is None
    [finding] = checked.findings
    assert (finding.code, finding.path) == ("TEXT-UNPRINTABLE", "$.content.visit.topic")
    assert_told(checked.findings)


def test_of_a_folder_and_of_nothing(shared_bank, tmp_path):
    (tmp_path / "folder.json").mkdir()
    paths = [tmp_path / "folder.json", tmp_path / "absent.json"]
    for checked in records.check(shared_bank.at(), read_all(paths)):
        assert [finding.code for finding in checked.findings] == ["FILE-READ"]


def test_all_mistakes_at_once(shared_bank):
    record = put("content.customer.uscc", "1")
    record["content"]["visit"]["date"] = "2026-13-01"
    record["unit"] = "QQ99"
    record["prepared_by"]["staff_no"] = "JN01-0999"
    [checked] = shared_bank.check(record)
    assert {"UNIT-UNKNOWN", "STAFF-UNKNOWN"} <= {finding.code for finding in checked.findings}


def test_unknown_unit_hides_no_other_mistake(shared_bank):
    record = put("content.customer.uscc", "1")
    record["unit"] = "QQ99"
    [checked] = shared_bank.check(record)
    assert {"$.unit", f"{CUSTOMER}.uscc"} <= {finding.path for finding in checked.findings}


def test_unknown_unit_is_not_told_twice(shared_bank):
    for name in ("RXD7200-01-JN01", "RXD7200-03-JN01"):
        record = shared_bank.sample(name)["record"] | {"unit": "QQ99"}
        [checked] = shared_bank.check(record)
        assert {finding.code for finding in checked.findings} == {"UNIT-UNKNOWN", "STAFF-UNIT"}


def test_issuing_what_is_wrong_leaves_nothing(bank):
    values = [value for value, _, _ in ONE.values()]
    result = records.issue(
        bank.at("JN01-0101"), [read(bank.write(values, "x.json"))], skip_invalid=True
    )
    assert {outcome.number for outcome in result.outcomes} == {None}
    [refused] = result.refused
    assert refused.to_mend(Language.ZH).data.count(b"\n") == len(values)
    assert bank.codes() == set()


def test_a_file_with_a_lone_surrogate_is_handed_back(bank):
    result = records.issue(
        bank.at("JN01-0101"), [read(bank.write(LONE, "x.json"))], skip_invalid=True
    )
    assert [outcome.number for outcome in result.outcomes] == [None]
    [refused] = result.refused
    assert "TEXT-UNPRINTABLE" in refused.to_mend(Language.ZH).data.decode()
