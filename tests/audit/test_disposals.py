"""F21: disposed of under a hold, unapproved or uncertified; keys that are missing or remain."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date

import pytest
from archive import AUDITOR, NUMBERS, OFFICER
from forged import told

from rmdocs.control.releasing import approve
from rmdocs.disposition import appraisal, approving
from rmdocs.events.records import RecordDisposed
from rmdocs.findings import Severity
from rmdocs.identifiers import DisposalNumber
from rmdocs.messages import Language
from rmdocs.registers.holds import Held
from rmdocs.registers.records import read_folder
from rmdocs.store.protocol import NewEvent
from rmdocs.workspace import disposition, store

FIRST, SECOND, THIRD = NUMBERS


def findings(archive):
    return store.verify(archive.at()).findings


def bury(archive, number, **parts):
    """Put a tombstone on a record as no procedure would."""
    work = archive.at(AUDITOR)
    acting = work.acting()
    facts = RecordDisposed(
        rules=work.registry.policy.rules_named,
        certificate=DisposalNumber(year=2032, serial=1),
        disposed_on=date(2032, 1, 2),
        list_sha256="0" * 64,
        approver="无人",
        proposed_by=acting.actor,
        approved_by=None,
    )
    new_event = NewEvent(
        facts=parts.pop("facts", facts),
        subject=str(number),
        directory=number.directory,
        relied_on=work.registry.control.checkpoint,
        **parts,
    )
    with work.store.locked(number.volume.ref) as branch:
        subject_line, trailers = told(branch.head, (new_event,), acting.actor)
        branch.append(
            (new_event,),
            actor=acting.actor,
            key=acting.key,
            ledger_key=acting.ledger_key,
            time=acting.time_after(branch.head),
            subject_line=subject_line,
            trailers=trailers,
        )
    work.store.vault.destroy(number)


def test_a_disposal_by_the_rules_is_sound(archive):
    archive.dispose(FIRST, THIRD)
    assert findings(archive) == ()


def test_no_disposal_names_it(archive):
    bury(archive, FIRST)
    [found] = findings(archive)
    assert (found.code, found.severity) == ("DISPOSED-UNAPPROVED", Severity.ERROR)
    assert found.path == f"records/{FIRST.volume}:{FIRST}"


def test_the_disposal_was_never_approved(archive):
    archive.propose(FIRST)
    bury(archive, FIRST)
    assert archive.codes() == {"DISPOSED-UNAPPROVED"}


def test_the_disposal_is_of_other_records(archive):
    disposal = archive.dispose(FIRST)
    event = read_folder(archive.at().store.require_head(FIRST.volume.ref), FIRST).events[-1]
    bury(archive, SECOND, approvals=event.approvals)
    [found] = findings(archive)
    assert found.code == "DISPOSED-UNAPPROVED"
    assert str(disposal.number) in found.message.text(Language.EN)


def test_signatures_are_checked_not_counted(archive):
    """Approvals by one person, over another statement, or with a stranger's key, do not count."""
    disposal = archive.propose(FIRST, SECOND, THIRD)
    officer, auditor = (archive.at(one).acting() for one in (OFFICER, AUDITOR))
    proposal = disposal.proposal
    proposed = approve(proposal.statement("propose"), officer.person, officer.key)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(approving._Disposing, "carry_out", lambda _: None)
        archive.approve(disposal)
    alone = approve(proposal.statement("approve"), officer.person, officer.key)
    other = approve(proposal.statement("propose"), auditor.person, auditor.key)
    stranger = replace(
        approve(proposal.statement("approve"), officer.person, officer.key),
        staff_no=AUDITOR,
    )
    for number, second in zip((FIRST, SECOND, THIRD), (alone, other, stranger), strict=True):
        bury(archive, number, approvals=(proposed, second))
    found = [(one.code, one.path[-4:]) for one in findings(archive)]
    assert found == [
        (code, serial)
        for serial in ("0001", "0002", "0003")
        for code in ("DISPOSED-UNAPPROVED", "DISPOSED-UNCERTIFIED")
    ]


def test_without_a_certificate(pending):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(approving._Disposing, "_certify", lambda *_: None)
        disposition.approve(pending.by(AUDITOR), DisposalNumber(year=2032, serial=1))
    assert pending.codes() == {"DISPOSED-UNCERTIFIED"}
    assert "rmdocs disposition approve D2032-0001" in findings(pending)[0].remedy.text(Language.EN)


@pytest.mark.parametrize("held", [Held.record(str(FIRST)), Held.series("RXD7200-05-JN01-2026")])
def test_under_a_hold(archive, held):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(appraisal.Appraisal, "held", lambda *_: iter(()))
        disposal = archive.propose(FIRST)
        archive.hold(held)
        archive.approve(disposal)
    [found] = findings(archive)
    assert found.code == "DISPOSED-HELD"
    assert "H2032-0001, placed by 审计示例" in found.message.text(Language.EN)


def test_a_hold_before_or_after_does_not_count(archive):
    placed = archive.hold()
    disposition.lift_hold(archive.by(OFFICER), placed.number, "结案")
    archive.dispose(FIRST)
    archive.hold(Held.series("RXD7200-05-JN01-2026"))
    assert findings(archive) == ()


def test_a_key_that_is_gone_without_a_tombstone(archive):
    archive.at().store.vault.destroy(SECOND)
    [found] = findings(archive)
    assert (found.code, found.severity) == ("KEY-MISSING", Severity.WARNING)
    assert found.path.endswith(str(SECOND))


def test_a_tombstone_whose_key_remains(archive):
    vault = archive.at().store.vault
    copied = vault.path(FIRST).read_bytes()
    archive.dispose(FIRST)
    for left in (copied, bytes(len(copied))):
        vault.path(FIRST).write_bytes(left)
        [found] = findings(archive)
        assert (found.code, found.severity) == ("KEY-REMAINS", Severity.ERROR)


def test_a_key_that_opens_nothing(archive):
    vault = archive.at().store.vault
    shutil.copy(vault.path(SECOND), vault.path(FIRST))
    vault.path(THIRD).write_bytes(b"nonsense")
    assert [(one.code, one.path[-4:]) for one in findings(archive)] == [
        ("KEY-WRONG", "0001"),
        ("KEY-WRONG", "0003"),
    ]


def test_a_machine_without_the_keys_says_so_once(archive):
    shutil.rmtree(archive.bank.root / "record-keys")
    [found] = findings(archive)
    assert (found.code, found.severity) == ("KEY-MISSING", Severity.WARNING)
    assert "3 encrypted record(s)" in found.message.text(Language.EN)
