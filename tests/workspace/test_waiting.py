"""What waits stands on the list of who must act, and on nobody else's."""

from __future__ import annotations

from datetime import date

import pytest

from rmdocs.control.policy import BUILT_IN
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Language
from rmdocs.registers.approvalrequests import RequestStatus
from rmdocs.registers.lists.due import calendar_entries
from rmdocs.reports.report import rows_json
from rmdocs.workspace import due, mywork, registers, requests, revising
from rmdocs.workspace.due import Wanted

NUMBER = DocumentNumber("RXD7200-04")
AUTHOR, REVIEWER, APPROVER, OFFICER = (f"SD00-000{place}" for place in range(1, 5))
MANAGER, OTHER, HEAD = "JN01-0101", "JN01-0102", "JN01-0001"
TODAY, LATER = date(2026, 6, 1), date(2026, 7, 1)


def waiting(bank, who=None, day=TODAY):
    """Return what waits for somebody, by what is to be done, with its number."""
    workspace = bank.at(who, day)
    rows = rows_json(due.report(workspace, due.what_is_due(workspace, Wanted())), Language.EN)
    return {row["what"]: row for row in rows if row["what"] in WORDS}


WORDS = {
    "finish and submit the draft",
    "put the returned draft right",
    "review the draft",
    "approve the draft",
    "approve or reject what was asked for",
}


def only(bank, what, *, whom, others=(AUTHOR, REVIEWER, APPROVER, OFFICER, MANAGER)):
    """Require that something waits for one person and whoever is nobody, and return it."""
    for who in (None, whom):
        assert set(waiting(bank, who)) == {what}, who
    for who in others:
        if who != whom:
            assert waiting(bank, who) == {}, who
    return waiting(bank, whom)[what]


def test_a_draft_waits_for_its_author_then_reviewer_then_approver(bank):
    revising.propose(bank.at(AUTHOR, TODAY), NUMBER, "增加联系方式", LATER)
    row = only(bank, "finish and submit the draft", whom=AUTHOR)
    assert (row["number"], row["on"], row["subject"]) == (
        "RXD7200-04 1.1",
        LATER.isoformat(),
        "增加联系方式",
    )
    revising.submit(bank.at(AUTHOR, TODAY), NUMBER)
    only(bank, "review the draft", whom=REVIEWER)
    revising.return_(bank.at(REVIEWER, TODAY), NUMBER, "第3段有误")
    only(bank, "put the returned draft right", whom=AUTHOR)
    revising.submit(bank.at(AUTHOR, TODAY), NUMBER)
    row = only(bank, "review the draft", whom=REVIEWER)
    assert "just as 审核示例 returned it on 2026-06-01: “第3段有误”" in row["remark"]
    revising.review(bank.at(REVIEWER, TODAY), NUMBER, "")
    row = only(bank, "approve the draft", whom=APPROVER)
    assert "第3段有误" in row["remark"]
    revising.approve(bank.at(APPROVER, TODAY), NUMBER, "")
    assert waiting(bank) == {}


def test_a_document_that_is_no_form_waits_likewise(bank):
    number = DocumentNumber("IXD7200-01")
    revising.propose(bank.at(AUTHOR, TODAY), number, "改", LATER)
    revising.submit(bank.at(AUTHOR, TODAY), number)
    assert only(bank, "review the draft", whom=REVIEWER)["number"] == "IXD7200-01 1.1"


def test_a_change_of_the_policy_waits_for_a_second_person(bank):
    changed = BUILT_IN.read_text("utf-8").replace("Asia/Shanghai", "Asia/Urumqi").encode()
    request = requests.enter(bank.at(OFFICER, TODAY), "policy", changed, "搬迁")
    row = only(bank, "approve or reject what was asked for", whom=APPROVER)
    assert (row["number"], row["on"], row["state"]) == (str(request.number), None, "waiting")
    assert row["remark"].startswith("asked for by ")
    requests.reject(bank.at(APPROVER, TODAY), request.number, "不搬")
    assert waiting(bank) == {}


def test_a_void_waits_for_who_may_approve_it_in_the_unit(bank):
    number = bank.issue(bank.sample("RXD7200-02-JN01"))
    asked = bank.ask(number, MANAGER, day=TODAY)
    row = only(bank, "approve or reject what was asked for", whom=HEAD)
    assert (row["unit"], row["number"], row["subject"]) == ("JN01", str(asked), "重复")
    assert waiting(bank, "YT03-0001") == {}
    bank.approve(asked, HEAD, TODAY)
    assert waiting(bank) == {}


def test_a_disposal_waits_for_who_approves_it(pending):
    bank = pending.bank
    found = {row["number"] for row in waiting(bank, "SD00-0005", date(2037, 6, 1)).values()}
    assert waiting(bank, OFFICER, date(2037, 6, 1)) == {}
    assert found == {"D2032-0001"}


def test_what_has_no_day_is_in_no_calendar(bank):
    number = bank.issue(bank.sample("RXD7200-02-JN01"))
    asked = str(bank.ask(number, MANAGER, day=TODAY))
    items = due.what_is_due(bank.at(HEAD, TODAY), Wanted()).items
    assert asked in {item.number for item in items}
    entries = calendar_entries(items, Language.ZH)
    assert asked not in {entry.key for entry in entries}
    assert len(entries) == len(items) - 1


def test_a_managers_list_holds_what_is_theirs(bank):
    bank.issue(bank.sample("RXD7200-04-JN01"))
    day = date(2026, 10, 9)

    def numbers(who, **wanted):
        due_list = due.what_is_due(bank.at(who, day), Wanted(within=60, **wanted))
        return {item.number for item in due_list.items if item.unit}

    everything = numbers(None)
    assert len(everything) == 1
    assert numbers(MANAGER) == numbers(HEAD) == numbers(OFFICER) == everything
    assert numbers(OTHER) == set()
    assert numbers(OTHER, unit="JN01") == everything


@pytest.mark.parametrize("who", [None, MANAGER, OTHER, HEAD, OFFICER, "YT03-0001"])
def test_my_work_is_what_is_due_of_ones_own_unit(shared_bank, who):
    workspace = shared_bank.at(who, date(2026, 11, 28))
    work = mywork.of_whoever_acts(workspace)
    lists = {"waiting": work.waiting, "due": work.due, "others": work.others}
    listed = [item for rows in lists.values() for item in rows]
    units = {"", (who or "")[:4]}
    everything = due.what_is_due(workspace, Wanted()).items
    expected = [one for one in everything if who is None or one.unit in units]
    assert sorted(listed, key=lambda one: one.key) == sorted(expected, key=lambda one: one.key)
    for rows in lists.values():
        assert list(rows) == sorted(rows, key=lambda one: (str(one.on or ""), one.number))
        assert rows[1:3] == list(rows)[1:3]
    person = workspace.person()
    if person is None:
        assert not work.others
    else:
        turns = {one.key: one.is_turn_of(who, person.roles) for one in listed}
        assert all(turns[one.key] for one in (*work.waiting, *work.due))
        assert not any(turns[one.key] for one in work.others)


def test_an_opinion_waits_for_who_gives_it_and_is_others_turn_for_the_manager(bank):
    number = bank.issue(bank.sample("RXD7200-02-JN01"), date(2026, 6, 2))
    first, other = (
        mywork.of_whoever_acts(bank.at(who, date(2026, 6, 20))) for who in (HEAD, MANAGER)
    )
    assert str(number) in {one.number for one in first.waiting}
    assert str(number) in {one.number for one in other.others}
    assert str(number) not in {one.number for one in (*other.waiting, *other.due, *first.others)}


@pytest.mark.parametrize(
    ("decider", "status", "chinese"),
    [(MANAGER, RequestStatus.TAKEN_BACK, "撤回"), (HEAD, RequestStatus.REJECTED, "否决")],
)
def test_taking_back_ones_own_is_no_rejection(bank, decider, status, chinese):
    number = bank.issue(bank.sample("RXD7200-02-JN01"))
    asked = bank.ask(number, MANAGER, day=TODAY)
    done = requests.reject(bank.at(decider, TODAY), asked, "不必了")
    assert done.status is status
    rows = rows_json(registers.report(bank.at(day=TODAY), "requests"), Language.ZH)
    [told] = [row["status"] for row in rows if row["request"] == str(asked)]
    assert chinese in told
    assert ("否决" in told) is (chinese == "否决")
