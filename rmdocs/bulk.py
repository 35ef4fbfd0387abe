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

        This process does whatever nobody else has begun, rather than wait.

        :param pieces: are taken from it; more may be added meanwhile.
        :param in_order: whether they are yielded in their order.
        """
        if self.executor is None:
            while pieces:
                piece = pieces.popleft()
                yield piece, self.here(piece)
            return
        from concurrent.futures import FIRST_COMPLETED, wait  # noqa: PLC0415 - few need it

        begun: deque[tuple[_Asked, Future[_Done]]] = deque()
        try:
            while pieces or begun:
                while pieces and len(begun) < MOST_AHEAD:
                    begun.append(self._begin(self.executor, pieces.popleft()))
                futures = [future for _, future in begun][: 1 if in_order else None]
                place = next((at for at, one in enumerate(futures) if one.done()), None)
                if place is not None:
                    piece, future = begun[place]
                    del begun[place]
                    yield piece, self._result(piece, future)
                elif not self._did_one(begun):
                    wait(futures, return_when=FIRST_COMPLETED)
        finally:
            for _, future in begun:
                future.cancel()

    def _begin(self, executor: Executor, piece: _Asked) -> tuple[_Asked, Future[_Done]]:
        try:
            return piece, executor.submit(self.elsewhere, piece)
        except RuntimeError:  # it is broken: nobody else will do it
            return piece, _future()

    def _did_one(self, begun: deque[tuple[_Asked, Future[_Done]]]) -> bool:
        """Do the first piece that nobody has begun; return whether there was one."""
        for place, (piece, future) in enumerate(begun):
            if future.cancel():
                own: Future[_Done] = _future()
                own.set_result(self.here(piece))
                begun[place] = piece, own
                return True
        return False

    def _result(self, piece: _Asked, future: Future[_Done]) -> _Done:
        try:
            return future.result()
        except Exception:  # noqa: BLE001 - whatever befell the others; what is wrong itself is so here too
            return self.here(piece)


def _future() -> Future[_Done]:
    from concurrent.futures import Future  # noqa: PLC0415 - as above

    return Future()
