"""Tracing a controlled copy: by number, file and digest, and whether it still counts."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from bank import Bank
from custody import DOCUMENT, LATER, TODAY, TOMORROW, Custody

from rmdocs.errors import ControlError
from rmdocs.files import File
from rmdocs.folders import read, save
from rmdocs.identifiers import CopyNumber
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Language
from rmdocs.registers.copies import CopyStatus
from rmdocs.workspace import copies, proving

CODES = {
    CopyStatus.ISSUED: [],
    CopyStatus.HELD: [],
    CopyStatus.RECALLED: ["COPY-RECALLED"],
    CopyStatus.RETURNED: ["COPY-RETURNED"],
    CopyStatus.LOST: ["COPY-LOST"],
}


@pytest.fixture(scope="module")
def given(founded, place):
    """A copy in each status, and one that was damaged and swapped; 1.1 from tomorrow on."""
    custody = Custody(Bank(Path(shutil.copytree(founded, place / "traced" / "bank"))))
    held = {status: custody.in_status(status) for status in CopyStatus}
    swapped = custody.issue()
    custody.do("replace", swapped.number)
    custody.revise()
    yield custody, held, swapped.number
    shutil.rmtree(custody.bank.root.parent)


def codes(found):
    return [finding.code for finding in found.findings]


@pytest.mark.parametrize("status", CopyStatus)
def test_by_its_file_whatever_its_name(given, status, tmp_path):
    custody, held, _ = given
    number = held[status].number
    made = copies.export(custody.by(), number)
    path = save(tmp_path / "renamed.docx", made.data)
    found = copies.trace(custody.bank.at(None, TODAY), read(path))
    assert (found.copy.number, found.exemplar) == (number, 1)
    assert (found.copy.status, codes(found)) == (status, CODES[status])
    assert found.revision_status is RevisionStatus.EFFECTIVE
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.file.sha256 == digest
    assert copies.trace(custody.bank.at(None, TODAY), digest.upper()) == found


def test_no_proof_of_it_is_made(given):
    custody, held, _ = given
    number = held[CopyStatus.HELD].number
    made = copies.export(custody.by(), number)
    for target in (str(number), made):
        with pytest.raises(ControlError, match="controlled copy"):
            proving.prove(custody.bank.at(None, TODAY), target)


def test_by_its_number(given):
    custody, held, _ = given
    number = held[CopyStatus.HELD].number
    assert copies.trace(custody.bank.at(None, TODAY), str(number)).copy.number == number
    with pytest.raises(ControlError, match="no controlled copy"):
        copies.trace(custody.bank.at(None, TODAY), str(CopyNumber(document=DOCUMENT, serial=999)))


def test_an_exemplar_that_was_swapped(given):
    custody, _, number = given
    old, new = (copies.export(custody.by(), number, exemplar) for exemplar in (1, 2))
    work = custody.bank.at(None, TODAY)
    assert codes(copies.trace(work, old)) == ["COPY-SWAPPED"]
    assert codes(copies.trace(work, new)) == []


def test_of_a_superseded_revision(given):
    custody, held, _ = given
    number = str(held[CopyStatus.HELD].number)
    found = copies.trace(custody.bank.at(None, TOMORROW), number)
    assert found.revision_status is RevisionStatus.SUPERSEDED
    [finding] = found.findings
    assert finding.code == "COPY-OUTDATED"
    assert finding.message.text(Language.EN) == "RXD7200-04 1.0 is superseded"
    assert finding.remedy.text(Language.EN) == "in force is 1.1"


def test_of_a_withdrawn_revision(given, copied):
    custody, held, _ = given
    other = Custody(copied(custody.bank.root))
    other.withdraw(LATER, "1.1")
    found = copies.trace(other.bank.at(None, LATER), str(held[CopyStatus.ISSUED].number))
    assert [finding.remedy.text(Language.EN) for finding in found.findings] == [""]


def test_what_is_no_copy(given):
    custody, _, _ = given
    work = custody.bank.at(None, TODAY)
    other = File(name="other.docx", data=b"something else")
    for target in (other, "0" * 64, "RXD7200-02-JN01-2026-0001", "nothing", ""):
        assert copies.trace(work, target) is None
