"""``rmdocs calendar show``."""

from __future__ import annotations

from datetime import datetime

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, WholeNumber, json_option
from rmdocs.cli.reports import echo_report


@command("show")
@argument("year", metavar="[YEAR]", type=WholeNumber(1990, 2999), default=None, help="One year.")
@option("--as-of", type=DATE, metavar="DATE", help="As it was at the end of that day.")
@json_option
@pass_session
def calendar_show(
    session: Session, year: int | None, as_of: datetime | None, *, as_json: bool
) -> None:
    """Show which days the calendar moves, by year."""
    from rmdocs.workspace.registers import Asked

    registers = session.workspace().registers
    day = as_of.date() if as_of else None
    report = registers.report("calendar", on=day, asked=Asked(year=year))
    echo_report(report, session, as_json=as_json)
