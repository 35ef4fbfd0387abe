"""``rmdocs new`` and ``rmdocs due`` as people call them, answers piped in."""

import json
from datetime import date, timedelta

import pytest
from loans import OWN, ledger
from openpyxl import load_workbook

from rmdocs.cli.main import main

USCC = "91370112MA3DEM019E"


@pytest.fixture
def rmdocs(bank, tmp_path, command):
    """Run the command line in a folder of its own, with answers on standard input."""
    return lambda *words, answers="": command(
        "-w", bank.root, "--as", "JN01-0101", *words, answers=answers
    )


def test_the_last_record_is_the_start_of_the_next(bank, rmdocs, tmp_path):
    number = str(bank.issue(bank.sample("RXD7200-04-JN01")))
    code, out, err = rmdocs("new", "RXD7200-04", "--like", number, answers="\n" * 25)
    assert code == 130
    assert "借款人 › 客户名称" in out
    draft = tmp_path / "RXD7200-04-new.json.draft"
    assert draft.name in err
    assert rmdocs("new", "RXD7200-04")[0] == 4
    code, out, err = rmdocs("new", "--continue", draft.name, answers="\n" * 60)
    assert "借款人 › 客户名称" not in out
    record = json.loads((tmp_path / "RXD7200-04-new.json").read_text("utf-8"))
    assert record["content"]["contract"]["no"] == "建鲁(济示)流贷〔2025〕0007号"
    assert not draft.exists()
    # Once it is written its rules are checked.
    assert code in {0, 1}
    assert f"wrote {draft.with_suffix('').name}" in err
    assert record["date"] != record["content"]["notice_date"]
    assert "R04-NOTICE-BACKDATED" in out


def test_yes_and_no_in_the_readers_language(rmdocs, tmp_path):
    words = ("new", "RXD7200-02", "--out", "deep/log.json")
    code, out, err = rmdocs(*words, answers="\n" * 5 + "2026-04-09\n王样例\nJN01-0101\nperhaps\n")
    assert code == 130, err
    assert "is there one? yes/no" in out
    assert "[no]" in out
    assert "write yes or no" in out
    assert (tmp_path / "deep" / "log.json.draft").is_file()
    code, out, _ = rmdocs("--lang", "zh", "new", "--continue", "deep/log.json.draft")
    assert (code, "[否]" in out) == (130, True)


def test_a_customer_is_typed_once(bank, rmdocs, tmp_path):
    added = rmdocs(
        "customer", "add", USCC, "--name", "济南虚构岱岳重型机械有限公司",
        "--address", "济南市虚构区模拟工业园甲1号", "--postcode", "250098",
        "--representative", "陈虚实", "--phone", "0531-55510010", "--category", "重要",
    )  # fmt: skip
    assert added[0] == 0, added
    assert USCC in rmdocs("customer", "list")[1]
    shown = rmdocs("customer", "show", USCC)[1]
    assert "陈虚实" in shown
    assert "JN01-0101" in shown
    rmdocs("new", "RXD7200-01", "--customer", USCC, "--out", "a.json", answers="")
    defaults = json.loads((tmp_path / "a.json.draft").read_text("utf-8"))["defaults"]
    assert defaults["unit"] == "JN01"
    assert defaults["content"]["party_a"] == {
        "uscc": USCC,
        "name": "济南虚构岱岳重型机械有限公司",
        "domicile": "济南市虚构区模拟工业园甲1号",
        "postcode": "250098",
        "representative": {"title": "法定代表人", "name": "陈虚实"},
        "phone": "0531-55510010",
    }


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["new"], 2),
        (["new", "RXD7200-04", "--like", "RXD7200-01-JN01-2026-0001"], 2),
        (["new", "RXD7200-04", "--like", "RXD7200-04-JN01-2026-0009"], 3),
        (["new", "RXD7200-04", "--customer", USCC], 3),
        (["new", "RXD9999-99"], 3),
        (["new", "RXD7200-02", "--out", "a.txt"], 2),
        (["due", "--records", "a.jsonl"], 2),
        (["due", "--ics", "a.txt"], 2),
        (["due", "--unit", "JN1"], 2),
        (["issue"], 2),
    ],
)
def test_what_means_nothing_is_refused(bank, monkeypatch, tmp_path, words, code):
    monkeypatch.chdir(tmp_path)
    assert main(["-w", str(bank.root), "--as", "JN01-0101", *words]) == code


def test_a_draft_that_is_none_is_refused(bank, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.draft").write_text('{"form": 1}', encoding="utf-8")
    assert main(["-w", str(bank.root), "new", "--continue", "a.draft"]) == 1


def test_the_notices_of_a_ledger_from_the_morning_list_to_their_numbers(bank, rmdocs, tmp_path):
    today = date.today()  # noqa: DTZ011 - the command's clock is the machine's
    maturity = today + timedelta(days=40)
    values = {
        **OWN,
        "起始日": (maturity - timedelta(days=360)).isoformat(),
        "合同签订日期": (maturity - timedelta(days=360)).isoformat(),
        "到期日": maturity.isoformat(),
    }
    path = ledger(tmp_path / "台帐.csv", [values])
    words = ("due", "--unit", "JN01", "--ledger", path.name)
    code, out, err = rmdocs(*words, "--json", "--records", "notices.jsonl", "--ics", "due.ics")
    assert code == 0, err
    (told,) = map(json.loads, out.splitlines())
    assert told["what"] == "Issue the maturity notice"
    assert told["on"] == (maturity - timedelta(days=7)).isoformat()
    assert "BEGIN:VEVENT" in (tmp_path / "due.ics").read_text("utf-8")
    assert rmdocs("check", "notices.jsonl")[0] == 0
    code, out, err = rmdocs("issue", "--from-due", path.name)
    assert code == 0, err
    assert out.startswith("RXD7200-04-JN01-")
    code, out, err = rmdocs("issue", "--from-due", path.name)
    assert (code, out) == (0, "")
    assert "nothing to issue" in err
    code, _, err = rmdocs(*words, "--records", "none.jsonl")
    assert (code, "no records to write" in err) == (0, True)
    assert not (tmp_path / "none.jsonl").exists()
    assert "Issue the maturity notice" not in rmdocs(*words)[1]
    for within in ("400", "400d", "400天"):
        assert rmdocs("due", "--within", within, "--xlsx", f"due-{within}.xlsx")[0] == 0
    assert rmdocs("due", "--within", "4w")[0] == 2
    (tmp_path / "due-400.xlsx").rename(tmp_path / "due.xlsx")
    assert load_workbook(tmp_path / "due.xlsx").active["A1"].value


def test_a_gap_in_the_ledger_keeps_all_from_being_issued(bank, rmdocs, tmp_path):
    maturity = date.today() + timedelta(days=40)  # noqa: DTZ011 - as above
    values = {**OWN, "到期日": maturity.isoformat(), "起始日": "2026-01-10", "还款账号": ""}
    path = ledger(tmp_path / "loans.csv", [values])
    code, out, err = rmdocs("issue", "--from-due", path.name)
    assert (code, out) == (1, "")
    assert "loans.csv!R2" in err
    code, out, err = rmdocs("issue", "--from-due", path.name, "--skip-invalid")
    assert (code, out, "loans.csv!R2" in err) == (1, "", True)
    assert not list(tmp_path.glob("*.jsonl"))
