"""A store written by the last release is read, verified and written on.

What it holds and how it was made: ``data/last_release/make.py``. Much of it newer
rules would refuse today; it stays good, and work on it goes on.
"""

from __future__ import annotations

from datetime import date

import pytest
from forged import issue_again
from last_release import unpack

from rmdocs.errors import FindingsError
from rmdocs.findings import Severity, has_errors
from rmdocs.folders import read, save_all
from rmdocs.identifiers import RecordNumber
from rmdocs.registers.indexfile import Query
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import records, registers, requests, store

pytestmark = pytest.mark.store
RM, HEAD, PRESIDENT = "JN01-0101", "JN01-0001", "JN01-0002"
PLAN, AGREEMENT = "RXD7200-03-JN01-2026-0001", "RXD7200-01-JN01-2026-0001"
STRANGER, UNRELATED, VOID = (f"RXD7200-02-JN01-2026-000{n}" for n in (1, 2, 3))
UNSEEN, TWIN = (f"RXD7200-04-JN01-2026-000{n}" for n in (1, 2))
ENCRYPTED = "RXD7200-05-JN01-2026-0001"
STATUSES = {
    PLAN: ("issued", 4),
    AGREEMENT: ("closed", 2),
    STRANGER: ("issued", 2),
    UNRELATED: ("issued", 1),
    VOID: ("voided", 1),
    UNSEEN: ("issued", 2),
    TWIN: ("issued", 1),
    ENCRYPTED: ("closed", 2),
}
CHANGES = {
    PLAN: ("last_year_review", "上年任务全部完成"),
    AGREEMENT: ("party_a.phone", "0531-55510019"),
    STRANGER: ("visit.topic", "设备贷款回访"),
    UNRELATED: ("visit.topic", "设备贷款回访"),
    UNSEEN: ("branch_phone", "0531-55500009"),
    TWIN: ("branch_phone", "0531-55500009"),
    ENCRYPTED: ("channel", "上门"),
}
STAGES = (
    (STRANGER, "president_opinion", PRESIDENT),
    (UNRELATED, "dept_head_opinion", HEAD),
    (UNSEEN, "receipt", RM),
    (TWIN, "delivery", RM),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """The store, to be read only."""
    return unpack(tmp_path_factory.mktemp("last") / "bank")


@pytest.fixture
def old(tmp_path):
    """The store, to be written on."""
    return unpack(tmp_path / "bank")


def good(bank):
    """Return whether the store verifies: what newer rules would refuse is told, no fault."""
    return not has_errors(store.verify(bank.at()).findings)


def test_it_is_verified_without_a_finding(shared):
    assert store.verify(shared.at()).findings == ()


def test_its_documents_are_made_again_to_the_byte(shared):
    """What newer rules would refuse is told, and is no fault."""
    found = store.verify(shared.at(), contents=True)
    assert found.documents > len(STATUSES)
    assert {(one.code, one.severity) for one in found.findings} == {
        ("CONTENT-REFUSED", Severity.WARNING)
    }


def test_all_its_records_are_found(shared):
    found = {r.number: (r.status, r.edition) for r in records.find(shared.at(), Query())}
    assert found == STATUSES


def test_all_its_records_are_traced_and_shown(shared, tmp_path):
    workspace = shared.at()
    for name, (status, edition) in STATUSES.items():
        number = RecordNumber.parse(name)
        assert records.show(workspace, number).status == status
        for file in save_all(tmp_path, records.export(workspace, number)):
            traced = records.trace(workspace, read(file))
            assert (traced.number, traced.edition) == (number, edition)


def test_its_records_are_amended(old):
    for name, (path, value) in CHANGES.items():
        number = RecordNumber.parse(name)
        record = dict(records.show(old.at(), number).record)
        *steps, last = path.split(".")
        place = record["content"]
        for step in steps:
            place = place[step]
        assert place[last] != value
        place[last] = value
        assert old.amend(number, record, RM).edition == STATUSES[name][1] + 1
        assert records.show(old.at(), number).record == record
    assert good(old)


def told(bank, number, **changed):
    """Amend a record of which some of the content is changed; return what is told."""
    shown = records.show(bank.at(), RecordNumber.parse(number))
    record = {**shown.record, "content": {**shown.record["content"], **changed}}
    return {
        (one.code, one.severity.value, one.path)
        for one in bank.amend(RecordNumber.parse(number), record, RM).findings
    }


MANAGER = "$.content.rm_second"


def test_an_amendment_is_told_what_stood_before(old):
    found = told(old, STRANGER, products_offered=["结售汇业务"])
    assert ("STAFF-UNKNOWN", "warning", MANAGER) in found
    assert ("CUSTOMER-NAME", "warning", "$.content.customer.name") in found


@pytest.mark.parametrize(
    "second",
    [
        {"name": "张三三", "staff_no": "JN01-0198"},
        {"name": "张三", "staff_no": "JN01-0197"},
        {"name": "张三", "staff_no": "JN01-0102"},
        {"name": "刘样例", "staff_no": "YT03-0301"},
    ],
)
def test_an_amendment_answers_for_what_it_changes(old, second):
    with pytest.raises(FindingsError) as refused:
        told(old, STRANGER, rm_second=second)
    errors = [one for one in refused.value.findings if one.severity is Severity.ERROR]
    assert [one.path for one in errors] == [MANAGER]


def test_an_amendment_may_mend_what_stood_before(old):
    found = told(old, STRANGER, rm_second={"name": "赵样例", "staff_no": "JN01-0102"})
    assert MANAGER not in {path for _, _, path in found}


def test_its_records_get_stages(old):
    for name, stage, actor in STAGES:
        sample = old.sample(f"{name[:10]}-JN01")
        content = next(one["content"] for one in sample["stages"] if one["stage"] == stage)
        done = old.add(RecordNumber.parse(name), stage, content, actor)
        assert done.edition == STATUSES[name][1] + 1
    assert good(old)


def test_its_records_are_voided(old):
    for name in STATUSES.keys() - {VOID}:
        number = RecordNumber.parse(name)
        old.void(number, RM, HEAD)
        assert records.show(old.at(), number).status == "voided"
    assert good(old)


def test_another_record_is_issued(old):
    sample = old.sample("RXD7200-02-JN01")
    sample["record"]["content"]["customer"]["name"] = "济南虚构岱岳重工有限公司"  # as entered
    assert str(old.issue(sample, date(2026, 11, 3))) == "RXD7200-02-JN01-2026-0004"
    assert good(old)


def raised(bank, day):
    """Raise the rules of the store, as two people do."""
    text = registers.policy_text(bank.at())
    assert "\nrules" not in text
    data = text.replace("[acts]", "rules = 2\n\n[acts]", 1).encode()
    asked = requests.enter(bank.at("SD00-0004", day), "policy", data, "采用新的检查规则")
    bank.approve(asked.number, PRESIDENT, day)


def named(bank, number):
    """Return the rules that the acts on a record name, the first first."""
    head = bank.at().store.require_head(RecordNumber.parse(number).volume.ref)
    events = head.events(RecordNumber.parse(number).directory)
    return [event.facts.get("rules") for event in events]


def test_its_acts_name_the_rules_once_control_has_raised_them(old):
    raised(old, date(2026, 11, 3))
    content = old.sample("RXD7200-02-JN01")["stages"][0]["content"]
    old.add(RecordNumber.parse(UNRELATED), "dept_head_opinion", content, HEAD)
    old.void(RecordNumber.parse(TWIN), RM, HEAD)
    old.void(RecordNumber.parse(ENCRYPTED), RM, HEAD)
    assert named(old, UNRELATED) == [None, 2]
    # Asking and approving are two acts.
    assert named(old, TWIN) == [None, 2, 2]
    assert named(old, ENCRYPTED) == [None, None, 2, 2]
    assert store.verify(old.at()).findings == ()


def test_an_act_that_relies_on_control_as_it_was_chooses_no_older_rules(old):
    before = old.at().store.require_head(CONTROL_REF).checkpoint
    raised(old, date(2026, 11, 3))
    issue_again(old, RecordNumber.parse(VOID), date(2026, 12, 1), relied_on=before)
    assert old.codes() == {"RULES-OTHER"}


def test_what_nobody_sees_may_stay_but_not_move(old):
    """An amendment answers for what it changes: what the record hides is told, no more."""
    number = RecordNumber.parse(UNSEEN)
    record = dict(records.show(old.at(), number).record)
    record["content"]["branch_phone"] = "0531-55500009"
    done = old.amend(number, record, RM)
    assert {(one.code, one.severity) for one in done.findings if "guarantors" in one.path} == {
        ("TEXT-INVISIBLE", Severity.WARNING)
    }
    record["content"]["guarantors"][0]["name"] = "\u200b担保"
    with pytest.raises(FindingsError) as refusal:
        old.amend(number, record, RM)
    assert ("TEXT-INVISIBLE", Severity.ERROR) in {
        (one.code, one.severity) for one in refusal.value.findings
    }
