"""Editions stay as they were sealed, and can be made again from the store alone."""

from __future__ import annotations

import pytest

from rmdocs import canonical
from rmdocs.errors import ControlError
from rmdocs.events.records import RecordAmended
from rmdocs.folders import save_all
from rmdocs.identifiers import RecordNumber
from rmdocs.issuing.editions import render_edition
from rmdocs.records.check import accepted
from rmdocs.records.draft import RecordDraft
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import read_folder
from rmdocs.workspace import records

NOTICE = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
VISIT = RecordNumber.parse("RXD7200-02-JN01-2026-0001")
RM = "JN01-0101"


def made_again(workspace, number):
    """Yield each edition's sealed digests, and those of what is rendered now."""
    head = workspace.store.require_head(number.volume.ref)
    folder = read_folder(head, number)
    released = workspace.registry.form_revision(folder.form, folder.revision)
    for edition in folder.editions:
        record, stages = folder.require_content().original, []
        for event in folder.events:
            if event.index <= edition.event.index and event.kind == RecordAmended.KIND:
                record = canonical.decode(head.read(event.facts["content"]))
        for entry, event in zip(folder.stages, staged(folder), strict=True):
            if event.index <= edition.event.index:
                stages.append((entry.key, entry.content))
        draft = RecordDraft.parse(record)
        checked = accepted(draft, released.form, edition.facts.unit.to_json(), stages)
        files = render_edition(workspace.registry, released, checked, number, edition.facts)
        yield (
            [(file.path, file.sha256) for file in edition.files],
            [(file.path, canonical.sha256(file.data)) for file in files],
        )


def staged(folder):
    return [event for event in folder.events if event.kind == "stage"]


def test_every_edition_can_be_made_again_byte_for_byte(shared_bank):
    workspace = shared_bank.at()
    for row in list(records.find(workspace, Query())):
        for sealed, made in made_again(workspace, RecordNumber.parse(row.number)):
            assert made == sealed


def test_amended_and_staged_editions_too(full_bank, visit):
    visit["record"]["content"]["visit"]["topic"] = "结算回访"
    full_bank.amend(VISIT, visit["record"], RM)
    editions = list(made_again(full_bank.at(), VISIT))
    assert len(editions) == 4
    assert all(sealed == made for sealed, made in editions)


def test_earlier_editions_export_the_same_bytes_for_ever(full_bank, visit, tmp_path):
    before = {
        path.name: path.read_bytes()
        for edition in (1, 2, 3)
        for path in save_all(tmp_path / "before", records.export(full_bank.at(), VISIT, edition))
    }
    visit["record"]["content"]["visit"]["topic"] = "结算回访"
    full_bank.amend(VISIT, visit["record"], RM)
    full_bank.void(VISIT, RM, "JN01-0001")
    after = {
        path.name: path.read_bytes()
        for edition in (1, 2, 3)
        for path in save_all(tmp_path / "after", records.export(full_bank.at(), VISIT, edition))
    }
    assert len(before) == 3
    assert len(set(before.values())) == 3
    assert after == before


def test_an_edition_never_made_is_refused(shared_bank, tmp_path):
    for edition in (0, 6, -1):
        with pytest.raises(ControlError) as refusal:
            save_all(tmp_path, records.export(shared_bank.at(), NOTICE, edition))
        assert refusal.value.exit_code == 3


def test_exports_leave_nothing_half_written(shared_bank, tmp_path):
    save_all(tmp_path, records.export(shared_bank.at(), NOTICE))
    assert [path.name for path in tmp_path.iterdir()] == [f"{NOTICE}-e5.docx"]
