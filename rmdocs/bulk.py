"""Bulk work: many pieces of one kind, done here and by whoever else is there to do them.

The others are an executor with the interface of ``concurrent.futures``: processes of this
machine, or of a cluster. What comes of a piece hangs on the piece alone, so it is the same
wherever it is done; and one whose process was killed is done here, once. Whoever does pieces
only reads: what comes of them is written by one process, the one that asked.

Other machines (:class:`Remote`) are not given what may not leave this one, and what they say is
looked at before it is taken (docs/adr/0044).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, runtime_checkable

from rmdocs.classes import dataclass
from rmdocs.errors import StoreError
from rmdocs.messages import message

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

MOST_AHEAD = 64
"""Pieces that are given away, or done and not yet taken: no more lie in memory at a time."""

_OF_OTHERS = 8
"""How many do pieces at a time, where an executor does not say."""

_Asked = TypeVar("_Asked")
_Done = TypeVar("_Done")
_Item = TypeVar("_Item")
_One = TypeVar("_One")


@runtime_checkable
class Remote(Protocol):
    """An executor whose work is done on other machines."""

    def at_home(self) -> Executor | None:
        """Return who does what may not leave this machine; None for this process alone."""


def nothing_stays(_piece: object) -> bool:
    """Keep no piece on this machine."""
    return False


def believed(_piece: object, _done: object) -> bool:
    """Look at nothing that other machines say."""
    return True


def one_again(
    here: Callable[[Sequence[_Item]], Sequence[_One]],
    piece: Sequence[_Item],
    done: Sequence[_One],
) -> bool:
    """Return whether a piece came to as many as it has, and one of them, by lot, to the same here.

    Whoever says otherwise of one does not know which one is looked at; and a machine on which
    something is another than here is told at its first piece, as like as not.
    """
    from secrets import randbelow  # noqa: PLC0415 - few need it

    at = randbelow(len(piece))
    return len(done) == len(piece) and [*here(piece[at : at + 1])] == [*done[at : at + 1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk(Generic[_Asked, _Done]):
    """How pieces of one kind of work are done.

    :param here: does a piece in this process.
    :param elsewhere: does the same in another one: it, pieces and what comes of them can be
        pickled, and it needs nothing but what it is given.
    :param executor: who does pieces besides this process; None for this one alone.
    :param stays: whether a piece may not leave this machine.
    :param agrees: whether what another machine says of a piece can be so.
    """

    here: Callable[[_Asked], _Done]
    elsewhere: Callable[[_Asked], _Done]
    executor: Executor | None
    stays: Callable[[_Asked], bool] = nothing_stays
    agrees: Callable[[_Asked, _Done], bool] = believed

    def each(
        self, pieces: deque[_Asked], *, in_order: bool = False
    ) -> Iterator[tuple[_Asked, _Done]]:
        """Yield pieces with what comes of them, as each is done.

        The others are given few at a time, and this process does pieces rather than wait: what
        is given away is not taken back, as executors fail to forget it when they break.

        :param pieces: are taken from it; more may be added meanwhile.
        :param in_order: whether they are yielded in their order.
        :raises StoreError: if another machine said of a piece what cannot be so.
        """
        if self.executor is None:
            while pieces:
                piece = pieces.popleft()
                yield piece, self.here(piece)
            return
        from concurrent.futures import FIRST_COMPLETED, wait  # noqa: PLC0415 - few need it

        others = 2 * getattr(self.executor, "_max_workers", _OF_OTHERS) + 1
        begun: deque[_Begun[_Asked, _Done]] = deque()
        while pieces or begun:
            away = sum(not one.future.done() for one in begun)
            # The last one is done here: of few, the others would have all, and this one would wait.
            while len(pieces) > 1 and away < others and len(begun) < MOST_AHEAD:
                begun.append(self._given(self.executor, pieces.popleft()))
                away += 1
            futures = [one.future for one in begun][: 1 if in_order else None]
            place = next((at for at, one in enumerate(futures) if one.done()), None)
            if place is not None:
                done = begun[place]
                del begun[place]
                yield done.piece, self._result(done)
            elif pieces and len(begun) < MOST_AHEAD:
                piece = pieces.popleft()
                begun.append(_Begun(piece=piece, future=_done(self.here(piece)), by_others=False))
            else:
                wait(futures, return_when=FIRST_COMPLETED)

    def _given(self, executor: Executor, piece: _Asked) -> _Begun[_Asked, _Done]:
        stays = isinstance(executor, Remote) and self.stays(piece)
        given_to = executor.at_home() if stays and isinstance(executor, Remote) else executor
        if given_to is not None:
            with suppress(OSError, RuntimeError):  # it is broken: nobody else will do it
                future = given_to.submit(self.elsewhere, piece)
                by_others = isinstance(executor, Remote) and not stays
                return _Begun(piece=piece, future=future, by_others=by_others)
        return _Begun(piece=piece, future=_done(self.here(piece)), by_others=False)

    def _result(self, begun: _Begun[_Asked, _Done]) -> _Done:
        try:
            result = begun.future.result()
        except Exception:  # noqa: BLE001 - whatever befell the others; what is wrong itself is so here too
            return self.here(begun.piece)
        if begun.by_others and not self.agrees(begun.piece, result):
            raise StoreError(
                message("a machine of the cluster said something else than comes of it here"),
                message("do it without the cluster, and look into the machines of the cluster"),
            )
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun(Generic[_Asked, _Done]):
    """A piece that is given away, or done and not yet taken.

    :param by_others: whether what comes of it is what another machine says.
    """

    piece: _Asked
    future: Future[_Done]
    by_others: bool


def _done(result: _Done) -> Future[_Done]:
    from concurrent.futures import Future  # noqa: PLC0415 - as above

    future: Future[_Done] = Future()
    future.set_result(result)
    return future
