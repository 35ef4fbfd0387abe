"""A sheet in the browser: handed in, told row by row, mended, issued once, forgotten."""

import csv
import io
import re
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from browsing import ORIGIN
from filled import ROOTS
from openpyxl import Workbook, load_workbook

from rmdocs.intake.typed import write
from rmdocs.registers.indexfile import Query
from rmdocs.workspace import records

MANAGER, COLLEAGUE, ELSEWHERE = "JN01-0101", "JN01-0102", "YT03-0101"
LOG = "RXD7200-02"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SCRIPT = "<script>alert(1)</script>"


def typed(bank, sample="RXD7200-02-JN01", **changes):
    """Return a row of a sheet: what a sample says, by key."""
    record = bank.sample(sample)["record"]
    return {**write(ROOTS[record["form"]], record), **changes}


def table(rows):
    """Return headings and rows; a list of which nobody says anything has a column, too."""
    lists = [
        one for one in ROOTS[rows[0]["form"]].child("content").children if one.is_group and one.item
    ]
    empty = [f"content.{one.name}[0].{one.item.children[0].name}" for one in lists]
    keys = [*empty, *(key for row in rows for key in row if not key.endswith("?"))]
    names = list(dict.fromkeys(keys))
    return [names, *([row.get(name, "") for name in names] for row in rows)]


def book(rows, change=lambda _sheet: None):
    made, out = Workbook(), io.BytesIO()
    for row in table(rows):
        made.active.append(row)
    change(made.active)
    made.save(out)
    return out.getvalue()


def gbk(rows):
    out = io.StringIO()
    csv.writer(out).writerows(table(rows))
    return out.getvalue().encode("gb18030")


class Sheet:
    """A sheet as a person without scripts has it before them."""

    def __init__(self, browser, name, data):
        self.browser = browser
        self.page = hand_in(browser, name, data)
        self.path = self.page.url.path

    def load(self):
        self.page = self.browser.get(self.path)
        return self.page

    def issue(self, do, seen=""):
        found = re.search(r'name="seen" value="(\w+)"', self.page.text)
        data = {"seen": seen or (found[1] if found else ""), "do": do}
        self.page = self.browser.submit(f"{self.path}/issue", data)
        return data["seen"]

    @property
    def counts(self):
        return [
            int(one) for one in re.findall(r"<b>(\d+) (?:ready|to mend|issued)</b>", self.page.text)
        ]


def hand_in(browser, name, data):
    return browser.submit("/sheets", {}, files={"file": (name, data, XLSX)})


def issued(bank):
    return [one.number for one in records.find(bank.at(), Query())]


@pytest.fixture
def browser(browse, bank):
    made = browse(bank)
    made.enter(MANAGER)
    return made


@pytest.fixture
def rows(bank):
    """Two good rows, and one with a wrong code and a level that is none."""
    wrong = {"content.customer.uscc": "91370112MA3DEM019X", "content.information_level": "很重要"}
    second = {"content.visit.topic": "续贷走访"}
    return [typed(bank), typed(bank, **wrong), typed(bank, **second)]


def test_each_row_is_told_with_cell_label_and_remedy_and_the_good_ones_are_issued_once(
    browser, bank, rows
):
    sheet = Sheet(browser, "走访.xlsx", book(rows))
    assert sheet.counts == [2, 1, 0]
    assert "信息级别" in sheet.page.text
    assert "Issue only the 2 that are ready" in sheet.page.text
    seen = sheet.issue("good")
    assert sheet.counts == [0, 1, 2]
    numbers = issued(bank)
    assert len(numbers) == 2
    assert all(f"/records/{number}" in sheet.page.text for number in numbers)
    sheet.issue("good", seen)  # the same form once more
    assert issued(bank) == numbers
    # Handed in again, what was issued is told by its number.
    assert Sheet(browser, "走访.xlsx", book(rows)).counts == [0, 1, 2]


def test_two_windows_at_once_issue_once(browser, bank, rows):
    sheet = Sheet(browser, "走访.xlsx", book(rows[:1]))
    seen = re.search(r'name="seen" value="(\w+)"', sheet.page.text)[1]
    data = {"seen": seen, "do": "all"}
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(browser.submit, f"{sheet.path}/issue", data) for _ in range(4)]
    assert {one.result().status_code for one in sent} == {200}
    assert len(issued(bank)) == 1


def test_nobody_who_only_reads_hands_anything_in(browse, bank, rows):
    reading = browse(bank, read_only=True)
    reading.enter()
    assert hand_in(reading, "走访.xlsx", book(rows)).status_code == 403


def test_all_or_nothing_stays_so(browser, bank, rows):
    sheet = Sheet(browser, "走访.xlsx", book(rows))
    sheet.issue("all")
    assert issued(bank) == []
    assert sheet.counts == [2, 1, 0]


def test_what_changed_since_it_was_seen_is_not_issued(browser, bank, rows):
    sheet = Sheet(browser, "走访.xlsx", book(rows))
    sheet.issue("good", seen="0" * 64)
    assert issued(bank) == []
    assert "has changed since you saw it" in sheet.page.text


def test_refused_rows_come_back_as_a_file_that_can_be_mended_and_handed_in(browser, bank, rows):
    sheet = Sheet(browser, "走访.xlsx", book(rows))
    answer = browser.get(f"{sheet.path}/refused")
    assert "rejected.xlsx" in answer.headers["content-disposition"]
    back = load_workbook(io.BytesIO(answer.content)).active
    assert back.max_row == 2
    assert Sheet(browser, "a.rejected.xlsx", answer.content).counts == [0, 1, 0]


def test_a_row_is_mended_as_a_draft_once_and_leaves_the_sheet(browser, bank, rows):
    sheet = Sheet(browser, "走访.xlsx", book(rows))
    draft = browser.submit(f"{sheet.path}/mend", {"row": "3"})
    assert draft.url.path.startswith("/drafts/")
    assert "91370112MA3DEM019X" in draft.text
    assert browser.submit(f"{sheet.path}/mend", {"row": "3"}).url == draft.url
    assert "being mended" in sheet.load().text
    assert "choose one of: 重大, 常规" in sheet.page.text  # what it was told stays beside it
    assert sheet.counts == [2, 0, 0]
    mended = {**typed(bank, **{"content.visit.topic": "第三"}), "version": "2", "do": "check"}
    browser.submit(draft.url.path, mended)
    browser.submit(f"{draft.url.path}/issue", {"version": "3"})
    sheet.load()
    assert sheet.counts == [2, 0, 1]
    sheet.issue("all")
    assert sheet.counts == [0, 0, 3]
    archive = zipfile.ZipFile(io.BytesIO(browser.get(f"{sheet.path}/documents").content))
    assert sorted(archive.namelist()) == [f"{number}-e1.docx" for number in sorted(issued(bank))]
    again = browser.get(f"{sheet.path}/documents").content
    assert again == browser.get(f"{sheet.path}/documents").content


@pytest.mark.office
@pytest.mark.fonts
def test_formal_pdf_of_all_that_was_issued_comes_into_the_zip(browser, bank, rows):
    undrawn = {**rows[2], "content.visit.topic": "走访\U00012000"}
    sheet = Sheet(browser, "走访.xlsx", book([rows[0], undrawn]))
    making = f"{sheet.path}/pdf"
    refused = browser.submit(making, {})
    assert (refused.status_code, "nothing of it was issued yet" in refused.text) == (403, True)
    sheet.issue("all")
    first, second = sorted(issued(bank))
    assert "Make the formal PDF of all 2" in sheet.page.text
    assert browser.get(f"{making}/wait").status_code == 204
    page = browser.submit(making, {})
    assert f'data-wait="{making}/wait"' in page.text
    # The documents wait for nothing.
    assert f'href="{sheet.path}/documents"' in page.text
    while browser.get(f"{making}/wait").status_code == 202:
        time.sleep(0.2)
    page = sheet.load().text
    assert "The formal PDF of 1 is made" in page
    assert "Make the formal PDF of the other 1" in page
    assert "Of 1 there is no formal PDF" in page
    archive = zipfile.ZipFile(io.BytesIO(browser.get(f"{sheet.path}/documents").content))
    assert sorted(archive.namelist()) == [
        f"{first}-e1.docx",
        f"{first}-e1.pdf",
        f"{second}-e1.docx",
    ]
    assert archive.read(f"{first}-e1.pdf").startswith(b"%PDF")
    assert bank.codes() == set()


def test_a_row_whose_draft_is_deleted_is_a_row_again(browser, rows):
    sheet = Sheet(browser, "走访.xlsx", book(rows))
    draft = browser.submit(f"{sheet.path}/mend", {"row": "3"})
    browser.submit(f"{draft.url.path}/drop", {})
    sheet.load()
    assert sheet.counts == [2, 1, 0]


def test_a_csv_in_gbk_is_read(browser, bank, rows):
    sheet = Sheet(browser, "走访.csv", gbk([rows[0]]))
    assert sheet.counts == [1, 0, 0]
    sheet.issue("all")
    assert len(issued(bank)) == 1


def test_what_is_no_sheet_is_refused_in_words(browser, bank):
    old = b"\xd0\xcf\x11\xe0" + bytes(600)
    assert "old Excel" in hand_in(browser, "旧.xls", old).text
    assert "old Excel" in hand_in(browser, "旧.xlsx", old).text
    assert browser.submit("/sheets", {}).status_code == 400
    assert hand_in(browser, "大.xlsx", bytes(11 << 20)).status_code == 413
    assert issued(bank) == []


def test_a_script_in_names_and_cells_stays_text(browser, bank):
    name = f"C:\\走访\\{SCRIPT}.xlsx"
    sheet = Sheet(browser, name, book([typed(bank, **{"content.customer.name": SCRIPT})]))
    assert SCRIPT not in sheet.page.text
    assert SCRIPT not in browser.get("/sheets").text
    answer = browser.get(f"{sheet.path}/refused")
    assert "<" not in answer.headers.get("content-disposition", "")


def test_rows_of_another_unit_are_not_issued(browser, bank, rows):
    other = typed(bank, "RXD7200-02-YT03")
    sheet = Sheet(browser, "走访.xlsx", book([rows[0], other]))
    assert sheet.counts == [1, 1, 0]
    assert "may not issue for YT03" in sheet.page.text
    assert "YT03" in str(
        [*load_workbook(io.BytesIO(browser.get(f"{sheet.path}/refused").content)).active.values]
    )
    sheet.issue("good")
    assert [one for one in issued(bank) if "YT03" in one] == []
    assert sheet.counts == [0, 1, 1]


def test_hidden_rows_and_worksheets_are_asked_about(browser, bank, rows):
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True

    sheet = Sheet(browser, "走访.xlsx", book(rows, hide))
    assert "What becomes of what is hidden?" in sheet.page.text
    assert "--hidden" not in sheet.page.text
    sheet.page = browser.submit(f"{sheet.path}/select", {"hidden": "skip"})
    assert sheet.counts == [2, 0, 0]


def test_of_two_worksheets_one_is_chosen(browser, rows):
    two = load_workbook(io.BytesIO(book(rows[:1])))
    two.copy_worksheet(two.active).title = "二月"
    out = io.BytesIO()
    two.save(out)
    sheet = Sheet(browser, "走访.xlsx", out.getvalue())
    assert "Which worksheet is meant?" in sheet.page.text
    sheet.page = browser.submit(f"{sheet.path}/select", {"worksheet": "二月"})
    assert sheet.counts == [1, 0, 0]


@pytest.mark.parametrize(
    ("value", "code"), [(30000000, "#,##0,"), (30000000, "0.00%"), ("3000万元", "General")]
)
def test_a_number_that_shows_as_another_is_refused_and_not_typed_into_the_draft(
    browser, bank, value, code
):
    notice = typed(bank, "RXD7200-04-JN01", **{"content.principal": value})

    def shown(sheet):
        at = [cell.value for cell in sheet[1]].index("content.principal") + 1
        sheet.cell(2, at).number_format = code

    sheet = Sheet(browser, "通知.xlsx", book([notice], shown))
    assert sheet.counts == [0, 1, 0]
    draft = browser.submit(f"{sheet.path}/mend", {"row": "2"})
    field = re.search(r'<input[^>]*name="content.principal"[^>]*>', draft.text)[0]
    typed_in = re.search(r'value="(.*?)"', field)[1]
    assert typed_in == "" or 'aria-invalid="true"' in field
    assert "30,000" not in typed_in


def test_a_sheet_is_ones_own_and_forgotten(browser, browse, bank, rows):
    sheet = Sheet(browser, "走访.xlsx", book(rows))
    other = browse(bank)
    other.enter(COLLEAGUE)
    assert other.get(sheet.path).status_code == 404
    for at in range(3):
        hand_in(browser, f"{at}.xlsx", book(rows[:1]))
    assert browser.get(sheet.path).status_code == 404
    last = hand_in(browser, "4.xlsx", book(rows[:1])).url.path
    browser.submit("/who", {"staff_no": COLLEAGUE})
    assert browser.get(last).status_code == 404


def test_a_sheet_is_handed_in_by_our_own_page_only(browser, rows):
    files = {"file": ("走访.xlsx", book(rows), XLSX)}
    forged = browser.post("/sheets", files=files, headers={"origin": ORIGIN})
    assert forged.status_code == 403


def test_an_empty_sheet_is_there_for_each_form(browser):
    page = browser.get("/sheets").text
    assert f"/sheets/blank/{LOG}.xlsx" in page
    data = browser.get(f"/sheets/blank/{LOG}.xlsx").content
    assert load_workbook(io.BytesIO(data)).worksheets
