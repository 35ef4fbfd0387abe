"""Units, staff and customers are entered and change: one event each on the control ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.characters import fold
from rmdocs.control.actingperson import REVOCATION_CLAUSE
from rmdocs.control.policy import control_locked, policy_in_force
from rmdocs.errors import ControlError, FindingsError
from rmdocs.events.control import CustomerEntered, PersonEntered, UnitEntered
from rmdocs.events.records import Unit
from rmdocs.findings import Finding, has_errors, warning
from rmdocs.messages import by_command, listed, message
from rmdocs.registers.customers import (
    CUSTOMERS,
    Customer,
    CustomerRegister,
    check_customer,
)
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.ledgerkeys import founder_ended, founder_is_gone
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.revocations import RevocationRegister, fingerprint
from rmdocs.registers.staff import FOUNDER, ROLES, Person, StaffRegister, entry_path
from rmdocs.store.commits import email
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile
from rmdocs.values import blank, require_line, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from rmdocs.canonical import JsonObject
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.events.facts import EventFacts
    from rmdocs.identifiers import StaffNumber
    from rmdocs.store.head import LedgerStore
    from rmdocs.store.protocol import Head, Receipt, Store

JSON_TYPE = "application/json"

_LONGEST_NAME, _LONGEST_FULL_NAME = 60, 120
"""Characters of a person's or a unit's name, and of a unit's in full: as of a customer's."""


def unit_event(unit: Unit, entry: int = 1) -> NewEvent:
    """Return the event that writes a unit's register entry.

    :raises FindingsError: if a name is not read as it is.
    """
    return _entry("units", UnitEntered(), str(unit.code), entry, unit.to_json())


def person_event(person: Person, entry: int = 1) -> NewEvent:
    """Return the event that writes a person's register entry.

    :raises FindingsError: if a name is not read as it is.
    """
    return _entry("people", PersonEntered(), str(person.staff_no), entry, person.to_json())


def add_unit(store: Store, unit: Unit, acting: ActingPerson) -> Receipt:
    """Enter a unit, or a change of it, in the register.

    :raises ControlError: if the actor may not keep the register.
    :raises FindingsError: if a name is not one line that fits where it is printed.
    """
    require_line(unit.name, "$.name", _LONGEST_NAME)
    require_line(unit.full_name, "$.full_name", _LONGEST_FULL_NAME)
    with store.locked(CONTROL_REF) as branch:
        policy_in_force(branch.require_head()).require(acting, "unit.enter")
        entry = StaffRegister(head=branch.require_head()).next_entry("units", str(unit.code))
        return acting.seal(branch, (unit_event(unit, entry),))


def add_person(store: Store, person: Person, acting: ActingPerson) -> Receipt:
    """Enter a person, or a change of role or key, in the register.

    :raises ControlError: if the actor may not, the unit or a role is unknown,
        the key already belongs to somebody else or was revoked, a person is a key, or the
        person is entered already under the same digits.
    :raises FindingsError: if the name is not one line that fits where it is printed.
    """
    require_line(person.name, "$.name", _LONGEST_NAME)
    require_known_roles(person)
    with store.locked(CONTROL_REF) as branch:
        policy_in_force(branch.require_head()).require(acting, "person.enter")
        register = StaffRegister(head=branch.require_head())
        if person.staff_no == FOUNDER and founder_ended(branch.require_head()):
            raise founder_is_gone(acting.today)
        register.unit(person.unit)
        _require_own_keys(register, person)
        _require_good_keys(register, person)
        _require_no_other_self(register, person)
        entry = register.next_entry("people", str(person.staff_no))
        return acting.seal(branch, (person_event(person, entry),))


def leave(store: Store, staff_no: StaffNumber, last_day: date, acting: ActingPerson) -> Person:
    """Enter that a person has left; they have neither role nor key from then on.

    :raises ControlError: if the actor may not, nobody has the number or they have
        left already, or the last day is still to come or before they were entered.
    """
    with store.locked(CONTROL_REF) as branch:
        policy_in_force(branch.require_head()).require(acting, "person.enter")
        register = StaffRegister(head=branch.require_head())
        person = register.person(staff_no)
        if person.left is not None:
            raise ControlError(
                message("{name} left on {day}", name=person.name, day=person.left),
                by_command(message("enter whoever comes back anew"), "rmdocs person add"),
            )
        if last_day > acting.today:
            raise ControlError(
                message("the last day, {day}, is still to come", day=last_day),
                message("enter it once the person has left"),
            )
        # What they did between such a day and now would count as done after they had left.
        since = register.since(person, zone_of(branch.require_head()))
        if last_day < since:
            raise ControlError(
                message(
                    "the last day, {day}, is before {name} was entered, on {since}",
                    day=last_day,
                    name=person.name,
                    since=since,
                ),
                message("look at the year again; the day of the entry is the first that can be"),
            )
        gone = replace(person, roles=frozenset(), keys=(), left=last_day)
        acting.seal(branch, (person_event(gone, register.next_entry("people", str(staff_no))),))
        return gone


def require_known_roles(person: Person) -> None:
    """Refuse roles that rmdocs does not know.

    :raises ControlError: naming the roles.
    """
    unknown = sorted(person.roles - set(ROLES))
    if unknown or not person.roles:
        raise ControlError(
            message("unknown role: {roles}", roles=listed(unknown or ["-"])),
            message("roles are: {roles}", roles=role_names(ROLES)),
        )


def _require_own_keys(register: StaffRegister, person: Person) -> None:
    mine = {tuple(line.split()[:2]) for line in person.keys}
    for other in register.people():
        # Once somebody's, for ever: what they did is known by it.
        theirs = {tuple(line.split()[:2]) for line in register.keys(other.staff_no)}
        if other.staff_no != person.staff_no and mine & theirs:
            raise ControlError(
                message(
                    "this key belongs to {name} ({staff_no})",
                    name=other.name,
                    staff_no=other.staff_no,
                ),
                by_command(message("make each person a key of their own"), "rmdocs key new"),
            )


def write_signers(store: LedgerStore, control: Head) -> None:
    """Write the file by which plain git knows the signers, and until when each key was one."""
    register, revoked = StaffRegister(head=control), RevocationRegister.of(control)
    store.write_signers(
        {email(str(one.staff_no)): register.keys(one.staff_no) for one in register.people()},
        # The first revocation of a key is the one that counts.
        {one.said.fingerprint: one.event.time for one in reversed(revoked.all)},
    )


def _require_good_keys(register: StaffRegister, person: Person) -> None:
    """Refuse keys that were revoked: for ever, whoever would like them back."""
    revoked = register.revocations(person.staff_no)
    for line in person.keys:
        if revoked.revoked(fingerprint(line)) is not None:
            raise ControlError(
                message(
                    "the key {fingerprint} of {name} ({staff_no}) was revoked: it cannot be"
                    " entered again",
                    fingerprint=fingerprint(line),
                    name=person.name,
                    staff_no=person.staff_no,
                ),
                by_command(
                    message(
                        "have the person make a new key, once the file of the old one is moved away"
                    ),
                    message("rmdocs key new {staff_no}", staff_no=person.staff_no),
                ),
                clause=REVOCATION_CLAUSE,
            )


def _namesakes(register: StaffRegister, person: Person) -> list[Person]:
    """Return the others who have not left and whose name is read the same."""
    return [
        other
        for other in register.people()
        if other.staff_no != person.staff_no
        and other.left is None
        and fold(other.name) == fold(person.name)
    ]


def namesake_findings(register: StaffRegister, person: Person) -> list[Finding]:
    """Return a warning for each other person of the same name."""
    return [
        warning(
            "STAFF-NAMESAKE",
            str(person.staff_no),
            message(
                "{name} is also the name of {staff_no}", name=person.name, staff_no=other.staff_no
            ),
            message("make sure that they are two people: one person has one number"),
        )
        for other in _namesakes(register, person)
    ]


def _require_no_other_self(register: StaffRegister, person: Person) -> None:
    """Refuse a second entry of one person: under two numbers they would be two people.

    Who moves to another unit keeps the digits of their number.
    """
    for other in _namesakes(register, person):
        if other.staff_no.serial == person.staff_no.serial:
            raise ControlError(
                message(
                    "{name} is entered already, as {staff_no}",
                    name=other.name,
                    staff_no=other.staff_no,
                ),
                by_command(
                    message(
                        "if they have moved, enter that they left there; else check the number"
                    ),
                    message("rmdocs person leave {staff_no}", staff_no=other.staff_no),
                ),
            )


def _entry(directory: str, facts: EventFacts, name: str, entry: int, value: JsonObject) -> NewEvent:
    if findings := (*unreadable(value), *blank(value)):
        raise FindingsError(findings)
    path = entry_path(directory, name, entry)
    return NewEvent(
        facts=facts,
        subject=name,
        directory=f"{directory}/{name}",
        files=(NewFile(path=path, data=canonical.encode(value), media_type=JSON_TYPE),),
    )


def enter_customer(
    store: Store, uscc: str, facts: Mapping[str, object], acting: ActingPerson
) -> tuple[Customer, list[Finding]]:
    """Enter a customer, or what has changed of one; return it with the warnings.

    :param facts: by the names of the register; None takes a fact away, and what
        is not named stays as it was.
    :raises ControlError: if the actor may not, or nothing is changed.
    :raises FindingsError: if the entry is wrong.
    """
    with control_locked(store, acting) as (branch, policy):
        policy.require(acting, "customer.enter")
        register = CustomerRegister(branch.require_head())
        earlier = register.find(uscc)
        known = earlier or Customer(uscc=uscc, name="", facts={})
        value = {name: fact for name, fact in known.changed(facts).to_json().items() if fact != ""}
        customer, findings = check_customer(value)
        if has_errors(findings):
            raise FindingsError(tuple(findings))
        if earlier == customer:
            raise ControlError(
                message("{uscc} {name} stands in the register so", uscc=uscc, name=customer.name),
                message("name what has changed"),
            )
        acting.seal(branch, (_new_event(register, customer),))
    return customer, findings


def _new_event(register: CustomerRegister, customer: Customer) -> NewEvent:
    path, data = register.next_path(customer.uscc), canonical.encode(customer.to_json())
    return NewEvent(
        facts=CustomerEntered(),
        subject=customer.uscc,
        directory=f"{CUSTOMERS}/{customer.uscc}",
        files=(NewFile(path=path, data=data, media_type=JSON_TYPE),),
    )
