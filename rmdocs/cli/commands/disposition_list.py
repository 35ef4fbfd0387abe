"""``rmdocs disposition list``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, json_option
from rmdocs.cli.reports import echo_report, xlsx_option
from rmdocs.errors import UsageError
from rmdocs.identifiers import DisposalNumber
from rmdocs.messages import message


@command("list")
@argument(
    "disposal", metavar="[DISPOSAL]", default="", help="Only this one: its list, its certificate."
)
@option("--as-of", type=DATE, metavar="DATE", help="As it was at the end of that day.")
@xlsx_option
@json_option
@pass_session
def disposition_list(
    session: Session, disposal: str, as_of: datetime | None, xlsx: Path | None, *, as_json: bool
) -> None:
    """List what was disposed of.

    What is proposed and rejected too; or one disposal with its list, which is
    the certificate once it is certified.
    """
    disposition = session.workspace().disposition
    if disposal and as_of:
        raise UsageError(
            message("a certificate is the same on every day"), message("leave out --as-of")
        )
    report = (
        disposition.certificate(DisposalNumber.parse(disposal))
        if disposal
        else disposition.disposals(as_of.date() if as_of else None)
    )
    echo_report(report, session, as_json=as_json, xlsx=xlsx)
