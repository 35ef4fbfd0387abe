"""Killed or raced while filing and signing: all or nothing of each set, and once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time

import pytest
from bank import Bank
from sheets import all_scanned, delivered

from rmdocs.errors import ConflictError, ControlError
from rmdocs.registers.indexfile import Query
from rmdocs.workspace import records, renditions

pytestmark = [pytest.mark.office, pytest.mark.fonts]
MANAGER = "JN01-0101"
FORK = multiprocessing.get_context("fork")


@pytest.fixture(scope="module")
def printed(once, founded, place):
    """A workspace with three call logs that have their PDF; their numbers, and all scanned."""

    def make(root):
        bank, numbers = Bank(root), []
        visit = bank.sample("RXD7200-02-JN01")
        for minute in range(10, 13):
            visit["record"]["content"]["visit"]["start"] = f"09:{minute}"
            numbers.append(bank.issue(visit))
        return numbers, [one.pdf for one in renditions.make(bank.at(MANAGER), numbers)]

    root, (numbers, pdfs) = once.copy(founded, "printed", make)
    sheets = [sheet for pdf in pdfs for sheet in all_scanned(pdf)]
    return root, numbers, delivered(place / "pile.pdf", sheets)


@pytest.fixture
def pile(printed, copied):
    root, numbers, path = printed
    return copied(root), numbers, path


def scan(bank, path):
    renditions.scan(bank.at(MANAGER), [path])


def signed(bank):
    return {row.number for row in records.find(bank.at(), Query(status="signed"))}


def test_killed_in_the_middle_of_a_pile(pile):
    bank, numbers, path = pile
    ref = numbers[0].volume.ref
    before = bank.git("rev-parse", ref)
    work = FORK.Process(target=scan, args=(bank, path))
    work.start()
    end = time.monotonic() + 60
    while bank.git("rev-parse", ref) == before and time.monotonic() < end:
        time.sleep(0.002)
    os.kill(work.pid, signal.SIGKILL)
    work.join()
    assert bank.codes() == set()
    some = signed(bank)
    assert some <= set(map(str, numbers))
    filing = renditions.scan(bank.at(MANAGER), [path])
    assert {str(one.number) for one in filing.filed} == set(map(str, numbers)) - some
    assert {one.code for one in filing.pile.all_findings} <= {"SCAN-SIGNED"}
    assert signed(bank) == set(map(str, numbers))
    assert bank.codes() == set()


def test_two_file_the_same_pile_at_once(pile):
    bank, numbers, path = pile
    pair = [FORK.Process(target=scan, args=(bank, path)) for _ in range(2)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    assert [one.exitcode for one in pair] == [0, 0]
    for number in numbers:
        acts = records.trace(bank.at(), str(number)).acts
        assert [act.kind for act in acts].count("scan") == 1
    assert bank.codes() == set()


def test_two_sign_at_once(rendered, sign):
    bank, number = rendered

    def act():
        try:
            sign("a")
        except (ConflictError, ControlError):
            os._exit(3)

    pair = [FORK.Process(target=act) for _ in range(2)]
    for one in pair:
        one.start()
    for one in pair:
        one.join()
    assert sorted(one.exitcode for one in pair) == [0, 3]
    acts = records.trace(bank.at(), str(number)).acts
    assert [act.kind for act in acts].count("sign") == 1
    assert bank.codes() == set()
    assert sign("b").left == ()


def test_killed_while_signing(rendered, sign):
    bank, number = rendered
    for pause in (0.3, 0.6, 0.9):
        work = FORK.Process(target=sign, args=("a",))
        work.start()
        time.sleep(pause)
        os.kill(work.pid, signal.SIGKILL)
        work.join()
        assert bank.codes() == set()
    if "sign" not in {act.kind for act in records.trace(bank.at(), str(number)).acts}:
        sign("a")
    assert sign("b").left == ()
    assert bank.codes() == set()
