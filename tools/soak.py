"""Many processes issue into one series at once, and are killed at random instants.

Run by ``make soak``; the test of concurrency runs the same with fewer. A worker
is a process of its own that prints a number once it is acknowledged; a number
that was printed and is not in the store afterwards would be a lost record.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rmdocs import canonical
from rmdocs.beginning import SAMPLE, begin
from rmdocs.findings import has_errors
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber, StaffNumber, Volume
from rmdocs.workspace import records, store
from rmdocs.workspace.opening import Workspace
from rmdocs.workspace.places import STORE_PATH

FORM = "RXD7200-01"
VOLUME = Volume.parse(f"{FORM}/JN01/2026/1")
_BEGUN = datetime(2026, 1, 5, 9, tzinfo=UTC)
_NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
_STARTING = 120.0
"""The longest, in seconds, until every worker has issued its first record."""


class LostError(AssertionError):
    """The store does not hold what it must."""


def require(condition: object, told: object) -> None:
    """Go on only if ``condition`` holds.

    :raises LostError: telling ``told``.
    """
    if not condition:
        raise LostError(told)


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run did.

    :param acknowledged: numbers a process was told. :param records: numbers the store holds.
    :param slowest: the longest a write took right after a kill, in seconds.
    """

    processes: int
    kills: int
    acknowledged: int
    records: int
    seconds: float
    slowest: float = 0.0
    median: float = 0.0

    def __str__(self) -> str:
        pace = self.records / self.seconds
        told = (
            f"{self.processes} processes, {self.kills} kills: {self.acknowledged} numbers "
            f"acknowledged, {self.records} in the store, {pace:.1f} records/s"
        )
        if self.kills:
            told += (
                f"; the write after a kill took {self.median * 1000:.0f} ms (median), "
                f"{self.slowest * 1000:.0f} ms (longest)"
            )
        return told


def make(root: Path) -> None:
    """Make the sample workspace everybody issues into."""
    begin(root, sample=True, now=_BEGUN)


class Writer:
    """Issues records into the series, each with a contract number of its own.

    :param name: distinguishes this writer's records from all others'.
    """

    def __init__(self, root: Path, name: str) -> None:
        self._sample = json.loads((SAMPLE / f"{FORM}-JN01.json").read_bytes())
        self._sample.pop("stages")
        actor = StaffNumber.parse(self._sample["record"]["prepared_by"]["staff_no"])
        self.workspace = Workspace(root, actor, lambda: _NOW)
        self._source = root / f"{name}.json"
        self._name = name

    def issue(self, count: int) -> tuple[str, str]:
        """Issue record ``count``; return its number and its contract number."""
        value = copy.deepcopy(self._sample)
        contract = value["record"]["content"]["contract_no"] = f"{self._name}-{count}"
        self._source.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        outcome = records.issue(self.workspace, [read(self._source)]).outcomes[0]
        require(outcome.number and not outcome.already, list(map(str, outcome.findings)))
        return str(outcome.number), contract


def work(root: Path, name: str, count: int) -> None:
    """Issue ``count`` records, telling each number as soon as it is acknowledged."""
    writer = Writer(root, name)
    with writer.workspace:
        for done in range(count):
            number, contract = writer.issue(done)
            # One write: a line is there whole or not at all, whenever the kill comes.
            os.write(1, f"{number} {contract}\n".encode())


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    told: Path

    @classmethod
    def start(cls, root: Path, name: str, count: int) -> _Worker:
        told = root / f"{name}.told"
        command = [sys.executable, __file__, "--worker", str(root), name, str(count)]
        with told.open("wb") as output:
            return cls(subprocess.Popen(command, stdout=output), told)

    @property
    def lines(self) -> list[str]:
        return self.told.read_text(encoding="utf-8").splitlines()

    def wait(self) -> None:
        require(self.process.wait() == 0, f"a worker failed: {self.told.name}")


def together(root: Path, processes: int, each: int) -> Figures:
    """Let ``processes`` issue ``each`` records at once, nobody killed; check the store."""
    begun = time.monotonic()
    workers = [_Worker.start(root, f"together{place}", each) for place in range(processes)]
    for worker in workers:
        worker.wait()
    seconds = time.monotonic() - begun
    told = [line for worker in workers for line in worker.lines]
    require(len(told) == processes * each, f"{len(told)} numbers were acknowledged")
    records = check(root, told)
    require(records == len(told), f"{records} records in the store, {len(told)} acknowledged")
    return Figures(processes, 0, len(told), records, seconds)


def killing(root: Path, processes: int, kills: int, seed: int) -> Figures:
    """Kill one of ``processes`` again and again while all issue; check the store.

    After each kill another writer issues one record, against those that still
    run. Who was killed is replaced at once.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    workers: list[_Worker] = []
    told: list[str] = []
    waited: list[float] = []
    after = Writer(root, "after")
    with after.workspace, _ended(workers):
        workers += [_Worker.start(root, f"first{place}", 10**6) for place in range(processes)]
        begun = time.monotonic()
        for kill in range(kills):
            busy = _busy(workers)
            time.sleep(chance.uniform(0.0, 0.15))
            victim = chance.choice(busy)
            victim.process.kill()
            victim.process.wait()
            moment = time.monotonic()
            told.append(" ".join(after.issue(kill)))
            waited.append(time.monotonic() - moment)
            told += victim.lines
            workers[workers.index(victim)] = _Worker.start(root, f"kill{kill}", 10**6)
    told += [line for worker in workers for line in worker.lines]
    seconds = time.monotonic() - begun
    # All were killed at last; the store must take the next record all the same.
    last = Writer(root, "last")
    with last.workspace:
        told.append(" ".join(last.issue(0)))
    records = check(root, told)
    # Each that was killed may have sealed one record it could not tell any more.
    most = len(told) + kills + processes
    require(records <= most, f"{records} records in the store, {len(told)} acknowledged")
    waited.sort()
    return Figures(
        processes,
        kills + processes,
        len(told),
        records,
        seconds,
        max(waited, default=0.0),
        waited[len(waited) // 2] if waited else 0.0,
    )


def _busy(workers: list[_Worker]) -> list[_Worker]:
    """Return the workers that are past their start; wait for the first of them."""
    deadline = time.monotonic() + _STARTING
    while True:
        require(time.monotonic() < deadline, "no worker issues anything")
        for worker in workers:
            require(worker.process.poll() is None, f"a worker failed: {worker.told.name}")
        if busy := [worker for worker in workers if worker.told.stat().st_size]:
            return busy
        time.sleep(0.02)


@contextlib.contextmanager
def _ended(workers: list[_Worker]) -> Iterator[None]:
    """Kill whoever still runs at the end, at whatever they are doing."""
    try:
        yield
    finally:
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.process.wait()


def check(root: Path, told: list[str]) -> int:
    """Return how many records the series holds, having checked that all is as it must be.

    :raises LostError: if a number is missing, given twice, or names another
        record than was acknowledged; if the store or git finds an error.
    """
    with Workspace(root, None, lambda: _NOW) as workspace:
        return _checked(workspace, root, told)


def _checked(workspace: Workspace, root: Path, told: list[str]) -> int:
    result = store.verify(workspace)
    require(not has_errors(result.findings), list(map(str, result.findings)))
    head = workspace.store.require_head(VOLUME.ref)
    given: int = canonical.decode(head.read("series.json") or b"")["given"]
    numbers = [line.split(" ", 1)[0] for line in told]
    require(len(set(numbers)) == len(numbers), "a number was acknowledged twice")
    contracts = {}
    for serial in range(1, given + 1):
        number = RecordNumber(series=VOLUME.series, serial=serial)
        record = canonical.decode(head.read(f"{number.directory}/record.json") or b"{}")
        contracts[str(number)] = record["content"]["contract_no"]
    require(len(set(contracts.values())) == given, "a record was issued twice")
    for line in told:
        number, contract = line.split(" ", 1)
        found = contracts.get(number)
        require(found == contract, f"{number} was acknowledged for {contract}, holds {found}")
    fsck = subprocess.run(
        ["git", "-C", str(root / STORE_PATH), "fsck", "--full", "--strict", "--no-dangling"],
        capture_output=True,
        text=True,
        check=False,
    )
    require(not fsck.returncode and "error" not in fsck.stderr, fsck.stdout + fsck.stderr)
    return given


def main() -> None:
    """Run it all in a directory that is thrown away afterwards."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worker", nargs=3, metavar=("ROOT", "NAME", "COUNT"))
    parser.add_argument("--processes", type=int, default=16)
    parser.add_argument("--each", type=int, default=25, help="records a process, first part")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7200)
    given = parser.parse_args()
    if given.worker:
        root, name, count = given.worker
        work(Path(root), name, int(count))
        return
    with tempfile.TemporaryDirectory(prefix="rmdocs-soak-") as directory:
        root = Path(directory) / "together"
        make(root)
        print(together(root, given.processes, given.each), flush=True)
        root = Path(directory) / "killing"
        make(root)
        print(killing(root, given.processes, given.kills, given.seed), flush=True)
    print("no gap, no number twice, every acknowledged record there; verify and git fsck clean")


if __name__ == "__main__":
    main()
