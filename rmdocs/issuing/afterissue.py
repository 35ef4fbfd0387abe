"""What happens to a record after its issue: stages and amendments.

Nothing is edited: each act adds its content and a new edition under the same
number; the earlier editions stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import TYPE_CHECKING

from rmdocs import canonical, lifecycle
from rmdocs.answering import Answer, called
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key, require_reason
from rmdocs.errors import ConflictError, FindingsError
from rmdocs.events.records import EditionFacts, EditionIssued, RecordAmended, StageAdded
from rmdocs.findings import Finding, has_errors
from rmdocs.issuing.editions import render_edition
from rmdocs.issuing.openrecord import (
    OpenRecord,
    judge_amendment,
    judge_stage,
    require_may_amend,
    require_turn,
)
from rmdocs.issuing.registry import concealed, offered_content
from rmdocs.lifecycle import RecordStatus, StageKey
from rmdocs.messages import message
from rmdocs.records.check import accepted
from rmdocs.records.draft import RecordDraft
from rmdocs.registers.records import read_folder, volume_head
from rmdocs.registers.renditions import as_read
from rmdocs.rendering.compiled import RENDERER_VERSION
from rmdocs.store.protocol import NewEvent, NewFile

if TYPE_CHECKING:
    from rmdocs.canonical import Json
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.registry import Registry
    from rmdocs.records.context import CheckedRecord
    from rmdocs.store.event import SealedFile
    from rmdocs.store.protocol import Branch

JSON_TYPE = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done(Answer):
    """What an act on a record led to.

    :param edition: the one that it made.
    :param status: where the record stands now.
    :param files: the documents of the edition, as a reader gets them.
    :param findings: warnings; an error and nothing is done.
    """

    number: RecordNumber
    edition: int
    status: RecordStatus
    files: tuple[SealedFile, ...] = field(metadata=called("documents"))
    findings: tuple[Finding, ...] = ()


def add_stage(  # noqa: PLR0913 - an act simply has that many parts
    registry: Registry,
    number: RecordNumber,
    stage: str,
    value: Json,
    acting: ActingPerson,
    *,
    seen: int | None = None,
) -> Done:
    """Add a stage to a record and issue its next edition.

    :param stage: its name or its title.
    :param value: the stage's content, bare or as ``{"stage", "content"}``, or
        a record file that offers the stage.
    :param seen: the edition that the actor had before them; None if nobody says.
    :raises ConflictError: if that is no longer the newest.
    :raises ControlError: if it is not this stage's turn, or not this actor's.
    :raises FindingsError: if the content is wrong.
    """
    with opened_record(registry, number, acting) as record:
        form = record.released.form
        stage = form.stage_named(stage)
        lifecycle.roles_of(form.stages, stage)  # Refuses what no stage is called.
        title = lifecycle.stage_title(form.stages, StageKey(name=stage))
        content = offered_content(value, stage, title, record.folder)
        key = lifecycle.stage_key(form.stages, stage, content)
        require_turn(record.folder, form, key, acting.person)
        _require_seen(record, seen)
        checked, findings = judge_stage(record, key, content)
        if checked is None or has_errors(findings):
            raise FindingsError(tuple(findings))
        place = len(record.folder.stages) + 1
        path = f"{number.directory}/stages/{place:02d}-{stage}.json"
        stored = NewFile(path=path, data=canonical.encode(content), media_type=JSON_TYPE)
        facts = StageAdded(
            rules=registry.policy.rules_named,
            edition=record.edition,
            stage=key.name,
            repeat=key.repeat,
            content=path,
        )
        return record.seal(
            facts,
            checked,
            (stored,),
            findings=tuple(findings),
        )


def amend(  # noqa: PLR0913 - an act simply has that many parts
    registry: Registry,
    number: RecordNumber,
    value: Json,
    reason: str,
    acting: ActingPerson,
    *,
    seen: int | None = None,
) -> Done:
    """Correct a record by an amendment and issue its next edition.

    :param value: the whole corrected record.
    :param seen: the edition that it corrects; None if nobody says.
    :raises ConflictError: if that is no longer the newest.
    :raises ControlError: if the record or the actor does not allow it.
    :raises FindingsError: if the corrected record is wrong, or nothing changed.
    """
    require_reason(reason)
    with opened_record(registry, number, acting) as record:
        form = record.released.form
        require_may_amend(record.folder, form, acting.person)
        _require_seen(record, seen)
        draft = RecordDraft.parse(value)
        checked, found, findings = judge_amendment(record, draft)
        if has_errors(findings):
            raise FindingsError(tuple(findings))
        checked = checked or _as_it_is(record, draft)
        place = sum(event.kind == RecordAmended.KIND for event in record.folder.events) + 1
        path = f"{number.directory}/amendments/{place}.json"
        stored = NewFile(
            path=path, data=canonical.encode(checked.draft.to_json()), media_type=JSON_TYPE
        )
        facts = RecordAmended(
            rules=registry.policy.rules_named, edition=record.edition, content=path, changes=found
        )
        return record.seal(
            facts,
            checked,
            (stored,),
            findings=tuple(findings),
            reason=reason,
        )


def _as_it_is(record: Opened, draft: RecordDraft) -> CheckedRecord:
    """Return an amended record that stands although something in it was wrong before."""
    form = record.released.form
    tidy = draft.with_content(form.schema.normalise(draft.content))
    so_far = [(entry.key, entry.content) for entry in record.folder.stages]
    days = record.registry.calendars.now()
    return accepted(tidy, form, record.unit.to_json(), so_far, calendar=days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(OpenRecord):
    """A record under its volume's lock, and who acts on it."""

    branch: Branch
    acting: ActingPerson

    @property
    def edition(self) -> EditionFacts:
        """Return what the next edition prints besides the record."""
        return EditionFacts(
            number=self.folder.current.number + 1,
            issued_on=self.acting.today,
            pin=self.branch.require_head().checkpoint.pin,
            unit=self.unit,
        )

    def seal(
        self,
        facts: EditionIssued,
        checked: CheckedRecord,
        files: tuple[NewFile, ...],
        *,
        findings: tuple[Finding, ...],
        reason: str = "",
    ) -> Done:
        """Render the next edition and seal it with the act."""
        number = self.folder.number
        documents = render_edition(self.registry, self.released, checked, number, facts.edition)
        new_event = NewEvent(
            facts=facts,
            subject=str(number),
            directory=number.directory,
            files=(*files, *documents),
            reason=reason,
            relied_on=self.registry.control.checkpoint,
            renderer=RENDERER_VERSION,
        )
        receipt = self.acting.seal(self.branch, (self.concealed(new_event),))
        after = read_folder(self.branch.require_head(), number)
        return Done(
            number=number,
            edition=facts.edition.number,
            status=after.status(self.released.form),
            files=as_read(receipt.events[0]),
            findings=findings,
        )

    def concealed(self, new_event: NewEvent) -> NewEvent:
        """Return the event as it is sealed: encrypted if the record is.

        :raises KeyAbsentError: if it is, and its key is not here.
        """
        if not self.folder.encrypted:
            return new_event
        key = self.registry.record_key(self.folder.number)
        return concealed(new_event, key, len(self.folder.events) + 1)


@contextmanager
def opened_record(
    registry: Registry, number: RecordNumber, acting: ActingPerson
) -> Iterator[Opened]:
    """Give a record under its volume's lock, with the form it stands under.

    :raises ControlError: if the number was never given, or the key is not the actor's.
    """
    require_key(acting.person, acting.key)
    volume_head(registry.store, number)  # a number that was never given begins no volume
    with registry.store.locked(number.volume.ref) as branch:
        folder = read_folder(branch.require_head(), number)
        found = OpenRecord.of(registry, folder, acting.person, acting.today)
        yield Opened(
            registry=registry,
            folder=folder,
            released=found.released,
            unit=found.unit,
            person=acting.person,
            today=acting.today,
            branch=branch,
            acting=acting,
        )


def _require_seen(record: Opened, seen: int | None) -> None:
    """Refuse to act on another edition than whoever acts had before them.

    :raises ConflictError: naming who made the newest, and when.
    """
    current = record.folder.current
    if seen is not None and seen != current.number:
        raise ConflictError(
            message(
                "{number} has changed since: {name} made edition {edition} on {on}",
                number=record.folder.number,
                name=current.event.actor.name,
                edition=current.number,
                on=current.event.day_in(record.registry.zone),
            ),
            message("look at it as it stands now, and act on that"),
        )
