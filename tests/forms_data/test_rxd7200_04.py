"""RXD7200-04: samples clean, every rule broken once, the notice vectors, what is printed."""

from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest

from rmdocs.canonical import decode
from rmdocs.findings import Severity
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber
from rmdocs.language.rules import as_text
from rmdocs.lifecycle import StageKey
from rmdocs.messages import Language
from rmdocs.records.check import check_record, check_stage
from rmdocs.records.context import blank_context, template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.records.summary import keeping
from rmdocs.rendering.compiled import CompiledTemplate, printed_text
from rmdocs.rendering.lint import form_names, lint_template

ROOT = Path(__file__).parents[2]
FILES = read_desk(ROOT, DocumentNumber.parse("RXD7200-04"))
FORM = Form.load(FILES)
SAMPLE = decode(FILES.sample)
TEMPLATE = CompiledTemplate.compile(FILES.template)
TODAY = date(2026, 11, 24)
UNIT = {
    "code": "JN01",
    "name": "济南示例支行",
    "full_name": "中国建设银行股份有限公司济南示例支行",
}
GUARANTOR = {"name": "山东虚构泰山融资担保有限公司", "uscc": None, "address": None, "phone": None}

USD = {
    "customer": {
        "name": "烟台虚构海葵食品有限公司",
        "uscc": "91370602MA3DEM035E",
        "category": "常规",
    },
    "business_type": "外汇流动资金贷款",
    "contract": {"no": "建鲁(烟示)外贷〔2026〕0002号", "signed_on": "2026-06-18"},
    "iou_no": "JK20260618002",
    "currency": "USD",
    "principal": "2500000.00",
    "balance": "2500000.00",
    "annual_rate_pct": "5.10",
    "interest": {"from": "2026-06-18", "to": "2026-12-17", "basis": 360},
    "loan_start": "2026-06-18",
    "maturity": "2026-12-17",
    "notice_date": "2026-11-17",
    "extension_apply_by": "2026-12-01",
    "repayment_account.name": "烟台虚构海葵食品有限公司",
}
USD_DERIVED = {
    "term": "short",
    "balance_words": "美元贰佰伍拾万元整",
    "total_due": "2564458.33",
    "total_due_words": "美元贰佰伍拾陆万肆仟肆佰伍拾捌元叁角叁分",
    "lead_days": 30,
    "interest_days": 182,
    "interest_amount": "64458.33",
}

# What each rule of the record refuses: path in the content -> value.
RECORD_BREAKS = {
    "R04-USCC": {"customer.uscc": "91370112MA3DEM0191"},
    "R04-USCC-ORG": {"customer.uscc": "91370112MA3DEM018B"},
    "R04-GUARANTOR-USCC": {"guarantors": [{**GUARANTOR, "uscc": "91350100M000100Y4Z"}]},
    "R04-GUARANTOR-PHONE": {"guarantors": [{**GUARANTOR, "phone": "12345"}]},
    "R04-GUARANTOR-TWICE": {"guarantors": [GUARANTOR, GUARANTOR]},
    "R04-GUARANTOR-BORROWER": {
        "guarantors": [{**GUARANTOR, "name": "济南虚构岱岳重型机械有限公司"}]
    },
    "R04-SECRET-TYPE": {"business_type": "流动资金贷款(占用授信额度)"},
    "R04-SECRET-CONTRACT": {"contract.no": "综合授信0007号"},
    "R04-SECRET-IOU": {"iou_no": "JK20251017001 信用等级AA"},
    "R04-TWO-RMS": {"rm_second": {"name": "王样例", "staff_no": "JN01-0101"}},
    "R04-PHONE": {"branch_phone": "555"},
    "R04-BALANCE-ZERO": {"balance": "0.00"},
    "R04-BALANCE-PRINCIPAL": {"balance": "30000000.01"},
    "R04-RATE-ZERO": {"annual_rate_pct": "0"},
    "R04-RATE-HIGH": {"annual_rate_pct": "33.0"},
    "R04-RATE-LOW": {"annual_rate_pct": "0.033"},
    "R04-INTEREST-NOTHING": {"balance": "0.01"},
    "R04-INTEREST-ORDER": {"interest.from": "2026-10-16"},
    "R04-INTEREST-START": {"interest.from": "2025-10-16"},
    "R04-INTEREST-END": {"interest.to": "2026-10-17"},
    "R04-INTEREST-SHORT": {"interest.to": "2026-10-15"},
    "R04-INTEREST-BASIS": {"currency": "HKD"},
    "R04-TERM-ORDER": {"loan_start": "2026-10-16"},
    "R04-CONTRACT-DATE": {"contract.signed_on": "2025-10-18"},
    "R04-NOTICE-BEFORE-START": {"notice_date": "2025-10-17"},
    "R04-NOTICE-ON-MATURITY": {"notice_date": "2026-10-16"},
    "R04-NOTICE-OVERDUE": {"notice_date": "2026-10-17"},
    "R04-LEAD-SHORT-TERM": {"notice_date": "2026-10-10"},
    "R04-LEAD-LONG-TERM": {"loan_start": "2023-10-17", "notice_date": "2026-09-17"},
    "R04-LEAD-DEFAULT": {"notice_date": "2026-09-17"},
    "R04-NOTICE-BACKDATED": {"notice_date": "2026-09-13"},
    "R04-EXTENSION-CUTOFF": {"extension_apply_by": "2026-10-16"},
    "R04-EXTENSION-PAST": {"extension_apply_by": "2026-09-13"},
    "R04-ACCOUNT-HOLDER": {"repayment_account.name": "济南虚构另一公司"},
}

# What each rule of a stage refuses: stage, its path -> value.
STAGE_BREAKS = {
    "R04-DELIVERY-TWO": ("delivery", {"delivered_by": ["王样例", "王样例"]}),
    "R04-DELIVERY-RMS": ("delivery", {"delivered_by": ["王样例", "孙样例"]}),
    "R04-DELIVERY-EARLY": ("delivery", {"sent_on": "2026-09-13"}),
    "R04-DELIVERY-FUTURE": ("delivery", {"sent_on": "2026-11-25"}),
    "R04-DELIVERY-LATE": ("delivery", {"sent_on": "2026-10-10"}),
    "R04-DELIVERY-GUARANTOR": ("delivery", {"guarantor_copies": []}),
    "R04-DELIVERY-STRANGER": (
        "delivery",
        {"guarantor_copies": [{"guarantor": "济南虚构另一公司", "sent_on": "2026-09-15"}]},
    ),
    "R04-RECEIPT-EARLY": ("receipt", {"received_on": "2026-09-13"}),
    "R04-RECEIPT-BEFORE-SENT": ("receipt", {"received_on": "2026-09-14"}),
    "R04-RECEIPT-FUTURE": ("receipt", {"received_on": "2026-11-25"}),
    "R04-RECEIPT-PLAN": ("receipt", {"planned_date": "2026-10-17"}),
    "R04-RECEIPT-PLAN-PAST": ("receipt", {"planned_date": "2026-09-15"}),
    "R04-RECEIPT-OTHER": ("receipt", {"reply": "其他"}),
    "R04-RECEIPT-EXTENSION": ("receipt", {"reply": "申请展期", "received_on": "2026-09-17"}),
    "R04-OUTCOME-RECEIPT": ("outcome", {}),
    "R04-OUTCOME-BASIS": ("outcome", {"outcome": "移交保全"}),
    "R04-OUTCOME-EXTENDED": ("outcome", {"extended_to": "2027-10-16"}),
    "R04-OUTCOME-FUTURE": ("outcome", {"decided_on": "2026-11-25"}),
    "R04-REPAID-DATE": ("post_recovery", {"repaid_on": "2026-11-25"}),
    "R04-REPAID-LATE": ("post_recovery", {"repaid_on": "2026-10-20"}),
    "R04-CLOSE-CARD": ("post_recovery", {"loan_card_registered_on": None}),
    "R04-CLOSE-CARD-DATE": ("post_recovery", {"loan_card_registered_on": "2026-10-15"}),
    "R04-CLOSE-COLLATERAL": ("post_recovery", {"collateral_not_applicable": "信用贷款"}),
    "R04-CLOSE-COLLATERAL-DATE": (
        "post_recovery",
        {"collateral_returned": [{"item": "厂房他项权证", "returned_on": "2026-10-15"}]},
    ),
    "R04-CLOSE-LEDGER": ("post_recovery", {"ledger_not_applicable": "无"}),
    "R04-CLOSE-LEDGER-DATE": ("post_recovery", {"ledger_registered_on": "2026-10-15"}),
}

NOTICES = [
    ("2025-10-17", "2026-10-16", "2026-10-12", "R04-LEAD-SHORT-TERM", "error"),
    ("2025-10-17", "2026-10-16", "2026-10-01", "R04-LEAD-DEFAULT", "warning"),
    ("2023-12-11", "2026-12-10", "2026-11-20", "R04-LEAD-LONG-TERM", "error"),
    ("2023-12-11", "2026-12-10", "2026-11-05", None, ""),
    ("2025-10-17", "2026-10-16", "2026-10-17", "R04-NOTICE-OVERDUE", "error"),
    # The last day that is still legal, and the first that is not.
    ("2023-12-11", "2026-12-10", "2026-11-10", None, ""),
    ("2023-12-11", "2026-12-10", "2026-11-11", "R04-LEAD-LONG-TERM", "error"),
    ("2025-10-17", "2026-10-16", "2026-10-09", "R04-LEAD-DEFAULT", "warning"),
    ("2025-10-17", "2026-10-16", "2026-09-16", None, ""),
]


def changed(value, changes):
    made = deepcopy(value)
    for path, new in changes.items():
        *parents, last = path.split(".")
        place = made
        for name in parents:
            place = place[name]
        place[last] = new
    return made


def draft(changes=None, derived=None):
    record = changed(SAMPLE["record"], {})
    record["content"] = changed(record["content"], changes or {})
    return RecordDraft.parse({"record": record, "derived": derived or {}})


def record_findings(changes=None, derived=None):
    return check_record(draft(changes, derived), FORM, UNIT, TODAY)[1]


def added_stages(until=None):
    """Return the sample's stages before ``until``, or all."""
    found = []
    for stage in SAMPLE["stages"]:
        if stage["stage"] == until:
            break
        found.append((StageKey(name=stage["stage"]), stage["content"]))
    return found


def stage_findings(name, changes, content=None, stages=None):
    captured = next(stage["content"] for stage in SAMPLE["stages"] if stage["stage"] == name)
    before = added_stages(until=name) if stages is None else stages
    body = changed(captured, changes)
    return check_stage(
        draft(content),
        stages=before,
        key=StageKey(name=name),
        content=body,
        form=FORM,
        unit=UNIT,
        actor_name="王样例",
        today=TODAY,
    )[1]


def codes(findings):
    return [finding.code for finding in findings]


def printed(stages=(), addressee=None, changes=None):
    checked, findings = check_record(draft(changes), FORM, UNIT, TODAY, stages=stages)
    assert checked, codes(findings)
    context = template_context(
        checked,
        FORM,
        number="RXD7200-04-JN01-2026-0001",
        edition=1,
        pin="12·9f3a0c1b2d4e",
        issued_on=date(2026, 9, 14),
        addressee=addressee and FORM.addressees(checked.names)[addressee - 1],
    )
    return printed_text(TEMPLATE.render(context))


def test_the_sample_is_clean_and_its_derived_values_agree():
    assert record_findings(derived=SAMPLE["derived"]) == []
    checked, _ = check_record(draft(), FORM, UNIT, TODAY)
    computed = {name: as_text(value) for name, value in checked.names["derived"].items()}
    expected = {name: str(value) for name, value in SAMPLE["derived"].items()}
    assert computed == {**expected, "term": "short"}
    assert [stage["stage"] for stage in SAMPLE["stages"]] == [stage.name for stage in FORM.stages]
    for stage in SAMPLE["stages"]:
        assert stage_findings(stage["stage"], {}) == []


def test_a_loan_in_dollars_is_clean_and_its_derived_values_agree():
    assert record_findings(USD, USD_DERIVED) == []


def test_a_derived_value_that_disagrees_is_an_error():
    findings = record_findings(derived={**SAMPLE["derived"], "total_due": "30068750.01"})
    assert [(found.code, found.path) for found in findings] == [
        ("DERIVED-DISAGREES", "$.derived.total_due")
    ]


@pytest.mark.parametrize("code", RECORD_BREAKS)
def test_a_record_that_breaks_a_rule_gets_its_code(code):
    found = [one for one in record_findings(RECORD_BREAKS[code]) if one.code == code]
    assert found
    judge(found[0])


@pytest.mark.parametrize("code", STAGE_BREAKS)
def test_a_stage_that_breaks_a_rule_gets_its_code(code):
    name, changes = STAGE_BREAKS[code]
    stages = added_stages(until="receipt") if code == "R04-OUTCOME-RECEIPT" else None
    guarantors = {"guarantors": [GUARANTOR]} if code == "R04-DELIVERY-GUARANTOR" else None
    found = [one for one in stage_findings(name, changes, guarantors, stages) if one.code == code]
    assert found
    judge(found[0])


def judge(finding):
    """A finding says what, where and how to mend it, in both languages, and who asks."""
    for language in Language:
        assert "{" not in finding.message.text(language)
        assert finding.remedy.text(language)
    assert "{" not in finding.path
    assert finding.clause
    assert finding.label


def test_every_rule_has_a_record_that_breaks_it():
    assert {rule.code for rule in FORM.rules} == {*RECORD_BREAKS, *STAGE_BREAKS}


@pytest.mark.parametrize(("start", "maturity", "notice", "code", "severity"), NOTICES)
def test_the_lead_of_a_notice(start, maturity, notice, code, severity):
    changes = {
        "loan_start": start,
        "contract.signed_on": start,
        "maturity": maturity,
        "notice_date": notice,
        "interest.to": maturity,
        "extension_apply_by": notice if notice < maturity else "2026-10-15",
    }
    found = [one for one in record_findings(changes) if one.code != "R04-EXTENSION-PAST"]
    assert [(one.code, one.severity.value) for one in found] == ([(code, severity)] if code else [])


def test_after_maturity_the_overdue_demand_is_named():
    found = next(
        one
        for one in record_findings({"notice_date": "2026-10-17"})
        if one.code == "R04-NOTICE-OVERDUE"
    )
    for language in Language:
        assert "逾期催收通知书" in found.remedy.text(language)


@pytest.mark.parametrize("name", ["credit_limit", "internal_rating", "risk_class"])
def test_a_bank_secret_has_no_place_in_the_content(name):
    findings = record_findings({name: "AA"})
    assert any(one.severity is Severity.ERROR and name in one.path for one in findings)


def test_a_stage_may_say_not_applicable_with_a_reason():
    changes = {"collateral_returned": [], "collateral_not_applicable": "信用贷款,无抵质押物"}
    assert stage_findings("post_recovery", changes) == []


def test_maturity_on_a_weekend_is_met_on_the_next_working_day():
    saturday = {"maturity": "2026-10-17", "interest.to": "2026-10-17"}
    monday = {
        "repaid_on": "2026-10-19",
        "loan_card_registered_on": "2026-10-19",
        "ledger_registered_on": "2026-10-19",
    }
    assert stage_findings("post_recovery", monday, saturday) == []
    assert codes(stage_findings("post_recovery", monday)) == ["R04-REPAID-LATE"]


def test_kept_ten_years_from_the_january_after_settlement():
    open_record, _ = check_record(draft(), FORM, UNIT, TODAY)
    assert keeping(FORM, open_record.names).starts is None
    settled, _ = check_record(draft(), FORM, UNIT, TODAY, stages=added_stages())
    kept = keeping(FORM, settled.names)
    assert (kept.years, kept.starts, kept.ends) == (10, date(2027, 1, 1), date(2037, 1, 1))


def test_the_template_is_sound():
    assert lint_template(FILES.template, form_names(FORM)) == []


def test_the_notice_prints_every_fact():
    text = printed()
    for fact in (
        "济南虚构岱岳重型机械有限公司：",
        "流动资金贷款",
        "建鲁(济示)流贷〔2025〕0007号",
        "JK20251017001",
        "¥30,000,000.00",
        "人民币叁仟万元整",
        "3.30%",
        "2026年9月21日（含）至2026年10月16日（不含），共25天",
        "¥68,750.00",
        "¥30,068,750.00",
        "人民币叁仟零陆万捌仟柒佰伍拾元整",
        "2026年9月16日",
        "37000000000000000011",
        "王样例、赵样例",
        "0531-55500001",
        "中国建设银行股份有限公司济南示例支行（公章）",
        "2026年9月14日",
        "☐按期归还",
    ):
        assert fact in text
    assert "☑" not in text
    assert text.count("RXD7200-04-JN01-2026-0001") == 4


def test_the_stages_fill_the_receipt_and_nothing_internal_is_printed():
    text = printed(added_stages())
    for fact in ("☑按期归还", "蔡示财", "财务总监", "（公章）", "送达方式：直接送达"):
        assert fact in text
    for internal in ("按期收回", "他项权证", "贷款卡", "台帐", "重要", "91370112MA3DEM019E"):
        assert internal not in text


def test_a_guarantor_gets_a_copy_of_its_own():
    changes = {"guarantors": [GUARANTOR, {**GUARANTOR, "name": "李虚构"}]}
    checked, _ = check_record(draft(changes), FORM, UNIT, TODAY)
    assert len(FORM.addressees(checked.names)) == 2
    text = printed(added_stages(), addressee=2, changes=changes)
    assert "李虚构：" in text
    assert "通知联（担保人）" in text
    # The borrower's account and reply are not the guarantor's business.
    assert "37000000000000000011" not in text
    assert "3700************0011" in text
    assert "☑" not in text
    assert "蔡示财" not in text


def test_a_blank_form_can_be_printed():
    text = printed_text(TEMPLATE.render(blank_context(FORM)))
    assert "信贷业务到期通知书" in text
    assert "None" not in text
    assert "核验码" not in text


def test_values_are_never_markup():
    text = printed(changes={"iou_no": "JK<w:t>&{{ 1 }}"})
    assert "JK<w:t>&{{ 1 }}" in text


def test_an_amount_too_large_for_words_is_refused_where_it_stands():
    findings = record_findings({"principal": "100000000000", "balance": "100000000000.00"})
    assert {one.path for one in findings} == {"$.content.principal", "$.content.balance"}
    assert all(one.severity is Severity.ERROR for one in findings)
