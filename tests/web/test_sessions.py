"""Sessions end by themselves, and so do what they remember."""

import pytest

from rmdocs.messages import Language
from rmdocs.web.refusals import WebError
from rmdocs.web.sessions import OpenedKey, Sessions

HOUR = 3600.0


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sessions(clock):
    return Sessions(clock)


def test_a_token_grows_old(sessions, clock):
    token = sessions.new_token()
    clock.now = HOUR
    with pytest.raises(WebError):
        sessions.open(token, Language.ZH)


def test_the_language_that_was_asked_for_goes_before_that_of_the_browser(sessions):
    secrets = [sessions.open(sessions.new_token(), Language.ZH)]
    sessions.language = Language.EN
    secrets.append(sessions.open(sessions.new_token(), Language.ZH))
    assert [sessions.find(one).language for one in secrets] == [Language.ZH, Language.EN]


def test_a_session_ends_after_a_day_away(sessions, clock):
    secret = sessions.open(sessions.new_token(), Language.ZH)
    for _ in range(3):
        clock.now += 7 * HOUR
        assert sessions.find(secret) is not None
    clock.now += 9 * HOUR
    assert sessions.find(secret) is None


def test_another_secret_means_the_same_session_and_the_old_one_nothing(sessions):
    secret = sessions.open(sessions.new_token(), Language.ZH)
    session = sessions.find(secret)
    renewed = sessions.renew(secret)
    assert sessions.find(secret) is None
    assert sessions.find(renewed) is session


def test_an_opened_key_is_forgotten_without_anybody_asking(sessions, clock):
    session = sessions.find(sessions.open(sessions.new_token(), Language.ZH))
    session.opened = OpenedKey(key=None, until=HOUR)
    sessions.forget()
    assert session.opened is not None
    clock.now = HOUR + 1
    sessions.forget()
    assert session.opened is None


def test_only_the_last_searches_are_remembered(sessions):
    session = sessions.find(sessions.open(sessions.new_token(), Language.ZH))
    numbers = [session.keep_search(f"words {number}") for number in range(30)]
    assert len(session.searches) == 20
    assert session.searches[numbers[-1]] == "words 29"
