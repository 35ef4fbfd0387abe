"""Opened workspaces, each lent to one request at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from rmdocs.errors import RmdocsError

if TYPE_CHECKING:
    from rmdocs.identifiers import StaffNumber
    from rmdocs.workspace.opening import Workspace

_KEPT = 4
"""How many opened workspaces are kept for each person who acts."""


class Pool:
    """Lends opened workspaces, and keeps them open between requests.

    :param opened: opens one for whoever acts.
    """

    def __init__(self, opened: Callable[[StaffNumber | None], Workspace]) -> None:
        self._opened = opened
        self._free: dict[StaffNumber | None, list[Workspace]] = {}
        self._lock = Lock()

    @contextmanager
    def lent(self, actor: StaffNumber | None) -> Iterator[Workspace]:
        """Lend a workspace that knows what the store holds now, for one thread.

        :raises StoreError: if it cannot be opened.
        """
        with self._lock:
            free = self._free.setdefault(actor, [])
            workspace = free.pop() if free else None
        if workspace is None:
            workspace = self._opened(actor)
        try:
            workspace.refresh()
            yield workspace
        except RmdocsError:
            self._take_back(actor, workspace)
            raise
        except BaseException:
            # What went wrong is not known: nothing is built on it.
            workspace.close()
            raise
        self._take_back(actor, workspace)

    def close(self) -> None:
        """Close all that nobody uses."""
        with self._lock:
            kept = [one for free in self._free.values() for one in free]
            self._free.clear()
        for workspace in kept:
            workspace.close()

    def _take_back(self, actor: StaffNumber | None, workspace: Workspace) -> None:
        workspace.rest()
        with self._lock:
            free = self._free.setdefault(actor, [])
            if len(free) < _KEPT:
                free.append(workspace)
                return
        workspace.close()
