"""What is refused or named before anything is drawn."""

from __future__ import annotations

import pytest
from archive import NUMBERS
from forged import append

from rmdocs.errors import ControlError
from rmdocs.events.records import PdfMade
from rmdocs.identifiers import RecordNumber
from rmdocs.renditions.records import rendition_event, subject
from rmdocs.workspace import renditions

MANAGER, HEAD = "JN01-0101", "JN01-0001"
NUMBER = NUMBERS[0]


def test_of_what_has_no_pdf_or_no_number_there_is_none(bank):
    number = bank.issue(bank.sample("RXD7200-02-JN01"))
    bank.void(number, MANAGER, HEAD)
    with pytest.raises(ControlError, match="no PDF was ever made"):
        renditions.copy(bank.at(), number)
    with pytest.raises(ControlError):
        renditions.copy(bank.at(), RecordNumber.parse("RXD7200-02-JN01-2026-0009"))


def test_of_what_was_disposed_of_there_is_none(archive):
    archive.dispose(*NUMBERS[:1])
    with pytest.raises(ControlError, match="disposed of"):
        renditions.copy(archive.at(), NUMBERS[0])


@pytest.mark.fonts
def test_a_form_that_nobody_signs_electronically(bank, signatories):
    number = bank.issue(bank.sample("RXD7200-02-JN01"))
    with pytest.raises(ControlError, match="not signed electronically"):
        signatories.sign(bank, number, "a")


def test_two_sealed_together_conceal_in_two_places(archive):
    one = subject(archive.at().registry, NUMBER)
    facts = PdfMade(rules=one.rules, of_edition=one.edition, engine="x", formal=True)
    new_events = [
        rendition_event(one, facts, f"renditions/2/{at}.pdf", b"%PDF", at) for at in (0, 1)
    ]
    append(archive.bank, MANAGER, *new_events, day=archive.day, ref=NUMBER.volume.ref)
    assert len({new_event.facts.concealment.notes for new_event in new_events}) == len(new_events)
