"""Registers of a workspace, what is entered in them, and what waits for a second person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date
from difflib import unified_diff
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.control import policy, volumes
from rmdocs.control.requesting import (
    KINDS,
    YEAR,
    announced,
    approve_request,
    ask,
    kind_of,
    reject_request,
)
from rmdocs.control.staff import enter_customer
from rmdocs.errors import UsageError
from rmdocs.findings import Finding, warning
from rmdocs.identifiers import DocumentNumber, RecordNumber, Series, UnitCode, Volume
from rmdocs.issuing import voiding
from rmdocs.messages import Joined, Text, Verbatim, listed, message
from rmdocs.registers.calendar import CALENDAR, year_toml
from rmdocs.registers.catalogue import cannot_be_read, not_read
from rmdocs.registers.changes import ChangeRegister
from rmdocs.registers.copies import COPIES
from rmdocs.registers.customers import CustomerRegister
from rmdocs.registers.disposals import DISPOSALS
from rmdocs.registers.holds import HOLDS
from rmdocs.registers.index import Query
from rmdocs.registers.ledgers import DocumentRegister, Ledgers
from rmdocs.registers.lists import (
    calendar,
    changes,
    customers,
    documents,
    history,
    people,
    records,
    regenerations,
    requests,
    reviews,
    series,
)
from rmdocs.registers.records import read_folder
from rmdocs.registers.requests import ControlRequests, record_requests, unknown_request
from rmdocs.registers.revisions import DOCUMENTS, FORMS
from rmdocs.registers.series import known_volumes
from rmdocs.registers.zone import end_of
from rmdocs.store.protocol import CONTROL_REF

if TYPE_CHECKING:
    from rmdocs.identifiers import RequestNumber
    from rmdocs.registers.customers import Customer
    from rmdocs.registers.index import IndexedRecord
    from rmdocs.registers.requests import Request
    from rmdocs.registers.series import ClosingStatement
    from rmdocs.reports.report import Report
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of a register is asked for; an empty part does not restrict.

    :param within: days after the day within which a review is due.
    :param totals: one row a form, unit and year instead of one a record.
    """

    number: DocumentNumber | None = None
    unit: UnitCode | None = None
    year: int | None = None
    within: int | None = None
    totals: bool = False


class Registers:
    """The registers of a workspace, each derived from the ledgers when asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def report(self, name: str, *, on: date | None = None, asked: Asked | None = None) -> Report:
        """Return a register as of the end of a day, today unless another is named.

        :param name: one of ``registers.names.REGISTER_NAMES``.
        :raises UsageError: if there is no such register, it cannot be
            restricted so, or the day is out of reach.
        """
        kind = _KINDS.get(name)
        if kind is None:
            raise UsageError(
                message("there is no register {name}", name=name),
                message("registers are: {names}", names=listed(_KINDS)),
            )
        wanted = asked or Asked()
        _require_takes(name, kind, wanted)
        self._require_number(wanted.number)
        return kind.make(self._workspace, self.ledgers(on), wanted)

    def close_series(self, which: Series) -> ClosingStatement:
        """Close a number series whose year is over.

        :raises ControlError: if the actor may not, or it cannot be closed.
        """
        statement = volumes.close_series(self._workspace.store, which, self._workspace.acting())
        self._workspace.reopen()
        return statement

    def ledgers(self, on: date | None = None) -> Ledgers:
        """Return the control ledger now and at the end of a day, today unless another is named.

        :raises UsageError: if the day is out of reach.
        """
        day = on or self._workspace.today()
        office = self._workspace.office
        until = end_of(day, office.zone)
        return Ledgers(
            day=day,
            until=until,
            forms=office.forms,
            documents=DocumentRegister(office.control),
            then=self._workspace.store.head_before(CONTROL_REF, until),
            organisation=self.organisation(),
        )

    def organisation(self) -> Text:
        """Return whose registers these are, as the forms released last say."""
        forms = self._workspace.office.forms
        last = [releases[-1] for number in forms.numbers() if (releases := forms.releases(number))]
        if not last:
            return message("rmdocs records store")
        return forms.load(max(last, key=lambda release: release.effective)).form.organisation

    def _require_number(self, number: DocumentNumber | None) -> None:
        """Refuse the number of a document that neither is released nor was ever proposed."""
        if number is None:
            return
        control = self._workspace.office.control
        released = [*control.list(DOCUMENTS), *control.list(FORMS)]
        proposed = (str(change.request.document) for change in ChangeRegister(head=control).all())
        if str(number) not in released and str(number) not in proposed:
            raise UsageError(
                message("{number} is in no register", number=number),
                message("documents in this workspace: {known}", known=listed(released)),
            )


def _make_records(workspace: Workspace, ledgers: Ledgers, asked: Asked) -> Report:
    rows = records.records_then(ledgers, workspace.office.catalogue, _rows(workspace, asked))
    made = (records.record_totals if asked.totals else records.record_list)(ledgers, rows)
    broken = workspace.office.catalogue.unreadable(asked.number)
    unread = workspace.index.unread(_query(asked))
    told = message("what they say, and until when they are kept, is not listed")
    lacks = [cannot_be_read(broken)] if broken else []
    lacks += [not_read(unread, told)] if unread else []
    return replace(made, lacks=tuple(lacks))


def _make_series(workspace: Workspace, ledgers: Ledgers, asked: Asked) -> Report:
    volumes: dict[Series, dict[Volume, Head]] = {}
    for volume in known_volumes(workspace.store.refs()):
        head = workspace.store.head_before(volume.ref, ledgers.until)
        if head is not None and _is_wanted(volume.series, asked):
            volumes.setdefault(volume.series, {})[volume] = head
    voids: dict[Series, list[RecordNumber]] = {}
    until = ledgers.until.astimezone(UTC).isoformat()
    for row in _rows(workspace, asked):
        if row.voided and row.voided < until:
            number = RecordNumber.parse(row.number)
            voids.setdefault(number.series, []).append(number)
    facts = [
        series.SeriesFacts(series=which, heads=heads, voids=voids.get(which, ()))
        for which, heads in sorted(volumes.items())
    ]
    return series.series_list(ledgers, facts)


def _make_requests(workspace: Workspace, ledgers: Ledgers) -> Report:
    heads = (
        (volume, workspace.store.head_before(volume.ref, ledgers.until))
        for volume in known_volumes(workspace.store.refs())
    )
    return requests.request_list(ledgers, [(one, head) for one, head in heads if head is not None])


def _rows(workspace: Workspace, asked: Asked) -> Iterator[IndexedRecord]:
    return workspace.find(_query(asked))


def _query(asked: Asked) -> Query:
    return Query(form=str(asked.number or ""), unit=str(asked.unit or ""), year=asked.year)


def _is_wanted(which: Series, asked: Asked) -> bool:
    return (
        asked.number in {None, which.form}
        and asked.unit in {None, which.unit}
        and asked.year in {None, which.year}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How a register is made, and by which parts of :class:`Asked` it can be restricted."""

    make: Callable[[Workspace, Ledgers, Asked], Report]
    takes: frozenset[str] = frozenset()


_NUMBER, _SERIES = frozenset({"number"}), frozenset({"number", "unit", "year"})
_KINDS: Mapping[str, _Kind] = MappingProxyType(
    {
        documents.NAME: _Kind(make=lambda _, of, __: documents.document_list(of)),
        history.NAME: _Kind(
            make=lambda _, of, asked: history.history_list(of, asked.number), takes=_NUMBER
        ),
        changes.NAME: _Kind(
            make=lambda _, of, asked: changes.change_list(of, asked.number), takes=_NUMBER
        ),
        records.NAME: _Kind(make=_make_records, takes=_SERIES | {"totals"}),
        series.NAME: _Kind(make=_make_series, takes=_SERIES),
        reviews.NAME: _Kind(
            make=lambda _, of, asked: reviews.review_list(of, asked.within),
            takes=frozenset({"within"}),
        ),
        COPIES: _Kind(
            make=lambda workspace, of, asked: workspace.copies.report(asked.number, of.day),
            takes=_NUMBER,
        ),
        HOLDS: _Kind(make=lambda workspace, of, _: workspace.disposition.holds(on=of.day)),
        DISPOSALS: _Kind(make=lambda workspace, of, _: workspace.disposition.disposals(of.day)),
        requests.NAME: _Kind(make=lambda workspace, of, _: _make_requests(workspace, of)),
        regenerations.NAME: _Kind(
            make=lambda _, of, asked: regenerations.regeneration_list(of, asked.number),
            takes=_NUMBER,
        ),
        people.UNITS: _Kind(make=lambda _, of, __: people.unit_list(of)),
        people.STAFF: _Kind(
            make=lambda _, of, asked: people.staff_list(of, asked.unit), takes=frozenset({"unit"})
        ),
        customers.NAME: _Kind(make=lambda _, of, __: customers.customer_list(of)),
        calendar.NAME: _Kind(
            make=lambda _, of, asked: calendar.calendar_list(of, asked.year),
            takes=frozenset({"year"}),
        ),
        policy.NAME: _Kind(make=lambda _, of, __: policy.policy_list(of)),
    }
)


def _typed(part: str) -> Text:
    """Return a part as a person gives it: an option, or the number."""
    return message("number") if part == "number" else Verbatim(f"--{part}")


def _require_takes(name: str, kind: _Kind, asked: Asked) -> None:
    empty = Asked()
    for part in fields(Asked):
        given = getattr(asked, part.name) != getattr(empty, part.name)
        if given and part.name not in kind.takes:
            takes = Joined(tuple(map(_typed, sorted(kind.takes))))
            raise UsageError(
                message("the register {name} takes no {part}", name=name, part=_typed(part.name)),
                message("it takes: {parts}", parts=takes)
                if kind.takes
                else message("leave that out: it is always printed whole"),
            )


class Customers:
    """The customers of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def enter(self, uscc: str, facts: Mapping[str, object]) -> tuple[Customer, list[Finding]]:
        """Enter a customer, or a change; see :func:`~rmdocs.control.staff.enter_customer`."""
        work = self._workspace
        entered = enter_customer(work.store, uscc, facts, work.acting())
        work.reopen()
        return entered

    def all(self) -> list[Customer]:
        """Return all customers, by code."""
        return list(self._register().all())

    def customer(self, uscc: str) -> Customer:
        """Return a customer.

        :raises ControlError: if it is not in the register.
        """
        return self._register().customer(uscc)

    def history(self, uscc: str) -> list[tuple[Event, Customer]]:
        """Return every entry of a customer with the event that made it."""
        return self._register().history(uscc)

    def _register(self) -> CustomerRegister:
        return CustomerRegister(self._workspace.office.control)


class Calendars:
    """The working days of a workspace, year by year."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def missing(self) -> tuple[Finding, ...]:
        """Return a warning if the working days of this year are not entered; nothing else."""
        year = self._workspace.today().year
        if self._workspace.office.calendars.of(year):
            return ()
        told = message(
            "the working days of {year} are not in the calendar: Monday to Friday count", year=year
        )
        remedy = message("have them entered: rmdocs calendar fill {year} --reason TEXT", year=year)
        return (warning("CALENDAR-MISSING", f"{CALENDAR} {year}", told, remedy),)

    def fill(self, year: int, reason: str, notice: str = "") -> Request:
        """Ask for what the State Council announced of a year to be entered.

        :param notice: the number of the notice it goes by.
        :raises UsageError: if the library that is installed does not know the year.
        :raises ControlError: if the actor may not, or the calendar says so already.
        """
        known = announced(year)
        if known is None:
            raise UsageError(
                message("the working days of {year} are not announced yet", year=year),
                message("once they are: pip install --upgrade chinesecalendar, then try again"),
            )
        arrangement, source = known
        data = year_toml(arrangement, f"{notice} ({source})" if notice else source)
        return self._workspace.requests.enter(YEAR.act, data, reason)


class Requests:
    """Asking, looking at what is asked, approving, rejecting."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def void(self, number: RecordNumber, reason: str) -> Request:
        """Ask for a record to be declared void."""
        work = self._workspace
        return voiding.ask_to_void(work.office, number, reason, work.acting())

    def enter(self, act: str, data: bytes, reason: str) -> Request:
        """Ask for a file to be entered in control.

        :param act: what of control, one of ``control.kinds.KINDS``.
        """
        work = self._workspace
        request = ask(work.store, KINDS[act], data, reason, work.acting())
        work.reopen()
        return request

    def get(self, number: RequestNumber) -> Request:
        """Return a request as it stands.

        :raises ControlError: if there is none with that number.
        """
        work = self._workspace
        if number.record is None:
            return ControlRequests(work.office.control).get(number)
        head = work.store.head(number.record.volume.ref)
        if head is None:
            raise unknown_request(number)
        requests = record_requests(read_folder(head, number.record))
        found = next((one for one in requests if one.number == number), None)
        if found is None:
            raise unknown_request(number)
        return found

    def changes(self, request: Request) -> tuple[str, ...]:
        """Return what a request changes in a file of control, as lines with - and +."""
        if request.number.record is not None:
            return ()
        control = self._workspace.office.control
        data, kind = ControlRequests(control).file(request), kind_of(request, KINDS)
        before = kind.in_force(control, data).decode().splitlines()
        lines = unified_diff(before, data.decode().splitlines(), n=0, lineterm="")
        return tuple(line for line in lines if not line.startswith(("---", "+++", "@@")))

    def approve(self, number: RequestNumber) -> Request:
        """Approve a request with one's own key: what was asked for is done."""
        work = self._workspace
        if number.record is not None:
            return voiding.approve_void(work.office, number, work.acting())
        request = approve_request(work.store, number, KINDS, work.acting())
        work.reopen()
        return request

    def reject(self, number: RequestNumber, reason: str) -> Request:
        """Reject a request, or withdraw one's own: nothing is done."""
        work = self._workspace
        if number.record is not None:
            return voiding.reject_void(work.office, number, reason, work.acting())
        request = reject_request(work.store, number, reason, KINDS, work.acting())
        work.reopen()
        return request
