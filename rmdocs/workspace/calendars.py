"""The calendar of working days in a workspace: filling it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.control.calendar import YEAR, announced
from rmdocs.errors import UsageError
from rmdocs.messages import message
from rmdocs.registers.calendar import year_toml

if TYPE_CHECKING:
    from rmdocs.registers.requests import Request
    from rmdocs.workspace.opening import Workspace


class Calendars:
    """The working days of a workspace, year by year."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def fill(self, year: int, reason: str, notice: str = "") -> Request:
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
        return self._workspace.requests.enter(YEAR.act, data, reason)
