"""Renditions of records that are secret, void or gone: nothing leaks, all is refused in words."""

from __future__ import annotations

import pytest
from archive import ANSWERS, NUMBERS, Archive
from forged import append
from sheets import all_scanned, delivered

from rmdocs.errors import ControlError
from rmdocs.events.records import PaperFiled
from rmdocs.folders import read
from rmdocs.registers.records import read_folder
from rmdocs.registers.renditions import renditions as sealed
from rmdocs.renditions.records import rendition_event, subject
from rmdocs.workspace import records, renditions

pytestmark = [pytest.mark.office, pytest.mark.fonts]
MANAGER, HEAD = "JN01-0101", "JN01-0001"
NUMBER = NUMBERS[0]


@pytest.fixture
def filed(archive, tmp_path) -> tuple[Archive, bytes]:
    """An encrypted record with its PDF and a scan; the bytes of the PDF."""
    work = archive.at(MANAGER)
    [made] = renditions.make(work, [NUMBER])
    pile = delivered(tmp_path / "pile.pdf", all_scanned(made.pdf))
    filing = renditions.scan(archive.at(MANAGER), [pile])
    assert filing.settled, filing.pile.all_findings
    return archive, made.pdf


def test_of_an_encrypted_record_nothing_stands_in_clear(filed):
    archive, pdf = filed
    assert archive.codes() == set()
    head = archive.at().registry.store.require_head(NUMBER.volume.ref)
    folder = read_folder(head, NUMBER)
    made = list(sealed(folder.events))
    assert [one.said.kind for one in made] == ["render", PaperFiled.KIND]
    words = [ANSWERS[0].encode(), b"%PDF", b"xmpmeta", b"%%EOF", b"JFIF"]
    for path, oid in head.walk(NUMBER.directory):
        data = head.content(oid)
        assert not [word for word in words if word in data], path
    assert ANSWERS[0].encode() in pdf
    assert b"%PDF" not in archive.indexed()


def test_once_disposed_of_nothing_is_made_and_verify_is_content(filed, tmp_path):
    archive, pdf = filed
    archive.dispose(NUMBER)
    assert archive.codes() == set()
    work = archive.at(MANAGER)
    for act in (
        lambda: renditions.make(work, [NUMBER]),
        lambda: renditions.print_sets(work, [NUMBER]),
        lambda: renditions.copy(work, NUMBER),
        lambda: renditions.preview(work, NUMBER),
        lambda: renditions.signatures(work, NUMBER),
    ):
        with pytest.raises(ControlError, match="disposed of"):
            act()
    pile = delivered(tmp_path / "again.pdf", all_scanned(pdf, seed=9))
    filing = renditions.scan(work, [pile])
    assert filing.filed == ()
    assert {aside.finding.code for aside in filing.pile.review} == {"SCAN-CONTENT"}
    found = records.trace(archive.at(), str(NUMBER))
    assert (found.original, found.record, found.stages, found.derived) == ("", {}, (), {})
    assert [act.kind for act in found.acts[-3:]] == ["render", PaperFiled.KIND, "dispose"]
    assert ANSWERS[0].encode() not in archive.indexed()
    # A copy in somebody's hands is still told by its digest.
    kept = tmp_path / "kept.pdf"
    kept.write_bytes(pdf)
    assert records.trace(archive.at(), read(kept)).number == NUMBER
    found = renditions.signatures(archive.at(), read(kept)).findings
    assert [one.code for one in found] == ["SIG-NONE", "RECORD-DISPOSED"]


def test_a_held_record_is_rendered_all_the_same(archive):
    archive.hold()
    [made] = renditions.make(archive.at(MANAGER), [NUMBER])
    assert made.pdf
    assert archive.codes() == set()


def test_a_changed_rendition_of_an_encrypted_record_is_found(filed):
    """Sealed and encrypted by the thief: only the PDF itself tells."""
    archive, _ = filed
    one = subject(archive.at().registry, NUMBER)
    path = f"scans/2/9/{NUMBER}-e2-scan.pdf"
    facts = PaperFiled(rules=one.rules, of_edition=one.edition, pages=1, filed_on=archive.day)
    new_event = rendition_event(one, facts, path, b"%PDF-1.7 no")
    append(archive.bank, MANAGER, new_event, day=archive.day, ref=NUMBER.volume.ref)
    assert archive.codes() == {"RENDITION-UNREADABLE"}


def test_a_copy_or_a_preview_scanned_back_is_never_filed(rendered, tmp_path):
    bank, number = rendered
    made = [
        *renditions.copy(bank.at(MANAGER), number),
        *renditions.preview(bank.at(MANAGER), number),
    ]
    for at, one in enumerate(made):
        pile = delivered(tmp_path / f"{at}.pdf", all_scanned(one.pdf, pages=2))
        filing = renditions.scan(bank.at(MANAGER), [pile])
        assert filing.filed == ()
        assert {aside.finding.code for aside in filing.pile.review} == {"SCAN-FOREIGN"}
