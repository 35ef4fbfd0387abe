"""Records that are read before they can be searched: whoever asks is told, and not left waiting."""

import time
from threading import Event

import pytest
from browsing import Browser, heading

from rmdocs.registers.indexfile import Query
from rmdocs.workspace import records


@pytest.fixture
def asked_first(visited_bank):
    """Return a browser on a store of which nothing is known."""
    with Browser(visited_bank, patience=1) as browser:
        browser.enter("JN01-0101")
        until_read(browser)
        browser.site.pool.close()
        visited_bank.close()
        for file in visited_bank.index_files():
            file.unlink()
        yield browser


def until_read(browser):
    """Wait as the page's script does."""
    for _ in range(600):
        answer = browser.get("/reading")
        if answer.status_code == 204:
            return
        time.sleep(0.05)
    raise TimeoutError


def test_a_page_says_that_records_are_read_and_then_appears(asked_first):
    others = Event()
    asked_first.site.reading.begin("others", others.wait)
    try:
        answer = asked_first.get("/")
        assert (answer.status_code, heading(answer)) == (503, "The records are being read")
        assert 'data-wait="/reading"' in answer.text
        assert asked_first.get("/").status_code == 503
        assert asked_first.get("/reading").status_code == 202
    finally:
        others.set()
    until_read(asked_first)
    assert asked_first.get("/").status_code == 200
    assert records.count_of(asked_first.bank.at(), Query()) > 0


def test_what_a_form_sends_is_not_lost(asked_first):
    answer = asked_first.submit("/trace", {}, files={"file": ("a.docx", b"unknown")})
    assert (answer.status_code, "a.docx" in answer.text) == (200, True)
    assert asked_first.get("/").status_code == 200


def test_a_few_records_are_waited_for(asked_first):
    with Browser(asked_first.bank) as browser:
        browser.enter("JN01-0101")
        assert browser.get("/").status_code == 200
