"""Where the parts of a workspace lie, and what the environment says of them.

Also what is a person's own there, on the server too: by which names, changed one at a time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import StoreError, system_problem
from rmdocs.messages import message
from rmdocs.store.files import make_directory
from rmdocs.store.vault import Vault

if TYPE_CHECKING:
    from rmdocs.store.keys import PublicKey

STORE_PATH = Path("records") / "store.git"
CACHE_VARIABLE = "XDG_CACHE_HOME"
STATE_VARIABLE = "XDG_STATE_HOME"
_NOTE = "store"
"""The file beside an index that says of which store it is."""
KEYS_PATH = Path("keys")
KEYS_VARIABLE = "RMDOCS_KEYS"
RECORD_KEYS_PATH = Path("record-keys")
RECORD_KEYS_VARIABLE = "RMDOCS_RECORD_KEYS"
WEB_PATH = Path("web")
"""What the pages in a browser keep: their log, their readers, what is not finished."""
PACK_MARK = "bagit.txt"
"""The file that each pack for an auditor has: a bag (RFC 8493)."""
PACK_CHECKPOINTS = "checkpoints.txt"
"""Where in it the checkpoints of the ledgers lie, as they stood when it was made."""
_NAME = re.compile(r"[0-9a-f]{16}")


def keys_elsewhere() -> Path | None:
    """Return where the environment says that private keys lie; None where it says nothing."""
    directory = os.environ.get(KEYS_VARIABLE)
    return Path(directory) if directory else None


def vault(root: Path) -> Vault:
    """Return the keys of encrypted records."""
    directory = os.environ.get(RECORD_KEYS_VARIABLE)
    return Vault(Path(directory) if directory else root / RECORD_KEYS_PATH, secrets.token_bytes)


def index_path(root: Path) -> Path | None:
    """Return where this person's search index of a workspace lies; None where none can be kept.

    It lies where nobody else can write, never beside the store: who hands over
    a store must not be able to hand over what is to be believed of it.
    """
    store = os.fsencode((root / STORE_PATH).resolve())
    folder = own_folder(store, CACHE_VARIABLE, Path(".cache"))
    return None if folder is None else folder / "index.sqlite"


def seen_path(root: Path) -> Path | None:
    """Return where this person's workspace keeps what it saw of ledgers; None where it cannot.

    Unlike the index nothing makes it again, so it lies with the state, not in the cache.
    """
    return _state(os.fsencode((root / STORE_PATH).resolve()))


def witness_path(key: PublicKey) -> Path | None:
    """Return where a witness keeps what it saw of ledgers; None where it cannot.

    By its key, wherever the store lies: two clones with two histories are not two stores.
    """
    return _state(b"witness " + key.raw)


def _state(of: bytes) -> Path | None:
    folder = own_folder(of, STATE_VARIABLE, Path(".local") / "state")
    return None if folder is None else folder / "checkpoints"


def own_folder(of: bytes, variable: str, usual: Path) -> Path | None:
    """Return a folder where nobody else can write.

    :param of: what it is for; of an index, where the store lies.
    """
    place = hashlib.sha256(of).hexdigest()[:32]
    given = Path(os.environ.get(variable, ""))
    try:
        mine = (given if given.is_absolute() else Path.home() / usual) / "rmdocs"
        make_directory(mine.parent)
        for directory in (mine, mine / place):
            if not is_private(directory):
                return None
        note = mine / place / _NOTE
        if not note.exists():
            note.write_bytes(of)
            if variable == CACHE_VARIABLE:
                _forget_gone(mine)
    except (OSError, RuntimeError):
        return None
    return mine / place


def _forget_gone(mine: Path) -> None:
    """Drop the indexes of stores that are not there any more: they hold words of records."""
    for note in mine.glob(f"*/{_NOTE}"):
        if not Path(os.fsdecode(note.read_bytes())).exists():
            shutil.rmtree(note.parent, ignore_errors=True)


def web_folder(root: Path) -> Path:
    """Return the folder of what the pages in a browser keep, made if it is not there.

    Only who runs this may look into it, and git leaves it alone.

    :raises StoreError: if it cannot be made.
    """
    folder = root / WEB_PATH
    try:
        make_directory(folder, 0o700)
        ignored = folder / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", encoding="ascii")
    except OSError as problem:
        raise StoreError(
            message(
                "{path} cannot be made: {problem}", path=folder, problem=system_problem(problem)
            ),
            message("have the workspace writable for whoever serves its pages"),
        ) from problem
    return folder


def drop_old_index(root: Path) -> None:
    """Remove the search index that earlier releases kept beside the store, for all to use.

    Nothing reads it any more, but it holds words of the records.

    :raises StoreError: if it cannot be removed.
    """
    for path in (root / "records").glob("index.sqlite*"):
        try:
            path.unlink(missing_ok=True)
        except OSError as problem:
            raise StoreError(
                message("{path} holds words of records and cannot be removed", path=path),
                message("have it deleted by somebody who may, then try again"),
            ) from problem


def is_private(directory: Path) -> bool:
    """Return whether only who runs this can write to a directory, made if it is not there."""
    make_directory(directory, 0o700)
    found = directory.lstat()
    shared = stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not shared


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
