"""Receipts by key and on paper, recalls one by one and of all that are out of date."""

from __future__ import annotations

from datetime import date

import pytest
from custody import AUDITOR, DOCUMENT, HOLDER, LATER, OFFICER, OUTSIDE, TODAY, TOMORROW

from rmdocs.errors import ControlError, UsageError
from rmdocs.events.copies import CopyAcknowledged, CopyRecalled, CopyReturned
from rmdocs.identifiers import DocumentNumber
from rmdocs.registers.copies import CopyStatus
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import copies


def test_the_holder_signs_with_their_own_key(custody):
    copy = copies.acknowledge(custody.by(HOLDER), custody.issue().number)
    assert copy.status is CopyStatus.HELD
    event, _ = copy.last(CopyAcknowledged)
    person = custody.bank.at(HOLDER, TODAY).acting()
    assert (event.actor.staff_no, event.actor.fingerprint) == (HOLDER, person.key.fingerprint)
    assert event.facts == {"on": "2026-06-01", "exemplar": 1, "signed_by": "王样例"}


@pytest.mark.parametrize("who", [OFFICER, AUDITOR, "JN01-0102"])
def test_nobody_signs_for_another(who, custody):
    number = custody.issue().number
    with pytest.raises(ControlError) as refused:
        copies.acknowledge(custody.by(who), number)
    assert f"({who}) may not sign for {number}" in str(refused.value)
    assert "王样例（JN01-0101）" in str(refused.value)
    with pytest.raises(UsageError, match="signs with a key"):
        copies.acknowledge(custody.by(who), number, signed_by="王样例")


def test_a_receipt_on_paper_is_entered_for_a_holder_outside(custody):
    number = custody.issue(outside=OUTSIDE).number
    copy = copies.acknowledge(custody.by(day=LATER), number, signed_by="孙会计", on=TOMORROW)
    assert copy.status is CopyStatus.HELD
    assert copy.signed_for.signed_by == "孙会计"
    assert copy.signed_for.signed_on == TOMORROW
    assert copy.last(CopyAcknowledged)[0].actor.staff_no == OFFICER


@pytest.mark.parametrize(
    ("receipt", "kind"),
    [
        ({}, UsageError),
        ({"on": TODAY}, UsageError),
        ({"signed_by": "孙会计", "on": date(2026, 5, 31)}, UsageError),
        ({"signed_by": "孙会计", "on": TOMORROW}, UsageError),
        ({"signed_by": "长" * 99}, UsageError),
    ],
)
def test_a_receipt_that_cannot_be(receipt, kind, custody):
    number = custody.issue(outside=OUTSIDE).number
    with pytest.raises(kind):
        copies.acknowledge(custody.by(), number, **receipt)
    assert custody.get(number).status is CopyStatus.ISSUED


def test_only_the_records_officer_enters_a_receipt(custody):
    number = custody.issue(outside=OUTSIDE).number
    with pytest.raises(ControlError, match="may not enter the receipt of a copy"):
        copies.acknowledge(custody.by(AUDITOR), number, signed_by="孙会计")


def test_all_copies_of_a_superseded_revision_are_recalled_in_one_commit(revised):
    held, issued, returned = (
        revised.in_status(status).number
        for status in (CopyStatus.HELD, CopyStatus.ISSUED, CopyStatus.RETURNED)
    )
    recalled = revised.in_status(CopyStatus.RECALLED).number
    other = revised.issue(document=DocumentNumber("RXD7200-01")).number
    assert copies.recall_superseded(revised.by(), DOCUMENT) == []
    new = revised.issue(LATER).number
    before = revised.bank.refs()[CONTROL_REF]
    gone = copies.recall_superseded(revised.by(day=LATER), DOCUMENT, "1.1 生效")
    assert [copy.number for copy in gone] == [held, issued]
    assert revised.bank.commits()[1].oid == before
    assert {copy.status for copy in gone} == {CopyStatus.RECALLED}
    for copy in gone:
        event, said = copy.last(CopyRecalled)
        assert (event.reason, said.revision_status.value) == ("1.1 生效", "superseded")
    assert revised.get(returned).status is CopyStatus.RETURNED
    assert revised.get(recalled).on(CopyRecalled) == TODAY
    assert {revised.get(number).status for number in (new, other)} == {CopyStatus.ISSUED}
    assert copies.recall_superseded(revised.by(day=LATER), DOCUMENT) == []
    assert revised.bank.codes() == set()


def test_copies_of_a_withdrawn_document_are_recalled(custody):
    custody.issue()
    custody.withdraw(TODAY)
    [copy] = copies.recall_superseded(custody.by(), DOCUMENT)
    assert copy.last(CopyRecalled)[1].revision_status.value == "withdrawn"


def test_only_who_the_policy_names_recalls_all(custody):
    with pytest.raises(ControlError, match="may not recall controlled copies"):
        copies.recall_superseded(custody.by(AUDITOR), DOCUMENT)


def test_what_was_taken_back_says_in_which_state(custody):
    number = custody.in_status(CopyStatus.RECALLED).number
    copy = copies.return_(custody.by(day=TOMORROW), number, "缺第2页")
    assert (copy.status, copy.on(CopyReturned)) == (CopyStatus.RETURNED, TOMORROW)
    assert copy.events[-1].reason == "缺第2页"
