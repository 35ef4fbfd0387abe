"""What a person is told whose command was broken off, had to wait, or met a full disk."""

from __future__ import annotations

import errno
import os
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
