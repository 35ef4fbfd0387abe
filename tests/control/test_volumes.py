"""The control ledger knows every volume."""

from __future__ import annotations

import pytest

from rmdocs.control.volumes import registered
from rmdocs.identifiers import RecordNumber
from rmdocs.registers.indexfile import Query
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import records


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


def test_every_volume_is_entered(shared_bank):
    workspace = shared_bank.at()
    control = workspace.store.require_head(CONTROL_REF)
    volumes = {RecordNumber.parse(row.number).volume for row in records.find(workspace, Query())}
    assert len(volumes) == 8
    assert all(registered(control, volume) for volume in volumes)


def test_one_left_out_by_a_crash_is_entered_with_the_next_record(visited_bank, visit):
    bank = visited_bank
    bank.git("update-ref", "refs/heads/control", "refs/heads/control~1")
    assert bank.codes() == {"VOLUME-UNREGISTERED"}
    visit["record"]["content"]["visit"]["topic"] = "断电之后"
    bank.issue(visit)
    assert bank.codes() == set()
