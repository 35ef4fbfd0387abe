"""``rmdocs reject``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.disposals import echo_disposal
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.cli.requests import echo_request, parse_request, request_argument
from rmdocs.cli.revisions import reason_option
from rmdocs.identifiers import DisposalNumber


@command("reject")
@request_argument
@reason_option
@json_option
@pass_session
def reject(session: Session, request: str, reason: str, *, as_json: bool) -> None:
    """Reject a request, or withdraw your own.

    Nothing is done; the request and why it was rejected stay readable.
    """
    number, work = parse_request(request), session.workspace()
    if isinstance(number, DisposalNumber):
        done = work.disposition.reject(number, reason)
        echo_disposal(done, session, as_json=as_json)
        return
    echo_request(work.requests.reject(number, reason), session, as_json=as_json)
