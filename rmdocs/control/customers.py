"""Customers are entered and change: one event each on the control ledger.

An entry is never edited; a change is a new entry that rules from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.acting import require_key
from rmdocs.control.policy import policy_in_force
from rmdocs.control.staff import JSON_TYPE
from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import Finding, has_errors
from rmdocs.messages import message
from rmdocs.registers.customers import (
    CUSTOMER,
    CUSTOMERS,
    Customer,
    CustomerRegister,
    check_customer,
)
from rmdocs.store.protocol import CONTROL_REF, Deed, NewFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rmdocs.control.acting import Acting
    from rmdocs.store.protocol import Store


def enter_customer(
    store: Store, uscc: str, facts: Mapping[str, object], acting: Acting
) -> tuple[Customer, list[Finding]]:
    """Enter a customer, or what has changed of one; return it with the warnings.

    :param facts: by the names of the register; None takes a fact away, and what
        is not named stays as it was.
    :raises ControlError: if the actor may not, or nothing is changed.
    :raises FindingsError: if the entry is wrong.
    """
    require_key(acting.person, acting.key)
    with store.locked(CONTROL_REF) as branch:
        head = branch.require_head()
        policy_in_force(head).require(acting, "customer.enter")
        register = CustomerRegister(head)
        earlier = register.find(uscc)
        known = earlier or Customer(uscc, "", {})
        value = {name: fact for name, fact in known.changed(facts).to_json().items() if fact != ""}
        customer, findings = check_customer(value)
        if has_errors(findings):
            raise FindingsError(tuple(findings))
        if earlier == customer:
            raise ControlError(
                message("{uscc} {name} stands in the register so", uscc=uscc, name=customer.name),
                message("name what has changed"),
            )
        acting.seal(
            branch,
            (_deed(register, customer),),
            subject_line=f"Enter customer {customer.uscc}",
            trailers={"Event": CUSTOMER, "Customer": customer.uscc},
        )
    return customer, findings


def _deed(register: CustomerRegister, customer: Customer) -> Deed:
    path, data = register.next_path(customer.uscc), canonical.encode(customer.to_json())
    return Deed(
        kind=CUSTOMER,
        subject=customer.uscc,
        directory=f"{CUSTOMERS}/{customer.uscc}",
        files=(NewFile(path=path, data=data, media_type=JSON_TYPE),),
    )
