"""``rmdocs calendar fill``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import WholeNumber, json_option
from rmdocs.cli.requests import echo_request
from rmdocs.cli.revisions import reason_option


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
    request = session.workspace().calendars.fill(year, reason, notice.strip())
    echo_request(request, session, as_json=as_json)
