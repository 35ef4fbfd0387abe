"""What a regeneration plans, and what it changed, as reports to read and print.

Both are derived: a plan from the records, a result from the ledger, at any
later time again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rmdocs.errors import RmdocsError
from rmdocs.messages import Joined, Text, Verbatim, message
from rmdocs.regeneration.plan import Fate, Plan, Planned
from rmdocs.regeneration.run import regenerated
from rmdocs.registers.records import Edition, RecordFolder
from rmdocs.rendering.readback import printed_text
from rmdocs.reports.report import Cell, Column, Kind, Report

if TYPE_CHECKING:
    from rmdocs.canonical import Json
    from rmdocs.issuing.office import Office
    from rmdocs.registers.regenerations import Run

_NUMBER = Column("number", message("number"), width=28)
_CUSTOMER = Column("customer", message("customer"), width=24)
_EDITION = Column("edition", message("edition"), Kind.NUMBER, 8)
_REVISION = Column("revision", message("revision"), width=8)
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
        "regeneration-plan",
        message(
            "Plan of regenerating {form} on {revision}",
            form=plan.to.number,
            revision=plan.to.revision,
        ),
        (
            _NUMBER,
            _CUSTOMER,
            _REVISION,
            _EDITION,
            Column("fate", message("what becomes of it"), width=22),
            Column("reason", message("why, and what it would need"), width=46),
        ),
        tuple(_plan_row(planned) for planned in plan.records),
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
    if planned.fate is Fate.BLOCKED:
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
    if planned.fate is Fate.REGENERATE:
        places = tuple(Verbatim(change.path.removeprefix("$.")) for change in planned.changes)
        return Joined(places)
    return planned.need


def result_report(office: Office, run: Run, organisation: Text) -> Report:
    """Return what a run changed in each document: in the record, and on paper."""
    rows: list[tuple[Cell, ...]] = []
    for folder in regenerated(office, run):
        rows += _result_rows(office, run, folder)
    return Report(
        "regeneration",
        message("Regeneration {run} of {form} on {to}", run=run.name, form=run.form, to=run.to),
        (
            _NUMBER,
            Column("from_edition", message("from edition"), Kind.NUMBER, 8),
            Column("to_edition", message("to edition"), Kind.NUMBER, 8),
            Column("from_revision", message("from revision"), width=8),
            Column("where", message("where"), width=22),
            Column("before", message("before"), width=32),
            Column("after", message("after"), width=32),
        ),
        tuple(rows),
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


def _result_rows(office: Office, run: Run, folder: RecordFolder) -> Iterator[tuple[Cell, ...]]:
    event = next(one for one in folder.events if one.facts.get("run") == run.name)
    new = next(one for one in folder.editions if one.event.index == event.index)
    old = next(one for one in folder.editions if one.number == new.number - 1)
    head: tuple[Cell, ...] = (
        str(folder.number),
        old.number,
        new.number,
        str(event.facts["from_revision"]),
    )
    found = False
    for change in folder.facts(event).get("changes", ()):
        found = True
        place = str(change["path"]).removeprefix("$.")
        yield (*head, place, _value(change["old"]), _value(change["new"]))
    for before, after in _lines(_text(office, folder, old), _text(office, folder, new)):
        found = True
        yield (*head, message("printed text"), before, after)
    if not found:
        yield (*head, message("nothing"), None, None)


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


def _text(office: Office, folder: RecordFolder, edition: Edition) -> list[str]:
    """Return the lines of an edition's document; none where it cannot be read here."""
    head = office.store.require_head(folder.number.volume.ref)
    try:
        data = head.reveal(edition.files[0].path, folder.number)
    except RmdocsError:
        return []
    if data is None:
        return []
    return [line.strip() for line in printed_text(data).splitlines() if line.strip()]


def _value(value: Json) -> str:
    return "" if value is None else str(value)
