"""``rmdocs customer add``."""

from __future__ import annotations

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.messages import message

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
    customer, findings = session.workspace().customers.enter(uscc.strip().upper(), facts)
    printing.echo_findings(findings, session.language, err=True)
    entry = f"{customer.uscc} {customer.name}"
    click.echo(session.say(message("entered {entry}", entry=entry)))
