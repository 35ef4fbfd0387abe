"""Where piles of scans lie on the server: a folder for each person, a folder for each pile."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import ControlError, StoreError
from rmdocs.messages import message
from rmdocs.store.files import make_directory, write_whole
from rmdocs.workspace.pilefile import KeptPile, read_pile, write_pile
from rmdocs.workspace.privateplace import is_name, locked_place, new_name, private_place

if TYPE_CHECKING:
    from rmdocs.files import File
    from rmdocs.workspace.opening import Workspace

MOST_PILES = 20
"""How many piles of one person are kept."""
MOST_FILES = 300
"""Files that a pile may have."""
MOST_BYTES = 1 << 30
"""Bytes that the files of a pile may have."""

_FOLDER = "scans"
_STATE = "pile.json"


def place_of(workspace: Workspace) -> Path:
    """Return where the piles of whoever acts lie: nobody else can read there.

    :raises UsageError: if nobody acts.
    """
    return private_place(workspace.root, _FOLDER, str(workspace.require_person().staff_no))


def locked(workspace: Workspace) -> AbstractContextManager[Path]:
    """Keep everybody else from the piles of whoever acts; yield where they lie."""
    return locked_place(place_of(workspace))


def folder_in(place: Path, name: str) -> Path:
    """Return the folder of a pile.

    :raises ControlError: if there is none of that name.
    """
    folder = place / name
    if not is_name(name) or not (folder / _STATE).is_file():
        raise ControlError(
            message("there are no such scans of yours"),
            message("they were put away, or are somebody else's: look at your scans"),
        )
    return folder


def read_in(place: Path, name: str) -> KeptPile:
    """Return a pile.

    :raises ControlError: if there is none of that name.
    :raises StoreError: if it cannot be read.
    """
    return read_pile((folder_in(place, name) / _STATE).read_bytes())


def names_in(place: Path) -> list[str]:
    """Return the names of the piles."""
    return sorted(path.parent.name for path in place.glob(f"*/{_STATE}"))


def keep(place: Path, name: str, pile: KeptPile) -> None:
    """Keep a pile as it is now."""
    write_whole(folder_in(place, name) / _STATE, write_pile(pile))


def begin(place: Path, files: Iterable[File], pile: KeptPile) -> str:
    """Keep a new pile with its files; return its name. It is there whole, or not at all.

    :raises ControlError: if there are too many piles, or too many files.
    """
    _clear(place)
    if len(names_in(place)) >= MOST_PILES:
        raise ControlError(
            message("{count} piles of scans of yours are kept already", count=MOST_PILES),
            message("put away those that are done with, then hand in these"),
        )
    name = new_name()
    folder = place / name
    make_directory(folder, 0o700)
    try:
        added = _added(folder, pile, files)
        write_whole(folder / _STATE, write_pile(added))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return name


def add(place: Path, name: str, files: Iterable[File]) -> None:
    """Add files to a pile: all of them, or none.

    :raises ControlError: if there is no such pile, or it has too many files.
    """
    folder = folder_in(place, name)
    keep(place, name, _added(folder, read_in(place, name), files))


def _added(folder: Path, pile: KeptPile, files: Iterable[File]) -> KeptPile:
    """Write files behind those of a pile, which names them once it is kept."""
    names = [*pile.names]
    size = sum(path.stat().st_size for path in paths_of(folder, pile))
    for file in files:
        size += len(file.data)
        if len(names) == MOST_FILES or size > MOST_BYTES:
            raise ControlError(
                message(
                    "this is more than one pile holds: {files} files, {size} MB",
                    files=MOST_FILES,
                    size=MOST_BYTES >> 20,
                ),
                message("hand in the rest as another pile"),
            )
        write_whole(_path(folder, len(names)), file.data)
        names.append(file.name)
    return replace(pile, names=tuple(names))


def paths_of(folder: Path, pile: KeptPile) -> list[Path]:
    """Return where the files of a pile lie, in order."""
    return [_path(folder, at) for at in range(len(pile.names))]


def remove(place: Path, name: str) -> None:
    """Delete a pile and its files.

    :raises ControlError: if there is none of that name.
    :raises StoreError: if it cannot be deleted.
    """
    folder = folder_in(place, name)
    try:
        (folder / _STATE).unlink()
        shutil.rmtree(folder)
    except OSError as problem:
        raise StoreError(
            message("these scans cannot be deleted: {path}", path=folder),
            message("have their folder deleted by whoever looks after rmdocs"),
        ) from problem


def _path(folder: Path, at: int) -> Path:
    # Never under the name that somebody gave it.
    return folder / f"{at:04d}.scan"


def _clear(place: Path) -> None:
    """Delete what a server that was killed left of piles that never were whole."""
    for folder in place.iterdir():
        if folder.is_dir() and not (folder / _STATE).is_file():
            shutil.rmtree(folder, ignore_errors=True)
