"""When things are not as they should be: one sentence, the right exit code, nothing lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date

import pytest
from plaingit import loosened

from rmdocs import folders
from rmdocs.cli.main import main
from rmdocs.errors import ControlError, RmdocsError, StoreError
from rmdocs.identifiers import RecordNumber, StaffNumber
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.registers.lists.quarters import Quarter
from rmdocs.workspace import disposition, due, oversight, records, registers, store
from rmdocs.workspace.places import CACHE_VARIABLE, index_path

NUMBER = "RXD7200-02-JN01-2026-0001"
VOLUME = "refs/heads/records/RXD7200-02/JN01/2026/1"

TELLING = """
import contextlib, io, json, sys, traceback
from rmdocs.cli.main import main
told = []
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(["--lang", "en", *words])
        except BaseException:
            code = traceback.format_exc()
    told.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""
"""Runs commands one after the other and prints exit code, output and errors of each."""

READING = {
    "list": ["list"],
    "find": ["find", "走访"],
    "trace": ["trace", NUMBER],
    "show": ["show", NUMBER],
    "verify": ["verify"],
    "export": ["export", NUMBER, "--out", "OUT"],
    "register of records": ["register", "records"],
    "register of the history": ["register", "history"],
    "due": ["due"],
    "disposition due": ["disposition", "due"],
    "hold list": ["hold", "list"],
    "copy list": ["copy", "list"],
    "form list": ["form", "list"],
    "person list": ["person", "list"],
    "customer list": ["customer", "list"],
    "policy show": ["policy", "show"],
    "check": ["check", "FILE"],
}


def told(root, commands, *, before=(), **options):
    """Run commands in a process of their own that nothing here can help."""
    words = [["-w", str(root), *one] for one in commands]
    done = subprocess.run(
        [*before, sys.executable, "-B", "-c", TELLING, json.dumps(words)],
        check=True,
        capture_output=True,
        text=True,
        **options,
    )
    return json.loads(done.stdout.splitlines()[-1])


def without_privileges():
    """Return what runs a program as somebody whom file modes bind, also where root runs tests."""
    if os.geteuid():
        return ()
    return ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")


@pytest.fixture(scope="module")
def read(visited, place):
    """What each command of a reader says who may not write to the store, and has no key."""
    root = shutil.copytree(visited, place / "read-only" / "bank")
    sample = json.loads((root / "forms" / "RXD7200-02" / "sample.json").read_bytes())
    (place / "read-only" / "record.json").write_text(json.dumps(sample), encoding="utf-8")
    shutil.rmtree(root / "keys")
    given = {"OUT": str(place / "read-only" / "out"), "FILE": str(place / "read-only/record.json")}
    for path in [root, *root.rglob("*")]:
        if os.geteuid() == 0:
            os.chown(path, 12345, 12345)  # as another user's: git would call it dubious
        path.chmod(0o555 if path.is_dir() else 0o444)
    commands = [[given.get(word, word) for word in words] for words in READING.values()]
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    answers = told(root, commands, before=without_privileges())
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
    yield dict(zip(READING, answers, strict=True))
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755)


@pytest.mark.parametrize("name", READING)
def test_reading_needs_neither_key_nor_write_access(read, name):
    code, out, err = read[name]
    assert code in {0, 1} if name in {"due", "check"} else code == 0, err
    assert out or "nothing to show" in err


@pytest.fixture
def locked_away(visited_bank):
    """A store that may only be read, on a disk where everything may only be read."""
    paths = [visited_bank.root, *visited_bank.root.rglob("*")]
    keys = shutil.move(visited_bank.root / "keys", visited_bank.root.parent / "keys")
    for path in paths:
        if path.exists():
            path.chmod(0o555 if path.is_dir() else 0o444)
    yield visited_bank, keys
    for path in paths:
        if path.exists():
            path.chmod(0o755)


def test_writing_to_what_may_only_be_read_says_so(locked_away, visit):
    bank, keys = locked_away
    visit["record"]["content"]["visit"]["topic"] = "又一次"
    issue = ["--as", "JN01-0101", "issue", str(bank.write(visit))]
    environment = {**os.environ, "RMDOCS_KEYS": str(keys)}
    [(code, _, err)] = told(bank.root, [issue], before=without_privileges(), env=environment)
    assert code == 4
    assert "the store cannot be written" in err


@pytest.mark.parametrize(
    "words",
    [
        ["--as", "JN01-0101", "void", NUMBER, "--reason", "x"],
        ["key", "new", "JN01-0999"],
    ],
)
def test_keys_of_another_user_say_so(visited_bank, words):
    keys = visited_bank.root / "keys"
    keys.chmod(0)
    [(code, _, err)] = told(visited_bank.root, [words], before=without_privileges())
    keys.chmod(0o700)
    assert code == 4, err
    assert "cannot be used: you may not use it" in err


def full_disk(size):
    """Return what makes every file end at ``size`` bytes, as on a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [0, 1, 200, 4096, 40_000])
def test_a_full_disk_loses_nothing_and_says_so(visited_bank, visit, size, tmp_path):
    visit["record"]["content"]["visit"]["topic"] = "又一次"
    file = visited_bank.write(visit)
    commands = [
        ["list"],
        ["--as", "JN01-0101", "issue", str(file)],
        ["export", NUMBER, "--out", str(tmp_path / "out")],
        ["init", str(tmp_path / "another")],
    ]
    environment = {**os.environ, CACHE_VARIABLE: str(tmp_path / "cache")}
    answers = told(visited_bank.root, commands, env=environment, preexec_fn=full_disk(size))
    assert [code for code, _, _ in answers if not isinstance(code, int)] == []
    assert answers[0][0] == 0
    issued = answers[1][0] == 0
    assert issued or "cannot be written" in answers[1][2]
    assert visited_bank.codes() == set()
    # The number was given, or it is the next that is given.
    assert visited_bank.issue(visit).serial == 2
    assert len(list(records.find(visited_bank.at(), Query()))) == 2
    assert [path.name for path in tmp_path.rglob("*.part")] == []


class TestIndex:
    @pytest.fixture
    def used(self, visited_bank):
        """An index that was made, and is closed."""
        list(records.find(visited_bank.at(), Query()))
        visited_bank.close()
        return visited_bank, index_path(visited_bank.root)

    def numbers(self, bank):
        return [row.number for row in records.find(bank.at(), Query())]

    @pytest.mark.parametrize("version", [1, 4, 99])
    def test_of_another_version_is_made_anew(self, used, version):
        bank, path = used
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        assert self.numbers(bank) == [NUMBER]

    def test_that_is_behind_catches_up(self, used, visit):
        bank, path = used
        shutil.copy(path, path.with_name("kept"))
        visit["record"]["content"]["visit"]["topic"] = "又一次"
        bank.issue(visit)
        bank.close()
        path.with_name("kept").replace(path)
        assert len(self.numbers(bank)) == 2

    def test_that_is_ahead_of_a_store_put_back_goes_back(self, used, visit):
        bank, _ = used
        kept = bank.git("rev-parse", VOLUME)
        visit["record"]["content"]["visit"]["topic"] = "又一次"
        bank.issue(visit)
        list(records.find(bank.at(), Query()))
        bank.git("update-ref", VOLUME, kept)
        assert self.numbers(bank) == [NUMBER]
        bank.git("reflog", "expire", "--expire=now", "--all")
        bank.git("gc", "--prune=now", "-q")
        assert self.numbers(bank) == [NUMBER]

    def test_built_on_a_commit_that_is_gone_is_made_anew(self, used):
        bank, path = used
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE volumes SET head = ?", ("0" * 40,))
            connection.execute("UPDATE records SET status = 'voided'")
        assert [row.status for row in records.find(bank.at(), Query())] == ["issued"]

    def test_damaged_within_says_so_in_one_sentence(self, used):
        bank, path = used
        data = bytearray(path.read_bytes())
        for page in range(4096, len(data), 4096):
            data[page : page + 64] = b"\xff" * 64
        path.write_bytes(data)
        with pytest.raises(StoreError, match=r"the search index .* is damaged"):
            self.numbers(bank)

    def test_that_somebody_holds_too_long_is_in_memory(self, used, monkeypatch):
        bank, path = used
        monkeypatch.setattr("rmdocs.registers.indexfile._PATIENCE", 0.05)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            assert self.numbers(bank) == [NUMBER]

    def test_whose_path_is_too_long_is_in_memory(self, visited_bank, tmp_path, monkeypatch):
        deep = tmp_path.joinpath(*["很深的文件夹" * 6] * 8)
        monkeypatch.setenv(CACHE_VARIABLE, str(deep))
        assert self.numbers(visited_bank) == [NUMBER]

    def test_that_cannot_be_made_is_in_memory(self, visited_bank, tmp_path, monkeypatch):
        (tmp_path / "file").write_bytes(b"")
        monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file"))
        assert index_path(visited_bank.root) is None
        assert self.numbers(visited_bank) == [NUMBER]


class TestStore:
    @pytest.mark.parametrize("suffix", ["pack", "idx"])
    @pytest.mark.parametrize("kept", [0, 11, 1100, -40, -1])
    def test_a_pack_cut_short_is_damage(self, visited_bank, suffix, kept):
        visited_bank.git("gc", "-q")
        [pack] = (visited_bank.store / "objects" / "pack").glob(f"*.{suffix}")
        data = pack.read_bytes()
        pack.chmod(0o644)
        pack.write_bytes(data[:kept])
        for words in (["list"], ["verify"], ["trace", NUMBER]):
            assert main(["-w", str(visited_bank.root), *words]) in {0, 1, 4}
        if suffix == "pack" and kept >= 0:
            with pytest.raises(RmdocsError) as refused:
                store.verify(visited_bank.at())
            # Whoever just tried is not sent to try the same again.
            assert "rmdocs verify" not in refused.value.remedy.text(Language.EN)

    @pytest.mark.parametrize(
        "packed", [b"\xff\xfe\x00", b"x\n", b"zzz refs/heads/control\n", b"0" * 40 + b"\n"]
    )
    def test_packed_refs_that_are_none_are_damage(self, visited_bank, packed, capsys):
        (visited_bank.store / "packed-refs").write_bytes(packed)
        for words in (["list"], ["verify"], ["trace", NUMBER]):
            assert main(["-w", str(visited_bank.root), *words]) == StoreError.exit_code
            assert "packed-refs" in capsys.readouterr().err

    @pytest.mark.parametrize("name", ["00", "deep"])
    def test_trees_nested_too_deep_are_damage(self, visited_bank, name):
        blob = visited_bank.git("hash-object", "-w", "--stdin", data=b"x")
        tree = visited_bank.git("mktree", data=f"100644 blob {blob}\tx\n".encode())
        deepest = f"040000 tree {tree}\td\n".encode()
        for _ in range(40):
            deepest = f"040000 tree {visited_bank.git('mktree', data=deepest)}\td\n".encode()
        top = visited_bank.git("ls-tree", VOLUME).encode()
        lines = [line for line in top.splitlines() if not line.endswith(f"\t{name}".encode())]
        deep = deepest.replace(b"\td\n", f"\t{name}\n".encode())
        whole = visited_bank.git("mktree", data=b"\n".join(lines) + b"\n" + deep)
        commit = visited_bank.git("commit-tree", whole, "-p", VOLUME, "-m", "deep")
        visited_bank.git("update-ref", VOLUME, commit)
        assert main(["-w", str(visited_bank.root), "list"]) == 4
        assert main(["-w", str(visited_bank.root), "verify"]) in {1, 4}


class TestRestoring:
    """What the officer's guide says to back up, and how to put it back."""

    def test_everything_put_back_goes_on(self, personal_bank, call_back, tmp_path):
        number = personal_bank.walk(call_back)
        root = personal_bank.root
        for part in ("records/store.git", "record-keys", "keys", "forms", "schemas"):
            shutil.copytree(root / part, tmp_path / "backup" / part)
        shutil.rmtree(root)
        shutil.copytree(tmp_path / "backup", root)
        assert personal_bank.codes() == set()
        assert records.show(personal_bank.at(), number).record["form"] == "RXD7200-05"
        call_back["record"]["content"]["questions"][0]["answer"] = "恢复之后"
        assert personal_bank.walk(call_back).serial == number.serial + 1
        assert personal_bank.codes() == set()

    def test_record_keys_put_back_later_are_read_from_then_on(self, personal_bank, call_back):
        number = personal_bank.walk(call_back)
        personal_bank.close()
        for file in personal_bank.index_files():
            file.unlink()
        keys = personal_bank.root / "record-keys"
        keys.rename(keys.with_name("kept"))
        [before] = records.find(personal_bank.at(), Query())
        keys.with_name("kept").rename(keys)
        [after] = records.find(personal_bank.at(), Query())
        assert (before.number, before.customer, before.digest) == (str(number), "", "")
        assert after.customer
        assert (
            records.check(personal_bank.at(), [folders.read(personal_bank.write(call_back))])[
                0
            ].ready
            is not None
        )
        assert personal_bank.issue(call_back) == number

    def test_record_keys_of_another_user_are_done_without(self, personal_bank, call_back):
        number = str(personal_bank.walk(call_back))
        personal_bank.close()
        for file in personal_bank.index_files():
            file.unlink()
        keys = personal_bank.root / "record-keys"
        keys.chmod(0)
        commands = [["list"], ["trace", number], ["verify"], ["show", number]]
        answers = told(personal_bank.root, commands, before=without_privileges())
        keys.chmod(0o700)
        assert [code for code, _, _ in answers] == [0, 0, 0, 4], answers
        assert "KEY-MISSING" in answers[2][1] + answers[2][2]
        assert "key" in answers[3][2]

    def test_the_store_without_keys_can_be_read_and_verified(self, visited_bank):
        shutil.rmtree(visited_bank.root / "keys")
        assert visited_bank.codes() == set()
        assert records.trace(visited_bank.at(), NUMBER).findings == ()

    def test_without_the_ledger_key_it_says_to_put_it_back(self, visited_bank, visit):
        keys = visited_bank.root / "keys"
        (keys / "ledger.key").rename(keys.parent / "ledger.key")
        visit["record"]["content"]["visit"]["topic"] = "又一次"
        with pytest.raises(ControlError) as refusal:
            visited_bank.issue(visit)
        assert refusal.value.exit_code == 3
        remedy = refusal.value.remedy.text(Language.EN)
        assert remedy == f"put the ledger key back from its backup, to {keys / 'ledger.key'}"
        (keys.parent / "ledger.key").rename(keys / "ledger.key")
        assert visited_bank.issue(visit).serial == 2

    def test_without_somebody_s_key_it_says_to_put_it_back_first(self, visited_bank, visit):
        (visited_bank.root / "keys" / "JN01-0101.key").unlink()
        visit["record"]["content"]["visit"]["topic"] = "又一次"
        with pytest.raises(ControlError) as refusal:
            visited_bank.issue(visit)
        assert refusal.value.remedy.text(Language.EN).startswith("put it back from its backup")


class TestOneRecordThatCannotBeRead:
    """It is named; the others are there, and can be worked with."""

    @pytest.fixture
    def broken(self, visited_bank, visit):
        """The first of two call logs has lost something, before or after it was listed."""
        visit["record"]["content"]["visit"]["topic"] = "另一次走访"
        other = str(visited_bank.issue(visit))

        def lose(path, *, listed):
            if listed:
                assert len(list(records.find(visited_bank.at(), Query()))) == 2
            visited_bank.close()
            if not listed:
                for file in visited_bank.index_files():
                    file.unlink()
            oid = visited_bank.git("rev-parse", f"{VOLUME}:{path}")
            there = loosened(visited_bank.store, oid)
            there.rename(visited_bank.root / "lost")
            return visited_bank, other, there

        return lose

    @pytest.mark.parametrize("path", ["00/00/01", "00/00/01/record.json", "00/00/01/events"])
    def test_is_named_and_the_rest_is_shown(self, broken, capsys, path):
        bank, other, place = broken(path, listed=False)
        words = ["--lang", "en", "-w", str(bank.root)]
        for act, code in (("list", 4), ("find", 4), ("register records", 0), ("due", 0)):
            assert main([*words, *act.split()]) == code, act
            shown = capsys.readouterr()
            assert NUMBER in shown.out + shown.err, act
            assert other in shown.out, act
        [checked] = bank.check(bank.sample("RXD7200-02-JN01"))
        assert "RECORD-UNREADABLE" in {finding.code for finding in checked.findings}
        with pytest.raises(StoreError):
            records.show(bank.at(), RecordNumber.parse(NUMBER))
        # Put back it is there again, and nothing has to be deleted for it.
        (bank.root / "lost").rename(place)
        assert [one.number for one in records.find(bank.at(), Query())] == [NUMBER, other]
        assert records.unreadable(bank.at(), Query()) == []
        assert bank.codes() == set()

    def test_lost_after_it_was_listed_others_go_on(self, broken, visit):
        bank, other, _ = broken("00/00/01", listed=True)
        visit["record"]["content"]["visit"]["topic"] = "第三次走访"
        third = str(bank.issue(visit))
        assert [one.number for one in records.find(bank.at(), Query())] == [NUMBER, other, third]

    def test_lost_after_it_was_listed_a_managers_quarter_says_so(self, broken):
        bank, _, _ = broken("00/00/01", listed=True)
        [record, _] = records.find(bank.at(), Query())
        quarter = Quarter.of(date.fromisoformat(record.date))
        found = oversight.manager_report(bank.at(), quarter, StaffNumber.parse(record.rm))
        assert [(one.code, one.path) for one in found.findings] == [("QUARTER-LEFT-OUT", NUMBER)]

    def test_registers_and_tables_that_may_lack_it_say_so(self, broken):
        bank, _, _ = broken("00/00/01", listed=False)
        work = bank.at()
        for report in (
            registers.report(work, "records"),
            registers.report(work, "series"),
            due.report(work, due.what_is_due(work, due.Wanted())),
            oversight.report(work, oversight.overview(work, Quarter.of(work.today()))),
        ):
            told = [one.text(Language.EN) for one in report.lacks]
            assert told == [f"what the store holds of {NUMBER} cannot be read"]

    def test_no_records_are_moved_or_proposed_for_disposal_past_it(self, broken):
        bank, _, _ = broken("00/00/01", listed=False)
        with pytest.raises(StoreError, match=NUMBER):
            disposition.due(bank.at())


class TestWhatIsNoFile:
    """A pipe that somebody laid into the store is refused, never waited for."""

    @pytest.mark.parametrize("spot", ["object", "ref", "packed-refs", "allowed_signers"])
    def test_a_pipe(self, visited_bank, spot):
        store = visited_bank.store
        oid = visited_bank.git("rev-parse", f"{VOLUME}:00/00/01/record.json")
        path = {"object": loosened(store, oid), "ref": store / VOLUME}.get(spot)
        path = path or store / spot
        visited_bank.close()
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        commands = [["show", NUMBER], ["verify"], ["list"]]
        answers = told(visited_bank.root, commands, timeout=60)
        assert all("Traceback" not in str(code) for code, _, _ in answers), answers
        if spot != "allowed_signers":  # which reading does without
            assert answers[0][0] == 4
            assert answers[1][0] != 0

    def test_a_pipe_for_a_record_key(self, personal_bank, call_back):
        number = personal_bank.walk(call_back)
        [key] = [path for path in (personal_bank.root / "record-keys").rglob("*") if path.is_file()]
        personal_bank.close()
        key.unlink()
        os.mkfifo(key)
        [(code, _, err)] = told(personal_bank.root, [["show", str(number)]], timeout=60)
        assert code == 4, err
