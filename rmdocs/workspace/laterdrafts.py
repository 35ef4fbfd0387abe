"""Drafts of what comes to a record: a stage of it, or the whole record corrected.

Whoever writes one has an edition before them; what they write is judged, and sealed, only
on that edition. If another comes in between nothing is lost: what they wrote is carried
over to how the record stands then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.identifiers import RecordNumber
from rmdocs.intake.typed import Typed, label_at, understand, write
from rmdocs.issuing import afterissue
from rmdocs.issuing.editions import print_next
from rmdocs.issuing.openrecord import (
    judge_amendment,
    judge_stage,
    next_stage,
    open_record,
    require_may_amend,
    require_turn,
)
from rmdocs.lifecycle import stage_key
from rmdocs.messages import message
from rmdocs.records.check import STAGE_PATH
from rmdocs.records.draft import RecordDraft
from rmdocs.schemas.fields import FieldKind, split
from rmdocs.workspace.recordfiles import kept
from rmdocs.workspace.records import Difference
from rmdocs.workspace.terminaldrafts import known_of_stage

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.issuing.editions import PrintedDraft
    from rmdocs.issuing.openrecord import OpenRecord
    from rmdocs.records.context import CheckedRecord
    from rmdocs.schemas.fields import Field
    from rmdocs.workspace.draftfile import Draft
    from rmdocs.workspace.opening import Workspace


def record_before(workspace: Workspace, number: str) -> OpenRecord:
    """Return a record as it stands before whoever acts.

    :raises UsageError: if nobody acts.
    :raises ControlError: if the number was never given.
    """
    person, today = workspace.require_person(), workspace.today()
    return open_record(workspace.registry, RecordNumber.parse(number), person, today)


def stage_to_begin(record: OpenRecord, stage: str) -> JsonObject:
    """Return what is known of the next stage of a record before anybody writes.

    :raises ControlError: if it is not this stage's turn, or not this person's.
    """
    form, following = record.released.form, next_stage(record, stage)
    known = known_of_stage(form, following, record.person)
    day = form.stage_schema(stage).root.child("date")
    given = form.stage(stage)
    if given is not None and given.person and day is not None and day.kind is FieldKind.DATE:
        known["date"] = record.today.isoformat()
    return known


def record_to_correct(record: OpenRecord) -> JsonObject:
    """Return what a record says, to be corrected.

    :raises ControlError: if the person may not, or it was disposed of.
    """
    require_may_amend(record.folder, record.released.form, record.person)
    said: JsonObject = record.folder.record
    return said


def judged(
    record: OpenRecord, draft: Draft, root: Field, given: JsonObject
) -> tuple[JsonObject | None, Iterable[Finding]]:
    """Return what would be sealed, None while something is wrong, and all findings.

    :param given: what the draft's texts mean.
    """
    value = as_meant(record, draft, root, given)
    if draft.edition != record.folder.current.number:
        return None, (_changed_since(record),)
    try:
        _, judged_so = _judged(record, draft, value)
    except FindingsError as problem:
        judged_so = list(problem.findings)
    found = [_of_draft(one, draft) for one in judged_so]
    return None if has_errors(found) else value, found


def printed(
    record: OpenRecord, draft: Draft, root: Field, given: JsonObject
) -> PrintedDraft | None:
    """Return what the next edition would print, marked 草稿; None while something is wrong.

    :param given: what the draft's texts mean.
    :raises ControlError: if it is not the stage's turn.
    """
    if draft.edition != record.folder.current.number:
        return None
    try:
        checked, _ = _judged(record, draft, as_meant(record, draft, root, given))
        if checked is None:
            return None
        return print_next(
            record.registry, record.released, checked, record.folder.number, record.today
        )
    except FindingsError:
        return None


def _judged(
    record: OpenRecord, draft: Draft, value: JsonObject
) -> tuple[CheckedRecord | None, list[Finding]]:
    """Return the record as it would be, None if something of it is wrong, and all findings.

    :raises ControlError: if it is not the stage's turn.
    :raises FindingsError: if a correction changes nothing.
    """
    if draft.stage:
        key = stage_key(record.released.form.stages, draft.stage, value)
        require_turn(record.folder, record.released.form, key, record.person)
        return judge_stage(record, key, value)
    checked, _, found = judge_amendment(record, RecordDraft.parse(value))
    return checked, found


def as_meant(record: OpenRecord, draft: Draft, root: Field, given: JsonObject) -> JsonObject:
    """Return what a draft says; of a record, what nobody touched stays exactly as it has it."""
    if draft.stage:
        return given
    old: JsonObject = record.folder.record
    base = {"form": str(draft.form), **understand(root, write(root, old)).value}
    meant: JsonObject = kept(old, base, {"form": str(draft.form), **given})
    return meant


def _of_draft(finding: Finding, draft: Draft) -> Finding:
    """Return a finding at its place in what is written."""
    if finding.code == "AMEND-NOTHING":
        reason = message("nothing is changed yet")
        remedy = message("put right what is wrong; everything else stays as it is")
        return replace(finding, message=reason, remedy=remedy)
    inside = f"{STAGE_PATH}.{draft.stage}"
    if draft.stage and finding.path.startswith(inside):
        return replace(finding, path=f"${finding.path.removeprefix(inside)}")
    return finding


def _changed_since(record: OpenRecord) -> Finding:
    current = record.folder.current
    return error(
        "DRAFT-CHANGED",
        "$",
        message(
            "{number} has changed since: {name} made edition {edition} on {on}",
            number=record.folder.number,
            name=current.event.actor.name,
            edition=current.number,
            on=current.event.day_in(record.registry.zone),
        ),
        message("look at the record, then go on from how it stands now: what you wrote is kept"),
    )


def carried_over(workspace: Workspace, draft: Draft, root: Field) -> Draft:
    """Return a draft on the newest edition of its record, with what was written in it.

    :raises ControlError: if the person may not act on the record any more.
    """
    record = record_before(workspace, draft.record)
    if draft.stage:
        return replace(draft, edition=record.folder.current.number)
    now = write(root, record_to_correct(record))
    before: Typed = write(root, draft.offered)
    typed = {**now}
    for name in dict.fromkeys((*before, *draft.typed)):
        text = draft.typed.get(name)
        if text == before.get(name):
            continue
        if text is None:
            typed.pop(name, None)
        else:
            typed[name] = text
    return replace(
        draft, typed=typed, offered=record.folder.record, edition=record.folder.current.number
    )


def differences(root: Field, old: JsonObject, new: JsonObject) -> Iterator[Difference]:
    """Yield what differs between two states of a record, in the form's own words."""
    before, after = write(root, old), write(root, new)
    places = {
        name: (before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys((*before, *after))
        if not name.endswith("?")
    }
    for name, (was, becomes) in places.items():
        if was.strip() != becomes.strip():
            label = label_at(root, split(f"$.{name}") or ())
            yield Difference(label=label, old=was.strip(), new=becomes.strip())


def seal(workspace: Workspace, draft: Draft, value: JsonObject, reason: str) -> None:
    """Add the stage, or amend the record.

    :raises ConflictError: if the record has another edition by now.
    :raises ControlError: if the actor may not, or a correction has no reason.
    :raises FindingsError: if something is wrong.
    """
    registry, acting = workspace.registry, workspace.acting()
    number = RecordNumber.parse(draft.record)
    if draft.stage:
        afterissue.add_stage(registry, number, draft.stage, value, acting, seen=draft.edition)
    else:
        afterissue.amend(registry, number, value, reason, acting, seen=draft.edition)
