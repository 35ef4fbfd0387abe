"""The copy commands, run as a person runs them."""

from __future__ import annotations

import json
import zipfile

import pytest
from custody import DOCUMENT, HOLDER, OFFICER, OUTSIDE

from rmdocs.cli.main import main
from rmdocs.registers.copies import CopyRegister


@pytest.fixture
def run(bank, capsys, monkeypatch):
    """Return a function that runs a command as somebody and returns code, output, errors."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "RMDOCS_WORKSPACE", "RMDOCS_ACTOR"):
        monkeypatch.delenv(name, raising=False)

    def call(*words, who=OFFICER, group="copy"):
        code = main(["--lang", "en", "-w", str(bank.root), "--as", who, group, *words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


def test_from_issue_to_return(run, bank, tmp_path):
    code, out, err = run("issue", str(DOCUMENT), "--to", HOLDER, "--out", str(tmp_path))
    assert code == 0, err
    assert out == (
        "RXD7200-04-C0001 (revision 1.0), 王样例（JN01-0101）: issued, receipt not signed\n"
    )
    [path] = tmp_path.iterdir()
    assert str(path) in err
    assert zipfile.is_zipfile(path)
    assert run("acknowledge", "RXD7200-04-C0001", who=HOLDER)[1].endswith(": with its holder\n")
    answer = json.loads(
        run("replace", "RXD7200-04-C0001", "--reason", "破损", "--destroyed", "--json")[1]
    )
    assert (answer["exemplar"], answer["status"]) == (2, "issued")
    assert answer["file"]["path"].endswith("exemplars/2/RXD7200-04-C0001-2.docx")
    assert run("recall", "RXD7200-04-C0001", "--reason", "换岗")[0] == 0
    assert run("return", "RXD7200-04-C0001", "--remark", "完好")[1].endswith(": taken back\n")
    [copy] = CopyRegister(head=bank.at().registry.control).all()
    assert [event.kind.removeprefix("copy-") for event in copy.events] == [
        "issue",
        "acknowledge",
        "replace",
        "recall",
        "return",
    ]


def test_a_lost_copy_prints_both_numbers(run, tmp_path):
    run("issue", str(DOCUMENT), "--outside", OUTSIDE)
    code, out, _ = run(
        "lose", "RXD7200-04-C0001", "--reason", "遗失", "--json", "--out", str(tmp_path)
    )
    lost, new = map(json.loads, out.splitlines())
    assert code == 0
    assert (lost["replaced_by"], new["replaces"]) == ("RXD7200-04-C0002", "RXD7200-04-C0001")
    assert [path.name for path in tmp_path.iterdir()] == ["RXD7200-04-C0002-1.docx"]


def test_an_outside_holder_s_receipt(run):
    run("issue", str(DOCUMENT), "--outside", OUTSIDE)
    code, _, err = run("acknowledge", "RXD7200-04-C0001")
    assert code == 2
    assert "signs on paper" in err
    code, out, err = run("acknowledge", "RXD7200-04-C0001", "--signed-by", "孙会计")
    assert (code, out) == (0, f"RXD7200-04-C0001 (revision 1.0), {OUTSIDE}: with its holder\n"), err


def test_all_superseded_at_once(run):
    run("issue", str(DOCUMENT), "--to", HOLDER)
    code, out, err = run("recall", "--superseded", str(DOCUMENT))
    assert (code, out) == (0, "")
    assert "no copy is to be recalled" in err
    withdraw = ("withdraw", str(DOCUMENT), "--reason", "停用")
    assert run(*withdraw, who="SD00-0003", group="form")[0] == 0
    code, out, _ = run("recall", "--superseded", str(DOCUMENT))
    assert code == 0
    assert out.endswith(": recalled\n")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("issue", "RXD7200-04"), 2, "one holder"),
        (("issue", "RXD7200-04", "--to", HOLDER, "--outside", "x"), 2, "one holder"),
        (("issue", "RXD7200-99", "--outside", "x"), 3, "RXD7200-99"),
        (("issue", "RXD7200-04", "--to", "JN01"), 2, "JN01-0101"),
        (("recall",), 2, "--superseded"),
        (("recall", "RXD7200-04-C0001", "--superseded", "RXD7200-04"), 2, "--superseded"),
        (("recall", "RXD7200-04-C0001"), 3, "reason"),
        (("return", "RXD7200-04-C0001"), 3, "there is no controlled copy"),
        (("return", "C0001"), 2, "RXD7200-04-C0001"),
        (("replace", "RXD7200-04-C0001"), 2, "--reason"),
        (("acknowledge", "RXD7200-04-C0001", "--on", "2026-06-01"), 2, "who signed"),
        (("list", "nothing"), 2, "RXD7200-01"),
    ],
)
def test_called_wrongly_or_refused(words, code, said, run):
    answer = run(*words)
    assert answer[0] == code
    assert said in answer[2]
    assert answer[1] == ""
    assert "Traceback" not in answer[2]


def test_the_lists(run, tmp_path):
    assert run("list")[1] == ""
    run("issue", str(DOCUMENT), "--to", HOLDER)
    _, out, err = run("list")
    assert "RXD7200-04-C0001" in out
    assert "never given again" in err
    assert json.loads(run("list", str(DOCUMENT), "--json")[1])["holder"] == "王样例（JN01-0101）"
    assert run("list", "--as-of", "2026-01-06")[1] == ""
    run("recall", "RXD7200-04-C0001", "--reason", "换岗")
    assert "RXD7200-04-C0001" in run("list", "--recall")[1]
    assert run("list", "--xlsx", str(tmp_path / "list.xlsx"))[0] == 0
    assert zipfile.is_zipfile(tmp_path / "list.xlsx")
