"""The pages of the managers' quarters: who sees whose, plots, lists on several pages."""

import re
from datetime import date
from io import BytesIO

import pytest
from browsing import heading
from inspecting import Inspector
from openpyxl import load_workbook

from rmdocs.identifiers import RecordNumber

PLAN = RecordNumber.parse("RXD7200-03-JN01-2026-0001")


@pytest.fixture
def browser(browse, shared_bank):
    return browse(shared_bank)


def seen(page):
    return set(re.findall(r"/quarters/2026-2/(\w{4}-\d{4})", page.text))


def test_each_sees_their_own(browser):
    browser.enter("SD00-0009")
    assert {one[:4] for one in seen(browser.get("/quarters/2026-2"))} == {"JN01", "YT03", "ZB02"}
    browser.submit("/who", {"staff_no": "JN01-0001"})
    assert {one[:4] for one in seen(browser.get("/quarters/2026-2"))} == {"JN01"}
    assert browser.get("/quarters/2026-2/YT03-0301").status_code == 403
    browser.submit("/who", {"staff_no": "JN01-0101"})
    assert seen(browser.get("/quarters/2026-2")) == {"JN01-0101"}
    assert browser.get("/quarters/2026-2/JN01-0101").status_code == 200
    assert browser.get("/quarters/2026-2/JN01-0102").status_code == 403
    assert browser.get("/quarters/2026-2.xlsx").status_code == 403


def test_a_quarter_and_its_workbook(browse, shared_bank):
    reader = browse(shared_bank, read_only=True)
    reader.enter()
    assert heading(reader.get("/quarters")) == "Managers&#39; quarter 3 of 2026"
    page = reader.get("/quarters/2026-2")
    assert '<th scope="col">Visits</th>' in page.text
    sheet = load_workbook(BytesIO(reader.get("/quarters/2026-2.xlsx").content)).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert "王样例 JN01-0101" in cells


@pytest.mark.parametrize("path", ["2026-5", "2026", "abcd-1", "2026-2/nobody", "2026-2/JN01-0999"])
def test_what_is_no_quarter_or_nobody(browser, path):
    browser.enter("SD00-0009")
    assert browser.get(f"/quarters/{path}").status_code in {400, 403}


def test_a_plot_says_what_its_table_says(browse, copied, walked):
    bank = copied(walked)
    actual = {
        "quarter": 1,
        "name": "王样例",
        "date": "2026-04-08",
        "new_customers": 0,
        "deposit_daily_avg_increment": -60,
        "loan_increment": 520,
        "fee_income": 9.5,
    }
    bank.add(PLAN, "quarter_actual", actual, "JN01-0101", date(2026, 12, 31))
    browser = browse(bank)
    browser.enter("JN01-0101")
    page = browser.get("/quarters/2026-1/JN01-0101").text
    figures = re.findall(r"(?s)<figure.*?</figure>", page)
    assert len(figures) == 4
    for one in figures:
        drawn = re.findall(r"<text x=\"\d+\" y=\"-?\d+\">([^<]+)</text>", one)
        told = re.findall(r'<td class="number">([-\d.,]+)</td>', one)
        assert [text for text in drawn if text in told] == drawn
        heights = [int(height) for height in re.findall(r'height="(\d+)"/>', one)]
        assert len(heights) == len(drawn) == 5
        assert all(0 < height <= 112 for height in heights)
    assert "style=" not in page


@pytest.mark.browser
@pytest.mark.long
def test_the_pages_keep_nobody_out(visit):
    page = visit("SD00-0009")
    look = Inspector(page)
    home = page.url.rstrip("/")
    page.goto(f"{home}/quarters/2026-2")
    look("quarter")
    page.goto(f"{home}/quarters/2026-2/JN01-0101")
    look("manager")
    assert look.told == []
    assert look.found == {}
