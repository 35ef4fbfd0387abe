"""Other processes of this machine, for bulk work where it pays to begin them."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Executor

_MANY_OBJECTS = 50_000
"""New objects after which Python looks for cycles in a process that does bulk work."""


MANY = 400
"""Records from which on another process is begun, which takes as long as some 150 of them."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def processes(*, pays: bool = True) -> Iterator[Executor | None]:
    """Yield processes for bulk work besides this one; None where there is no processor for them.

    They are begun anew, not forked: there may be threads here. They end with this process, however
    that ends, and leave it to it to be broken off.

    :param pays: whether there is enough to do: to begin one takes as long as a few hundred records.
    """
    others = cores() - 1
    if not pays or others < 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    executor = ProcessPoolExecutor(others, mp_context=get_context("spawn"), initializer=_serve)
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _serve() -> None:
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(_MANY_OBJECTS)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        # Nobody will take what is made, and nobody else ends a process of a pool.
        os._exit(1)
