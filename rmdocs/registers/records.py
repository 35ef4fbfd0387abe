"""One record as its volume holds it: what was captured, added, corrected, issued.

Read from the record's own directory alone, so a record is as quick to read
among a million as among ten. What a destroyable record says is decrypted
here, and asked of it in vain once its key is gone; what its events say in
clear stays. Whether an act is allowed is ``lifecycle``'s business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.canonical import JsonObject
from rmdocs.errors import ControlError, KeyAbsentError, RmdocsError, StoreError
from rmdocs.lifecycle import RecordStatus, StageKey, record_status
from rmdocs.messages import message
from rmdocs.registers.originals import STAGE, original_event
from rmdocs.store.vault import key_absent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.store.event import Event, SealedFile
    from rmdocs.store.protocol import Head

ISSUE, AMEND, VOID, DISPOSE = "issue", "amend", "void", "dispose"
REGENERATE = "regenerate"
RECORD_NAME = "record.json"

ENCRYPTION, NOTES, DOCUMENTS = "encryption", "notes", "documents"
"""Facts of an encrypted record's events: the cipher; the path of the file that
holds, encrypted, the reason and facts that other events say in clear; the
SHA-256 of each document before encryption, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEntry:
    """A stage as it was added: its name, its repetition if any, its content."""

    key: StageKey
    content: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEdition:
    """One edition of a record's document: the files sealed by one event."""

    number: int
    event: Event
    files: tuple[SealedFile, ...]

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

    :param on: the day. :param certificate: the number of the disposal that certifies it.
    """

    on: date
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFolder:
    """Everything the store holds under one record number.

    :param content: None if the record was disposed of, or its key is not here.
    :param present: the stages it has, in the order they were added.
    :param revision: of the form it is under; regenerating moves it to a newer one.
    :param tombstone: None unless it was disposed of.
    """

    number: RecordNumber
    content: Content | None
    present: tuple[StageKey, ...]
    editions: tuple[RecordEdition, ...]
    events: tuple[Event, ...]
    form: str
    revision: str
    voided: bool
    tombstone: Tombstone | None = None

    @property
    def current(self) -> RecordEdition:
        """Return the newest edition."""
        return self.editions[-1]

    @property
    def encrypted(self) -> bool:
        """Return whether the record's content is encrypted, as from its first event."""
        return ENCRYPTION in self.events[0].facts

    @property
    def original(self) -> JsonObject:
        """Return the record as first captured; raises as :meth:`require_content`."""
        return self.require_content().original

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
            message("what is left of it: rmdocs trace {number}", number=self.number),
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

    def facts(self, event: Event) -> Mapping[str, Any]:
        """Return the facts of one of the record's events, as far as they can be read."""
        return {**event.facts, **self._noted(event).get("facts", {})}

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
        raise unknown_number(number)
    try:
        folder = _folder(number, events)
        return replace(folder, content=_content(head, folder))
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        # Sealed by somebody with a key, but not by rmdocs as it is known here.
        raise StoreError(
            message("the acts on {number} cannot be read", number=number),
            message("run: rmdocs verify"),
        ) from problem


def _folder(number: RecordNumber, events: tuple[Event, ...]) -> RecordFolder:
    """Return what the events say of the record by themselves."""
    first = events[0].facts
    moved = [event.facts["revision"] for event in events if event.kind == REGENERATE]
    return RecordFolder(
        number=number,
        content=None,
        present=tuple(_stage_key(event) for event in events if event.kind == STAGE),
        editions=tuple(_editions(events)),
        events=events,
        form=first["form"],
        revision=moved[-1] if moved else first["revision"],
        voided=any(event.kind == VOID for event in events),
        tombstone=next((_tombstone(event) for event in events if event.kind == DISPOSE), None),
    )


def _content(head: Head, folder: RecordFolder) -> Content | None:
    """Return what the record says; None if that is destroyed, or cannot be read here."""
    if folder.tombstone is not None:
        return None
    number, events = folder.number, folder.events
    try:
        original = _json(head, number, f"{number.directory}/{RECORD_NAME}")
        record, stages = _as_it_stands(head, number, events, original)
        notes = {
            event.index: _json(head, number, event.facts[NOTES])
            for event in events
            if NOTES in event.facts
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
    for event in events:
        if event.kind == STAGE:
            content = _json(head, number, event.facts["content"])
            stages.append(StageEntry(key=_stage_key(event), content=content))
        elif event.kind == AMEND:
            record = _json(head, number, event.facts["content"])
        elif event.kind == REGENERATE:
            # What it had by then is carried over to the newer revision, whole.
            carried = _json(head, number, event.facts["content"])
            record = carried["record"]
            stages = [
                StageEntry(key=_key(one), content=one["content"]) for one in carried["stages"]
            ]
    return record, tuple(stages)


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


def unknown_number(number: RecordNumber) -> ControlError:
    """Return the refusal of a number that was never given."""
    return ControlError(
        message("the number {number} was never given", number=number),
        message("look it up with: rmdocs find"),
    )


def _editions(events: Iterable[Event]) -> Iterable[RecordEdition]:
    for event in events:
        edition = event.facts.get("edition")
        if edition is not None:
            documents = tuple(file for file in event.files if "/editions/" in file.path)
            yield RecordEdition(number=edition, event=event, files=documents)


def as_read(event: Event, files: Iterable[SealedFile] | None = None) -> tuple[SealedFile, ...]:
    """Return an event's files, documents with the SHA-256 they have in a reader's hands.

    That of an encrypted document is taken before encryption; its size stays
    that of what is stored.

    :param files: only these of the event's.
    """
    digests = event.facts.get(DOCUMENTS, {})
    return tuple(
        replace(file, sha256=digests[name])
        if (name := PurePosixPath(file.path).name) in digests
        else file
        for file in (event.files if files is None else files)
    )


def _stage_key(event: Event) -> StageKey:
    return _key(event.facts)


def _key(facts: Mapping[str, Any]) -> StageKey:
    return StageKey(name=facts["stage"], repeat=facts.get("repeat"))


def _tombstone(event: Event) -> Tombstone:
    return Tombstone(
        on=date.fromisoformat(event.facts["disposed_on"]), certificate=event.facts["certificate"]
    )


def _json(head: Head, number: RecordNumber, path: str) -> JsonObject:
    data = head.reveal(path, number)
    if data is None:
        raise StoreError(
            message("{path} is missing from the store", path=path), message("run: rmdocs verify")
        )
    value: JsonObject = canonical.decode(data)
    return value
