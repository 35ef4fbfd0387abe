"""What every store does, in git and in memory alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sealing import Desk, sound

from rmdocs.errors import ConflictError, StoreError
from rmdocs.events.facts import Unknown
from rmdocs.store import merkle
from rmdocs.store.checking import examine_ledger
from rmdocs.store.checkpoint import LedgerKeys, verify
from rmdocs.store.commits import walk_commits
from rmdocs.store.event import Actor
from rmdocs.store.git import GitStore
from rmdocs.store.keys import SigningKey
from rmdocs.store.memory import MemoryStore
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile

KINDS = {"git": GitStore.create, "memory": lambda _path: MemoryStore()}


@pytest.fixture(params=sorted(KINDS))
def desk(request, tmp_path):
    path = tmp_path / "store"
    return Desk(path, KINDS[request.param](path))


def test_what_was_sealed_can_be_read(desk, ref, noon):
    receipt = desk.append(desk.new_event(1))
    head = desk.store.require_head(ref)
    assert head.commit == receipt.commit
    assert head.checkpoint == receipt.checkpoint
    assert head.checkpoint.origin == "rmdocs/records/RXD7200-02/JN01/2026/1"
    assert verify(head.note, desk.ledger_key.public) == head.checkpoint
    assert head.read("00/00/01/record.json") == b'{"n":1}'
    assert head.read("00/00/02/record.json") is None
    assert head.read("00/00") is None
    assert head.read("series.json/x") is None
    assert head.list("00/00/01") == ["editions", "events", "record.json"]
    assert head.list("nowhere") == []
    assert head.list("series.json") == []
    assert [path for path, _ in head.walk("00/00/01/editions")] == ["00/00/01/editions/e1.docx"]
    assert dict(head.walk()).keys() == {
        "00/00/01/record.json",
        "00/00/01/editions/e1.docx",
        "00/00/01/events/000000-issue.json",
        "ledger/checkpoint",
        "ledger/tile/0/000.p/1",
        "series.json",
    }
    (event,) = head.events("00/00/01")
    assert (event,) == receipt.events
    assert (event.time, event.reason, event.previous) == (noon, "新签", None)
    leaf = head.read("00/00/01/events/000000-issue.json")
    assert leaf == event.to_bytes()
    assert head.checkpoint.root == merkle.leaf_hash(leaf)


def test_refs_have_ledgers_of_their_own(desk, ref, noon):
    control = NewEvent(
        facts=Unknown(name="found"),
        subject="store",
        directory="founding",
        files=(NewFile(path="founding/a.json", data=b"{}", media_type="x/y"),),
    )
    first = desk.append(control, ref=CONTROL_REF, state={})
    second = desk.append(desk.new_event(1, relied_on=first.checkpoint), ref=ref)
    assert second.events[0].relied_on == first.checkpoint
    assert second.events[0].index == 0
    assert desk.store.refs() == [CONTROL_REF, ref]
    assert sound(desk, ref) == sound(desk, CONTROL_REF) == []


def test_events_of_one_call_land_together_a_hundred_a_commit(desk, ref):
    receipt = desk.append(*(desk.new_event(serial) for serial in range(1, 252)))
    assert [event.index for event in receipt.events] == list(range(251))
    assert [event.previous and event.previous.size for event in receipt.events] == (
        [None] * 100 + [100] * 100 + [200] * 51
    )
    commits = list(walk_commits(desk.store.objects, receipt.commit, oldest_first=True))
    assert [len(commit.parents) for commit in commits] == [0, 1, 1]
    assert commits[::-1] == list(walk_commits(desk.store.objects, receipt.commit))
    assert sound(desk, ref) == []
    assert examine_ledger(desk.store.head(ref), LedgerKeys.of(desk.ledger_key.public)).files == 502


def test_tail_of_the_ledger_alone_is_rewritten(desk, ref):
    desk.append(*(desk.new_event(serial) for serial in range(1, 258)))
    before = desk.store.require_head(ref)
    assert before.list("ledger/tile/0") == ["000", "001.p"]
    desk.append(desk.new_event(300))
    changed = sorted(desk.store.require_head(ref).changed_since(before.commit))
    assert changed == [
        "00/03/00/editions/e1.docx",
        "00/03/00/events/000257-issue.json",
        "00/03/00/record.json",
        "ledger/checkpoint",
        "ledger/tile/0/001.p/1",
        "ledger/tile/0/001.p/2",
        "series.json",
    ]
    assert sound(desk, ref) == []


@pytest.mark.parametrize(
    "files",
    [
        ("00/00/01/record.json",),
        ("00/00/01",),
        ("00/00/01/record.json/more",),
        ("00/00/01/events",),
        ("series.json/x",),
    ],
)
def test_what_is_sealed_is_never_replaced(desk, ref, files):
    before = desk.append(desk.new_event(1))
    new_event = desk.new_event(
        2, files=tuple(NewFile(path=path, data=b"new", media_type="x/y") for path in files)
    )
    with pytest.raises(ConflictError, match="stays as it is"):
        desk.append(new_event)
    assert desk.store.require_head(ref).commit == before.commit
    assert sound(desk, ref) == []


@pytest.mark.parametrize(
    "path",
    [
        "record.json",
        "/",
        "/a/b",
        "a//b",
        "a/../b",
        "a/./b",
        "a/.git/b",
        "a/git~1",
        "a/b\n",
        "a/b ",
        "a/b:c",
        "a\\b/c",
        "a/b.lock",
        "ledger/checkpoint",
        "ledger/x/y",
        "00/events/000000-x.json",
    ],
)
def test_no_file_is_sealed_out_of_place(desk, path):
    with pytest.raises(ValueError, match=r"."):
        desk.append(desk.new_event(1, files=(NewFile(path=path, data=b"x", media_type="x/y"),)))


def test_calls_that_no_program_should_make_are_refused(desk, ref, noon):
    other = SigningKey.generate("other")
    wrong = [
        {"state": {"00": b"x", "a/b": b""}},
        {"state": {"ledger": b"x"}},
        {"time": datetime(2026, 3, 2)},
        {"time": noon.replace(microsecond=5)},
        {"key": other},
    ]
    for parts in wrong:
        with pytest.raises(ValueError, match=r"."):
            desk.append(desk.new_event(1), **parts)
    for new_events in (
        [],
        [desk.new_event(1), desk.new_event(1)],
        [desk.new_event(1, facts=Unknown(name="Issue/.."))],
    ):
        with pytest.raises(ValueError, match=r"."):
            desk.append(*new_events)
    for name in ("refs/heads/other", "refs/heads/records/../control", "refs/heads/records/a.lock"):
        with pytest.raises(ValueError, match=r"."), desk.store.locked(name):
            pass
    assert desk.store.refs() == []


def test_clock_that_went_back_is_refused(desk, ref, noon):
    desk.append(desk.new_event(1))
    with pytest.raises(StoreError, match="clock"):
        desk.append(desk.new_event(2), time=noon - timedelta(seconds=1))
    desk.append(desk.new_event(2), time=noon)


def test_names_cannot_break_out_of_a_commit(desk, ref):
    actor = Actor(
        staff_no="JN01-0101", name="王 <x@y>\nparent 伟", fingerprint=desk.key.fingerprint
    )
    receipt = desk.append(
        desk.new_event(1), actor=actor, subject_line="a\n\nb", trailers={"A": "x\ny"}
    )
    (commit,) = walk_commits(desk.store.objects, receipt.commit)
    assert commit.author == "王 x@y parent 伟"
    assert commit.trailers == (("A", "x"), ("A", "y"))
    assert commit.subject_line == "a b"
    assert commit.signer == desk.key.public


def test_empty_store_holds_nothing(desk, ref, noon):
    assert desk.store.refs() == []
    assert desk.store.head(ref) is None
    assert desk.store.head_before(ref, noon) is None
    with pytest.raises(StoreError, match="missing from the store"):
        desk.store.require_head(ref)
    with desk.store.locked(ref) as branch:
        assert branch.head is None
        with pytest.raises(StoreError, match="missing from the store"):
            branch.require_head()


def test_ref_is_read_as_it_stood_before_a_moment(desk, ref, noon):
    first = desk.append(desk.new_event(1))
    second = desk.append(desk.new_event(2), time=noon + timedelta(hours=1))
    found = [desk.store.head_before(ref, noon + timedelta(hours=hours)) for hours in (0, 1, 2)]
    assert [head and head.commit for head in found] == [None, first.commit, second.commit]
    assert desk.store.require_head(ref).knows(first.commit)
    assert not desk.store.require_head(ref).knows("0" * 40)


def test_writers_of_one_process_lose_nothing(desk, ref):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda serial: desk.append(desk.new_event(serial)), range(1, 13)))
    head = desk.store.require_head(ref)
    assert head.checkpoint.size == 12
    assert all(head.read(desk.new_event(serial).files[0].path) for serial in range(1, 13))
    assert sound(desk, ref) == []


def test_both_seal_the_same_events_as_the_same_bytes(tmp_path, ref, noon):
    git = Desk(tmp_path / "store", GitStore.create(tmp_path / "store"))
    memory = replace(git, store=MemoryStore())
    for desk in (git, memory):
        desk.issue(1, 3)
        desk.append(*(desk.new_event(serial) for serial in range(4, 300)))
    one, other = (desk.store.require_head(ref) for desk in (git, memory))
    assert (one.commit, one.note) == (other.commit, other.note)
    assert dict(one.walk()) == dict(other.walk())


def test_copy_in_memory_is_written_on_apart_from_its_source(desk, ref):
    desk.append(
        NewEvent(facts=Unknown(name="found"), subject="store", directory="founding"),
        ref=CONTROL_REF,
    )
    [*_, last] = desk.issue(1, 3)
    copy = replace(desk, store=MemoryStore.copy(desk.store))
    assert copy.store.refs() == desk.store.refs()
    assert sound(copy, ref) == sound(copy, CONTROL_REF) == []
    copy.issue(4, 4)
    assert desk.store.require_head(ref).commit == last.commit
    assert copy.store.require_head(ref).knows(last.commit)
    desk.issue(4, 5)
    assert copy.store.require_head(ref).checkpoint.size == 4
    assert sound(desk, ref) == sound(copy, ref) == []
