"""What acts and questions cost in a small store and in large ones.

    .venv/bin/python benchmarks/growth.py /var/tmp/growth --sizes 1000 10000 100000

A store of visits of two units is made for each size, in the folder that is named, and used
again; then each is put together (``store maintain``). What is measured is processor time and
time by the clock in a running process, each thing in the stores by turns, medians of rounds;
rows that grow with the store are told for a record. Read the ratios to the smallest store.
What proofs weigh in a store of ten millions is computed: nothing in one grows but its paths.
"""

import argparse
import itertools
import json
import os
import resource
import shutil
import statistics
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import load_web
from proofs import theirs

from rmdocs.files import File
from rmdocs.identifiers import RecordNumber
from rmdocs.registers.indexfile import Query
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.maintenance import holdings
from rmdocs.store.prooffile import Proof, ProofChain
from rmdocs.workspace import due, proving, records, store, storefiles
from rmdocs.workspace.opening import open_workspace
from rmdocs.workspace.places import CACHE_VARIABLE, STORE_PATH

SERIAL = itertools.count(1)
ACTOR = "JN01-0101"
CUSTOMER_WORDS = "第7次"
SAMPLE = 200
"""Records whose proofs are weighed, spread over the store."""
LARGE = {"records": 10_000_000, "volume": 80_000, "control": 4_000_000}
"""A store that is not made: eight acts for each of the 10,000 numbers of a volume; of control
four million acts, as of volumes, people, keys, copies and disposals in all its years."""


class Grown:
    """A store of one size, opened by somebody who issues and asks."""

    def __init__(self, root, size):
        self.size = size
        self.bank = load_web.made(root, size)
        self.root = self.bank.root
        self.sample = self.bank.sample("RXD7200-02-JN01")
        self.work = self.bank.opened(ACTOR, datetime.now(UTC))
        (first,) = records.find(self.work, Query(unit="JN01", form="RXD7200-02"), most=1)
        self.number, self.uscc = first.number, first.uscc
        store.verify(self.work)
        [self.document, *_] = records.export(self.work, RecordNumber.parse(self.number))
        self.proof = proving.prove(self.work, self.document).file
        self.keys = proving.trusted(self.work)

    def issue(self):
        record = load_web.visit(self.sample, int(time.time() * 1000) % 10**8 + next(SERIAL))
        file = File(name="a.json", data=json.dumps(record).encode())
        (outcome,) = records.issue(self.work, [file]).outcomes
        assert outcome.number is not None, outcome.findings

    def trace(self):
        assert records.trace(self.work, self.number).findings == ()

    def find(self):
        assert len(list(records.find(self.work, Query(uscc=self.uscc), most=20))) == 20

    def words(self):
        assert list(records.find(self.work, Query(text=CUSTOMER_WORDS), most=20))

    def newest(self):
        query = Query(unit="JN01", form="RXD7200-02")
        assert len(list(records.find(self.work, query, most=20, latest_first=True))) == 20

    def prove(self):
        assert proving.prove(self.work, self.number)

    def judge(self):
        assert proving.judge(self.document, self.proof, self.keys).ok

    def judge_elsewhere(self):
        assert theirs.judge(self.document.data, self.proof.data, self.keys.data)

    def proofs(self):
        """Return the proofs of records from all over the store."""
        found = records.find(self.work, Query(form="RXD7200-02"))
        some = itertools.islice(found, 0, None, max(self.size // SAMPLE, 1))
        return [proving.prove(self.work, one.number).file.data for one in some]

    def due(self):
        due.what_is_due(self.work, due.Wanted(within=7))

    def since_last(self):
        assert store.verify(self.work, since=store.LAST).ok

    def rebuild(self):
        """Read all anew into an index elsewhere."""
        before = os.environ.get(CACHE_VARIABLE)
        with TemporaryDirectory() as cache:
            os.environ[CACHE_VARIABLE] = cache
            with open_workspace(self.root, None) as work:
                assert records.count_of(work, Query()) >= self.size
        if before is None:
            del os.environ[CACHE_VARIABLE]
        else:
            os.environ[CACHE_VARIABLE] = before


ONCE = ("issue", "trace", "find", "newest", "prove", "judge", "judge_elsewhere", "since_last")
GROWING = ("words", "due", "rebuild")


def measured(act):
    """Return processor time and time by the clock, in seconds, children's too."""
    begun, clock = spent(), time.perf_counter()
    act()
    return spent() - begun, time.perf_counter() - clock


def spent():
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def timed(stores, name, rounds):
    """Return the medians of processor time in each store, taken by turns."""
    took = {one.size: [] for one in stores}
    for turn in range(rounds + 1):
        for one in stores:
            cpu, clock = measured(getattr(one, name))
            if turn:  # the first reads what later ones know
                took[one.size].append((cpu, clock))
    return {
        size: tuple(statistics.median(part) for part in zip(*found, strict=True))
        for size, found in took.items()
    }


def maintained(folder, size):
    """Put a copy of a store together; return seconds, bytes a record before and after."""
    copy = folder / f"{size}-copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder / str(size), copy)
    path = copy / STORE_PATH
    before = holdings(path)
    with open_workspace(copy, None) as work:
        cpu, clock = measured(lambda: storefiles.maintain(work))
    after = holdings(path)
    shutil.rmtree(copy)
    return cpu, clock, before.bytes / size, after.bytes / size


def grown(data):
    """Return a proof as long as it would be in the large store, where its paths are longer."""
    proof = Proof.parse(data)
    chain = ProofChain.parse(proof.extra, Checkpoint.parse(proof.note).size)
    path, register = (
        (bytes(32),) * (LARGE[name] - 1).bit_length() for name in ("volume", "control")
    )
    return replace(proof, path=path, extra=replace(chain, register=register).to_bytes()).to_bytes()


def weighed(stores):
    """Print how many bytes proofs have in each store, and would have in the large one."""
    print("\n| bytes of a proof | median | least | most |")
    for one in stores:
        proofs = one.proofs()
        bytes_of(f"{one.size:,} records", proofs)
    bytes_of(f"{LARGE['records']:,} records, computed", map(grown, proofs))


def bytes_of(name, proofs):
    sizes = list(map(len, proofs))
    told = (statistics.median(sizes), min(sizes), max(sizes))
    print(f"| {name} | {' | '.join(f'{size:,.0f}' for size in told)} |", flush=True)


def row(name, values, unit):
    base = next(iter(values.values()))
    cells = [f"{value * 1000:.3g} {unit}" for value in values.values()]
    ratios = [f"{value / base:.2f}" for value in list(values.values())[1:]]
    print(f"| {name} | {' | '.join(ratios)} | {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", nargs="+", choices=(*ONCE, *GROWING), default=(*ONCE, *GROWING))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    load_web.BATCH = 2_000
    stores = [Grown(options.folder / str(size), size) for size in options.sizes]
    print(f"| processor time | {' | '.join(f'{size:,}' for size in options.sizes)} |")
    packed = {size: maintained(options.folder, size) for size in options.sizes}
    for one in stores:
        storefiles.maintain(one.work)
    for name in filter(options.only.__contains__, ONCE):
        found = timed(stores, name, options.rounds)
        row(name, {size: cpu for size, (cpu, _) in found.items()}, "ms")
        row(f"{name}, by the clock", {size: clock for size, (_, clock) in found.items()}, "ms")
    for name in filter(options.only.__contains__, GROWING):
        found = timed(stores, name, 3 if name != "rebuild" else 1)
        row(f"{name}, a record", {size: cpu / size for size, (cpu, _) in found.items()}, "ms")
    if "prove" in options.only:
        weighed(stores)
    row("maintain, a record", {size: one[0] / size for size, one in packed.items()}, "ms")
    for size, (_, clock, before, after) in packed.items():
        print(f"{size:,}: {before:,.0f} bytes a record, then {after:,.0f}; {clock:.1f} s")


if __name__ == "__main__":
    main()
