"""Units, people and customers: ``rmdocs unit``, ``person``, ``customer``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from rmdocs import folders
from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, EXISTING_FILE, NamedChoice, json_option
from rmdocs.cli.printing import ROLES, save_report, xlsx_option
from rmdocs.identifiers import StaffNumber, UnitCode
from rmdocs.messages import Verbatim, message
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.staff import Person


@command("add")
@argument("code", metavar="CODE", help="Code of the unit, such as JN01.")
@option("--name", required=True, metavar="TEXT", help="Short name, such as 济南示例支行.")
@option("--full-name", required=True, metavar="TEXT", help="The registered name in full.")
@pass_session
def unit_add(session: Session, code: str, name: str, full_name: str) -> None:
    """Enter a unit, or a change, in the register."""
    from rmdocs.workspace import people

    people.add_unit(session.workspace(), UnitCode.parse(code), name, full_name)
    click.echo(session.say(message("entered {entry}", entry=f"{code} {name}")))


_UNIT_HEADINGS = (message("code"), message("name"), message("full name"))


@command("list")
@json_option
@pass_session
def unit_list(session: Session, *, as_json: bool) -> None:
    """List the units."""
    from rmdocs.workspace import people

    known = people.units(session.workspace())
    if as_json:
        for unit in known:
            printing.echo_answer(unit, session)
        return
    rows = [(str(unit.code), unit.name, unit.full_name) for unit in known]
    printing.echo_table(_UNIT_HEADINGS, rows, session.language)


@command("add")
@argument("staff_no", metavar="STAFF_NO", help="Staff number, such as JN01-0101.")
@option("--name", required=True, metavar="TEXT", help="The person's name.")
@option("--unit", required=True, metavar="CODE", help="Code of the unit, such as JN01.")
@option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    type=NamedChoice(ROLES),
    help="A role the person holds; may be given again.",
)
@option(
    "--key",
    type=EXISTING_FILE,
    metavar="FILE",
    help="The person's public key, a .pub file, made on their own machine.",
)
@pass_session
def person_add(
    session: Session,
    staff_no: str,
    name: str,
    unit: str,
    roles: Sequence[str],
    key: Path | None,
) -> None:
    """Enter a person, or a change, in the register.

    Earlier entries stay; the last one rules. The person makes a key with
    rmdocs key new on their own machine and gives you the .pub file beside it
    (--key); a key that lies on this machine is found by itself. Who has a key
    in the register needs none for a change.
    """
    from rmdocs.workspace import people

    number = StaffNumber.parse(staff_no)
    line = None if key is None else folders.whole(key).data.decode(errors="replace")
    told = people.add(
        session.workspace(), number, name, unit=UnitCode.parse(unit), roles=roles, public_key=line
    )
    printing.echo_findings(told, session.language, err=True)
    click.echo(session.say(message("entered {entry}", entry=f"{number} {name}")))


@command("leave")
@argument("staff_no", metavar="STAFF_NO", help="Staff number, such as JN01-0101.")
@option("--on", type=DATE, help="The last day at the unit; today unless given.")
@pass_session
def person_leave(session: Session, staff_no: str, on: datetime | None) -> None:
    """Enter that a person has left.

    They hold no role and no key from then on. What they did stays good, and
    records of the days before may still name them.
    """
    from rmdocs.workspace import people

    number = StaffNumber.parse(staff_no)
    person = people.leave(session.workspace(), number, on.date() if on else None)
    click.echo(session.say(message("entered {entry}", entry=f"{number} {person.name}")))


_PERSON_HEADINGS = (
    message("staff number"),
    message("name"),
    message("unit"),
    message("keys"),
    message("roles"),
)


@command("list")
@json_option
@pass_session
def person_list(session: Session, *, as_json: bool) -> None:
    """List the staff and their roles."""
    from rmdocs.workspace import people

    known = people.staff(session.workspace())
    if as_json:
        for person in known:
            printing.echo_answer(person, session)
        return
    printing.echo_table(
        _PERSON_HEADINGS, [_row(person, session) for person in known], session.language
    )


def _row(person: Person, session: Session) -> tuple[str, ...]:
    roles = session.say(role_names(sorted(person.roles)))
    return (
        str(person.staff_no),
        person.name,
        str(person.unit),
        str(len(person.keys)),
        session.say(message("left on {day}", day=person.left)) if person.left else roles,
    )


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
    from rmdocs.workspace import people

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
    customer, findings = people.change_customer(session.workspace(), uscc.strip().upper(), facts)
    printing.echo_findings(findings, session.language, err=True)
    entry = f"{customer.uscc} {customer.name}"
    click.echo(session.say(message("entered {entry}", entry=entry)))


@command("list")
@xlsx_option
@json_option
@pass_session
def customer_list(session: Session, xlsx: Path | None, *, as_json: bool) -> None:
    """List the customers."""
    from rmdocs.workspace import people, registers

    if xlsx is not None:
        save_report(registers.report(session.workspace(), "customers"), xlsx, session)
        return
    known = people.customers(session.workspace())
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
    from rmdocs.workspace import people

    found = people.customer_history(session.workspace(), uscc.strip())
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
