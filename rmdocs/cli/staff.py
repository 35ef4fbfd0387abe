"""Units, people and their keys: ``rmdocs unit``, ``person`` and ``key``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, EXISTING_FILE, NamedChoice, json_option
from rmdocs.cli.printing import ROLES
from rmdocs.identifiers import StaffNumber, UnitCode
from rmdocs.messages import message
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

    The private key stays on this machine and never enters the store. Its
    public half, the .pub file beside it, counts once it is entered in the
    register of staff (see: rmdocs person add).
    """
    from rmdocs.workspace import people

    key = people.new_key(session.workspace(), StaffNumber.parse(staff_no))
    said = message("key {fingerprint} in {path}", fingerprint=key.fingerprint, path=key.path)
    click.echo(session.say(said))
