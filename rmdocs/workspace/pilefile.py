"""A pile of scans that waits for a person, as a file: what was read, and what they said of it.

The scans themselves lie beside it: a folder for each person on the server, in it one for each
pile. What the store knows is asked anew each time; what takes
long, reading a file and looking for ink on a set, is kept here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, RmdocsError, StoreError
from rmdocs.messages import Bilingual, Language, Text, message
from rmdocs.pdf.codes import PageCode
from rmdocs.scanning.pile import FileFault, ReadSheets, ScannedFile, ScannedSheet, Trouble
from rmdocs.store.files import make_directory, write_whole
from rmdocs.workspace.places import is_name, locked_place, new_name, private_place

if TYPE_CHECKING:
    from rmdocs.canonical import Json, JsonObject
    from rmdocs.files import File
    from rmdocs.scanning.pile import ScannedDocument
    from rmdocs.workspace.opening import Workspace


_BROKEN = (
    *(ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError),
    RmdocsError,
)
"""What reading another file than one of these may end in."""

SheetPlace = tuple[int, int]
"""A file of the pile, from 0, and a page of it, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """What a person says of a sheet whose code cannot be read.

    :param code: of the page that it is.
    :param turn: degrees clockwise that set it upright.
    """

    code: PageCode
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What a look at a complete set showed.

    :param missing: what nobody signed or sealed, by page; None where that was not looked for.
    :param filed: the name under which these very sheets were filed, empty if others were;
        None where that was not looked for.
    """

    missing: Mapping[int, Text] | None = None
    filed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPile:
    """A pile between two visits.

    :param begun: when it was handed in.
    :param names: of its files, as they were handed in, in order.
    :param reading: of those that were read; they are the first ones.
    :param placed: what a person said of sheets. :param left_out: the sheets that they said
        go into no document.
    :param looked: the sets of which they said that they looked at the paper.
    :param glances: by set, what a look showed.
    """

    begun: datetime
    names: tuple[str, ...] = ()
    reading: ReadSheets = field(default_factory=ReadSheets)
    placed: Mapping[SheetPlace, Placing] = field(default_factory=dict)
    left_out: frozenset[SheetPlace] = frozenset()
    looked: frozenset[str] = frozenset()
    glances: Mapping[str, Glance] = field(default_factory=dict)


def set_key(document: ScannedDocument) -> str:
    """Return what tells a set from all others, also from another scan of the same pages."""
    code = document.code
    sheets = ",".join(f"{page.sheet.file}#{page.sheet.number}" for page in document.pages)
    return f"{code.number}:{code.edition}:{code.copy}:{document.slip}:{code.digest}:{sheets}"


def read_pile(data: bytes) -> KeptPile:
    """Return a pile from its file.

    :raises StoreError: if it is none.
    """
    try:
        return _parsed(json.loads(data))
    except _BROKEN as problem:
        raise StoreError(
            message("what was kept of these scans cannot be read"),
            message("hand in the scans again: what was filed stays filed"),
        ) from problem


def write_pile(pile: KeptPile) -> bytes:
    """Return a pile as its file."""
    value: JsonObject = {
        "begun": pile.begun.isoformat(),
        "names": list(pile.names),
        "files": [
            {"sha256": one.sha256, "pages": one.pages, "fault": one.fault}
            for one in pile.reading.files
        ],
        "sheets": [_sheet(one) for one in pile.reading.sheets],
        "placed": [
            {"at": list(at), "code": one.code.encode(), "turn": one.turn}
            for at, one in sorted(pile.placed.items())
        ],
        "left_out": sorted(map(list, pile.left_out)),
        "looked": sorted(pile.looked),
        "glances": {
            key: {
                "missing": None
                if one.missing is None
                else {str(page): _both(text) for page, text in one.missing.items()},
                "filed": one.filed,
            }
            for key, one in pile.glances.items()
        },
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _sheet(sheet: ScannedSheet) -> JsonObject:
    return {
        "at": [sheet.file, sheet.number],
        "codes": [code.encode() for code in sheet.codes],
        "turn": sheet.turn,
        "trouble": sheet.trouble,
        "blank": sheet.blank,
    }


def _both(text: Text) -> JsonObject:
    return {language.value: text.text(language) for language in Language}


def _parsed(value: JsonObject) -> KeptPile:
    names = tuple(map(str, value["names"]))
    files = tuple(
        ScannedFile(
            name=name,
            sha256=str(one["sha256"]),
            pages=int(one["pages"]),
            fault=FileFault(one["fault"]) if one["fault"] else None,
        )
        for name, one in zip(names, value["files"], strict=False)
    )
    return KeptPile(
        begun=datetime.fromisoformat(value["begun"]),
        names=names,
        reading=ReadSheets(
            files=files, sheets=tuple(_read_sheet(one, names) for one in value["sheets"])
        ),
        placed={
            _place(one["at"]): Placing(code=PageCode.decode(one["code"]), turn=int(one["turn"]))
            for one in value["placed"]
        },
        left_out=frozenset(map(_place, value["left_out"])),
        looked=frozenset(map(str, value["looked"])),
        glances={key: _glance(one) for key, one in value["glances"].items()},
    )


def _read_sheet(value: JsonObject, names: tuple[str, ...]) -> ScannedSheet:
    file, number = _place(value["at"])
    return ScannedSheet(
        file=file,
        name=names[file],
        number=number,
        codes=tuple(map(PageCode.decode, value["codes"])),
        turn=int(value["turn"]),
        trouble=Trouble(value["trouble"]) if value["trouble"] else None,
        blank=bool(value["blank"]),
    )


def _glance(value: JsonObject) -> Glance:
    missing, filed = value["missing"], value["filed"]
    return Glance(
        missing=None
        if missing is None
        else {
            int(page): Bilingual(zh=str(text["zh"]), en=str(text["en"]))
            for page, text in missing.items()
        },
        filed=None if filed is None else str(filed),
    )


def _place(value: Json) -> SheetPlace:
    file, number = value
    return int(file), int(number)


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
