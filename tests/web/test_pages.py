"""The first pages: my work, search, a record."""

import re

import pytest
from browsing import heading

VISIT = "RXD7200-02-JN01-2026-0001"


@pytest.fixture
def browser(browse, shared_bank):
    return browse(shared_bank)


def test_my_work(browser):
    browser.enter("JN01-0101")
    page = browser.get("/")
    assert (page.status_code, heading(page)) == (200, "My work")


def test_my_work_is_nobody_elses(browser):
    """An RM has their own to do, a leader what is their unit's; an officer none of it."""
    due = {}
    for actor in ("JN01-0101", "JN01-0102", "JN01-0001", "YT03-0001", "SD00-0003"):
        page = browser.enter(actor)
        due[actor] = set(re.findall(r"/records/(RXD7200-\d\d-\w{4})", page.text))
    assert due["JN01-0101"]
    assert all(number.endswith("JN01") for number in due["JN01-0101"] | due["JN01-0001"])
    assert all(number.endswith("YT03") for number in due["YT03-0001"])
    assert due["JN01-0102"] == due["SD00-0003"] == set()


def test_a_leader_sees_whose_turn_it_is(browse, visited_bank):
    """What waits for the head is no work of the president yet, and of the manager no more."""

    def lists(actor):
        browser = browse(visited_bank)
        page = browser.enter(actor).text
        parts = re.findall(r'<h2 id="(\w+)">.*?(?=<h2 |</main>)', page, re.DOTALL)
        texts = re.findall(r'<h2 id="\w+">(.*?)(?=<h2 |</main>)', page, re.DOTALL)
        return dict(zip(parts, texts, strict=True))

    manager, head, president = map(lists, ("JN01-0101", "JN01-0001", "JN01-0002"))
    assert VISIT in head["waiting"]
    assert VISIT not in head.get("others", "") + head["due"]
    for one in (manager, president):
        assert VISIT not in one["waiting"] + one["due"]
        assert VISIT in one["others"]
        assert "department head" in one["others"]


def test_who_has_nothing_to_do_is_told_what_to_begin_with(browser):
    page = browser.enter("JN01-0102").text
    first = page[page.index("What to begin with") : page.index('id="waiting"')]
    assert re.findall(r'href="(/\w+)"', first) == ["/new", "/sheets", "/scans"]
    assert "What to begin with" not in browser.enter("JN01-0101").text


def test_who_acts_is_asked_first(browser):
    page = browser.enter()
    assert heading(page) == "Who are you?"
    assert "王样例" in page.text


def test_a_record_with_its_documents(browser):
    browser.enter("JN01-0101")
    page = browser.get(f"/records/{VISIT}")
    assert VISIT in heading(page)
    assert "王样例" in page.text
    document = browser.get(f"/records/{VISIT}/1/{VISIT}-e1.docx")
    assert document.content.startswith(b"PK")
    assert document.headers["content-disposition"].startswith("attachment;")


def test_a_record_of_another_unit_is_not_shown(browser):
    browser.enter("JN01-0101")
    for number in ("RXD7200-02-YT03-2026-0001", "RXD7200-02-YT03-2026-0999"):
        assert browser.get(f"/records/{number}").status_code == 403
    browser.submit("/who", {"staff_no": "SD00-0009"})
    assert browser.get("/records/RXD7200-02-YT03-2026-0001").status_code == 200


def test_search_by_number_word_and_digest(browser):
    browser.enter("JN01-0101")
    assert VISIT in heading(browser.submit("/search", {"q": VISIT.lower()}))
    found = browser.submit("/search", {"q": "JN01-2026"})
    assert f"/records/{VISIT}" in found.text
    assert "YT03" not in found.text
    assert str(found.url).endswith("/search/1")


def test_read_only_pages_need_nobody(browse, shared_bank):
    browser = browse(shared_bank, read_only=True)
    assert heading(browser.enter()) == "What is due"
    assert browser.get(f"/records/{VISIT}").status_code == 200
