"""The documents of a record as a reader gets them: as they were sealed, or reprinted.

A reprint is what was in force on a day, marked so that it cannot pass for the
original. The sealed documents stay as they are; the mark is on the copy alone.
"""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.errors import ControlError, StoreError
from rmdocs.messages import by_command, message
from rmdocs.registers.records import find_folder, folder_as_of
from rmdocs.registers.renditions import renditions
from rmdocs.rendering.stamps import Stamp, stamp

if TYPE_CHECKING:
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.registry import Registry
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
    folder.require_content()
    then = folder_as_of(registry.store, folder, edition).current
    made = [one.file for one in renditions(folder.events) if one.edition == then.number]
    return [
        (PurePosixPath(file.path).name, _revealed(registry, number, file))
        for file in (*then.documents, *made)
    ]


def _revealed(registry: Registry, number: RecordNumber, file: SealedFile) -> bytes:
    """Return a sealed file as a reader gets it, checked against its seal."""
    data = registry.store.require_head(number.volume.ref).reveal(file.path, number)
    if data is None or canonical.sha256(data) != file.sha256:
        raise StoreError(
            message("{path} is not what was sealed", path=file.path),
            by_command(message("have the store verified"), "rmdocs verify"),
        )
    return data


def edition_on(registry: Registry, number: RecordNumber, day: date) -> int:
    """Return the edition of a record that was the newest on a day.

    :raises ControlError: if it had none yet.
    """
    editions = find_folder(registry.store, number).editions
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
    return issued[-1].number


def reprint(
    registry: Registry, number: RecordNumber, day: date, today: date
) -> list[tuple[str, bytes]]:
    """Return the documents of a record as of a day, each marked as a reprint.

    :param today: printed on the mark.
    :raises ControlError: if it was not issued by then.
    """
    edition = edition_on(registry, number, day)
    lines = (MARK, f"第{edition}版 截至{day.isoformat()}", f"补打日期 {today.isoformat()}")
    return [
        (_name(name), stamp(data, Stamp(lines=lines, watermark=MARK)))
        for name, data in documents(registry, number, edition)
    ]


def _name(name: str) -> str:
    path = PurePosixPath(name)
    return f"{path.stem}-reprint{path.suffix}"
