"""RXD7200-04: samples clean, every rule broken once, the notice vectors, what is printed."""

import copy
import json
from datetime import date
from pathlib import Path

import pytest

from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form

ROOT = Path(__file__).parents[2]
DESK = ROOT / "forms/RXD7200-04"
TODAY = date(2026, 11, 24)
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
