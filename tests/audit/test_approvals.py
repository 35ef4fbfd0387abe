"""Approvals that the store accepts but that are not good are found by verifying it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from bank import NEW_YEAR, Bank
from forged import (
    APPROVER,
    AUTHOR,
    EFFECTIVE,
    FORM,
    OFFICER,
    PROPOSED,
    REVIEWER,
    THREE,
    Forgery,
    append,
    review_change,
)

from rmdocs.beginning import begin
from rmdocs.events.control import RevisionReleased
from rmdocs.identifiers import RecordNumber, Revision, StaffNumber, UnitCode
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import NewEvent, NewFile
from rmdocs.workspace import people, store

HEAD, MANAGER = "JN01-0001", "JN01-0101"
NUMBER = RecordNumber.parse("RXD7200-02-JN01-2026-0001")


@pytest.fixture(scope="module")
def reviewed(founded, place):
    bank = Bank(Path(shutil.copytree(founded, place / "reviewed" / "bank")))
    review_change(bank)
    yield bank.root
    shutil.rmtree(bank.root.parent)


@pytest.fixture
def bank(reviewed, copied):
    return copied(reviewed)


@pytest.fixture
def forgery(bank):
    return Forgery.of(bank)


def with_key(bank, staff_no, day=PROPOSED, roles=None):
    """Give somebody a second key, entered in the register on a day; return it."""
    path = bank.root / "keys" / f"{staff_no}.key"
    old = path.read_bytes()
    path.unlink()
    workspace = bank.at(OFFICER, day)
    number = StaffNumber.parse(staff_no)
    people.new_key(workspace, number)
    person = workspace.registry.staff.person(number)
    people.add(workspace, number, person.name, person.unit, roles or sorted(person.roles))
    key = workspace.keys.load(staff_no)
    path.write_bytes(old)
    return key


def test_a_release_as_it_should_be_has_no_findings(forgery):
    before = store.verify(forgery.bank.at()).adopted
    forgery.seal()
    found = store.verify(forgery.bank.at())
    assert (found.findings, found.adopted) == ((), before)


def test_revisions_adopted_from_paper_are_counted(place):
    root = place / "production"
    begin(root, sample=False, now=NEW_YEAR)
    found = store.verify(Bank(root).at())
    assert found.adopted == len(list((root / "forms").iterdir())) + len(
        list((root / "documents").iterdir()) if (root / "documents").is_dir() else []
    )
    assert found.findings == ()
    shutil.rmtree(root)


def test_an_approval_moved_to_another_revision(forgery):
    released = forgery.bank.at().registry.control.events(f"forms/{FORM}/1.0")[0]
    forgery.but(approvals=released.approvals).seal()
    assert forgery.bank.codes() == {"APPROVAL-SIGNATURE"}


def test_an_approval_in_another_role(forgery):
    author, reviewer, approver = forgery.signatures()
    forgery.but(approvals=(author, approver, reviewer)).seal()
    assert forgery.bank.codes() == {"APPROVAL-SIGNATURE", "APPROVAL-ROLE", "APPROVAL-MISSING"}


def test_approved_by_the_author(forgery):
    forgery.but(signers=(AUTHOR, REVIEWER, AUTHOR)).seal()
    codes = {"APPROVAL-SAME", "APPROVAL-ROLE", "APPROVAL-MISSING"}
    assert forgery.bank.codes() == codes


def test_one_person_with_two_keys(forgery):
    bank = forgery.bank
    second = with_key(bank, REVIEWER, roles=["form_reviewer", "form_approver"])
    keys = [*(bank.at().keys.load(one) for one in (AUTHOR, REVIEWER)), second]
    signers = (AUTHOR, REVIEWER, REVIEWER)
    forgery.but(signers=signers, names=signers, keys=keys).seal()
    assert bank.codes() == {"APPROVAL-SAME"}


def test_two_people_with_one_key(forgery):
    keys = [forgery.bank.at().keys.load(one) for one in (AUTHOR, REVIEWER, REVIEWER)]
    forgery.but(keys=keys).seal()
    assert forgery.bank.codes() == {"APPROVAL-SAME", "APPROVAL-KEY"}


def test_a_key_that_nobody_has(forgery):
    keys = [*(forgery.bank.at().keys.load(one) for one in THREE[:2]), SigningKey.generate("x")]
    forgery.but(keys=keys).seal()
    assert forgery.bank.codes() == {"APPROVAL-KEY"}


def test_a_key_registered_only_afterwards(forgery):
    keys = [*(forgery.bank.at().keys.load(one) for one in THREE[:2])]
    later = SigningKey.generate(APPROVER)
    forgery.but(keys=[*keys, later]).seal()
    path = forgery.bank.root / "keys" / f"{APPROVER}.key"
    path.unlink()
    later.save(path)
    workspace = forgery.bank.at(OFFICER, PROPOSED)
    people.add(
        workspace,
        StaffNumber.parse(APPROVER),
        "批准示例",
        UnitCode.parse("SD00"),
        ["form_approver"],
    )
    assert forgery.bank.codes() == {"APPROVAL-KEY"}


def test_a_role_given_up_before(forgery):
    bank = forgery.bank
    number = StaffNumber.parse(APPROVER)
    people.add(bank.at(OFFICER, PROPOSED), number, "批准示例", UnitCode("SD00"), ["auditor"])
    forgery.seal()
    assert bank.codes() == {"APPROVAL-ROLE", "ACTOR-ROLE"}


def test_a_role_given_up_afterwards_takes_nothing_back(forgery):
    bank = forgery.bank
    forgery.seal()
    for staff_no in (AUTHOR, REVIEWER, APPROVER):
        number = StaffNumber.parse(staff_no)
        person = bank.at().registry.staff.person(number)
        people.add(bank.at(OFFICER), number, person.name, person.unit, ["auditor"])
    assert bank.codes() == set()


def test_a_signature_missing(forgery):
    forgery.but(signers=THREE[:2]).seal()
    assert forgery.bank.codes() == {"APPROVAL-MISSING"}


def test_another_named_than_signed(forgery):
    forgery.but(names=(AUTHOR, REVIEWER, OFFICER)).seal()
    assert forgery.bank.codes() == {"APPROVAL-MISSING"}


def test_none_signed_but_all_named(forgery):
    forgery.but(approvals=()).seal()
    assert "APPROVAL-MISSING" in forgery.bank.codes()


def test_other_bytes_than_were_approved(forgery):
    approved = forgery.files.digest()
    changed = replace(forgery.files, sample=forgery.files.sample + b"\n")
    forgery.but(files=changed, digest=approved).seal()
    assert forgery.bank.codes() == {"RELEASE-DIGEST"}


def test_without_a_change_request(forgery):
    forgery.but(change="").seal()
    assert forgery.bank.codes() == {"RELEASE-UNREQUESTED"}


def test_backdated(forgery):
    forgery.seal(day=date(2026, 8, 1))
    assert forgery.bank.codes() == {"RELEASE-BACKDATED"}


def test_another_day_of_effect_than_its_cover_says(forgery):
    forgery.but(effective=date(2026, 9, 1)).seal()
    assert forgery.bank.codes() == {"RELEASE-EFFECTIVE"}


def test_two_in_force_from_one_day(forgery):
    bank = forgery.bank
    forgery.seal()
    later = date(2026, 8, 1)
    review_change(bank, later)
    Forgery.of(bank).but(effective=EFFECTIVE).seal()
    assert bank.codes() == {"RELEASE-OVERLAP", "RELEASE-EFFECTIVE"}


def test_a_release_that_is_not_what_its_cover_says(forgery):
    forgery.but(revision=Revision(major=1, minor=2)).seal()
    assert forgery.bank.codes() == {"RELEASE-MOVED"}


def test_a_release_that_cannot_be_read(bank):
    directory = f"forms/{FORM}/2.0"
    file = NewFile(path=f"{directory}/release.json", data=b"{}", media_type="application/json")
    append(
        bank,
        APPROVER,
        NewEvent(
            facts=RevisionReleased(), subject=f"{FORM} 2.0", directory=directory, files=(file,)
        ),
    )
    assert "RELEASE-UNREADABLE" in bank.codes()
