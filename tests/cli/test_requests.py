"""Asking, approving and rejecting, as people type it, each with their own key."""

from __future__ import annotations

import json

import pytest

RM, HEAD = "JN01-0101", "JN01-0001"
NUMBER = "RXD7200-02-JN01-2026-0001"
FIRST = f"{NUMBER}-R1"


@pytest.fixture
def run(visited_bank, command):
    def call(who, *words, answers=""):
        return command("-w", visited_bank.root, "--as", who, *words, answers=answers)

    return call


def test_a_void_is_asked_for_looked_at_and_approved(run):
    code, out, _ = run(RM, "void", NUMBER, "--reason", "重复录入")
    assert code == 0
    assert out == (
        f"{FIRST}: declare it void, waiting\n"
        f"    → somebody else approves it with: rmdocs approve {FIRST}\n"
    )
    assert f"{FIRST}: 王样例 asked to declare it void" in run(RM, "show", NUMBER)[1]

    code, out, err = run(HEAD, "approve", FIRST, answers="n\n")
    assert (code, "Approve it?" in err) == (0, True)
    told = [line.split(maxsplit=1) for line in out.splitlines()]
    assert ["reason", "重复录入"] in told
    assert ["edition", "1"] in told
    assert json.loads(run(HEAD, "show", NUMBER, "--json")[1])["request"] == FIRST

    code, out, _ = run(HEAD, "approve", FIRST, answers="y\n")
    assert (code, out.splitlines()[-1]) == (0, f"{FIRST}: declare it void, approved")
    shown = json.loads(run(HEAD, "show", NUMBER, "--json")[1])
    assert (shown["status"], shown["request"]) == ("voided", None)


def test_json_is_one_value_a_line(run):
    waiting = json.loads(run(RM, "void", NUMBER, "--reason", "重复", "--json")[1])
    code, out, _ = run(HEAD, "approve", FIRST, "--json", answers="y\n")
    seen, done = map(json.loads, out.splitlines())
    assert code == 0
    assert seen == waiting
    assert (done["status"], done["decided_by"], done["sha256"]) == (
        "approved",
        HEAD,
        waiting["sha256"],
    )


def test_it_is_rejected_or_taken_back(run):
    run(RM, "void", NUMBER, "--reason", "重复")
    assert run(HEAD, "reject", FIRST, "--reason", "并非重复")[:2] == (
        0,
        f"{FIRST}: declare it void, rejected\n",
    )
    code, _, err = run(HEAD, "approve", FIRST)
    assert (code, "is decided: rejected, by 郑部长" in err) == (3, True)
    assert "并非重复" in run(RM, "trace", NUMBER)[1]


@pytest.mark.parametrize("command_name", ["approve", "reject"])
@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        ("D2026-0007", 3, "there is no disposal D2026-0007"),
        (f"{NUMBER}-R7", 3, "there is no request"),
        ("policy-R1", 3, "there is no request policy-R1"),
        ("calendar", 2, "is not the number of a request"),
        (NUMBER, 2, "is not the number of a request"),
    ],
)
def test_of_what_nobody_asked(run, command_name, number, code, said):
    more = ("--reason", "不同意") if command_name == "reject" else ("--yes",)
    answer = run(HEAD, command_name, number, *more)
    assert (answer[0], said in answer[2]) == (code, True), answer
