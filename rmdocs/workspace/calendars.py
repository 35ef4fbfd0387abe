"""The calendar of working days, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.control.requestkinds import YEAR, announced
from rmdocs.errors import UsageError
from rmdocs.findings import Finding, warning
from rmdocs.messages import message
from rmdocs.registers.officetime import CALENDAR, year_toml
from rmdocs.workspace import requests

if TYPE_CHECKING:
    from rmdocs.registers.approvalrequests import ApprovalRequest
    from rmdocs.workspace.opening import Workspace


def missing(workspace: Workspace) -> tuple[Finding, ...]:
    """Return a warning if the working days of this year are not entered; nothing else."""
    year = workspace.today().year
    if workspace.registry.calendars.of(year):
        return ()
    told = message(
        "the working days of {year} are not in the calendar: Monday to Friday count", year=year
    )
    remedy = message("have them entered: rmdocs calendar fill {year} --reason TEXT", year=year)
    return (warning("CALENDAR-MISSING", f"{CALENDAR} {year}", told, remedy),)


def fill(workspace: Workspace, year: int, reason: str, notice: str = "") -> ApprovalRequest:
    """Ask for what the State Council announced of a year to be entered.

    :param notice: the number of the notice it goes by.
    :raises UsageError: if the library that is installed does not know the year.
    :raises ControlError: if the actor may not, or the calendar says so already.
    """
    known = announced(year)
    if known is None:
        raise UsageError(
            message("the working days of {year} are not announced yet", year=year),
            message("once they are: pip install --upgrade chinesecalendar, then try again"),
        )
    arrangement, source = known
    data = year_toml(arrangement, f"{notice} ({source})" if notice else source)
    return requests.enter(workspace, YEAR.act, data, reason)
