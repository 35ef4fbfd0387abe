"""Readers on other machines: their codes, and what guessing costs."""

import pytest
from browsing import ORIGIN, heading

from rmdocs.errors import ConflictError, ControlError, FindingsError, UsageError
from rmdocs.web.readers import Guesses, Readers
from rmdocs.web.refusals import WebError

RECORD = "/records/RXD7200-02-JN01-2026-0001"


@pytest.fixture
def readers(tmp_path):
    return Readers(tmp_path)


def test_a_code_is_good_for_its_reader_however_it_is_typed(readers):
    code = readers.add("省行审计", "2026-12-31")
    other = readers.add("外部审核", "2026-12-31")
    assert readers.named("省行审计", code).name == "省行审计"
    assert readers.named(" 省行审计 ", code.lower().replace("-", " ")) is not None
    assert readers.named("省行审计", other) is None
    assert readers.named("nobody", code) is None


def test_codes_are_not_kept(readers, tmp_path):
    code = readers.add("省行审计", "2026-12-31")
    kept = (tmp_path / "readers.json").read_text("utf-8")
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert (tmp_path / "readers.json").stat().st_mode & 0o077 == 0


def test_a_code_is_taken_away(readers):
    code = readers.add("省行审计", "2026-12-31")
    readers.remove("省行审计")
    assert readers.named("省行审计", code) is None
    with pytest.raises(ControlError):
        readers.remove("省行审计")


@pytest.mark.parametrize("name", ["", " ", " 省行", "x" * 61])
def test_what_is_no_name(readers, name):
    with pytest.raises(UsageError):
        readers.add(name, "2026-12-31")


def test_a_name_is_given_once_and_can_be_read(readers):
    readers.add("省行审计", "2026-12-31")
    with pytest.raises(ConflictError):
        readers.add("省行审计", "2026-12-31")
    for name in ("省行\u200b审计", "省行\n审计", "省行\t审计"):
        with pytest.raises(FindingsError):
            readers.add(name, "2026-12-31")


def test_each_wrong_code_makes_the_next_wait_longer():
    now = 0.0
    guesses = Guesses(clock=lambda: now)
    for _ in range(5):
        guesses.require_allowed("10.0.0.1")
        guesses.wrong("10.0.0.1")
    waits = []
    for _ in range(6):
        with pytest.raises(WebError) as refused:
            guesses.require_allowed("10.0.0.1")
        assert refused.value.status == 429
        waits.append(int(refused.value.remedy.values["count"]) - 1)
        now += waits[-1] + 0.5
        guesses.require_allowed("10.0.0.1")
        guesses.wrong("10.0.0.1")
    assert waits == [1, 2, 4, 8, 16, 32]
    guesses.require_allowed("10.0.0.2")


def test_guessing_from_everywhere_is_slow_too():
    guesses = Guesses(clock=lambda: 0.0)
    for number in range(60):
        guesses.wrong(f"10.0.0.{number}")
    with pytest.raises(WebError):
        guesses.require_allowed("10.0.1.1")


def test_a_reader_comes_in_and_what_is_opened_is_noted(browse, shared_bank):
    browser = browse(shared_bank, readers=True)
    code = browser.site.readers.add("省行审计", "2026-12-31")
    try:
        assert heading(browser.get(RECORD)) == "Records, for reading"
        sent = {"name": "省行审计", "code": code}
        assert browser.post("/enter", data=sent).status_code == 403
        assert browser.post("/enter", data=sent, headers={"origin": ORIGIN}).status_code == 200
        assert browser.get(RECORD).status_code == 200
        assert browser.get("/open").status_code == 403
    finally:
        browser.site.readers.remove("省行审计")
    assert browser.get(RECORD).status_code == 401
    assert ("省行审计", RECORD) in browser.noted("opened")
