"""Work in the background: what nobody foresaw is told once, and can be begun again."""

import pytest

from rmdocs.web.background import Background, told_step


def test_what_nobody_foresaw_is_raised_once_and_begun_again():
    background, tries = Background(), []

    def work():
        tries.append(1)
        if len(tries) == 1:
            raise ZeroDivisionError
        return "made"

    background.begin("a", work)
    background._begun["a"].exception(10)
    with pytest.raises(ZeroDivisionError):
        background.outcome("a")
    assert background.outcome("a") is None
    background.begin("a", work)
    assert background._begun["a"].result(10) == background.outcome("a")
    assert background.outcome("a").made == "made"
    background.close()


def test_one_thing_alone_is_not_counted():
    assert told_step((0, 1)) is None
    assert told_step(None) is None
