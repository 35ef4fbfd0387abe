"""Entering the working days of a year: one person asks for it, another approves (``requesting``).

What the State Council announced (放假安排) is taken from the library
``chinesecalendar``, which is kept up with the notices, and read nowhere else: from
then on the entry counts. Who may is who may change the policy, and approve that.
"""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.requesting import Kind
from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import Finding, error
from rmdocs.formatting.calendar import Arrangement, year_of
from rmdocs.messages import message
from rmdocs.registers.calendar import CALENDAR, CalendarRegister, read_year, year_toml
from rmdocs.store.protocol import Deed, NewFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmdocs.store.protocol import Head

_LIBRARY = "chinesecalendar"
_WORKING = 5
_TOML = "application/toml"


def announced(year: int) -> tuple[Arrangement, str] | None:
    """Return what the library knows of a year, and its name; None if it was not announced to it."""
    from chinese_calendar import constants  # noqa: PLC0415 - needed only here

    if date(year, 10, 1) not in constants.holidays:
        return None
    off, worked = (
        frozenset(day for day in days if year_of(day) == year)
        for days in (constants.holidays, constants.workdays)
    )
    return (
        Arrangement(
            year=year,
            off=frozenset(day for day in off if day.weekday() < _WORKING),
            worked=frozenset(day for day in worked if day.weekday() >= _WORKING),
        ),
        f"{_LIBRARY} {version(_LIBRARY)}",
    )


def year_deed(data: bytes, entry: int = 1, reason: str = "") -> Deed:
    """Return the deed that enters a year; the first ones are entered at the founding.

    :param data: as :func:`~rmdocs.registers.calendar.year_toml` gives it.
    :raises FindingsError: if it says no year, or moves a day that cannot be moved.
    """
    arrangement, _ = read_year(data)
    findings = tuple(_unmovable(arrangement))
    if findings:
        raise FindingsError(findings)
    directory = f"{CALENDAR}/{arrangement.year}"
    return Deed(
        kind=CALENDAR,
        subject=f"{CALENDAR} {arrangement.year}",
        directory=directory,
        files=(NewFile(path=f"{directory}/{entry:04d}.toml", data=data, media_type=_TOML),),
        reason=reason,
        facts={"digest": canonical.sha256(data)},
    )


def _next_entry(head: Head, data: bytes, reason: str) -> Deed:
    """Return the deed that enters a year after the entries that it has.

    :raises FindingsError: as :func:`year_deed`.
    :raises ControlError: if the calendar says the same already.
    """
    arrangement, _ = read_year(data)
    entries = CalendarRegister(head).of(arrangement.year)
    if entries and entries[-1].arrangement == arrangement:
        raise ControlError(
            message("the calendar says the same of {year} already", year=arrangement.year),
            message("there is nothing to enter"),
        )
    return year_deed(data, len(entries) + 1, reason)


def _ruling(head: Head, data: bytes) -> bytes:
    """Return the entry that the one in ``data`` would replace; empty if there is none."""
    entries = CalendarRegister(head).of(read_year(data)[0].year)
    return year_toml(entries[-1].arrangement, entries[-1].source) if entries else b""


YEAR = Kind(
    act=CALENDAR,
    asks="policy.change",
    approves="policy.approve",
    file_name="calendar.toml",
    deed=_next_entry,
    in_force=_ruling,
)
"""The working days of a year: they count from the approval on, not for what was done before."""


def _unmovable(arrangement: Arrangement) -> Iterator[Finding]:
    for days, workday in ((arrangement.off, True), (arrangement.worked, False)):
        for day in sorted(days):
            if year_of(day) != arrangement.year or (day.weekday() < _WORKING) is not workday:
                yield error(
                    "CALENDAR-DAY",
                    day.isoformat(),
                    message("{day} is no day that {year} can move", day=day, year=arrangement.year),
                    message("name days off from Monday to Friday, days worked on weekends"),
                )
