"""A loan ledger in the browser: what is due of it, notices begun as drafts and issued once."""

import io
import zipfile
from datetime import date

import pytest
from loans import ledger, row

from rmdocs.registers.indexfile import Query
from rmdocs.workspace import records

MANAGER = "JN01-0101"
MORNING = date(2026, 11, 24)
OTHER = {
    "合同编号": "建鲁(济示)流贷〔2025〕0108号",
    "借据编号": "JK20251218002",
}
LACKING = {
    "合同编号": "建鲁(济示)流贷〔2025〕0109号",
    "借据编号": "JK20251218003",
    "年利率（%）": "",
}
ELSEWHERE = {"工号": "YT03-0301", "客户经理": "", "借据编号": "JK20251218004"}
NOBODYS = {"工号": "", "客户经理": "", "借据编号": "JK20251218005"}


@pytest.fixture
def browser(browse, bank):
    made = browse(bank, day=MORNING)
    made.enter(MANAGER)
    return made


def hand_in(browser, path, **more):
    files = {"file": (path.name, path.read_bytes()), **more}
    return browser.submit("/ledgers", {}, files=files)


def issued(bank):
    return [one.number for one in records.find(bank.at(), Query())]


@pytest.mark.parametrize("name", ["loans.xlsx", "loans.csv"])
def test_a_ledger_becomes_notices_once(browser, bank, tmp_path, name):
    page = hand_in(browser, ledger(tmp_path / name, [row(), row(**OTHER)]))
    assert "2 loan(s) lack their notice" in page.text
    assert "岱岳重型机械" in page.text
    assert MANAGER in page.text
    first = 3 if name == "loans.xlsx" else 2
    chosen = {"loan": [str(first), str(first + 1)], "within": ""}
    page = browser.submit(f"{page.url.path}/issue", chosen)
    numbers = issued(bank)
    assert len(numbers) == 2
    assert all(f"/records/{number}" in page.text for number in numbers)
    assert "0 loan(s) lack their notice" in page.text
    browser.submit(f"{page.url.path}/issue", chosen)
    assert issued(bank) == numbers
    archive = zipfile.ZipFile(io.BytesIO(browser.get(f"{page.url.path}/documents").content))
    assert {f"{number}-e1.docx" for number in numbers} <= set(archive.namelist())
    assert "0 loan(s)" in hand_in(browser, tmp_path / name).text


def test_chosen_loans_become_drafts_once(browser, bank, tmp_path):
    page = hand_in(browser, ledger(tmp_path / "loans.xlsx", [row(), row(**LACKING)]))
    assert "to mend" in page.text
    assert "年利率" in page.text
    draft = browser.submit(f"{page.url.path}/begin", {"loan": "4", "within": ""})
    assert draft.url.path.startswith("/drafts/")
    assert "JK20251218003" in draft.text
    again = browser.submit(f"{page.url.path}/begin", {"loan": "4", "within": ""})
    assert again.url == draft.url
    page = browser.get(page.url.path)
    assert "1 loan(s) lack their notice" in page.text
    assert draft.url.path in page.text
    browser.submit(f"{page.url.path}/issue", {"loan": "4", "within": ""})
    assert issued(bank) == []


def test_what_lacks_something_is_not_issued_and_keeps_the_others_from_it(browser, bank, tmp_path):
    page = hand_in(browser, ledger(tmp_path / "loans.xlsx", [row(), row(**LACKING)]))
    page = browser.submit(f"{page.url.path}/issue", {"loan": ["3", "4"], "within": ""})
    assert "Nothing was issued" in page.text
    page = browser.submit(f"{page.url.path}/issue", {"within": ""})
    assert "No loan was chosen" in page.text
    assert issued(bank) == []


def test_loans_of_others_are_left_out_and_those_of_nobody_named(browser, bank, tmp_path):
    rows = [row(), row(**ELSEWHERE), row(**NOBODYS)]
    page = hand_in(browser, ledger(tmp_path / "loans.xlsx", rows))
    assert "1 loan(s) lack their notice" in page.text
    assert "1 loan(s) name neither a unit nor a manager" in page.text
    assert "only those of unit JN01 are listed" in page.text
    assert "YT03" not in page.text
    page = browser.submit(f"{page.url.path}/issue", {"loan": "4", "within": ""})
    assert issued(bank) == []


def test_more_days_show_more(browser, tmp_path):
    later = {**OTHER, "到期日": "2027-06-18"}
    page = hand_in(browser, ledger(tmp_path / "loans.xlsx", [row(), row(**later)]))
    assert "1 loan(s)" in page.text
    assert "2 loan(s)" in browser.get(page.url.path, params={"within": "300"}).text


def test_amounts_in_ten_thousands_and_unknown_columns_are_refused(browser, tmp_path):
    def renamed(old, new):
        one = row()
        path = ledger(tmp_path / "loans.csv", [one])
        path.write_bytes(path.read_bytes().replace(old.encode("gb18030"), new.encode("gb18030")))
        return hand_in(browser, path)

    assert "万元" in renamed("借款金额(元)", "借款金额(万元)").text
    page = hand_in(browser, ledger(tmp_path / "b.xlsx", [{"甲": "1", "乙": "2", "丙": "3"}]))
    assert page.status_code == 200
