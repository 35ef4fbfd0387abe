"""Bulk work comes to the same, whoever does it and whatever befalls them."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from elsewhere import Killed
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.bulk import MOST_AHEAD, Bulk, one_again
from rmdocs.errors import StoreError


def square(number):
    return number * number


def refused(number):
    raise ValueError(number)


class Broken(ThreadPoolExecutor):
    """Its processes are gone."""

    def submit(self, *_):
        raise RuntimeError


class Losing(ThreadPoolExecutor):
    """Loses whatever it began."""

    def submit(self, _function, piece):
        return super().submit(refused, piece)


class Away(ThreadPoolExecutor):
    """Another machine; what it was given, and what it says."""

    def __init__(self, home=None, says=square):
        super().__init__(2)
        self.home, self.says, self.given = home, says, []

    def at_home(self):
        return self.home

    def submit(self, _function, piece):
        self.given.append(piece)
        return super().submit(self.says, piece)


def done(executor, pieces, **options):
    bulk = Bulk(here=square, elsewhere=square, executor=executor)
    return list(bulk.each(deque(pieces), **options))


@pytest.mark.parametrize("kind", [None, ThreadPoolExecutor, Broken, Losing])
@given(pieces=st.lists(st.integers(), max_size=3 * MOST_AHEAD))
def test_every_piece_is_done_once_in_order_by_whomever(kind, pieces):
    executor = kind(2) if kind else None
    assert done(executor, pieces, in_order=True) == [(one, one * one) for one in pieces]
    assert sorted(done(executor, pieces)) == sorted((one, one * one) for one in pieces)
    if executor is not None:
        executor.shutdown()


def test_what_is_wrong_with_the_work_itself_is_told():
    bulk = Bulk(here=refused, elsewhere=refused, executor=Losing(1))
    with pytest.raises(ValueError, match="7"):
        list(bulk.each(deque([7])))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_of_few_pieces_whoever_asks_does_one(count):
    """It has nothing else to do, and what others take long to begin may be done by then."""
    mine = []
    with ThreadPoolExecutor(1) as executor:
        bulk = Bulk(here=lambda one: mine.append(one) or one, elsewhere=square, executor=executor)
        assert len(list(bulk.each(deque(range(count))))) == count
    assert mine == [count - 1]


def test_what_one_piece_leads_to_is_done_too():
    pieces, seen = deque([3]), []
    for piece, _ in Bulk(here=square, elsewhere=square, executor=Broken(1)).each(pieces):
        seen.append(piece)
        pieces.extend([piece - 1] * (piece > 0))
    assert seen == [3, 2, 1, 0]


def test_no_more_lies_in_memory_than_is_said():
    pieces = deque(range(1000))
    with ThreadPoolExecutor(2) as executor:
        for taken, _ in enumerate(
            Bulk(here=square, elsewhere=square, executor=executor).each(pieces)
        ):
            assert 1000 - len(pieces) <= taken + MOST_AHEAD


def test_this_process_works_while_the_others_do():
    begun, may_end = Event(), Event()

    def slow(number):
        begun.set()
        assert may_end.wait(60)
        return number * number

    def here(number):
        assert begun.wait(60)
        may_end.set()
        return square(number)

    pieces = range(20)
    with ThreadPoolExecutor(1) as executor:
        bulk = Bulk(here=here, elsewhere=slow, executor=executor)
        assert sorted(bulk.each(deque(pieces))) == [(one, one * one) for one in pieces]


def test_an_executor_that_breaks_while_it_works_holds_nobody_up():
    pieces = range(200)
    for spared in (1, 2, 5):
        with Killed(spared) as executor:
            assert done(executor, pieces, in_order=True) == [(one, one * one) for one in pieces]


@pytest.mark.parametrize("home", [None, ThreadPoolExecutor(1), Broken(1)])
@given(pieces=st.lists(st.integers(), max_size=40))
def test_what_may_not_leave_this_machine_does_not(home, pieces):
    with Away(home) as executor:
        bulk = Bulk(here=square, elsewhere=square, executor=executor, stays=lambda one: one < 0)
        found = list(bulk.each(deque(pieces), in_order=True))
    assert found == [(one, one * one) for one in pieces]
    assert [one for one in executor.given if one < 0] == []


def test_what_another_machine_says_is_looked_at_and_what_this_one_says_is_not():
    looked_at = []

    def agrees(piece, result):
        looked_at.append(piece)
        return result == square(piece)

    with Away() as executor:
        bulk = Bulk(here=square, elsewhere=square, executor=executor, agrees=agrees)
        list(bulk.each(deque(range(40))))
        assert sorted(looked_at) == sorted(executor.given)
    with Away(says=lambda piece: piece * piece + (piece == 3)) as executor:
        bulk = Bulk(here=square, elsewhere=square, executor=executor, agrees=agrees)
        with pytest.raises(StoreError, match="said something else"):
            list(bulk.each(deque(range(40))))


@given(
    piece=st.lists(st.integers(), min_size=1, max_size=30),
    wrong=st.sets(st.integers(0, 29)),
    cut=st.integers(-1, 1),
)
def test_one_that_is_looked_at_is_enough_where_all_are_wrong(piece, wrong, cut):
    def squares(some):
        return [one * one for one in some]

    said = [square(one) + (at in wrong) for at, one in enumerate(piece)]
    said = [*said, *said[:1]] if cut > 0 else said[: len(said) + cut]
    agrees = one_again(squares, piece, said)
    if said == squares(piece):
        assert agrees
    if cut or wrong >= {*range(len(piece))}:
        assert not agrees
