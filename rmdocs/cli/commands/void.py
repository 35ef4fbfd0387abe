"""``rmdocs void``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import json_option, number_argument
from rmdocs.cli.requests import echo_request
from rmdocs.identifiers import RecordNumber


@command("void")
@number_argument
@option("--reason", required=True, metavar="TEXT", help="Why; it stays with the record.")
@json_option
@pass_session
def void(session: Session, number: str, reason: str, *, as_json: bool) -> None:
    """Ask for a record to be declared void.

    Somebody else of the unit approves it with their own key, on this machine
    or another (see: rmdocs approve); only then is it void. Its number is never
    given again; reason and both people stay readable.
    """
    request = session.workspace().requests.void(RecordNumber.parse(number), reason)
    echo_request(request, session, as_json=as_json)
