"""Approving a disposal: what is left of a record, and what is not."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest
from archive import (
    ANSWERS,
    AUDITOR,
    DUE,
    IN_CLEAR,
    NUMBERS,
    OFFICER,
    PRESIDENT,
)

from rmdocs.errors import ControlError, RefusedError
from rmdocs.events.control import DispositionAction
from rmdocs.folders import read, save_all
from rmdocs.identifiers import DisposalNumber, StaffNumber
from rmdocs.registers.catalogue import Catalogue
from rmdocs.registers.disposals import DisposalRegister, DisposalStatus
from rmdocs.registers.index import Index
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import read_folder
from rmdocs.workspace import disposition, people, records


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


FIRST, SECOND, THIRD = NUMBERS
REF = FIRST.volume.ref


@pytest.fixture
def documents(archive, tmp_path):
    """The first call-back's documents, in somebody's hands."""
    return [
        save_all(tmp_path, records.export(archive.bank.at(), FIRST, edition))[0]
        for edition in (1, 2)
    ]


def tombstone(archive, number):
    head = archive.at().store.require_head(REF)
    return read_folder(head, number).events[-1]


def test_the_content_is_gone_and_the_rest_stands(archive, documents):
    before = archive.bank.git("rev-parse", REF)
    disposal = archive.dispose(FIRST)
    assert disposal.status is DisposalStatus.CERTIFIED
    assert (disposal.certificate.done, disposal.certificate.left_out) == ((str(FIRST),), ())
    vault = archive.at().store.vault
    assert not vault.leaves(FIRST)
    assert vault.holds(SECOND)
    archive.bank.git("merge-base", "--is-ancestor", before, REF)
    assert archive.codes() == set()
    archive.bank.git("fsck", "--strict", "--no-dangling")
    for edition, document in enumerate(documents, 1):
        trace = records.trace(archive.at(), read(document))
        assert (trace.number, trace.edition, trace.status) == (FIRST, edition, "disposed")
        assert "RECORD-DISPOSED" in {finding.code for finding in trace.findings}
        assert [act.kind for act in trace.acts] == ["issue", "stage", "dispose"]
        assert (trace.acts[-1].name, trace.acts[-1].approved_by) == ("审计示例", "审计示例")


def test_the_tombstone_names_certificate_and_both_people(archive):
    disposal = archive.dispose(FIRST, SECOND)
    event = tombstone(archive, SECOND)
    assert event.kind == "dispose"
    assert event.facts["certificate"] == str(disposal.number)
    assert event.facts["disposed_on"] == "2032-01-02"
    assert event.facts["list_sha256"] == disposal.proposal.list_sha256
    assert event.facts["proposed_by"]["staff_no"] == OFFICER
    assert event.facts["approved_by"]["staff_no"] == AUDITOR
    assert [approval.staff_no for approval in event.approvals] == [OFFICER, AUDITOR]
    control = archive.at().store.require_head("refs/heads/control")
    certificate = json.loads(control.read(f"disposals/{disposal.number}/certificate.json"))
    assert [record["number"] for record in certificate["records"]] == [str(FIRST), str(SECOND)]
    assert certificate["cipher"] == "AES-256-SIV"
    assert certificate["reason"] == "保管期满"
    assert {"title", "issued", "due", "basis", "years", "documents", "sealed"} <= set(
        certificate["records"][0]
    )


def test_it_answers_to_everything_with_a_clear_state(archive, call_back, tmp_path):
    [found] = records.find(archive.at(), Query(text=ANSWERS[0]))
    assert found.number == str(FIRST)
    archive.dispose(FIRST)
    shown = records.show(archive.at(), FIRST, 1)
    assert (shown.status, shown.record, shown.stages, shown.derived) == ("disposed", {}, (), {})
    assert (str(shown.tombstone.on), str(shown.tombstone.certificate)) == (
        "2032-01-02",
        "D2032-0001",
    )
    assert records.show(archive.at(), SECOND).tombstone is None
    [found] = records.find(archive.at(), Query(status="disposed"))
    assert (found.number, found.customer) == (str(FIRST), "")
    assert [*records.find(archive.at(), Query(text=ANSWERS[0]))] == []
    assert [row.status for row in records.find(archive.at(), Query(form="RXD7200-05"))] == [
        "disposed",
        "closed",
        "closed",
    ]
    record, stage = call_back["record"], call_back["stages"][0]["content"]
    for act in (
        lambda: save_all(tmp_path / "out", records.export(archive.at(), FIRST)),
        lambda: archive.bank.amend(FIRST, record, "JN01-0101"),
        lambda: archive.bank.add(FIRST, "review", stage, "JN01-0001"),
        lambda: archive.bank.add(FIRST, "review", call_back, "JN01-0001"),
        lambda: archive.bank.void(FIRST, "JN01-0101", "JN01-0001"),
    ):
        with pytest.raises(ControlError, match="disposed of"):
            act()


def test_issued_again_it_is_another_record(archive, call_back):
    call_back["record"]["content"]["questions"][0]["answer"] = ANSWERS[0]
    assert archive.bank.issue(call_back) == FIRST
    archive.dispose(FIRST)
    assert archive.bank.issue(call_back, DUE).serial == 4


def test_the_index_forgets_every_word(archive):
    list(records.find(archive.at(), Query()))
    kept, gone = ANSWERS[1].encode(), ANSWERS[0].encode()
    assert gone in archive.indexed()
    archive.dispose(FIRST)
    assert gone not in archive.indexed()
    assert kept in archive.indexed()
    assert list(records.find(archive.at(), Query(text=ANSWERS[0]))) == []


def test_an_index_that_an_earlier_release_left_is_gone(archive):
    old = archive.bank.root / "records" / "index.sqlite"
    old.write_bytes(ANSWERS[0].encode())
    archive.dispose(FIRST)
    assert not old.exists()


def test_the_index_of_another_machine_forgets_too(archive, tmp_path):
    list(records.find(archive.at(), Query()))
    for path in archive.bank.index_files():
        shutil.copy(path, tmp_path)
    archive.dispose(FIRST)
    registry = archive.at().registry
    index = Index(tmp_path / "index.sqlite")
    Catalogue(store=registry.store, index=index, entries=registry.catalogue.entries).catch_up()
    index.close()
    left = b"".join(path.read_bytes() for path in tmp_path.glob("index.sqlite*"))
    assert ANSWERS[0].encode() not in left
    assert ANSWERS[1].encode() in left


def test_not_by_who_proposed_it(archive):
    disposal = archive.propose()
    with pytest.raises(ControlError, match="may not approve a disposal"):
        archive.approve(disposal, OFFICER)
    officer = archive.at().registry.staff.person(StaffNumber.parse(OFFICER))
    people.add(
        archive.at("AA00-0000"),
        officer.staff_no,
        officer.name,
        officer.unit,
        ["records_officer", "auditor"],
    )
    with pytest.raises(ControlError, match=r"SOD-DISPOSITION.*档案示例"):
        archive.approve(disposal, OFFICER)
    assert records.show(archive.at(), FIRST).status == "closed"
    assert archive.approve(disposal, PRESIDENT).status is DisposalStatus.CERTIFIED


def test_not_once_a_record_is_held_or_changed(archive, call_back):
    disposal = archive.propose()
    placed = archive.hold()
    with pytest.raises(RefusedError) as refusal:
        archive.approve(disposal)
    assert [finding.code for finding in refusal.value.findings] == ["DISPOSAL-HELD"]
    disposition.lift_hold(archive.by(OFFICER), placed.number, "结案")
    archive.bank.amend(SECOND, call_back["record"], "JN01-0101")
    with pytest.raises(RefusedError) as refusal:
        archive.approve(disposal)
    assert [(one.code, one.path) for one in refusal.value.findings] == [
        ("DISPOSAL-CHANGED", str(SECOND))
    ]
    assert archive.at().store.vault.holds(FIRST)
    disposition.reject(archive.by(AUDITOR), disposal.number, "已更正")
    assert archive.dispose().status is DisposalStatus.CERTIFIED


def test_once(archive):
    disposal = archive.dispose()
    with pytest.raises(ControlError, match="is decided: certified, by 审计示例 on 2032-01-02"):
        archive.approve(disposal)
    with pytest.raises(ControlError, match="there is no disposal D2032-0009"):
        disposition.approve(archive.by(AUDITOR), DisposalNumber(year=2032, serial=9))


def test_a_key_that_came_back_from_a_copy_is_destroyed_again(archive):
    vault = archive.at().store.vault
    copied = vault.path(FIRST).read_bytes()
    disposal = archive.dispose()
    vault.path(FIRST).write_bytes(copied)
    assert archive.codes() == {"KEY-REMAINS"}
    assert records.show(archive.at(), FIRST).record == {}
    with pytest.raises(ControlError, match="may not approve a disposal"):
        archive.approve(disposal, "JN01-0101")
    archive.approve(disposal)
    assert archive.codes() == set()


def test_kept_longer_it_comes_due_again(archive):
    until = date(2035, 1, 1)
    archive.hold()  # keeping is what a hold asks for
    done = archive.approve(archive.propose(outcome=DispositionAction.KEEP, until=until))
    assert done.status is DisposalStatus.CERTIFIED
    assert records.show(archive.at(), FIRST).status == "closed"
    assert disposition.due(archive.at()).rows == ()
    with pytest.raises(RefusedError, match="may not be disposed of") as refusal:
        archive.propose(SECOND)
    assert [finding.code for finding in refusal.value.findings] == ["DISPOSAL-KEPT"]
    archive.day = until
    assert len(disposition.due(archive.at()).rows) == 3
    assert archive.dispose(SECOND).status is DisposalStatus.CERTIFIED
    assert archive.codes() == set()


def test_transferred_it_is_due_no_more(archive):
    archive.day = date(2037, 1, 1)
    wanted = {"outcome": DispositionAction.TRANSFER, "archive": "山东省档案馆"}
    done = archive.approve(archive.propose(IN_CLEAR, FIRST, **wanted))
    assert done.status is DisposalStatus.CERTIFIED
    assert [row[0] for row in disposition.due(archive.at()).rows] == [str(SECOND), str(THIRD)]
    assert records.show(archive.at(), IN_CLEAR).status == "closed"
    with pytest.raises(RefusedError) as refusal:
        archive.propose(FIRST)
    assert [finding.code for finding in refusal.value.findings] == ["DISPOSAL-DONE"]
    assert archive.codes() == set()


def test_the_last_decision_counts(archive):
    keep = archive.propose(FIRST, outcome=DispositionAction.KEEP, until=date(2040, 1, 1))
    archive.approve(keep)
    decided = DisposalRegister(head=archive.at().registry.control).decided()
    assert decided == {
        str(FIRST): DisposalRegister(head=archive.at().registry.control).get(keep.number)
    }
    assert archive.day == DUE
