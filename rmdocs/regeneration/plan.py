"""The plan of a regeneration: what would become of each record, and why.

Every record is carried over and judged before anything is written. Nothing
here writes; ``run`` carries a plan out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.bulk import Bulk, one_again
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING, Finding, error
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
from rmdocs.issuing.checking import in_pieces
from rmdocs.lifecycle import RecordStatus
from rmdocs.messages import Called, Text, by_command, message
from rmdocs.records.draft import RecordDraft
from rmdocs.records.migration import Migrated, judge, migrate, route
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import find_folder
from rmdocs.registers.renditions import is_begun

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from rmdocs.canonical import Json
    from rmdocs.forms.form import Form
    from rmdocs.issuing.registry import Elsewhere, Registry
    from rmdocs.language.expression import Expression
    from rmdocs.records.context import CheckedRecord
    from rmdocs.records.migration import RecordChange
    from rmdocs.registers.indexfile import IndexedRecord
    from rmdocs.registers.officetime import CalendarRegister
    from rmdocs.registers.records import RecordFolder
    from rmdocs.registers.released import ReleasedForm
    from rmdocs.registers.revisions import Release

Progress = Callable[[int, int], None]
"""Told how many records of how many are done."""

Given = Mapping[RecordNumber, Mapping[str, "Json"]]
"""What people filled in: values by record and JSON path."""

NOTHING_GIVEN: Given = MappingProxyType({})


class RegenerationOutcome(Called):
    """What becomes of a record."""

    REGENERATE = "regenerate", message("to be regenerated")
    BLOCKED = "blocked", message("cannot be carried over")
    SETTLED = "settled", message("signed or closed, left as it is")
    CURRENT = "current", message("on this revision already")
    VOID = "void", message("void")
    UNREADABLE = "unreadable", message("content not readable here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What becomes of one record.

    :param edition: its newest edition; ``last`` the index of its newest event.
    :param need: what it would take to move a record that is left as it is.
    :param migrated: as the new revision has it; if it is regenerated, as that keeps it.
    """

    number: RecordNumber
    customer: str
    subject: str
    revision: Revision
    edition: int
    last: int
    fate: RegenerationOutcome
    need: Text = NOTHING
    findings: tuple[Finding, ...] = ()
    migrated: Migrated | None = None

    @property
    def changes(self) -> tuple[RecordChange, ...]:
        """Return what the migration changes in the record."""
        return self.migrated.changes if self.migrated else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a regeneration would do.

    :param to: the revision in force.
    :param told: what is to be told of what people filled in.
    """

    to: Release
    records: tuple[Planned, ...]
    told: tuple[Finding, ...] = ()

    def of(self, fate: RegenerationOutcome) -> tuple[Planned, ...]:
        """Return the records of one fate."""
        return tuple(one for one in self.records if one.fate is fate)

    @property
    def counts(self) -> Mapping[RegenerationOutcome, int]:
        """Return how many records have each fate."""
        found = Counter(one.fate for one in self.records)
        return {fate: found[fate] for fate in RegenerationOutcome}


def make_plan(  # noqa: PLR0913 - a plan simply takes that much
    registry: Registry,
    number: DocumentNumber,
    to: Revision,
    today: date,
    *,
    where: Expression | None = None,
    given: Given = NOTHING_GIVEN,
    progress: Progress = lambda _done, _total: None,
    executor: Executor | None = None,
) -> Plan:
    """Return what regenerating a form's records on a revision would do.

    :param where: only records for which this holds; it sees a record as its
        own revision does.
    :param executor: who judges records besides this process; see ``bulk``.
    :raises ControlError: if ``to`` is not in force.
    :raises FindingsError: if ``where`` cannot be evaluated for a record.
    """
    release = registry.forms.require_in_force(number, to, today)
    registry.catalogue.catch_up_form(number)
    registry.catalogue.require_readable(number)
    listed = list(registry.index.find(Query(form=str(number))))
    here = partial(_plan_piece, registry, release, where, given)
    bulk = Bulk(
        here=here,
        elsewhere=partial(_plan_elsewhere, registry.elsewhere, release, where, given),
        executor=executor if registry.elsewhere is not None else None,
        stays=lambda _piece: registry.forms.must_be_destroyable(number),
        agrees=partial(one_again, here),
    )
    found: list[Planned] = []
    done = 0
    for piece, planned in bulk.each(in_pieces(listed), in_order=True):
        found += [one for one in planned if one is not None]
        for _ in piece:
            done += 1
            progress(done, len(listed))
    return Plan(to=release, records=tuple(found))


def _plan_piece(
    registry: Registry,
    release: Release,
    where: Expression | None,
    given: Given,
    piece: Sequence[IndexedRecord],
) -> list[Planned | None]:
    new = registry.forms.load(release)
    planner = _Planner(registry=registry, new=new, where=where, given=given)
    return [planner.plan(record) for record in piece]


def _plan_elsewhere(
    there: Elsewhere | None,
    release: Release,
    where: Expression | None,
    given: Given,
    piece: Sequence[IndexedRecord],
) -> list[Planned | None]:
    if there is None:
        raise ValueError(there)
    return _plan_piece(there.registry(), release, where, given, piece)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planner:
    registry: Registry
    new: ReleasedForm
    where: Expression | None
    given: Given

    def plan(self, record: IndexedRecord) -> Planned | None:
        """Return what becomes of a record; None if it is not asked for."""
        number = RecordNumber.parse(record.number)
        folder = find_folder(self.registry.store, number)
        if folder.content is None:
            return self._planned(
                record, folder, RegenerationOutcome.UNREADABLE, folder.refusal().reason
            )
        old = self._form(folder.revision)
        if old is None or not self._is_meant(folder, old):
            return None
        status = folder.status(old)
        if status is RecordStatus.VOIDED:
            return self._planned(record, folder, RegenerationOutcome.VOID)
        if old.revision == self.new.form.revision:
            return self._planned(record, folder, RegenerationOutcome.CURRENT)
        need = _needed(folder, old, status)
        if need is not None:
            return self._planned(record, folder, RegenerationOutcome.SETTLED, need)
        return self._carried(record, folder, old)

    def _form(self, revision: Revision) -> Form | None:
        found = self.registry.forms.find(self.new.form.number, revision)
        return self.registry.forms.load(found.release).form if found else None

    def _is_meant(self, folder: RecordFolder, old: Form) -> bool:
        if self.where is None:
            return True
        names = self.registry.calendars.printed(folder, old).names
        try:
            return bool(self.where.evaluate(names))
        except FindingsError as problem:
            notice = error(
                "WHERE-FAILED",
                str(folder.number),
                message("the condition cannot be evaluated for {number}", number=folder.number),
                by_command(message("correct the condition"), "--where"),
            )
            raise FindingsError((*problem.findings, notice)) from problem

    def _carried(self, record: IndexedRecord, folder: RecordFolder, old: Form) -> Planned:
        given = self.given.get(folder.number, {})
        try:
            forms = route(old.revision, self.new.form, self._form)
        except FindingsError as problem:
            findings = tuple(problem.findings)
            return self._planned(record, folder, RegenerationOutcome.BLOCKED, findings=findings)
        migrated, checked, findings = carry_over(self.registry.calendars, folder, forms, given)
        if checked is None or migrated is None:
            return self._planned(
                record, folder, RegenerationOutcome.BLOCKED, findings=findings, migrated=migrated
            )
        return self._planned(
            record,
            folder,
            RegenerationOutcome.REGENERATE,
            findings=findings,
            migrated=replace(migrated, draft=checked.draft),
        )

    def _planned(  # noqa: PLR0913 - what is known of a record by then
        self,
        record: IndexedRecord,
        folder: RecordFolder,
        fate: RegenerationOutcome,
        need: Text = NOTHING,
        *,
        findings: tuple[Finding, ...] = (),
        migrated: Migrated | None = None,
    ) -> Planned:
        return Planned(
            number=folder.number,
            customer=record.customer,
            subject=record.subject,
            revision=folder.revision,
            edition=folder.current.number,
            last=folder.events[-1].index,
            fate=fate,
            need=need,
            findings=findings,
            migrated=migrated,
        )


def carry_over(
    calendars: CalendarRegister,
    folder: RecordFolder,
    forms: tuple[Form, ...],
    given: Mapping[str, Json],
) -> tuple[Migrated | None, CheckedRecord | None, tuple[Finding, ...]]:
    """Return a record carried over along ``forms``, judged by the last, with all findings.

    It is judged as of the day its newest edition was issued: a record does not
    become wrong by the passing of time.
    """
    unit = folder.unit.to_json()
    day = folder.current.facts.issued_on
    added = [(entry.key, entry.content) for entry in folder.stages]
    try:
        migrated = migrate(
            RecordDraft.parse(folder.record),
            added,
            forms,
            unit,
            given,
            calendar=calendars.then(folder.current.event),
        )
    except FindingsError as problem:
        return None, None, tuple(problem.findings)
    checked, findings = judge(migrated, forms[-1], unit, day, calendar=calendars.now())
    return migrated, checked, tuple(findings)


def _needed(folder: RecordFolder, old: Form, status: RecordStatus) -> Text | None:
    """Return what a record that stands as it is would need; None if it may be regenerated."""
    settled = next((key for key in folder.present if _settles(old, key.name)), None)
    if settled is not None or status is RecordStatus.CLOSED:
        stage = old.stage(settled.name) if settled is not None else None
        return message(
            "it has the stage “{stage}”: it stands as it is, unless it is void and issued anew",
            stage=stage.title if stage is not None else "",
        )
    if is_begun(folder.events):
        return message("somebody has signed it: amend it, and have the new edition signed")
    return None


def _settles(form: Form, name: str) -> bool:
    stage = form.stage(name)
    return stage is not None and stage.settles
