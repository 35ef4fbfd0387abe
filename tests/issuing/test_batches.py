"""A batch that other processes check and render is the same to the byte; killing loses nothing."""

import copy
import json
import signal
import subprocess
import sys
import zlib
from concurrent.futures import Future
from dataclasses import replace
from datetime import date

import pytest
from bank import CALL_BACK, LATE, Bank
from elsewhere import Elsewhere, Killed

from rmdocs.beginning import SAMPLE
from rmdocs.errors import StoreError
from rmdocs.events.records import EditionFacts
from rmdocs.findings import error
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber, Volume
from rmdocs.issuing.batchrendering import NumberedRecord, RenderedRecord, rendered
from rmdocs.issuing.issue import issue_all
from rmdocs.messages import message
from rmdocs.rendering.compiled import printed_text
from rmdocs.store.objectwriter import deflated
from rmdocs.store.protocol import DeflatedFile, NewFile
from rmdocs.store.sealing import sealed_file
from rmdocs.store.vault import HEADER
from rmdocs.workspace import records, store
from rmdocs.workspace.recordfiles import check_files

RM = "JN01-0101"
VOLUME = Volume.parse("RXD7200-02/JN01/2026/1")
COUNT = 60


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


@pytest.fixture(scope="module")
def elsewhere():
    with Elsewhere() as executor:
        yield executor


def visits(count=COUNT):
    sample = json.loads((SAMPLE / "RXD7200-02-JN01.json").read_bytes())
    found = [copy.deepcopy(sample["record"]) for _ in range(count)]
    for place, one in enumerate(found, 1):
        one["content"]["visit"]["topic"] = f"第{place}次走访"
    return found


def issue(bank, values, **options):
    return records.issue(bank.at(RM), [read(bank.write(values))], **options)


def tip(bank):
    return bank.at().store.commit(VOLUME.ref)


def left(bank):
    """Return what lies where nobody is to see it yet."""
    return [path for path in (bank.store / "rmdocs" / "partial").rglob("*") if path.is_file()]


@pytest.fixture(scope="module")
def made_alone(once, founded):
    """Return the commit of a batch that one process made."""
    bank = Bank(once.copy(founded, "alone", lambda root: issue(Bank(root), visits()))[0])
    return tip(bank)


def test_a_batch_that_another_process_made_is_the_same_to_the_byte(bank, made_alone, elsewhere):
    told = []
    result = issue(
        bank,
        visits(),
        executor=elsewhere,
        checking=lambda *one: told.append(one),
        progress=lambda *one: told.append(one),
    )
    assert [str(one.number) for one in result.outcomes] == [
        f"RXD7200-02-JN01-2026-{serial:04d}" for serial in range(1, COUNT + 1)
    ]
    # The commit names all before it, and is signed over all that they hold.
    assert tip(bank) == made_alone
    assert told[-COUNT:] == [(done, COUNT) for done in range(1, COUNT + 1)]
    assert told[-COUNT - 1] == (COUNT, COUNT)
    assert store.verify(bank.at(), contents=True).findings == ()
    assert bank.git("fsck", "--full", "--strict") == ""
    assert left(bank) == []


@pytest.mark.parametrize("spared", [1, 4])
def test_a_killed_process_loses_and_doubles_nothing(bank, made_alone, spared):
    with Killed(spared) as executor:
        issue(bank, visits(), executor=executor)
    assert tip(bank) == made_alone


DIES = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from rmdocs.folders import read
from rmdocs.identifiers import StaffNumber
from rmdocs.workspace import records
from rmdocs.workspace.opening import Workspace

def die(done, _total):
    if done == 40:
        os.kill(os.getpid(), signal.SIGKILL)

work = Workspace(
    Path(sys.argv[1]), StaffNumber.parse(sys.argv[2]), lambda: datetime.fromisoformat(sys.argv[3])
)
records.issue(work, [read(Path(sys.argv[4]))], progress=die)
"""


def test_a_batch_that_was_killed_leaves_nothing_to_the_next_act(bank):
    path = bank.write(visits())
    words = [sys.executable, "-c", DIES, bank.root, RM, f"{LATE}T09:00:00+00:00", path]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert tip(bank) is None
    assert left(bank)
    [outcome] = issue(bank, visits(1)).outcomes
    assert str(outcome.number) == "RXD7200-02-JN01-2026-0001"
    assert left(bank) == []
    assert bank.codes() == set()


def unprintable(_name, document):
    """Refuse the second and the fourth visit."""
    text = printed_text(document)
    if "第2次走访" not in text and "第4次走访" not in text:
        return ()
    told = message("it cannot be printed")
    return (error("PRINT", "$", told, told),)


def issue_some(bank, executor=None, **options):
    work = bank.at(RM)
    checked = [one.checked for one in check_files(work, [read(bank.write(visits(5)))])]
    acting = work.acting()
    return issue_all(
        work.registry, checked, acting, printable=unprintable, executor=executor, **options
    )


def test_numbers_go_on_without_gaps_behind_what_cannot_be_printed(bank):
    told = []
    batch = issue_some(bank, skip_invalid=True, progress=told.append)
    assert [one.candidate.row for one in batch.issued] == [1, 3, 5]
    assert [one.number.serial for one in batch.issued] == [1, 2, 3]
    assert [one.candidate.row for one in batch.refused] == [2, 4]
    assert told == [1] * 5
    head = bank.at().store.require_head(VOLUME.ref)
    for one in batch.issued:
        [document] = (file for file in one.files if file.path.endswith(".docx"))
        assert str(one.number) in printed_text(head.read(document.path))
    assert store.verify(bank.at(), contents=True).findings == ()


def test_all_that_cannot_be_printed_is_told_at_once_and_nothing_is_left(bank):
    batch = issue_some(bank)
    assert [one.candidate.row for one in batch.refused] == [2, 4]
    assert batch.issued == ()
    assert tip(bank) is None
    assert left(bank) == []


def test_a_record_that_stands_twice_has_the_fate_of_the_first(bank):
    work = bank.at(RM)
    twice = [*visits(2), *visits(2)]
    checked = [one.checked for one in check_files(work, [read(bank.write(twice))])]
    batch = issue_all(
        work.registry, checked, work.acting(), printable=unprintable, skip_invalid=True
    )
    assert [(one.candidate.row, one.already) for one in batch.issued] == [(1, False), (3, True)]
    assert [one.candidate.row for one in batch.refused] == [2, 4]


def call_backs(count):
    sample = json.loads(CALL_BACK.read_bytes())["record"]
    found = [copy.deepcopy(sample) for _ in range(count)]
    for place, one in enumerate(found, 1):
        one["content"]["questions"][0]["answer"] = f"第{place}次答复"
    return found


def objects_of(pack):
    """Yield the contents of the objects in a pack that is being written."""
    rest = pack[12:]
    while rest:
        while rest[0] & 128:
            rest = rest[1:]
        inflater = zlib.decompressobj()
        content = inflater.decompress(rest[1:])
        if not inflater.eof:
            return
        rest = inflater.unused_data
        yield content


def test_what_must_be_destroyable_is_encrypted_before_it_lies_anywhere(personal_bank, elsewhere):
    lying = []

    def look(_done, _total):
        for path in left(personal_bank):
            lying.extend(objects_of(path.read_bytes()))

    values = call_backs(30)
    day = date.fromisoformat(values[0]["date"])
    work = personal_bank.at(values[0]["prepared_by"]["staff_no"], max(day, LATE))
    file = read(personal_bank.write(values))
    result = records.issue(work, [file], executor=elsewhere, progress=look)
    assert None not in [one.number for one in result.outcomes]
    assert lying
    assert all(data.startswith(HEADER) for data in lying)
    assert store.verify(personal_bank.at(), contents=True).findings == ()


def test_a_batch_that_is_refused_makes_no_keys(personal_bank):
    values = call_backs(2)
    work = personal_bank.at(values[0]["prepared_by"]["staff_no"], LATE)
    checked = [one.checked for one in check_files(work, [read(personal_bank.write(values))])]
    batch = issue_all(work.registry, checked, work.acting(), printable=refuse_second)
    assert len(batch.refused) == 1
    keys = personal_bank.root / "record-keys"
    assert [path for path in keys.rglob("*") if path.is_file()] == []


def refuse_second(name, _document):
    told = message("it cannot be printed")
    return (error("PRINT", "$", told, told),) if "0002" in name else ()


class Lying(Elsewhere):
    """Another machine, which says something else of the documents that it renders."""

    def __init__(self, lie):
        super().__init__()
        self.lie = lie

    def at_home(self):
        return None

    def submit(self, function, /, *given):
        future = super().submit(function, *given)
        result = future.result()
        if result and isinstance(result[0], RenderedRecord):
            future = Future()
            future.set_result(self.lie(result))
        return future


def damaged(file):
    """Return a file whose content is not what is said of it."""
    return replace(file, content=deflated("blob", b"another"))


def larger(file):
    """Return a file of which more comes than it says."""
    content = deflated("blob", bytes(10_000))
    return replace(file, content=replace(file.content, data=content.data))


def broken(file):
    return replace(file, content=replace(file.content, data=b"?"))


def astray(file):
    return replace(file, sealed=replace(file.sealed, path=f"series/{file.sealed.path}"))


def other(file):
    """Return a file that is sound, and another one."""
    new = NewFile(path=file.sealed.path, data=b"another", media_type=file.sealed.media_type)
    return DeflatedFile(sealed=sealed_file(new), content=deflated("blob", new.data))


def of_one(change):
    """Return a lie about one document of many."""
    return lambda made: [
        *made[:-1],
        replace(made[-1], deflated=tuple(map(change, made[-1].deflated))),
    ]


def of_all(change):
    return lambda made: [replace(one, deflated=tuple(map(change, one.deflated))) for one in made]


@pytest.mark.parametrize(
    "lie",
    [
        *map(of_one, (damaged, larger, broken, astray)),
        of_all(other),
        lambda made: [replace(one, deflated=()) for one in made],
        lambda made: made[:-1],
    ],
)
def test_what_another_machine_made_and_cannot_be_so_is_not_sealed(bank, lie):
    with Lying(lie) as executor, pytest.raises(StoreError, match="said something else"):
        issue(bank, visits(), executor=executor)
    assert tip(bank) is None
    assert left(bank) == []


def test_what_another_machine_made_and_is_so_is_sealed(bank, made_alone):
    with Lying(lambda made: made) as executor:
        issue(bank, visits(), executor=executor)
    assert tip(bank) == made_alone


def test_what_is_to_be_encrypted_comes_back_as_it_is_whatever_its_form(bank, elsewhere):
    work = bank.at(RM)
    [checked] = (one.checked for one in check_files(work, [read(bank.write(visits(1)))]))
    ready = checked.ready
    record = NumberedRecord(
        number=RecordNumber(series=ready.series, serial=1),
        release=ready.release,
        edition=EditionFacts(number=1, issued_on=LATE, pin="0", unit=ready.unit),
        record=ready.record,
        encrypted=True,
    )
    clear = replace(record, encrypted=False)
    # Records go in pieces, of which the last one is done here.
    several = (record, *[clear] * 25)
    [(_, hidden), (_, clear), *_] = rendered(work.registry, several, elsewhere)
    assert hidden.deflated == clear.files == ()
    [plain], [packed] = hidden.files, clear.deflated
    assert packed.content == deflated("blob", plain.data)
    assert packed.sealed == sealed_file(plain)
