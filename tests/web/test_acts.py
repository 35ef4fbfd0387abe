"""What is done with a record in the browser, by one person and by two."""

import re
import time

import pytest
from browsing import Draft, heading

from rmdocs.identifiers import StaffNumber
from rmdocs.workspace import keys

VISIT = "RXD7200-02-JN01-2026-0001"
RM, SECOND, HEAD, PRESIDENT = "JN01-0101", "JN01-0102", "JN01-0001", "JN01-0002"
ELSEWHERE, OFFICER = "YT03-0001", "SD00-0004"
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


def test_who_is_refused_is_told_that_what_was_typed_is_not_lost(browser):
    page = asked(browser, "字" * 2001)
    assert page.status_code == 422
    assert "what you typed is still there" in page.text
    assert "what you typed" not in browser.get("/records/RXD7200-02-JN01-2026-0999").text


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


def test_a_key_is_revoked_by_two_and_signs_nothing_more(browser):
    done = keys.revoke(browser.bank.at(OFFICER), StaffNumber.parse(RM), "笔记本电脑被盗")
    address = f"/requests/{done.request.number}"
    assert address in browser.enter(PRESIDENT).text
    page = browser.get(address)
    assert "笔记本电脑被盗" in page.text
    assert done.fingerprint in page.text
    assert "approved" in heading(browser.submit(f"{address}/approve", {}))
    refused = asked(browser)
    assert refused.status_code == 403
    assert "was revoked on" in refused.text
    assert "make a new key" in refused.text
    assert browser.bank.codes() == set()


def test_an_opinion_waits_for_the_leader_who_gives_it(browser):
    waiting = {}
    for actor in (RM, HEAD, PRESIDENT, ELSEWHERE):
        page = browser.enter(actor)
        part = page.text.partition('id="waiting"')[2].partition("<h2")[0]
        waiting[actor] = VISIT in part
    assert waiting == {RM: False, HEAD: True, PRESIDENT: False, ELSEWHERE: False}


OPINIONS = (
    (HEAD, "dept_head_opinion", "已阅,跟进设备贷款"),
    (PRESIDENT, "president_opinion", "已阅"),
)


def begun(browser, what):
    """Begin a stage or a correction; return its draft."""
    return Draft(browser, browser.submit(f"/records/{VISIT}/{what}", {}))


def seal(draft, **said):
    """Sign what a draft's review page shows."""
    version = re.search(r'name="version" value="(\d+)"', draft.page.text)[1]
    return draft.browser.submit(f"{draft.path}/issue", {"version": version, **said})


def test_two_leaders_give_their_opinions(browser):
    for actor, stage, opinion in OPINIONS:
        assert f"/records/{VISIT}" in browser.enter(actor).text
        draft = begun(browser, f"stages/{stage}")
        assert draft.fields()["date"] == "2026-12-31"
        assert draft.press("review").url.path == draft.path
        assert draft.press("review", {"opinion": opinion}).url.path == f"{draft.path}/review"
        assert opinion in draft.page.text
        done = seal(draft)
        assert done.url.path == f"/records/{VISIT}"
    assert "closed" in heading(done)
    assert browser.bank.codes() == set()


def corrected(browser, actor, demand):
    """Begin a correction as somebody, and look it through."""
    browser.enter(actor)
    draft = begun(browser, "amend")
    draft.press("review", {"content.content.demand": demand})
    return draft


def changes(page):
    """Return what a review says that changes: before, after, and so on."""
    return re.findall(r'class="(?:gone|come)">(.*?)<', page.text)


def test_a_correction_shows_what_changes_before_it_is_sealed(browser):
    browser.enter(RM)
    assert "nothing is changed yet" in begun(browser, "amend").press("review").text
    draft = corrected(browser, RM, "拟新增设备贷款八百万元")
    assert draft.page.url.path == f"{draft.path}/review"
    assert changes(draft.page)[1:] == ["拟新增设备贷款八百万元"]
    assert seal(draft).status_code == 403
    done = seal(draft, reason="金额笔误")
    assert done.url.path == f"/records/{VISIT}"
    assert "金额笔误" in done.text
    assert changes(browser.get(f"/records/{VISIT}/2"))[1] == "拟新增设备贷款八百万元"
    assert browser.get(f"/records/{VISIT}/2/{VISIT}-e2.docx").status_code == 200
    assert browser.bank.codes() == set()


def test_of_two_who_correct_one_edition_the_second_is_told_and_loses_nothing(browse, visited_bank):
    first, second = browse(visited_bank), browse(visited_bank)
    mine, theirs = corrected(first, RM, "甲的更正"), corrected(second, SECOND, "乙的更正")
    assert seal(mine, reason="更正").url.path == f"/records/{VISIT}"
    theirs.page = seal(theirs, reason="更正")
    assert theirs.page.url.path == theirs.path
    assert "has changed since" in theirs.page.text
    assert "has changed since" not in theirs.press("carry").text
    assert changes(theirs.press("review")) == ["甲的更正", "乙的更正"]
    seal(theirs, reason="更正")
    assert second.get(f"/records/{VISIT}/3/{VISIT}-e3.docx").status_code == 200
    assert visited_bank.codes() == set()


def test_what_is_not_ones_turn_or_unit_is_not_begun(browser):
    browser.enter(PRESIDENT)
    assert browser.submit(f"/records/{VISIT}/stages/president_opinion", {}).status_code == 403
    browser.enter(RM)
    assert browser.submit(f"/records/{VISIT}/stages/dept_head_opinion", {}).status_code == 403
    browser.enter(ELSEWHERE)
    assert browser.submit(f"/records/{VISIT}/amend", {}).status_code == 403


@pytest.mark.office
@pytest.mark.fonts
def test_pdf_and_print_set_are_made_while_one_may_leave(browser):
    browser.enter(RM)
    paper = f"/records/{VISIT}/paper"
    assert "Make the formal PDF" in browser.get(f"/records/{VISIT}").text
    browser.submit(paper, {"make": "pdf"})
    browser.submit(paper, {"make": "set"})
    while browser.get(f"{paper}/wait").status_code == 202:
        time.sleep(0.2)
    links = re.findall(rf'href="({paper}/[^"]+\.pdf)"', browser.get(paper).text)
    assert len(links) == 2
    for link in links:
        made = browser.get(link)
        assert made.content.startswith(b"%PDF")
        assert made.headers["content-disposition"].startswith("attachment;")
    record = browser.get(f"/records/{VISIT}").text
    assert f"/records/{VISIT}/1/{VISIT}-e1.pdf" in record
    assert "Make the formal PDF" not in record
    browser.enter(ELSEWHERE)
    assert browser.get(links[0]).status_code == 403
    assert browser.bank.codes() == set()


def test_who_may_not_have_pdf_made_is_told_so(browser):
    browser.enter(HEAD)
    assert "it takes the role" in browser.get(f"/records/{VISIT}/paper").text
    assert browser.submit(f"/records/{VISIT}/paper", {"make": "pdf"}).status_code == 403
