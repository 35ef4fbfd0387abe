"""A volume that was set back behind what was seen of it from here is not written on."""

from __future__ import annotations

import pytest
from bank import LATE

from rmdocs.errors import StoreError
from rmdocs.identifiers import RecordNumber
from rmdocs.workspace.places import seen_path

REF = "refs/heads/records/RXD7200-02/JN01/2026/1"
FORM = "RXD7200-02-JN01"


@pytest.fixture
def bank(founded, copied_in_git):
    return copied_in_git(founded)


def visit(bank, serial):
    sample = bank.sample(FORM)
    sample["record"]["content"]["content"]["operations"] = f"订单饱满，第 {serial} 次"
    return sample


@pytest.fixture
def set_back(bank):
    """A store with one record, of which two were seen from here; the number that is gone."""
    bank.issue(visit(bank, 1))
    kept = bank.refs()[REF]
    gone = bank.issue(visit(bank, 2))
    bank.close()
    bank.git("update-ref", REF, kept)
    return gone


def test_a_number_that_is_gone_is_not_given_again(bank, set_back):
    head = bank.refs()[REF]
    with pytest.raises(StoreError, match=r"records/RXD7200-02/JN01/2026/1.*: it had 2") as refusal:
        bank.issue(visit(bank, 3))
    assert str(seen_path(bank.root)) in str(refusal.value.remedy)
    assert bank.refs()[REF] == head


def test_nor_is_a_record_amended_or_given_a_stage(bank, set_back):
    first = RecordNumber(series=set_back.series, serial=1)
    actor = visit(bank, 1)["record"]["prepared_by"]["staff_no"]
    with pytest.raises(StoreError):
        bank.amend(first, visit(bank, 4)["record"], actor)


def test_another_volume_goes_on(bank, set_back):
    assert bank.issue(bank.sample("RXD7200-01-JN01"), LATE)


def test_put_back_on_purpose(bank, set_back):
    bank.close()
    seen_path(bank.root).unlink()
    assert bank.issue(visit(bank, 3)) == set_back
