"""What a regeneration would do, and what it did, as tables: its plan and its result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rmdocs.errors import RmdocsError
from rmdocs.events.records import RecordRegenerated
from rmdocs.messages import Joined, Text, Verbatim, message
from rmdocs.regeneration.plan import Plan, Planned, RegenerationOutcome
from rmdocs.regeneration.run import regenerated
from rmdocs.registers.records import RecordEdition, RecordFolder
from rmdocs.registers.regenerations import RegenerationRun
from rmdocs.rendering.compiled import printed_text
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.canonical import Json
    from rmdocs.issuing.registry import Registry

_NUMBER = Column(name="number", title=message("number"), width=28)
_CUSTOMER = Column(name="customer", title=message("customer"), width=24)
_EDITION = Column(name="edition", title=message("edition"), kind=ColumnKind.NUMBER, width=8)
_REVISION = Column(name="revision", title=message("revision"), width=8)
_MOST_LINES = 40
"""Changed lines told of one document; a form that changed more than that is a new one."""


def plan_report(plan: Plan, organisation: Text) -> Report:
    """Return every record of a plan with what would become of it, and why."""
    counts = [
        message("{fate}: {count}", fate=fate.called, count=count)
        for fate, count in plan.counts.items()
        if count
    ]
    return Report(
        name="regeneration-plan",
        title=message(
            "Plan of regenerating {form} on {revision}",
            form=plan.to.number,
            revision=plan.to.revision,
        ),
        columns=(
            _NUMBER,
            _CUSTOMER,
            _REVISION,
            _EDITION,
            Column(name="fate", title=message("what becomes of it"), width=22),
            Column(name="reason", title=message("why, and what it would need"), width=46),
        ),
        rows=tuple(_plan_row(planned) for planned in plan.records),
        organisation=organisation,
        notes=tuple(counts),
    )


def _plan_row(planned: Planned) -> tuple[Cell, ...]:
    return (
        str(planned.number),
        planned.customer,
        str(planned.revision),
        planned.edition,
        planned.fate.called,
        _why(planned),
    )


def _why(planned: Planned) -> Text:
    if planned.fate is RegenerationOutcome.BLOCKED:
        return Joined(
            tuple(
                message(
                    "{place}: {reason}",
                    place=finding.label or finding.path,
                    reason=finding.message,
                )
                for finding in planned.findings
            )
        )
    if planned.fate is RegenerationOutcome.REGENERATE:
        places = tuple(Verbatim(change.path.removeprefix("$.")) for change in planned.changes)
        return Joined(places)
    return planned.need


def result_report(registry: Registry, run: RegenerationRun, organisation: Text) -> Report:
    """Return what a run changed in each document: in the record, and on paper."""
    rows: list[tuple[Cell, ...]] = []
    for folder in regenerated(registry, run):
        rows += _result_rows(registry, run, folder)
    return Report(
        name="regeneration",
        title=message(
            "Regeneration {run} of {form} on {to}", run=run.name, form=run.form, to=run.to
        ),
        columns=(
            _NUMBER,
            Column(
                name="from_edition", title=message("from edition"), kind=ColumnKind.NUMBER, width=8
            ),
            Column(name="to_edition", title=message("to edition"), kind=ColumnKind.NUMBER, width=8),
            Column(name="from_revision", title=message("from revision"), width=8),
            Column(name="where", title=message("where"), width=22),
            Column(name="before", title=message("before"), width=32),
            Column(name="after", title=message("after"), width=32),
        ),
        rows=tuple(rows),
        organisation=organisation,
        notes=(
            message(
                "{count} of {total} records regenerated",
                count=len({row[0] for row in rows}),
                total=len(run.records),
            ),
        ),
        signatures=(message("made by"), message("reviewed by")),
    )


def _result_rows(
    registry: Registry, run: RegenerationRun, folder: RecordFolder
) -> Iterator[tuple[Cell, ...]]:
    new, said = next(_done_by(run, folder))
    old = next(one for one in folder.editions if one.number == new.number - 1)
    head: tuple[Cell, ...] = (
        str(folder.number),
        old.number,
        new.number,
        str(said.from_revision),
    )
    found = False
    for change in said.changes or ():
        found = True
        place = change.path.removeprefix("$.")
        yield (*head, place, _value(change.old), _value(change.new))
    for before, after in _lines(_text(registry, folder, old), _text(registry, folder, new)):
        found = True
        yield (*head, message("printed text"), before, after)
    if not found:
        yield (*head, message("nothing"), None, None)


def _done_by(
    run: RegenerationRun, folder: RecordFolder
) -> Iterator[tuple[RecordEdition, RecordRegenerated]]:
    """Yield the edition that a run gave a record, and what its event says."""
    for edition in folder.editions:
        said = folder.said(edition.event)
        if isinstance(said, RecordRegenerated) and said.run == run.name:
            yield edition, said


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the lines on paper that differ, old beside new."""
    told = 0
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for place in range(max(b - a, d - c)):
            told += 1
            if told > _MOST_LINES:
                return
            before = old[a + place] if a + place < b else ""
            after = new[c + place] if c + place < d else ""
            yield before, after


def _text(registry: Registry, folder: RecordFolder, edition: RecordEdition) -> list[str]:
    """Return the lines of an edition's document; none where it cannot be read here."""
    head = registry.store.require_head(folder.number.volume.ref)
    try:
        data = head.reveal(edition.files[0].path, folder.number)
    except RmdocsError:
        return []
    if data is None:
        return []
    return [line.strip() for line in printed_text(data).splitlines() if line.strip()]


def _value(value: Json) -> str:
    return "" if value is None else str(value)
