"""``rmdocs copy acknowledge``."""

from __future__ import annotations

from datetime import datetime

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.copies import copy_argument, echo_copy
from rmdocs.cli.help import command, option
from rmdocs.cli.options import DATE, json_option
from rmdocs.identifiers import CopyNumber


@command("acknowledge")
@copy_argument
@option(
    "--signed-by",
    default="",
    metavar="TEXT",
    help="Who signed the receipt on paper; for a holder outside.",
)
@option("--on", type=DATE, metavar="DATE", help="The date on that receipt; today if not given.")
@json_option
@pass_session
def copy_acknowledge(
    session: Session, number: str, signed_by: str, on: datetime | None, *, as_json: bool
) -> None:
    """Sign for a copy that was received.

    A member of staff signs with their own key. For a holder outside, the
    receipt signed on paper is entered: by whom, and on which date.
    """
    day = on.date() if on else None
    copy = session.workspace().copies.acknowledge(
        CopyNumber.parse(number), signed_by=signed_by, on=day
    )
    echo_copy(copy, session, as_json=as_json)
