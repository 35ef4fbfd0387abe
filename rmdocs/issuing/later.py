"""What happens to a record after its issue: stages and amendments.

Nothing is edited: each act adds its content and a new edition under the same
number; the earlier editions stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rmdocs import canonical, lifecycle
from rmdocs.answering import Answer, called
from rmdocs.control.actingperson import require_key, require_own_unit, require_reason, require_role
from rmdocs.errors import ControlError, FindingsError
from rmdocs.events.records import EditionFacts, EditionIssued, RecordAmended, StageAdded, Unit
from rmdocs.findings import Finding, Severity, error, has_errors
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.issuing.checking import date_findings, register_findings
from rmdocs.issuing.editions import render_edition
from rmdocs.issuing.registerchecks import named_in_record, named_in_stage
from rmdocs.issuing.registry import concealed, offered_content
from rmdocs.issuing.unique import not_compared, not_unique
from rmdocs.lifecycle import RecordStatus, StageKey
from rmdocs.messages import message
from rmdocs.records.check import accepted, check_record, check_stage
from rmdocs.records.context import record_names
from rmdocs.records.dependence import rests_on
from rmdocs.records.draft import RecordDraft
from rmdocs.records.migration import RecordChange, changes
from rmdocs.registers.records import (
    AMEND,
    RecordFolder,
    as_read,
    read_folder,
    unknown_number,
)
from rmdocs.rendering.compiled import RENDERER_VERSION
from rmdocs.store.protocol import NewEvent, NewFile
from rmdocs.values import texts

if TYPE_CHECKING:
    from rmdocs.canonical import Json
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.registry import Registry
    from rmdocs.records.context import CheckedRecord
    from rmdocs.registers.ledgers import ReleasedForm
    from rmdocs.registers.people import Person
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


def add_stage(
    registry: Registry, number: RecordNumber, stage: str, value: Json, acting: ActingPerson
) -> Done:
    """Add a stage to a record and issue its next edition.

    :param stage: its name or its title.
    :param value: the stage's content, bare or as ``{"stage", "content"}``, or
        a record file that offers the stage.
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
        so_far = [(entry.key, entry.content) for entry in record.folder.stages]
        draft = RecordDraft.parse(record.folder.record)
        checked, findings = check_stage(
            draft,
            so_far,
            key,
            content,
            form,
            record.unit.to_json(),
            acting.person.name,
            acting.today,
            calendar=registry.calendars.now(),
        )
        today = acting.today
        findings += named_in_stage(registry, draft.unit, form, key.name, content, today)
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
            subject_line=f"Add {stage} to {number}",
            findings=tuple(findings),
        )


def next_stage(
    registry: Registry, number: RecordNumber, name: str, acting: ActingPerson
) -> tuple[Form, StageKey]:
    """Return a record's form, and which happening of a stage comes next, before it is asked for.

    :raises ControlError: if it is not this stage's turn, or not this actor's.
    """
    with opened_record(registry, number, acting) as record:
        form = record.released.form
        name = form.stage_named(name)
        following = lifecycle.next_stages(form.stages, record.folder.present)
        key = next((key for key in following if key.name == name), StageKey(name=name))
        require_turn(record.folder, form, key, acting.person)
        return form, key


def amend(
    registry: Registry, number: RecordNumber, value: Json, reason: str, acting: ActingPerson
) -> Done:
    """Correct a record by an amendment and issue its next edition.

    :param value: the whole corrected record.
    :raises ControlError: if the record or the actor does not allow it.
    :raises FindingsError: if the corrected record is wrong, or nothing changed.
    """
    require_reason(reason)
    with opened_record(registry, number, acting) as record:
        form = record.released.form
        require_may_amend(record.folder, form, acting.person)
        draft = RecordDraft.parse(value)
        _require_same_series(draft, number)
        old = record.folder.record
        found = changes(old, draft.to_json())
        if not found:
            raise FindingsError(
                (
                    error(
                        "AMEND-NOTHING",
                        "$",
                        message("the file says the same as the record"),
                        message("put right in the file what is wrong, then amend with it"),
                    ),
                )
            )
        checked, findings = _judged(record, draft)
        _, standing = _judged(record, RecordDraft.parse(old))
        findings = _answered_for(findings, standing, found, form)
        if has_errors(findings):
            raise FindingsError(tuple(findings))
        checked = checked or _as_it_is(record, draft)
        place = sum(event.kind == AMEND for event in record.folder.events) + 1
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
            subject_line=f"Amend {number}",
            findings=tuple(findings),
            reason=reason,
        )


def _judged(record: Opened, draft: RecordDraft) -> tuple[CheckedRecord | None, list[Finding]]:
    """Return a record that was amended, None if it has errors, and all findings of it."""
    registry, form, number = record.registry, record.released.form, record.folder.number
    today = record.acting.today
    so_far = [(entry.key, entry.content) for entry in record.folder.stages]
    kept = texts(record.folder.record)
    unit = record.unit.to_json()
    days = registry.calendars.now()
    checked, findings = check_record(draft, form, unit, today, so_far, calendar=days, standing=kept)
    findings += date_findings(draft, today)
    findings += register_findings(registry, draft)
    findings += named_in_record(registry, draft, form, number)
    registry.catalogue.catch_up_form(form.number)
    tidy = draft.with_content(form.schema.normalise(draft.content))
    names = record_names(tidy, form, unit, stages=so_far)
    findings += not_unique(registry, form, names, number)
    findings += not_compared(registry, form)
    return checked, findings


def _as_it_is(record: Opened, draft: RecordDraft) -> CheckedRecord:
    """Return an amended record that stands although something in it was wrong before."""
    form = record.released.form
    tidy = draft.with_content(form.schema.normalise(draft.content))
    so_far = [(entry.key, entry.content) for entry in record.folder.stages]
    days = record.registry.calendars.now()
    return accepted(tidy, form, record.unit.to_json(), so_far, calendar=days)


def _answered_for(
    findings: Iterable[Finding],
    standing: Iterable[Finding],
    found: Iterable[RecordChange],
    form: Form,
) -> list[Finding]:
    """Return findings of an amended record; an error that it had before is a warning.

    An amendment answers for what it changes: the error stays one where the record that
    stands did not have it, or where it rests on something that was changed.
    """
    before = list(standing)
    changed = [change.path for change in found]
    return [
        replace(finding, severity=Severity.WARNING)
        if finding in before and not rests_on(finding, changed, form)
        else finding
        for finding in findings
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A record under its volume's lock."""

    registry: Registry
    branch: Branch
    folder: RecordFolder
    released: ReleasedForm
    unit: Unit
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

    def seal(  # noqa: PLR0913 - an event simply has that many parts
        self,
        facts: EditionIssued,
        checked: CheckedRecord,
        files: tuple[NewFile, ...],
        *,
        subject_line: str,
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
        receipt = self.acting.seal(
            self.branch,
            (self.concealed(new_event),),
            subject_line=subject_line,
            trailers={"Event": facts.kind, "Number": str(number)},
        )
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
    if registry.store.head(number.volume.ref) is None:
        raise unknown_number(number)
    with registry.store.locked(number.volume.ref) as branch:
        folder = read_folder(branch.require_head(), number)
        released = registry.form_revision(
            DocumentNumber.parse(folder.form), Revision.parse(folder.revision)
        )
        yield Opened(
            registry=registry,
            branch=branch,
            folder=folder,
            released=released,
            unit=unit_of(folder),
            acting=acting,
        )


def require_turn(folder: RecordFolder, form: Form, key: StageKey, person: Person) -> None:
    """Refuse a stage that may not come now, or that a person may not add.

    :raises ControlError: naming what is in the way.
    """
    lifecycle.require_stage(folder.status(form), form.stages, folder.present, key)
    title = lifecycle.stage_title(form.stages, key)
    roles = lifecycle.roles_of(form.stages, key.name)
    require_role(person, roles, message("add the stage {stage}", stage=title))
    require_own_unit(person, unit_of(folder).code)


def require_may_amend(folder: RecordFolder, form: Form, person: Person) -> None:
    """Refuse to amend a record whose status does not allow it, or to whom may not.

    :raises ControlError: naming the rule.
    """
    lifecycle.require_amendable(folder.status(form))
    require_role(person, form.roles.amend, message("amend {form}", form=form.number))
    require_own_unit(person, unit_of(folder).code)


def unit_of(folder: RecordFolder) -> Unit:
    """Return the unit of a record, as its issue names it."""
    return Unit.from_json(folder.events[0].facts["unit"])


def _require_same_series(draft: RecordDraft, number: RecordNumber) -> None:
    series = number.series
    if (draft.form, draft.unit, draft.date.year) != (series.form, series.unit, series.year):
        raise ControlError(
            message(
                "an amendment cannot move {number} to another form, unit or year", number=number
            ),
            message("void it and issue the other record"),
        )
