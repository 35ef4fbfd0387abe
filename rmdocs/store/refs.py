"""Refs and locks: who may write, and the swap that makes a commit count.

One kernel lock a ref keeps writers of this machine apart and vanishes with
its process; git's own ``.lock`` file keeps foreign git programs out.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rmdocs.errors import ConflictError
from rmdocs.messages import message
from rmdocs.store.objects import sync_directory, write_synced

_PATIENCE = 5.0
"""Seconds to wait for a foreign git program to let go of a ref."""


def read_ref(repository: Path, ref: str) -> str | None:
    """Return the commit a ref names, or None."""
    try:
        return (repository / ref).read_text(encoding="ascii").strip()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return _packed(repository).get(ref)


def list_refs(repository: Path) -> list[str]:
    """Return all refs under ``refs/heads``, sorted."""
    heads = repository / "refs" / "heads"
    loose = {
        path.relative_to(repository).as_posix()
        for path in heads.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }
    packed = {ref for ref in _packed(repository) if ref.startswith("refs/heads/")}
    return sorted(loose | packed)


def _packed(repository: Path) -> dict[str, str]:
    try:
        lines = (repository / "packed-refs").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split(" ", 1) for line in lines if line and line[0] not in "#^")
    return {ref: oid for oid, ref in pairs}


@dataclass(frozen=True, slots=True)
class RefLock:
    """A held lock on one ref.

    :param scratch: a directory this holder alone writes to.
    """

    repository: Path
    ref: str
    scratch: Path
    handle: int

    def swap(self, old: str | None, new: str) -> None:
        """Let the ref name ``new`` if it still names ``old``; durable on return.

        :raises ConflictError: if it names something else, or a foreign
            program holds the ref.
        """
        path = self.repository / self.ref
        created = _make_parents(path.parent, self.repository)
        lock = path.with_name(path.name + ".lock")
        self._mark(lock)
        self._take(lock, new)
        try:
            found = read_ref(self.repository, self.ref)
            if found != old:
                lock.unlink()
                raise ConflictError(
                    message("{ref} was moved by another writer", ref=self.ref),
                    message("try again"),
                )
            lock.replace(path)
        finally:
            self._mark(None)
        for directory in (path.parent, *created):
            sync_directory(directory)

    def _take(self, lock: Path, new: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                write_synced(lock, f"{new}\n".encode(), 0o644)
            except FileExistsError as problem:
                if time.monotonic() > deadline:
                    raise ConflictError(
                        message("another program holds {path}", path=lock),
                        message("wait for it; if no git program runs, delete that file"),
                    ) from problem
                time.sleep(0.02)
            else:
                return

    def _mark(self, pending: Path | None) -> None:
        """Note which ref lock is ours, so that the next holder may clear it after a kill."""
        os.ftruncate(self.handle, 0)
        if pending is not None:
            os.pwrite(self.handle, str(pending.relative_to(self.repository)).encode(), 0)

    def clear_leftovers(self) -> None:
        """Remove what a killed holder left: its ref lock and its partial files."""
        left = os.pread(self.handle, 4096, 0).decode()
        if left:
            (self.repository / left).unlink(missing_ok=True)
            os.ftruncate(self.handle, 0)
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)


@contextmanager
def locked(repository: Path, ref: str) -> Iterator[RefLock]:
    """Hold the lock of a ref; waits for other writers of this machine."""
    name = ref.removeprefix("refs/heads/").replace("/", "+")
    directory = repository / "rmdocs"
    (directory / "locks").mkdir(parents=True, exist_ok=True)
    handle = os.open(directory / "locks" / name, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        lock = RefLock(repository, ref, directory / "partial" / name, handle)
        lock.clear_leftovers()
        yield lock
    finally:
        os.close(handle)


def _make_parents(directory: Path, top: Path) -> list[Path]:
    """Make a directory; return the directories whose names must be synced for it."""
    missing = []
    while not directory.is_dir() and directory != top:
        missing.append(directory)
        directory = directory.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
    return [path.parent for path in missing]
