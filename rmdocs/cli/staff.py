"""Units, people, their keys, and customers: ``rmdocs unit``, ``person``, ``key``, ``customer``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.control import echo_request
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, EXISTING_FILE, MOMENT, NamedChoice, json_option
from rmdocs.cli.printing import ROLES, save_report, xlsx_option
from rmdocs.cli.revision import reason_option
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
    line = key.read_bytes().decode(errors="replace") if key is not None else None
    told = people.add(session.workspace(), number, name, UnitCode.parse(unit), roles, line)
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


@command("new")
@argument("staff_no", metavar="STAFF_NO", help="Staff number, such as JN01-0101.")
@pass_session
def key_new(session: Session, staff_no: str) -> None:
    """Make a person's signing key.

    A passphrase is asked for that locks it (or taken from RMDOCS_PASSPHRASE).
    The private key stays on this machine and never enters the store. Its
    public half, the .pub file beside it, counts once it is entered in the
    register of staff (see: rmdocs person add).
    """
    from rmdocs.workspace import people

    number = StaffNumber.parse(staff_no)
    key = people.new_key(session.workspace(), number, session.new_passphrase(str(number)))
    said = message("key {fingerprint} in {path}", fingerprint=key.fingerprint, path=key.path)
    click.echo(session.say(said))


@command("revoke")
@argument("staff_no", metavar="STAFF_NO", help="Staff number, such as JN01-0101.")
@reason_option
@option(
    "--from",
    "since",
    type=MOMENT,
    metavar="TIME",
    help="Since when the key may have been in other hands: its acts since are in doubt.",
)
@option(
    "--key",
    default="",
    metavar="TEXT",
    help="The fingerprint of the key, or its beginning, if the person has several.",
)
@json_option
@pass_session
def key_revoke(
    session: Session,
    staff_no: str,
    reason: str,
    since: datetime | None,
    key: str,
    *,
    as_json: bool,
) -> None:
    """Revoke a signing key that is lost, was copied, or is no longer used.

    How many acts each ledger has now is sealed: whatever the key signs beyond
    that is a fault, whatever date it bears. Your own key you revoke yourself,
    with it or with a new one; somebody else's takes a second person (see:
    rmdocs approve). Then make a new key (rmdocs key new) and have it entered
    (rmdocs person add). What is in doubt its owner confirms with the new one:
    rmdocs key confirm.
    """
    from rmdocs.workspace import keys

    number = StaffNumber.parse(staff_no)
    done = keys.revoke(session.workspace(), number, reason, since, key)
    if as_json:
        printing.echo_answer(done, session)
        return
    if done.request is not None:
        echo_request(done.request, session, as_json=False)
        return
    said = message(
        "revoked: key {fingerprint} of {name} ({staff_no}); {count} act(s) in doubt",
        fingerprint=done.fingerprint,
        name=done.name,
        staff_no=done.staff_no,
        count=done.in_doubt,
    )
    click.echo(session.say(said))
    if done.next_step is not None:
        click.echo(f"    → {session.say(done.next_step)}")


_ACT_HEADINGS = (
    message("number of the act"),
    message("time"),
    message("what was done"),
    message("about"),
    message("why"),
)


@command("confirm")
@argument(
    "acts",
    metavar="[ACT]...",
    nargs=-1,
    help="Acts as they are listed, such as RXD7200-02/JN01/2026/1:3.",
)
@option("--all", "everything", is_flag=True, help="All that are listed.")
@option("--reason", default="", metavar="TEXT", help="Why; it stays on record.")
@json_option
@pass_session
def key_confirm(
    session: Session, acts: Sequence[str], reason: str, *, everything: bool, as_json: bool
) -> None:
    """Confirm that you did what a revoked key of yours signed.

    Without ACT or --all it lists what waits for you: what the key signed since
    it may have been in other hands, and what it signed after it was revoked,
    on a machine that had not heard of it. Confirm what you did yourself, with
    your new key; have the rest voided.
    """
    from rmdocs.workspace import keys

    work = session.workspace()
    wanted = bool(acts) or everything
    found = keys.confirm(work, reason, acts) if wanted else keys.questioned(work)
    if as_json:
        for one in found:
            printing.echo_answer(one, session)
        return
    rows = [
        (
            one.act,
            one.time.strftime("%Y-%m-%d %H:%M"),
            session.say(one.told),
            one.subject,
            session.say(one.why),
        )
        for one in found
    ]
    printing.echo_table(_ACT_HEADINGS, rows, session.language)
    if wanted:
        click.echo(session.say(message("{count} act(s) confirmed", count=len(found))))


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
