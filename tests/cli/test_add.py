"""``rmdocs add`` without a file: a stage by questions, broken off, gone on with, refused."""

from __future__ import annotations

import json

import pytest

from rmdocs.workspace import records

A = ("陈虚实", "1", "", "1", "2026-03-16")
B = ("周示行", "负责人", "", "公章", "2026-03-16")
REST = ("是", "")


@pytest.fixture
def number(bank):
    return bank.issue(bank.sample("RXD7200-01-JN01"))


@pytest.fixture
def add(bank, number, command):
    """Run the command in a folder of its own, with answers on standard input."""

    def run(*words, answers=(), actor="JN01-0101"):
        typed = "".join(f"{answer}\n" for answer in answers)
        return command("-w", bank.root, "--as", actor, "add", number, *words, answers=typed)

    return run


def test_the_signing_is_recorded_by_questions(bank, number, add, tmp_path):
    code, out, err = add("signing", answers=(*A, *B, *REST))
    assert code == 0, err
    assert "甲方 › 签字人身份" in out
    assert "Reference of the power of attorney" in out
    assert f"{number}: closed, edition 2" in out
    [stage] = records.show(bank.at(), number).stages
    assert stage["content"]["party_b"] == {
        "signatory": "周示行",
        "capacity": "负责人",
        "seal": "公章",
        "date": "2026-03-16",
    }
    assert list(tmp_path.glob(f"{number}*")) == []


def test_a_wrong_answer_is_asked_for_again(add):
    code, out, _ = add("signing", answers=("陈虚实", "9", "1", *A[2:], *B, *REST))
    assert code == 0
    assert "9" in out


def test_broken_off_it_goes_on(number, add, tmp_path):
    code, _, err = add("signing", answers=A)
    draft = tmp_path / f"{number}-signing.json.draft"
    assert code == 130
    assert draft.name in err
    code, out, _ = add("signing", answers=(*B, *REST))
    assert code == 0
    assert "甲方" not in out.partition("edition")[0].partition("乙方")[0]
    assert not draft.exists()


def test_what_a_rule_refuses_is_kept_to_be_corrected(bank, number, add, tmp_path):
    late = ("陈虚实", "1", "", "1", "2036-03-16")
    code, _, err = add("signing", answers=(*late, *B, *REST))
    kept = tmp_path / f"{number}-signing.json"
    assert code == 1
    assert f"your answers are in {kept.name}" in err
    assert "Traceback" not in err
    again, _, err = add("signing")
    assert (again, f"rmdocs add {number} signing {kept.name}" in err) == (4, True)
    content = json.loads(kept.read_text("utf-8"))
    content["party_a"]["date"] = "2026-03-16"
    kept.write_text(json.dumps(content), "utf-8")
    assert add("signing", kept.name)[0] == 0
    assert kept.exists(), "a file that was named is the person's own"


@pytest.mark.parametrize(
    ("stage", "actor", "said"),
    [
        ("signature", "JN01-0101", "no stage “signature”"),
        ("signing", "YT03-0301", "may not act for JN01"),
        ("signing", "JN01-0001", "add the stage Signing (signing)"),
    ],
)
def test_nobody_is_asked_in_vain(add, tmp_path, stage, actor, said):
    code, out, err = add(stage, actor=actor)
    assert (code, out) == (3, "")
    assert said in err
    assert list(tmp_path.iterdir()) == []


def test_a_draft_of_something_else_is_none(number, add, tmp_path):
    draft = tmp_path / f"{number}-signing.json.draft"
    draft.write_text('{"form": "RXD7200-01", "stage": "", "defaults": {}, "answers": {}}', "utf-8")
    code, _, err = add("signing")
    assert code == 1
    assert "no draft" in err
