"""A void takes two people: one asks, another approves with their own key, on any machine."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from bank import LATE, Bank
from forged import append

from rmdocs.control.staff import person_event
from rmdocs.errors import ControlError, FindingsError, RmdocsError
from rmdocs.identifiers import RecordNumber, RequestNumber, StaffNumber, UnitCode
from rmdocs.registers.approvalrequests import RequestStatus
from rmdocs.workspace import people, records, requests


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


RM, HEAD, OTHER_RM, OFFICER = "JN01-0101", "JN01-0001", "JN01-0102", "SD00-0004"
HEAD_SAYS = {"name": "郑部长", "date": "2026-04-10", "opinion": "已阅"}
NUMBER = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
FIRST = RequestNumber.parse(f"{NUMBER}-R1")
SECOND = RequestNumber.parse(f"{NUMBER}-R2")


@pytest.fixture
def bank(visited_bank):
    return visited_bank


@pytest.fixture
def refused(bank):
    """Run an act, see it refused, and see that it left nothing behind."""

    def run(kind, act):
        before = bank.refs()
        with pytest.raises(kind) as refusal:
            act()
        assert bank.refs() == before
        assert bank.codes() == set()
        return refusal.value

    return run


def status(bank):
    return records.show(bank.at(), NUMBER).status


def request_status(bank, request=FIRST):
    return requests.get(bank.at(), request).status


def enter(bank, staff_no, *roles, unit="JN01", name="某人"):
    """Enter a change of somebody in the register, with the key that lies under their number."""
    number = StaffNumber.parse(staff_no)
    people.add(bank.at(OFFICER), number, name, UnitCode(unit), roles)


def machine(bank, name, *owners):
    """Return another machine at the same records, with only these people's keys."""
    root = bank.root.parent / name
    (root / "keys").mkdir(parents=True)
    for shared in ("records", "record-keys"):
        if (bank.root / shared).exists():
            (root / shared).symlink_to(bank.root / shared)
    for owner in ("ledger", *owners):
        shutil.copy(bank.root / "keys" / f"{owner}.key", root / "keys")
    return Bank(root)


def test_it_is_void_once_somebody_else_approved(bank, visit):
    asked = bank.ask(NUMBER, RM, "重复录入")
    assert (str(asked), status(bank)) == (f"{NUMBER}-R1", "issued")
    waits = records.trace(bank.at(), str(NUMBER)).asked
    assert (waits.number, waits.reason, waits.asked.actor.staff_no) == (FIRST, "重复录入", RM)
    assert bank.codes() == set()

    assert bank.approve(asked, HEAD).status is RequestStatus.APPROVED
    shown = records.show(bank.at(), NUMBER)
    act = shown.acts[-1]
    assert (shown.edition, shown.status, shown.request) == (1, "voided", None)
    assert (act.kind, act.reason, act.approved_by) == ("void", "重复录入", "郑部长")
    assert bank.codes() == set()
    assert str(bank.issue(visit, day=act.time.date())) == "RXD7200-02-JN01-2026-0002"


def test_the_two_keys_need_never_meet(bank):
    """Each on a machine of their own, which lacks the other's key."""
    hers, his = machine(bank, "hers", RM), machine(bank, "his", HEAD)
    hers.ask(NUMBER, RM)
    for acts in (hers, his):
        with pytest.raises(ControlError, match="is not on this machine"):
            acts.approve(FIRST, HEAD if acts is hers else RM)
    his.approve(FIRST, HEAD)
    assert status(hers) == status(his) == "voided"
    assert hers.codes() == his.codes() == set()


def test_of_an_encrypted_record_the_reason_stays_concealed(personal_bank, call_back):
    number = personal_bank.issue(call_back)
    hers, his = machine(personal_bank, "hers", RM), machine(personal_bank, "his", HEAD)
    his.approve(hers.ask(number, RM, "客户姓名有误"), HEAD)
    assert records.show(his.at(), number).acts[-1].reason == "客户姓名有误"
    events = personal_bank.at().store.require_head(number.volume.ref).events(number.directory)
    assert [event.reason for event in events[-2:]] == ["", ""]
    assert personal_bank.codes() == set()


@pytest.mark.parametrize("actor", ["SD00-0009", "YT03-0301", "YT03-0001"])
def test_asked_by_somebody_who_may_not(bank, refused, actor):
    assert refused(ControlError, lambda: bank.ask(NUMBER, actor)).exit_code == 3


@pytest.mark.parametrize("reason", ["", " "])
def test_without_a_reason(bank, refused, reason):
    refused(ControlError, lambda: bank.ask(NUMBER, RM, reason))
    bank.ask(NUMBER, RM)
    refused(ControlError, lambda: requests.reject(bank.at(HEAD), FIRST, reason))


def test_with_a_reason_that_cannot_be_kept(bank, refused):
    assert refused(FindingsError, lambda: bank.ask(NUMBER, RM, "\ud800")).exit_code == 1


def test_approved_by_somebody_who_may_not(bank, refused):
    """The asker, another manager, an officer, the head of another unit, and nobody known."""
    bank.ask(NUMBER, RM)
    for who in (RM, OTHER_RM, OFFICER, "YT03-0001", "JN01-0999"):
        assert refused(ControlError, lambda who=who: bank.approve(FIRST, who)).exit_code == 3
    assert request_status(bank) is RequestStatus.WAITING


def test_the_head_approves_nothing_that_they_asked_for(bank, refused):
    bank.ask(NUMBER, HEAD)
    refusal = refused(ControlError, lambda: bank.approve(FIRST, HEAD))
    assert "SOD-VOID" in str(refusal)


def test_one_person_with_two_keys_is_one(bank, refused):
    bank.ask(NUMBER, RM)
    (bank.root / "keys" / f"{RM}.key").unlink()
    people.new_key(bank.at(OFFICER), StaffNumber.parse(RM))
    enter(bank, RM, "relationship_manager", "department_head", name="王样例")
    assert "SOD-VOID" in str(refused(ControlError, lambda: bank.approve(FIRST, RM)))


def test_two_people_with_one_key_are_one(bank, refused):
    """The register of staff refuses it; entered past it, the second is still the first."""
    bank.ask(NUMBER, RM)
    shutil.copy(bank.root / "keys" / f"{RM}.key", bank.root / "keys" / f"{HEAD}.key")
    refusal = refused(ControlError, lambda: enter(bank, HEAD, "department_head", name="郑部长"))
    assert "this key belongs to" in str(refusal)
    people = bank.at().registry.staff
    first, second = (people.person(StaffNumber.parse(one)) for one in (RM, HEAD))
    append(bank, OFFICER, person_event(replace(second, keys=first.keys), 9), day=LATE)
    with pytest.raises(ControlError, match="SOD-VOID"):
        bank.approve(FIRST, HEAD)


def test_who_asked_may_have_left_since(bank):
    bank.ask(NUMBER, RM)
    enter(bank, RM, "auditor", unit="SD00", name="王样例")
    bank.approve(FIRST, HEAD)
    assert status(bank) == "voided"
    assert bank.codes() == set()


def test_one_waits_at_a_time(bank, refused):
    bank.ask(NUMBER, RM)
    assert str(FIRST) in str(refused(ControlError, lambda: bank.ask(NUMBER, HEAD)))


@pytest.mark.parametrize(
    ("who", "became", "told"),
    [(RM, RequestStatus.TAKEN_BACK, "taken back"), (HEAD, RequestStatus.REJECTED, "rejected")],
)
def test_rejected_or_withdrawn_the_record_stands(bank, refused, who, became, told):
    bank.ask(NUMBER, RM)
    refused(ControlError, lambda: requests.reject(bank.at(OTHER_RM), FIRST, "不同意"))
    done = requests.reject(bank.at(who), FIRST, "并非重复")
    assert (done.status, done.remark) == (became, "并非重复")
    assert told in str(refused(ControlError, lambda: bank.approve(FIRST, HEAD)))
    assert status(bank) == "issued"
    assert bank.ask(NUMBER, RM) == SECOND
    bank.approve(SECOND, HEAD)
    assert bank.codes() == set()


def test_a_record_that_changed_since_is_asked_about_anew(bank, refused, visit):
    bank.ask(NUMBER, RM)
    visit["record"]["content"]["visit"]["topic"] = "结算回访"
    bank.amend(NUMBER, visit["record"], RM)
    refusal = refused(ControlError, lambda: bank.approve(FIRST, HEAD))
    assert "has lapsed: 王样例 changed what it is about" in str(refusal)
    refused(ControlError, lambda: requests.reject(bank.at(RM), FIRST, "过时"))
    assert (request_status(bank), records.show(bank.at(), NUMBER).request) == (
        RequestStatus.LAPSED,
        None,
    )
    bank.approve(bank.ask(NUMBER, RM), HEAD)
    assert (request_status(bank), request_status(bank, SECOND)) == ("lapsed", "approved")
    assert bank.codes() == set()


def test_a_stage_changes_it_too(bank, refused):
    bank.ask(NUMBER, RM)
    bank.add(NUMBER, "dept_head_opinion", HEAD_SAYS, HEAD)
    refused(ControlError, lambda: bank.approve(FIRST, HEAD))


def test_a_void_record_takes_nothing_more(bank, refused):
    bank.void(NUMBER, RM, HEAD)
    refused(ControlError, lambda: bank.ask(NUMBER, RM))
    refused(ControlError, lambda: bank.approve(FIRST, "JN01-0002"))
    refused(ControlError, lambda: bank.add(NUMBER, "dept_head_opinion", HEAD_SAYS, HEAD))


@pytest.mark.parametrize(
    "number", [str(SECOND), "RXD7200-02-JN01-2026-0002-R1", "RXD7200-04-QD05-2026-0001-R1"]
)
def test_of_what_nobody_asked(bank, refused, number):
    bank.ask(NUMBER, RM)
    request = RequestNumber.parse(number)
    refused(ControlError, lambda: requests.get(bank.at(), request))
    refused(ControlError, lambda: bank.approve(request, HEAD))


def test_of_many_who_decide_at_once_one_does(bank):
    """Two approvers and the asker who takes it back, each in a workspace of their own."""
    bank.ask(NUMBER, RM)
    enter(bank, "JN01-0002", "president", "department_head", name="周示行")
    works = [bank.at(who) for who in (HEAD, "JN01-0002", RM)]

    def decide(work):
        try:
            if work is works[-1]:
                return requests.reject(work, FIRST, "撤回").status
            return requests.approve(work, FIRST).status
        except RmdocsError as problem:
            return problem.exit_code

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(decide, works))
    assert sorted(map(str, done))[:2] == ["3", "3"]
    assert request_status(bank) in done
    assert (status(bank) == "voided") is (request_status(bank) is RequestStatus.APPROVED)
    assert bank.codes() == set()


def test_no_approval_is_dated_before_what_was_asked(bank):
    bank.ask(NUMBER, RM, day=date(2026, 12, 1))
    with pytest.raises(RmdocsError):
        bank.approve(FIRST, HEAD, day=date(2026, 11, 1))
    assert request_status(bank) is RequestStatus.WAITING
