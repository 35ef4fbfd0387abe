"""A disposal killed between any two steps is finished by approving again."""

from __future__ import annotations

import pytest
from archive import ANSWERS, AUDITOR, IN_TWO_VOLUMES, NUMBERS, PRESIDENT

from rmdocs.folders import read
from rmdocs.identifiers import DisposalNumber
from rmdocs.registers.disposals import DisposalRegister, DisposalStatus
from rmdocs.registers.holds import Held
from rmdocs.registers.index import Index
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import read_folder
from rmdocs.store.git import GitBranch
from rmdocs.store.vault import Vault
from rmdocs.workspace import disposition, records


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


FIRST, SECOND, _ = NUMBERS
DISPOSAL = DisposalNumber(year=2032, serial=1)
APPEND, DESTROY = (GitBranch, "append"), (Vault, "destroy")
PUT, CLEANSE = (Index, "put"), (Index, "cleanse")
STEPS = (
    APPEND,  # the approval
    APPEND,  # tombstones in one volume
    APPEND,  # tombstones in the other
    *[DESTROY] * 3,
    *[PUT, CLEANSE] * 3,  # the index, a volume at a time: who approves reads all anew
    CLEANSE,
    CLEANSE,
    APPEND,  # the certificate
)


class Killed(BaseException):
    """Nothing in the program catches this."""


class Killer:
    """Kills when that many of the steps that change anything are done."""

    def __init__(self, monkeypatch, after):
        self.seen = []
        for owner, name in dict.fromkeys(STEPS):
            monkeypatch.setattr(owner, name, self._wrap(owner, name, after))

    def _wrap(self, owner, name, after):
        real = getattr(owner, name)

        def step(*arguments, **named):
            if len(self.seen) == after:
                raise Killed
            self.seen.append((owner, name))
            return real(*arguments, **named)

        return step


def kill(archive, monkeypatch, after):
    """Approve the disposal and be killed on the way."""
    with monkeypatch.context() as patched:
        Killer(patched, after)
        with pytest.raises(Killed):
            disposition.approve(archive.by(AUDITOR), DISPOSAL)


def untouched(archive):
    """Return the records whose key is there, and those that have a tombstone."""
    store = archive.at().store
    readable = {number for number in IN_TWO_VOLUMES if store.vault.holds(number)}
    buried = {
        number
        for number in IN_TWO_VOLUMES
        if read_folder(store.require_head(number.volume.ref), number).tombstone is not None
    }
    return readable, buried


def test_the_steps_are_these_in_this_order(pending, monkeypatch):
    killer = Killer(monkeypatch, len(STEPS))
    disposition.approve(pending.by(AUDITOR), DISPOSAL)
    assert tuple(killer.seen) == STEPS


@pytest.mark.parametrize("after", range(len(STEPS)))
def test_a_kill_between_two_steps_is_finished_by_approving_again(pending, monkeypatch, after):
    kill(pending, monkeypatch, after)
    readable, buried = untouched(pending)
    assert set(IN_TWO_VOLUMES) - readable <= buried
    # To an auditor it is an unfinished disposal, and nothing else.
    assert pending.codes() <= {"DISPOSED-UNCERTIFIED", "KEY-REMAINS"}
    done = disposition.approve(pending.by(PRESIDENT), DISPOSAL)
    assert done.status is DisposalStatus.CERTIFIED
    assert untouched(pending) == (set(), set(IN_TWO_VOLUMES))
    disposal = DisposalRegister(head=pending.at().registry.control).get(DISPOSAL)
    assert disposal.certificate.done == tuple(map(str, sorted(IN_TWO_VOLUMES)))
    assert [event.kind for event in disposal.events] == ["propose", "approve", "certify"]
    assert pending.codes() == set()
    list(records.find(pending.at(), Query()))
    assert ANSWERS[0].encode() not in pending.indexed()
    assert ANSWERS[2].encode() in pending.indexed()


def test_what_came_under_a_hold_meanwhile_is_left_out(pending, monkeypatch):
    kill(pending, monkeypatch, 2)  # one volume has its tombstones, the other not yet
    _, buried = untouched(pending)
    [late] = set(IN_TWO_VOLUMES) - buried
    pending.hold(Held.record(str(late)))
    done = disposition.approve(pending.by(AUDITOR), DISPOSAL)
    assert done.certificate.done == tuple(map(str, sorted(buried)))
    assert done.certificate.left_out == ((str(late), "DISPOSAL-HELD"),)
    assert records.show(pending.at(), late).status == "closed"
    assert pending.codes() == set()
    report = disposition.disposals(pending.at())
    assert len(report.rows) == 3


def test_what_was_amended_meanwhile_is_left_out(pending, monkeypatch, call_back):
    kill(pending, monkeypatch, 1)  # approved, nothing more
    corrected = read(pending.bank.write(call_back["record"], "amended.json"))
    records.amend(pending.by("JN01-0101"), FIRST, corrected, "更正")
    done = disposition.approve(pending.by(AUDITOR), DISPOSAL)
    assert done.certificate.left_out == ((str(FIRST), "DISPOSAL-CHANGED"),)
    assert records.show(pending.at(), FIRST).edition == 3
    assert records.show(pending.at(), SECOND).status == "disposed"
    assert pending.codes() == set()
