"""Records regenerated from a page: the plan looked at first, then carried out, once."""

import io
import re
import time
from datetime import date

import pytest
from notices import AUTHOR, OFFICER, revised_notices
from openpyxl import load_workbook

from rmdocs.errors import StoreError
from rmdocs.identifiers import RecordNumber
from rmdocs.web.background import Background

HERE = "/documents/RXD7200-04/regeneration"
RM = "JN01-0101"
DAY = date(2026, 12, 2)


@pytest.fixture
def copied(copied_in_memory):
    return copied_in_memory


@pytest.fixture
def revised_bank(once, founded, copied):
    return copied(once.copy(founded, "revised", revised_notices)[0])


@pytest.fixture
def browser(browse, revised_bank):
    return browse(revised_bank, day=DAY)


def done(browser):
    """Wait until what was begun is done; return the page."""
    while browser.get(f"{HERE}/wait").status_code == 202:
        time.sleep(0.05)
    return browser.get(HERE)


def planned(browser, who=AUTHOR, **files):
    browser.enter(who)
    browser.submit(f"{HERE}/plan", {}, files=files or None)
    return done(browser)


def digest(page):
    return re.search(r'name="digest" value="(\w+)"', page.text)[1]


@pytest.mark.long
def test_the_plan_is_looked_at_then_carried_out_with_what_was_missing_filled_in(browser):
    page = planned(browser)
    ready = int(re.search(r"(\d+) record\(s\) get a new edition", page.text)[1])
    sheet = browser.get(f"{HERE}/missing.xlsx").content
    book = load_workbook(io.BytesIO(sheet))
    book.active.cell(row=_row(book.active), column=_column(book.active)).value = "电话"
    filled = io.BytesIO()
    book.save(filled)
    page = planned(browser, filled=("filled.xlsx", filled.getvalue()))
    assert int(re.search(r"(\d+) record\(s\) get a new edition", page.text)[1]) == ready + 1
    browser.submit(f"{HERE}/run", {"digest": digest(page)})
    page = done(browser)
    assert "It is done." in page.text
    assert "carried out" in page.text
    result = browser.get(f"{HERE}/1.xlsx")
    assert result.content.startswith(b"PK")
    assert browser.bank.codes() == set()
    assert "No record is to be regenerated" in planned(browser).text


def _row(sheet):
    return next(row for row in range(1, 20) if str(sheet.cell(row, 1).value).startswith("RXD"))


def _column(sheet):
    row = _row(sheet)
    return next(c for c in range(2, 20) if sheet.cell(row, c).value is None)


def test_what_lacks_something_is_left_only_if_that_is_said(browser):
    page = planned(browser)
    browser.submit(f"{HERE}/run", {"digest": digest(page)})
    page = done(browser)
    assert "cannot be carried over: nothing was done" in page.text
    page = planned(browser)
    browser.submit(f"{HERE}/run", {"digest": digest(page), "skip": "yes"})
    assert "It is done." in done(browser).text
    assert browser.bank.codes() == set()


def test_another_plan_than_the_one_looked_at_is_not_carried_out(browser, revised_bank):
    page = planned(browser)
    number = re.search(r"RXD7200-04-JN01-2026-0001", page.text)[0]
    revised_bank.void(RecordNumber.parse(number), RM, "JN01-0001", day=DAY)
    browser.submit(f"{HERE}/run", {"digest": digest(page), "skip": "yes"})
    assert "records have changed since the plan was made" in done(browser).text
    assert browser.submit(f"{HERE}/run", {"digest": "0", "skip": "yes"}).status_code == 409


def test_who_may_not_is_told_so(browser):
    page = planned(browser, RM)
    assert "may not regenerate records" in page.text
    assert f'action="{HERE}/run"' not in page.text
    assert browser.submit(f"{HERE}/run", {"digest": "0"}).status_code == 403
    assert f'action="{HERE}/run"' in planned(browser, OFFICER).text


def test_nothing_is_regenerated_of_what_is_no_form(browser):
    browser.enter(AUTHOR)
    assert browser.get("/documents/PXD7201/regeneration").status_code == 403


def test_work_stops_at_its_next_step_when_the_pages_are_closed():
    background, seen = Background(), []

    def work():
        for step in range(1000):
            background.tell("key", step, 1000)
            seen.append(step)
            time.sleep(0.01)

    background.begin("key", work)
    while not seen:
        time.sleep(0.01)
    background.close()
    assert len(seen) < 1000
    assert isinstance(background.look("key")[1].refusal, StoreError)
