"""The bundle of a year: one file, traced, proved and verified without the store."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from datetime import UTC, date, datetime, time
from threading import Thread

import pytest
from bank import refused_for

from rmdocs.errors import ConflictError, ControlError, StoreError, UsageError
from rmdocs.files import File
from rmdocs.identifiers import RecordNumber, StaffNumber
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.registers.series import known_volumes
from rmdocs.store.maintenance import maintained
from rmdocs.workspace import (
    keys,
    people,
    proving,
    records,
    registers,
    store,
    storefiles,
    witnessing,
)
from rmdocs.workspace.opening import open_bundle, open_workspace

OFFICER = "SD00-0004"
NEXT_YEAR = date(2027, 1, 4)
NUMBER = RecordNumber.parse("RXD7200-02-JN01-2026-0001")


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


@pytest.fixture
def closed_bank(full_bank, visit):
    """A workspace of which all series of 2026 are closed, and one of 2027 is begun."""
    for series in {one.series for one in known_volumes(full_bank.at().store.refs())}:
        registers.close_series(full_bank.at(OFFICER, NEXT_YEAR), series)
    visit["record"]["date"] = visit["record"]["content"]["log_date"] = str(NEXT_YEAR)
    visit["record"]["content"]["visit"]["date"] = str(NEXT_YEAR)
    for name in ("follow_ups", "commitments", "risk_signals"):
        visit["record"]["content"][name] = []
    for name in ("next_visit", "complaint", "beyond_authority"):
        visit["record"]["content"][name] = None
    full_bank.issue(visit, NEXT_YEAR)
    return full_bank


@pytest.fixture
def bundled(closed_bank, tmp_path):
    """The bundle of 2026, and what is left of the workspace: nothing."""
    file = tmp_path / "2026.bundle"
    storefiles.bundle(closed_bank.at(day=NEXT_YEAR), 2026, file)
    closed_bank.close()
    shutil.rmtree(closed_bank.root)
    file.chmod(0o600)  # nobody writes to it by accident; here somebody does
    return file


def opened(file):
    """Open the bundle, in the days after it was written."""
    return open_bundle(file, lambda: datetime.combine(NEXT_YEAR, time(12), UTC))


def test_it_tells_what_went_into_it(closed_bank, tmp_path):
    file, told = tmp_path / "2026.bundle", []
    work = closed_bank.at(day=NEXT_YEAR)
    found = storefiles.bundle(work, 2026, file, progress=lambda *steps: told.append(steps))
    assert (found.year, found.volumes, found.records) == (2026, 8, 8)
    data = file.read_bytes()
    assert (found.bytes, found.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert store.verify(closed_bank.at(day=NEXT_YEAR)).ok
    with pytest.raises(ConflictError):
        storefiles.bundle(work, 2026, file)
    assert file.read_bytes() == data
    assert [one.name for one in tmp_path.iterdir() if "bundle" in one.name] == [file.name]


@pytest.mark.parametrize("lost", ["one", "all", "cut"])
def test_a_year_that_is_not_whole_is_no_bundle(closed_bank, tmp_path, lost):
    """What of it is there would pass for the year."""
    refs = {ref: one for ref, one in closed_bank.refs().items() if "/2026/" in ref}
    closed_bank.close()
    for ref in sorted(refs)[: len(refs) if lost == "all" else 1]:
        if lost == "cut":
            first = closed_bank.git("rev-list", "--max-parents=0", refs[ref])
            closed_bank.git("update-ref", ref, first)
        else:
            closed_bank.git("update-ref", "-d", ref)
    file = tmp_path / "2026.bundle"
    with refused_for("CLOSING-DISAGREES" if lost == "cut" else "VOLUME-MISSING"):
        storefiles.bundle(closed_bank.at(day=NEXT_YEAR), 2026, file)
    assert not file.exists()


def test_it_is_verified_traced_and_proved_alone(bundled):
    with opened(bundled) as work:
        found = store.verify(work, contents=True)
        assert (found.findings, found.volumes, found.only_year) == ((), 8, 2026)
        assert "bundle of 2026" in found.told_year.text(Language.EN)
        assert records.count_of(work, Query()) == 8
        trace = records.trace(work, str(NUMBER))
        assert trace.findings == ()
        document = records.export(work, NUMBER)[0]
        assert records.trace(work, document).number == NUMBER
        assert records.unreadable(work, Query()) == []
        assert store.checkpoint(work).ledgers == 9
        assert proving.prove(work, str(NUMBER))


def test_the_store_and_the_bundle_are_held_against_each_other(closed_bank, tmp_path):
    """A closed volume may have grown since; of what is in the one alone nothing is asked."""
    file = tmp_path / "2026.bundle"
    storefiles.bundle(closed_bank.at(day=NEXT_YEAR), 2026, file)
    closed_bank.void(NUMBER, "JN01-0101", "JN01-0001", day=NEXT_YEAR)
    with opened(file) as work:
        of_bundle = store.checkpoint(work).text
        of_store = store.checkpoint(closed_bank.at(day=NEXT_YEAR)).text
        found = store.verify(closed_bank.at(day=NEXT_YEAR), against=pins(of_bundle))
        assert (found.findings, found.pinned) == ((), 9)
        found = store.verify(work, against=pins(of_store))
        # Control and the volume had fewer acts when the bundle was written.
        assert {one.code for one in found.findings} == {"LEDGER-BACK"}
        assert not any("2027" in one.path for one in found.findings)


def pins(text):
    return store.pins_from(File(name="kept.txt", data=text.encode()))


def test_what_is_of_another_year_is_said_to_be_so(bundled):
    with opened(bundled) as work, pytest.raises(ControlError) as refused:
        records.trace(work, "RXD7200-02-JN01-2027-0001")
    assert "of another year than this bundle" in refused.value.reason.text(Language.EN)


def test_nobody_acts_in_it(bundled, visit):
    with (
        open_workspace(bundled, StaffNumber.parse("JN01-0101")) as work,
        pytest.raises(UsageError) as refused,
    ):
        records.issue(work, [File(name="a.json", data=b"{}")])
    assert "only read" in refused.value.reason.text(Language.EN)


@pytest.mark.parametrize(
    "asked",
    [
        lambda work: witnessing.witness(work, "YT03"),
        lambda work: witnessing.own_key(work, "YT03"),
        lambda work: people.new_key(work, StaffNumber.parse(OFFICER)),
        lambda work: store.drill(work, seed=1, count=1),
    ],
    ids=["witness", "key witness", "key new", "drill"],
)
def test_what_only_a_workspace_is_for_is_refused_and_leaves_no_key(bundled, asked):
    with opened(bundled) as work:
        with pytest.raises(UsageError, match="is only read"):
            asked(work)
        assert not work.keys.directory.exists()


def test_it_is_held_against_the_store_as_any_clone(closed_bank, tmp_path):
    file = tmp_path / "2026.bundle"
    storefiles.bundle(closed_bank.at(day=NEXT_YEAR), 2026, file)
    assert (store.is_bundle(file), store.is_bundle(tmp_path)) == (True, False)
    pins = store.pins_of_bundle(file)
    found = store.verify(closed_bank.at(day=NEXT_YEAR), against=pins)
    assert (found.findings, len(pins)) == ((), 9)
    other = file.read_bytes().replace(b" refs/heads/control", b" refs/heads/kontrol")
    file.write_bytes(other)
    with pytest.raises(StoreError):
        store.pins_of_bundle(file)


def test_a_head_that_lies_in_no_pack_is_damage_of_the_file(bundled):
    data = bytearray(bundled.read_bytes())
    start = len(b"# v2 git bundle\n")
    data[start : start + 40] = b"0" * 40
    bundled.write_bytes(data)
    with pytest.raises(StoreError, match=r"2026\.bundle is damaged"), opened(bundled):
        pass


def test_plain_git_clones_it(bundled, tmp_path):
    clone = tmp_path / "clone.git"
    for words in (["clone", "-q", "--mirror", str(bundled), str(clone)], ["fsck", "--strict"]):
        place = ["-C", str(clone)] if clone.exists() else []
        subprocess.run(["git", *place, *words], check=True, capture_output=True)
    named = subprocess.run(
        ["git", "-C", str(clone), "for-each-ref", "--format=%(refname)"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert len(known_volumes(named.stdout.split())) == 8


def test_a_volume_that_is_left_out_is_missing(bundled):
    """Whoever hands over the file can leave out what control knows of."""
    lines = bundled.read_bytes().split(b"\n\n", 1)
    kept = [one for one in lines[0].split(b"\n") if b"RXD7200-02/JN01" not in one]
    bundled.write_bytes(b"\n".join(kept) + b"\n\n" + lines[1])
    with opened(bundled) as work:
        codes = {finding.code for finding in store.verify(work).findings}
    assert codes == {"VOLUME-MISSING"}


@pytest.mark.parametrize("at", [0, 30, -2_000, -1])
def test_a_byte_changed_is_found_where_it_is_opened(bundled, at):
    with opened(bundled) as work:
        assert store.verify(work).ok
    data = bytearray(bundled.read_bytes())
    data[at] ^= 1
    bundled.write_bytes(data)
    with pytest.raises(StoreError), opened(bundled) as work:
        records.trace(work, str(NUMBER))


@pytest.mark.parametrize("data", [b"", b"PK", b"# v2 git bundle\n", b"# v2 git bundle\n\nPACK"])
def test_another_file_is_no_bundle_of_a_year(tmp_path, data):
    file = tmp_path / "x"
    file.write_bytes(data)
    with pytest.raises(StoreError) as refused:
        opened(file)
    assert "no bundle of a year" in refused.value.reason.text(Language.EN)


def test_a_bundle_that_needs_another_is_no_bundle_of_a_year(bundled):
    bundled.write_bytes(
        bundled.read_bytes().replace(b"bundle\n", b"bundle\n-" + b"0" * 40 + b"\n", 1)
    )
    with pytest.raises(StoreError):
        opened(bundled)


def test_only_a_year_that_is_closed_is_bundled(full_bank, tmp_path):
    work = full_bank.at(day=NEXT_YEAR)
    for year, said in (
        (2026, "not all of 2026 is closed: RXD7200-01"),
        (2025, "no number of 2025"),
    ):
        with pytest.raises(ControlError) as refused:
            storefiles.bundle(work, year, tmp_path / "a")
        assert said in refused.value.reason.text(Language.EN)
    assert not (tmp_path / "a").exists()


def test_sizes_that_the_end_of_a_key_sealed_are_asked_of_its_own_year(closed_bank, tmp_path):
    keys.revoke(
        closed_bank.at("JN01-0101", NEXT_YEAR), StaffNumber.parse("JN01-0101"), "笔记本丢失"
    )
    file = tmp_path / "2026.bundle"
    storefiles.bundle(closed_bank.at(day=NEXT_YEAR), 2026, file)
    with opened(file) as work:
        assert store.verify(work).findings == ()


def test_it_waits_for_maintenance_that_is_under_way(closed_bank, tmp_path):
    work, ended = closed_bank.at(day=NEXT_YEAR), []
    with maintained(closed_bank.store):
        waiting = Thread(target=lambda: ended.append(storefiles.bundle(work, 2026, tmp_path / "a")))
        waiting.start()
        waiting.join(0.5)
        assert ended == []
    waiting.join(60)
    assert ended[0].records == 8
