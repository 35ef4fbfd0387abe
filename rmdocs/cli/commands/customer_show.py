"""``rmdocs customer show``."""

from __future__ import annotations

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command
from rmdocs.cli.options import json_option
from rmdocs.messages import Verbatim, message


@command("show")
@argument("uscc", metavar="CODE", help="The customer's unified social credit code.")
@json_option
@pass_session
def customer_show(session: Session, uscc: str, *, as_json: bool) -> None:
    """Show a customer as the register has it, and who entered what when."""
    from rmdocs.registers.customers import customer_schema

    work = session.workspace()
    customers = work.customers
    customer = customers.customer(uscc.strip())
    history = customers.history(customer.uscc)
    if as_json:
        entries = [
            {
                "time": work.local(event.time).isoformat(),
                "staff_no": event.actor.staff_no,
                **entry.to_json(),
            }
            for event, entry in history
        ]
        printing.echo_json({**customer.to_json(), "entries": entries})
        return
    known = customer.to_json()
    facts = [
        (Verbatim(field.title), _text(known.get(field.name)))
        for field in customer_schema().root.children
    ]
    printing.echo_facts(facts, session.language)
    for event, entry in history:
        told = message(
            "{time}  entered by {name} {staff_no}: {customer}",
            time=work.local(event.time).strftime("%Y-%m-%d %H:%M"),
            name=event.actor.name,
            staff_no=event.actor.staff_no,
            customer=entry.name,
        )
        click.echo(session.say(told))


def _text(fact: object) -> str:
    if isinstance(fact, dict):
        return " ".join(str(part) for part in fact.values())
    return "" if fact is None else str(fact)
