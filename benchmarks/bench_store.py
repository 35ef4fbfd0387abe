"""What sealing one document costs: three files, durable, against GitPython's index.

Run with ``make bench``, or alone: ``pytest -n 0 --benchmark-only benchmarks/bench_store.py``.
GitPython syncs nothing and signs nothing, and still its cost grows with the
store; ours does not.
"""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime

import git
import pytest

from rmdocs.events.facts import Unknown
from rmdocs.store.event import Actor
from rmdocs.store.git import GitStore
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import NewEvent, NewFile

REF = "refs/heads/records/RXD7200-02/JN01/2026/1"
SIZES = [0, 1_000, 5_000]
KEY = SigningKey.generate("bench")


def files(serial):
    """Return a record, a document and a rendition of realistic sizes."""
    directory = f"{serial // 10_000:02d}/{serial // 100 % 100:02d}/{serial % 100:02d}"
    noise = random.Random(serial).randbytes(20_000)
    return directory, (
        NewFile(
            path=f"{directory}/record.json",
            data=b'{"n":%d}' % serial * 200,
            media_type="application/json",
        ),
        NewFile(
            path=f"{directory}/editions/e1.docx",
            data=noise + b"document" * 1_500,
            media_type="application/zip",
        ),
        NewFile(
            path=f"{directory}/editions/e1.pdf",
            data=noise + b"rendition" * 3_000,
            media_type="application/pdf",
        ),
    )


def new_event(serial):
    directory, found = files(serial)
    facts = Unknown(name="issue")
    return NewEvent(facts=facts, subject=f"N-{serial}", directory=directory, files=found)


def append(store, serials):
    with store.locked(REF) as branch:
        branch.append(
            [new_event(serial) for serial in serials],
            actor=Actor(staff_no="JN01-0101", name="王伟", fingerprint=KEY.fingerprint),
            key=KEY,
            ledger_key=KEY,
            time=datetime(2026, 3, 2, tzinfo=UTC),
            subject_line="Issue",
            trailers={"Event": "issue"},
            state={"series.json": str(serials[-1]).encode()},
        )


@pytest.fixture(params=SIZES)
def size(request):
    return request.param


def test_store_one_document(benchmark, tmp_path, size):
    store = GitStore.create(tmp_path / "store")
    if size:
        append(store, range(size))
    serials = itertools.count(size)
    benchmark.pedantic(lambda: append(store, [next(serials)]), rounds=40, warmup_rounds=2)


@pytest.mark.parametrize("count", [10, 100, 1_000])
def test_store_a_batch(benchmark, tmp_path, count):
    """Divide by the batch's size for the cost of one document."""
    store = GitStore.create(tmp_path / "store")
    starts = itertools.count(0, count)

    def run():
        first = next(starts)
        append(store, range(first, first + count))

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)


def test_gitpython_index_one_document(benchmark, tmp_path, size):
    repository = git.Repo.init(tmp_path / "work")

    def add(serials):
        paths = []
        for serial in serials:
            for file in files(serial)[1]:
                path = tmp_path / "work" / file.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.data)
                paths.append(file.path)
        repository.index.add(paths)
        repository.index.commit("Issue")

    if size:
        add(range(size))
    serials = itertools.count(size)
    benchmark.pedantic(lambda: add([next(serials)]), rounds=10, warmup_rounds=1)
    repository.close()


def test_read_one_record(benchmark, tmp_path):
    """From opening the store to the record's events, in a store of 5,000."""
    store = GitStore.create(tmp_path / "store")
    append(store, range(5_000))
    append(store, [5_000])

    def read():
        head = GitStore.open(tmp_path / "store").require_head(REF)
        return head.read("00/50/00/record.json"), head.events("00/50/00")

    benchmark(read)
