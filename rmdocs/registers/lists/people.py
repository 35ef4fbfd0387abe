"""人员登记册 and 机构登记册: who and what the registers held on a day, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.events.records import Unit
from rmdocs.messages import message
from rmdocs.registers.ledgers import BY_EVENTS, Ledgers
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import Listing
from rmdocs.registers.names import role_names
from rmdocs.registers.people import Person, StaffRegister
from rmdocs.reports.report import Cell, Column, ColumnKind, Report
from rmdocs.store.keys import PublicKey

if TYPE_CHECKING:
    from rmdocs.identifiers import UnitCode

STAFF, UNITS = "staff", "units"
_ENTRY = (
    Column(name="since", title=message("entered first"), kind=ColumnKind.DATE, width=11),
    Column(name="entered", title=message("entry of"), kind=ColumnKind.DATE, width=11),
    Column(name="entered_by", title=message("entered by"), width=11),
)
_STAFF_LISTING = Listing(
    name=STAFF,
    title=message("Register of staff"),
    columns=(
        Column(name="staff_no", title=message("staff number"), width=11),
        Column(name="name", title=message("name"), width=10),
        Column(name="unit", title=message("unit"), width=6),
        Column(name="roles", title=message("roles"), width=16),
        Column(name="keys", title=message("fingerprints of keys"), width=53),
        *_ENTRY,
    ),
)
_UNIT_LISTING = Listing(
    name=UNITS,
    title=message("Register of units"),
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
    return _STAFF_LISTING.of(
        ledgers,
        rows,
        BY_EVENTS,
        message("the last key of a person signs; the earlier ones still verify"),
    )


def unit_list(ledgers: Ledgers) -> Report:
    """Return the units, by the last entry before the day's end."""
    units = StaffRegister(head=ledgers.then).units() if ledgers.then is not None else ()
    return _UNIT_LISTING.of(ledgers, (_unit_row(ledgers, unit) for unit in units), BY_EVENTS)


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
