"""Another process that does bulk work, for tests of what comes of that."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Any

from rmdocs.workspace.processes import let_go


class Elsewhere(ProcessPoolExecutor):
    """Another process, which does all that is given away before anything else is done."""

    def __init__(self) -> None:
        super().__init__(1, mp_context=get_context("spawn"))

    def submit(self, function: Callable[..., Any], /, *given: Any) -> Future[Any]:
        """Do it, then return."""
        future = super().submit(function, *given)
        wait([future])
        return future


class Killed(ProcessPoolExecutor):
    """Another process, killed when it is given so many pieces of work."""

    def __init__(self, spared: int) -> None:
        super().__init__(1, mp_context=get_context("spawn"))
        self.spared = spared

    def submit(self, function: Callable[..., Any], /, *given: Any) -> Future[Any]:
        """Begin it, unless it was killed."""
        future = super().submit(function, *given)
        self.spared -= 1
        if self.spared == 0:
            for process in list(self._processes.values()):
                process.kill()
                process.join()
        return future

    def shutdown(self, *how: Any, **what: Any) -> None:
        """End it as whoever began it does."""
        let_go(self)
        super().shutdown(*how, **what)
