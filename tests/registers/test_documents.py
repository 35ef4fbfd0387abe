"""The register of documents that are not forms: in force by date, read as approved."""

from __future__ import annotations

import os
import subprocess
from datetime import date, timedelta

import pytest
from papers import APPROVER, EXTERNAL, NEW_SENTENCE, NUMBER, OLD_SENTENCE, release_document, reword

from rmdocs.errors import ControlError, StoreError
from rmdocs.forms.desk import desk_documents, read_document
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.registers.released import DocumentRegister
from rmdocs.rendering.compiled import printed_text
from rmdocs.workspace import revising


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


EFFECTIVE = date(2026, 7, 1)
BEFORE = EFFECTIVE - timedelta(1)
DIRECTORY = f"documents/{NUMBER}/1.0"


def register(bank):
    return DocumentRegister(bank.at().registry.control)


def tamper(bank, path, data):
    """Change a file of the control ledger behind its back."""
    environment = {**os.environ, "GIT_INDEX_FILE": str(bank.root / "index")}

    def git(*words):
        command = ["git", "--git-dir", str(bank.store), *words]
        done = subprocess.run(command, check=True, capture_output=True, env=environment)
        return done.stdout.decode().strip()

    git("read-tree", "refs/heads/control")
    blob = bank.git("hash-object", "-w", "--stdin", data=data)
    git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    made = bank.git(*who, "commit-tree", git("write-tree"), "-p", "refs/heads/control", "-m", "x")
    bank.git("update-ref", "refs/heads/control", made)


def test_founding_adopted_every_document_of_the_desk(shared_bank):
    documents = register(shared_bank)
    assert documents.numbers() == desk_documents(shared_bank.root)
    for number in documents.numbers():
        [release] = documents.releases(number)
        loaded = documents.load(release)
        files = read_document(shared_bank.root, number)
        assert (loaded.files, loaded.document.number) == (files, number)
        assert release.digest == files.digest()
        assert release.effective == loaded.document.effective
        assert [one.name for one in release.approvals] == list(loaded.document.signatures)
        assert {one.staff_no for one in release.approvals} == {""}


def test_a_revision_is_read_once(shared_bank):
    documents = register(shared_bank)
    release = documents.in_force(NUMBER, EFFECTIVE)
    assert documents.load(release) is documents.load(release)


def test_nothing_is_in_force_before_its_day(shared_bank):
    documents = register(shared_bank)
    assert documents.document(NUMBER, date(2004, 6, 8)).revision == Revision(major=1, minor=0)
    with pytest.raises(ControlError, match=r"no revision of IXD7200-01 is in force on 2004-06-07"):
        documents.document(NUMBER, date(2004, 6, 7))
    with pytest.raises(ControlError, match="there is no controlled document PXD9999"):
        documents.document(DocumentNumber("PXD9999"), EFFECTIVE)


def test_the_revision_in_force_follows_the_day(bank):
    reword(bank)
    release_document(bank, EFFECTIVE)
    documents = register(bank)
    assert documents.document(NUMBER, BEFORE).revision == Revision(major=1, minor=0)
    assert documents.document(NUMBER, EFFECTIVE).revision == Revision(major=1, minor=1)
    texts = [
        printed_text(documents.load(documents.in_force(NUMBER, day)).files.body)
        for day in (BEFORE, EFFECTIVE)
    ]
    assert OLD_SENTENCE in texts[0]
    assert NEW_SENTENCE not in texts[0]
    assert NEW_SENTENCE in texts[1]


def test_nothing_is_in_force_once_withdrawn(bank):
    revising.withdraw(bank.at(APPROVER, BEFORE), EXTERNAL, None, EFFECTIVE, "已被取代")
    documents = register(bank)
    assert documents.document(EXTERNAL, BEFORE).number == EXTERNAL
    with pytest.raises(ControlError, match="EXT-006 was withdrawn on 2026-07-01"):
        documents.document(EXTERNAL, EFFECTIVE)


@pytest.mark.parametrize("name", ["document.toml", "body.docx"])
def test_changed_bytes_are_refused(bank, name):
    data = bank.at().registry.control.read(f"{DIRECTORY}/{name}")
    tamper(bank, f"{DIRECTORY}/{name}", data + b"\n")
    with pytest.raises(StoreError, match=r"IXD7200-01 1\.0 in the store is not what was approved"):
        register(bank).document(NUMBER, EFFECTIVE)
    assert "FILE-CHANGED" in bank.codes()


def test_a_body_from_nowhere_is_refused(bank):
    tamper(bank, f"documents/{EXTERNAL}/1.0/body.docx", b"PK")
    with pytest.raises(StoreError, match="is not what was approved"):
        register(bank).document(EXTERNAL, EFFECTIVE)
