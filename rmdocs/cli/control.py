"""What binds everybody (``rmdocs policy``, ``calendar``, ``series``), and what two people do."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs import folders
from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.disposition import echo_disposal
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, EXISTING_FILE, WholeNumber, json_option
from rmdocs.cli.printing import echo_report
from rmdocs.cli.revision import reason_option
from rmdocs.identifiers import DisposalNumber, RequestNumber, Series, UnitCode
from rmdocs.messages import message
from rmdocs.registers.displaynames import ACT_NAMES, named

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@command("show")
@pass_session
def policy_show(session: Session) -> None:
    """Print the policy in force, as a file."""
    from rmdocs.workspace import registers

    click.echo(registers.policy_text(session.workspace()), nl=False)


@command("change")
@argument("file", metavar="FILE", type=EXISTING_FILE, help="The new policy, a TOML file.")
@reason_option
@json_option
@pass_session
def policy_change(session: Session, file: Path, reason: str, *, as_json: bool) -> None:
    """Ask for the policy to be changed.

    Begin with the file that `rmdocs policy show` prints. Roles may be given
    and taken; separations of duties may be widened, never narrowed, and
    the version of the rules that records are judged by may only rise.
    Somebody else approves it with their own key (see: rmdocs approve); it
    rules from then on.
    """
    from rmdocs.workspace import requests

    request = requests.enter(session.workspace(), "policy", folders.whole(file).data, reason)
    echo_request(request, session, as_json=as_json)


@command("show")
@argument("year", metavar="[YEAR]", type=WholeNumber(1990, 2999), default=None, help="One year.")
@option("--as-of", type=DATE, metavar="DATE", help="As it was at the end of that day.")
@json_option
@pass_session
def calendar_show(
    session: Session, year: int | None, as_of: datetime | None, *, as_json: bool
) -> None:
    """Show which days the calendar moves, by year."""
    from rmdocs.workspace import registers

    day, asked = as_of.date() if as_of else None, registers.Asked(year=year)
    report = registers.report(session.workspace(), "calendar", on=day, asked=asked)
    echo_report(report, session, as_json=as_json)


@command("fill")
@argument("year", metavar="YEAR", type=WholeNumber(1990, 2999), help="Which year.")
@reason_option
@option("--notice", default="", metavar="TEXT", help="Number of the State Council's notice.")
@json_option
@pass_session
def calendar_fill(session: Session, year: int, reason: str, notice: str, *, as_json: bool) -> None:
    """Ask for the working days of a year to be entered.

    They are what the State Council announced, taken from the library
    chinesecalendar. Somebody else approves them
    with their own key (see: rmdocs approve); they count from then on, for rules
    and due dates. What was done before stays as it was counted. Who may change
    the policy may ask, and who may approve that approves.
    """
    from rmdocs.workspace import requests

    request = requests.fill_calendar(session.workspace(), year, reason, notice.strip())
    echo_request(request, session, as_json=as_json)


@command("close")
@argument("form", metavar="FORM", help="Number of the form, such as RXD7200-02.")
@argument("unit", metavar="UNIT", help="Code of the unit, such as JN01.")
@argument("year", metavar="YEAR", type=WholeNumber(1990, 2999), help="Year of the number.")
@json_option
@pass_session
def series_close(session: Session, form: str, unit: str, year: int, *, as_json: bool) -> None:
    """Close a number series whose year is over.

    A statement of its last number and its void numbers is sealed; it gives no
    more numbers. Its records can still be added to, amended and voided.
    """
    from rmdocs.workspace import registers

    series = Series(form=session.form(form), unit=UnitCode.parse(unit), year=year)
    statement = registers.close_series(session.workspace(), series)
    if as_json:
        printing.echo_answer(statement, session)
        return
    said = message(
        "closed {series}: {given} number(s), {void} void",
        series=series,
        given=statement.given,
        void=len(statement.voids),
    )
    click.echo(session.say(said))
