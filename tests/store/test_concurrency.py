"""Many processes, one ref: nothing is lost, nothing doubled, whoever is killed."""

import os
import random
import signal
import subprocess
import sys
import time
from concurrent import futures
from pathlib import Path

import pytest

import rmdocs
from rmdocs.store.checking import examine_ledger
from rmdocs.store.checkpoint import LedgerKeys
from rmdocs.store.history import history_check
from rmdocs.store.protocol import ledger_origin

pytestmark = pytest.mark.long

ROOT = Path(rmdocs.__file__).parents[1]

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from rmdocs.events.facts import Unknown
from rmdocs.store.event import Actor
from rmdocs.store.git import GitStore
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import NewEvent, NewFile

store, ref, keys, name, count = sys.argv[1:]
key, ledger_key = (SigningKey.load(Path(keys) / f"{owner}.key") for owner in ("actor", "ledger"))
opened = GitStore.open(Path(store))
for turn in range(int(count)):
    with opened.locked(ref) as branch:
        serial = branch.head.checkpoint.size + 1 if branch.head else 1
        directory = f"00/{serial // 100:02d}/{serial % 100:02d}"
        content = f"{name}-{turn}".encode() * 2000
        file = NewFile(path=f"{directory}/record.json", data=content, media_type="x/y")
        facts = Unknown(name="issue")
        new = NewEvent(facts=facts, subject=f"N-{serial}", directory=directory, files=(file,))
        branch.append(
            [new],
            actor=Actor(staff_no="JN01-0101", name="王伟", fingerprint=key.fingerprint),
            key=key,
            ledger_key=ledger_key,
            time=datetime(2026, 3, 2, tzinfo=UTC),
            subject_line=f"Issue N-{serial}",
            trailers={"Number": f"N-{serial}"},
            state={"series.json": str(serial).encode()},
        )
    print(serial, f"{name}-{turn}", flush=True)
"""


@pytest.fixture
def start(desk, ref, tmp_path):
    """Start a writer process; kill what is left at the end."""
    keys = tmp_path / "keys"
    keys.mkdir()
    desk.key.save(keys / "actor.key")
    desk.ledger_key.save(keys / "ledger.key")
    started = []

    def run(name, count):
        words = [sys.executable, "-c", WRITER, desk.path, ref, keys, name, count]
        process = subprocess.Popen(
            [str(word) for word in words], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def assert_whole(desk, ref, acknowledged):
    """Assert that the ref is sound and holds every acknowledged act once."""
    head = desk.store.require_head(ref)
    report = examine_ledger(head, LedgerKeys.of(desk.ledger_key.public), ledger_origin(ref))
    assert report.findings == ()
    assert history_check(desk.store.objects, head.commit) == []
    stored = {
        int(event.subject[2:]): head.read(event.files[0].path)[: 2000 * 20]
        for event in report.events
    }
    assert list(stored) == list(range(1, len(stored) + 1))
    for serial, text in acknowledged:
        assert stored[serial].startswith(text.encode() * 2)


def test_eight_processes_lose_no_update(desk, ref, start):
    processes = [start(f"w{number}", 6) for number in range(8)]
    acknowledged = []
    for process in processes:
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        for line in output.splitlines():
            serial, text = line.split()
            acknowledged.append((int(serial), text))
    assert sorted(serial for serial, _ in acknowledged) == list(range(1, 49))
    assert_whole(desk, ref, acknowledged)
    assert len(desk.store.require_head(ref).list("")) == 3


def test_killed_writers_lose_nothing_and_block_nobody(desk, ref, start):
    chance = random.Random(7)  # noqa: S311 - which instants are tried, no secret
    acknowledged = []
    for turn in range(12):
        process = start(f"k{turn}", 10_000)
        first = process.stdout.readline()
        time.sleep(chance.uniform(0, 0.03))
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        for line in [first, *rest.splitlines(keepends=True)]:
            if line.endswith("\n"):
                serial, text = line.split()
                acknowledged.append((int(serial), text))
        began = time.monotonic()
        after = start(f"a{turn}", 1)
        serial, text = after.communicate(timeout=60)[0].split()
        assert time.monotonic() - began < 5
        acknowledged.append((int(serial), text))
    assert_whole(desk, ref, acknowledged)
    assert "error" not in desk.git("fsck", "--full", "--strict", "--no-dangling")
    assert not list(desk.path.glob("refs/**/*.lock"))


@pytest.mark.parametrize("step", ["link", "replace"])
def test_lock_left_by_a_killed_holder_is_cleared_at_once(desk, ref, step):
    """Killed with the ref locked, before or after the ref moved."""
    desk.issue(1, 2)
    child = os.fork()
    if child == 0:
        kill_at(step, ref)
        desk.append(desk.new_event(3))
        os._exit(1)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    moved = step == "replace"
    assert (desk.path / f"{ref}.lock").exists() != moved
    began = time.monotonic()
    receipt = desk.append(desk.new_event(4))
    assert time.monotonic() - began < 1
    assert receipt.events[0].index == 2 + moved
    assert not (desk.path / f"{ref}.lock").exists()
    assert list((desk.path / "rmdocs" / "partial").rglob("*.*")) == []
    assert_whole_indexes(desk, ref)


def kill_at(step, ref):
    """Have this process killed right after it links or renames the ref's lock."""
    real_link, real_replace = os.link, Path.replace

    def link(source, target):
        real_link(source, target)
        os.kill(os.getpid(), signal.SIGKILL)

    def replace(self, target):
        real_replace(self, target)
        if str(target).endswith(ref):
            os.kill(os.getpid(), signal.SIGKILL)

    if step == "link":
        os.link = link
    else:
        Path.replace = replace


def assert_whole_indexes(desk, ref):
    head = desk.store.require_head(ref)
    report = examine_ledger(head, LedgerKeys.of(desk.ledger_key.public), ledger_origin(ref))
    assert report.findings == ()
    assert history_check(desk.store.objects, head.commit) == []


def test_foreign_lock_that_follows_a_kill_is_left_alone(desk, ref, monkeypatch):
    """What the killed holder staged is not the lock that is there now."""
    from rmdocs.errors import ConflictError
    from rmdocs.store import refs

    monkeypatch.setattr(refs, "PATIENCE", 0.05)
    desk.issue(1, 1)
    with refs.locked(desk.path, ref) as held:
        scratch = held.scratch
    scratch.mkdir()
    (scratch / "ref").write_text("0" * 40)
    lock = desk.path / f"{ref}.lock"
    lock.write_text("0" * 40)
    with pytest.raises(ConflictError):
        desk.issue(2, 2)
    assert lock.exists()


def test_writers_of_different_refs_do_not_wait_for_each_other(desk, ref):
    other = ref.replace("JN01", "JN02")
    with desk.store.locked(ref):
        desk.append(desk.new_event(1), ref=other)
    assert desk.store.require_head(other).checkpoint.size == 1


@pytest.mark.parametrize("wait", [0, 0.3])
def test_who_waits_long_for_another_act_is_told_once(desk, ref, monkeypatch, wait):
    from rmdocs.store import refs

    monkeypatch.setattr(refs, "SILENCE", 0.1)
    told = []
    desk.store.waiting = lambda: told.append(ref)
    with futures.ThreadPoolExecutor() as pool:
        with desk.store.locked(ref):
            other = pool.submit(desk.issue, 1, 1)
            time.sleep(wait)
        other.result()
    time.sleep(0.15)
    assert told == ([ref] if wait else [])
