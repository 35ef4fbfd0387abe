"""What takes long to make, made once for all processes that run tests, and copied for each."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import pytest
from programs import Watch

PLACE_VARIABLE = "RMDOCS_TESTS_PLACE"
"""Tells the processes that run tests where the one that hands them out made a place."""

_ROOM = 1 << 30
"""Bytes that workspaces of tests may take, and more; containers have 64 MB of memory as a disk."""


def made_place(config: pytest.Config) -> str:
    """Make a directory for workspaces, in memory where there is room: disks are slow to sync."""
    memory = Path("/dev/shm")  # noqa: S108 - only a directory made in it is used
    there = memory if os.access(memory, os.W_OK) and disk_usage(memory).free > _ROOM else None
    directory = TemporaryDirectory(prefix="rmdocs-tests-", dir=there)
    config.add_cleanup(directory.cleanup)
    return directory.name


def copied(source: Path, to: Path, without: str = "") -> Path:
    """Copy a workspace with the modes of its files; half the work of what copies anything.

    :param without: what lies in folders of this name is left out, and they.
    """
    to.mkdir()
    to.chmod(source.stat().st_mode)
    with os.scandir(source) as listed:
        entries = list(listed)
    for one in entries:
        if one.is_dir(follow_symlinks=False):
            if one.name != without:
                copied(Path(one.path), to / one.name, without)
            continue
        read = os.open(one.path, os.O_RDONLY | os.O_NOFOLLOW)
        told = os.fstat(read)
        written = os.open(to / one.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.sendfile(written, read, 0, told.st_size)
        os.fchmod(written, told.st_mode)
        os.close(read)
        os.close(written)
    return to


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """Makes workspaces that several processes start from.

    :param shared: a directory of all processes.
    :param own: one of this process, so that what writes beside a workspace meets nobody.
    :param watch: what sees which programs are used; so they are seen of a copy too.
    :param closing: closes whatever is opened while a workspace is made: nobody uses it afterwards.
    """

    shared: Path
    own: Path
    watch: Watch
    closing: Callable[[], AbstractContextManager[None]]

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
                with self.watch.noting() as used, self.closing():
                    made = make(root)
                result.write_bytes(pickle.dumps((used, made)))
        own = Path(mkdtemp(prefix=f"{name}-", dir=self.own))
        return copied(root, own / "bank"), made

    def copy(self, source: Path, name: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
        """Return a workspace that began as a copy of another; see :meth:`workspace`."""
        own = f"{make.__module__}.{name}"
        return self._workspace(own, lambda root: make(copied(source, root)))
