"""Keys made, revoked and acts confirmed, as people type it; passphrases typed at a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest

from rmdocs.cli.context import PASSPHRASE_VARIABLE
from rmdocs.workspace.keyring import KeyRing

OFFICER, RM, PRESIDENT = "SD00-0004", "JN01-0101", "JN01-0002"


@pytest.fixture
def run(visited_bank, command):
    def call(who, *words, answers=""):
        return command("-w", visited_bank.root, "--as", who, *words, answers=answers)

    return call


def test_a_key_is_revoked_replaced_and_what_it_signed_confirmed(run, visited_bank):
    moment = ("--from", "2026-01-06 08:30")
    code, out, _ = run(RM, "key", "revoke", RM, "--reason", "U盘遗失", *moment)
    assert (code, "2 act(s) in doubt\n    → move the file" in out) == (0, True)
    code, _, err = run(RM, "key", "confirm", "--all", "--reason", "本人所为")
    assert code == 3
    assert "was revoked on" in err
    assert f"rmdocs key new {RM}" in err
    code, out, _ = run(None or OFFICER, "verify")
    assert (code, out.count("KEY-DOUBT")) == (1, 2)
    assert "rmdocs --as JN01-0101 key confirm RXD7200-02/JN01/2026/1:0 --reason TEXT" in out
    old = visited_bank.root / "keys" / f"{RM}.key"
    old.rename(old.with_suffix(".old"))
    assert run(RM, "key", "new", RM)[0] == 0
    entry = ("--name", "王样例", "--unit", "JN01", "--role", "relationship_manager")
    assert run(OFFICER, "person", "add", RM, *entry)[0] == 0
    code, out, _ = run(RM, "key", "confirm")
    assert (code, "RXD7200-02/JN01/2026/1:0" in out, "issued" in out) == (0, True, True)
    listed = [json.loads(line) for line in run(RM, "key", "confirm", "--json")[1].splitlines()]
    assert {one["standing"] for one in listed} == {"in-doubt"}
    assert run(RM, "key", "confirm", listed[0]["act"])[0] != 0  # a reason is asked for
    code, out, _ = run(RM, "key", "confirm", listed[0]["act"], "--reason", "本人所为")
    assert (code, out.splitlines()[-1]) == (0, "1 act(s) confirmed")
    assert run(RM, "key", "confirm", "--all", "--reason", "本人所为")[0] == 0
    code, out, _ = run(OFFICER, "verify")
    assert (code, "0 finding(s)" in out) == (0, True)


def test_somebody_elses_is_asked_for_and_approved(run):
    code, out, _ = run(OFFICER, "key", "revoke", RM, "--reason", "本人失联")
    assert (code, out.splitlines()[0]) == (0, "revoke-R1: revoke a key, waiting")
    answer = json.loads(run(PRESIDENT, "approve", "revoke-R1", "--yes", "--json")[1])
    assert (answer["act"], answer["status"]) == ("revoke", "approved")
    code, _, err = run(RM, "void", "RXD7200-02-JN01-2026-0001", "--reason", "重复")
    assert (code, "was revoked on" in err) == (3, True)


def test_a_machine_is_given_a_key_and_the_shared_one_ends(run, visited_bank):
    code, out, _ = run(OFFICER, "key", "machine")
    assert (code, "(founding key)" in out, "signs here" in out) == (0, True, True)
    words = ("key", "machine", "JN01-server", "--end-founder", "--reason", "改用本机密钥")
    code, out, _ = run(OFFICER, *words)
    assert (code, out.splitlines()[::2]) == (
        0,
        ["machine-R1: enter a machine's key, waiting", "revoke-R1: revoke a key, waiting"],
    )
    assert (visited_bank.root / "keys" / "machine.key").stat().st_mode & 0o777 == 0o600
    code, _, err = run(PRESIDENT, "approve", "revoke-R1", "--yes")
    assert (code, "no machine has a ledger key of its own" in err) == (3, True)
    for request in ("machine-R1", "revoke-R1"):
        assert run(PRESIDENT, "approve", request, "--yes")[0] == 0
    (visited_bank.root / "keys" / "ledger.key").unlink()
    listed = [json.loads(line) for line in run(RM, "key", "machine", "--json")[1].splitlines()]
    assert [(one["machine"], one["here"], one["ended"]) for one in listed] == [
        ("", False, True),
        ("JN01-server", True, False),
    ]
    assert run(RM, "void", "RXD7200-02-JN01-2026-0001", "--reason", "重复")[0] == 0
    code, out, _ = run(OFFICER, "verify")
    assert (code, "0 finding(s)" in out) == (0, True)
    code, _, err = run(OFFICER, "key", "machine", "JN01-server", "--end", "--reason", "退役")
    assert (code, "no key would be left" in err) == (3, True)


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01", "2026-01-01 25:00"])
def test_what_is_no_moment_is_refused(run, moment):
    code, _, err = run(RM, "key", "revoke", RM, "--reason", "x", "--from", moment)
    assert (code, "write it like 2026-03-02 14:30" in err) == (2, True)


def test_a_key_that_others_can_read_is_refused(run, visited_bank):
    path = visited_bank.root / "keys" / f"{RM}.key"
    path.chmod(0o640)
    code, _, err = run(RM, "void", "RXD7200-02-JN01-2026-0001", "--reason", "重复")
    assert (code, "mode 0640" in err, f"chmod 600 {path}" in err) == (3, True, True)
    path.chmod(0o600)
    assert run(RM, "void", "RXD7200-02-JN01-2026-0001", "--reason", "重复")[0] == 0


PROGRAM = """
import os, sys
os.open(os.ttyname(0), os.O_RDWR)  # the terminal of this session from now on
from rmdocs.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_what_was_signed_late_is_asked_for_alone(run):
    for other in (("--end",), ("--end-founder",), ("--unit", "JN01")):
        code, _, err = run(OFFICER, "key", "machine", "JN01-pc", "--late", *other, "--reason", "x")
        assert (code, "--late goes with none of the others" in err) == (2, True)
    code, _, err = run(OFFICER, "key", "machine", "JN01-pc", "--late", "--reason", "x")
    assert (code, "control knows no machine JN01-pc" in err) == (3, True)


def at_terminal(bank, *words, typed=()):
    """Run the program on a terminal of its own; return its exit code and what was shown."""
    kept = {name: value for name, value in os.environ.items() if name != PASSPHRASE_VARIABLE}
    keyboard, screen = pty.openpty()
    program = [sys.executable, "-c", PROGRAM, "--lang", "en", "-w", str(bank.root), *words]
    with subprocess.Popen(
        program, env=kept, stdin=screen, stdout=screen, stderr=screen, start_new_session=True
    ) as process:
        os.close(screen)
        shown, waiting = b"", list(typed)
        while True:
            try:
                piece = os.read(keyboard, 1024)
            except OSError:  # how Linux tells the end of a terminal
                break
            shown += piece
            if waiting and piece.rstrip().endswith(b":"):
                os.write(keyboard, waiting.pop(0) + b"\n")
        os.close(keyboard)
        process.wait(60)
    return process.returncode, shown.decode()


@pytest.mark.long
def test_a_passphrase_is_asked_for_and_opens_the_key_again(bank):
    new = "JN01-0110"
    code, shown = at_terminal(bank, "key", "new", new, typed=(b"sesame", b"sesame"))
    assert (code, "sesame" in shown) == (0, False)
    assert "Passphrase for the new key of JN01-0110" in shown
    assert KeyRing(directory=bank.root / "keys", passphrase=lambda _: b"sesame").load(new)
    entry = ("--name", "新样例", "--unit", "JN01", "--role", "records_officer")
    assert (
        at_terminal(bank, "--as", OFFICER, "person", "add", new, *entry, typed=(b"sesame",))[0] == 0
    )
    unit = ("unit", "add", "QD04", "--name", "青岛", "--full-name", "青岛示例支行")
    code, shown = at_terminal(bank, "--as", new, *unit, typed=(b"wrong",))
    assert code != 0
    code, shown = at_terminal(bank, "--as", new, *unit, typed=(b"sesame",))
    assert (code, "Passphrase of the key of JN01-0110" in shown) == (0, True)


@pytest.mark.long
def test_who_wants_no_passphrase_types_none(bank):
    assert at_terminal(bank, "key", "new", "JN01-0110", typed=(b"", b""))[0] == 0
    assert KeyRing(directory=bank.root / "keys").load("JN01-0110")
