"""``rmdocs void``."""

from __future__ import annotations

from rmdocs.cli.changes import echo_change
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import json_option, number_argument
from rmdocs.identifiers import RecordNumber, StaffNumber


@command("void")
@number_argument
@option("--reason", required=True, metavar="TEXT", help="Why; it stays with the record.")
@option(
    "--approver",
    required=True,
    metavar="STAFF_NO",
    help="Who approves; somebody else than who asks.",
)
@json_option
@pass_session
def void(session: Session, number: str, reason: str, approver: str, *, as_json: bool) -> None:
    """Declare a record void; it keeps its number.

    The number is never given again; reason and approver stay readable.
    """
    change = session.workspace().void(
        RecordNumber.parse(number), reason, StaffNumber.parse(approver)
    )
    echo_change(change, session, as_json=as_json)
