"""``rmdocs hold list``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import DATE, json_option
from rmdocs.cli.reports import echo_report, xlsx_option


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
    day = as_of.date() if as_of else None
    report = session.workspace().disposition.holds(lifted=lifted, on=day)
    echo_report(report, session, as_json=as_json, xlsx=xlsx)
