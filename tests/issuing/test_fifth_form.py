"""A fifth form is data alone: put on the desk, it is released and issued."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path

import pytest

from rmdocs.beginning import begin, built_in
from rmdocs.errors import ControlError
from rmdocs.registers.indexfile import Query
from rmdocs.workspace import desk, records

DATA = Path(__file__).parents[1] / "data" / "fifth_form"


@pytest.fixture
def five(place, copied, tmp_path):
    from datetime import UTC, datetime

    desk, root = tmp_path / "desk", tmp_path / "bank"
    for source in (built_in(), DATA):
        for name in ("forms", "schemas"):
            shutil.copytree(source / name, desk / name, dirs_exist_ok=True)
    begin(root, sample=True, now=datetime(2026, 1, 5, 9, tzinfo=UTC), desk=desk)
    return copied(root)


def test_is_issued_from_end_to_end(five, tmp_path):
    source = DATA / "forms" / "RXD7200-05" / "sample.json"
    sample = json.loads(source.read_bytes())
    [row] = [row for row in desk.rows(five.at()) if row.number == "RXD7200-05"]
    assert (row.released, row.effective) == ("1.0", "2026-01-01")

    number = five.walk(sample)
    assert str(number) == "RXD7200-05-JN01-2026-0001"
    shown = records.show(five.at(), number)
    assert (shown.status, shown.edition) == ("closed", 2)

    wrong = copy.deepcopy(sample["record"])
    wrong["content"]["questions"][0]["score"] = 1
    [checked] = five.check(wrong)
    assert "R05-FOLLOW-UP" in {finding.code for finding in checked.findings}

    with pytest.raises(ControlError):
        five.add(number, "review", sample["stages"][0]["content"], "JN01-0001")

    [found] = records.find(five.at(), Query(form="RXD7200-05"))
    assert (found.number, found.subject) == (str(number), "电话")
    five.void(number, "JN01-0101", "JN01-0001")
    trace = records.trace(five.at(), records.export(five.at(), number)[0])
    assert [act.kind for act in trace.acts] == ["issue", "stage", "request", "void"]
    assert five.codes() == set()
