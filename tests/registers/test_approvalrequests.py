"""What waits for a second person, what became of it, and when: requests and their numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.control.policy import BUILT_IN
from rmdocs.errors import UsageError
from rmdocs.identifiers import RecordNumber, RequestNumber
from rmdocs.messages import Language
from rmdocs.reports.report import rows_json
from rmdocs.workspace import registers, requests

RM, HEAD, OFFICER, APPROVER = "JN01-0101", "JN01-0001", "SD00-0004", "SD00-0003"
VISIT = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
ASKED, DECIDED = date(2026, 5, 6), date(2026, 5, 8)


@given(st.sampled_from(["policy", "calendar", str(VISIT)]), st.integers(1, 999_999))
def test_a_number_is_read_as_it_is_written(subject, serial):
    number = RequestNumber(subject=subject, serial=serial)
    assert RequestNumber.parse(str(number)) == number
    assert (number.record is None) is subject.islower()


@given(
    st.text(max_size=12) | st.sampled_from([str(VISIT), "policy"]), st.text("R-0123", max_size=5)
)
def test_nothing_else_is_a_number(subject, end):
    text = f"{subject}-R{end}"
    try:
        number = RequestNumber.parse(text)
    except UsageError:
        return
    assert str(number) == text
    assert number.serial > 0
    assert number.record is not None or subject.isalpha()


@pytest.mark.parametrize(
    "text", ["", "policy", "policy-R", "policy-R0", "policy-R01", "Policy-R1", "CR2026-0001"]
)
def test_no_number_of_a_request(text):
    with pytest.raises(UsageError):
        RequestNumber.parse(text)


def rows(bank, on):
    return rows_json(registers.report(bank.at(), "requests", on=on), Language.EN)


def test_they_are_listed_as_of_a_day_those_that_wait_first(visited_bank):
    bank = visited_bank
    requests.enter(bank.at(OFFICER, ASKED), "policy", BUILT_IN.read_bytes() + b"# 2\n", "改")
    first = bank.ask(VISIT, RM, "重复", ASKED)
    requests.reject(bank.at(HEAD, DECIDED), first, "并非重复")
    bank.ask(VISIT, RM, "误录", DECIDED)

    assert rows(bank, ASKED - timedelta(1)) == []
    then = [(row["request"], row["status"]) for row in rows(bank, ASKED)]
    assert then == [("policy-R1", "waiting"), (f"{VISIT}-R1", "waiting")]
    now = rows(bank, DECIDED)
    assert [(row["request"], row["status"]) for row in now] == [
        ("policy-R1", "waiting"),
        (f"{VISIT}-R2", "waiting"),
        (f"{VISIT}-R1", "rejected"),
    ]
    assert now[2] == {
        "request": f"{VISIT}-R1",
        "act": "declare it void",
        "status": "rejected",
        "asked_by": f"王样例 {RM}",
        "asked": "2026-05-06T17:00:00+08:00",
        "reason": "重复",
        "decided_by": f"郑部长 {HEAD}",
        "decided": "2026-05-08T17:00:00+08:00",
        "remarks": "并非重复",
    }


def test_a_policy_that_was_entered_meanwhile_makes_the_next_lapse(visited_bank):
    """Two who change the same file cannot undo each other unseen."""
    bank = visited_bank
    asked = requests.enter(bank.at(OFFICER), "policy", BUILT_IN.read_bytes() + b"# 2\n", "改")
    requests.reject(bank.at(OFFICER), asked.number, "再改")
    again = requests.enter(bank.at(OFFICER), "policy", BUILT_IN.read_bytes() + b"# 3\n", "改")
    bank.approve(again.number, APPROVER)
    assert registers.policy_text(bank.at()).endswith("# 3\n")
    assert [row["status"] for row in rows(bank, None)] == [
        "taken back by who asked",
        "approved",
    ]
    assert bank.codes() == set()
