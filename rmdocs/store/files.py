"""Files of the store: read without waiting for anybody, written so that they survive power loss."""

from __future__ import annotations

import errno
import fcntl
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rmdocs.errors import StoreError, system_problem
from rmdocs.messages import message


def read_plain(path: Path) -> bytes:
    """Return the bytes of a file of the store, which must be one.

    Whoever can write beside the store could lay a pipe there: it is never waited for.

    :raises OSError: if it cannot be read.
    :raises StoreError: if it is a pipe, a socket or a device.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise StoreError(
                message("{path} is no plain file, as a store has them", path=path),
                message("find out who put it there; restore the store from another copy"),
            )
        return file.read()


def sync_directory(path: Path) -> None:
    """Put a directory's names on disk; costs next to nothing if they are."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, data: bytes, mode: int = 0o444) -> None:
    """Write a new file and put its content on disk.

    :raises FileExistsError: if there is one already.
    """
    with open_new(path, mode) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_whole(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Write a file over what it was before: whole and on disk when this returns, or as it was.

    Two who write it at once do so one after the other; directories above it are made.

    :param mode: of the file, as :func:`os.open` takes it.
    :raises StoreError: if it cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        make_directory(path.parent)
        with _alone(partial, mode) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                partial.replace(path)
            except BaseException:
                partial.unlink()
                raise
        sync_directory(path.parent)
    except OSError as problem:
        raise unwritable(path, problem) from problem


def unwritable(path: Path, problem: OSError) -> StoreError:
    """Return the refusal of a file that cannot be written."""
    return StoreError(
        message("{path} cannot be written: {problem}", path=path, problem=system_problem(problem)),
        message("make room there, or work as who may write there"),
    )


@contextmanager
def _alone(partial: Path, mode: int) -> Iterator[io.BufferedWriter]:
    """Return a file to be written that nobody else writes meanwhile; a killed writer's is reused.

    :raises OSError: if it cannot be opened.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        with os.fdopen(os.open(partial, flags, mode), "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _lies_at(partial, file):
                file.truncate(0)
                yield file
                return


def _lies_at(path: Path, file: io.BufferedWriter) -> bool:
    """Return whether an open file is still the one there; who had it before may have moved it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except FileNotFoundError:
        return False


def make_directory(path: Path, mode: int = 0o777) -> None:
    """Make a directory where none is, and those above it; their names are on disk then.

    :param mode: of those that are made, as :func:`os.mkdir` takes it.
    :raises OSError: if it cannot be made.
    """
    missing = [one for one in (path, *path.parents) if not one.exists()]
    for one in reversed(missing):
        with suppress(FileExistsError):  # somebody made it just now
            one.mkdir(mode)
        sync_directory(one.parent)


def sync_file(path: Path) -> None:
    """Put the content of a file that was written on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_new(path: Path, mode: int = 0o444) -> io.BufferedWriter:
    """Return a new file, to be written.

    :param mode: of the file, as :func:`os.open` takes it.
    :raises FileExistsError: if there is one already.
    """
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")
