"""``rmdocs person add``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import EXISTING_FILE, Named
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
    type=Named(ROLES),
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
    number = StaffNumber.parse(staff_no)
    line = key.read_bytes().decode(errors="replace") if key is not None else None
    told = session.workspace().add_person(number, name, UnitCode.parse(unit), roles, line)
    printing.echo_findings(told, session.language, err=True)
    click.echo(session.say(message("entered {entry}", entry=f"{number} {name}")))
