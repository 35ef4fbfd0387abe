"""What an auditor works with: samples, what stands out, and a pack to take along."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import VERIFY_STORE, RmdocsError, UsageError, why
from rmdocs.events.kinds import read_as
from rmdocs.events.records import RecordIssued
from rmdocs.findings import Finding, error
from rmdocs.identifiers import DocumentNumber, RecordNumber, UnitCode, Volume
from rmdocs.messages import Text, message
from rmdocs.registers.indexfile import Query
from rmdocs.registers.lists.auditwork import (
    ExceptionCase,
    ExceptionList,
    Sample,
    SampledRecord,
    SampledStratum,
    sample_key,
)
from rmdocs.registers.lists.quarters import Quarter
from rmdocs.registers.series import known_volumes, missing_volumes, volume_state
from rmdocs.store.protocol import CONTROL_REF, ledger_origin
from rmdocs.values import require_line
from rmdocs.workspace import oversight
from rmdocs.workspace.records import find

if TYPE_CHECKING:
    from rmdocs.registers.indexfile import BriefRecord
    from rmdocs.registers.lists.quarters import Performed
    from rmdocs.workspace.opening import Workspace

STRATA = ("form", "unit", "quarter")
"""What a sample can be taken by, each kind for itself."""
_LONGEST_SEED = 64
_MOST_QUARTERS = 20
_VOID = "voided"


# Samples -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleWanted:
    """What of the records a sample is taken from; an empty part does not restrict.

    :param count: how many of each kind. :param by: of :data:`STRATA`, what makes kinds.
    """

    count: int
    seed: str
    form: DocumentNumber | None = None
    unit: UnitCode | None = None
    quarter: Quarter | None = None
    by: tuple[str, ...] = ()


def sample(
    workspace: Workspace, wanted: SampleWanted, sizes: Mapping[str, int] | None = None
) -> Sample:
    """Return records taken at random: whoever has the store takes the same by the same seed.

    They are taken from all numbers that were ever given, as the volumes count them: no search
    index is asked, and void records and such as were disposed of are among them.

    :param sizes: how many events each ledger had then, by its origin, to take them again as of
        an earlier time; None to take from all that there is.
    :raises UsageError: if the seed is none, or nothing can be taken from.
    """
    require_line(wanted.seed, "seed", _LONGEST_SEED)
    if not wanted.seed or wanted.count < 1:
        raise UsageError(
            message("a sample needs a seed, and at least one record to take"),
            message("leave the seed out, and one is drawn and printed"),
        )
    findings = [*_gone(workspace, wanted)]
    strata: dict[tuple[str, ...], list[SampledRecord]] = {}
    ledgers: list[str] = []
    for volume in known_volumes(workspace.store.refs()):
        series = volume.series
        if wanted.form in {None, series.form} and wanted.unit in {None, series.unit}:
            ledgers.append(f"{volume.name} {_pin(workspace, volume)}")
            until = None if sizes is None else sizes.get(ledger_origin(volume.ref), 0)
            for one in _given(workspace, volume, wanted, findings, until):
                kind = {
                    "form": str(series.form),
                    "unit": str(series.unit),
                    "quarter": str(Quarter.of(one.issued)),
                }
                names = tuple(kind[name] for name in STRATA if name in wanted.by)
                strata.setdefault(names, []).append(one)
    if not strata and not findings and sizes is None:
        raise UsageError(
            message("no number was given of what the sample is to be taken from"),
            message("leave out what restricts it: the form, the unit or the quarter"),
        )
    return Sample(
        seed=wanted.seed,
        count=wanted.count,
        form=str(wanted.form or ""),
        unit=str(wanted.unit or ""),
        quarter=str(wanted.quarter or ""),
        by=wanted.by,
        strata=tuple(
            SampledStratum(
                name=" ".join(names),
                population=len(found),
                records=tuple(sorted(found, key=lambda one: one.key)[: wanted.count]),
            )
            for names, found in sorted(strata.items())
        ),
        ledgers=tuple(ledgers),
        findings=tuple(findings),
    )


def _gone(workspace: Workspace, wanted: SampleWanted) -> Iterator[Finding]:
    """Yield volumes that control has opened, and that are not there to be taken from."""
    control = workspace.store.require_head(CONTROL_REF)
    for name in missing_volumes(control, workspace.store):
        series = Volume.parse(name).series
        if wanted.form in {None, series.form} and wanted.unit in {None, series.unit}:
            yield _left_out(name, message("the volume was opened, but is missing"))


def _pin(workspace: Workspace, volume: Volume) -> str:
    return workspace.store.require_head(volume.ref).checkpoint.pin


def _given(
    workspace: Workspace,
    volume: Volume,
    wanted: SampleWanted,
    findings: list[Finding],
    until: int | None,
) -> Iterator[SampledRecord]:
    """Yield the records of a volume that are asked for; note those that cannot be read.

    :param until: only those that its first so many events issued; None for all.
    """
    head = workspace.store.require_head(volume.ref)
    for serial in volume_state(head, volume).serials:
        number = RecordNumber(series=volume.series, serial=serial)
        try:
            first = next(iter(head.events(number.directory)), None)
            said = read_as(first, RecordIssued) if first is not None else None
        except RmdocsError as problem:
            findings.append(_untold(number, problem))
            continue
        if said is None or first is None:
            findings.append(_untold(number))
            continue
        if until is not None and first.index >= until:
            continue
        issued = said.edition.issued_on
        if wanted.quarter in {None, Quarter.of(issued)}:
            key = sample_key(wanted.seed, str(number))
            yield SampledRecord(number=str(number), issued=issued, key=key)


def _untold(number: RecordNumber, problem: RmdocsError | None = None) -> Finding:
    return _left_out(
        str(number), why(problem) if problem is not None else message("it has no first act")
    )


def _left_out(place: str, reason: Text) -> Finding:
    return error(
        "SAMPLE-LEFT-OUT",
        place,
        message("it could not be among those that were taken from: {reason}", reason=reason),
        VERIFY_STORE,
    )


# What stands out ---------------------------------------------------------------


def exceptions(
    workspace: Workspace,
    last: Quarter,
    *,
    quarters: int = 4,
    unit: str = "",
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ExceptionList:
    """Return what stands out in the quarters up to one: counts, and each case.

    What stands out is the forms' data: the warnings of their rules (a single manager, a late
    notice), and what had to happen by a day (``[[due]]``: receipt, closure, feedback) and
    happened late or not at all; and of the registers overdue reviews and numbers that no
    record is there for.

    :param unit: only records of this unit; then registers are not looked at.
    :param progress: told how many records of how many are looked at.
    :raises UsageError: if too many quarters are asked for.
    """
    if not 1 <= quarters <= _MOST_QUARTERS:
        raise UsageError(
            message("{count} quarters cannot be told at once", count=quarters),
            message("ask for 1 to {most}", most=_MOST_QUARTERS),
        )
    asked = [last]
    while len(asked) < quarters:
        asked.insert(0, asked[0].before)
    forms = oversight.LookedAtForms(workspace=workspace)
    query = Query(unit=unit, first=str(asked[0].first), last=str(last.last))
    records = [one for one in find(workspace, query) if one.status != _VOID]
    cases: list[ExceptionCase] = []
    for done, record in enumerate(records):
        progress(done, len(records))
        cases += (
            ExceptionCase(
                on=date.fromisoformat(record.date),
                code=finding.code,
                kind=(finding.code,),
                number=record.number,
                unit=record.unit,
                manager=record.rm_name,
                what=finding.message,
                clause=finding.clause,
            )
            for finding in oversight.warned_of(workspace, record.number, forms)
        )
    for quarter in asked:
        for brief, one in oversight.performed_in(workspace, quarter, Query(unit=unit), forms):
            if one.is_late:
                cases.append(_late(brief, one))
    if not unit:
        cases += _of_registers(workspace, last)
    return ExceptionList(
        asked=tuple(asked),
        day=workspace.today(),
        looked_at=len(records),
        cases=tuple(sorted(cases, key=lambda case: (case.on, case.number, case.kind))),
        findings=tuple(oversight.left_out(workspace, replace(query, first="", last=""), forms)),
    )


def _late(record: BriefRecord, one: Performed) -> ExceptionCase:
    open_still = one.sealed is None
    code = "DUE-OPEN" if open_still else "DUE-LATE"
    what = (
        message("{what}: still not done", what=one.what)
        if open_still
        else message("{what}: done after its last day", what=one.what)
    )
    return ExceptionCase(
        on=one.last,
        code=code,
        kind=(code, record.form, one.name),
        number=one.number,
        unit=record.unit,
        manager=record.rm_name,
        what=what,
        clause=one.clause,
    )


def _of_registers(workspace: Workspace, last: Quarter) -> Iterator[ExceptionCase]:
    for number, title, due in oversight.overdue_reviews(workspace):
        if due <= last.last:
            yield ExceptionCase(
                on=due,
                code="REVIEW-OVERDUE",
                kind=("REVIEW-OVERDUE",),
                number=number,
                what=message("{what}: its periodic review is overdue", what=title),
                clause="ISO 9001 §7.5.2",
            )
    for name, given, there in oversight.unaccounted_volumes(workspace):
        yield ExceptionCase(
            on=min(last.last, workspace.today()),
            code="NUMBER-UNACCOUNTED",
            kind=("NUMBER-UNACCOUNTED",),
            number=name,
            what=message(
                "{given} number(s) were given, {there} record(s) are there",
                given=given,
                there=there,
            ),
            clause="ISO 15489-1 §5.2.2.3",
        )
