"""Holds and disposals in the browser: by one person, and undone or approved by another."""

import re
from datetime import date

import pytest
from archive import AUDITOR, DUE, NUMBERS, OFFICER, PRESIDENT
from browsing import heading
from inspecting import Inspector

RM = "JN01-0101"
FIRST = str(NUMBERS[0])


@pytest.fixture
def browser(browse, archived, copied):
    return browse(copied(archived), day=DUE)


def placed(browser, **said):
    browser.enter(OFFICER)
    wanted = {
        "scope": "record",
        "held": FIRST,
        "kind": "litigation",
        "reason": "鲁01民初1号",
    }
    return browser.submit("/holds", {**wanted, **said})


def proposed(browser, *numbers, **said):
    browser.enter(OFFICER)
    wanted = {"record": list(numbers), "outcome": "destroy", "reason": "保管期满", **said}
    return browser.submit("/disposals", wanted)


def waiting(page):
    return page.text.partition('id="waiting"')[2].partition("<h2")[0]


def test_a_hold_is_lifted_by_somebody_else(browser):
    page = placed(browser)
    assert "stands" in heading(page)
    assert "鲁01民初1号" in page.text
    assert f"/records/{FIRST}" in page.text
    assert "/lift" not in page.text
    assert "SOD-HOLD" in page.text
    browser.enter(AUDITOR)
    page = browser.submit(f"{page.url.path}/lift", {"reason": "已结案"})
    assert "lifted" in heading(page)
    assert "已结案" in page.text
    assert browser.submit(f"{page.url.path}/lift", {"reason": "再次"}).status_code == 403
    assert page.url.path in browser.get("/holds").text
    assert browser.bank.codes() == set()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"scope": "record", "held": "RXD7200-05"}, 400),
        ({"scope": "customer", "held": "123"}, 400),
        ({"scope": "series", "held": "2026"}, 400),
        ({"scope": ""}, 400),
        ({"kind": "mood"}, 400),
        ({"reason": " "}, 403),
    ],
)
def test_a_hold_on_nothing_is_not_placed(browser, said, status):
    assert placed(browser, **said).status_code == status
    assert "H2032-0001" not in browser.get("/holds").text


def test_a_disposal_takes_two_and_leaves_a_certificate(browser):
    browser.enter(OFFICER)
    due = browser.get("/disposals")
    assert set(re.findall(r'name="record" value="([^"]+)"', due.text)) >= set(map(str, NUMBERS))
    assert browser.get("/disposals/due.xlsx").content.startswith(b"PK")
    page = proposed(browser, *map(str, NUMBERS[:2]))
    address = page.url.path
    assert address == "/disposals/D2032-0001"
    assert "/approve" not in page.text
    for approver in (AUDITOR, PRESIDENT):
        assert address in waiting(browser.enter(approver))
    done = browser.submit(f"{address}/approve", {})
    assert done.status_code == 200
    assert browser.get(f"{address}.xlsx").content.startswith(b"PK")
    browser.enter(OFFICER)
    left = re.findall(r'name="record" value="([^"]+)"', browser.get("/disposals").text)
    assert not set(left) & set(map(str, NUMBERS[:2]))
    assert browser.bank.codes() == set()


def test_what_is_held_is_not_proposed(browser):
    placed(browser)
    refused = proposed(browser, FIRST)
    assert refused.status_code == 403
    assert proposed(browser).status_code == 400
    assert proposed(browser, FIRST, outcome="burn").status_code == 400
    kept = proposed(browser, FIRST, outcome="keep", until="2033-01-01")
    assert kept.status_code == 200


def test_registers_of_all_units_are_not_for_one(browser):
    browser.enter(RM)
    for path in ("/holds", "/disposals", "/disposals/due.xlsx", "/registers/customers"):
        assert browser.get(path).status_code == 403, path
    browser.enter(AUDITOR)
    assert "may not propose a disposal" in browser.get("/disposals").text


def test_registers_as_of_any_day(browser):
    browser.enter(OFFICER)
    placed(browser)
    now = browser.get("/registers/holds")
    assert "H2032-0001" in now.text
    before = browser.get("/registers/holds?on=2031-12-31")
    assert "H2032-0001" not in before.text
    assert "There are no entries." in before.text
    book = browser.get("/registers/records.xlsx?number=RXD7200-05&year=2026")
    assert book.content.startswith(b"PK")
    assert "records-2032-01-02.xlsx" in book.headers["content-disposition"]
    assert browser.get("/registers/holds?on=gestern").status_code == 400
    assert browser.get("/registers/records?year=x").status_code == 400
    assert browser.get("/registers/nothing").status_code == 400


def test_of_a_unit_one_sees_its_own_records_whatever_is_asked_for(browse, bank):
    bank.issue(bank.sample("RXD7200-02-JN01"))
    reading = browse(bank, day=date(2026, 12, 31))
    for who, sees in (("YT03-0001", False), (RM, True), (OFFICER, True)):
        reading.enter(who)
        for query in ("", "?unit=JN01"):
            page = reading.get(f"/registers/records{query}").text
            assert ("RXD7200-02-JN01-2026-0001" in page) is sees, (who, query)


@pytest.mark.browser
@pytest.mark.long
def test_the_records_officers_pages_keep_nobody_out(visit):
    page = visit(OFFICER)
    look, home = Inspector(page), page.url.rstrip("/")
    page.click("nav a[href='/copies']")
    page.select_option("#document", "RXD7200-04")
    page.select_option("#staff", RM)
    page.click("form[action='/copies'] button")
    look("copy")
    page.goto(f"{home}/copies")
    look("copies")
    page.goto(f"{home}/holds")
    page.fill("#held", "RXD7200-04-JN01-2026")
    page.check("[name=scope][value=series]")
    page.fill("#reason", "（2026）鲁01民初1号")
    look("holds")
    page.click("form[action='/holds'] button")
    look("hold")
    page.goto(f"{home}/disposals")
    look("disposals")
    page.goto(f"{home}/registers/records")
    look("records")
    holder = visit(RM)
    look_there = Inspector(holder)
    look_there("holder")
    holder.click("#waiting ~ * a[href^='/copies/']")
    holder.click("form[action$='/acknowledge'] button")
    look_there("held")
    assert look.told == look_there.told == []
    assert look.found == look_there.found == {}
