"""Tracing a controlled copy: by number, file and digest, and whether it still counts."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from conftest import Bank
from custody import DOCUMENT, LATER, TODAY, TOMORROW, Custody

from rmdocs.errors import ControlError
from rmdocs.identifiers import CopyNumber
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Language
from rmdocs.registers.copies import CopyStatus

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
    copies = {status: custody.in_status(status) for status in CopyStatus}
    swapped = custody.issue()
    custody.do("replace", swapped.number)
    custody.revise()
    yield custody, copies, swapped.number
    shutil.rmtree(custody.bank.root.parent)


def codes(found):
    return [finding.code for finding in found.findings]


@pytest.mark.parametrize("status", CopyStatus)
def test_by_its_file_whatever_its_name(given, status, tmp_path):
    custody, copies, _ = given
    number = copies[status].number
    path = custody.by().export(number, tmp_path).rename(tmp_path / "renamed.docx")
    found = custody.bank.at(None, TODAY).trace_copy(str(path))
    assert (found.copy.number, found.exemplar) == (number, 1)
    assert (found.copy.status, codes(found)) == (status, CODES[status])
    assert found.revision_status is RevisionStatus.EFFECTIVE
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.file.sha256 == digest
    assert custody.bank.at(None, TODAY).trace_copy(digest.upper()) == found


def test_by_its_number(given):
    custody, copies, _ = given
    number = copies[CopyStatus.HELD].number
    assert custody.bank.at(None, TODAY).trace_copy(str(number)).copy.number == number
    with pytest.raises(ControlError, match="no controlled copy"):
        custody.bank.at(None, TODAY).trace_copy(str(CopyNumber(document=DOCUMENT, serial=999)))


def test_an_exemplar_that_was_swapped(given, tmp_path):
    custody, _, number = given
    old, new = (custody.by().export(number, tmp_path, exemplar) for exemplar in (1, 2))
    work = custody.bank.at(None, TODAY)
    assert codes(work.trace_copy(str(old))) == ["COPY-SWAPPED"]
    assert codes(work.trace_copy(str(new))) == []


def test_of_a_superseded_revision(given):
    custody, copies, _ = given
    number = str(copies[CopyStatus.HELD].number)
    found = custody.bank.at(None, TOMORROW).trace_copy(number)
    assert found.revision_status is RevisionStatus.SUPERSEDED
    [finding] = found.findings
    assert finding.code == "COPY-OUTDATED"
    assert finding.message.text(Language.EN) == "RXD7200-04 1.0 is superseded"
    assert finding.remedy.text(Language.EN) == "in force is 1.1"


def test_of_a_withdrawn_revision(given, copied):
    custody, copies, _ = given
    other = Custody(copied(custody.bank.root))
    other.withdraw(LATER, "1.1")
    found = other.bank.at(None, LATER).trace_copy(str(copies[CopyStatus.ISSUED].number))
    assert [finding.remedy.text(Language.EN) for finding in found.findings] == [""]


def test_what_is_no_copy(given, tmp_path):
    custody, _, _ = given
    work = custody.bank.at(None, TODAY)
    path = tmp_path / "other.docx"
    path.write_bytes(b"something else")
    for target in (str(path), "0" * 64, "RXD7200-02-JN01-2026-0001", "nothing", ""):
        assert work.trace_copy(target) is None
