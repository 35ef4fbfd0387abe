"""Holds against disposal: ``rmdocs hold``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, NamedChoice, json_option
from rmdocs.cli.printing import echo_report, xlsx_option
from rmdocs.errors import UsageError
from rmdocs.identifiers import HoldNumber
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
@option("--kind", required=True, type=NamedChoice(hold_kinds()), help="Why, in a word.")
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
    from rmdocs.workspace import disposition

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
    hold = disposition.place_hold(session.workspace(), named[0], kind, reason)
    click.echo(
        session.say(message("placed {hold} on {held}", hold=hold.number, held=named[0].value))
    )


@command("lift")
@argument("hold", metavar="HOLD", help="Number of the hold, such as H2026-0001.")
@option("--reason", required=True, metavar="TEXT", help="Why it no longer stands.")
@pass_session
def hold_lift(session: Session, hold: str, reason: str) -> None:
    """Lift a hold that somebody else placed."""
    from rmdocs.workspace import disposition

    lifted = disposition.lift_hold(session.workspace(), HoldNumber.parse(hold), reason)
    click.echo(session.say(message("lifted {hold}", hold=lifted.number)))


@command("list")
@option("--all", "lifted", is_flag=True, help="Those lifted too.")
@option("--as-of", type=DATE, metavar="DATE", help="As it was at the end of that day.")
@xlsx_option
@json_option
@pass_session
def hold_list(
    session: Session, as_of: datetime | None, xlsx: Path | None, *, lifted: bool, as_json: bool
) -> None:
    """List the holds.

    What is held, why, and by whom.
    """
    from rmdocs.workspace import disposition

    day = as_of.date() if as_of else None
    report = disposition.holds(session.workspace(), lifted=lifted, on=day)
    echo_report(report, session, as_json=as_json, xlsx=xlsx)
