"""Revising a document that is not a form: the same procedure, over its own files."""

from __future__ import annotations

from datetime import date

import pytest
from papers import (
    APPROVER,
    AUTHOR,
    EXTERNAL,
    NEW_SENTENCE,
    NUMBER,
    OLD_SENTENCE,
    REVIEWER,
    change_manifest,
    manifest,
    release_document,
    reword,
)

from rmdocs.errors import ControlError, FindingsError
from rmdocs.identifiers import ChangeNumber, DocumentNumber, Revision
from rmdocs.lifecycle import RevisionStatus
from rmdocs.registers.changerequests import ChangeRegister
from rmdocs.registers.released import DocumentRegister
from rmdocs.rendering.compiled import printed_text
from rmdocs.workspace import revising, revisions

TODAY, TOMORROW, LATER = date(2026, 6, 1), date(2026, 6, 2), date(2026, 7, 1)
NEW = DocumentNumber("PXD8000")


def by(bank, who, day=TODAY):
    return bank.at(who, day)


def propose(bank, number=NUMBER, **more):
    return revising.propose(by(bank, AUTHOR), number, "修改目的", TOMORROW, **more)


def register(bank):
    return DocumentRegister(bank.at().registry.control)


def desk(bank, name, number=NUMBER):
    return bank.root / "documents" / str(number) / name


def test_from_the_proposal_to_the_day_it_takes_effect(bank):
    body = desk(bank, "body.docx").read_bytes()
    laid_out = propose(bank)
    assert laid_out.change.number == ChangeNumber(year=2026, serial=1)
    assert laid_out.written == (desk(bank, "document.toml"),)
    text = laid_out.written[0].read_text("utf-8")
    for line in ('revision = "1.1"', f"effective = {TOMORROW}", 'prepared = "编制示例"'):
        assert line in text
    assert 'change = { zh = "修改目的", en = "修改目的" }' in text
    reword(bank)
    submitted = revising.submit(by(bank, AUTHOR), NUMBER)
    assert submitted.change.status is RevisionStatus.DRAFT
    assert (submitted.findings, submitted.tried) == ((), ())
    digest = submitted.change.draft.digest
    reviewed = revising.review(by(bank, REVIEWER), NUMBER, "同意", digest=digest[:12])
    assert reviewed.status is RevisionStatus.REVIEWED
    released = revising.approve(by(bank, APPROVER), NUMBER, "同意")
    assert [one.name for one in released.approvals] == ["编制示例", "审核示例", "批准示例"]
    assert released.digest == digest
    old, new = (register(bank).in_force(NUMBER, day) for day in (TODAY, TOMORROW))
    assert (old.revision, new.revision) == (Revision(major=1, minor=0), Revision(major=1, minor=1))
    held = register(bank).load(new)
    assert NEW_SENTENCE in printed_text(held.files.body)
    assert OLD_SENTENCE in printed_text(register(bank).load(old).files.body)
    assert register(bank).load(old).files.body == body
    change = ChangeRegister(head=bank.at().registry.control).get(ChangeNumber(year=2026, serial=1))
    assert [event.kind for event in change.events] == ["propose", "submit", "review", "approve"]
    assert bank.codes() == set()


def test_a_reviewer_cannot_be_the_author(bank):
    propose(bank)
    revising.submit(by(bank, AUTHOR), NUMBER)
    with pytest.raises(ControlError, match="may not review a draft"):
        revising.review(by(bank, AUTHOR), NUMBER, "")
    with pytest.raises(ControlError, match="a revision that is draft cannot be approved"):
        revising.approve(by(bank, APPROVER), NUMBER, "")


def test_other_bytes_of_the_text_need_their_review_again(bank):
    propose(bank)
    revising.submit(by(bank, AUTHOR), NUMBER)
    revising.review(by(bank, REVIEWER), NUMBER, "")
    reword(bank)
    again = revising.submit(by(bank, AUTHOR), NUMBER).change
    assert again.status is RevisionStatus.DRAFT


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04", b"{\\rtf1}"])
def test_a_text_that_is_no_word_document_is_not_submitted(bank, broken):
    propose(bank)
    desk(bank, "body.docx").write_bytes(broken)
    with pytest.raises(FindingsError) as refusal:
        revising.submit(by(bank, AUTHOR), NUMBER)
    assert all(
        one.path.startswith("documents/IXD7200-01/body.docx") for one in refusal.value.findings
    )
    assert revisions.require_change(by(bank, AUTHOR), NUMBER).draft is None


def test_a_reference_to_nothing_is_not_submitted(bank):
    propose(bank)
    change_manifest(bank, ('"EXT-006"', '"PXD9999"'))
    with pytest.raises(FindingsError) as refusal:
        revising.submit(by(bank, AUTHOR), NUMBER)
    assert [finding.code for finding in refusal.value.findings] == ["REFERENCE-DANGLING"]


def test_a_text_that_went_missing_is_not_submitted(bank):
    propose(bank)
    desk(bank, "body.docx").unlink()
    with pytest.raises(FindingsError) as refusal:
        revising.submit(by(bank, AUTHOR), NUMBER)
    assert [finding.code for finding in refusal.value.findings] == ["DOCUMENT-FILE"]


def test_an_external_document_is_revised_when_its_publisher_replaces_it(bank):
    laid_out = propose(bank, EXTERNAL)
    assert laid_out.written == (desk(bank, "document.toml", EXTERNAL),)
    change_manifest(bank, ("ISO 9000:2000", "ISO 9000:2015"), number=EXTERNAL)
    revising.submit(by(bank, AUTHOR), EXTERNAL)
    revising.review(by(bank, REVIEWER), EXTERNAL, "")
    revising.approve(by(bank, APPROVER), EXTERNAL, "")
    old, new = (register(bank).document(EXTERNAL, day) for day in (TODAY, TOMORROW))
    assert (old.designation, new.designation) == ("ISO 9000:2000", "ISO 9000:2015")
    assert new.signatures == ("编制示例", "审核示例", "批准示例")
    assert bank.codes() == set()


def test_a_new_document_enters_the_register(bank):
    desk(bank, "document.toml", NEW).parent.mkdir()
    text = manifest(('number = "PXD7201"', f'number = "{NEW}"'), ("2020-01-01", str(LATER)))
    desk(bank, "document.toml", NEW).write_bytes(text)
    release_document(bank, LATER, NEW)
    [release] = register(bank).releases(NEW)
    assert (release.revision, release.effective) == (Revision(major=1, minor=0), LATER)
    with pytest.raises(ControlError, match="no revision of PXD8000 is in force"):
        register(bank).document(NEW, TODAY)
    assert register(bank).document(NEW, LATER).title.zh == "程序"
    assert bank.codes() == set()


def test_a_document_is_confirmed_without_change(bank):
    revising.confirm(by(bank, REVIEWER), NUMBER, "内容仍适用")
    release = register(bank).in_force(NUMBER, TODAY)
    [event] = register(bank).confirmations(release)
    assert event.reason == "内容仍适用"
    assert bank.codes() == set()


def test_a_document_is_withdrawn(bank):
    revising.withdraw(by(bank, APPROVER), NUMBER, None, TOMORROW, "停用")
    assert register(bank).in_force(NUMBER, TODAY).revision == Revision(major=1, minor=0)
    with pytest.raises(ControlError, match="was withdrawn on 2026-06-02"):
        register(bank).in_force(NUMBER, TOMORROW)
    assert bank.codes() == set()


def test_edits_of_the_text_made_before_the_proposal_are_kept(bank):
    reword(bank)
    edited = desk(bank, "body.docx").read_bytes()
    laid_out = propose(bank)
    assert desk(bank, "body.docx") in laid_out.kept
    assert desk(bank, "body.docx").read_bytes() == edited
