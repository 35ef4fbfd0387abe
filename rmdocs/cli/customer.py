"""Customers: ``rmdocs customer``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import json_option
from rmdocs.cli.printing import save_report, xlsx_option
from rmdocs.messages import Verbatim, message

_REPRESENTATIVE, _HEAD = "法定代表人", "负责人"


@command("add")
@argument("uscc", metavar="CODE", help="The customer's unified social credit code.")
@option("--name", metavar="TEXT", help="Full name as on the business licence.")
@option("--category", metavar="TEXT", help="重要, 常规 or 潜在.")
@option("--address", metavar="TEXT", help="Address as on the business licence.")
@option("--postcode", metavar="TEXT", help="Postcode of the address, six digits.")
@option("--representative", metavar="TEXT", help="Name of the legal representative.")
@option("--head", metavar="TEXT", help="Name of the person in charge, where there is none.")
@option("--phone", metavar="TEXT", help="Phone, such as 0531-55510010.")
@option("--fax", metavar="TEXT", help="Fax, such as 0531-55510011.")
@pass_session
def customer_add(
    session: Session,
    uscc: str,
    name: str | None,
    category: str | None,
    address: str | None,
    postcode: str | None,
    representative: str | None,
    head: str | None,
    phone: str | None,
    fax: str | None,
) -> None:
    """Enter a customer, or what has changed of one.

    What is not given stays as it was; an empty text takes a fact away. Earlier
    entries stay; the last one rules.
    """
    from rmdocs.workspace import customers

    plain = {
        "name": name,
        "category": category,
        "domicile": address,
        "postcode": postcode,
        "phone": phone,
        "fax": fax,
    }
    facts: dict[str, object] = {
        key: fact or None for key, fact in plain.items() if fact is not None
    }
    for title, person in ((_HEAD, head), (_REPRESENTATIVE, representative)):
        if person is not None:
            facts["representative"] = {"title": title, "name": person} if person else None
    customer, findings = customers.enter(session.workspace(), uscc.strip().upper(), facts)
    printing.echo_findings(findings, session.language, err=True)
    entry = f"{customer.uscc} {customer.name}"
    click.echo(session.say(message("entered {entry}", entry=entry)))


@command("list")
@xlsx_option
@json_option
@pass_session
def customer_list(session: Session, xlsx: Path | None, *, as_json: bool) -> None:
    """List the customers."""
    from rmdocs.workspace import customers, registers

    if xlsx is not None:
        save_report(registers.report(session.workspace(), "customers"), xlsx, session)
        return
    known = customers.known(session.workspace())
    if as_json:
        for customer in known:
            printing.echo_answer(customer, session)
        return
    printing.echo_table(
        (message("unified social credit code"), message("category"), message("customer")),
        [(one.uscc, str(one.facts.get("category", "")), one.name) for one in known],
        session.language,
    )


@command("show")
@argument("uscc", metavar="CODE", help="The customer's unified social credit code.")
@json_option
@pass_session
def customer_show(session: Session, uscc: str, *, as_json: bool) -> None:
    """Show a customer as the register has it, and who entered what when."""
    from rmdocs.registers.customers import customer_schema
    from rmdocs.workspace import customers

    found = customers.history(session.workspace(), uscc.strip())
    if as_json:
        printing.echo_answer(found, session)
        return
    known = found.customer.to_json()
    facts = [
        (Verbatim(field.title), _text(known.get(field.name)))
        for field in customer_schema().root.children
    ]
    printing.echo_facts(facts, session.language)
    for entry in found.entries:
        told = message(
            "{time}  entered by {name} {staff_no}: {customer}",
            time=entry.time.strftime("%Y-%m-%d %H:%M"),
            name=entry.by,
            staff_no=entry.staff_no,
            customer=entry.customer.name,
        )
        click.echo(session.say(told))


def _text(fact: object) -> str:
    if isinstance(fact, dict):
        return " ".join(str(part) for part in fact.values())
    return "" if fact is None else str(fact)
