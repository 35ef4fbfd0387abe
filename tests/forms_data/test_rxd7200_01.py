"""RXD7200-01: each rule has a record that breaks it, and the words are the source's."""

from __future__ import annotations

import hashlib
import io
import json
import re
from copy import deepcopy
from datetime import date
from pathlib import Path

import docx
import pytest

from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.language.rules import evaluate
from rmdocs.messages import Language
from rmdocs.rendering.compiled import CompiledTemplate, printed_text
from rmdocs.rendering.lint import form_names, lint_template
from rmdocs.schemas.fields import split
from rmdocs.values import view

ROOT = Path(__file__).parents[2]
FILES = read_desk(ROOT, DocumentNumber.parse("RXD7200-01"))
FORM = Form.load(FILES)
SAMPLE = json.loads(FILES.sample)
TEMPLATE = CompiledTemplate.compile(FILES.template)
TODAY = date(2026, 11, 24)
UNIT = {
    "code": "JN01",
    "name": "济南示例支行",
    "full_name": "中国建设银行股份有限公司济南示例支行",
}
SOURCE_SHA256 = "babac20a67d220bf642746f9ac0e873fd795cedb6375cb98a4e415ff3faf3486"
"""Digest of the agreement's fixed text in IXD7200-01 (annex 1) without white space."""


def content():
    return deepcopy(SAMPLE["record"]["content"])


def signing():
    return deepcopy(SAMPLE["stages"][0]["content"])


def changed(value, changes):
    for path, new in changes.items():
        *parents, last = path.split(".")
        place = value
        for name in parents:
            place = place[name]
        if new is ...:
            place.pop(last, None)
        else:
            place[last] = new
    return value


def names(body, stage=None):
    whole = FORM.schema.complete(FORM.schema.normalise(body))
    signed = stage and FORM.stage_schema("signing").complete(stage)
    return {
        "record": view(SAMPLE["record"]),
        "content": view(whole),
        "derived": view({}),
        "stages": view({"signing": signed}),
        "stage": view(signed) if signed else None,
        "today": TODAY,
        "unit": view(UNIT),
        "form": None,
    }


def findings(body):
    schema = FORM.schema.check(FORM.schema.normalise(body))
    assert not schema, [finding.message.text(Language.EN) for finding in schema]
    return evaluate(FORM.rules, names(body))


def stage_findings(stage, body=None):
    assert not FORM.stage_schema("signing").check(stage)
    return evaluate(FORM.rules, names(body or content(), stage), "signing")


def short():
    """Everything optional left out, as a customer without a group or a fax has it."""
    body = changed(content(), {"art1.group_companies": [], "art6.services": ["国际结算业务"]})
    del body["closing"], body["party_a"]["fax"], body["art6"]["other"]
    return body


RECORD_CASES = {
    "R01-USCC": {"party_a.uscc": "91370112MA3DEM0191"},
    # Check character right, organisation code wrong.
    "R01-USCC-ORG": {"party_a.uscc": "91370112MA3DEM010J"},
    "R01-POSTCODE-A": {"party_a.postcode": "25009"},
    "R01-POSTCODE-AREA-A": {"party_a.postcode": "100000"},
    "R01-PHONE-A": {"party_a.phone": "55510010"},
    "R01-FAX-A": {"party_a.fax": "无"},
    "R01-POSTCODE-B": {"party_b.postcode": "25009X"},
    "R01-POSTCODE-AREA-B": {"party_b.postcode": "278000"},
    "R01-PHONE-B": {"party_b.phone": "12345678901"},
    "R01-FAX-B": {"party_b.fax": "0531"},
    "R01-PARTIES-SAME": {"party_a.name": UNIT["full_name"]},
    "R01-BRANCH-NAME": {"party_b.branch": "济南示例支行"},
    "R01-BRANCH-UNIT": {
        "party_b.branch": "烟台示例支",
        "party_b.full_name": "中国建设银行股份有限公司烟台示例支行",
    },
    "R01-ACCOUNT-NONE": {"art1.account_types": []},
    "R01-ACCOUNT-BASIC-GENERAL": {"art1.account_types": ["基本存款帐户", "一般存款帐户"]},
    "R01-GROUP-SELF": {"art1.group_companies": ["济南虚构岱岳重型机械有限公司"]},
    "R01-RMB-DECIMALS": {"art3.rmb_settlement_pct": 70.125},
    "R01-FX-DECIMALS": {"art3.fx_settlement_pct": 0.001},
    "R01-CURRENT-DECIMALS": {"art4.current_ratio_min_pct": 120.001},
    "R01-DEBT-DECIMALS": {"art4.debt_ratio_max_pct": 64.999},
    "R01-HOUSING-DECIMALS": {"art9.housing_loan_cap_pct": 33.333},
    "R01-FX-ZERO": {"art3.fx_settlement_pct": 0},
    "R01-CURRENT-POSITIVE": {"art4.current_ratio_min_pct": 0},
    "R01-CURRENT-UNUSUAL": {"art4.current_ratio_min_pct": 1.2},
    "R01-DEBT-RANGE": {"art4.debt_ratio_max_pct": 100},
    "R01-DEBT-HIGH": {"art4.debt_ratio_max_pct": 80.5},
    "R01-HOUSING-POSITIVE": {"art9.housing_loan_cap_pct": 0},
    "R01-HOUSING-HIGH": {"art9.housing_loan_cap_pct": 120},
    "R01-SERVICE-NONE": {"art6.services": []},
    "R01-SERVICE-OTHER": {"art6.other": "供应链融资"},
    "R01-TERM-ORDER": {"closing.term_end": "2026-03-15"},
    "R01-COPIES": {"closing.copies_total": 5},
    "R01-DISPUTE-BODY": {"closing.dispute": "乙方"},
    "R01-DISPUTE-BOTH": {"closing.dispute": "济南仲裁委员会或乙方所在地人民法院"},
    "R01-SECRET-CONTRACT": {"contract_no": "授信额度3000万元0001号"},
    "R01-SECRET-DOMICILE": {"party_a.domicile": "示例路1号(内部评级AA)"},
    "R01-SECRET-OTHER": {"art6.services": ["其他"], "art6.other": "在授信额度3000万元内提供融资"},
    "R01-SECRET-DISPUTE": {"closing.dispute": "人民法院,信用等级AA"},
    "R01-SECRET-PLACE": {"closing.sign_place": "济南市(授信限额内)"},
    "R01-SECRET-GROUP": {"art1.group_companies": ["示例公司", "授信额度共用公司"]},
}
STAGE_CASES = {
    "R01-SIGN-AUTHORITY-A": {"party_a.signatory": "李代理", "party_a.capacity": "授权代理人"},
    "R01-SIGN-CAPACITY-A": {"party_a.capacity": "负责人"},
    "R01-SIGN-NAME-A": {"party_a.signatory": "陈真实"},
    "R01-SIGN-EARLY-A": {"party_a.date": "2026-03-01"},
    "R01-SIGN-FUTURE-A": {"party_a.date": "2026-11-25"},
    "R01-SIGN-AUTHORITY-B": {"party_b.capacity": "授权代理人"},
    "R01-SIGN-NAME-B": {"party_b.signatory": "周真行"},
    "R01-SIGN-EARLY-B": {"party_b.date": "2026-03-01"},
    "R01-SIGN-FUTURE-B": {"party_b.date": "2026-11-25"},
    "R01-EFFECTIVE": {"party_b.date": "2026-03-18", "effective_on": "2026-03-16"},
    "R01-SIGN-EXPIRED": {"party_b.date": "2029-03-16"},
    "R01-EFFECTIVE-LATE": {"party_a.date": "2026-03-17"},
}


def test_every_rule_has_a_record_that_breaks_it():
    assert {rule.code for rule in FORM.rules} == {*RECORD_CASES, *STAGE_CASES}


@pytest.mark.parametrize("code", RECORD_CASES)
def test_a_record_that_breaks_the_rule_gets_its_code(code):
    found = {finding.code: finding for finding in findings(changed(content(), RECORD_CASES[code]))}
    assert code in found
    for language in Language:
        assert "{{" not in found[code].message.text(language)
    assert FORM.schema.root.at(split(found[code].path)[1:]) is not None


@pytest.mark.parametrize("code", STAGE_CASES)
def test_a_signing_that_breaks_the_rule_gets_its_code(code):
    found = {finding.code for finding in stage_findings(changed(signing(), STAGE_CASES[code]))}
    assert code in found


def test_the_sample_is_clean():
    assert findings(content()) == []
    assert stage_findings(signing()) == []


def test_a_record_without_anything_optional_is_clean():
    assert findings(short()) == []
    assert stage_findings(signing(), short()) == []


def test_an_agent_signs_with_a_power_of_attorney():
    agent = {
        "party_a.signatory": "李代理",
        "party_a.capacity": "授权代理人",
        "party_a.authority_ref": "授权〔2026〕1号",
        "effective_on": "2026-03-16",
    }
    assert stage_findings(changed(signing(), agent)) == []


def test_a_lower_case_credit_code_is_normalised():
    assert findings(changed(content(), {"party_a.uscc": " 91370112ma3dem019e "})) == []


def test_a_finding_among_group_companies_names_the_company():
    (found,) = findings(changed(content(), RECORD_CASES["R01-SECRET-GROUP"]))
    assert found.path == "$.content.art1.group_companies[1]"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("art3.rmb_settlement_pct", 100.01),
        ("art3.fx_settlement_pct", -1),
        ("art1.group_attitude", "同意"),
        ("art1.account_types", ["基本存款账户"]),
        ("art6.services", ["国际结算业务", "国际结算业务"]),
        ("party_a.name", "  "),
        ("party_a.credit_limit", "30000000.00"),
        ("closing.term_end", "2026-02-30"),
    ],
)
def test_the_schema_refuses(path, value):
    assert FORM.schema.check(FORM.schema.normalise(changed(content(), {path: value})))


def test_retention_counts_from_the_january_after_expiry():
    starts = FORM.retention.starts
    assert starts.evaluate(names(content())) == date(2030, 1, 1)
    assert starts.evaluate(names(short())) is None


def rendered(body, stage=None, *, blank=False):
    context = {
        **names(content(), stage),
        "content": view(body),
        "number": "RXD7200-01-JN01-2026-0001",
        "edition": 2,
        "pin": "12·9f3a0c1b2d4e",
        "revision": "1.0",
        "addressee": None,
        "blank": blank,
    }
    return TEMPLATE.render(context)


def plain(document):
    return re.sub(r"[\s\u200b]", "", printed_text(document))


def test_the_template_has_no_mistakes():
    assert lint_template(FILES.template, form_names(FORM)) == []


def test_the_fixed_text_is_the_source_word_for_word():
    body = FORM.schema.blank()
    body["closing"] = None
    document = docx.Document(io.BytesIO(rendered(body, blank=True)))
    pieces = []
    for block in document.iter_inner_content():
        if isinstance(block, docx.table.Table):
            pieces += [cell.text for row in block.rows for cell in row.cells]
        else:
            pieces.append(block.text)
    text = re.sub(r"[\s\u200b]", "", "".join(pieces)).replace("☐", "□").partition("（本页为")[0]
    # The source as extracted has its punctuation half-width; on paper it is not.
    text = text.translate(str.maketrans("，：；（）", ",:;()"))
    assert hashlib.sha256(text.encode()).hexdigest() == SOURCE_SHA256


def test_what_was_captured_is_printed():
    text = plain(rendered(FORM.schema.complete(content()), signing()))
    for value in (
        "合同编号：建鲁(济示)银企〔2026〕0001号",
        "乙方：中国建设银行济南示例支行",
        "70%的人民币结算业务及80%的外汇结算业务",
        "☑国际结算业务；☑结售汇业务；☑代发工资业务；☐信用卡业务；",
        "☑财务顾问；",
        "☐/。",
        "自2026年3月16日起至2029年3月15日止",
        "向乙方所在地人民法院提起诉讼",
        "本协议一式肆份，甲乙双方各执贰份",
        "签订地点：济南市生效日期：2026年3月16日",
        "受控文件",
        "核验码：12·9f3a0c1b2d4e",
    ):
        assert value in text
    assert text.count("济南虚构岱岳重型机械有限公司") == 3


def test_no_punctuation_of_the_text_is_half_width():
    """GB/T 15834: marks of Chinese text are full-width; numbers and codes keep theirs."""
    text = plain(rendered(FORM.schema.complete(content()), signing()))
    for value in (content()["contract_no"],):
        text = text.replace(value, "")
    assert re.findall(r"[\u4e00-\u9fff][,:;()?!]|[,:;()?!][\u4e00-\u9fff]", text) == []


def test_choices_not_taken_are_struck_through():
    document = docx.Document(io.BytesIO(rendered(FORM.schema.complete(content()))))
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    struck = [run.text for run in runs if run.font.strike]
    assert struck == ["一般存款帐户", "专用存款帐户", "推荐", "决定"]


def test_without_closing_values_the_chapter_is_left_out_and_gaps_are_marked():
    text = plain(rendered(FORM.schema.complete(short())))
    assert "第三章" not in text
    assert "传真：/电话" in text
    assert "无等分公司、控股子公司" in text
    assert "身份：身份：授权委托书编号：授权委托书编号：日期：年月日日期：年月日签订地点：" in text


def test_arbitration_has_its_own_wording():
    body = changed(content(), {"closing.dispute": "济南仲裁委员会"})
    text = plain(rendered(FORM.schema.complete(body)))
    assert "任何一方均可提交济南仲裁委员会按照其届时有效的仲裁规则进行仲裁" in text
    assert "提起诉讼" not in text


def test_hostile_and_long_values_are_printed_as_they_are():
    name = "甲" * 110 + "<&>\"'"
    companies = [f"示例第{number}公司" for number in range(20)]
    body = changed(content(), {"party_a.name": name, "art1.group_companies": companies})
    assert findings(body) == []
    text = plain(rendered(FORM.schema.complete(body)))
    assert text.count(name) == 3
    assert "、".join(companies) in text
