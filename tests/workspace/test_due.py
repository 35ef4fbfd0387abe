"""What is due: open records by their forms, maturities of a ledger, calendar and records."""

import json
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from loans import OWN, ledger, row
from openpyxl import Workbook

from rmdocs import folders
from rmdocs.cli.main import main
from rmdocs.errors import FindingsError, UsageError
from rmdocs.files import File
from rmdocs.folders import save
from rmdocs.identifiers import RecordNumber
from rmdocs.intake.candidates import ALL
from rmdocs.messages import Language
from rmdocs.registers.indexfile import Query
from rmdocs.registers.lists.due import is_ours
from rmdocs.reports.report import rows_json
from rmdocs.workspace import due, people, records
from rmdocs.workspace.due import Wanted

MORNING = date(2026, 11, 24)


def told(workspace, wanted=None):
    due_list = due.what_is_due(workspace, wanted or Wanted())
    return rows_json(due.report(workspace, due_list), Language.EN), due_list


@pytest.fixture(params=["loans.xlsx", "loans.csv"])
def loans(request, tmp_path):
    return ledger(tmp_path / request.param, [row()])


def test_each_form_says_what_its_open_records_wait_for(bank):
    numbers = {
        name: str(bank.issue(bank.sample(f"RXD7200-{name}-JN01")))
        for name in ("03", "01", "02", "04")
    }
    rows, _ = told(bank.at(day=date(2026, 10, 1)), Wanted(within=60))
    due = {(one["number"], one["what"]): one for one in rows if one["unit"]}
    assert {key: one["on"] for key, one in due.items()} == {
        (numbers["01"], "Signing"): "2026-03-16",
        (numbers["02"], "Department head's opinion"): "2026-04-16",
        (numbers["03"], "Department head's approval"): "2026-01-15",
        (numbers["04"], "Deliver the notice"): "2026-10-09",
    }
    late = due[numbers["01"], "Signing"]
    assert (late["state"], late["days"]) == ("overdue", -199)
    assert due[numbers["04"], "Deliver the notice"]["state"] == "near"


def test_what_is_done_is_due_no_longer_and_the_next_is(bank):
    sample = bank.sample("RXD7200-04-JN01")
    number = bank.issue(sample)
    expected = [
        ("Deliver the notice",),
        ("Record the outcome", "Get the receipt"),
        ("Record the outcome",),
        ("Record what follows recovery",),
        (),
    ]
    for wanted, stage in zip(expected, [*sample["stages"], None], strict=True):
        rows, _ = told(bank.at(day=date(2026, 10, 15)), Wanted(unit="JN01", within=60))
        assert {one["what"] for one in rows if one["number"] == str(number)} == set(wanted)
        if stage is not None:
            bank.add(number, stage["stage"], stage["content"], "JN01-0101", date(2026, 10, 21))


def test_the_quarters_of_a_plan_come_one_after_the_other(bank):
    sample = bank.sample("RXD7200-03-JN01")
    number = bank.issue(sample)
    for stage in sample["stages"]:
        bank.add(number, stage["stage"], stage["content"], bank.stage_actor(sample, stage))
    actual = {"deposit_daily_avg_increment": 300, "loan_increment": 600, "fee_income": 20}
    for quarter, on in enumerate(("04-15", "07-15", "10-15"), 1):
        rows, _ = told(bank.at(), Wanted(manager="王样例"))
        assert [(one["what"], one["on"]) for one in rows] == [
            ("Actuals of the quarter", f"2026-{on}")
        ]
        content = {
            **actual,
            "quarter": quarter,
            "new_customers": 2,
            "name": "王样例",
            "date": "2026-12-01",
        }
        bank.add(number, "quarter_actual", content, "JN01-0101")


def test_major_information_is_due_on_the_next_working_day(bank):
    sample = bank.sample("RXD7200-02-JN01")
    sample["record"]["content"]["information_level"] = "重大"
    bank.issue(sample)
    rows, _ = told(bank.at(day=date(2026, 4, 9)), Wanted(unit="JN01"))
    assert [(one["on"], one["state"]) for one in rows] == [("2026-04-10", "near")]


def test_void_and_closed_records_wait_for_nothing(full_bank):
    workspace = full_bank.at()
    every = list(records.find(workspace, Query()))
    waiting = {one["number"] for one in told(workspace, Wanted(within=3660))[0] if one["unit"]}
    assert waiting == {one.number for one in every if one.status == "issued"}
    assert len(waiting) < len(every)
    number = RecordNumber.parse(min(one for one in waiting if "-JN01-" in one))
    full_bank.void(number, "JN01-0101", "JN01-0001")
    rows, _ = told(full_bank.at(), Wanted(within=3660))
    assert {one["number"] for one in rows if one["unit"]} == waiting - {str(number)}


def test_reviews_of_documents_are_on_the_list_of_who_revises_them(bank):
    day = date(2029, 1, 1)
    rows, _ = told(bank.at(day=day))
    assert {one["what"] for one in rows} == {"review the document"}
    assert "RXD7200-04 1.0" in {one["number"] for one in rows}
    assert told(bank.at("SD00-0002", day))[0] == rows
    assert told(bank.at(day=day), Wanted(unit="JN01"))[0] == []
    for who in ("JN01-0101", "JN01-0001"):
        assert told(bank.at(who, day))[0] == []


@pytest.mark.parametrize("day", [date(2026, 1, 6), MORNING])
def test_in_a_new_store_reviews_count_from_its_founding(bank, day):
    assert told(bank.at(day=day))[0] == []


def test_a_maturity_without_a_notice_is_told_with_its_last_day(bank, loans):
    rows, due_list = told(
        bank.at(day=MORNING), Wanted(unit="JN01", ledger=folders.ledger(loans, ALL))
    )
    first = 3 if loans.suffix == ".xlsx" else 2
    assert due_list.findings == ()
    assert [
        (one["manager"], one["on"], one["state"], one["what"], one["remark"]) for one in rows
    ] == [
        (
            "王样例 JN01-0101",
            "2026-12-11",
            "late",
            "Issue the maturity notice",
            f"should have happened by 2026-11-18, {loans.name}:{first}",
        )
    ]


@pytest.mark.parametrize(
    ("start", "maturity", "told_as"),
    [
        ("2025-12-02", "2026-12-01", [("2026-11-24", "today")]),
        ("2025-12-02", "2026-11-30", [("2026-11-23", "overdue")]),
        ("2024-01-10", "2027-01-08", [("2026-12-08", "near")]),
        ("2022-01-10", "2026-12-23", [("2026-11-23", "overdue")]),
        ("2026-01-10", "2027-01-30", []),
    ],
)
def test_the_last_day_follows_the_lead_of_the_form(bank, tmp_path, start, maturity, told_as):
    path = ledger(tmp_path / "loans.xlsx", [row(起始日=start, 到期日=maturity)])
    rows, _ = told(bank.at(day=MORNING), Wanted(unit="JN01", ledger=folders.ledger(path, ALL)))
    assert [(one["on"], one["state"]) for one in rows] == told_as


def test_the_records_of_a_ledger_are_issued_in_one_batch_and_then_told_no_more(bank, tmp_path):
    second = row(借据编号="JK20251218002", 到期日="2026-12-10", 起始日="2025-12-18")
    path = ledger(tmp_path / "loans.xlsx", [row(), second])
    workspace = bank.at("JN01-0101", MORNING)
    due_list = due.what_is_due(workspace, Wanted(ledger=folders.ledger(path, ALL)))
    first, _ = made = due.made_records(due_list.maturities)
    content = first["content"]
    assert first["unit"] == "JN01"
    assert content["balance"] == "29000000.50"
    assert content["currency"] == "CNY"
    assert content["guarantors"] == [{"name": "济南虚构担保有限公司"}, {"name": "张示保"}]
    assert content["interest"] == {"from": "2026-09-21", "to": "2026-12-18", "basis": 360}
    assert content["rm_second"] == {"name": "赵样例", "staff_no": "JN01-0102"}
    result = records.issue(workspace, [File(name="notices.jsonl", data=due.record_lines(made))])
    assert all(one.number for one in result.outcomes), [one.findings for one in result.outcomes]
    # One document for the borrower and one for each guarantor.
    assert [len(one.files) for one in result.outcomes] == [3, 3]
    rows, _ = told(bank.at(day=MORNING), Wanted(unit="JN01", ledger=folders.ledger(path, ALL)))
    assert {one["what"] for one in rows} == {"Deliver the notice"}


def test_a_void_notice_is_none(bank, tmp_path):
    path = ledger(tmp_path / "loans.xlsx", [row()])
    workspace = bank.at("JN01-0101", MORNING)
    asked, _ = due.asked_records(workspace, folders.ledger(path, ALL), complete=True)
    number = records.issue(workspace, [asked]).outcomes[0].number
    assert (
        due.what_is_due(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL))).maturities
        == ()
    )
    bank.void(number, "JN01-0101", "JN01-0001")
    assert (
        len(
            due.what_is_due(
                bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL))
            ).maturities
        )
        == 1
    )


def test_what_is_missing_is_told_with_row_and_column(bank, tmp_path):
    bad = row(协办工号=None, 还款账号=None, 业务种类="", 统一社会信用代码="91370112MA3DEM019E")
    path = ledger(tmp_path / "loans.xlsx", [row(), {**bad, "借据编号": "JK2"}])
    workspace = bank.at("JN01-0101", MORNING)
    due_list = due.what_is_due(workspace, Wanted(ledger=folders.ledger(path, ALL)))
    places = {(one.code, one.path) for one in due_list.findings}
    assert places == {
        ("LEDGER-MISSING", "loans.xlsx!F4"),
        ("LEDGER-MISSING", "loans.xlsx!Q4"),
        ("LEDGER-MISSING", "loans.xlsx!R4"),
    }
    assert len(due.made_records(due_list.maturities)) == 1


def test_rows_that_cannot_be_told_and_rows_that_stand_twice(bank, tmp_path):
    path = ledger(tmp_path / "loans.xlsx", [row(), row(), row(借据编号="JK3", 到期日="明年")])
    _, due_list = told(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL)))
    assert [(one.code, one.path) for one in due_list.findings] == [
        ("LEDGER-TWICE", "loans.xlsx:4"),
        ("CELL-VALUE", "loans.xlsx!M5"),
    ]


def test_a_row_that_is_wider_than_the_headings_is_not_passed_over(bank, tmp_path):
    path = tmp_path / "loans.csv"
    path.write_text(",".join(OWN) + "\n" + ",".join(map(str, OWN.values())), "utf-8")
    _, due_list = told(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL)))
    assert [(one.code, one.path) for one in due_list.findings] == [("LEDGER-WIDE", "loans.csv:2")]


@pytest.mark.parametrize(
    "title", ["贷款余额（万元）", "余额(千元)", "贷款余额万元", "贷款余额\n(亿元)"]
)
def test_amounts_in_ten_thousands_are_refused(bank, tmp_path, title):
    """3000 of 万元 read as 元 would print a notice that asks for the wrong sum."""
    there = {title if name == "余额" else name: value for name, value in OWN.items()}
    path = tmp_path / "loans.xlsx"
    book = Workbook()
    book.active.append(list(there))
    book.active.append(list(there.values()))
    book.save(path)
    local = tmp_path / "loans.toml"
    for mapped in (False, True):
        if mapped:
            local.write_text(f'[columns]\n"content.balance" = [{json.dumps(title)}]', "utf-8")
        with pytest.raises(FindingsError) as refusal:
            told(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL)))
        assert [(one.code, one.path) for one in refusal.value.findings] == [
            ("LEDGER-UNIT", "loans.xlsx!J1")
        ]
    # Where the exact sum is given otherwise, nobody reads the rounded one.
    local.write_text('[values]\n"content.balance" = "\'29000000.50\'"', "utf-8")
    _, due_list = told(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL)))
    assert due_list.findings == ()


def test_nobody_knows_the_unit_or_the_manager(bank):
    for wanted in (Wanted(unit="JN1"), Wanted(unit="济南"), Wanted(manager="王样")):
        with pytest.raises(UsageError, match="is not in the register"):
            told(bank.at(day=MORNING), wanted)
    for wanted in (Wanted(unit="JN01"), Wanted(manager="王样例"), Wanted(manager="JN01-0101")):
        assert told(bank.at(day=MORNING), wanted)[0] == []


def test_a_paid_loan_asks_for_nothing(bank, tmp_path):
    path = ledger(tmp_path / "loans.xlsx", [row(余额="0.00")])
    _, due_list = told(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL)))
    assert (due_list.maturities, due_list.findings) == ((), ())


def test_a_file_beside_the_ledger_names_its_columns(bank, tmp_path):
    path = ledger(tmp_path / "loans.csv", [row(联系电话=None)])
    text = path.read_bytes().decode("gb18030").replace("到期日", "终止日").replace("人民币", "本币")
    path.write_text(text, encoding="utf-8")
    local = tmp_path / "loans.toml"
    local.write_text(
        '[columns]\n"content.maturity" = ["终止日"]\n[words]\n"content.currency" = {"本币" = "CNY"}'
        "\n"
        '[values]\n"content.branch_phone" = "\'0531-55500009\'"\n',
        encoding="utf-8",
    )
    _, due_list = told(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL)))
    assert due_list.findings == ()
    assert due_list.maturities[0].made.record["content"]["branch_phone"] == "0531-55500009"
    local.write_text('[columns]\n"content.matures" = ["终止日"]\n', encoding="utf-8")
    with pytest.raises(FindingsError) as refused:
        told(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL)))
    assert [one.code for one in refused.value.findings] == ["FORM-FIELD"]


def test_a_table_that_is_no_ledger_is_refused(bank, tmp_path):
    (tmp_path / "loans.csv").write_text("姓名,年龄\n甲,1\n", encoding="utf-8")
    with pytest.raises(FindingsError) as refused:
        told(bank.at(day=MORNING), Wanted(ledger=folders.ledger(tmp_path / "loans.csv", ALL)))
    assert [one.code for one in refused.value.findings] == ["LEDGER-HEADINGS"]


def test_the_register_of_customers_fills_what_the_ledger_leaves_out(bank, tmp_path):
    path = ledger(tmp_path / "loans.xlsx", [row(客户类别=None)])
    assert [
        one.code
        for one in told(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL)))[1].findings
    ] == ["LEDGER-MISSING"]
    facts = {"name": OWN["借款人"], "category": "常规"}
    people.change_customer(bank.at("JN01-0101", MORNING), OWN["统一社会信用代码"], facts)
    _, due_list = told(bank.at(day=MORNING), Wanted(ledger=folders.ledger(path, ALL)))
    assert due_list.maturities[0].made.record["content"]["customer"]["category"] == "常规"


def test_the_calendar_is_the_same_each_time_and_keeps_its_names(bank, loans, tmp_path):
    bank.issue(bank.sample("RXD7200-04-JN01"))
    made = []
    for day in (MORNING, MORNING, MORNING + timedelta(1)):
        workspace = bank.at(day=day)
        due_list = due.what_is_due(
            workspace, Wanted(unit="JN01", ledger=folders.ledger(loans, ALL))
        )
        made.append(due.calendar(due_list, Language.ZH))
    assert made[0] == made[1]
    first, later = (Calendar.from_ical(one).walk("VEVENT") for one in made[1:])
    assert len(first) == 2
    assert [str(one["UID"]) for one in first] == [str(one["UID"]) for one in later]
    assert [one.decoded("DTSTART") for one in first] == [date(2026, 10, 9), date(2026, 12, 11)]
    assert "送达通知书" in str(first[0]["SUMMARY"])
    assert [one["SEQUENCE"] for one in first] < [one["SEQUENCE"] for one in later]
    for event in first:
        assert event["DTSTART"].params["VALUE"] == "DATE"
        assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(1)
    for line in made[0].split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # folded between characters, not within one


def test_a_calendar_takes_the_place_of_the_one_before_and_of_nothing_else(bank, tmp_path, capsys):
    bank.issue(bank.sample("RXD7200-04-JN01"))
    path = tmp_path / "due.ics"
    for day in (MORNING, MORNING + timedelta(1)):
        due_list = due.what_is_due(bank.at(day=day), Wanted(unit="JN01"))
        save(path, due.calendar(due_list, Language.ZH), replaces=is_ours)
    assert Calendar.from_ical(path.read_bytes()).walk("VEVENT")[0].decoded("DTSTAMP").day == 25
    path.write_bytes(b"BEGIN:VCALENDAR\r\nPRODID:-//somebody//else//\r\nEND:VCALENDAR\r\n")
    words = ["-w", str(bank.root), "--lang", "en", "due", "--unit", "JN01", "--ics"]
    for other, code in ((path, 4), (tmp_path / "due.txt", 2)):
        assert main([*words, str(other)]) == code, capsys.readouterr()
    assert b"somebody" in path.read_bytes()
