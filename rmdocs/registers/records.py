"""One record as its volume holds it: what was captured, added, corrected, issued.

Read from the record's own directory alone, so a record is as quick to read
among a million as among ten. What a destroyable record says is decrypted
here, and asked of it in vain once its key is gone; what its events say in
clear stays. Whether an act is allowed is ``lifecycle``'s business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, DamagedError, KeyAbsentError, RmdocsError, StoreError
from rmdocs.events.facts import EventFacts, FactsError, Unreadable
from rmdocs.events.kinds import read, read_as
from rmdocs.events.records import (
    EditionFacts,
    EditionIssued,
    OnRecord,
    RecordAmended,
    RecordDisposed,
    RecordIssued,
    RecordRegenerated,
    RecordVoided,
    StageAdded,
    Unit,
)
from rmdocs.lifecycle import RecordStatus, StageKey, record_status
from rmdocs.messages import by_command, message
from rmdocs.registers.renditions import as_read, original_event
from rmdocs.registers.series import require_its_own, require_not_lost
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.store.vault import key_absent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rmdocs.forms.form import Form
    from rmdocs.identifiers import DisposalNumber, DocumentNumber, RecordNumber, Revision
    from rmdocs.store.event import Event, SealedFile
    from rmdocs.store.protocol import Head, Store

RECORD_NAME = "record.json"

_SHAPING = (EditionIssued, RecordVoided, RecordDisposed)
"""What must be read for a record to be read at all: nobody knows what it is without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntry:
    """A stage as it was added: its name, its repetition if any, its content."""

    key: StageKey
    content: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEdition:
    """One edition of a record's document: the files sealed by one event.

    :param facts: what it prints besides the record.
    """

    facts: EditionFacts
    event: Event
    files: tuple[SealedFile, ...]

    @property
    def number(self) -> int:
        """Return which edition it is."""
        return self.facts.number

    @property
    def documents(self) -> tuple[SealedFile, ...]:
        """Return the files as a reader gets them; see :func:`as_read`."""
        return as_read(self.event, self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a record says.

    :param original: the record as first captured.
    :param record: the record as amended last; ``original`` if never amended.
    :param notes: what encrypted events do not say in clear, by their index.
    """

    original: JsonObject
    record: JsonObject
    stages: tuple[StageEntry, ...]
    notes: Mapping[int, JsonObject]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone(Answer):
    """That a record was disposed of.

    :param on: the day on which. :param certificate: the number of the disposal that certifies it.
    """

    on: date
    certificate: DisposalNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFolder:
    """Everything the store holds under one record number.

    :param issued: what its first event says.
    :param content: None if the record was disposed of, or its key is not here.
    :param present: the stages it has, in the order they were added.
    :param revision: of the form it is under; regenerating moves it to a newer one.
    :param tombstone: None unless it was disposed of.
    """

    number: RecordNumber
    issued: RecordIssued
    content: Content | None
    present: tuple[StageKey, ...]
    editions: tuple[RecordEdition, ...]
    events: tuple[Event, ...]
    form: DocumentNumber
    revision: Revision
    voided: bool
    tombstone: Tombstone | None = None

    @property
    def current(self) -> RecordEdition:
        """Return the newest edition."""
        return self.editions[-1]

    @property
    def encrypted(self) -> bool:
        """Return whether the record's content is encrypted, as from its first event."""
        return self.issued.concealment is not None

    @property
    def unit(self) -> Unit:
        """Return the unit it is of, as it was registered when it was issued."""
        return self.issued.edition.unit

    @property
    def record(self) -> JsonObject:
        """Return the record as amended last; raises as :meth:`require_content`."""
        return self.require_content().record

    @property
    def stages(self) -> tuple[StageEntry, ...]:
        """Return the stages with their content; raises as :meth:`require_content`."""
        return self.require_content().stages

    def require_content(self) -> Content:
        """Return what the record says.

        :raises ControlError: if it was disposed of.
        :raises KeyAbsentError: if its key is not here.
        """
        if self.content is None:
            raise self.refusal()
        return self.content

    def refusal(self) -> RmdocsError:
        """Return why the record's content cannot be read."""
        if self.tombstone is None:
            return key_absent(self.number)
        return ControlError(
            message(
                "{number} was disposed of on {on}, certificate {certificate}",
                number=self.number,
                on=self.tombstone.on,
                certificate=self.tombstone.certificate,
            ),
            by_command(
                message("look at what is left of it"),
                message("rmdocs trace {number}", number=self.number),
            ),
            clause="ISO 15489-1 §9.9",
        )

    def status(self, form: Form) -> RecordStatus:
        """Return the record's status under its form's stages."""
        return record_status(
            form.stages,
            self.present,
            voided=self.voided,
            signed=original_event(self.events, len(form.signing)) is not None,
            disposed=self.tombstone is not None,
        )

    def reason(self, event: Event) -> str:
        """Return the reason of one of the record's events; empty where it cannot be read."""
        return str(self._noted(event).get("reason", event.reason))

    def said(self, event: Event) -> EventFacts:
        """Return what one of the record's events says, as far as it can be read."""
        said, noted = read(event), self._noted(event).get("facts")
        if not noted or not isinstance(said, OnRecord):
            return said
        try:
            return said.revealed(noted)
        except FactsError:
            return said

    def _noted(self, event: Event) -> JsonObject:
        return self.content.notes.get(event.index, {}) if self.content else {}


def read_folder(head: Head, number: RecordNumber) -> RecordFolder:
    """Return the record with that number from its volume.

    :raises ControlError: if the number was never given.
    :raises StoreError: if its directory is incomplete.
    """
    directory = number.directory
    events = tuple(sorted(head.events(directory), key=lambda event: event.index))
    events = tuple(event for event in events if event.subject == str(number))
    if not events:
        require_its_own(head, number.volume)
        raise unknown_number(number)
    try:
        folder = _folder(number, events)
        return replace(folder, content=_content(head, folder))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        # Sealed by somebody with a key, but not by rmdocs as it is known here.
        raise _unreadable(number) from problem


def folder_of_issued(number: RecordNumber, event: Event, record: JsonObject) -> RecordFolder:
    """Return a record that was issued just now, by its only event and what was sealed of it."""
    content = Content(original=record, record=record, stages=(), notes={})
    return replace(_folder(number, (event,)), content=content)


def find_folder(store: Store, number: RecordNumber) -> RecordFolder:
    """Return the record with that number as it stands now.

    :raises: as :func:`read_folder`.
    """
    return read_folder(volume_head(store, number), number)


def volume_head(store: Store, number: RecordNumber) -> Head:
    """Return the volume that a number was given in, as it stands now.

    :raises ControlError: if nothing was ever sealed in it, so that the number was never given.
    :raises StoreError: if it was begun, but is missing.
    """
    head = store.head(number.volume.ref)
    if head is None and not store.is_to_hold(number.volume.ref):
        raise ControlError(
            message("{number} is of another year than this bundle", number=number),
            message("ask the store, or the bundle of that year"),
        )
    if head is None:
        require_not_lost(store.require_head(CONTROL_REF), number.volume)
        raise unknown_number(number)
    return head


def _unreadable(number: RecordNumber) -> StoreError:
    return DamagedError(message("the acts on {number} cannot be read", number=number))


def _folder(number: RecordNumber, events: tuple[Event, ...]) -> RecordFolder:
    """Return what the events say of the record by themselves.

    :raises StoreError: if the first did not issue it, or one of those that make it
        what it is cannot be read.
    """
    said = [read(event) for event in events]
    issued = said[0]
    if not isinstance(issued, RecordIssued) or any(map(_is_lost, said)):
        raise _unreadable(number)
    under = [one.under for one in said if isinstance(one, (RecordIssued, RecordRegenerated))][-1]
    tombstones = [one for one in said if isinstance(one, RecordDisposed)]
    return RecordFolder(
        number=number,
        issued=issued,
        content=None,
        present=tuple(one.key for one in said if isinstance(one, StageAdded)),
        editions=tuple(_editions(events)),
        events=events,
        form=issued.under.form,
        revision=under.revision,
        voided=any(isinstance(one, RecordVoided) for one in said),
        tombstone=_tombstone(tombstones[0]) if tombstones else None,
    )


def _tombstone(said: RecordDisposed) -> Tombstone:
    return Tombstone(on=said.disposed_on, certificate=said.certificate)


def _is_lost(said: EventFacts) -> bool:
    return isinstance(said, Unreadable) and issubclass(said.of, _SHAPING)


def _content(head: Head, folder: RecordFolder) -> Content | None:
    """Return what the record says; None if that is destroyed, or cannot be read here."""
    if folder.tombstone is not None:
        return None
    number, events = folder.number, folder.events
    try:
        original = _json(head, number, f"{number.directory}/{RECORD_NAME}")
        record, stages = _as_it_stands(head, number, events, original)
        notes = {
            event.index: _json(head, number, said.concealment.notes)
            for event in events
            if isinstance(said := read(event), OnRecord) and said.concealment is not None
        }
    except KeyAbsentError:
        return None
    return Content(original=original, record=record, stages=stages, notes=notes)


def _as_it_stands(
    head: Head, number: RecordNumber, events: tuple[Event, ...], original: JsonObject
) -> tuple[JsonObject, tuple[StageEntry, ...]]:
    """Return the record after all amendments and regenerations, and its stages."""
    record = original
    stages: list[StageEntry] = []
    for said in map(read, events):
        if isinstance(said, StageAdded):
            content = _json(head, number, said.content)
            stages.append(StageEntry(key=said.key, content=content))
        elif isinstance(said, RecordAmended):
            record = _json(head, number, said.content)
        elif isinstance(said, RecordRegenerated):
            # What it had by then is carried over to the newer revision, whole.
            carried = _json(head, number, said.content)
            record = carried["record"]
            stages = [
                StageEntry(key=_stage_key(one), content=one["content"]) for one in carried["stages"]
            ]
    return record, tuple(stages)


def _stage_key(carried: JsonObject) -> StageKey:
    return StageKey(name=carried["stage"], repeat=carried.get("repeat"))


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
    then = replace(_folder(folder.number, events), tombstone=folder.tombstone)
    return replace(then, content=_content(head, then))


def folder_as_of(store: Store, folder: RecordFolder, edition: int | None) -> RecordFolder:
    """Return the record as it stood when an edition was issued; as it stands if none is named.

    :raises ControlError: if there was no such edition.
    """
    if edition is None:
        return folder
    return as_of(volume_head(store, folder.number), folder, edition)


def revealed(head: Head, file: SealedFile, number: RecordNumber) -> bytes:
    """Return a sealed file of a record as a reader gets it, checked against its seal.

    :raises StoreError: if it is not what was sealed, or its key is not here.
    """
    data = head.reveal(file.path, number)
    if data is None or canonical.sha256(data) != file.sha256:
        raise DamagedError(message("{path} is not what was sealed", path=file.path))
    return data


def unknown_number(number: RecordNumber) -> ControlError:
    """Return the refusal of a number that was never given."""
    return ControlError(
        message("the number {number} was never given", number=number),
        by_command(message("look it up by customer or words"), "rmdocs find"),
    )


def _editions(events: Iterable[Event]) -> Iterator[RecordEdition]:
    for event in events:
        said = read_as(event, EditionIssued)
        if said is not None:
            documents = tuple(file for file in event.files if "/editions/" in file.path)
            yield RecordEdition(facts=said.edition, event=event, files=documents)


def _json(head: Head, number: RecordNumber, path: str) -> JsonObject:
    data = head.reveal(path, number)
    if data is None:
        raise DamagedError(message("{path} is missing from the store", path=path))
    value: JsonObject = canonical.decode(data)
    return value
