"""The registers, the closing of a series and lists by revision, run as a person runs them."""

from __future__ import annotations

import json
import zipfile
from datetime import date

import pytest
from bank import Bank
from chronicle import DAY, HOLDER, OFFICER, chronicle

from rmdocs.cli.context import Session
from rmdocs.cli.main import main
from rmdocs.folders import save_all
from rmdocs.identifiers import StaffNumber
from rmdocs.registers.displaynames import REGISTER_NAMES
from rmdocs.workspace import copies

JINAN, YANTAI = (("RXD7200-04", unit, "2026") for unit in ("JN01", "YT03"))


@pytest.fixture(scope="module")
def lived(once, founded):
    return Bank(once.copy(founded, "chronicle", lambda root: chronicle(Bank(root)))[0])


@pytest.fixture
def run(lived, capsys, monkeypatch):
    """Return a function that runs a command as somebody and returns code, output, errors."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "RMDOCS_WORKSPACE", "RMDOCS_ACTOR"):
        monkeypatch.delenv(name, raising=False)

    def call(*words, bank=lived, who=OFFICER, lang="en", day=DAY.closed):
        # The clock stands on a day of the chronicle, not on the one it is tested on.
        monkeypatch.setattr(Session, "workspace", lambda session: bank.at(session.actor, day))
        code = main(["--lang", lang, "-w", str(bank.root), "--as", who, *words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


def answers(out):
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", REGISTER_NAMES)
def test_every_register_prints(run, name, lang):
    code, out, err = run("register", name, "--as-of", DAY.closed.isoformat(), lang=lang)
    assert code == 0, err
    lines = out.splitlines()
    assert bool(lines) == (name != "disposals")
    answer = run("register", name, "--as-of", DAY.closed.isoformat(), "--json", lang=lang)
    assert answer[0] == 0
    assert len({tuple(row) for row in answers(answer[1])}) == (name != "disposals")


def test_as_it_was_on_a_day(run):
    words = ("register", "documents", "--json", "--as-of")
    for day, revision in ((DAY.released, "1.0"), (DAY.effective, "1.1")):
        rows = answers(run(*words, day.isoformat())[1])
        assert [row["revision"] for row in rows if row["number"] == "RXD7200-04"] == [revision]


def test_restricted(run):
    _, out, err = run("register", "records", "RXD7200-04", "--unit", "YT03", "--year", "2026")
    assert "RXD7200-04-YT03-2026-0001" in out
    assert "JN01" not in out
    assert "up to the end of the day" in err
    totals = answers(run("register", "records", "--totals", "--json")[1])
    assert [(row["unit"], row["given"]) for row in totals] == [("JN01", 3), ("YT03", 1)]
    assert run("register", "reviews", "--within", "0", "--as-of", "2000-01-01")[0] == 0


def test_saved_as_a_workbook_and_a_page(run, tmp_path):
    book, page = tmp_path / "history.xlsx", tmp_path / "history.html"
    words = ("register", "history", "--xlsx", str(book), "--html", str(page))
    code, out, err = run(*words)
    assert (code, out) == (0, "")
    assert str(book) in err
    assert str(page) in err
    assert zipfile.is_zipfile(book)
    assert "RXD7200-04" in page.read_text("utf-8")
    assert run(*words)[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("register",), 2, "NAME"),
        (("register", "nothing"), 2, "is not one of"),
        (("register", "units", "RXD7200-04"), 2, "takes no number"),
        (("register", "records", "--within", "3"), 2, "takes no --within"),
        (("register", "history", "RXD7200-77"), 2, "in no register"),
        (("register", "history", "nonsense"), 2, "nonsense"),
        (("register", "units", "--as-of", "gestern"), 2, "is no date"),
        (("register", "units", "--html", "x.txt"), 2, ".html"),
        (("series", "close", *JINAN), 3, "closed already"),
        (("series", "close", *YANTAI[:2], "2031"), 3, "is not over"),
        (("series", "close", "RXD7200-01", "YT03", "2025"), 3, "was ever given"),
        (("series", "close", *YANTAI[:2], "x"), 2, "YEAR"),
        (("list", "--revision", "one"), 2, "one"),
    ],
)
def test_called_wrongly_or_refused(run, words, code, said):
    answer = run(*words)
    assert answer[0] == code, answer
    assert said in answer[2]
    assert answer[1] == ""
    assert "Traceback" not in answer[2]


def test_a_series_is_closed(run, lived, copied):
    bank = copied(lived.root)
    code, out, err = run("series", "close", *YANTAI, bank=bank)
    assert (code, out) == (0, "closed RXD7200-04-YT03-2026: 1 number(s), 0 void\n"), err
    assert "closed already" in run("series", "close", *YANTAI, bank=bank)[2]


def test_lists_by_revision_and_open_ones(run):
    def numbers(*words):
        return [row["number"][-9:] for row in answers(run(*words, "--json")[1])]

    assert numbers("list", "RXD7200-04", "--revision", "1.1") == ["2026-0001"] * 2
    assert numbers("list", "--revision", "1.0", "--open") == ["2026-0003"]
    assert numbers("list", "--revision", "1.0") == ["2026-0002", "2026-0003"]
    assert numbers("list", "--unit", "JN01", "--open") == ["2026-0001", "2026-0003"]
    assert numbers("find", "--revision", "1.1", "--open", "--unit", "YT03") == ["2026-0001"]
    assert numbers("list", "--revision", "9.9") == []
    assert numbers("find", "乙", "--open") == []
    assert numbers("find", "乙") == ["2026-0002"]


def test_a_copy_is_traced_by_its_file(run, lived, tmp_path):
    [path] = save_all(tmp_path, [copies.export(lived.at(HOLDER), _first(lived))])
    code, out, err = run("trace", str(path))
    assert (code, err) == (0, "")
    assert out.startswith("RXD7200-04-C0001 (revision 1.0), 王样例（JN01-0101）: issued")
    assert "COPY-OUTDATED" in out
    assert "sealed and unchanged" not in out
    [answer] = answers(run("trace", "RXD7200-04-C0001", "--json")[1])
    assert (answer["copy"], answer["traced_exemplar"]) == ("RXD7200-04-C0001", 1)
    assert answer["revision_status"] == "superseded"
    assert [finding["code"] for finding in answer["findings"]] == ["COPY-OUTDATED"]
    code, _, err = run("trace", "RXD7200-04-C0099")
    assert code == 3
    assert "no controlled copy" in err


def _first(bank):
    return copies.find(bank.at())[0].number


@pytest.mark.parametrize("title", ["人员登记册", "Register of staff", "register of STAFF", "staff"])
def test_a_register_by_its_title(run, title):
    by_title, by_code = run("register", title, "--json"), run("register", "staff", "--json")
    assert by_title == by_code
    assert by_title[0] == 0


@pytest.mark.parametrize("status", ["已作废", "void", "voided"])
def test_records_by_the_title_of_their_status(run, status):
    found = [row["number"] for row in answers(run("find", "--status", status, "--json")[1])]
    assert found == [
        row["number"] for row in answers(run("find", "--status", "voided", "--json")[1])
    ]
    assert found


@pytest.mark.parametrize(
    "words",
    [
        ("person", "add", "JN01-0190", "--name", "甲", "--unit", "JN01", "--role", "经理"),
        ("hold", "place", "--series", "RXD7200-02-JN01-2026", "--kind", "贷款", "--reason", "x"),
        ("register", "登记册"),
        ("find", "--status", "作废了"),
        ("disposition", "propose", "--all-due", "--outcome", "烧", "--reason", "x"),
    ],
)
def test_what_is_called_nothing_is_refused_with_what_there_is(run, words):
    code, _, told = run(*words, lang="zh")
    assert code == 2
    assert "不在可选范围内" in told
    assert "、" in told.split("不在可选范围内")[1]


def test_roles_and_kinds_of_holds_by_their_titles(copied, lived, run):
    bank = copied(lived.root)
    known = StaffNumber.parse("JN01-0101")
    name = bank.at().registry.staff.person(known).name
    person = ("person", "add", str(known), "--name", name, "--unit", "JN01")
    code, _, told = run(*person, "--role", "客户经理", "--role", "Auditor", bank=bank)
    assert code == 0, told
    assert bank.at().registry.staff.person(known).roles == {"relationship_manager", "auditor"}
    hold = ("hold", "place", "--series", "RXD7200-02-JN01-2026", "--reason", "鲁01民初1号案")
    code, _, told = run(*hold, "--kind", "诉讼", bank=bank)
    assert code == 0, told
    held = answers(run("register", "holds", "--json", bank=bank)[1])
    assert "鲁01民初1号案" in {row["reason"] for row in held if row["kind"] == "litigation"}


@pytest.mark.parametrize(("year", "hinted"), [(2026, False), (2031, True)])
def test_a_year_whose_working_days_are_not_entered_is_hinted_at_once(run, tmp_path, year, hinted):
    empty = tmp_path / "none.json"
    empty.write_text("[]", "utf-8")
    for words in (("verify",), ("due",), ("issue", str(empty))):
        _, out, err = run(*words, day=date(year, 3, 1))
        assert (f"rmdocs calendar fill {year}" in err) is hinted, words
        assert (out + err).count("CALENDAR-MISSING") == hinted
    assert "CALENDAR-MISSING" not in "".join(run("due", "--json", day=date(year, 3, 1))[1:])
