"""F9, F11: acts on records that the store accepts but that no rule allowed, found by verifying."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from bank import Bank
from forged import issue_again
from notices import EFFECTIVE, FORM, ISSUED, NEW, issue, notice, release

from rmdocs import canonical
from rmdocs.control.staff import add_person
from rmdocs.events.facts import Unknown
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Language
from rmdocs.store.protocol import CONTROL_REF, NewEvent
from rmdocs.workspace import store

NUMBER = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
HEAD, MANAGER, STRANGER = "JN01-0001", "JN01-0101", "YT03-0001"
LATER = EFFECTIVE + timedelta(10)


@pytest.fixture(scope="module")
def revised(founded, place):
    """A notice issued under 1.0, and 1.1 in force since."""
    bank = Bank(Path(shutil.copytree(founded, place / "conduct" / "bank")))
    issue(bank, notice(bank, "JN01", "甲"))
    release(bank)
    yield bank.root
    shutil.rmtree(bank.root.parent)


@pytest.fixture
def bank(revised, copied):
    return copied(revised)


def digest(bank, revision):
    return bank.at().registry.forms.release(FORM, revision).digest


def new(bank):
    """Return what an issue under 1.1 says of its form."""
    return {"revision": str(NEW), "form_digest": digest(bank, NEW)}


class TestIssued:
    def test_by_the_revision_in_force(self, bank):
        issue_again(bank, NUMBER, LATER, **new(bank))
        assert bank.codes() == set()

    @pytest.mark.parametrize("rules", [1, 4, "3", True])
    def test_by_rules_of_its_own_choice(self, bank, rules):
        issue_again(bank, NUMBER, LATER, **new(bank), rules=rules)
        assert bank.codes() == {"RULES-OTHER"}

    def test_by_a_superseded_revision(self, bank):
        issue_again(bank, NUMBER, LATER)
        [found] = store.verify(bank.at()).findings
        assert found.code == "REVISION-NOT-IN-FORCE"
        assert found.path.startswith("records/RXD7200-04/JN01/2026/1:")
        assert found.message.text(Language.EN) == (
            f"RXD7200-04 1.0 was superseded on {LATER.isoformat()}"
        )

    def test_by_a_superseded_revision_on_an_old_state_of_control(self, bank):
        """Registers read days ago are no excuse."""
        old = bank.at().store.head_before("refs/heads/control", _moment(bank, EFFECTIVE, -5))
        issue_again(bank, NUMBER, LATER, relied_on=old.checkpoint)
        assert bank.codes() == {"REVISION-NOT-IN-FORCE"}

    def test_by_a_revision_not_yet_in_force(self, bank):
        issue_again(bank, NUMBER, EFFECTIVE - timedelta(1), **new(bank))
        assert bank.codes() == {"REVISION-NOT-IN-FORCE"}

    def test_by_a_form_with_other_bytes(self, bank):
        wrong = {"revision": str(NEW), "form_digest": canonical.sha256(b"another form")}
        issue_again(bank, NUMBER, LATER, **wrong)
        assert bank.codes() == {"REVISION-DIGEST"}

    def test_by_the_digest_of_the_other_revision(self, bank):
        wrong = {"revision": str(NEW), "form_digest": digest(bank, replace(NEW, minor=0))}
        issue_again(bank, NUMBER, LATER, **wrong)
        assert bank.codes() == {"REVISION-DIGEST"}

    def test_by_a_revision_that_was_never_released(self, bank):
        issue_again(bank, NUMBER, LATER, revision="7.0")
        assert bank.codes() == {"REVISION-UNKNOWN"}

    @pytest.mark.parametrize("away", [-30, 30])
    def test_dated_otherwise_than_sealed(self, bank, away):
        wrong = new(bank) | {"issued_on": (LATER + timedelta(away)).isoformat()}
        issue_again(bank, NUMBER, LATER, **wrong)
        expected = {"ISSUED-ON"} | ({"REVISION-NOT-IN-FORCE"} if away < 0 else set())
        assert bank.codes() == expected

    def test_dated_back_to_use_a_superseded_revision(self, bank):
        issue_again(bank, NUMBER, LATER, issued_on=ISSUED.isoformat())
        assert bank.codes() == {"ISSUED-ON"}

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"issued_on": "yesterday"}, "ISSUED-ON"),
            ({"issued_on": None}, "ISSUED-ON"),
            ({"revision": ""}, "ISSUED-ON"),
            ({"form_digest": None}, "REVISION-DIGEST"),
        ],
    )
    def test_without_saying_on_what_or_when(self, bank, wrong, code):
        issue_again(bank, NUMBER, LATER, **(new(bank) | wrong))
        assert bank.codes() == {code}

    def test_on_a_control_ledger_that_never_stood_so(self, bank):
        checkpoint = bank.at().registry.control.checkpoint
        other = replace(checkpoint, size=checkpoint.size - 1)
        issue_again(bank, NUMBER, LATER, **new(bank), relied_on=other)
        assert bank.codes() == {"RELIED-ON"}

    def test_on_nothing(self, bank):
        issue_again(bank, NUMBER, LATER, **new(bank), relied_on=None)
        assert bank.codes() == {"RELIED-ON"}


def _moment(bank, day: date, away: int):
    return bank.at(None, day + timedelta(away)).now()


def test_in_control_with_a_key_that_was_taken_away(bank):
    """F13: whose key it once was counts for what was done then."""
    work = bank.at("SD00-0004", LATER)
    acting = work.acting()
    add_person(work.store, replace(acting.person, keys=()), acting)
    assert bank.codes() == set()
    with work.store.locked(CONTROL_REF) as branch:
        branch.append(
            (NewEvent(facts=Unknown(name="note"), subject="x", directory="notes/x"),),
            actor=acting.actor,
            key=acting.key,
            ledger_key=acting.ledger_key,
            time=acting.time_after(branch.head),
            subject_line="Forge",
            trailers={"Event": "note"},
        )
    assert bank.codes() == {"ACTOR-KEY-THEN", "EVENT-KIND"}
