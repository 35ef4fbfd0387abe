"""``rmdocs disposition due``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import DATE, json_option
from rmdocs.cli.reports import echo_report, xlsx_option


@command("due")
@option("--as-of", type=DATE, metavar="DATE", help="Due by that day; today if not given.")
@option("--form", default="", metavar="NUMBER", help="Number of the form, such as RXD7200-02.")
@option("--unit", default="", metavar="CODE", help="Code of the unit, such as JN01.")
@xlsx_option
@json_option
@pass_session
def disposition_due(
    session: Session,
    as_of: datetime | None,
    form: str,
    unit: str,
    xlsx: Path | None,
    *,
    as_json: bool,
) -> None:
    """List records whose retention has ended.

    Each with its retention, the holds it is under, and what can be done with
    it: only encrypted records can be destroyed.
    """
    day = as_of.date() if as_of else None
    report = session.workspace().disposition.due(day, form, unit)
    echo_report(report, session, as_json=as_json, xlsx=xlsx)
