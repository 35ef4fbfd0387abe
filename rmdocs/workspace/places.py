"""Where the parts of a workspace lie, what the environment says of its keys, and the clock."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from rmdocs.control.actingperson import KeyRing, Passphrase
from rmdocs.errors import StoreError, system_problem
from rmdocs.messages import message
from rmdocs.store.vault import Vault

STORE_PATH = Path("records") / "store.git"
CACHE_VARIABLE = "XDG_CACHE_HOME"
_NOTE = "store"
"""The file beside an index that says of which store it is."""
KEYS_PATH = Path("keys")
KEYS_VARIABLE = "RMDOCS_KEYS"
RECORD_KEYS_PATH = Path("record-keys")
RECORD_KEYS_VARIABLE = "RMDOCS_RECORD_KEYS"
WEB_PATH = Path("web")
_DRAFTS = "drafts"
"""What the pages in a browser keep: their log, their readers, what is not finished."""


def present() -> datetime:
    """Return the present moment, UTC: the one place that reads the clock."""
    return datetime.now(UTC)


def key_ring(root: Path, passphrase: Passphrase) -> KeyRing:
    """Return the private keys of this machine."""
    return KeyRing(directory=keys_elsewhere() or root / KEYS_PATH, passphrase=passphrase)


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
    place = hashlib.sha256(store).hexdigest()[:32]
    given = Path(os.environ.get(CACHE_VARIABLE, ""))
    try:
        mine = (given if given.is_absolute() else Path.home() / ".cache") / "rmdocs"
        mine.parent.mkdir(parents=True, exist_ok=True)
        for directory in (mine, mine / place):
            if not _is_private(directory):
                return None
        note = mine / place / _NOTE
        if not note.exists():
            note.write_bytes(store)
            _forget_gone(mine)
    except (OSError, RuntimeError):
        return None
    return mine / place / "index.sqlite"


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
        folder.mkdir(mode=0o700, exist_ok=True)
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


def drafts_place(root: Path, owner: str) -> Path:
    """Return where the drafts of a person lie, made if need be: nobody else can read there.

    :raises StoreError: if others can, or it cannot be made.
    """
    place = web_folder(root) / _DRAFTS / owner
    try:
        private = _is_private(place.parent) and _is_private(place)
    except OSError as problem:
        raise StoreError(
            message(
                "drafts cannot be kept at {path}: {problem}",
                path=place,
                problem=system_problem(problem),
            ),
            message("make room there, or work as who may write there"),
        ) from problem
    if not private:
        raise StoreError(
            message("others can read the drafts at {path}", path=place),
            message("let only the person who runs rmdocs into that folder"),
        )
    return place


def write_whole(path: Path, data: bytes) -> None:
    """Write a file of the workspace whole, over what it was before.

    :raises StoreError: if it cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as problem:
        raise StoreError(
            message(
                "{path} cannot be written: {problem}", path=path, problem=system_problem(problem)
            ),
            message("make room there, or work as who may write there"),
        ) from problem
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


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


def _is_private(directory: Path) -> bool:
    """Return whether only who runs this can write to a directory, made if it is not there."""
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    found = directory.lstat()
    shared = stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not shared
