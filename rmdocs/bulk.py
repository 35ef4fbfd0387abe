"""Bulk work: many pieces of one kind, done here and by whoever else is there to do them.

The others are an executor with the interface of ``concurrent.futures``: processes of this
machine, or of a cluster. What comes of a piece hangs on the piece alone, so it is the same
wherever it is done; and one whose process was killed is done here, once. Whoever does pieces
only reads: what comes of them is written by one process, the one that asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar

from rmdocs.classes import dataclass

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

MOST_AHEAD = 64
"""Pieces that are given away, or done and not yet taken: no more lie in memory at a time."""

_OF_OTHERS = 8
"""How many do pieces at a time, where an executor does not say."""

_Asked = TypeVar("_Asked")
_Done = TypeVar("_Done")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk(Generic[_Asked, _Done]):
    """How pieces of one kind of work are done.

    :param here: does a piece in this process.
    :param elsewhere: does the same in another one: it, pieces and what comes of them can be
        pickled, and it needs nothing but what it is given.
    :param executor: who does pieces besides this process; None for this one alone.
    """

    here: Callable[[_Asked], _Done]
    elsewhere: Callable[[_Asked], _Done]
    executor: Executor | None

    def each(
        self, pieces: deque[_Asked], *, in_order: bool = False
    ) -> Iterator[tuple[_Asked, _Done]]:
        """Yield pieces with what comes of them, as each is done.

        The others are given few at a time, and this process does pieces rather than wait: what
        is given away is not taken back, as executors fail to forget it when they break.

        :param pieces: are taken from it; more may be added meanwhile.
        :param in_order: whether they are yielded in their order.
        """
        if self.executor is None:
            while pieces:
                piece = pieces.popleft()
                yield piece, self.here(piece)
            return
        from concurrent.futures import FIRST_COMPLETED, wait  # noqa: PLC0415 - few need it

        others = 2 * getattr(self.executor, "_max_workers", _OF_OTHERS) + 1
        begun: deque[tuple[_Asked, Future[_Done]]] = deque()
        while pieces or begun:
            away = sum(not future.done() for _, future in begun)
            # The last one is done here: of few, the others would have all, and this one would wait.
            while len(pieces) > 1 and away < others and len(begun) < MOST_AHEAD:
                piece = pieces.popleft()
                begun.append((piece, self._given(self.executor, piece)))
                away += 1
            futures = [future for _, future in begun][: 1 if in_order else None]
            place = next((at for at, one in enumerate(futures) if one.done()), None)
            if place is not None:
                piece, future = begun[place]
                del begun[place]
                yield piece, self._result(piece, future)
            elif pieces and len(begun) < MOST_AHEAD:
                piece = pieces.popleft()
                begun.append((piece, _done(self.here(piece))))
            else:
                wait(futures, return_when=FIRST_COMPLETED)

    def _given(self, executor: Executor, piece: _Asked) -> Future[_Done]:
        try:
            return executor.submit(self.elsewhere, piece)
        except (OSError, RuntimeError):  # it is broken: nobody else will do it
            return _done(self.here(piece))

    def _result(self, piece: _Asked, future: Future[_Done]) -> _Done:
        try:
            return future.result()
        except Exception:  # noqa: BLE001 - whatever befell the others; what is wrong itself is so here too
            return self.here(piece)


def _done(result: _Done) -> Future[_Done]:
    from concurrent.futures import Future  # noqa: PLC0415 - as above

    future: Future[_Done] = Future()
    future.set_result(result)
    return future
