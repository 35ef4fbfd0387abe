"""The demonstration is over before the present moment, and its workspace is gone on with."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bank import SAMPLES, Bank

from rmdocs.beginning import SAMPLE
from rmdocs.demonstration import demonstrate
from rmdocs.folders import read
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.workspace import records, store
from rmdocs.workspace.opening import Workspace

MANAGER = StaffNumber.parse("JN01-0101")


def record_of(day):
    """Return a call log of that day."""
    text = (SAMPLE / "RXD7200-02-JN01.json").read_text("utf-8")
    return json.loads(text.replace("2026-04-09", day.isoformat()))["record"]


@pytest.mark.long
@pytest.mark.fonts
@pytest.mark.parametrize(
    ("now", "left_out"),
    [(datetime(2026, 11, 26, 0, 30, tzinfo=UTC), 0), (datetime(2026, 6, 15, 12, tzinfo=UTC), 5)],
)
def test_a_record_of_today_can_be_issued_in_what_it_made(place, monkeypatch, now, left_out):
    monkeypatch.setenv("PATH", "")
    told = []
    with TemporaryDirectory(dir=place) as directory:
        bank = Bank(Path(directory) / "demo")
        demonstrate(bank.root, lambda text: told.append(text.text(Language.EN)), now)
        assert sum(line.startswith("issued ") for line in told) == len(SAMPLES) - left_out
        named = f"left out {left_out} sample(s): dated after 2026-06-13"
        assert [line for line in told if "left out" in line] == [named] * bool(left_out)
        with Workspace(bank.root, MANAGER, lambda: now) as workspace:
            acts = [
                act
                for row in records.find(workspace, Query())
                for act in records.trace(workspace, row.number).acts
            ]
            assert max(act.time for act in acts) <= now
            source = bank.write(record_of(now.date()))
            [outcome] = records.issue(workspace, [read(source)]).outcomes
            assert outcome.number is not None, outcome.findings
            assert store.verify(workspace).findings == ()
