"""Every sample issues, takes its stages, and derives what it says it derives."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rmdocs.beginning import SAMPLE
from rmdocs.folders import save_all
from rmdocs.identifiers import RecordNumber
from rmdocs.records.check import accepted
from rmdocs.records.draft import RecordDraft
from rmdocs.registers.records import read_folder
from rmdocs.rendering.compiled import printed_text
from rmdocs.workspace import records, store

SAMPLES = sorted(path.stem for path in SAMPLE.glob("RXD*.json"))


def numbered(name):
    form, unit = name.rsplit("-", 1)
    return RecordNumber.parse(f"{form}-{unit}-2026-0001")


def derived(workspace, number):
    """Return the derived values of a record as it stands."""
    folder = read_folder(workspace.store.require_head(number.volume.ref), number)
    form = workspace.registry.form_revision(number.series.form, folder.revision).form
    stages = [(entry.key, entry.content) for entry in folder.stages]
    draft = RecordDraft.parse(folder.record)
    return accepted(draft, form, folder.unit.to_json(), stages).names["derived"]


def test_there_are_eight_samples():
    assert len(SAMPLES) == 8


@pytest.mark.parametrize("name", SAMPLES)
def test_holds_what_was_captured(shared_bank, name):
    sample = shared_bank.sample(name)
    shown = records.show(shared_bank.at(), numbered(name))
    assert {**shown.record, "content": None} == {**sample["record"], "content": None}
    assert shown.stages == tuple(sample["stages"])
    assert shown.edition == len(sample["stages"]) + 1
    assert [act.kind for act in shown.acts] == ["issue", *["stage"] * len(sample["stages"])]


@pytest.mark.parametrize("name", SAMPLES)
def test_derives_what_the_sample_derives(shared_bank, name):
    computed = derived(shared_bank.at(), numbered(name))
    for key, value in shared_bank.sample(name)["derived"].items():
        same = Decimal(str(computed[key])) == Decimal(str(value)) if is_number(value) else False
        assert same or str(computed[key]) == str(value), key


def is_number(value):
    return str(value).replace(".", "", 1).isdecimal()


@pytest.mark.parametrize("name", SAMPLES)
def test_prints_number_edition_and_customer(shared_bank, name, tmp_path):
    number = numbered(name)
    [path, *_] = save_all(tmp_path, records.export(shared_bank.at(), number))
    text = printed_text(path.read_bytes())
    assert str(number) in text
    [row] = [row for row in find_all(shared_bank) if row.number == str(number)]
    assert row.customer in text


def find_all(bank):
    from rmdocs.registers.indexfile import Query

    return list(records.find(bank.at(), Query()))


def test_closes_what_has_all_its_stages(shared_bank):
    statuses = {row.number[:15]: row.status for row in find_all(shared_bank)}
    assert statuses["RXD7200-01-JN01"] == "closed"
    assert statuses["RXD7200-02-JN01"] == "closed"
    assert statuses["RXD7200-04-JN01"] == "closed"
    assert statuses["RXD7200-04-YT03"] == "issued"


def test_the_whole_store_verifies(shared_bank):
    result = store.verify(shared_bank.at())
    assert result.findings == ()
    assert result.volumes == 8
    assert result.events > 50
