"""What a browser is kept from, and who is kept out."""

import pytest
from browsing import HOST, ORIGIN, heading
from starlette.routing import Mount, Route

from rmdocs.web.neighbours import user_of


@pytest.fixture
def browser(browse, shared_bank):
    return browse(shared_bank)


def test_a_token_opens_one_session_once(browser):
    token = browser.sessions.new_token()
    first = browser.get("/open", params={"token": token}, follow_redirects=False)
    assert first.headers["location"] == "/"
    cookie = first.headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    again = browser.get("/open", params={"token": token})
    assert again.status_code == 403
    assert "press Enter" in again.text


def test_a_session_planted_before_is_worth_nothing(browser):
    browser.cookies.set("rmdocs-8765", "planted", domain="localhost.local", path="/")
    browser.enter()
    assert "planted" not in browser.sessions._open


def test_choosing_who_acts_changes_the_cookie(browser):
    browser.enter()
    before = set(browser.sessions._open)
    browser.submit("/who", {"staff_no": "JN01-0101"})
    assert before.isdisjoint(browser.sessions._open)


def test_nothing_is_shown_without_a_session(browser):
    answer = browser.get("/")
    assert answer.status_code == 401
    assert heading(answer) == "Not done"


def test_another_host_is_refused(browser):
    browser.enter("JN01-0101")
    assert browser.get("/", headers={"host": "evil.example:8765"}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"origin": "https://evil.example"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
    ],
)
def test_a_form_of_another_page_is_refused(browser, headers):
    browser.enter("JN01-0101")
    sent = browser.post("/search", data={"csrf": browser.csrf, "q": "x"}, headers=headers)
    assert sent.status_code == 403


def test_a_form_without_its_token_is_refused(browser):
    browser.enter("JN01-0101")
    assert browser.submit("/search", {"csrf": "x", "q": "x"}).status_code == 403


def test_whatever_changes_something_is_an_act(browser):
    """No route takes a form but those that ``act`` makes, which ask for the token."""
    for route in browser.app.routes:
        if isinstance(route, Route) and route.methods - {"GET", "HEAD"}:
            assert route.endpoint.__qualname__ == "act.<locals>.endpoint", route.path
        else:
            assert isinstance(route, (Route, Mount))


def test_every_answer_says_what_a_browser_may_do_with_it(browser):
    for path in ("/", "/open", "/static/rmdocs.css", "/nowhere"):
        headers = browser.get(path, follow_redirects=False).headers
        assert headers["content-security-policy"].startswith("default-src 'none';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert ("no-store" in headers.get("cache-control", "")) is not path.startswith("/static")


def test_a_form_too_large_is_refused(browser):
    browser.enter("JN01-0101")
    answer = browser.submit("/search", {"q": "x" * (1 << 20)})
    assert answer.status_code == 413
    assert "at most 1 MB" in answer.text


def test_read_only_pages_take_no_act(browse, shared_bank):
    browser = browse(shared_bank, read_only=True)
    browser.enter()
    assert browser.submit("/who", {"staff_no": "JN01-0101"}).status_code == 400
    assert HOST in ORIGIN


def test_what_nobody_foresaw_is_told_without_its_insides(browser, monkeypatch):
    browser.enter("JN01-0101")
    monkeypatch.setattr(browser.site.pool, "_opened", None)
    monkeypatch.setattr(browser.site.pool, "_free", {})
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "reference" in answer.text
    assert "TypeError" not in answer.text


def test_the_user_behind_a_connection():
    assert user_of(1, 2) is None
