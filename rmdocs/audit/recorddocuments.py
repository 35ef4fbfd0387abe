"""The documents of a record as a reader gets them: as they were sealed, or reprinted.

A reprint is what was in force on a day, marked so that it cannot pass for the
original. The sealed documents stay as they are; the mark is on the copy alone.
"""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rmdocs.errors import ControlError, UsageError
from rmdocs.events.kinds import read_as
from rmdocs.events.records import RecordVoided
from rmdocs.messages import by_command, message
from rmdocs.registers.records import find_folder, folder_as_of, revealed
from rmdocs.registers.renditions import renditions
from rmdocs.rendering.stamps import Stamp, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.records import RecordEdition, RecordFolder
    from rmdocs.store.event import SealedFile

MARK = "补打件"


def documents(
    registry: Registry, number: RecordNumber, edition: int | None
) -> list[tuple[str, bytes]]:
    """Return name and content of an edition's documents and renditions, checked by their seals.

    :raises ControlError: if the record was disposed of.
    :raises StoreError: if a document is not what was sealed, or its key is not here.
    """
    folder = find_folder(registry.store, number)
    then = _then(registry, folder, edition)
    made = [one.file for one in renditions(folder.events) if one.edition == then.number]
    return _revealed(registry, number, (*then.documents, *made))


def _then(registry: Registry, folder: RecordFolder, edition: int | None) -> RecordEdition:
    folder.require_content()
    return folder_as_of(registry.store, folder, edition).current


def _revealed(
    registry: Registry, number: RecordNumber, files: Iterable[SealedFile]
) -> list[tuple[str, bytes]]:
    """Return name and content of sealed files as a reader gets them, checked by their seals."""
    head = registry.store.require_head(number.volume.ref)
    return [(PurePosixPath(file.path).name, revealed(head, file, number)) for file in files]


def edition_on(registry: Registry, folder: RecordFolder, day: date) -> int:
    """Return the edition of a record that was in force on a day.

    :raises ControlError: if it had none yet, or was void by the end of that day.
    """
    number, editions = folder.number, folder.editions
    issued = [edition for edition in editions if edition.facts.issued_on <= day]
    if not issued:
        raise ControlError(
            message(
                "{number} was not issued by {day}: its first edition is of {first}",
                number=number,
                day=day,
                first=editions[0].facts.issued_on,
            ),
            message("choose a later day"),
        )
    voided = next((one for one in folder.events if read_as(one, RecordVoided)), None)
    if voided is not None and (ended := voided.day_in(registry.zone)) <= day:
        raise ControlError(
            message(
                "{number} is void since {ended}: nothing of it was in force on {day}",
                number=number,
                ended=ended,
                day=day,
            ),
            by_command(
                message("choose an earlier day, or look at what it said"),
                message("rmdocs export {number}", number=number),
            ),
        )
    return issued[-1].number


def reprint(
    registry: Registry, number: RecordNumber, day: date, today: date
) -> list[tuple[str, bytes]]:
    """Return the Word documents of a record as of a day, each marked as a reprint.

    Copies of its PDF and of what was signed are marked otherwise
    (:func:`~rmdocs.renditions.making.copy_renditions`).

    :param today: printed on the mark.
    :raises UsageError: if the day is still to come.
    :raises ControlError: if it was not issued by then, or was void.
    """
    if day > today:
        raise UsageError(
            message("{day} is still to come", day=day),
            message("choose a day that has come: what will be in force then nobody can print"),
        )
    folder = find_folder(registry.store, number)
    edition = edition_on(registry, folder, day)
    lines = (MARK, f"第{edition}版 截至{day.isoformat()}", f"补打日期 {today.isoformat()}")
    return [
        (_name(name), stamp(data, Stamp(lines=lines, watermark=MARK)))
        for name, data in _revealed(registry, number, _then(registry, folder, edition).documents)
    ]


def _name(name: str) -> str:
    path = PurePosixPath(name)
    return f"{path.stem}-reprint{path.suffix}"
