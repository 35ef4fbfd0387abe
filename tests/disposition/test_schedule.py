"""The retention schedule, applied to records as they stand."""

from __future__ import annotations

from datetime import date

import pytest
from archive import NUMBERS

from rmdocs.disposition.schedule import kept
from rmdocs.errors import ControlError
from rmdocs.identifiers import RecordNumber
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import find_folder, read_folder
from rmdocs.workspace import records


def due(registry, number):
    return kept(registry, find_folder(registry.store, number)).keeping.ends


def test_what_the_index_says_is_what_the_record_says(shared_bank, archive):
    for workspace in (shared_bank.at(), archive.at()):
        rows = list(records.find(workspace, Query()))
        assert rows
        for row in rows:
            found = due(workspace.registry, RecordNumber.parse(row.number))
            assert row.due == (found.isoformat() if found else "")


def test_each_form_counts_by_its_own_data(shared_bank):
    registry = shared_bank.at().registry
    by_number = {row.number: row.due for row in records.find(shared_bank.at(), Query(unit="JN01"))}
    assert by_number == {
        "RXD7200-01-JN01-2026-0001": "2040-01-01",
        "RXD7200-02-JN01-2026-0001": "2037-01-01",
        "RXD7200-03-JN01-2026-0001": "2037-01-01",
        "RXD7200-04-JN01-2026-0001": "2037-01-01",
    }
    number = RecordNumber.parse("RXD7200-04-JN01-2026-0001")
    known = kept(registry, read_folder(registry.store.require_head(number.volume.ref), number))
    assert (known.uscc, known.keeping.held) == ("91370112MA3DEM019E", False)


def test_a_loan_that_is_not_repaid_is_held_by_its_form(bank):
    sample = bank.sample("RXD7200-04-JN01")
    number = bank.issue(sample)
    [row] = records.find(bank.at(), Query(form="RXD7200-04"))
    assert (row.due, row.held) == ("", True)
    assert due(bank.at().registry, number) is None


def test_one_that_was_disposed_of_has_no_schedule(archive):
    assert due(archive.at().registry, NUMBERS[0]) == date(2032, 1, 1)
    archive.dispose(NUMBERS[0])
    with pytest.raises(ControlError, match="was disposed of on 2032-01-02"):
        due(archive.at().registry, NUMBERS[0])
