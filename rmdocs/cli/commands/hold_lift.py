"""``rmdocs hold lift``."""

from __future__ import annotations

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.identifiers import HoldNumber
from rmdocs.messages import message


@command("lift")
@argument("hold", metavar="HOLD", help="Number of the hold, such as H2026-0001.")
@option("--reason", required=True, metavar="TEXT", help="Why it no longer stands.")
@pass_session
def hold_lift(session: Session, hold: str, reason: str) -> None:
    """Lift a hold that somebody else placed."""
    lifted = session.workspace().disposition.lift_hold(HoldNumber.parse(hold), reason)
    click.echo(session.say(message("lifted {hold}", hold=lifted.number)))
