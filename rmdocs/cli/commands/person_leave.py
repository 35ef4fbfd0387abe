"""``rmdocs person leave``."""

from __future__ import annotations

from datetime import datetime

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import message


@command("leave")
@argument("staff_no", metavar="STAFF_NO", help="Staff number, such as JN01-0101.")
@option("--on", type=DATE, help="The last day at the unit; today unless given.")
@pass_session
def person_leave(session: Session, staff_no: str, on: datetime | None) -> None:
    """Enter that a person has left.

    They hold no role and no key from then on. What they did stays good, and
    records of the days before may still name them.
    """
    number = StaffNumber.parse(staff_no)
    person = session.workspace().leave(number, on.date() if on else None)
    click.echo(session.say(message("entered {entry}", entry=f"{number} {person.name}")))
