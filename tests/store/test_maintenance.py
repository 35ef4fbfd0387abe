"""Maintenance puts together what a store holds, beside writers, and loses nothing when killed."""

from __future__ import annotations

import fcntl
import os
import random
import signal
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plaingit import loosened
from sealing import sound

from rmdocs.errors import ConflictError, MissingProgramError, StoreError
from rmdocs.store import maintenance
from rmdocs.store.maintenance import (
    MANY_PACKS,
    _joined,
    begin,
    holdings,
    is_due,
    maintain,
)
from rmdocs.store.objects import ObjectReader
from rmdocs.store.spool import DROPPING
from rmdocs.store.strays import strays

pytestmark = pytest.mark.long


def stored(path):
    """Return every object that git finds, by name."""
    told = subprocess.run(
        ["git", "-C", path, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(told.stdout.split())


def assert_whole(desk, ref, names):
    """All is there, for git and for us, and nothing lies about."""
    assert stored(desk.path) == names
    reader = ObjectReader(desk.path)
    for name in names:
        reader.read(name)
    reader.close()
    told = desk.git("fsck", "--full", "--strict", "--no-dangling").splitlines()
    assert [line for line in told if not line.startswith("notice: HEAD")] == []
    assert "garbage: 0" in desk.git("count-objects", "-v")
    assert sound(desk, ref) == []


@pytest.fixture
def written(desk, ref):
    """A store of single acts and of a batch."""
    desk.issue(1, 6)
    desk.append(*(desk.new_event(serial) for serial in range(7, 60)))
    return desk


def test_all_is_there_in_one_pack_that_takes_less_room(written, ref):
    names, before = stored(written.path), holdings(written.path)
    maintain(written.path)
    after = holdings(written.path)
    assert (before.packs, after.loose, after.packs) == (7, 0, 1)
    assert list((written.path / "rmdocs/partial/maintenance").iterdir()) == []
    assert after.bytes < before.bytes
    assert_whole(written, ref, names)


def test_the_store_may_be_named_from_where_one_is(written, ref, monkeypatch):
    names = stored(written.path)
    monkeypatch.chdir(written.path.parent)
    maintain(Path(written.path.name))
    assert holdings(written.path).loose == 0
    assert_whole(written, ref, names)


def test_git_that_is_stopped_leaves_all_as_it_is(written, monkeypatch, tmp_path):
    (tmp_path / "git").write_text("#!/bin/sh\nkill -9 $$\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    before = listed(written.path)
    with pytest.raises(StoreError, match="git was stopped"):
        maintain(written.path)
    assert listed(written.path) == before


def test_a_second_time_changes_nothing(written):
    maintain(written.path)
    before = listed(written.path)
    maintain(written.path)
    assert listed(written.path) == before


def listed(path):
    return {
        file.relative_to(path): (file.stat().st_mtime_ns, file.stat().st_ino)
        for file in (path / "objects").rglob("*")
        if file.is_file()
    }


def test_what_nothing_refers_to_stays(written, ref):
    unreferred = written.git("hash-object", "-w", "--stdin", data=b"of a lost race").strip()
    names = stored(written.path)
    maintain(written.path)
    assert unreferred in names
    assert_whole(written, ref, names)


def test_whoever_reads_goes_on_reading(written, ref):
    head = written.store.require_head(ref)
    before = list(head.walk())
    maintain(written.path)
    written.issue(60, 61)
    maintain(written.path)
    for path, _ in before:
        assert head.read(path) is not None
    assert sound(written, ref) == []


def test_it_goes_on_beside_writers(desk, ref):
    desk.issue(1, 1)
    done = threading.Event()

    def maintaining():
        while not done.is_set():
            maintain(desk.path)

    beside = threading.Thread(target=maintaining)
    beside.start()
    receipts = desk.issue(2, 40)
    done.set()
    beside.join()
    assert len({one.commit for one in receipts}) == 39
    maintain(desk.path)
    assert_whole(desk, ref, stored(desk.path))
    assert desk.store.require_head(ref).checkpoint.size == 40


class TestKilled:
    """With SIGKILL, at each step that changes a file, and at moments of chance."""

    STEPS = (
        *(("rename", time) for time in (1, 2)),
        *(("fsync", time) for time in (1, 2, 4)),
        *(("unlink", time) for time in (1, 2, 3, 4, 9, 30)),
    )

    @pytest.mark.strace
    def test_at_each_step(self, desk, ref):
        serial = 1
        for call, step in self.STEPS:
            desk.append(*(desk.new_event(one) for one in range(serial, serial + 9)))
            desk.issue(serial + 9, serial + 9)
            serial += 10
            names = stored(desk.path)
            kill = f"inject={call}:signal=KILL:when={step}"
            words = ["strace", "-o", os.devnull, "-e", f"trace={call}", "-e", kill]
            code = subprocess.run([*words, *PROGRAM, desk.path], check=False).returncode
            assert code == -signal.SIGKILL, (call, step)
            assert stored(desk.path) == names, (call, step)
            assert list(strays(desk.path)) == [], (call, step)
        maintain(desk.path)
        assert_whole(desk, ref, names)
        assert listed(desk.path).keys() == {
            file.relative_to(desk.path) for file in (desk.path / "objects/pack").iterdir()
        }

    @pytest.mark.parametrize("part", [0, 1, 30, 45, 46, 60])
    def test_while_it_noted_what_to_drop(self, written, part):
        """The note is there in part: what it names whole may be all that it was to name."""
        names = stored(written.path)
        [pack, *_] = (written.path / "objects/pack").glob("*.pack")
        note = written.path / "rmdocs/partial/maintenance" / DROPPING
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(f"{pack.stem}\n{pack.stem}"[:part])
        maintain(written.path)
        assert stored(written.path) == names
        assert not note.exists()

    @pytest.mark.soak
    def test_at_moments_of_chance_beside_a_writer(self, desk, ref):
        chance = random.Random(5)  # noqa: S311 - for times, not secrets
        serial = 1
        for _ in range(200):
            running = subprocess.Popen([*PROGRAM, desk.path])
            desk.append(*(desk.new_event(one) for one in range(serial, serial + 40)))
            desk.issue(serial + 40, serial + 40)
            serial += 41
            time.sleep(chance.uniform(0, 0.25))
            running.send_signal(signal.SIGKILL)
            running.wait()
        assert desk.store.require_head(ref).checkpoint.size == serial - 1
        maintain(desk.path)
        assert_whole(desk, ref, stored(desk.path))


PROGRAM = [sys.executable, "-m", maintenance.__name__]


class TestRefused:
    @pytest.mark.parametrize("where", ["loose", "pack"])
    def test_where_an_object_is_damaged_all_stays_as_it_is(self, written, where):
        pattern = "pack/*.pack" if where == "pack" else "[0-9a-f][0-9a-f]/*"
        written.git("hash-object", "-w", "--stdin", data=b"to be put together" * 9)
        spoiled = min((written.path / "objects").glob(pattern))
        whole = bytearray(spoiled.read_bytes())
        for at in range(len(whole) // 2, len(whole) // 2 + 4):
            whole[at] ^= 255
        spoiled.unlink()
        spoiled.write_bytes(whole)
        before = listed(written.path)
        with pytest.raises(StoreError, match="damaged or missing"):
            maintain(written.path)
        assert listed(written.path) == before

    def test_another_content_under_a_name_replaces_no_good_copy(self, written):
        """The pack's copy is another's content: the loose one, which is right, stays."""
        names = stored(written.path)
        maintain(written.path)
        loose = written.git("hash-object", "-w", "--stdin", data=b"right").strip()
        other = written.git("hash-object", "-w", "--stdin", data=b"wrong").strip()
        base = written.path / "objects"
        (base / loose[:2] / loose[2:]).chmod(0o644)
        (base / loose[:2] / loose[2:]).write_bytes((base / other[:2] / other[2:]).read_bytes())
        before = listed(written.path)
        with pytest.raises(StoreError, match="damaged or missing"):
            maintain(written.path)
        assert listed(written.path) == before
        assert names <= stored(written.path)

    def test_while_it_is_being_done(self, written):
        maintain(written.path)
        with (written.path / "rmdocs/locks/maintenance").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(ConflictError, match="already"):
                maintain(written.path)

    def test_without_git(self, written, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(MissingProgramError, match="git is not installed"):
            maintain(written.path)

    def test_where_there_is_no_store(self, tmp_path):
        with pytest.raises(StoreError, match="no records store"):
            maintain(tmp_path)


def test_a_store_without_the_folder_of_packs_is_put_together(desk, ref):
    desk.issue(1, 1)
    names = stored(desk.path)
    loosened(desk.path, next(iter(names)))
    (desk.path / "objects/pack").rmdir()
    maintain(desk.path)
    assert_whole(desk, ref, names)


def test_a_pack_that_somebody_keeps_is_left_alone(written, ref):
    kept = min((written.path / "objects/pack").glob("*.pack"))
    kept.with_suffix(".keep").touch()
    names = stored(written.path)
    maintain(written.path)
    assert kept.is_file()
    assert_whole(written, ref, names)


def test_an_index_over_packs_that_go_goes_with_them(written, ref):
    written.git("repack", "-d")
    written.git("multi-pack-index", "write", "--bitmap", check=False)
    written.append(*(written.new_event(serial) for serial in range(60, 200)))
    written.git("multi-pack-index", "write")
    names = stored(written.path)
    maintain(written.path)
    assert not list((written.path / "objects/pack").glob("multi-pack-index*"))
    assert_whole(written, ref, names)


def test_no_setting_nor_hook_of_the_store_or_of_the_environment_is_heeded(
    written, ref, tmp_path, monkeypatch
):
    mark = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    config = written.path / "config"
    for name in ("core.fsmonitor", "core.alternateRefsCommand", "gc.recentObjectsHook"):
        written.git("config", name, str(program))
    written.git("config", "pack.windowMemory", "1")
    written.git("config", "core.bigFileThreshold", "1")
    hooks = written.path / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-auto-gc", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(program.read_text())
        (hooks / name).chmod(0o755)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "pack.packSizeLimit")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "1")
    monkeypatch.setenv("GIT_TRACE", str(mark))
    before = config.read_bytes()
    maintain(written.path)
    assert not mark.exists()
    assert config.read_bytes() == before
    assert holdings(written.path).packs == 1


COUNTS = st.lists(st.integers(1, 10_000), max_size=40).map(sorted)


@given(counts=COUNTS)
def test_each_pack_is_at_least_twice_the_one_before_and_no_other_is_joined(counts):
    joined = _joined(counts)
    left = sorted([sum(counts[:joined]), *counts[joined:]] if joined else counts)
    assert all(two >= 2 * one for one, two in pairwise(left))
    if all(two >= 2 * one for one, two in pairwise(counts)):
        assert joined == 0


def test_what_a_thousand_acts_write_is_written_again_some_times_at_most():
    counts, moved = [], 0
    for _ in range(1000):
        counts = sorted([*counts, 50])
        joined = _joined(counts)
        moved += sum(counts[:joined])
        counts = sorted([sum(counts[:joined]), *counts[joined:]] if joined else counts)
        assert len(counts) <= 11
    assert moved / 50_000 < 10


class TestByItself:
    def test_it_is_due_where_packs_or_loose_objects_are_many(self, written):
        assert not is_due(written.path)
        some = min((written.path / "objects/pack").glob("*.pack"))
        for number in range(MANY_PACKS):
            os.link(some, some.with_name(f"pack-{number:040}.pack"))
        assert is_due(written.path)
        for number in range(MANY_PACKS):
            some.with_name(f"pack-{number:040}.pack").unlink()
        (written.path / "objects/17").mkdir(exist_ok=True)
        for number in range(16):
            (written.path / f"objects/17/{number:038}").touch()
        assert is_due(written.path)

    def test_a_store_that_is_gone_is_not_due(self, tmp_path):
        assert not is_due(tmp_path)

    def test_another_process_does_it_and_nobody_waits(self, written, ref):
        names = stored(written.path)
        began = time.monotonic()
        begin(written.path)
        assert time.monotonic() - began < 1
        begin(written.path)
        (running,) = maintenance._begun
        running.wait(60)
        assert holdings(written.path).loose == 0
        assert_whole(written, ref, names)
