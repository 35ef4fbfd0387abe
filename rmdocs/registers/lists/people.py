"""Lists of what control enters: units, staff, customers, working days, each as of a day.

机构登记册, 人员登记册, 客户登记册 and 工作日历登记, and since when an entry has ruled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.events.records import Unit
from rmdocs.messages import Joined, listed, message
from rmdocs.registers.approvalrequests import decided_by
from rmdocs.registers.customers import CUSTOMERS, Customer, CustomerRegister
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import BY_EVENTS, Ledgers, Listing
from rmdocs.registers.officetime import CALENDAR, CalendarRegister
from rmdocs.registers.staff import Person, StaffRegister
from rmdocs.reports.report import Cell, Column, ColumnKind, Report
from rmdocs.store.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from rmdocs.identifiers import UnitCode
    from rmdocs.registers.officetime import YearEntry


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
        message("the last key of a person signs; the earlier ones still verify"),
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
        "\n".join(PublicKey.parse(line).fingerprint for line in person.keys),
        *_entries(ledgers, f"people/{person.staff_no}"),
    )


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
