"""Other processes of this machine, for bulk work where it pays to begin them."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from concurrent.futures import Executor, ProcessPoolExecutor

_MANY_OBJECTS = 50_000
"""New objects after which Python looks for cycles in a process that does bulk work."""


MANY = 400
"""Records that are worth another process, which takes as long to begin as some 150 of them."""

_MOST = 7
"""Other processes at most: what one process seals alone is a quarter of the work."""


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def processes(count: int, worth: int = MANY) -> Iterator[Executor | None]:
    """Yield processes for bulk work besides this one; None where they would gain nothing.

    They are begun anew, not forked: there may be threads here. They end with this process, however
    that ends, and leave it to it to be broken off. Where none can be begun there are none.

    :param count: how many things there are to be done: records to be issued, if it is not said.
    :param worth: how many of them are worth another process.
    """
    executor = _begun(min(cores() - 1, _MOST, count // worth))
    try:
        yield executor
    finally:
        if executor is not None:
            let_go(executor)
            executor.shutdown(cancel_futures=True)


def let_go(executor: ProcessPoolExecutor) -> None:
    """Have the end of processes wait for nothing that a killed one was to be given.

    Until Python 3.11.5 what is on its way there is written for ever, since the end at which nobody
    reads any more is open here as well (python/cpython#94777).
    """
    if sys.version_info < (3, 11, 5):
        broken, queue = executor._broken, executor._call_queue  # type: ignore[attr-defined]  # noqa: SLF001 - as above
        if broken and queue is not None:
            with suppress(OSError):  # closed at the same moment by who writes there
                queue._reader.close()  # noqa: SLF001


def _begun(others: int) -> ProcessPoolExecutor | None:
    if others < 1:
        return None
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    try:
        executor = ProcessPoolExecutor(others, mp_context=get_context("spawn"), initializer=_serve)
        with _without_main():
            executor.submit(os.getpid)
    except (ImportError, NotImplementedError, OSError):  # no semaphores here, or no more processes
        return None
    return executor


@contextmanager
def _without_main() -> Iterator[None]:
    """Keep what this process was started with from being run by those that it begins.

    They need nothing of it; and a script that issues a batch would issue it there once more.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


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
