"""Who goes through a store: this process, and others where there are any (``bulk``)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from rmdocs.audit.ledgers import AskedOfJudge, Judge, JudgedPiece, Piece
from rmdocs.bulk import Bulk

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.store.head import Reopen

TREES = 65_536
"""Directories that are kept while a volume is gone through several times: some 60 MB."""
_SEVERAL = 2
_AT_ONCE = 250
"""Records of which the contents are one piece of work."""


def gone_through(
    judge: Judge, executor: Executor | None, pieces: Iterable[Piece]
) -> Iterator[tuple[Piece, JudgedPiece]]:
    """Yield what comes of pieces of work, and of what those lead to, as each is done.

    :param executor: with the interface of ``concurrent.futures``, of processes that open the
        store for themselves; None for this process alone.
    """
    waiting = deque(pieces)
    # What goes on from before is mostly little: another process would take longer to begin.
    whole = sum(piece.since is None for piece in waiting)
    reopen = judge.store.reopen
    alone = reopen is None or (whole < _SEVERAL and not judge.asked.contents)
    bulk = Bulk(
        here=judge.done,
        elsewhere=partial(_elsewhere, reopen, judge.asked),
        executor=None if alone else executor,
        stays=judge.stays,
    )
    for piece, done in bulk.each(waiting):
        # The contents of the records that a volume was found to have.
        waiting.extend(
            replace(piece, since=None, records=done.records[first : first + _AT_ONCE])
            for first in range(0, len(done.records), _AT_ONCE)
        )
        yield piece, done


def _elsewhere(reopen: Reopen | None, asked: AskedOfJudge, piece: Piece) -> JudgedPiece:
    if reopen is None:
        raise ValueError(piece)
    return _judge(reopen, asked).done(piece)


@lru_cache(maxsize=1)
def _judge(reopen: Reopen, asked: AskedOfJudge) -> Judge:
    store = reopen()
    store.objects.most_kept = TREES
    return Judge(store, asked)
