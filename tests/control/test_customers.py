"""Customers: entered and changed by events; the last entry rules, the earlier ones stay."""

from datetime import date

import pytest
from bank import refused_for

from rmdocs.control.policy import BUILT_IN, Policy
from rmdocs.errors import ControlError, FindingsError
from rmdocs.messages import Language
from rmdocs.reports.report import rows_json
from rmdocs.workspace import people, registers

USCC = "91370112MA3DEM019E"
FACTS = {
    "name": "济南虚构岱岳重型机械有限公司",
    "category": "重要",
    "domicile": "济南市虚构区模拟工业园甲1号",
    "postcode": "250098",
    "representative": {"title": "法定代表人", "name": "陈虚实"},
    "phone": "0531-55510010",
}
DAY = date(2026, 11, 24)


def test_a_customer_is_entered_and_changed_by_events(bank):
    people.change_customer(bank.at("JN01-0101", DAY), USCC, FACTS)
    people.change_customer(
        bank.at("JN01-0101", DAY), USCC, {"phone": "0531-55510019", "postcode": None}
    )
    workspace = bank.at(day=DAY)
    known = people.customer(workspace, USCC.lower())
    assert known.facts["phone"] == "0531-55510019"
    assert "postcode" not in known.facts
    assert known.facts["domicile"] == FACTS["domicile"]
    entries = people.customer_history(workspace, USCC).entries
    phones = [entry.customer.facts["phone"] for entry in entries]
    assert phones == ["0531-55510010", "0531-55510019"]
    assert {entry.staff_no for entry in entries} == {"JN01-0101"}
    files = bank.at().registry.control.list(f"customers/{USCC}")
    assert {"0001.json", "0002.json"} <= set(files)
    assert bank.codes() == set()


def test_what_is_wrong_is_told_at_once(bank):
    wrong = {**FACTS, "postcode": "25009", "phone": "12", "category": "贵宾"}
    with pytest.raises(FindingsError) as refused:
        people.change_customer(bank.at("JN01-0101", DAY), "91370112MA3DEM0190", wrong)
    assert {(one.code, one.path) for one in refused.value.findings} == {
        ("CUSTOMER-USCC", "$.uscc"),
        ("CUSTOMER-POSTCODE", "$.postcode"),
        ("CUSTOMER-PHONE", "$.phone"),
        ("SCHEMA-ENUM", "$.category"),
    }
    assert people.customers(bank.at(day=DAY)) == []


@pytest.mark.parametrize("actor", ["JN01-0001", "SD00-0001"])
def test_the_policy_says_who_may(bank, actor):
    with pytest.raises(ControlError, match="keep the register of customers"):
        people.change_customer(bank.at(actor, DAY), USCC, FACTS)


def test_an_entry_that_changes_nothing_is_refused(bank):
    people.change_customer(bank.at("JN01-0101", DAY), USCC, FACTS)
    with pytest.raises(ControlError, match="stands in the register so"):
        people.change_customer(bank.at("JN01-0101", DAY), USCC, {"phone": FACTS["phone"]})


def test_an_unknown_customer_is_no_traceback(bank):
    for code in (USCC, "../people", ""):
        with pytest.raises(ControlError):
            people.customer(bank.at(day=DAY), code)


def test_the_register_shows_what_stood_on_a_day(bank):
    people.change_customer(bank.at("JN01-0101", date(2026, 3, 2)), USCC, FACTS)
    people.change_customer(bank.at("JN01-0102", DAY), USCC, {"phone": "13900000000"})
    workspace = bank.at(day=DAY)
    (then,) = rows_json(registers.report(workspace, "customers", on=date(2026, 5, 1)), Language.EN)
    (now,) = rows_json(registers.report(workspace, "customers"), Language.EN)
    assert (then["phone"], then["entered"]) == ("0531-55510010", "2026-03-02")
    assert (now["phone"], now["entered_by"]) == ("13900000000", "赵样例 JN01-0102")
    assert (
        rows_json(registers.report(workspace, "customers", on=date(2026, 2, 1)), Language.EN) == []
    )


def test_a_policy_sealed_before_there_were_customers_still_reads():
    lines = BUILT_IN.read_text("utf-8").splitlines(keepends=True)
    old = "".join(line for line in lines if "customer.enter" not in line).encode()
    with refused_for("FORM-MISSING"):
        Policy.load(old)
    assert Policy.load(old, sealed=True).acts["customer.enter"] == (
        "relationship_manager",
        "records_officer",
    )
