"""A record as a person reads it: what it says, in its form's words, and what was done with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import Answer, called
from rmdocs.classes import dataclass
from rmdocs.events.kinds import read
from rmdocs.events.records import (
    PaperFiled,
    PdfSigned,
    RecordDisposed,
    RecordIssued,
    RecordRegenerated,
    RecordVoided,
    SigningBegunAnew,
    StageAdded,
)
from rmdocs.identifiers import DocumentNumber, RecordNumber, RequestNumber
from rmdocs.intake.cells import NO, YES
from rmdocs.intake.headings import CONTENT, record_fields
from rmdocs.language.rules import NO_VALUE, as_text
from rmdocs.lifecycle import RecordStatus, stage_title
from rmdocs.messages import Text, Verbatim, listed, message
from rmdocs.registers.approvalrequests import waiting_request
from rmdocs.registers.records import RecordFolder, Tombstone, find_folder, folder_as_of
from rmdocs.registers.renditions import (
    as_read,
    edition_of,
    in_place_of,
    set_aside_by,
    valid_editions,
)
from rmdocs.schemas.schema import label
from rmdocs.values import view

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rmdocs.canonical import Json, JsonObject
    from rmdocs.forms.form import Form
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.approvalrequests import ApprovalRequest
    from rmdocs.schemas.fields import Field, Steps
    from rmdocs.store.event import Event, SealedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside(Answer):
    """Who had signing begin anew after a signature, when, and why.

    :param time: by the clock of the office.
    :param staff_no: of who had it begin anew. :param name: of who did.
    :param reason: why.
    :param replaced_by: file name of the signature that the party made instead; empty
        while it has not.
    """

    time: datetime
    staff_no: str
    name: str
    reason: str
    replaced_by: str

    @classmethod
    def of(cls, event: Event, folder: RecordFolder, zone: ZoneInfo) -> SetAside | None:
        """Return how a signature was set aside; None if it was not."""
        begun = set_aside_by(event, folder.events)
        if begun is None:
            return None
        instead = in_place_of(event, folder.events)
        files = as_read(instead) if instead is not None else ()
        return cls(
            time=begun.time.astimezone(zone),
            staff_no=begun.actor.staff_no,
            name=begun.actor.name,
            reason=folder.reason(begun),
            replaced_by=next((PurePosixPath(one.path).name for one in files), ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedEvent(Answer):
    """One event of a record's life, as a person reads it.

    :param time: by the clock of the office.
    :param kind: what was done, as docs/architecture.md lists the kinds.
    :param told: what a person calls it.
    :param staff_no: of who did it. :param name: of who did it.
    :param edition: that it made, or was done to.
    :param superseded: whether its edition was replaced by a newer one; of what
        somebody signed, whether a correction, or signing anew, left it without effect.
    :param set_aside: how a signature was set aside; None unless it was.
    :param revision: the form's revision that it put the record under; empty if
        it changed none.
    :param stage: the name of the stage that was added; empty if none was.
    :param party: who signed with it, as the form calls the party.
    :param reason: why, in the words of who did it.
    :param fingerprint: of the key that it was signed with.
    :param approved_by: the name of who approved what takes two people; empty for any
        other act.
    :param files: what it sealed, as a reader gets it.
    :param stage_title: the stage as the form calls it, with its name.
    :param looked: whether a scan was filed on which no signature or seal was
        found, by a person who looked at the paper.
    :param placed: the pages of a scan of which a person said which they are.
    """

    TOLD: ClassVar = (
        *("time", "kind", "staff_no", "name", "edition", "superseded", "set_aside"),
        *("revision", "stage", "party", "reason", "fingerprint", "approved_by", "files"),
    )
    time: datetime
    kind: str
    told: Text
    staff_no: str
    name: str
    edition: int | None
    superseded: bool
    set_aside: SetAside | None
    revision: str
    stage: str
    party: str
    reason: str
    fingerprint: str = field(metadata=called("key"))
    approved_by: str
    files: tuple[SealedFile, ...] = field(metadata=called("documents"))
    stage_title: Text | None
    looked: bool
    placed: tuple[int, ...]

    @property
    def remarks(self) -> tuple[Text, ...]:
        """Return what else is told of the act: what a person vouched for."""
        said: list[Text] = []
        if self.looked:
            said.append(message("no ink found; a person looked"))
        if self.placed:
            pages = listed(self.placed)
            said.append(
                message("pages named by a person, their codes unread: {pages}", pages=pages)
            )
        return tuple(said)

    @classmethod
    def of(cls, event: Event, folder: RecordFolder, form: Form, zone: ZoneInfo) -> TracedEvent:
        """Return the act that an event of a record's folder records."""
        said, edition = read(event), edition_of(event)
        stage = said.key if isinstance(said, StageAdded) else None
        return cls(
            time=event.time.astimezone(zone),
            kind=event.kind,
            told=said.told,
            staff_no=event.actor.staff_no,
            name=event.actor.name,
            fingerprint=event.actor.fingerprint,
            edition=edition,
            stage=str(stage or ""),
            stage_title=stage_title(form.stages, stage) if stage is not None else None,
            party=said.party if isinstance(said, PdfSigned) else "",
            reason=folder.reason(event),
            files=as_read(event),
            approved_by=said.approver if isinstance(said, (RecordVoided, RecordDisposed)) else "",
            revision=str(said.under.revision)
            if isinstance(said, (RecordIssued, RecordRegenerated))
            else "",
            superseded=_is_superseded(event, edition, folder),
            looked=isinstance(said, PaperFiled) and bool(said.looked),
            placed=(said.placed or ()) if isinstance(said, PaperFiled) else (),
            set_aside=SetAside.of(event, folder, zone),
        )


def _is_superseded(event: Event, edition: int | None, folder: RecordFolder) -> bool:
    if isinstance(read(event), (PdfSigned, PaperFiled, SigningBegunAnew)):
        gone = set_aside_by(event, folder.events) is not None
        return gone or edition not in set(valid_editions(folder.events))
    return edition is not None and edition < folder.current.number


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedContent:
    """What a record, one of its stages or the computation says, as a person reads it.

    :param lines: each value with what the form calls its place: 甲方 › 邮政编码.
    """

    title: Text
    lines: tuple[tuple[Text, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedRecord(Answer):
    """A record as it stands, or as one edition printed it.

    :param form: the number of its form. :param title: that of the form.
    :param revision: of the form, under which ``edition`` was made.
    :param status: where the record stands now.
    :param tombstone: None unless it was disposed of.
    :param edition: the one that is shown. :param current_edition: the newest.
    :param record: what it says; empty, like stages and derived values, where
        it was disposed of.
    :param stages: each with its name (``stage``) and what it says (``content``).
    :param derived: what was computed from all that, by name, as it is printed.
    :param files: the sealed documents of ``edition``, as a reader gets them.
    :param acts: what happened to it, the first first.
    :param said: what it says in the form's own words.
    :param asked: what somebody asked to be done with it, and still waits to be approved;
        None if nothing does.
    """

    TOLD: ClassVar[tuple[str, ...]] = (
        *("number", "form", "title", "revision", "status", "tombstone", "request", "edition"),
        *("current_edition", "record", "stages", "derived", "files", "acts"),
    )
    number: RecordNumber
    form: DocumentNumber
    title: Text
    revision: str
    status: RecordStatus
    tombstone: Tombstone | None = field(metadata=called("disposed"))
    edition: int
    current_edition: int
    record: JsonObject
    stages: tuple[JsonObject, ...]
    derived: JsonObject
    files: tuple[SealedFile, ...] = field(metadata=called("documents"))
    acts: tuple[TracedEvent, ...] = field(metadata=called("events"))
    said: tuple[TracedContent, ...]
    asked: ApprovalRequest | None

    @property
    def request(self) -> RequestNumber | None:
        """Return the number of what was asked to be done with it and still waits, if anything."""
        return self.asked.number if self.asked is not None else None

    @property
    def documents(self) -> tuple[str, ...]:
        """Return the file names of the documents."""
        return tuple(PurePosixPath(file.path).name for file in self.files)


def show(registry: Registry, number: RecordNumber, edition: int | None = None) -> TracedRecord:
    """Return a record, with the documents of one edition (the newest unless named).

    :raises ControlError: if the number or the edition was never given.
    :raises KeyAbsentError: if its content is encrypted and the key is not here.
    """
    folder = find_folder(registry.store, number)
    if folder.tombstone is None:
        folder.require_content()
    return shown(registry, folder, edition)


def shown(registry: Registry, folder: RecordFolder, edition: int | None) -> TracedRecord:
    """Return a record as a person reads it, its content too where that can be read.

    :param edition: which one; the newest if None.
    """
    then = folder_as_of(registry.store, folder, edition)
    # An edition is shown under the revision that printed it; where the record
    # stands is said by the revision it is under now.
    form, now = registry.form_of(then), registry.form_of(folder)
    return TracedRecord(
        number=folder.number,
        form=form.number,
        title=form.title,
        revision=str(then.revision),
        status=folder.status(now),
        edition=then.current.number,
        current_edition=folder.current.number,
        record=then.content.record if then.content else {},
        stages=_stages(then),
        derived=(derived := _derived(registry, then, form)),
        said=tuple(_said(then, form, derived)),
        acts=tuple(TracedEvent.of(event, folder, now, registry.zone) for event in folder.events),
        files=then.current.documents,
        tombstone=folder.tombstone,
        asked=waiting_request(folder),
    )


def _stages(folder: RecordFolder) -> tuple[JsonObject, ...]:
    entries = folder.content.stages if folder.content else ()
    return tuple({"stage": entry.key.name, "content": entry.content} for entry in entries)


def _said(folder: RecordFolder, form: Form, derived: JsonObject) -> Iterator[TracedContent]:
    """Yield what a record says, part by part, in the words of its form."""
    if folder.content is None:
        return
    around = {name: item for name, item in folder.content.record.items() if name != CONTENT}
    lines = (
        *_lines(record_fields(form.schema.fields()), around),
        *_lines(form.schema.root, folder.content.record[CONTENT]),
    )
    yield TracedContent(title=message("record"), lines=lines)
    for entry in folder.content.stages:
        fields = form.stage_schema(entry.key.name).root
        title = stage_title(form.stages, entry.key)
        yield TracedContent(title=title, lines=tuple(_lines(fields, entry.content)))
    titles = {one.name: one.title for one in form.derived}
    computed = tuple((titles[name], value) for name, value in derived.items() if value != NO_VALUE)
    yield TracedContent(title=message("computed"), lines=computed)


def _lines(root: Field, value: Json, steps: Steps = ()) -> Iterator[tuple[Text, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _lines(root, item, (*steps, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _lines(root, item, (*steps, index))
    elif value is not None:
        yield Verbatim(label(root, steps)), _plain(value)


def _plain(value: Json) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return value if isinstance(value, str) else str(view(value))


def _derived(registry: Registry, folder: RecordFolder, form: Form) -> JsonObject:
    """Return what is computed from the record, as text."""
    if folder.content is None:
        return {}
    names = registry.calendars.printed(folder, form).names
    return {name: as_text(value) for name, value in names["derived"].items()}
