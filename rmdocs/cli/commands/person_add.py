"""``rmdocs person add``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.printing import ROLES
from rmdocs.identifiers import StaffNumber, UnitCode
from rmdocs.messages import message


@command("add")
@argument("staff_no", metavar="STAFF_NO", help="Staff number, such as JN01-0101.")
@option("--name", required=True, metavar="TEXT", help="The person's name.")
@option("--unit", required=True, metavar="CODE", help="Code of the unit, such as JN01.")
@option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    type=click.Choice(list(ROLES)),
    help="A role the person holds; may be given again.",
)
@pass_session
def person_add(session: Session, staff_no: str, name: str, unit: str, roles: Sequence[str]) -> None:
    """Enter a person, or a change, in the register.

    Earlier entries stay; the last one rules. The person's public key is
    entered with them if it is on this machine (see: rmdocs key new).
    """
    number = StaffNumber.parse(staff_no)
    session.workspace().add_person(number, name, UnitCode.parse(unit), roles)
    click.echo(session.say(message("entered {entry}", entry=f"{number} {name}")))
