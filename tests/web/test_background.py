"""Work in the background: what nobody foresaw is told once, and can be begun again."""

from threading import Event

import pytest

from rmdocs.web.background import Background, Outcome, told_step


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
        background.look("a")
    assert background.look("a") == (False, None)
    background.begin("a", work)
    assert background._begun["a"].result(10) == background.look("a")[1]
    assert background.look("a")[1].made == "made"
    background.close()


def test_one_thing_alone_is_not_counted():
    assert told_step((0, 1)) is None
    assert told_step(None) is None


def test_what_ends_while_it_is_looked_at_is_never_neither():
    """Under way, or done: a page that saw neither would show nothing, and wait for nothing."""
    background = Background()
    try:
        for turn in range(300):
            background.begin(turn, lambda: "made")
            running, outcome = background.look(turn)
            assert running or outcome.made == "made"
            while background.look(turn)[0]:
                pass
            assert background.look(turn) == (False, Outcome(made="made"))
    finally:
        background.close()
    assert background.look("unknown") == (False, None)


def test_what_is_under_way_stays_though_something_else_is_wanted_by_now():
    """Of two windows that each want theirs, none takes away what is made for the other."""
    background, free, under_way = Background(), Event(), Event()
    try:
        background.begin("one", lambda: under_way.set() or free.wait())
        assert under_way.wait(10)
        background.begin("other", lambda: "made", instead_of=lambda key: key == "one")
        assert background.look("one") == (True, None)
        free.set()
        background._begun["other"].result(10)
        assert background.look("one") == (False, Outcome(made=True))
    finally:
        free.set()
        background.close()


def test_what_will_never_be_done_is_not_under_way():
    """What waits its turn when the server ends is told as what nobody asked for."""
    background, free = Background(), Event()
    try:
        background.begin("one", free.wait)
        background.begin("other", lambda: "made")
        assert background._begun["other"].cancel()
        assert background.look("other") == (False, None)
    finally:
        free.set()
        background.close()


def test_what_nobody_wants_any_more_is_not_begun():
    """Of a draft that is changed and looked at again and again, the last pages are drawn."""
    background, free, begun = Background(), Event(), []
    try:
        background.begin(("other", 1), free.wait)
        for version in (1, 2, 3):
            background.begin(
                ("draft", version),
                lambda version=version: begun.append(version),
                instead_of=lambda key: key[0] == "draft",
            )
        free.set()
        background._begun["draft", 3].result(10)
        assert begun == [3]
        assert background.look(("draft", 1)) == (False, None)
        assert background.look(("other", 1))[1].made is True
    finally:
        free.set()
        background.close()
