"""Finding records, and that the index is a cache that may be lost at any time."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import replace
from multiprocessing import get_context

import pytest

from rmdocs.errors import StoreError
from rmdocs.files import File
from rmdocs.identifiers import RecordNumber
from rmdocs.registers.index import _KEPT_BY
from rmdocs.registers.indexfile import Query, conditions_of, connect
from rmdocs.workspace import records
from rmdocs.workspace.opening import open_workspace


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


ALL = [f"RXD7200-{form:02d}-{unit}-2026-0001" for form in (1, 2, 3, 4) for unit in ("JN01", "YT03")]
JINAN, YANTAI = ALL[::2], ALL[1::2]

QUERIES = {
    "everything": (Query(), ALL),
    "customer": (Query(customer="岱岳"), JINAN),
    "USCC": (Query(uscc="91370602MA3DEM035E"), YANTAI),
    "USCC in small letters": (Query(uscc="91370602ma3dem035e"), YANTAI),
    "form": (Query(form="RXD7200-04"), ALL[6:]),
    "unit": (Query(unit="JN01"), JINAN),
    "year": (Query(year=2026), ALL),
    "another year": (Query(year=2025), []),
    "manager by number": (Query(rm="YT03-0301"), YANTAI),
    "manager by name": (Query(rm="王样例"), JINAN),
    "closed": (Query(status="closed"), [ALL[0], ALL[2], ALL[6]]),
    "void": (Query(status="voided"), []),
    "from": (Query(first="2026-11-18"), [ALL[1], ALL[3], ALL[5]]),
    "to": (Query(last="2026-03-02"), [ALL[0], ALL[4]]),
    "one day": (Query(first="2026-09-14", last="2026-09-14"), [ALL[6]]),
    "word": (Query(text="数控车间"), [ALL[2]]),
    "word of a stage": (Query(text="跟进设备贷款"), [ALL[2]]),
    "two words": (Query(text="走访 岱岳"), [ALL[2], ALL[4]]),
    "number": (Query(text="04-YT03"), [ALL[7]]),
    "small letters": (Query(text="jk2026"), [ALL[7]]),
    "nothing": (Query(text="无此字样"), []),
    "quotes": (Query(text="' OR 1=1 --"), []),
    "wildcards": (Query(customer="%"), []),
    "several": (Query(unit="JN01", status="closed", form="RXD7200-01"), [ALL[0]]),
    "one's own": (Query(own=("YT03-0301", "YT03")), YANTAI),
    "one's own of another": (Query(own=("JN01-0102", "JN01")), []),
    "done in a quarter": (Query(done_from="2026-04-01", done_until="2026-06-30"), [ALL[2]]),
    "signed paper": (Query(scanned_since="2026-01-01"), []),
    "refused": (Query(refused_to="JN01-0101"), []),
    "standing": (Query(standing_only=True, unit="YT03"), YANTAI),
    "contradiction": (Query(unit="JN01", customer="海葵"), []),
}


def numbers(bank, query):
    return [row.number for row in records.find(bank.at(), query)]


@pytest.mark.parametrize(("query", "expected"), QUERIES.values(), ids=QUERIES)
def test_finds(shared_bank, query, expected):
    assert numbers(shared_bank, query) == expected


@pytest.mark.parametrize(("query", "expected"), QUERIES.values(), ids=QUERIES)
def test_counts_and_goes_on_from_anywhere(shared_bank, query, expected):
    work = shared_bank.at()
    assert records.count_of(work, query) == len(expected)
    for skip in range(0, len(expected) + 1, 3):
        found = [one.number for one in records.find(work, query, skip=skip, most=3)]
        assert found == expected[skip : skip + 3]


@pytest.mark.parametrize(
    "query",
    [
        Query(refused_to="JN01-0101"),
        Query(rm="JN01-0101", scanned_since="2026-01-01"),
        Query(done_from="2026-04-01", done_until="2026-06-30"),
        Query(asked_only=True),
        Query(due="2036-12-31"),
        Query(uscc="91370602MA3DEM035E", form="RXD7200-02"),
    ],
)
def test_what_every_page_asks_goes_through_no_other_records(query):
    conditions, values = conditions_of(query)
    question = f"SELECT number FROM records WHERE {' AND '.join(conditions)}"  # noqa: S608 - fixed names
    with closing(connect(None)) as made:
        plan = [row[-1] for row in made.execute(f"EXPLAIN QUERY PLAN {question}", values)]
    assert all(" USING " in step for step in plan), plan


_IN_ORDER, _NEWEST = "form, unit, year, serial", "date DESC, serial DESC, form, unit, year, serial"


@pytest.mark.parametrize(
    ("query", "order"),
    [
        (Query(), _IN_ORDER),
        (Query(form="RXD7200-02"), _IN_ORDER),
        (Query(form="RXD7200-02", unit="JN01"), _IN_ORDER),
        (Query(uscc="91370602MA3DEM035E"), _IN_ORDER),
        (Query(form="RXD7200-02", unit="JN01"), _NEWEST),
    ],
)
def test_the_first_of_many_are_found_without_sorting_all(query, order):
    conditions, values = conditions_of(query)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    question = f"SELECT number FROM records{where} ORDER BY {order} LIMIT 20"  # noqa: S608 - fixed names
    with closing(connect(None)) as made:
        plan = [row[-1] for row in made.execute(f"EXPLAIN QUERY PLAN {question}", values)]
    assert "USING INDEX" in plan[0]
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan


def test_what_stands_the_latest_first(full_bank):
    def found():
        query = Query(uscc="91370602MA3DEM035E", standing_only=True)
        return [one.number for one in records.find(full_bank.at(), query, latest_first=True)]

    dates = {one.number: (one.date, one.serial) for one in records.find(full_bank.at(), Query())}
    before = found()
    assert before == sorted(YANTAI, key=lambda number: dates[number], reverse=True)
    full_bank.void(RecordNumber.parse(before[0]), "YT03-0301", "YT03-0001")
    assert found() == before[1:]


def test_kinds_and_counts_of_volumes(shared_bank):
    work = shared_bank.at()
    everything = list(records.find(work, Query()))
    assert work.index.kinds(Query()) == sorted({(one.form, one.revision) for one in everything})
    assert work.index.kinds(Query(form="RXD7200-02", unit="XX99")) == []
    assert work.index.counted() == Counter(one.volume for one in everything)


def test_built_anew_answers_the_same(full_bank):
    before = list(records.find(full_bank.at(), Query()))
    for file in full_bank.index_files():
        file.unlink()
    assert list(records.find(full_bank.at(), Query())) == before


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 100])
def test_damaged_is_built_anew(full_bank, damage):
    before = list(records.find(full_bank.at(), Query()))
    full_bank.close()
    [file] = full_bank.index_files()
    file.write_bytes(damage)
    assert list(records.find(full_bank.at(), Query())) == before


def test_keeps_up_with_what_another_did(full_bank, visit):
    one, other = full_bank.at(), full_bank.at()
    list(records.find(one, Query()))
    visit["record"]["content"]["visit"]["topic"] = "又一次"
    from datetime import date

    number = full_bank.issue(visit, date(2026, 12, 1))
    full_bank.void(number, "JN01-0101", "JN01-0001")
    for workspace in (one, other):
        [row] = records.find(workspace, Query(status="voided"))
        assert (row.number, row.subject) == (str(number), "又一次")


def test_forgets_a_volume_that_is_gone(full_bank):
    list(records.find(full_bank.at(), Query()))
    full_bank.git("update-ref", "-d", "refs/heads/records/RXD7200-02/YT03/2026/1")
    assert numbers(full_bank, Query(form="RXD7200-02")) == [ALL[2]]


def test_builds_anew_where_history_was_replaced(full_bank):
    list(records.find(full_bank.at(), Query()))
    ref = "refs/heads/records/RXD7200-02/JN01/2026/1"
    full_bank.git("update-ref", ref, f"{ref}~2")
    [row] = records.find(full_bank.at(), Query(form="RXD7200-02", unit="JN01"))
    assert (row.edition, row.status) == (1, "issued")


def test_what_was_just_issued_stands_there_as_it_is_read_from_the_store(bank):
    """Also what was issued together, in one act; the next who asks reads nothing."""
    samples = [bank.sample(f"RXD7200-0{form}-JN01") for form in (1, 2, 3, 4)]
    spaced = bank.sample("RXD7200-02-JN01")
    spaced["record"]["content"]["visit"]["topic"] = "  两端有空格  "
    for sample in samples:
        del sample["stages"]
    for batch, again in ([*samples, spaced], False), ([samples[1], spaced], True):
        work = bank.at("JN01-0101")
        file = File(name="batch.json", data=json.dumps(batch).encode())
        result = records.issue(work, [file], again=again)
        assert [one.findings for one in result.outcomes if one.number is None] == []
    assert sum(work.index.counted().values()) == 7
    kept = [*dumped(work)]
    list(records.find(work, Query()))
    assert [*dumped(work)] == kept
    bank.close()
    for file in bank.index_files():
        file.unlink()
    work = bank.at()
    list(records.find(work, Query()))
    assert sorted(dumped(work)) == sorted(kept)


def dumped(work):
    """Yield every row of the index."""
    with closing(connect(work.index.path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - its own
                yield (table, *map(str, row))


@pytest.mark.parametrize("table", _KEPT_BY)
def test_forgetting_a_record_goes_through_no_others(table):
    question = f"DELETE FROM {table} WHERE {_KEPT_BY[table]} = ?"  # noqa: S608 - fixed names
    with closing(connect(None)) as made:
        plan = [row[-1] for row in made.execute(f"EXPLAIN QUERY PLAN {question}", ("",))]
    assert all(step.startswith("SEARCH") for step in plan), plan


def test_whoever_waits_is_told_how_far_reading_is(full_bank):
    for file in full_bank.index_files():
        file.unlink()
    told = []
    with open_workspace(full_bank.root, None, reading=lambda *steps: told.append(steps)) as work:
        list(records.find(work, Query()))
    assert told[0] == (0, len(ALL))
    assert told[-1] == (len(ALL), len(ALL))
    assert told == sorted(told)
    told.clear()
    with open_workspace(full_bank.root, None, reading=lambda *steps: told.append(steps)) as work:
        list(records.find(work, Query()))
    assert told == []


def test_what_others_read_is_what_is_read_alone(full_bank):
    """The same rows, and also where nobody else could do a piece."""
    kept = []
    for executor in (None, ProcessPoolExecutor(1, mp_context=get_context("spawn")), Ended()):
        full_bank.close()
        for file in full_bank.index_files():
            file.unlink()
        with open_workspace(full_bank.root, None) as work:
            work.index.helped = lambda _count, executor=executor: nullcontext(executor)
            list(records.find(work, Query()))
            kept.append(sorted(dumped(work)))
        if executor is not None:
            executor.shutdown()
    assert len(kept[0]) > len(ALL)
    assert kept[0] == kept[1] == kept[2]


class Ended(Executor):
    """Processes that are no longer there."""

    def submit(self, *_work, **_named):
        raise RuntimeError


class Lying(ThreadPoolExecutor):
    """Another machine, which says something else of what it reads."""

    def __init__(self, lie):
        super().__init__(1)
        self.lie = lie

    def at_home(self):
        return None

    def submit(self, read, /, piece):
        return super().submit(lambda: self.lie(read(piece)))


def renamed(found):
    entries = [
        replace(one, record=replace(one.record, customer="济南虚构")) for one in found.entries
    ]
    return replace(found, entries=tuple(entries))


@pytest.mark.parametrize(
    "lie",
    [
        renamed,
        lambda found: replace(found, entries=()),
        lambda found: replace(found, entries=found.entries * 2),
        lambda found: replace(found, entries=(), gone=(found.entries[0].record.number,)),
        lambda found: replace(
            found, entries=(), unreadable=(RecordNumber.parse(found.entries[0].record.number),)
        ),
    ],
)
def test_what_another_machine_read_and_is_not_so_is_not_entered(full_bank, lie):
    full_bank.close()
    for file in full_bank.index_files():
        file.unlink()
    with open_workspace(full_bank.root, None) as work, Lying(lie) as executor:
        work.index.helped = lambda _count: nullcontext(executor)
        with pytest.raises(StoreError, match="said something else"):
            list(records.find(work, Query()))
        assert work.index.count(Query()) == 0
