"""Proposing a disposal: what is in the way of any record is told at once, with the person."""

from __future__ import annotations

from datetime import date

import pytest
from archive import AUDITOR, DUE, EARLY, IN_CLEAR, LATE, NUMBERS, OFFICER, PRESIDENT

from rmdocs.control.releasing import APPROVAL_NAMESPACE
from rmdocs.disposition.proposing import ProposedAction
from rmdocs.errors import ControlError, FindingsError, RefusedError, UsageError
from rmdocs.events.control import DispositionAction
from rmdocs.identifiers import DisposalNumber, RecordNumber
from rmdocs.messages import Language
from rmdocs.registers.disposals import DisposalRegister, DisposalStatus
from rmdocs.registers.holds import Held
from rmdocs.store.keys import verify
from rmdocs.workspace import disposition, records

FIRST, SECOND, THIRD = NUMBERS
LATER = date(2035, 1, 1)


def found(refusal):
    """Return code and place of every finding of a refusal."""
    return [(finding.code, finding.path) for finding in refusal.value.findings]


def sentences(refusal):
    return "\n".join(one.message.text(Language.EN) for one in refusal.value.findings)


def test_the_list_is_drawn_up_and_signed(archive):
    disposal = archive.propose(SECOND, FIRST, SECOND)
    assert (str(disposal.number), disposal.status) == ("D2032-0001", DisposalStatus.PROPOSED)
    assert [record.number for record in disposal.proposal.records] == [FIRST, SECOND]
    [first, _] = disposal.proposal.records
    assert (first.title.zh, first.years, first.basis) == ("客户回访单", 5, "DA/T 98-2023")
    assert (first.issued, first.due) == (date(2026, 10, 23), date(2032, 1, 1))
    shown = records.show(archive.at(), FIRST, 1)
    assert first.documents[0] == (shown.documents[0], shown.files[0].sha256)
    [approval] = disposal.proposed.approvals
    statement = disposal.proposal.statement("propose")
    key = verify(approval.signature, statement, APPROVAL_NAMESPACE)
    assert (approval.staff_no, key.fingerprint) == (OFFICER, approval.fingerprint)
    assert disposition.due_numbers(archive.at()) == [THIRD]
    assert archive.codes() == set()


def test_it_says_nothing_of_what_the_records_say(archive, call_back):
    archive.propose()
    control = archive.at().store.require_head("refs/heads/control")
    sealed = b"".join(
        control.content(oid) for path, oid in control.walk("disposals") if "ledger" not in path
    )
    customer = call_back["record"]["content"]["customer"]
    assert b"RXD7200-05-JN01-2026-0001" in sealed
    for value in customer.values():
        assert value.encode() not in sealed


def test_not_before_its_day(archive):
    archive.day = EARLY
    with pytest.raises(RefusedError) as refusal:
        archive.propose(FIRST)
    assert found(refusal) == [("DISPOSAL-NOT-DUE", str(FIRST))]
    assert "5 years" in sentences(refusal)
    assert "until 2032-01-01" in sentences(refusal)


def test_not_while_its_retention_has_not_begun(archive, visit):
    visit["record"]["content"]["visit"]["place"] = "济南市历城区虚构路9号"
    number = archive.bank.issue(visit, LATE)
    archive.day = date(2099, 1, 1)
    with pytest.raises(RefusedError) as refusal:
        archive.propose(number)
    assert [code for code, _ in found(refusal)] == ["DISPOSAL-NOT-DUE", "DISPOSAL-NOT-DESTROYABLE"]
    assert "has not begun" in sentences(refusal)


@pytest.mark.parametrize(
    "held",
    [
        Held.record(str(FIRST)),
        Held.customer("91370112MA3DEM019E"),
        Held.series("RXD7200-05-JN01-2026"),
    ],
)
def test_not_under_a_hold(archive, held):
    placed = archive.hold(held)
    with pytest.raises(RefusedError) as refusal:
        archive.propose(FIRST)
    assert found(refusal) == [("DISPOSAL-HELD", str(FIRST))]
    for part in ("H2032-0001", "litigation", "审计示例", AUDITOR, "另案"):
        assert part in sentences(refusal)
    disposition.lift_hold(archive.by(OFFICER), placed.number, "结案")
    assert archive.propose(FIRST).status is DisposalStatus.PROPOSED


def test_not_while_its_form_holds_it(archive, call_back):
    call_back["record"]["content"]["follow_up"] = "再次回访"
    number = archive.bank.walk(call_back)
    with pytest.raises(RefusedError) as refusal:
        archive.propose(number)
    assert found(refusal) == [("DISPOSAL-HELD", str(number))]
    assert "content.follow_up is not none" in sentences(refusal)


def test_only_what_is_encrypted_can_be_destroyed(archive):
    number = IN_CLEAR
    archive.day = date(2037, 1, 1)
    with pytest.raises(RefusedError) as refusal:
        archive.propose(number)
    assert found(refusal) == [("DISPOSAL-NOT-DESTROYABLE", str(number))]
    remedy = refusal.value.findings[0].remedy.text(Language.EN)
    assert remedy == "keep it longer, or transfer it to the archive"
    moved = archive.propose(number, outcome=DispositionAction.TRANSFER, archive="山东省档案馆")
    assert moved.proposal.archive == "山东省档案馆"


def test_not_twice(archive):
    archive.propose(FIRST)
    with pytest.raises(RefusedError) as refusal:
        archive.propose(FIRST)
    assert found(refusal) == [("DISPOSAL-OPEN", str(FIRST))]
    assert "D2032-0001" in sentences(refusal)
    assert "档案示例" in sentences(refusal)
    archive.dispose(SECOND)
    with pytest.raises(RefusedError) as refusal:
        archive.propose(SECOND)
    assert found(refusal) == [("DISPOSAL-UNREADABLE", str(SECOND))]
    assert "was disposed of on 2032-01-02, certificate D2032-0002" in sentences(refusal)


def test_everything_in_the_way_of_any_record_at_once(archive):
    archive.propose(FIRST)
    archive.hold(Held.series("RXD7200-05-JN01-2026"))
    other = IN_CLEAR
    unknown = RecordNumber.parse("RXD7200-05-JN01-2026-0009")
    nowhere = RecordNumber.parse("RXD7200-05-ZB02-2026-0001")
    with pytest.raises(RefusedError) as refusal:
        archive.propose(FIRST, SECOND, other, unknown, nowhere)
    assert found(refusal) == [
        ("DISPOSAL-NOT-DUE", str(other)),
        ("DISPOSAL-NOT-DESTROYABLE", str(other)),
        ("DISPOSAL-OPEN", str(FIRST)),
        ("DISPOSAL-HELD", str(FIRST)),
        ("DISPOSAL-HELD", str(SECOND)),
        ("DISPOSAL-UNREADABLE", str(unknown)),
        ("DISPOSAL-UNREADABLE", str(nowhere)),
    ]
    assert refusal.value.exit_code == 3
    assert len(list(DisposalRegister(head=archive.at().registry.control).all())) == 1


@pytest.mark.parametrize("actor", ["JN01-0101", AUDITOR, PRESIDENT])
def test_by_the_records_officer_alone(archive, actor):
    with pytest.raises(ControlError, match="may not propose a disposal"):
        archive.propose(actor=actor)


@pytest.mark.parametrize(
    "wanted",
    [
        {"outcome": DispositionAction.KEEP},
        {"outcome": DispositionAction.KEEP, "until": DUE},
        {"outcome": DispositionAction.KEEP, "until": LATER, "archive": "档案馆"},
        {"outcome": DispositionAction.TRANSFER},
        {"outcome": DispositionAction.TRANSFER, "archive": " "},
        {"outcome": DispositionAction.TRANSFER, "archive": "档案馆", "until": LATER},
        {"until": LATER},
        {"archive": "档案馆"},
    ],
)
def test_an_outcome_has_what_it_needs_and_nothing_else(archive, wanted):
    with pytest.raises(UsageError):
        archive.propose(**wanted)


@pytest.mark.parametrize("name", ["档案馆\n另一行", "馆" * 121])
def test_the_archive_is_named_on_one_line_that_can_be_printed(archive, name):
    with pytest.raises(FindingsError):
        archive.propose(outcome=DispositionAction.TRANSFER, archive=name)


def test_with_a_reason_and_a_record(archive):
    clerk = archive.by(OFFICER)
    disposal = archive.propose(FIRST)
    with pytest.raises(UsageError, match="no record is named"):
        disposition.propose(clerk, [], ProposedAction(), "x")
    for act in (
        lambda: disposition.propose(clerk, [SECOND], ProposedAction(), " "),
        lambda: disposition.reject(clerk, disposal.number, ""),
    ):
        with pytest.raises(ControlError, match="a reason must be given"):
            act()


@pytest.mark.parametrize("actor", [OFFICER, AUDITOR, PRESIDENT])
def test_rejected_or_withdrawn_nothing_happens(archive, actor):
    disposal = archive.propose()
    rejected = disposition.reject(archive.by(actor), disposal.number, "另查")
    own = actor == OFFICER
    assert rejected.status is (DisposalStatus.TAKEN_BACK if own else DisposalStatus.REJECTED)
    told = "taken back by who asked" if own else "rejected"
    for act in (
        lambda one: disposition.approve(archive.by(AUDITOR), one),
        lambda one: disposition.reject(archive.by(AUDITOR), one, "x"),
    ):
        with pytest.raises(ControlError, match=f"is decided: {told}, by"):
            act(disposal.number)
    assert records.show(archive.at(), FIRST).status == "closed"
    assert archive.propose().number == DisposalNumber(year=2032, serial=2)
    assert archive.codes() == set()


def test_not_rejected_by_just_anybody(archive):
    disposal = archive.propose()
    with pytest.raises(ControlError, match="may not approve a disposal"):
        disposition.reject(archive.by("JN01-0101"), disposal.number, "x")
    with pytest.raises(ControlError, match="there is no disposal D2032-0002"):
        disposition.reject(archive.by(AUDITOR), DisposalNumber(year=2032, serial=2), "x")
