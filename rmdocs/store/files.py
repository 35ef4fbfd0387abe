"""Files of the store: read without waiting for anybody, written so that they survive power loss."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path

from rmdocs.errors import StoreError
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
