"""A pile of scans that waits for a person, as a file: what was read, and what they said of it.

The scans themselves lie beside it. What the store knows is asked anew each time; what takes
long, reading a file and looking for ink on a set, is kept here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError, StoreError
from rmdocs.messages import Bilingual, Language, Text, message
from rmdocs.pdf.codes import PageCode
from rmdocs.scanning.pile import FileFault, ReadSheets, ScannedFile, ScannedSheet, Trouble

if TYPE_CHECKING:
    from rmdocs.canonical import Json, JsonObject
    from rmdocs.scanning.pile import ScannedDocument

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
