"""The commands of revising and regenerating, run as a person runs them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from notices import FORM

from rmdocs.cli.main import main
from rmdocs.rendering.compiled import printed_text

AUTHOR, REVIEWER, APPROVER, OFFICER = (f"SD00-000{place}" for place in range(1, 5))
NUMBER = str(FORM)


@pytest.fixture
def run(bank, capsys, monkeypatch):
    """Return a function that runs a command as somebody and returns code, output, errors.

    The clock is the machine's: what is proposed takes effect in the far future.
    """
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "RMDOCS_WORKSPACE", "RMDOCS_ACTOR"):
        monkeypatch.delenv(name, raising=False)

    def call(*words, who=AUTHOR, language="en"):
        code = main(["--lang", language, "-w", str(bank.root), "--as", who, *words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


def propose(run, *more, effective="2999-01-01"):
    return run("form", "propose", NUMBER, "--reason", "改", "--effective", effective, *more)


def test_from_proposal_to_release(run):
    code, out, err = propose(run)
    assert (code, out) == (0, f"CR2026-0001  {NUMBER} 1.0 → 1.1  being drafted\n")
    assert "form.toml" in err
    answer = json.loads(run("form", "submit", NUMBER, "--json")[1])
    assert (answer["status"], answer["draft"]) == ("submitted", 1)
    digest = answer["digest"]
    assert run("form", "review", NUMBER, "--digest", digest[:8], who=REVIEWER)[0] == 0
    code, out, _ = run("form", "approve", NUMBER, "--json", who=APPROVER)
    released = json.loads(out)
    assert (code, released["revision"], released["digest"]) == (0, "1.1", digest)
    rows = [json.loads(line) for line in run("form", "list", "--json")[1].splitlines()]
    [row] = [row for row in rows if row["number"] == NUMBER]
    assert (row["released"], row["coming"], row["change"]) == ("1.0", "1.1 2999-01-01", "")


def test_a_refusal_names_rule_and_person_in_either_language(run):
    propose(run)
    run("form", "submit", NUMBER)
    code, _, err = run("form", "review", NUMBER)
    assert code == 3
    assert "编制示例 (SD00-0001) may not review a draft: it takes the role form reviewer" in err
    code, _, err = run("form", "review", NUMBER, language="zh")
    assert "ISO 9001 §5.3" in err
    assert "审核送审稿" in err
    assert run("form", "review", NUMBER, "--digest", "00", who=REVIEWER)[0] == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("form", "submit", NUMBER), 3),
        (("form", "review", NUMBER), 3),
        (("form", "approve", NUMBER), 3),
        (("form", "return", NUMBER, "--remark", "x"), 3),
        (("form", "propose", "RXD7200-99", "--reason", "x", "--effective", "2999-01-01"), 3),
        (("form", "propose", NUMBER, "--reason", " ", "--effective", "2999-01-01"), 2),
        (("form", "propose", NUMBER, "--reason", "x", "--effective", "2020-01-01"), 3),
        (("form", "propose", NUMBER, "--reason", "x", "--effective", "soon"), 2),
        (("form", "propose", "nonsense", "--reason", "x", "--effective", "2999-01-01"), 2),
        (("form", "withdraw", NUMBER, "--reason", "x", "--revision", "9.9"), 3),
        (("form", "withdraw", NUMBER, "--reason", "x", "--revision", "one"), 2),
        (("form", "blank", NUMBER, "--revision", "2.0", "--out", "x"), 3),
        (("regenerate", NUMBER, "--to", "1.7", "--dry-run"), 3),
        (("regenerate", NUMBER, "--to", "1.0", "--where", "content.(", "--dry-run"), 1),
        (("regenerate", "RXD7200-99", "--to", "1.0", "--dry-run"), 3),
    ],
)
def test_what_is_refused_changes_nothing_and_says_what_to_do(run, bank, words, code):
    refs = bank.git("for-each-ref")
    found, _, err = run(*words)
    assert found == code, err
    assert err
    assert "Traceback" not in err
    assert bank.git("for-each-ref") == refs


def test_return_reject_and_the_two_registers_of_it(run):
    propose(run)
    run("form", "submit", NUMBER)
    assert run("form", "return", NUMBER, "--remark", "第3段有误", who=REVIEWER)[0] == 0
    code, out, _ = run("form", "reject", NUMBER, "--remark", "不予修改", who=APPROVER)
    assert (code, out.splitlines()[0]) == (0, f"CR2026-0001  {NUMBER} 1.0 → 1.1  rejected")


def test_confirm_and_withdraw(run):
    assert "stays as it is" in run("form", "confirm", NUMBER, who=REVIEWER)[1]
    code, out, _ = run(
        "form", "withdraw", NUMBER, "--reason", "停用", "--on", "2999-01-01", who=APPROVER
    )
    assert (code, out) == (0, f"{NUMBER} 1.0 is withdrawn\n")


@pytest.mark.parametrize(("revision", "mark"), [("", ""), ("desk", "草稿"), ("draft", "草稿")])
def test_blanks_say_whether_they_are_in_force(run, tmp_path, revision, mark):
    propose(run)
    run("form", "submit", NUMBER)
    words = ("--revision", revision) if revision else ()
    assert run("form", "blank", NUMBER, "--out", str(tmp_path), *words)[0] == 0
    [path] = tmp_path.iterdir()
    text = printed_text(path.read_bytes())
    assert "信贷业务到期通知书" in text
    assert (mark in text) if mark else ("草稿" not in text)


def test_a_policy_is_shown_and_changed_by_two(run, bank, monkeypatch):
    text = run("policy", "show")[1]
    path = bank.write(text.replace('["form_reviewer"]\n\n', '["auditor"]\n\n', 1), "policy.toml")
    words = ("policy", "change", str(path), "--reason", "改")
    assert run(*words, who=AUTHOR)[0] == 3
    assert run(*words, who=OFFICER)[1].startswith("policy-R1: change the policy, waiting\n")
    assert '"revision.confirm" = ["auditor"]' not in run("policy", "show")[1]
    monkeypatch.setattr("sys.stdin", io.StringIO("n\ny\n"))
    _, out, err = run("approve", "policy-R1", who=APPROVER)
    assert '  -"revision.confirm" = ["form_reviewer"]\n' in out
    assert "Approve it?" in err
    answer = json.loads(run("approve", "policy-R1", "--yes", "--json", who=APPROVER)[1])
    assert (answer["status"], answer["decided_by"]) == ("approved", APPROVER)
    assert '"revision.confirm" = ["auditor"]' in run("policy", "show")[1]


def test_export_as_of_a_day_before_it_was_issued(visited_bank, tmp_path, capsys):
    root = str(visited_bank.root)
    number = "RXD7200-02-JN01-2026-0001"
    words = ["--lang", "en", "-w", root, "export", number, "--out", str(tmp_path), "--as-of"]
    assert main([*words, "2020-01-01"]) == 3
    assert "was not issued by 2020-01-01" in capsys.readouterr().err
    assert main([*words, "2999-01-01"]) == 2
    assert "2999-01-01 is still to come" in capsys.readouterr().err
    today = visited_bank.opened(None, datetime.now(UTC)).today()
    assert main([*words, str(today), "--edition", "1"]) == 2
    assert main([*words, str(today)]) == 0
    [path] = tmp_path.iterdir()
    assert path.name == f"{number}-e1-reprint.docx"
    assert zipfile.is_zipfile(path)
    assert "补打件" in printed_text(path.read_bytes())


def test_regenerating_asks_first(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    code, _, err = run("regenerate", NUMBER, "--to", "1.0", who=OFFICER)
    assert code == 130
    assert "Regenerate these records?" in err
