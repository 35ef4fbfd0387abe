"""What one person asks for and another approves: ``rmdocs approve`` and ``reject``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.disposition import echo_disposal
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import json_option
from rmdocs.cli.revision import reason_option
from rmdocs.identifiers import DisposalNumber, RequestNumber
from rmdocs.messages import message
from rmdocs.registers.displaynames import ACT_NAMES, named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from rmdocs.registers.approvalrequests import ApprovalRequest

request_argument = argument(
    "request",
    metavar="REQUEST",
    help="Number of the request, such as RXD7200-02-JN01-2026-0001-R1, or of a disposal.",
)


def parse_request(text: str) -> RequestNumber | DisposalNumber:
    """Return the number of what waits for a second person.

    :raises UsageError: if it is neither a request's nor a disposal's.
    """
    if text.startswith("D"):
        return DisposalNumber.parse(text)
    return RequestNumber.parse(text)


def echo_request(request: ApprovalRequest, session: Session, *, as_json: bool) -> None:
    """Print where a request stands; if it waits, how it goes on."""
    if as_json:
        printing.echo_answer(request.answer, session)
        return
    sentence = message(
        "{request}: {act}, {status}",
        request=request.number,
        act=named(ACT_NAMES, request.act),
        status=request.status.called,
    )
    click.echo(session.say(sentence))
    if request.waits:
        told = message(
            "somebody else approves it with: rmdocs approve {request}",
            request=request.number,
        )
        click.echo(f"    → {session.say(told)}")


def echo_asked(
    request: ApprovalRequest,
    asked_at: datetime,
    changes: Iterable[str],
    session: Session,
    *,
    as_json: bool,
) -> None:
    """Print what a person is to approve: the act, who asked for it, why, to the byte.

    :param asked_at: by the clock of the office.
    """
    if as_json:
        echo_request(request, session, as_json=True)
        return
    from rmdocs.registers.renditions import edition_of

    asked = request.asked
    edition = edition_of(asked)
    printing.echo_facts(
        (
            (message("request"), str(request.number)),
            (message("act"), session.say(named(ACT_NAMES, request.act))),
            (message("about"), request.subject),
            (message("edition"), "" if edition is None else str(edition)),
            (message("asked by"), f"{asked.actor.name} {asked.actor.staff_no}"),
            (message("time"), asked_at.strftime("%Y-%m-%d %H:%M:%S")),
            (message("reason"), request.reason),
            (message("SHA-256"), request.digest),
        ),
        session.language,
    )
    for line in changes:
        click.echo(f"  {line}")


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
    from rmdocs.workspace import disposition, requests

    number, work = parse_request(request), session.workspace()
    if isinstance(number, DisposalNumber):
        echo_disposal(disposition.approve(work, number), session, as_json=as_json)
        return
    found = requests.get(work, number)
    if found.waits and not yes:
        asked_at, changes = work.local(found.asked.time), requests.changes(work, found)
        echo_asked(found, asked_at, changes, session, as_json=as_json)
        if not click.confirm(session.say(message("Approve it?")), err=True):
            return
    echo_request(requests.approve(work, number), session, as_json=as_json)


@command("reject")
@request_argument
@reason_option
@json_option
@pass_session
def reject(session: Session, request: str, reason: str, *, as_json: bool) -> None:
    """Reject a request, or withdraw your own.

    Nothing is done; the request and why it was rejected stay readable.
    """
    from rmdocs.workspace import disposition, requests

    number, work = parse_request(request), session.workspace()
    if isinstance(number, DisposalNumber):
        done = disposition.reject(work, number, reason)
        echo_disposal(done, session, as_json=as_json)
        return
    echo_request(requests.reject(work, number, reason), session, as_json=as_json)
