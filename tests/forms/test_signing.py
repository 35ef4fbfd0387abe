"""``[signing]`` becomes parties in order; each of its mistakes is told at its own place."""

import json
from pathlib import Path

import pytest

from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.records.context import record_names
from rmdocs.records.draft import RecordDraft
from rmdocs.signing.signaturerequest import beyond_limit

ROOT = Path(__file__).parents[2]
PARTY = """
[[signing.parties]]
name = "bank"
title = { zh = "银行", en = "Bank" }
meaning = { zh = "确认", en = "Confirms" }
place = { anchor = "银行", right = -5, down = 2, width = 60, height = 20 }
"""
NAMED = PARTY.replace("place =", "certificate_names = [%s]\nplace =")
LIMIT = """
[signing.parties.limit]
code = "R05-LIMIT"
require = "content.%s"
path = "$.content"
message = { zh = "超出权限", en = "beyond its authority" }
"""
UNIQUE = """
[unique]
key = ["content.called_on"]
code = "%s"
message = { zh = "重复", en = "twice" }
"""
PLACE = "signing.parties[0].limit.code"
HELD = "customer.name != ''"


@pytest.fixture(scope="module")
def agreed():
    return Form.load(read_desk(ROOT, DocumentNumber("RXD7200-01")))


def test_who_signs_the_agreement(agreed):
    assert [(party.name, party.title.zh) for party in agreed.signing] == [
        ("a", "甲方"),
        ("b", "乙方"),
    ]
    first, second = agreed.signing
    assert first.place.anchor == "甲方（公章）"
    assert first.limit is None
    assert second.limit.code == "R01-LIMIT-TERM"


@pytest.mark.parametrize(("end", "count"), [("2031-03-16", 0), ("2031-03-17", 1), (None, 0)])
def test_the_authority_of_the_bank(agreed, end, count):
    sample = json.loads(read_desk(ROOT, agreed.number).sample)["record"]
    if end is None:
        del sample["content"]["closing"]
    else:
        sample["content"]["closing"] |= {"term_start": "2026-03-16", "term_end": end}
    draft = RecordDraft.parse(sample)
    names = record_names(draft, agreed, {"code": "JN01", "name": "", "full_name": ""})
    found = beyond_limit(agreed.signing[1], names)
    assert [(one.code, one.path) for one in found] == (
        [("R01-LIMIT-TERM", "$.content.closing.term_end")] * count
    )
    assert beyond_limit(agreed.signing[0], names) == []


def test_what_certificates_call_the_parties(agreed):
    sample = json.loads(read_desk(ROOT, agreed.number).sample)["record"]
    unit = {"code": "JN01", "name": "", "full_name": ""}
    names = record_names(RecordDraft.parse(sample), agreed, unit)
    assert [party.called(names) for party in agreed.signing] == [
        ("济南虚构岱岳重型机械有限公司", "91370112MA3DEM019E"),
        ("中国建设银行股份有限公司济南示例支行", "中国建设银行济南示例支行"),
    ]


def test_nobody_signs_electronically(files):
    assert Form.load(files).signing == ()


def test_a_party(edited):
    (party,) = Form.load(edited(more=PARTY)).signing
    assert (party.place.right, party.place.width) == (-5, 60)
    assert party.meaning.en == "Confirms"


@pytest.mark.parametrize(
    ("more", "path", "code"),
    [
        ("[signing]", "signing.parties", "FORM-MISSING"),
        ("[signing]\nparties = []", "signing.parties", "FORM-EMPTY"),
        ("[signing]\nparties = [1]", "signing.parties[0]", "FORM-TYPE"),
        (PARTY.replace('"bank"', '"Bank"'), "signing.parties[0].name", "FORM-VALUE"),
        (PARTY.replace("meaning =", "purpose ="), "signing.parties[0].meaning", "FORM-MISSING"),
        (PARTY.replace("place =", "box ="), "signing.parties[0].place", "FORM-MISSING"),
        (PARTY.replace("60", "10"), "signing.parties[0].place.width", "FORM-VALUE"),
        (PARTY.replace("20 }", "20.5 }"), "signing.parties[0].place.height", "FORM-TYPE"),
        (
            PARTY.replace('"银行", r', '" ", r'),
            "signing.parties[0].place.anchor",
            "FORM-EMPTY",
        ),
        (NAMED % '"content.nothing"', "signing.parties[0].certificate_names", "FORM-FIELD"),
        (NAMED % '"content."', "signing.parties[0].certificate_names", "RULE-SYNTAX"),
        (NAMED % "1", "signing.parties[0].certificate_names[0]", "FORM-TYPE"),
        (PARTY + PARTY, "signing.parties[1].name", "FORM-DUPLICATE"),
        (PARTY + LIMIT % "nothing", "signing.parties[0].limit.require", "FORM-FIELD"),
        (
            PARTY + LIMIT.replace('"$.content"', '"$.content.nothing"') % "customer.name",
            "signing.parties[0].limit.path",
            "FORM-PATH",
        ),
    ],
)
def test_mistakes(edited, refused, more, path, code):
    found = refused(edited(more=more))
    assert found[f"form.toml:{path}"].code == code


@pytest.mark.parametrize(
    ("more", "path"),
    [
        (PARTY + LIMIT.replace("R05-LIMIT", "R05-FOLLOW-UP") % HELD, PLACE),
        (
            PARTY + LIMIT % HELD + PARTY.replace('"bank"', '"other"') + LIMIT % HELD,
            PLACE.replace("0", "1"),
        ),
        (PARTY + LIMIT % HELD + UNIQUE % "R05-LIMIT", "unique.code"),
        (UNIQUE % "R05-FOLLOW-UP", "unique.code"),
    ],
)
def test_one_code_says_one_thing(edited, refused, more, path):
    [(place, finding)] = refused(edited(more=more)).items()
    assert (place, finding.code) == (f"form.toml:{path}", "FORM-DUPLICATE")
