"""Staff, units, their keys and customers, and what is entered of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.control import staff as procedure
from rmdocs.control.staff import enter_customer
from rmdocs.events.records import Unit
from rmdocs.findings import Finding
from rmdocs.registers.customers import CustomerEntry, CustomerHistory, CustomerRegister
from rmdocs.registers.staff import Person
from rmdocs.store.keys import PublicKey
from rmdocs.workspace.answers import NewKey

if TYPE_CHECKING:
    from rmdocs.identifiers import StaffNumber, UnitCode
    from rmdocs.registers.customers import Customer
    from rmdocs.workspace.opening import Workspace


def staff(workspace: Workspace) -> list[Person]:
    """Return the register of staff."""
    return list(workspace.registry.staff.people())


def able(workspace: Workspace, act: str) -> list[Person]:
    """Return the people whose role lets them do an act of the policy, without those who left."""
    roles = set(workspace.registry.policy.acts[act])
    return [one for one in staff(workspace) if one.left is None and one.roles & roles]


def units(workspace: Workspace) -> list[Unit]:
    """Return the register of units."""
    return list(workspace.registry.staff.units())


def add(  # noqa: PLR0913, PLR0917 - what an entry says
    workspace: Workspace,
    staff_no: StaffNumber,
    name: str,
    unit: UnitCode,
    roles: Sequence[str],
    public_key: str | None = None,
) -> list[Finding]:
    """Enter a person, or what has changed of one; return what is to be asked about it.

    :param public_key: the line of a key made on another machine; without it
        the key that lies here is entered, or the keys entered before stay.
    :raises ControlError: if there is no key at all, or the actor may not.
    :raises StoreError: if it is not a public key.
    """
    earlier = workspace.registry.staff.find_person(staff_no)
    known = earlier.keys if earlier is not None else ()
    if public_key is not None:
        line = PublicKey.parse(public_key).line
    elif known and not workspace.keys.path(str(staff_no)).is_file():
        line = known[-1]
    else:
        line = workspace.keys.load(str(staff_no)).public_line
    kept = [one for one in known if one != line]
    person = Person(
        staff_no=staff_no, name=name, unit=unit, roles=frozenset(roles), keys=(*kept, line)
    )
    procedure.add_person(workspace.store, person, workspace.acting())
    workspace.refresh()
    procedure.write_signers(workspace.store, workspace.registry.control)
    return procedure.namesake_findings(workspace.registry.staff, person) if earlier is None else []


def leave(workspace: Workspace, staff_no: StaffNumber, on: date | None = None) -> Person:
    """Enter that a person has left; return their entry.

    :param on: their last day; today where it is not given.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, nobody has the number or they have left
        already, or the last day is still to come or before they were entered.
    """
    day = on or workspace.today()
    with workspace.act() as acting:
        return procedure.leave(workspace.store, staff_no, day, acting)


def add_unit(workspace: Workspace, code: UnitCode, name: str, full_name: str) -> None:
    """Enter a unit.

    :param code: such as ``JN01``. :param name: as lists have it; ``full_name`` as documents do.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not.
    :raises FindingsError: if a name is not one line that fits where it is printed.
    """
    procedure.add_unit(
        workspace.store, Unit(code=code, name=name, full_name=full_name), workspace.acting()
    )
    workspace.refresh()


def new_key(workspace: Workspace, staff_no: StaffNumber, passphrase: bytes | None = None) -> NewKey:
    """Make a key for a person on this machine.

    :param passphrase: what is to lock it; None to ask as for any other.
    :raises UsageError: if the workspace is the bundle of a year.
    :raises ControlError: if there is one already.
    """
    workspace.require_whole()
    key = workspace.keys.create(str(staff_no), passphrase)
    return NewKey(path=workspace.keys.path(str(staff_no)), fingerprint=key.fingerprint)


def change_customer(
    workspace: Workspace, uscc: str, facts: Mapping[str, object]
) -> tuple[Customer, list[Finding]]:
    """Enter a customer, or a change; see :func:`~rmdocs.control.staff.enter_customer`.

    :param uscc: 统一社会信用代码 (GB 32100), 18 signs.
    :param facts: what is said anew, by the names of a :class:`Customer`'s facts; the rest stays.
    :return: the customer as they stand now, and what was noticed.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, or nothing is changed.
    :raises FindingsError: with everything wrong in the entry.
    """
    with workspace.act() as acting:
        return enter_customer(workspace.store, uscc, facts, acting)


def customers(workspace: Workspace) -> list[Customer]:
    """Return all customers, by code."""
    return list(_customers(workspace).all())


def customer(workspace: Workspace, uscc: str) -> Customer:
    """Return a customer.

    :raises ControlError: if it is not in the register.
    """
    return _customers(workspace).customer(uscc)


def customer_history(workspace: Workspace, uscc: str) -> CustomerHistory:
    """Return a customer with every entry of it.

    :raises ControlError: if it is not in the register.
    """
    found = customer(workspace, uscc)
    entries = (
        CustomerEntry(
            time=workspace.local(event.time),
            staff_no=event.actor.staff_no,
            by=event.actor.name,
            customer=entry,
        )
        for event, entry in _customers(workspace).history(found.uscc)
    )
    return CustomerHistory(customer=found, entries=tuple(entries))


def _customers(workspace: Workspace) -> CustomerRegister:
    return CustomerRegister(workspace.registry.control)
