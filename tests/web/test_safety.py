"""What a browser is kept from, and who is kept out."""

import re
from urllib.parse import quote

import pytest
from browsing import ORIGIN, Draft, heading
from starlette.routing import Mount, Route

from rmdocs.canonical import sha256
from rmdocs.web.safety import user_of


@pytest.fixture
def browser(browse, shared_bank):
    return browse(shared_bank)


@pytest.fixture
def bank(copied, founded):
    return copied(founded)


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
    """No route takes a form but those that ``act`` makes, which ask for the token.

    Who enters has no session yet, and so no token.
    """
    assert all(isinstance(route, (Route, Mount)) for route in browser.app.routes)
    taking = [one for one in browser.app.routes if getattr(one, "methods", set()) - {"GET", "HEAD"}]
    others = [one.path for one in taking if not one.endpoint.__qualname__.startswith("act.")]
    assert others == ["/enter"]


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


def test_what_nobody_foresaw_is_told_without_its_insides(browser, monkeypatch):
    browser.enter("JN01-0101")
    monkeypatch.setattr(browser.site.pool, "_opened", None)
    monkeypatch.setattr(browser.site.pool, "_free", {})
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "reference" in answer.text
    assert "TypeError" not in answer.text


def test_refusals_and_who_came_in_are_noted_without_contents(browser):
    browser.enter("JN01-0101")
    browser.get("/records/RXD7200-02-YT03-2026-0001?customer=Secret")
    assert ("JN01-0101", "/who") in browser.noted("came in")
    refused = browser.noted("refused")
    assert ("JN01-0101", "/records/RXD7200-02-YT03-2026-0001") in refused


def test_strangers_do_not_fill_the_disk(browser):
    before = len(browser.noted("refused"))
    for _ in range(110):
        browser.get("/")
    assert len(browser.noted("refused")) == before + 100


def test_the_log_is_private(browser):
    browser.enter("JN01-0101")
    path = browser.site.journal._path
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_what_a_record_says_never_becomes_part_of_a_page(browse, bank):
    script = "<script>alert(1)</script>"
    sample = bank.sample("RXD7200-02-JN01")
    sample["record"]["content"]["customer"]["name"] = script
    number = bank.issue(sample)
    browser = browse(bank)
    browser.enter("JN01-0101")
    pages = [
        browser.get(f"/records/{number}"),
        browser.submit("/search", {"q": "script"}),
        browser.submit("/search", {"q": script}),
        browser.get("/records/" + quote(script)),
        browser.get(f"/records/{number}/1/" + quote(f"{script}.docx", safe="")),
        browser.submit("/language", {"language": script, "back": f"//{script}"}),
    ]
    for page in pages:
        assert script not in page.text
    assert "&lt;script&gt;" in pages[0].text


def test_back_from_the_language_leads_nowhere_else(browser):
    browser.enter("JN01-0101")
    for back in ("https://evil.example", "//evil.example", "/\\evil.example", "\\/evil.example"):
        answer = browser.submit(
            "/language", {"language": "zh", "back": back}, follow_redirects=False
        )
        assert answer.headers["location"] == "/"


def test_the_user_behind_a_connection():
    assert user_of(1, 2) is None


def test_a_number_that_is_none_leads_to_no_page(browser):
    browser.enter("JN01-0101")
    routes = [one.path for one in browser.app.routes if ":whole}" in getattr(one, "path", "")]
    assert len(routes) > 5
    for route in routes:
        for number in ("9" * 5000, "-1", "²"):
            path = re.sub(r"{\w+:whole}", number, route)
            assert browser.get(re.sub(r"{\w+}", "x", path)).status_code in {404, 405}, path
    assert not any(":int}" in getattr(one, "path", "") for one in browser.app.routes)


@pytest.mark.parametrize("said", ["x", "-1", "1.5", "²", "٣", "9" * 5000])
def test_a_version_that_is_none_overwrites_nothing(browse, bank, said):
    browser = browse(bank)
    browser.enter("JN01-0101")
    draft = Draft(browser, browser.submit("/new", {"form": "RXD7200-01"}))
    typed = {**draft.fields(), "version": said, "content.party_a.name": "泰山"}
    for path, status in (("", 200), ("/check", 409), ("/picked/content.party_a.name", 409)):
        assert browser.submit(f"{draft.path}{path}", typed).status_code == status
    assert browser.submit(f"{draft.path}/issue", typed).url.path.startswith(draft.path)
    assert "泰山" not in browser.get(draft.path).text


def test_a_digest_does_not_tell_a_number_of_another_unit(browse, bank):
    number = bank.issue(bank.sample("RXD7200-01-YT03"))
    owner = browse(bank)
    owner.enter("YT03-0301")
    document = owner.get(f"/records/{number}/1/{number}-e1.docx")
    digest = sha256(document.content)
    assert str(number) in owner.submit("/search", {"q": digest}).text
    browser = browse(bank)
    browser.enter("JN01-0101")
    answer = browser.submit("/search", {"q": digest}, follow_redirects=False)
    assert answer.status_code == 403
    assert str(number) not in answer.text


@pytest.mark.parametrize("read_only", [True, False])
def test_where_nobody_acts_every_page_still_answers(browse, bank, read_only):
    number = str(bank.issue(bank.sample("RXD7200-01-JN01")))
    browser = browse(bank, read_only=read_only)
    browser.enter()
    routes = [one for one in browser.app.routes if isinstance(one, Route) and "GET" in one.methods]
    assert len(routes) > 50
    for route in routes:
        about = "RXD7200-01" if route.path.startswith("/documents") else number
        path = re.sub(r"{\w+:whole}", "1", route.path.replace("{number}", about))
        answer = browser.get(re.sub(r"{\w+}", "1.0", path))
        assert answer.status_code < 500, path
    assert browser.get(f"/records/{number}/1").url.path == f"/records/{number}"
    told = "for reading only" if read_only else "nobody acts yet"
    acting = (f"/records/{number}/void", "/documents/RXD7200-01/propose", "/drafts/x")
    for path in (*acting, "/new", "/sheets", "/scans"):
        assert told in browser.get(path).text, path
    for path in (f"/records/{number}/amend", "/new", "/drafts/x/check"):
        assert told in browser.submit(path, {"form": "RXD7200-01"}).text, path
