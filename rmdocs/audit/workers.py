"""Who goes through a store: this process, or several, each opening the store for itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from rmdocs.audit.ledgers import AskedOfJudge, Judge, JudgedPiece, Piece

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from rmdocs.store.head import Reopen

TREES = 65_536
"""Directories that are kept while a volume is gone through several times: some 60 MB."""
_SEVERAL = 2
_AT_ONCE = 250
"""Records of which the contents are one piece of work."""


class Workers:
    """Whoever does pieces of the work: this process, or those of an executor.

    :param executor: with the interface of ``concurrent.futures``, of processes; None for here.
    """

    def __init__(self, judge: Judge, executor: Executor | None) -> None:
        reopen = judge.store.reopen
        self._do, self._contents = judge.done, judge.asked.contents
        self._executor = executor if reopen is not None else None
        self._elsewhere = partial(_elsewhere, reopen, judge.asked)

    def all(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, JudgedPiece]]:
        """Yield what comes of pieces of work, and of what those lead to, as each is done."""
        every = [*pieces]
        # What goes on from before is mostly little: another process would take longer to begin.
        whole = [piece for piece in every if piece.since is None]
        if self._executor is None or (len(whole) < _SEVERAL and not self._contents):
            yield from self._here(every)
            return
        yield from self._here([piece for piece in every if piece.since is not None])
        from concurrent.futures import FIRST_COMPLETED, wait  # noqa: PLC0415 - where asked for

        submit = partial(self._executor.submit, self._elsewhere)
        begun: dict[Future[JudgedPiece], Piece] = {submit(piece): piece for piece in whole}
        while begun:
            for future in wait(begun, return_when=FIRST_COMPLETED).done:
                piece, done = begun.pop(future), future.result()
                begun |= {submit(one): one for one in _further(piece, done)}
                yield piece, done

    def _here(self, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, JudgedPiece]]:
        waiting = [*pieces][::-1]
        while waiting:
            piece = waiting.pop()
            done = self._do(piece)
            waiting += reversed(_further(piece, done))
            yield piece, done


def _further(piece: Piece, done: JudgedPiece) -> list[Piece]:
    """Return the pieces that one leads to: the contents of the records that it went through."""
    return [
        replace(piece, since=None, records=done.records[first : first + _AT_ONCE])
        for first in range(0, len(done.records), _AT_ONCE)
    ]


def _elsewhere(reopen: Reopen | None, asked: AskedOfJudge, piece: Piece) -> JudgedPiece:
    if reopen is None:
        raise ValueError(piece)
    return _judge(reopen, asked).done(piece)


@lru_cache(maxsize=1)
def _judge(reopen: Reopen, asked: AskedOfJudge) -> Judge:
    store = reopen()
    store.objects.most_kept = TREES
    return Judge(store, asked)
