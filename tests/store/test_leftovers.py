"""What an act wrote and did not finish is gone when it ends; a killed one's, when the next begins.

Otherwise what filled the disk would keep it full, for all who write to it.
"""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from rmdocs.errors import StoreError
from rmdocs.events.facts import Unknown
from rmdocs.store import maintenance, refs
from rmdocs.store.git import GitStore
from rmdocs.store.objectwriter import MOST_LOOSE
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile
from rmdocs.store.strays import strays

OTHER = "refs/heads/records/RXD7200-02/JN02/2026/1"
WITNESS = "refs/witness/audit"
MANY = 2 * MOST_LOOSE

KILLED = """
import os, signal, sys
from pathlib import Path
from rmdocs.store.git import GitStore
from rmdocs.store.protocol import NewFile

store = GitStore.open(Path(sys.argv[1]))
with store.locked(sys.argv[2]) as branch:
    for number in range(int(sys.argv[3])):
        data = os.urandom(100)
        branch.keep(NewFile(path=f"a/{number}", data=data, media_type="text/plain"))
    if sys.argv[4] == "swap":
        os.link(branch._lock.scratch / "spool.pack", branch._lock.scratch / "ref")
        lock = store.path / f"{sys.argv[2]}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        os.link(branch._lock.scratch / "ref", lock)
    if sys.argv[4] == "half":
        move = Path.replace
        def stop(self, to):
            move(self, to) if self.suffix == ".pack" else os.kill(os.getpid(), signal.SIGKILL)
        Path.replace = stop
        branch._begun.flush(packed=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
"""A batch that is killed while it lays down files, places their pack, or moves its ref."""


@pytest.fixture
def left(desk):
    """Return what lies where acts write before anything counts."""
    return lambda: sorted(
        path.relative_to(desk.path).as_posix()
        for part in ("rmdocs/partial", "objects", "refs")
        for path in (desk.path / part).rglob("*")
        if path.is_file()
    )


def kept(branch, number):
    directory = f"00/{number // 100:02d}/{number % 100:02d}"
    file = NewFile(path=f"{directory}/f", data=os.urandom(500), media_type="text/plain")
    return NewEvent(
        directory=directory,
        facts=Unknown(name="issue"),
        subject=f"N-{number}",
        kept=(branch.keep(file),),
        files=(),
    )


@contextmanager
def full(size):
    """Let every file end at ``size`` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def killed(desk, ref, how="batch"):
    words = [sys.executable, "-c", KILLED, str(desk.path), ref, str(MANY), how]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL


# Within what is laid down, in the last buffer of it, in the index of the pack.
@pytest.mark.parametrize("size", [0, 100, 20_000, 60_000])
def test_a_full_disk_is_told_and_left_as_it_was(desk, left, size):
    def issue():
        with desk.store.locked(CONTROL_REF) as branch:
            desk.append_to(branch, *(kept(branch, number) for number in range(MANY)))

    with full(size), pytest.raises(StoreError, match="the store cannot be written"):
        issue()
    assert left() == []
    issue()


def test_the_index_of_a_pack_that_finds_the_disk_full_takes_all_with_it(desk, left, monkeypatch):
    def no_room(path, _data):
        path.write_bytes(b"half")
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("rmdocs.store.spool.write_synced", no_room)
    with pytest.raises(StoreError, match="the disk is full"):
        desk.append(desk.new_event(1))
    assert left() == []


@pytest.mark.parametrize("ref", [CONTROL_REF, OTHER])
def test_what_is_broken_off_leaves_nothing(desk, left, ref):
    with pytest.raises(KeyboardInterrupt), desk.store.locked(ref) as branch:  # noqa: PT012
        for number in range(MANY):
            kept(branch, number)
        assert [path for path in left() if path.endswith("spool.pack")]
        raise KeyboardInterrupt
    assert left() == []


@pytest.mark.parametrize("how", ["batch", "half", "swap"])
def test_what_was_killed_is_cleared_by_an_act_in_any_other_volume(desk, left, how):
    killed(desk, OTHER, how)
    suffix = "spool.idx" if how == "half" else "spool.pack"
    assert [path for path in left() if path.endswith(suffix)]
    assert list(strays(desk.path)) == []
    # The disk is as full as it can be when the act begins.
    with desk.store.locked(CONTROL_REF):
        assert left() == []


def test_a_witness_that_was_killed_is_cleared_too(desk, left):
    with refs.locked(desk.path, WITNESS) as lock:
        name = lock.scratch.name
    scratch = desk.path / "rmdocs" / "partial" / name
    scratch.mkdir()
    (scratch / "spool.pack").write_bytes(b"PACK")
    desk.append(desk.new_event(1))
    assert not scratch.exists()


def test_what_was_killed_is_cleared_by_maintenance(desk, left):
    desk.append(desk.new_event(1))
    killed(desk, OTHER)
    maintenance.maintain(desk.path)
    assert [path for path in left() if "partial" in path] == []


def test_what_others_are_writing_stays(desk, left):
    with desk.store.locked(OTHER) as branch:
        new_events = [kept(branch, number) for number in range(MANY)]
        desk.append(desk.new_event(1), ref=CONTROL_REF)
        maintenance.maintain(desk.path)
        desk.append_to(branch, *new_events)
    assert GitStore.open(desk.path).require_head(OTHER).checkpoint.size == MANY


def test_what_is_nobodys_here_stays(desk):
    strange = desk.path / "rmdocs" / "partial" / "strange"
    strange.mkdir()
    (strange / "notes.txt").write_text("mine", encoding="utf-8")
    desk.append(desk.new_event(1))
    assert (strange / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_maintenance_that_fails_leaves_nothing(desk, left):
    desk.issue(1, 3)
    before = left()
    with full(10), pytest.raises(StoreError):
        maintenance.maintain(desk.path)
    assert left() == before


def test_maintenance_that_is_broken_off_leaves_nothing(desk, left):
    def broken_off(_done, _total):
        raise KeyboardInterrupt

    desk.issue(1, 3)
    before = left()
    with pytest.raises(KeyboardInterrupt):
        maintenance.maintain(desk.path, progress=broken_off)
    assert left() == before


def test_the_lock_of_a_ref_excludes_others_also_after_it_was_cleared(desk):
    killed(desk, OTHER)
    with desk.store.locked(CONTROL_REF), desk.store.locked(OTHER):
        path = desk.path / "rmdocs" / "locks" / "records+RXD7200-02+JN02+2026+1"
        handle = os.open(path, os.O_RDWR)
        with pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(handle)
