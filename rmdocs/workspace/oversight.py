"""A quarter of the managers' work, as §7 has it looked at: what was done, by when, against what.

What counts and what is planned is the forms' data (``[activity]``, ``[targets]``), by when
something had to happen is ``[[due]]``'s, what else is to be known of a record its rules'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rmdocs.classes import dataclass
from rmdocs.errors import VERIFY_STORE, FindingsError, RmdocsError, why
from rmdocs.events.kinds import read_as
from rmdocs.events.records import StageAdded
from rmdocs.findings import Severity, warning
from rmdocs.forms.sections.oversight import QUARTER, ActivitySection, TargetsSection
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
from rmdocs.messages import Bilingual, Text, listed, message
from rmdocs.records.check import check_record, check_stage
from rmdocs.records.draft import RecordDraft
from rmdocs.registers.indexfile import Query
from rmdocs.registers.lists.documents import due_reviews
from rmdocs.registers.lists.quarters import (
    QUARTERS,
    FigureYear,
    ManagerQuarter,
    ManagerReport,
    Performed,
    Quarter,
    QuarterOverview,
    quarter_list,
)
from rmdocs.registers.records import find_folder
from rmdocs.registers.series import known_volumes, volume_state
from rmdocs.reports.report import Report
from rmdocs.workspace import registers
from rmdocs.workspace.records import find, unreadable

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.forms.form import Form
    from rmdocs.forms.sections.oversight import TargetFigure
    from rmdocs.identifiers import StaffNumber
    from rmdocs.registers.indexfile import BriefRecord, IndexedRecord
    from rmdocs.workspace.opening import Workspace

_VOID = "voided"


@dataclass(slots=True, kw_only=True)
class LookedAtForms:
    """The form revisions that records stand under, each loaded once.

    :param lost: the numbers of records that could not be looked at by their forms, and why.
    """

    workspace: Workspace
    loaded: dict[tuple[str, str], Form] = field(default_factory=dict)
    lost: dict[str, Text] = field(default_factory=dict)

    def of(self, record: IndexedRecord | BriefRecord) -> Form:
        """Return the form that a record stands under."""
        return self.load(record.form, record.revision)

    def load(self, form: str, revision: str) -> Form:
        """Return a revision of a form, by both their numbers."""
        kind = (form, revision)
        if kind not in self.loaded:
            number, under = DocumentNumber.parse(form), Revision.parse(revision)
            self.loaded[kind] = self.workspace.registry.form_revision(number, under).form
        return self.loaded[kind]


# All managers -------------------------------------------------------------------


def overview(workspace: Workspace, quarter: Quarter, unit: str = "") -> QuarterOverview:
    """Return what each manager's quarter comes to.

    :param unit: the one whose managers are meant; empty for all, and then also what of the
        registers is to be looked at.
    """
    found: dict[tuple[str, str], ManagerQuarter] = {}

    def of(record: IndexedRecord | BriefRecord) -> ManagerQuarter:
        made = ManagerQuarter(unit=record.unit, staff_no=record.rm, name=record.rm_name)
        return found.setdefault((record.unit, record.rm), made)

    counting = tuple(_counting(workspace))
    managing = {role for form, _ in counting for role in form.roles.issue}
    for person in workspace.registry.staff.people():
        if person.roles & managing and unit in {"", str(person.unit)}:
            key = (str(person.unit), str(person.staff_no))
            found[key] = ManagerQuarter(unit=key[0], staff_no=key[1], name=person.name)
    forms, query = LookedAtForms(workspace=workspace), Query(unit=unit)
    for visit in done_in(workspace, quarter, query):
        of(visit).done += 1
    for brief, one in performed_in(workspace, quarter, query, forms):
        if one.sealed is None:
            of(brief).overdue += 1
        elif one.is_late:
            of(brief).late += 1
        else:
            of(brief).in_time += 1
    for record, figure in _figures(workspace, quarter.year, query, forms):
        manager = of(record)
        planned, actual = figure.planned[quarter.number - 1], figure.actual[quarter.number - 1]
        manager.planned += planned is not None
        manager.reported += actual is not None
        manager.met += planned is not None and actual is not None and actual >= planned
    return QuarterOverview(
        quarter=quarter,
        day=workspace.today(),
        counted=listed(activity.title for _, activity in counting),
        managers=tuple(found[key] for key in sorted(found)),
        reviews=() if unit else tuple(overdue_reviews(workspace)),
        unaccounted=() if unit else tuple(unaccounted_volumes(workspace)),
        findings=tuple(left_out(workspace, query, forms)),
    )


_NOT_COUNTED = message("they are not counted here")


def left_out(workspace: Workspace, query: Query, forms: LookedAtForms) -> Iterator[Finding]:
    """Yield what is told of records that could not be read, or not be looked at by their forms."""
    found = unreadable(workspace, query, _NOT_COUNTED)
    yield from found
    for number in sorted(forms.lost.keys() - {one.path for one in found}):
        told = message(
            "not all of this record could be looked at: {reason}", reason=forms.lost[number]
        )
        remedy = VERIFY_STORE
        yield warning("QUARTER-LEFT-OUT", number, told, remedy)


def report(workspace: Workspace, found: QuarterOverview) -> Report:
    """Return the managers' quarter as a table."""
    return quarter_list(found, registers.organisation(workspace))


def _counting(workspace: Workspace) -> Iterator[tuple[Form, ActivitySection]]:
    """Yield the forms whose records are counted, as they are released last."""
    forms = workspace.registry.forms
    for number in forms.numbers():
        for release in forms.releases(number)[-1:]:
            form = forms.load(release).form
            activity = form.section(ActivitySection)
            if activity is not None:
                yield form, activity


def overdue_reviews(workspace: Workspace) -> Iterator[tuple[str, Bilingual, date]]:
    """Yield documents whose periodic review is overdue: number and revision, title, last day."""
    today = workspace.today()
    for one in due_reviews(registers.ledgers(workspace), 0):
        if one.due < today:
            yield f"{one.release.number} {one.release.revision}", one.title, one.due


def unaccounted_volumes(workspace: Workspace) -> Iterator[tuple[str, int, int]]:
    """Yield the volumes that do not hold as many records as they gave numbers, with both."""
    workspace.registry.catalogue.catch_up()
    there = workspace.index.counted()
    for volume in known_volumes(workspace.store.refs()):
        given = volume_state(workspace.store.require_head(volume.ref), volume).given
        if given != there.get(volume.name, 0):
            yield volume.name, given, there.get(volume.name, 0)


# One manager --------------------------------------------------------------------


def manager_report(workspace: Workspace, quarter: Quarter, staff_no: StaffNumber) -> ManagerReport:
    """Return all that is told of one manager's quarter.

    :raises ControlError: if there is nobody of that number.
    """
    person = workspace.registry.staff.person(staff_no)
    forms, query = LookedAtForms(workspace=workspace), Query(rm=str(staff_no))
    done = tuple(done_in(workspace, quarter, query))
    performed = tuple(one for _, one in performed_in(workspace, quarter, query, forms))
    figures = tuple(one for _, one in _figures(workspace, quarter.year, query, forms))
    dated = Query(rm=str(staff_no), first=str(quarter.first), last=str(quarter.last))
    looked_at = {one.number: None for one in (*done, *find(workspace, dated))}
    noted = [
        (number, one) for number in sorted(looked_at) for one in warned_of(workspace, number, forms)
    ]
    lost = left_out(workspace, Query(unit=str(person.unit)), forms)
    return ManagerReport(
        quarter=quarter,
        day=workspace.today(),
        person=person,
        counted=listed(activity.title for _, activity in _counting(workspace)),
        done=done,
        performed=performed,
        figures=figures,
        noted=tuple(noted),
        findings=tuple(lost),
    )


def warned_of(workspace: Workspace, text: str, forms: LookedAtForms) -> Iterator[Finding]:
    """Yield what its form's rules tell of a record and its stages, as when each was sealed.

    Errors are no matter here: what is sealed is judged by what ruled then, which is verified.
    """
    number = RecordNumber.parse(text)
    try:
        folder = find_folder(workspace.store, number)
        form = workspace.registry.form_of(folder)
    except RmdocsError as problem:
        forms.lost[text] = why(problem)
        return
    if folder.content is None or folder.voided:
        return
    draft, unit = RecordDraft.parse(folder.record), folder.unit.to_json()
    calendars = workspace.registry.calendars
    first = folder.editions[0]
    _, found = check_record(
        draft, form, unit, first.facts.issued_on, calendar=calendars.then(first.event)
    )
    yield from (one for one in found if one.severity is Severity.WARNING)
    added = [event for event in folder.events if read_as(event, StageAdded) is not None]
    stages = [(entry.key, entry.content) for entry in folder.stages]
    for at, (event, (key, content)) in enumerate(zip(added, stages, strict=False)):
        day = workspace.local(event.time).date()
        _, found = check_stage(
            draft,
            stages=stages[:at],
            key=key,
            content=content,
            form=form,
            unit=unit,
            actor_name=event.actor.name,
            today=day,
            calendar=calendars.then(event),
        )
        yield from (one for one in found if one.severity is Severity.WARNING)


# Both ---------------------------------------------------------------------------


def done_in(workspace: Workspace, quarter: Quarter, query: Query) -> Iterator[IndexedRecord]:
    """Yield the records of visits in a quarter."""
    wanted = replace(query, done_from=str(quarter.first), done_until=str(quarter.last))
    return (one for one in find(workspace, wanted) if one.status != _VOID)


def performed_in(
    workspace: Workspace, quarter: Quarter, query: Query, forms: LookedAtForms
) -> Iterator[tuple[BriefRecord, Performed]]:
    """Yield what had to happen in a quarter, and did; then what still has not, and is overdue."""
    first, last = str(quarter.first), str(quarter.last)
    for one, record in workspace.index.performed(query, first, last):
        if record.status != _VOID:
            sealed = workspace.local(datetime.fromisoformat(one.done)).date()
            yield record, _told(record, forms.of(record), one.name, one.day, sealed)
    over = str(workspace.today() - timedelta(days=1))
    open_ones, days = replace(query, open_only=True), (first, min(last, over))
    for due, record in workspace.index.awaited(open_ones, days=days):
        if not due.day:
            forms.lost[record.number] = message("its form cannot say when something is due")
        else:
            yield record, _told(record, forms.of(record), due.name, due.day, None)


def _told(record: BriefRecord, form: Form, name: str, day: str, sealed: date | None) -> Performed:
    said = next(one for one in form.due if one.name == name)
    return Performed(
        number=record.number,
        customer=record.customer,
        name=name,
        what=said.title,
        clause=said.clause,
        last=date.fromisoformat(day),
        sealed=sealed,
    )


def _figures(
    workspace: Workspace, year: int, query: Query, forms: LookedAtForms
) -> Iterator[tuple[IndexedRecord, FigureYear]]:
    """Yield the figures that are planned for the quarters of a year, plan by plan."""
    workspace.registry.catalogue.catch_up()
    kinds = workspace.index.kinds(query)
    planning = [kind[0] for kind in kinds if forms.load(*kind).section(TargetsSection) is not None]
    for form in dict.fromkeys(planning):
        for record in find(workspace, replace(query, form=form)):
            if record.status == _VOID or record.year > year:
                continue
            targets = forms.of(record).section(TargetsSection)
            if targets is not None:
                for figure in _planned(workspace, year, record, forms, targets):
                    yield record, figure


def _planned(
    workspace: Workspace,
    year: int,
    record: IndexedRecord,
    forms: LookedAtForms,
    targets: TargetsSection,
) -> Iterator[FigureYear]:
    try:
        folder = find_folder(workspace.store, RecordNumber.parse(record.number))
        if folder.content is None:
            return
        names = workspace.registry.calendars.printed(folder, forms.of(record)).names
        if targets.year.evaluate(names) != year:
            return
    except RmdocsError as problem:
        forms.lost[record.number] = why(problem)
        return
    for one in targets.figures:
        yield FigureYear(
            plan=record.number,
            title=one.title,
            unit=one.unit,
            planned=tuple(_values(one, names, "planned")),
            actual=tuple(_values(one, names, "actual")),
        )


def _values(figure: TargetFigure, names: Mapping[str, Any], which: str) -> Iterable[Decimal | None]:
    for quarter in QUARTERS:
        expression = figure.planned if which == "planned" else figure.actual
        try:
            value = expression.evaluate({**names, QUARTER: quarter})
        except FindingsError:
            value = None
        yield None if value is None else Decimal(str(value))
