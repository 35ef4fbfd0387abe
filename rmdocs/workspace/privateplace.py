"""What is a person's own on the server: where it lies, by which names, changed one at a time."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rmdocs.errors import StoreError, system_problem
from rmdocs.messages import message
from rmdocs.workspace.opening import is_private, web_folder

_NAME = re.compile(r"[0-9a-f]{16}")


def private_place(root: Path, kind: str, owner: str) -> Path:
    """Return where something of a person lies on the server, made if need be.

    :param kind: the name of the folder for what everybody has of it.
    :raises StoreError: if others can read there, or it cannot be made.
    """
    place = web_folder(root) / kind / owner
    try:
        private = is_private(place.parent) and is_private(place)
    except OSError as problem:
        raise StoreError(
            message(
                "nothing can be kept at {path}: {problem}",
                path=place,
                problem=system_problem(problem),
            ),
            message("make room there, or work as who may write there"),
        ) from problem
    if not private:
        raise StoreError(
            message("others can read what is kept at {path}", path=place),
            message("let only the person who runs rmdocs into that folder"),
        )
    return place


@contextmanager
def locked_place(place: Path) -> Iterator[Path]:
    """Keep everybody else from a private place, other processes too; yield it."""
    handle = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield place
    finally:
        os.close(handle)


def new_name() -> str:
    """Return a name for something kept, that nobody guesses."""
    return secrets.token_hex(8)


def is_name(text: str) -> bool:
    """Return whether a text, such as of an address, is one of :func:`new_name`: never a path."""
    return _NAME.fullmatch(text) is not None
