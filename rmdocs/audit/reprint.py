"""Reprints: what was in force on a day, marked so that it cannot pass for the original.

The sealed documents stay as they are; the mark is on the copy alone.
"""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rmdocs.audit.trace import documents
from rmdocs.errors import ControlError
from rmdocs.messages import message
from rmdocs.registers.records import read_folder, unknown_number
from rmdocs.rendering.stamps import Stamp, stamp

if TYPE_CHECKING:
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.registry import Registry

MARK = "补打件"


def edition_on(registry: Registry, number: RecordNumber, day: date) -> int:
    """Return the edition of a record that was the newest on a day.

    :raises ControlError: if it had none yet.
    """
    head = registry.store.head(number.volume.ref)
    if head is None:
        raise unknown_number(number)
    editions = read_folder(head, number).editions
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
