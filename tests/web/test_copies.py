"""Controlled copies in the browser: issued, signed for by their holder, recalled, lost."""

from datetime import date

import pytest
from browsing import heading
from custody import HOLDER, OFFICER, OUTSIDE, Custody

DAY = date(2026, 6, 2)
FORM = "RXD7200-04"
FIRST = f"/copies/{FORM}-C0001"


@pytest.fixture
def copied(copied_in_memory):
    return copied_in_memory


@pytest.fixture
def browser(browse, bank):
    return browse(bank, day=DAY)


def issued(browser, **holder):
    browser.enter(OFFICER)
    return browser.submit("/copies", {"document": FORM, **(holder or {"staff": HOLDER})})


def waiting(page):
    return page.text.partition('id="waiting"')[2].partition("<h2")[0]


def test_a_copy_waits_for_its_holder_who_signs_for_it(browser):
    page = issued(browser)
    assert page.url.path == FIRST
    assert f'action="{FIRST}/acknowledge"' not in page.text
    assert "may not sign for" in page.text
    work = browser.enter(HOLDER)
    assert "sign for the controlled copy" in waiting(work)
    assert f'href="{FIRST}"' in waiting(work)
    assert "with its holder" in heading(browser.submit(f"{FIRST}/acknowledge", {}))
    assert FIRST not in waiting(browser.get("/"))
    document = browser.get(f"{FIRST}/document.docx")
    assert document.headers["content-disposition"].startswith("attachment;")
    assert browser.get(f"{FIRST}/document.pdf").status_code == 403
    assert browser.bank.codes() == set()


def test_what_is_superseded_is_recalled_all_at_once_and_waits_for_its_holders(browser, bank):
    Custody(bank).issue(date(2026, 5, 29))
    Custody(bank).issue(date(2026, 5, 29), outside=OUTSIDE)
    Custody(bank).revise(DAY)
    browser.enter(OFFICER)
    page = browser.get("/copies")
    assert page.text.count('action="/copies/recall"') == 1
    page = browser.submit("/copies/recall", {"document": FORM})
    assert 'action="/copies/recall"' not in page.text
    assert "give the controlled copy back" in waiting(browser.enter(HOLDER))
    browser.enter(OFFICER)
    done = browser.submit(f"{FIRST}/return", {"reason": "完好"})
    assert "taken back" in heading(done)
    assert "完好" in done.text
    assert browser.bank.codes() == set()


def test_a_receipt_on_paper_is_entered_for_somebody_outside(browser):
    page = issued(browser, outside=OUTSIDE)
    assert OUTSIDE in page.text
    wrong = browser.submit(f"{FIRST}/acknowledge", {"signed_by": "张三", "on": "2026-06-09"})
    assert wrong.status_code == 400
    page = browser.submit(f"{FIRST}/acknowledge", {"signed_by": "张三", "on": "2026-06-02"})
    assert "with its holder" in heading(page)
    assert "张三" in page.text


def test_a_damaged_copy_is_swapped_and_a_lost_one_replaced(browser):
    issued(browser)
    assert browser.submit(f"{FIRST}/replace", {"reason": ""}).status_code == 403
    page = browser.submit(f"{FIRST}/replace", {"reason": "污损", "destroyed": "yes"})
    assert "污损" in page.text
    page = browser.submit(f"{FIRST}/lose", {"reason": "遗失"})
    assert page.url.path == f"/copies/{FORM}-C0002"
    assert FIRST in page.text
    assert "lost, void" in heading(browser.get(FIRST))


def test_a_copy_is_no_business_of_others(browser):
    issued(browser)
    browser.enter("JN01-0102")
    assert browser.get(FIRST).status_code == 403
    assert browser.get(f"/copies/{FORM}-C0009").status_code == 403
    assert browser.get("/copies").status_code == 403
    assert browser.submit(f"{FIRST}/recall", {"reason": "换岗"}).status_code == 403
    browser.enter("SD00-0009")
    page = browser.get("/copies")
    assert "may not issue controlled copies" in page.text
    assert browser.submit("/copies", {"document": FORM, "staff": HOLDER}).status_code == 403
