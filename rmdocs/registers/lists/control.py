"""Lists of what control holds: people, customers, working days, changes, requests, runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rmdocs.events.records import Unit
from rmdocs.identifiers import DocumentNumber
from rmdocs.lifecycle import RevisionAct
from rmdocs.messages import Joined, Text, Verbatim, joined, listed, message
from rmdocs.registers.approvalrequests import all_requests, decided_by
from rmdocs.registers.changerequests import ChangeRegister, ChangeRequest
from rmdocs.registers.customers import CUSTOMERS, Customer, CustomerRegister
from rmdocs.registers.displaynames import ACT_NAMES, named, role_names
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import BY_EVENTS, Ledgers, Listing
from rmdocs.registers.officetime import CALENDAR, CalendarRegister
from rmdocs.registers.regenerations import ABANDONED, DONE, RegenerationRegister
from rmdocs.registers.revocations import RevocationRegister, fingerprint
from rmdocs.registers.staff import Person, StaffRegister
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from datetime import date

    from rmdocs.identifiers import UnitCode, Volume
    from rmdocs.registers.approvalrequests import ApprovalRequest
    from rmdocs.registers.officetime import YearEntry
    from rmdocs.registers.regenerations import RegenerationRun
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head


STAFF, UNITS = "staff", "units"
_ENTRY = (
    Column(name="since", title=message("entered first"), kind=ColumnKind.DATE, width=11),
    Column(name="entered", title=message("entry of"), kind=ColumnKind.DATE, width=11),
    Column(name="entered_by", title=message("entered by"), width=11),
)
_STAFF = Listing(
    name=STAFF,
    columns=(
        Column(name="staff_no", title=message("staff number"), width=11),
        Column(name="name", title=message("name"), width=10),
        Column(name="unit", title=message("unit"), width=6),
        Column(name="roles", title=message("roles"), width=16),
        Column(name="keys", title=message("fingerprints of keys"), width=53),
        *_ENTRY,
    ),
)
_UNITS = Listing(
    name=UNITS,
    columns=(
        Column(name="code", title=message("code"), width=7),
        Column(name="name", title=message("name of the unit"), width=17),
        Column(name="full_name", title=message("full name"), width=28),
        *_ENTRY,
    ),
)


def staff_list(ledgers: Ledgers, unit: UnitCode | None = None) -> Report:
    """Return the staff with roles and keys, by the last entry before the day's end.

    :param unit: only the staff of this unit.
    """
    people = StaffRegister(head=ledgers.then).people() if ledgers.then is not None else ()
    rows = tuple(_person_row(ledgers, person) for person in people if unit in {None, person.unit})
    return _STAFF.of(
        ledgers,
        rows,
        BY_EVENTS,
        message("each key of a person signs until it is revoked; what it signed before stays good"),
    )


def unit_list(ledgers: Ledgers) -> Report:
    """Return the units, by the last entry before the day's end."""
    units = StaffRegister(head=ledgers.then).units() if ledgers.then is not None else ()
    return _UNITS.of(ledgers, (_unit_row(ledgers, unit) for unit in units), BY_EVENTS)


def _person_row(ledgers: Ledgers, person: Person) -> tuple[Cell, ...]:
    return (
        str(person.staff_no),
        person.name,
        str(person.unit),
        message("left on {day}", day=person.left)
        if person.left is not None
        else role_names(sorted(person.roles)),
        _keys(ledgers, person),
        *_entries(ledgers, f"people/{person.staff_no}"),
    )


def _keys(ledgers: Ledgers, person: Person) -> Cell:
    """Return the fingerprints of a person's keys, then those that were revoked, with the day."""
    good = "\n".join(map(fingerprint, person.keys))
    if ledgers.then is None:
        return good
    revoked = RevocationRegister.of(ledgers.then, person.staff_no).all
    if not revoked:
        return good
    told: list[Text] = [Verbatim(good)] if good else []
    for key, on in {one.said.fingerprint: one.event for one in reversed(revoked)}.items():
        told += [Verbatim("\n")] if told else []
        told += [Verbatim(f"{key}\n"), message("revoked on {day}", day=ledgers.day_of(on))]
    return joined(told)


def _unit_row(ledgers: Ledgers, unit: Unit) -> tuple[Cell, ...]:
    return (str(unit.code), unit.name, unit.full_name, *_entries(ledgers, f"units/{unit.code}"))


def _entries(ledgers: Ledgers, directory: str) -> tuple[Cell, ...]:
    """Return since when there is an entry, and when and by whom the last one was made."""
    events = ledgers.then.events(directory) if ledgers.then is not None else []
    if not events:
        return None, None, None
    return ledgers.day_of(events[0]), ledgers.day_of(events[-1]), listing.actor(events[-1])


_CUSTOMERS = Listing(
    name=CUSTOMERS,
    columns=(
        Column(name="uscc", title=message("unified social credit code"), width=20),
        Column(name="name", title=message("customer"), width=24),
        Column(name="category", title=message("category"), width=7),
        Column(name="domicile", title=message("address"), width=22),
        Column(name="postcode", title=message("postcode"), width=8),
        Column(name="representative", title=message("representative"), width=12),
        Column(name="phone", title=message("phone"), width=14),
        Column(name="entered", title=message("entry of"), kind=ColumnKind.DATE, width=11),
        Column(name="entered_by", title=message("entered by"), width=11),
    ),
)


def customer_list(ledgers: Ledgers) -> Report:
    """Return the customers, by the last entry before the day's end."""
    return _CUSTOMERS.of(
        ledgers,
        (_customer_row(ledgers, customer) for customer in CustomerRegister(ledgers.then).all()),
        BY_EVENTS,
    )


def representative(facts: Mapping[str, object]) -> str:
    """Return who represents a customer, and as what; empty if nobody is known."""
    found = facts.get("representative")
    return f"{found['name']}\n{found['title']}" if isinstance(found, dict) else ""


def _customer_row(ledgers: Ledgers, customer: Customer) -> tuple[Cell, ...]:
    facts, then = customer.facts, ledgers.then
    events = then.events(f"{CUSTOMERS}/{customer.uscc}") if then is not None else []
    last = max(events, key=lambda event: event.index, default=None)
    return (
        customer.uscc,
        customer.name,
        *(_text(facts.get(name)) for name in ("category", "domicile", "postcode")),
        representative(facts) or None,
        _text(facts.get("phone")),
        ledgers.day_of(last) if last is not None else None,
        listing.actor(last),
    )


def _text(fact: object) -> str | None:
    return None if fact is None else str(fact)


_WORKING_DAYS = Listing(
    name=CALENDAR,
    columns=(
        Column(name="year", title=message("year"), kind=ColumnKind.NUMBER, width=6),
        Column(name="entry", title=message("entry"), kind=ColumnKind.NUMBER, width=5),
        Column(name="off", title=message("Monday to Friday off"), width=30),
        Column(name="worked", title=message("weekends worked"), width=20),
        Column(name="source", title=message("source"), width=18),
        Column(name="entered", title=message("entry of"), kind=ColumnKind.DATE, width=11),
        Column(name="entered_by", title=message("entered by"), width=11),
        Column(name="approved_by", title=message("approved by"), width=10),
        Column(name="reason", title=message("reason"), width=16),
    ),
)
_RULES = message(
    "other days are as in any week; of a year that is not here, Monday to Friday count and what"
    " rests on them is told"
)


def calendar_list(ledgers: Ledgers, year: int | None = None) -> Report:
    """Return the entry that ruled at the day's end of each year, or of one.

    :raises StoreError: if an entry cannot be read.
    """
    entries = CalendarRegister(ledgers.then).ruling() if ledgers.then is not None else ()
    return _WORKING_DAYS.of(
        ledgers,
        (_year_row(ledgers, entry) for entry in entries if year in {None, entry.year}),
        BY_EVENTS,
        _RULES,
    )


def _year_row(ledgers: Ledgers, entry: YearEntry) -> tuple[Cell, ...]:
    event = entry.event
    decides = decided_by(event)
    asked_by = decides.asked_by if decides is not None else None
    return (
        entry.year,
        entry.number,
        _days(entry.arrangement.off),
        _days(entry.arrangement.worked),
        entry.source,
        ledgers.day_of(event),
        asked_by or listing.actor(event),
        listing.actor(event) if asked_by else None,
        event.reason or None,
    )


def _days(days: Iterable[date]) -> Joined:
    return listed(sorted(days))


CHANGES = "changes"
_CHANGES = Listing(
    name=CHANGES,
    columns=(
        Column(name="number", title=message("number"), width=13),
        Column(name="document", title=message("document"), width=12),
        Column(name="from", title=message("from revision"), width=6),
        Column(name="to", title=message("to revision"), width=6),
        Column(name="reason", title=message("reason"), width=24),
        Column(name="opened_by", title=message("opened by"), width=11),
        Column(name="opened", title=message("opened on"), kind=ColumnKind.DATE, width=11),
        Column(name="status", title=message("status"), width=9),
        Column(name="drafts", title=message("drafts"), kind=ColumnKind.NUMBER, width=6),
        Column(name="reviewed_by", title=message("Reviewed by"), width=11),
        Column(name="reviewed", title=message("reviewed on"), kind=ColumnKind.DATE, width=11),
        Column(name="decided_by", title=message("decided by"), width=11),
        Column(name="decided", title=message("decided on"), kind=ColumnKind.DATE, width=11),
        Column(name="remarks", title=message("remarks"), width=20),
    ),
)
_REMARKED = frozenset(
    {RevisionAct.REVIEW, RevisionAct.RETURN, RevisionAct.REJECT, RevisionAct.APPROVE}
)


def change_list(ledgers: Ledgers, number: DocumentNumber | None = None) -> Report:
    """Return the change requests opened by the end of the day.

    :param number: only those of this document.
    """
    requests = ChangeRegister(head=ledgers.then).all() if ledgers.then is not None else ()
    return _CHANGES.of(
        ledgers,
        (
            _change_row(ledgers, request)
            for request in requests
            if number in {None, request.request.document}
        ),
        BY_EVENTS,
    )


def _change_row(ledgers: Ledgers, change: ChangeRequest) -> tuple[Cell, ...]:
    request = change.request
    return (
        str(request.number),
        str(request.document),
        str(request.from_revision) if request.from_revision else None,
        str(request.to_revision),
        request.reason,
        *_signed(ledgers, change.proposed),
        change.change_status.called,
        change.draft.serial if change.draft else 0,
        *_signed(ledgers, change.reviewed),
        *_signed(ledgers, change.closed),
        _remarks(change),
    )


def _signed(ledgers: Ledgers, event: Event | None) -> tuple[Cell, Cell]:
    return listing.actor(event), ledgers.day_of(event) if event is not None else None


def _remarks(change: ChangeRequest) -> Text:
    said = [event.reason for event in change.events if event.kind in _REMARKED and event.reason]
    return listed(said)


REQUESTS = "requests"
_REQUESTS = Listing(
    name=REQUESTS,
    columns=(
        Column(name="request", title=message("request"), width=30),
        Column(name="act", title=message("act"), width=14),
        Column(name="status", title=message("status"), width=9),
        Column(name="asked_by", title=message("asked by"), width=16),
        Column(name="asked", title=message("asked at"), kind=ColumnKind.MOMENT, width=16),
        Column(name="reason", title=message("reason"), width=24),
        Column(name="decided_by", title=message("decided by"), width=16),
        Column(name="decided", title=message("decided at"), kind=ColumnKind.MOMENT, width=16),
        Column(name="remarks", title=message("remarks"), width=24),
    ),
)


def request_list(ledgers: Ledgers, volumes: Iterable[tuple[Volume, Head]]) -> Report:
    """Return the requests made by the end of the day, those that wait first.

    :param volumes: each as it stood then.
    """
    found = list(all_requests(ledgers.then, volumes)) if ledgers.then is not None else []
    found.sort(key=lambda request: not request.waits)
    return _REQUESTS.of(ledgers, (_request_row(ledgers, request) for request in found), BY_EVENTS)


def _request_row(ledgers: Ledgers, request: ApprovalRequest) -> tuple[Cell, ...]:
    decided = request.decided
    return (
        str(request.number),
        named(ACT_NAMES, request.act),
        request.status.called,
        listing.actor(request.asked),
        ledgers.local(request.asked),
        request.reason,
        listing.actor(decided),
        ledgers.local(decided) if decided is not None else None,
        request.remark or None,
    )


REGENERATIONS = "regenerations"
_REGENERATIONS = Listing(
    name=REGENERATIONS,
    columns=(
        Column(name="run", title=message("run"), width=6),
        Column(name="form", title=message("form"), width=12),
        Column(name="to", title=message("to revision"), width=6),
        Column(name="where", title=message("only where"), width=24),
        Column(name="records", title=message("records meant"), kind=ColumnKind.NUMBER, width=8),
        Column(name="begun_by", title=message("begun by"), width=16),
        Column(name="begun", title=message("begun at"), kind=ColumnKind.MOMENT, width=16),
        Column(name="ended", title=message("ended at"), kind=ColumnKind.MOMENT, width=16),
        Column(name="outcome", title=message("how it ended"), width=12),
        Column(
            name="regenerated",
            title=message("records regenerated"),
            kind=ColumnKind.NUMBER,
            width=12,
        ),
        Column(name="reason", title=message("reason"), width=24),
    ),
)
_OUTCOMES: Mapping[str, Text] = {
    DONE: message("carried out"),
    ABANDONED: message("given up for another run"),
}


def regeneration_list(ledgers: Ledgers, number: DocumentNumber | None = None) -> Report:
    """Return the runs begun by the end of the day.

    :param number: only those of this form.
    :raises StoreError: if a run cannot be read.
    """
    register = RegenerationRegister(ledgers.then) if ledgers.then is not None else None
    runs = register.all() if register is not None else ()
    return _REGENERATIONS.of(
        ledgers,
        (
            _run_row(ledgers, register, run)
            for run in runs
            if register is not None and number in {None, run.form}
        ),
        BY_EVENTS,
        message("what became of each record is told by its own history"),
    )


def _run_row(
    ledgers: Ledgers, register: RegenerationRegister, run: RegenerationRun
) -> tuple[Cell, ...]:
    result = register.result(run)
    return (
        run.name,
        str(run.form),
        str(run.to),
        run.where or None,
        len(run.records),
        listing.actor(run.begun),
        ledgers.local(run.begun),
        ledgers.local(run.ended) if run.ended is not None else None,
        named(_OUTCOMES, result.outcome) if result is not None else message("to be gone on with"),
        len(result.regenerated) if result is not None else None,
        run.begun.reason,
    )
