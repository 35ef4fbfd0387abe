"""What binds everybody: ``rmdocs policy``, ``calendar`` and ``series``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, EXISTING_FILE, WholeNumber, json_option
from rmdocs.cli.printing import echo_report
from rmdocs.cli.request import echo_request
from rmdocs.cli.revision import reason_option
from rmdocs.identifiers import Series, UnitCode
from rmdocs.messages import message


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

    request = requests.enter(session.workspace(), "policy", file.read_bytes(), reason)
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
