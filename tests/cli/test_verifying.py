"""Verifying the store from the command line: what is told, written to print, and signed."""

import html
import json
import re

import pytest
from openpyxl import load_workbook

from rmdocs.audit.conformance import RecordProperty, properties_of, properties_of_code
from rmdocs.audit.report import MOST_OF_A_CODE, findings_report
from rmdocs.audit.verify import Verification
from rmdocs.findings import error, warning
from rmdocs.messages import Language, Verbatim
from rmdocs.reports.report import write_html
from rmdocs.store.keys import verify as verify_signature
from rmdocs.workspace.store import REPORT_NAMESPACE

ODD = "奇怪<b>&文件.txt"


@pytest.fixture
def run(visited_bank, command):
    return lambda *words: command("-w", visited_bank.root, *words)


@pytest.fixture
def faulty(visited_bank):
    """A store with an error, and something that is only to be known, of an odd name."""
    visited_bank.git("update-ref", "refs/heads/elsewhere", "refs/heads/control")
    (visited_bank.store / ODD).write_text("x")
    visited_bank.close()
    return visited_bank


def cells(page):
    return [html.unescape(one) for one in re.findall(r"<td[^>]*>([^<]*)</td>", page)]


@pytest.mark.parametrize("language", list(Language))
def test_a_report_names_the_four_properties_one_by_one(run, tmp_path, language):
    run("verify")  # what it saw is held against the store from then on
    code, _, err = run("--lang", language, "verify", "--report", "v.html")
    assert (code, "v.html" in err) == (0, True)
    told = cells((tmp_path / "v.html").read_text(encoding="utf-8"))
    names = [one.called.text(language) for one in RecordProperty]
    assert list(dict.fromkeys(one for one in told if one in names)) == names
    [answer] = run("--lang", language, "verify", "--json")[1].splitlines()
    for one in json.loads(answer)["properties"]:
        assert one["errors"] == 0
        assert all(part["what"] in told and part["amount"] in told for part in one["looked_at"])
        assert one["looked_at"]
        for left_out in one["not_looked_at"]:  # paper has no commands in its table
            assert re.split("[:：] *rmdocs verify", left_out)[0] in told


def test_what_is_wrong_stands_in_it_as_it_is_called(faulty, run, tmp_path):
    code, out, _ = run("verify", "--report", "v.html")
    assert (code, "security 1" in out, "authenticity 0" in out) == (1, True, True)
    page = (tmp_path / "v.html").read_text(encoding="utf-8")
    assert "REF-FOREIGN (1), STORE-STRAY (1)" in cells(page)
    assert "1 error(s) were found." in page
    assert "<b>" not in page
    assert ODD in cells(page)
    assert run("verify", "--report", "v.xlsx")[0] == 1
    book = load_workbook(tmp_path / "v.xlsx")
    assert len(book.worksheets) == 3
    assert ODD in [cell.value for row in book.worksheets[1].rows for cell in row]


def test_it_is_signed_by_who_acts_and_written_over_nothing(visited_bank, run, tmp_path):
    assert run("--as", "SD00-0009", "verify", "--report", "v.html")[0] == 0
    report, signature = tmp_path / "v.html", tmp_path / "v.html.sig"
    key = visited_bank.at("SD00-0009").key().public
    found = verify_signature(signature.read_text(), report.read_bytes(), REPORT_NAMESPACE)
    assert found == key
    assert visited_bank.at("SD00-0009").person().name in report.read_text(encoding="utf-8")
    code, _, err = run("verify", "--report", "v.html")
    assert (code, "is there already" in err) == (4, True)
    report.rename(tmp_path / "other.html")
    before = signature.read_bytes()
    assert run("--as", "SD00-0009", "verify", "--report", "v.html")[0] == 4
    assert (signature.read_bytes(), report.exists()) == (before, False)
    assert run("verify", "--report", "v.pdf")[0] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--since", "foo"), ("“foo” is no file here", "--since last")),
        (("--against", "nosuch"), ("“nosuch” is no file here", "see how the file is called")),
        (("--against", "编号 RXD7200-01-JN01-2026-0001"), ("is no file here", "rmdocs checkpoint")),
        (("--against", "RXD7200-01-JN01-2026-0001"), ("is no check code", "at the foot")),
        (("--against", "cut.bundle"), ("cut.bundle is damaged", "take another copy")),
        (("--against", "cut.tlog-proof"), ("it is no proof", "ask for the proof anew")),
    ],
)
def test_what_nothing_can_be_held_against_is_told_with_what_can(run, tmp_path, words, told):
    heads = ("refs/heads/control", "refs/heads/records/RXD7200-01/JN01/2026/1")
    lines = "".join(f"{'0' * 40} {ref}\n" for ref in heads)
    (tmp_path / "cut.bundle").write_text(f"# v2 git bundle\n{lines}\n")
    (tmp_path / "cut.tlog-proof").write_bytes(b"c2sp.org/tlog-proof@v1\nextra ")
    code, _, err = run("verify", *words)
    assert code in {1, 2, 4}
    assert all(one in err for one in told), err


def test_a_proof_holds_its_ledger_as_far_as_it_was_then(run):
    assert run("prove", "RXD7200-02-JN01-2026-0001", "--out", "p.tlog-proof")[0] == 0
    answer = json.loads(run("verify", "--against", "p.tlog-proof", "--json")[1])
    [held] = [one for one in answer["ledgers"] if one["held"]]
    assert (held["name"], held["held"]) == ("RXD7200-02/JN01/2026/1", held["events"])


@pytest.mark.parametrize("name", ["nosuch", "store.git"])
def test_where_no_workspace_is(visited_bank, command, name):
    place = visited_bank.store if name == "store.git" else name
    code, _, err = command("-w", place, "verify")
    assert code == 4
    wanted = "records/store.git" if name == "store.git" else "name the folder of a workspace"
    assert wanted in err
    assert ("rmdocs init" in err) is (name == "nosuch")


def test_of_very_many_findings_of_a_code_it_lists_some_and_counts_all():
    many = MOST_OF_A_CODE + 7
    found = Verification(
        volumes=0,
        events=0,
        files=0,
        findings=(
            warning("PIN-SHORT", "-", Verbatim("short")),
            *(error("FILE-CHANGED", f"{one}", Verbatim("?"), Verbatim("!")) for one in range(many)),
        ),
    )
    made = findings_report(found)
    assert [row[1] for row in made.rows] == ["FILE-CHANGED"] * MOST_OF_A_CODE + ["PIN-SHORT"]
    assert "7 more of FILE-CHANGED" in write_html((made,), Language.EN)
    told = {one.property: one for one in properties_of(found)}
    for one in properties_of_code("FILE-CHANGED"):
        assert told[one].errors == many


@pytest.mark.parametrize(
    ("code", "properties"),
    [
        ("KEY-DOUBT", {"authenticity"}),
        ("REGISTER-UNREADABLE", {"integrity", "usability"}),
        ("FILE-UNREADABLE", {"integrity", "usability"}),
        ("EVENT-AHEAD", {"authenticity"}),
        ("STORE-BORROWS", {"security"}),
        ("WITNESS-BEHIND", {"integrity"}),
        ("REF-FOREIGN", {"security"}),
    ],
)
def test_every_code_is_of_some_property(code, properties):
    assert properties_of_code(code) == properties
