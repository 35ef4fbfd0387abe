"""One record as its volume holds it: what was captured, added, corrected, issued.

Read from the record's own directory alone, so a record is as quick to read
among a million as among ten. Whether an act is allowed is ``lifecycle``'s
business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.canonical import JsonObject
from rmdocs.errors import ControlError, StoreError
from rmdocs.lifecycle import RecordStatus, StageKey, record_status
from rmdocs.messages import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.store.event import Event, SealedFile
    from rmdocs.store.protocol import Head

ISSUE, STAGE, AMEND, VOID = "issue", "stage", "amend", "void"
RECORD_NAME = "record.json"


@dataclass(frozen=True, slots=True)
class StageEntry:
    """A stage as it was added: its name, its repetition if any, its content."""

    key: StageKey
    content: JsonObject


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a record's document: the files sealed by one event."""

    number: int
    event: Event
    files: tuple[SealedFile, ...]


@dataclass(frozen=True, slots=True)
class RecordFolder:
    """Everything the store holds under one record number.

    :param original: the record as first captured.
    :param record: the record as amended last; ``original`` if never amended.
    """

    number: RecordNumber
    original: JsonObject
    record: JsonObject
    stages: tuple[StageEntry, ...]
    editions: tuple[Edition, ...]
    events: tuple[Event, ...]
    form: str
    revision: str
    voided: bool

    @property
    def current(self) -> Edition:
        """Return the newest edition."""
        return self.editions[-1]

    def status(self, form: Form) -> RecordStatus:
        """Return the record's status under its form's stages."""
        present = (entry.key for entry in self.stages)
        return record_status(form.stages, present, voided=self.voided)


def read_folder(head: Head, number: RecordNumber) -> RecordFolder:
    """Return the record with that number from its volume.

    :raises ControlError: if the number was never given.
    :raises StoreError: if its directory is incomplete.
    """
    directory = number.directory
    events = tuple(sorted(head.events(directory), key=lambda event: event.index))
    events = tuple(event for event in events if event.subject == str(number))
    if not events:
        raise unknown_number(number)
    return _folder(head, number, events)


def _folder(head: Head, number: RecordNumber, events: tuple[Event, ...]) -> RecordFolder:
    directory = number.directory
    original = _json(head, f"{directory}/{RECORD_NAME}")
    stages = tuple(
        StageEntry(
            StageKey(event.facts["stage"], event.facts.get("repeat")),
            _json(head, event.facts["content"]),
        )
        for event in events
        if event.kind == STAGE
    )
    amended = [event.facts["content"] for event in events if event.kind == AMEND]
    first = events[0].facts
    return RecordFolder(
        number,
        original,
        _json(head, amended[-1]) if amended else original,
        stages,
        tuple(_editions(events)),
        events,
        first["form"],
        first["revision"],
        any(event.kind == VOID for event in events),
    )


def as_of(head: Head, folder: RecordFolder, edition: int) -> RecordFolder:
    """Return the record as it stood when an edition was issued.

    :raises ControlError: if there was no such edition.
    """
    issued = next((one for one in folder.editions if one.number == edition), None)
    if issued is None:
        raise ControlError(
            message("{number} has no edition {edition}", number=folder.number, edition=edition),
            message("its editions are 1 to {last}", last=folder.current.number),
        )
    events = tuple(event for event in folder.events if event.index <= issued.event.index)
    return _folder(head, folder.number, events)


def unknown_number(number: RecordNumber) -> ControlError:
    """Return the refusal of a number that was never given."""
    return ControlError(
        message("the number {number} was never given", number=number),
        message("look it up with: rmdocs find"),
    )


def _editions(events: Iterable[Event]) -> Iterable[Edition]:
    for event in events:
        edition = event.facts.get("edition")
        if edition is not None:
            documents = tuple(file for file in event.files if "/editions/" in file.path)
            yield Edition(edition, event, documents)


def _json(head: Head, path: str) -> JsonObject:
    data = head.read(path)
    if data is None:
        raise StoreError(
            message("{path} is missing from the store", path=path), message("run: rmdocs verify")
        )
    value: JsonObject = canonical.decode(data)
    return value
