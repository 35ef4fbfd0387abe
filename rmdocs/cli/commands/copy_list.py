"""``rmdocs copy list``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, json_option
from rmdocs.cli.reports import echo_report, xlsx_option


@command("list")
@argument(
    "number",
    metavar="[NUMBER]",
    default="",
    help="Only copies of this document, such as RXD7200-04.",
)
@option("--recall", is_flag=True, help="Only those to be taken back.")
@option("--as-of", type=DATE, metavar="DATE", help="As it was at the end of that day.")
@xlsx_option
@json_option
@pass_session
def copy_list(
    session: Session,
    number: str,
    as_of: datetime | None,
    xlsx: Path | None,
    *,
    recall: bool,
    as_json: bool,
) -> None:
    """List copies and holders, or what to recall.

    The register of copies issued and returned (文件发放/回收登记表).

    With --recall: the copies that were recalled, or are of a revision that is
    superseded or withdrawn, and have not come back.
    """
    copies = session.workspace().copies
    document = session.document(number) if number else None
    day = as_of.date() if as_of else None
    report = copies.recalls(document, day) if recall else copies.report(document, day)
    echo_report(report, session, as_json=as_json, xlsx=xlsx)
