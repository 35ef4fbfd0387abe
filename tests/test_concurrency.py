"""Several processes in one series at once, and killed at random instants."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import soak

pytestmark = pytest.mark.long

KILLS = 4
"""More of them are in a long run: ``make soak``."""


@pytest.fixture
def root(place):
    with TemporaryDirectory(dir=place) as directory:
        path = Path(directory) / "workspace"
        soak.make(path)
        yield path


def test_processes_at_once_leave_no_gap_and_no_number_twice(root):
    figures = soak.together(root, processes=4, each=4)
    assert figures.acknowledged == figures.records == 16


def test_a_kill_loses_nothing_acknowledged_and_holds_nobody_up(root):
    figures = soak.killing(root, processes=4, kills=KILLS, seed=7200)
    assert figures.acknowledged >= KILLS
    # A holder's lock dies with it: nobody waits for it to run out.
    assert figures.slowest < 15


def test_the_checks_notice_a_lost_record(root):
    writer = soak.Writer(root, "one")
    with writer.workspace:
        number, contract = writer.issue(0)
    assert soak.check(root, [f"{number} {contract}"]) == 1
    with pytest.raises(soak.LostError):
        soak.check(root, [f"{number} another"])
    with pytest.raises(soak.LostError):
        soak.check(root, [f"{number} {contract}", f"{number[:-1]}2 {contract}"])
