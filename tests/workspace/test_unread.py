"""Where the keys of encrypted records are missing, each list that lacks them says so."""

import shutil
from datetime import date

import pytest
from loans import ledger, row

from rmdocs import folders
from rmdocs.beginning import begin, built_in
from rmdocs.cli.main import main
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.intake.candidates import ALL
from rmdocs.messages import Language
from rmdocs.regeneration.trial import try_records
from rmdocs.registers.indexfile import Query
from rmdocs.registers.lists.quarters import Quarter
from rmdocs.reports.report import note_texts
from rmdocs.workspace import disposition, due, oversight, records, registers
from rmdocs.workspace.due import Wanted

EN = Language.EN
MORNING = date(2026, 11, 24)
NOTICE = "RXD7200-04-JN01-2026-0001"
KEYLESS = f"1 encrypted record(s), such as {NOTICE}, could not be read, since their keys are not"


@pytest.fixture(scope="module")
def noticed(once):
    """A workspace whose notices are encrypted, with one; the customer's ledger is beside it."""
    from bank import NEW_YEAR, Bank

    def make(root):
        desk = root.parent / "desk"
        shutil.copytree(built_in() / "forms" / "RXD7200-04", desk / "forms" / "RXD7200-04")
        shutil.copytree(built_in() / "schemas", desk / "schemas")
        manifest = desk / "forms" / "RXD7200-04" / "form.toml"
        text = manifest.read_text("utf-8").replace('access = "customer"', 'access = "personal"')
        manifest.write_text(text, "utf-8")
        begin(root, sample=True, now=NEW_YEAR, desk=desk)
        bank = Bank(root)
        sample = bank.sample("RXD7200-04-JN01")
        sample.pop("derived")
        bank.issue(sample, MORNING)

    return once.workspace("noticed", make)[0]


@pytest.fixture
def bank(noticed, copied):
    return copied(noticed)


@pytest.fixture
def loans(bank, tmp_path):
    said = bank.sample("RXD7200-04-JN01")["record"]["content"]
    changes = {"合同编号": said["contract"]["no"], "借据编号": said["iou_no"]}
    changes["到期日"], changes["起始日"] = said["maturity"], said["loan_start"]
    return ledger(tmp_path / "loans.xlsx", [row(**changes)])


@pytest.fixture
def keyless(bank, loans):
    shutil.rmtree(bank.root / "record-keys")
    for file in bank.index_files():
        file.unlink()
    return bank


def told(findings):
    return [(one.code, one.message.text(EN).partition("not here: ")[2]) for one in findings]


def test_with_the_keys_nothing_is_missing(bank, loans):
    due_list = due.what_is_due(bank.at(day=MORNING), Wanted(ledger=folders.ledger(loans, ALL)))
    assert due_list.maturities == ()
    assert due_list.findings == ()


def test_a_ledger_asks_again_for_what_cannot_be_read_and_says_so(keyless, loans):
    due_list = due.what_is_due(keyless.at(day=MORNING), Wanted(ledger=folders.ledger(loans, ALL)))
    assert len(due_list.maturities) == 1
    said = told(one for one in due_list.findings if one.code == "CONTENT-UNREADABLE")
    assert said == [
        ("CONTENT-UNREADABLE", "a loan is listed though one of them may be its record"),
        ("CONTENT-UNREADABLE", "what is due of them is not listed"),
    ]


def test_what_is_due_is_asked_of_one_unit(keyless):
    for unit, count in (("JN01", 1), ("YT03", 0)):
        due_list = due.what_is_due(keyless.at(day=MORNING), Wanted(unit=unit))
        assert len(due_list.findings) == count


@pytest.mark.parametrize("asked", [Query(), Query(form="RXD7200-04"), Query(text="示例")])
def test_a_search(keyless, asked):
    workspace = keyless.at()
    assert len(list(records.find(workspace, asked))) == (0 if asked.text else 1)
    [finding] = records.unreadable(workspace, asked)
    assert finding.message.text(EN).startswith(KEYLESS)
    assert records.unreadable(workspace, Query(form="RXD7200-04", year=2025)) == []


@pytest.mark.parametrize(("asked", "code"), [([], 0), (["--customer", "济南"], 4)])
def test_a_search_for_what_they_say_is_none_of_success(keyless, asked, code, capsys):
    arguments = ["--workspace", str(keyless.root), "--lang", "en", "find", *asked]
    assert main(arguments) == code
    assert KEYLESS in " ".join(capsys.readouterr().err.split())


def test_registers_and_the_list_of_what_is_due_for_disposition(keyless):
    workspace = keyless.at()
    for report in (
        registers.report(workspace, "records"),
        disposition.due(workspace),
        due.report(workspace, due.what_is_due(workspace, Wanted())),
        oversight.report(workspace, oversight.overview(workspace, Quarter(year=2026, number=4))),
    ):
        [lacking, *_] = report.lacks
        assert lacking.text(EN).startswith(KEYLESS)
        assert KEYLESS in note_texts(report, EN)[0]
    [finding] = disposition.unread(workspace, unit="JN01")
    assert finding.message.text(EN).startswith(KEYLESS)


def test_a_trial_of_a_revision(keyless):
    registry = keyless.at().registry
    loaded = registry.form_revision(DocumentNumber("RXD7200-04"), Revision.parse("1.0"))
    [tried] = try_records(registry, loaded.form, loaded.files)
    assert (tried.source, tried.documents) == (NOTICE, {})
    assert [one.code for one in tried.findings] == ["CONTENT-UNREADABLE"]
