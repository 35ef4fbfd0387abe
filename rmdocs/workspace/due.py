"""What is due in a workspace: the due list, the notices a ledger asks for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.findings import error, has_errors
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import listed, message
from rmdocs.registers.catalogue import lacking
from rmdocs.registers.indexfile import Query
from rmdocs.registers.lists.documents import due_reviews
from rmdocs.registers.lists.due import DueItem, calendar_entries, due_report
from rmdocs.workspace import naming, records, registers
from rmdocs.workspace.waiting import waiting

if TYPE_CHECKING:
    from rmdocs.canonical import JsonObject
    from rmdocs.findings import Finding
    from rmdocs.forms.form import Form
    from rmdocs.issuing.maturities import LoanLedger, Maturity
    from rmdocs.messages import Language, Text
    from rmdocs.registers.indexfile import BriefRecord, IndexedDue
    from rmdocs.registers.staff import Person
    from rmdocs.reports.report import Report
    from rmdocs.workspace.opening import Workspace

_NEAR_REVIEW = 30
"""Days before a review is due from which it is told."""

_KEY_LENGTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the list is asked for; an empty part does not restrict.

    :param within: what is due within that many days after today, and all that is
        overdue; None for what is near by the form's own days.
    :param manager: a manager's staff number or name.
    :param ledger: the loan ledger to look through as well.
    """

    within: int | None = None
    unit: str = ""
    manager: str = ""
    ledger: LoanLedger | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """What is due on a day.

    :param unknown: records whose form cannot say when something is due.
    :param maturities: rows of the ledger that have no record yet.
    :param findings: what of the ledger cannot be read, or is missing for a record.
    :param lacks: what its report says of records that cannot be read.
    :param whose: the name of the one person whose list it is; empty for everybody's.
    """

    day: date
    items: tuple[DueItem, ...]
    unknown: tuple[str, ...]
    maturities: tuple[Maturity, ...]
    findings: tuple[Finding, ...]
    lacks: tuple[Text, ...] = ()
    whose: str = ""


class DueRecord(NamedTuple):
    """Something that must still happen to a record, with the form that says so."""

    due: IndexedDue
    record: BriefRecord
    form: Form

    def item(self) -> DueItem:
        """Return it as the list has it."""
        due, record, form = self
        said = next(one for one in form.due if one.name == due.name)
        stage = form.stage(due.name)
        # What is no stage is seen to by who issues such records.
        roles = form.roles.issue if stage is None else stage.roles
        return DueItem(
            key=f"{record.number}-{due.name}",
            on=date.fromisoformat(due.day),
            near=date.fromisoformat(due.near),
            what=said.title,
            unit=record.unit,
            manager_no=record.rm,
            manager=record.rm_name,
            number=record.number,
            customer=record.customer,
            subject=record.subject,
            roles=frozenset(roles),
            managers=bool(set(roles) & set(form.roles.issue)),
            opinion=stage is not None and bool(stage.person),
        )


def what_is_due(workspace: Workspace, wanted: Wanted) -> DueList:
    """Return what is due today: of whoever acts, or of the unit or manager asked for.

    :raises FindingsError: if the ledger cannot be read at all.
    :raises UsageError: if it is asked for a unit or manager that nobody knows.
    """
    wanted = replace(
        wanted,
        unit=str(naming.unit(workspace, wanted.unit)) if wanted.unit else "",
        manager=naming.manager(workspace, wanted.manager) if wanted.manager else "",
    )
    today = workspace.today()
    unknown: list[str] = []
    person = None if wanted.unit or wanted.manager else workspace.person()
    items = [one.item() for one in due_records(workspace, wanted, unknown, person)]
    if not wanted.unit and not wanted.manager:
        items += besides(workspace, wanted, person)
    found, findings = maturities(workspace, wanted)
    unread = not_listed(workspace, wanted.unit)
    findings += unread
    items += [item_of(one) for one in found]
    findings += [finding for one in found for finding in one.made.findings]
    whose = "" if person is None else person.name
    return DueList(
        day=today,
        items=tuple(items),
        unknown=tuple(unknown),
        maturities=tuple(found),
        findings=tuple(findings),
        lacks=lacking(unread),
        whose=whose,
    )


def report(workspace: Workspace, due_list: DueList) -> Report:
    """Return the due list as a table."""
    lacks = due_list.lacks
    if due_list.unknown:
        lost = listed(sorted(set(due_list.unknown)))
        told = message("the forms cannot say when something is due of: {lost}", lost=lost)
        lacks = (*lacks, told)
    organisation = registers.organisation(workspace)
    return due_report(due_list.items, due_list.day, organisation, lacks, due_list.whose)


def calendar(due_list: DueList, language: Language) -> bytes:
    """Return the due dates as an iCalendar file (RFC 5545)."""
    from rmdocs.registers.lists.due import write_calendar

    entries = calendar_entries(due_list.items, language)
    return write_calendar(entries, message("What is due"), due_list.day, language)


def made_records(maturities: Sequence[Maturity]) -> list[JsonObject]:
    """Return the records that rows of a ledger make; one that lacks something makes none.

    :raises FindingsError: if no row makes a record.
    """
    ready = [one.made.record for one in maturities if not has_errors(one.made.findings)]
    if not ready:
        raise FindingsError(
            (),
            message("no row of the ledger makes a record"),
            message("fill in what the findings name"),
        )
    return ready


def record_lines(records: Iterable[JsonObject]) -> bytes:
    """Return records as a file, one a line."""
    return b"".join(canonical.encode(record) + b"\n" for record in records)


def asked_records(
    workspace: Workspace, ledger: LoanLedger, *, complete: bool
) -> tuple[File | None, tuple[Finding, ...]]:
    """Return the records that a ledger asks for as a file named by the day, and all findings.

    No file if nothing is asked for: every maturity that is near has its record.

    :param complete: whether one finding keeps all of them from being made.
    :raises FindingsError: if so, or if rows ask for records and none makes one.
    """
    found = what_is_due(workspace, Wanted(ledger=ledger))
    none = all(has_errors(one.made.findings) for one in found.maturities)
    if has_errors(found.findings) and (complete or none):
        raise FindingsError(found.findings)
    if not found.maturities:
        return None, found.findings
    name = f"{ledger.file.stem}-{found.day}.jsonl"
    return File(name=name, data=record_lines(made_records(found.maturities))), found.findings


def _until(workspace: Workspace, wanted: Wanted) -> date | None:
    if wanted.within is None:
        return None
    return workspace.today() + timedelta(days=wanted.within)


def _reviews_are(workspace: Workspace, person: Person | None) -> bool:
    """Return whether reviews of documents are any business of a person's."""
    acts = workspace.registry.policy.acts.items()
    revise = {role for act, roles in acts for role in roles if act.startswith("revision.")}
    return person is None or bool(person.roles & revise)


def due_records(
    workspace: Workspace, wanted: Wanted, unknown: list[str], person: Person | None
) -> Iterator[DueRecord]:
    """Yield what is due of records: of a person's business, or of everybody's.

    :param unknown: the numbers of records are added whose form cannot say when.
    """
    today, until = workspace.today(), _until(workspace, wanted)
    workspace.registry.catalogue.catch_up()
    # Who issues records of a form, and approves nothing of it, has their own to see to.
    me, at_home = ("", "") if person is None else (str(person.staff_no), str(person.unit))
    own = None if person is None or not _has_own_alone(workspace, person) else (me, at_home)
    query = Query(unit=wanted.unit, rm=wanted.manager, open_only=True, own=own)
    if until is None:
        rows = workspace.index.awaited(query, near=str(today))
    else:
        rows = workspace.index.awaited(query, days=("", str(until)))
    forms: dict[tuple[str, str], tuple[Form, bool]] = {}
    for due, record in rows:
        if not due.day:
            unknown.append(due.number)
            continue
        kind = (record.form, record.revision)
        if kind not in forms:
            number, revision = DocumentNumber.parse(kind[0]), Revision.parse(kind[1])
            form = workspace.registry.form_revision(number, revision).form
            forms[kind] = (form, person is not None and _has_own(person, form))
        form, own_only = forms[kind]
        if not own_only or record.rm == me or (not record.rm and record.unit == at_home):
            yield DueRecord(due, record, form)


def besides(workspace: Workspace, wanted: Wanted, person: Person | None) -> Iterator[DueItem]:
    """Yield what is due of no record: reviews of documents, and what waits to be decided."""
    if _reviews_are(workspace, person):
        yield from _reviews(workspace, wanted)
    yield from waiting(workspace, person)


def not_listed(workspace: Workspace, unit: str = "") -> list[Finding]:
    """Return what is told of records that cannot be read, and of which nothing is listed."""
    told = message("what is due of them is not listed")
    return records.unreadable(workspace, Query(unit=unit, open_only=True), told)


def _reviews(workspace: Workspace, wanted: Wanted) -> Iterator[DueItem]:
    within = _NEAR_REVIEW if wanted.within is None else wanted.within
    for review in due_reviews(registers.ledgers(workspace), within):
        number = str(review.release.number)
        yield DueItem(
            key=f"{number}-{review.release.revision}-review",
            on=review.due,
            near=review.due - timedelta(days=_NEAR_REVIEW),
            what=message("review the document"),
            number=f"{number} {review.release.revision}",
            subject=review.title.zh,
        )


def maturities(workspace: Workspace, wanted: Wanted) -> tuple[list[Maturity], list[Finding]]:
    """Return the rows of a ledger that ask for a record and have none, and what is told of it.

    :raises FindingsError: if the ledger cannot be read at all.
    """
    if wanted.ledger is None:
        return [], []
    from rmdocs.issuing import maturities as ledgers

    registry, today = workspace.registry, workspace.today()
    found, findings = ledgers.maturities(registry, wanted.ledger, today, _until(workspace, wanted))
    people = list(registry.staff.people())
    answers = [(one, _is_wanted(one, wanted, people)) for one in found]
    unplaced = [one for one, answer in answers if answer is None]
    if unplaced:
        findings.append(_unplaced(unplaced))
    return [one for one, answer in answers if answer], findings


def _has_own_alone(workspace: Workspace, person: Person) -> bool:
    """Return whether of every form only a person's own records are their business."""
    forms = workspace.registry.forms
    released = (one for number in forms.numbers() for one in forms.releases(number))
    return all(_has_own(person, forms.load(one).form) for one in released)


def _has_own(person: Person, form: Form) -> bool:
    """Return whether a person issues records of a form, and approves nothing of it."""
    issues = bool(person.roles & set(form.roles.issue))
    return issues and not person.roles & set(form.roles.void_approve)


def item_of(one: Maturity) -> DueItem:
    """Return what a row of a ledger is on the list of what is due."""
    from rmdocs.records.context import content_view
    from rmdocs.records.summary import summarise

    record = one.made.record
    person = record.get("prepared_by", {})
    summary = summarise(one.form, {"content": content_view(one.form, record["content"])})
    key = hashlib.sha256(f"{one.form.number} {one.key}".encode()).hexdigest()[:_KEY_LENGTH]
    rule = one.form.ledger
    return DueItem(
        key=f"ledger-{key}",
        on=one.on,
        near=one.near,
        what=rule.title if rule else one.form.title,
        unit=str(record.get("unit", "")),
        manager_no=str(person.get("staff_no", "")),
        manager=str(person.get("name", "")),
        number="",
        customer=summary.customer,
        subject=summary.subject,
        wanted=one.wanted if one.wanted < one.on else None,
        place=f"{one.made.row.source}:{one.made.row.number}",
    )


def _is_wanted(one: Maturity, wanted: Wanted, people: Sequence[Person]) -> bool | None:
    """Return whether a row of a ledger is asked for; None if it does not say enough to tell.

    A manager of whom only the name is known is whoever bears it; if several do,
    nobody can tell which.
    """
    record = one.made.record
    manager = record.get("prepared_by", {})
    number, name = str(manager.get("staff_no", "")), str(manager.get("name", ""))
    known = [
        one
        for one in people
        if (str(one.staff_no) == number if number else name and one.name == name)
    ]
    units = {str(record["unit"])} if record.get("unit") else {str(one.unit) for one in known}
    answers: list[bool | None] = []
    if wanted.unit:
        sure = len(units) == 1 or (units and wanted.unit not in units)
        answers.append(wanted.unit in units if sure else None)
    if wanted.manager:
        asked = [one for one in people if wanted.manager in {str(one.staff_no), one.name}]
        if wanted.manager in {number, name} or (number and known and known[0] in asked):
            answers.append(True)
        elif number or name:
            likely = [one for one in known if one in asked]
            answers.append(len(known) == 1 if likely else False)
            answers[-1] = None if likely and len(known) > 1 else answers[-1]
        else:
            answers.append(None)
    if False in answers:
        return False
    return None if None in answers else True


def _unplaced(rows: Sequence[Maturity]) -> Finding:
    """Return what is said of rows of which nobody can tell whose they are."""
    source = rows[0].made.row.source
    return error(
        "LEDGER-UNPLACED",
        f"{source}:{rows[0].made.row.number}",
        message(
            "{count} loan(s) name neither a unit nor a manager of the register, and are not"
            " listed: rows {rows}",
            count=len(rows),
            rows=listed(one.made.row.number for one in rows),
        ),
        message("fill in the unit's code or the manager's number, or list the loans of all units"),
    )
