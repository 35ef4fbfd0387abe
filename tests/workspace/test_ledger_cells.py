"""Loan ledgers with the cells that people really have: what is read, told, refused and placed."""

from datetime import date

import pytest
from loans import OWN, ledger, row
from openpyxl import load_workbook

from rmdocs import folders
from rmdocs.errors import FindingsError
from rmdocs.intake.candidates import ALL, Hidden, Selection
from rmdocs.messages import Language
from rmdocs.workspace import due
from rmdocs.workspace.due import Wanted

MORNING = date(2026, 11, 24)
COLUMNS = {name: at for at, name in enumerate(OWN, 1)}


@pytest.fixture
def look(shared_bank):
    """Look through a ledger on the morning of the loans."""

    def due_list(path, selection=ALL, **more):
        wanted = Wanted(ledger=folders.ledger(path, selection), **more)
        return due.what_is_due(shared_bank.at(day=MORNING), wanted)

    return due_list


def changed(path, change, *rows):
    ledger(path, rows or [row()])
    book = load_workbook(path)
    change(book.active)
    book.save(path)
    return path


def put(title, value, code="General", at=3):
    def change(sheet):
        cell = sheet.cell(at, COLUMNS[title], value)
        cell.number_format = code

    return change


def codes(due_list):
    return [(one.code, one.path) for one in due_list.findings]


@pytest.mark.parametrize(
    ("cell", "name", "read"),
    [
        (("年利率（%）", 0.033, "0.00%"), "annual_rate_pct", "3.30"),
        (("年利率（%）", 3.3), "annual_rate_pct", "3.30"),
        (("借据编号", 12345, "00000000"), "iou_no", "00012345"),
        (("余额", 29000000.5, "#,##0.00"), "balance", "29000000.50"),
        (("到期日", date(2026, 12, 18), "yyyy/m/d"), "maturity", "2026-12-18"),
    ],
)
def test_a_cell_says_what_it_shows(look, tmp_path, cell, name, read):
    path = changed(tmp_path / "loans.xlsx", put(*cell))
    due_list = look(path)
    assert codes(due_list) == []
    assert due_list.maturities[0].made.record["content"][name] == read


@pytest.mark.parametrize(
    ("cell", "refusal"),
    [
        (("还款账号", 6222021234567890123, "0"), "CELL-DIGITS"),
        (("担保人", '="济南虚构担保有限公司"', "General"), "CELL-FORMULA"),
        (("年利率（%）", 0.03305, "0.00%"), "CELL-ROUNDED"),
        (("余额", 29000000.5, "#,##0"), "CELL-ROUNDED"),
        (("余额", 29000000, "[$$-409]#,##0.00"), "CELL-CURRENCY"),
        (("借据编号", date(2026, 3, 1), "yyyy-mm-dd"), "CELL-DATE"),
        (("到期日", 46374, "General"), "CELL-DATE"),
        (("合同编号", "无", "General"), "CELL-NONE"),
        (("担保人", "Acme Co., Ltd", "General"), "CELL-LIST"),
    ],
)
def test_a_cell_is_refused_by_name_once(look, tmp_path, cell, refusal):
    due_list = look(changed(tmp_path / "loans.xlsx", put(*cell)))
    place = f"loans.xlsx!{'ABCDEFGHIJKLMNOPQRS'[COLUMNS[cell[0]] - 1]}3"
    assert codes(due_list) == [(refusal, place)]


@pytest.mark.parametrize("said", ["无", "/", "—", "没有", "N/A", "暂无"])
def test_no_guarantor_is_said_and_told(look, tmp_path, said):
    due_list = look(ledger(tmp_path / "loans.csv", [row(担保人=said)]))
    assert codes(due_list) == [("CELL-NONE", "loans.csv!N2")]
    assert due_list.maturities[0].made.record["content"]["guarantors"] == []


def test_a_guarantor_merged_over_two_loans_stands_for_both(look, tmp_path):
    path = changed(
        tmp_path / "loans.xlsx",
        lambda sheet: sheet.merge_cells("N3:N4"),
        row(),
        row(借据编号="JK2"),
    )
    due_list = look(path)
    assert codes(due_list) == [("CELL-MERGED", "loans.xlsx!N4")]
    both = [one.made.record["content"]["guarantors"] for one in due_list.maturities]
    assert both[0] == both[1] != []


def test_loans_on_a_second_worksheet_are_not_passed_over(look, tmp_path):
    path = tmp_path / "loans.xlsx"

    def copied(sheet):
        other = sheet.parent.copy_worksheet(sheet)
        other.title = "十二月"
        other.cell(3, COLUMNS["借据编号"], "JK2")

    changed(path, copied)
    with pytest.raises(FindingsError) as refused:
        look(path)
    assert codes(refused.value) == [("TABLE-SHEETS", "loans.xlsx")]
    one = look(path, selection=Selection(sheets=("十二月",)))
    assert [found.made.row.place("content.iou_no") for found in one.maturities] == [
        "loans.xlsx[十二月]!B3"
    ]
    both = look(path, selection=Selection(sheets=("Sheet", "十二月")))
    assert len(both.maturities) == 2


def test_filtered_loans_wait_for_a_word(look, tmp_path):
    def hide(sheet):
        sheet.row_dimensions[4].hidden = True

    path = changed(tmp_path / "loans.xlsx", hide, row(), row(借据编号="JK2"))
    with pytest.raises(FindingsError) as refused:
        look(path)
    assert codes(refused.value) == [("TABLE-HIDDEN", "loans.xlsx:4")]
    for hidden, count in ((Hidden.SKIP, 1), (Hidden.USE, 2)):
        assert len(look(path, selection=Selection(hidden=hidden)).maturities) == count


@pytest.mark.parametrize("title", ["信贷台帐（单位：万元）", "金额单位:千元", "单位：美元"])
def test_the_unit_above_the_headings_counts(look, tmp_path, title):
    with pytest.raises(FindingsError) as refused:
        look(ledger(tmp_path / "loans.xlsx", [row()], title))
    assert codes(refused.value) == [("LEDGER-UNIT", "loans.xlsx!A1")]
    assert look(ledger(tmp_path / "loans.xlsx", [row()], "台帐（单位：元）")).findings == ()


def test_a_heading_near_that_of_the_guarantors_is_not_passed_over(look, tmp_path):
    path = changed(tmp_path / "loans.xlsx", put("担保人", "担保人1", at=2))
    with pytest.raises(FindingsError) as refused:
        look(path)
    assert codes(refused.value) == [("LEDGER-NEAR", "loans.xlsx!N2")]


def nameless(**changes):
    """Return a loan of which neither unit nor staff number is known."""
    return row(工号=None, **changes)


def test_a_loan_without_a_number_is_placed_by_its_managers_name(look, tmp_path):
    path = ledger(tmp_path / "loans.xlsx", [nameless()])
    for wanted in ({"unit": "JN01"}, {"manager": "王样例"}, {"manager": "JN01-0101"}):
        assert len(look(path, **wanted).maturities) == 1
    for wanted in ({"unit": "YT03"}, {"manager": "JN01-0102"}):
        due_list = look(path, **wanted)
        assert (due_list.maturities, codes(due_list)) == ((), [])


def test_a_loan_that_nobody_can_place_is_counted_and_named(look, tmp_path):
    path = ledger(
        tmp_path / "loans.xlsx",
        [nameless(客户经理=None), row(借据编号="JK2"), nameless(客户经理=None, 借据编号="JK3")],
    )
    due_list = look(path, unit="JN01")
    assert len(due_list.maturities) == 1
    (lost,) = [one for one in due_list.findings if one.code == "LEDGER-UNPLACED"]
    said = lost.message.text(Language.EN)
    assert said.startswith("2 loan(s)")
    assert said.endswith("rows 3, 5")
    assert len(look(path).maturities) == 3


def test_what_stands_below_the_loans(look, tmp_path):
    def below(sheet):
        sheet.append(["合计", None, None, None, None, None, None, None, None, 58000001])
        sheet.append([None, None, "制表：王样例"])
        sheet.append([None, None, "济南虚构公司", "91370112MA3DEM019E", "重要", "贷款"])

    due_list = look(changed(tmp_path / "loans.xlsx", below))
    assert len(due_list.maturities) == 1
    assert [(one.code, one.severity.value, one.path) for one in due_list.findings] == [
        ("LEDGER-PASSED", "warning", "loans.xlsx:6"),
        ("LEDGER-PASSED", "error", "loans.xlsx:7"),
    ]
