"""The register of customers, and what is entered in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rmdocs.control.staff import enter_customer
from rmdocs.findings import Finding
from rmdocs.registers.customers import CustomerEntry, CustomerHistory, CustomerRegister

if TYPE_CHECKING:
    from rmdocs.registers.customers import Customer
    from rmdocs.workspace.opening import Workspace


def enter(
    workspace: Workspace, uscc: str, facts: Mapping[str, object]
) -> tuple[Customer, list[Finding]]:
    """Enter a customer, or a change; see :func:`~rmdocs.control.staff.enter_customer`."""
    entered = enter_customer(workspace.store, uscc, facts, workspace.acting())
    workspace.refresh()
    return entered


def known(workspace: Workspace) -> list[Customer]:
    """Return all customers, by code."""
    return list(_register(workspace).all())


def get(workspace: Workspace, uscc: str) -> Customer:
    """Return a customer.

    :raises ControlError: if it is not in the register.
    """
    return _register(workspace).customer(uscc)


def history(workspace: Workspace, uscc: str) -> CustomerHistory:
    """Return a customer with every entry of it.

    :raises ControlError: if it is not in the register.
    """
    customer = get(workspace, uscc)
    entries = (
        CustomerEntry(
            time=workspace.local(event.time),
            staff_no=event.actor.staff_no,
            by=event.actor.name,
            customer=entry,
        )
        for event, entry in _register(workspace).history(customer.uscc)
    )
    return CustomerHistory(customer=customer, entries=tuple(entries))


def _register(workspace: Workspace) -> CustomerRegister:
    return CustomerRegister(workspace.registry.control)
