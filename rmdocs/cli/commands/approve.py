"""``rmdocs approve``."""

from __future__ import annotations

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.disposals import echo_disposal
from rmdocs.cli.help import command, option
from rmdocs.cli.options import json_option
from rmdocs.cli.requests import echo_asked, echo_request, parse_request, request_argument
from rmdocs.identifiers import DisposalNumber
from rmdocs.messages import message


@command("approve")
@request_argument
@option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_session
def approve(session: Session, request: str, *, yes: bool, as_json: bool) -> None:
    """Approve what somebody else asked for.

    It says first what was asked for, by whom and why; approved with your own
    key, it is done. What was changed since can no longer be approved. Of a
    disposal it is the same as: rmdocs disposition approve.
    """
    number, work = parse_request(request), session.workspace()
    if isinstance(number, DisposalNumber):
        echo_disposal(work.disposition.approve(number), session, as_json=as_json)
        return
    group = work.requests
    found = group.get(number)
    if found.waits and not yes:
        asked_at, changes = work.local(found.asked.time), group.changes(found)
        echo_asked(found, asked_at, changes, session, as_json=as_json)
        if not click.confirm(session.say(message("Approve it?")), err=True):
            return
    echo_request(group.approve(number), session, as_json=as_json)
