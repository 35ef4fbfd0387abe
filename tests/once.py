"""What takes long to make, made once for all processes that run tests, and copied for each."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pytest
from programs import Watch

PLACE_VARIABLE = "RMDOCS_TESTS_PLACE"
"""Tells the processes that run tests where the one that hands them out made a place."""


def made_place(config: pytest.Config) -> str:
    """Make a directory for workspaces, in memory where there is any: disks are slow to sync."""
    memory = Path("/dev/shm")  # noqa: S108 - only a directory made in it is used
    there = memory if os.access(memory, os.W_OK) else None
    directory = TemporaryDirectory(prefix="rmdocs-tests-", dir=there)
    config.add_cleanup(directory.cleanup)
    return directory.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Makes workspaces that several processes start from.

    :param shared: a directory of all processes.
    :param own: one of this process, so that what writes beside a workspace meets nobody.
    :param watch: what sees which programs are used; so they are seen of a copy too.
    """

    shared: Path
    own: Path
    watch: Watch

    def workspace(self, name: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
        """Return a workspace, and what ``make``, called with its root once, returned.

        What another file of tests makes by the same name is another workspace.
        """
        return self._workspace(f"{make.__module__}.{name}", make)

    def _workspace(self, name: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
        kept = self.shared / name
        kept.mkdir(parents=True, exist_ok=True)
        root, result = kept / "bank", kept / "result"
        with (kept / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if result.exists():
                used, made = pickle.loads(result.read_bytes())  # noqa: S301 - written below
                self.watch.note(used)
            else:
                with self.watch.noting() as used:
                    made = make(root)
                result.write_bytes(pickle.dumps((used, made)))
        own = Path(mkdtemp(prefix=f"{name}-", dir=self.own))
        return Path(shutil.copytree(root, own / "bank")), made

    def copy(self, source: Path, name: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
        """Return a workspace that began as a copy of another; see :meth:`workspace`."""
        own = f"{make.__module__}.{name}"
        return self._workspace(own, lambda root: make(Path(shutil.copytree(source, root))))
