"""The register of customers in a workspace: who enters what, and reading it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rmdocs.control.staff import enter_customer
from rmdocs.registers.customers import CustomerRegister

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.registers.customers import Customer
    from rmdocs.store.event import Event
    from rmdocs.workspace.opening import Workspace


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
