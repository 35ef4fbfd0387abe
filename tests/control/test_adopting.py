"""Adopting documents from paper when a store begins."""

from __future__ import annotations

import pytest
from bank import NEW_YEAR, refused_for
from papers import EXTERNAL, NUMBER, ROOT, manifest, small

from rmdocs import canonical
from rmdocs.beginning import begin
from rmdocs.control.releasing import document_adoption_event
from rmdocs.forms.desk import desk_documents, read_document
from rmdocs.registers.revisions import RELEASE_NAME, Release


def test_an_event_holds_the_files_and_the_names_of_the_cover():
    document, files = small()
    new_event = document_adoption_event(document, files)
    assert (new_event.kind, new_event.subject) == ("release", "PXD7201 1.0")
    held = {file.path: file.data for file in new_event.files}
    release = Release.from_json(canonical.decode(held.pop(f"documents/PXD7201/1.0/{RELEASE_NAME}")))
    assert held == {
        f"documents/PXD7201/1.0/{name}": data for name, data in files.contents().items()
    }
    assert release.digest == files.digest()
    assert release.effective == document.effective
    assert [one.name for one in release.approvals] == ["甲", "乙", "丙"]
    assert new_event.approvals == ()


def test_nobody_is_named_who_is_not_known():
    unsigned = ('prepared = "甲"\nreviewed = "乙"\napproved = "丙"\n', "")
    pending = (
        "[[references]]",
        '[pending]\nitems = [{ zh = "待核定", en = "Open" }]\n\n[[references]]',
    )
    new_event = document_adoption_event(*small(unsigned, pending))
    release = Release.from_json(canonical.decode(new_event.files[-1].data))
    assert [(one.name, one.staff_no) for one in release.approvals] == [("", "")] * 3


def test_founding_says_that_documents_came_from_paper(shared_bank):
    control = shared_bank.at().registry.control
    for number in desk_documents(ROOT):
        [event] = control.events(f"documents/{number}/1.0")
        assert (event.kind, event.reason) == ("release", "adopted from paper")
        files = read_document(ROOT, number)
        for name, data in files.contents().items():
            assert control.read(f"documents/{number}/1.0/{name}") == data
    assert control.read(f"documents/{NUMBER}/1.0/body.docx") is not None
    assert control.read(f"documents/{EXTERNAL}/1.0/body.docx") is None


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"[document", "DOCUMENT-SYNTAX"), (manifest(('"丙"', '"甲"')), "DOCUMENT-THREE")],
)
def test_no_store_begins_with_a_wrong_document(tmp_path, data, code):
    desk = tmp_path / "desk"
    for name in ("forms", "schemas"):
        (desk / name).mkdir(parents=True)
    (desk / "documents/PXD7201").mkdir(parents=True)
    (desk / "documents/PXD7201/document.toml").write_bytes(data)
    with refused_for(code):
        begin(tmp_path / "bank", sample=True, now=NEW_YEAR, desk=desk)
    assert [path.name for path in tmp_path.iterdir()] == ["desk"]
