"""客户登记册: the customers the register held on a day, and since when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.messages import message
from rmdocs.registers.customers import CUSTOMERS, Customer, CustomerRegister
from rmdocs.registers.ledgers import BY_EVENTS, Ledgers
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import Listing
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = CUSTOMERS
_LISTING = Listing(
    name=NAME,
    title=message("Register of customers"),
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
    return _LISTING.of(
        ledgers,
        (_row(ledgers, customer) for customer in CustomerRegister(ledgers.then).all()),
        BY_EVENTS,
    )


def representative(facts: Mapping[str, object]) -> str:
    """Return who represents a customer, and as what; empty if nobody is known."""
    found = facts.get("representative")
    return f"{found['name']}\n{found['title']}" if isinstance(found, dict) else ""


def _row(ledgers: Ledgers, customer: Customer) -> tuple[Cell, ...]:
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
