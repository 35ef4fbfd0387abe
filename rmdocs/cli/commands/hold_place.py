"""``rmdocs hold place``."""

from __future__ import annotations

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import Named
from rmdocs.errors import UsageError
from rmdocs.messages import message
from rmdocs.registers.holds import Held, hold_kinds


@command("place")
@option("--record", default="", metavar="NUMBER", help="Hold this record.")
@option(
    "--customer", default="", metavar="CODE", help="Hold all records of the customer of this code."
)
@option(
    "--series",
    default="",
    metavar="SERIES",
    help="Hold all records of a form, unit and year, such as RXD7200-04-JN01-2026.",
)
@option("--kind", required=True, type=Named(hold_kinds()), help="Why, in a word.")
@option(
    "--reason",
    required=True,
    metavar="TEXT",
    help="Which case; it stays in clear for ever, so quote nothing from a record.",
)
@pass_session
def hold_place(
    session: Session, record: str, customer: str, series: str, kind: str, reason: str
) -> None:
    """Hold records against disposal.

    Nothing held is disposed of, whatever the retention schedule says. A hold on
    a customer or a series covers records that are issued later too. It stands
    until somebody else lifts it.
    """
    named = [
        parse(text)
        for parse, text in (
            (Held.record, record),
            (Held.customer, customer),
            (Held.series, series),
        )
        if text
    ]
    if len(named) != 1:
        raise UsageError(
            message("a hold is on a record, a customer or a series"),
            message("give exactly one of --record, --customer, --series"),
        )
    hold = session.workspace().disposition.place_hold(named[0], kind, reason)
    click.echo(
        session.say(message("placed {hold} on {held}", hold=hold.number, held=named[0].value))
    )
