"""What a person is told whose command was broken off, had to wait, or met a full disk."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rmdocs.cli.main import INTERRUPTED, main
from rmdocs.store import refs
from rmdocs.store.protocol import RECORDS_PREFIX
from rmdocs.store.sealing import LedgerBranch

VOLUME = f"{RECORDS_PREFIX}RXD7200-02/JN01/2026/1"


@pytest.fixture
def copied(copied_in_git):
    return copied_in_git


@pytest.fixture
def issue(bank, visit):
    file = str(bank.write(visit))

    def run(lang="en"):
        return main(["--lang", lang, "-w", str(bank.root), "--as", "JN01-0101", "issue", file])

    return run


def breaking(problem):
    def append(*_parts, **_named):
        raise problem

    return append


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "broken off: what was sealed by then stays, and nothing is half sealed"),
        ("zh", "已中断：此前已封存的内容不变"),
    ],
)
def test_broken_off_says_what_became_of_the_act(bank, issue, capsys, lang, said):
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(LedgerBranch, "append", breaking(KeyboardInterrupt()))
        assert issue(lang) == INTERRUPTED
    assert said in capsys.readouterr().err
    assert f"{VOLUME}" not in bank.refs()
    assert issue() == 0


@pytest.mark.parametrize("out", ["/dev/null/out", "{bank}/records/store.git", "{bank}.json/out"])
@pytest.mark.parametrize(
    "words",
    [
        "issue {bank}.json --out {out}",
        "issue {bank}.json --pdf --out {out}",
        "pdf RXD7200-02-JN01-2026-0001 --out {out}",
        "print RXD7200-02-JN01-2026-0001 --out {out}",
        "copy issue RXD7200-04 --outside x --out {out}",
        "regenerate RXD7200-02 --to 1.0 --yes --report {out}/report.xlsx",
    ],
)
def test_where_no_file_can_be_written_nothing_is_sealed(bank, visit, capsys, words, out):
    file = bank.write(visit, f"{bank.root.name}.json")
    assert file == bank.root.with_name(f"{bank.root.name}.json")
    before = bank.git("for-each-ref")
    given = words.format(bank=bank.root, out=out.format(bank=bank.root)).split()
    assert main(["--lang", "en", "-w", str(bank.root), "--as", "JN01-0101", *given]) == 2
    assert "choose" in capsys.readouterr().err
    assert bank.git("for-each-ref") == before


@pytest.mark.parametrize("words", ["drill", "regenerate RXD7200-02 --to 1.0 --yes"])
def test_that_a_report_cannot_be_of_that_name_is_told_before_the_work(bank, capsys, words):
    before = bank.git("for-each-ref")
    given = [*words.split(), "--report", f"{bank.root}/report.txt"]
    assert main(["--lang", "en", "-w", str(bank.root), "--as", "SD00-0001", *given]) == 2
    assert "neither .xlsx nor .html" in capsys.readouterr().err
    assert bank.git("for-each-ref") == before


@pytest.mark.parametrize("way", [(), ("--json",)])
def test_what_is_sealed_is_told_though_its_file_cannot_be_written(bank, visit, capsys, way):
    """A number that nobody is told would be given once more for the same record."""
    (bank.root / "out").mkdir()
    (bank.root / "out" / "RXD7200-02-JN01-2026-0001-e1.docx").write_bytes(b"another")
    file, out = str(bank.write(visit)), str(bank.root / "out")
    words = ["--lang", "en", "-w", str(bank.root), "--as", "JN01-0101", "issue", file, *way]
    assert main([*words, "--out", out]) == 4
    shown = capsys.readouterr()
    assert "RXD7200-02-JN01-2026-0001" in shown.out
    assert "issued" in shown.out
    assert "with other content" in shown.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_however_a_command_is_ended_nothing_of_the_store_is_left_lying(bank, tmp_path, number):
    """A drill's clone holds all that the store does."""
    place = tmp_path / "place"
    place.mkdir()
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from rmdocs.cli.main import main; sys.exit(main())"
    )
    words = [sys.executable, "-c", code, "--lang", "en", "-w", bank.root, "drill", "--count", "99"]
    with subprocess.Popen(
        words, env={**os.environ, "TMPDIR": str(place)}, stderr=subprocess.PIPE, text=True
    ) as drill:
        while not list(place.glob("*/*")):
            assert drill.poll() is None
            time.sleep(0.02)
        drill.send_signal(number)
        said = drill.communicate()[1]
    assert drill.returncode == INTERRUPTED
    assert "broken off" in said
    assert "Traceback" not in said
    assert list(place.iterdir()) == []


def test_what_has_no_name_is_not_called_a_dash(issue, capsys, monkeypatch):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(LedgerBranch, "append", breaking(full))
    assert issue() == 4
    err = capsys.readouterr().err
    assert "what was under way cannot be written or read: the disk is full" in err


def test_who_waits_for_another_act_is_told_for_what(bank, issue, capsys, monkeypatch):
    monkeypatch.setattr(refs, "SILENCE", 0.05)
    with ThreadPoolExecutor() as pool:
        held = refs.locked(bank.store, VOLUME)
        held.__enter__()
        waiting = pool.submit(issue)
        with pytest.raises(TimeoutError):
            waiting.result(timeout=2)
        held.__exit__(None, None, None)
        assert waiting.result() == 0
    assert "waiting for another act in the same volume or register" in capsys.readouterr().err


def test_with_nothing_to_put_together_maintenance_says_so(bank, capsys):
    words = ["--lang", "en", "-w", str(bank.root), "store", "maintain"]
    assert main(words) == 0
    capsys.readouterr()
    assert main(words) == 0
    assert capsys.readouterr().out.startswith("nothing to put together\n")
