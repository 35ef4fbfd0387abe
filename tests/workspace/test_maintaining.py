"""The store is put together when asked, and by itself after many acts."""

from __future__ import annotations

import json

import pytest

from rmdocs.files import File
from rmdocs.registers.indexfile import Query
from rmdocs.store import maintenance
from rmdocs.store.maintenance import MANY_PACKS, holdings
from rmdocs.store.objectwriter import ObjectWriter
from rmdocs.workspace import records, storefiles


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


def test_what_it_won_is_told_for_each_record(full_bank):
    told = []
    work = full_bank.at()
    found = storefiles.maintain(work, progress=lambda *steps: told.append(steps))
    assert found.before.packs > 1
    assert (found.after.loose, found.after.packs) == (0, 1)
    assert found.records == records.count_of(work, Query())
    assert found.bytes_per_record == found.after.bytes // found.records
    assert found.after.bytes < found.before.bytes
    assert told[-1][0] == told[-1][1]
    assert full_bank.codes() == set()


@pytest.mark.parametrize("many", [True, False])
def test_after_many_acts_it_begins_when_one_has_ended(bank, visit, many):
    scratch = bank.root / "scratch"
    scratch.mkdir()
    for number in range(MANY_PACKS if many else 3):
        writer = ObjectWriter(bank.store, scratch)
        writer.add("blob", b"%d" % number)
        writer.flush(packed=True)
    before = holdings(bank.store)
    begun = list(maintenance._begun)
    work = bank.at("JN01-0101")
    list(records.find(work, Query()))
    bank.close()
    assert maintenance._begun == begun, "whoever reads begins nothing"
    work = bank.at("JN01-0101")
    (outcome,) = records.issue(
        work, [File(name="a.json", data=json.dumps(visit).encode())]
    ).outcomes
    assert outcome.number is not None
    bank.close()
    assert (maintenance._begun != begun) is many
    if many:
        maintenance._begun[-1].wait(60)
        after = holdings(bank.store)
        assert (after.loose, after.packs) == (0, 1)
        assert after.bytes < before.bytes
    assert bank.codes() == set()
