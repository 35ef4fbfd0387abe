"""A record as it stands, and what may come to it: whose turn it is, and what is wrong with it.

Nothing is locked or sealed: acts ask this under their lock (``afterissue``), and whoever writes
a stage or a correction asks it as often as they like.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from rmdocs import lifecycle
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_own_unit, require_role
from rmdocs.errors import ControlError, FindingsError
from rmdocs.events.records import Unit
from rmdocs.findings import Finding, Severity, error
from rmdocs.issuing.checking import date_findings, register_findings
from rmdocs.issuing.registerchecks import named_in_record, named_in_stage
from rmdocs.issuing.uniquekeys import UniqueClaim, not_compared, not_unique
from rmdocs.lifecycle import StageKey
from rmdocs.messages import message
from rmdocs.records.check import check_record, check_stage
from rmdocs.records.context import record_names, rests_on
from rmdocs.records.draft import RecordDraft
from rmdocs.records.migration import changes
from rmdocs.registers.records import find_folder
from rmdocs.values import texts

if TYPE_CHECKING:
    from datetime import date

    from rmdocs.canonical import JsonObject
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import RecordNumber
    from rmdocs.issuing.registry import Registry
    from rmdocs.records.context import CheckedRecord
    from rmdocs.records.migration import RecordChange
    from rmdocs.registers.records import RecordFolder
    from rmdocs.registers.released import ReleasedForm
    from rmdocs.registers.staff import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecord:
    """A record as it stands, before somebody on a day."""

    registry: Registry
    folder: RecordFolder
    released: ReleasedForm
    unit: Unit
    person: Person
    today: date

    @classmethod
    def of(cls, registry: Registry, folder: RecordFolder, person: Person, today: date) -> Self:
        """Return a record as a commit of its volume has it."""
        return cls(
            registry=registry,
            folder=folder,
            released=registry.form_revision(folder.form, folder.revision),
            unit=folder.unit,
            person=person,
            today=today,
        )


def open_record(
    registry: Registry, number: RecordNumber, person: Person, today: date
) -> OpenRecord:
    """Return a record as it stands now; nobody is kept from changing it.

    :raises ControlError: if the number was never given.
    """
    return OpenRecord.of(registry, find_folder(registry.store, number), person, today)


def require_turn(folder: RecordFolder, form: Form, key: StageKey, person: Person) -> None:
    """Refuse a stage that may not come now, or that a person may not add.

    :raises ControlError: naming what is in the way.
    """
    lifecycle.require_stage(folder.status(form), form.stages, folder.present, key)
    title = lifecycle.stage_title(form.stages, key)
    roles = lifecycle.roles_of(form.stages, key.name)
    require_role(person, roles, message("add the stage {stage}", stage=title))
    require_own_unit(person, folder.unit.code)


def require_may_amend(folder: RecordFolder, form: Form, person: Person) -> None:
    """Refuse to amend a record whose status does not allow it, or to whom may not.

    :raises ControlError: naming the rule.
    """
    lifecycle.require_amendable(folder.status(form))
    require_role(person, form.roles.amend, message("amend {form}", form=form.number))
    require_own_unit(person, folder.unit.code)


def judge_stage(
    record: OpenRecord, key: StageKey, content: JsonObject
) -> tuple[CheckedRecord | None, list[Finding]]:
    """Return a record with a stage added, None if there are errors, and all findings.

    Whether it is the stage's turn is not judged; see :func:`require_turn`.
    """
    registry, form, today = record.registry, record.released.form, record.today
    draft = RecordDraft.parse(record.folder.record)
    checked, findings = check_stage(
        draft,
        stages=[(entry.key, entry.content) for entry in record.folder.stages],
        key=key,
        content=content,
        form=form,
        unit=record.unit.to_json(),
        actor_name=record.person.name,
        today=today,
        calendar=registry.calendars.now(),
    )
    findings += named_in_stage(
        registry, draft.unit, form, stage=key.name, content=content, today=today
    )
    return checked, findings


def next_stage(record: OpenRecord, name: str) -> StageKey:
    """Return which happening of a stage comes next, before it is asked for.

    :param name: the stage's, or its title.
    :raises ControlError: if it is not this stage's turn, or not this person's.
    """
    form = record.released.form
    name = form.stage_named(name)
    following = lifecycle.next_stages(form.stages, record.folder.present)
    key = next((key for key in following if key.name == name), StageKey(name=name))
    require_turn(record.folder, form, key, record.person)
    return key


def judge_amendment(
    record: OpenRecord, draft: RecordDraft
) -> tuple[CheckedRecord | None, tuple[RecordChange, ...], list[Finding]]:
    """Return a corrected record, what it changes, and all findings.

    The record is None where something of it is wrong, if only as it was before.

    :raises ControlError: if it would move to another form, unit or year.
    :raises FindingsError: if it changes nothing.
    """
    _require_same_series(draft, record.folder.number)
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
    return checked, found, answered_for(findings, standing, found, record.released.form)


def _judged(record: OpenRecord, draft: RecordDraft) -> tuple[CheckedRecord | None, list[Finding]]:
    """Return a record that was amended, None if it has errors, and all findings of it."""
    registry, form, number = record.registry, record.released.form, record.folder.number
    today = record.today
    so_far = [(entry.key, entry.content) for entry in record.folder.stages]
    kept = texts(record.folder.record)
    unit = record.unit.to_json()
    days = registry.calendars.now()
    checked, findings = check_record(
        draft, form, unit, today, stages=so_far, calendar=days, standing=kept
    )
    findings += date_findings(draft, today)
    findings += register_findings(registry, draft)
    findings += named_in_record(registry, draft, form, number)
    registry.catalogue.catch_up_form(form.number)
    tidy = draft.with_content(form.schema.normalise(draft.content))
    names = record_names(tidy, form, unit, stages=so_far)
    findings += not_unique(registry, form, UniqueClaim.of(form, names), number)
    findings += not_compared(registry, form)
    return checked, findings


def answered_for(
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


def _require_same_series(draft: RecordDraft, number: RecordNumber) -> None:
    series = number.series
    if (draft.form, draft.unit, draft.date.year) != (series.form, series.unit, series.year):
        raise ControlError(
            message(
                "an amendment cannot move {number} to another form, unit or year", number=number
            ),
            message("void it and issue the other record"),
        )
