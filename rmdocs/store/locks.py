"""One writer a ref on this machine, by a kernel lock that dies with its process.

The holder has a scratch directory of its own; what a killed holder left there,
and its lock on the ref, the next one clears.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rmdocs.store.refs import clear_stale_lock, swap

_STAGED = "ref"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefLock:
    """A held lock on one ref.

    :param scratch: a directory this holder alone writes to.
    """

    repository: Path
    ref: str
    scratch: Path

    def swap(self, old: str | None, new: str) -> None:
        """Let the ref name ``new`` if it still names ``old``; durable on return.

        :raises ConflictError: if it names something else, or a foreign
            program holds the ref.
        """
        swap(self.repository, self.ref, old, new, self.scratch / _STAGED)

    def clear_leftovers(self) -> None:
        """Remove what a killed holder left: its lock on the ref, its partial files."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        clear_stale_lock(self.repository, self.ref, self.scratch / _STAGED)
        for leftover in self.scratch.iterdir():
            leftover.unlink()


@contextmanager
def locked(repository: Path, ref: str) -> Iterator[RefLock]:
    """Hold the lock of a ref; waits for other writers of this machine."""
    name = ref.removeprefix("refs/heads/").replace("/", "+")
    directory = repository / "rmdocs"
    (directory / "locks").mkdir(parents=True, exist_ok=True)
    # The file stays for good: a lock on a file that is unlinked excludes nobody.
    handle = os.open(directory / "locks" / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        lock = RefLock(repository=repository, ref=ref, scratch=directory / "partial" / name)
        lock.clear_leftovers()
        yield lock
    finally:
        os.close(handle)
