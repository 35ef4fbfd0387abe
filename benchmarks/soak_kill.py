"""Kill writers at random instants, many times, and go through the store after each.

    python benchmarks/soak_kill.py --kills 500 --writers 3

Writers issue numbers on one ref until each is killed with SIGKILL. Whatever a
writer said was sealed must be there; the next writer must not wait.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rmdocs.events.facts import Unknown
from rmdocs.store.checking import examine_ledger
from rmdocs.store.checkpoint import LedgerKeys
from rmdocs.store.event import Actor
from rmdocs.store.git import GitStore
from rmdocs.store.history import history_check
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import NewEvent, NewFile, ledger_origin

REF = "refs/heads/records/RXD7200-02/JN01/2026/1"
ISSUE, NOTE = Unknown(name="issue"), Unknown(name="note")
SLOWEST_START = 30.0
"""Seconds until a writer must have sealed something after a kill."""


def write(path, key_path, name):
    """Issue numbers for ever; say each once it is sealed."""
    store, key = GitStore.open(path), SigningKey.load(key_path)
    for turn in range(10**9):
        with store.locked(REF) as branch:
            serial = branch.head.checkpoint.size + 1 if branch.head else 1
            directory = f"{serial // 10_000:02d}/{serial // 100 % 100:02d}/{serial % 100:02d}"
            text = f"{name}-{turn}"
            file = NewFile(
                path=f"{directory}/record.json", data=text.encode(), media_type="text/plain"
            )
            # Now and then a batch that goes into a pack.
            more = [
                NewEvent(facts=NOTE, subject=text, directory=f"{directory}/{extra}")
                for extra in range(80 * (turn % 7 == 6))
            ]
            branch.append(
                [
                    NewEvent(facts=ISSUE, subject=str(serial), directory=directory, files=(file,)),
                    *more,
                ],
                actor=Actor(staff_no="JN01-0101", name="王伟", fingerprint=key.fingerprint),
                key=key,
                ledger_key=key,
                time=datetime(2026, 3, 2, tzinfo=UTC),
                subject_line=f"Issue {serial}",
                trailers={},
                state={"series.json": str(serial).encode()},
            )
        print(directory, text, flush=True)


def soak(kills, writers, seed):
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as made:
        path, key_path = Path(made) / "store", Path(made) / "a.key"
        store, key = GitStore.create(path), SigningKey.generate("a")
        key.save(key_path)
        acknowledged = {}
        slowest = 0.0
        done = 0
        while done < kills:
            words = [sys.executable, __file__, "--write", path, key_path]
            running = [
                subprocess.Popen([*words, f"w{done + number}"], stdout=subprocess.PIPE, text=True)
                for number in range(min(writers, kills - done))
            ]
            began = time.monotonic()
            first = [process.stdout.readline() for process in running]
            slowest = max(slowest, time.monotonic() - began)
            for process, line in zip(running, first, strict=True):
                time.sleep(chance.uniform(0, 0.04))
                process.send_signal(signal.SIGKILL)
                for said in [line, *process.communicate()[0].splitlines(keepends=True)]:
                    if said.endswith("\n"):
                        directory, text = said.split()
                        acknowledged[directory] = text
            done += len(running)
            if done % 50 < writers or done >= kills:
                check(store, key, acknowledged)
                print(f"{done} kills, {len(acknowledged)} acknowledged, slowest {slowest:.2f} s")
        assert slowest < SLOWEST_START
        told = subprocess.run(
            ["git", "-C", path, "fsck", "--full", "--strict", "--no-dangling"],
            capture_output=True,
            text=True,
            check=True,
        )
        print(told.stderr.strip())


def check(store, key, acknowledged):
    head = store.require_head(REF)
    report = examine_ledger(head, LedgerKeys.of(key.public), ledger_origin(REF))
    found = [*report.findings, *history_check(store.objects, head.commit)]
    lost = [
        directory
        for directory, text in acknowledged.items()
        if head.read(f"{directory}/record.json") != text.encode()
    ]
    if found or lost:
        sys.exit(f"findings {found}, lost {lost}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--writers", type=int, default=2, help="at a time, on one ref")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        path, key_path, name = options.write
        write(Path(path), Path(key_path), name)
    else:
        soak(options.kills, options.writers, options.seed)


if __name__ == "__main__":
    main()
