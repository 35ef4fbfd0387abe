"""Three people approve a revision, each by key."""

from __future__ import annotations

import pytest

from rmdocs.control.releasing import (
    APPROVER_ROLES,
    adoption_event,
    approval_statement,
    release_event,
)
from rmdocs.errors import ControlError
from rmdocs.forms.desk import read_desk
from rmdocs.forms.form import Form
from rmdocs.identifiers import DocumentNumber, StaffNumber
from rmdocs.store.keys import PublicKey, verify

NUMBER = DocumentNumber("RXD7200-02")
THREE = ("SD00-0001", "SD00-0002", "SD00-0003")


@pytest.fixture(scope="module")
def form(founded):
    files = read_desk(founded, NUMBER)
    return Form.load(files), files


@pytest.fixture
def people(shared_bank):
    workspace = shared_bank.at()

    def find(*numbers):
        return [
            (workspace.registry.staff.person(StaffNumber.parse(one)), workspace.keys.load(one))
            for one in numbers
        ]

    return find


def test_each_signs_role_and_hash_of_the_whole(form, people):
    three = people(*THREE)
    cover, files = form
    new_event = release_event(cover, files, three)
    assert [approval.staff_no for approval in new_event.approvals] == list(THREE)
    for role, approval, (_, key) in zip(APPROVER_ROLES, new_event.approvals, three, strict=True):
        statement = approval_statement(cover.number, cover.revision, files.digest(), role)
        public = PublicKey.parse(key.public_line)
        assert verify(approval.signature, statement, "rmdocs-approval") == public


@pytest.mark.parametrize(
    "numbers",
    [
        (),
        THREE[:2],
        (THREE[0], THREE[0], THREE[2]),
        (THREE[1], THREE[0], THREE[2]),
        ("JN01-0101", THREE[1], THREE[2]),
        (*THREE, "JN01-0101"),
    ],
)
def test_any_other_three_are_refused(form, people, numbers):
    with pytest.raises(ControlError) as refusal:
        release_event(*form, people(*numbers))
    assert refusal.value.exit_code == 3


def test_one_key_does_not_make_three_people(form, people):
    three = people(*THREE)
    with pytest.raises(ControlError):
        release_event(*form, [(person, three[0][1]) for person, _ in three])


def test_adoption_names_who_signed_on_paper(form):
    new_event = adoption_event(*form)
    assert new_event.approvals == ()
    assert new_event.reason == "adopted from paper"
