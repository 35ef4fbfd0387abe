"""What is done with a record in the browser, by one person and by two."""

import re

import pytest
from browsing import heading

VISIT = "RXD7200-02-JN01-2026-0001"
RM, SECOND, HEAD, PRESIDENT = "JN01-0101", "JN01-0102", "JN01-0001", "JN01-0002"
ELSEWHERE = "YT03-0001"
REASON = "客户信息录入重复"


@pytest.fixture
def browser(browse, visited_bank):
    return browse(visited_bank)


def asked(browser, reason=REASON):
    """Ask for a void as the manager; return the page of the request."""
    browser.enter(RM)
    return browser.submit(f"/records/{VISIT}/void", {"reason": reason})


def next_acts(page):
    """Return what a record's page offers, and what it says may not be done."""
    offered = re.findall(rf'class="button" href="/records/{VISIT}/([^"]+)"', page.text)
    return offered, re.findall(r'<li class="not"><b>(.*?)</b> (.*?) <span', page.text)


def test_what_may_be_done_next_and_why_not(browser):
    browser.enter(RM)
    offered, refused = next_acts(browser.get(f"/records/{VISIT}"))
    assert "void" in offered
    assert ["it takes the role" in why for _, why in refused] == [True]
    browser.enter("SD00-0009")
    offered, refused = next_acts(browser.get(f"/records/{VISIT}"))
    assert offered == []
    assert len(refused) == 3


def test_a_void_takes_two(browser):
    page = asked(browser)
    address = page.url.path
    assert "waiting" in heading(page)
    assert REASON in page.text
    assert f"{address}/approve" not in page.text
    assert browser.submit(f"{address}/approve", {}).status_code == 403
    work = browser.enter(HEAD)
    assert address in work.text
    assert "approved" in heading(browser.submit(f"{address}/approve", {}))
    assert "void" in heading(browser.get(f"/records/{VISIT}"))
    assert address not in browser.get("/").text
    assert browser.bank.codes() == set()


def test_what_was_rejected_is_told_to_who_asked(browser):
    address = asked(browser).url.path
    browser.enter(HEAD)
    assert browser.submit(f"{address}/reject", {"reason": ""}).status_code == 403
    browser.submit(f"{address}/reject", {"reason": "请更正即可"})
    assert "请更正即可" not in browser.get("/").text
    work = browser.enter(RM)
    assert "Refused to me" in work.text
    assert "请更正即可" in work.text
    asked(browser, "再次申请")
    assert "Refused to me" not in browser.get("/").text


def test_one_takes_back_what_one_asked_for(browser):
    address = asked(browser).url.path
    page = browser.submit(f"{address}/reject", {"reason": "不必了"})
    assert "taken back" in heading(page)
    assert "Refused to me" not in browser.get("/").text


def test_a_request_is_no_business_of_another_units(browser):
    address = asked(browser).url.path
    browser.enter(ELSEWHERE)
    assert address not in browser.get("/").text
    assert browser.get(address).status_code == 403
    assert browser.submit(f"{address}/approve", {}).status_code == 403
    assert browser.submit(f"/records/{VISIT}/void", {"reason": REASON}).status_code == 403


@pytest.mark.parametrize("what", ["approve", "reject"])
def test_no_other_page_decides_a_request(browser, what):
    address = asked(browser).url.path
    browser.enter(HEAD)
    forged = browser.submit(f"{address}/{what}", {"csrf": "forged", "reason": REASON})
    assert forged.status_code == 403
    assert "waiting" in heading(browser.get(address))


def test_an_opinion_waits_for_the_leader_who_gives_it(browser):
    waiting = {}
    for actor in (RM, HEAD, PRESIDENT, ELSEWHERE):
        page = browser.enter(actor)
        part = page.text.partition('id="waiting"')[2].partition("<h2")[0]
        waiting[actor] = VISIT in part
    assert waiting == {RM: False, HEAD: True, PRESIDENT: False, ELSEWHERE: False}
