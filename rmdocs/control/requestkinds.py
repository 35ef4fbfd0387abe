"""What one asks to have entered in control and another approves: a policy, a key, a year."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.machines import MACHINE
from rmdocs.control.policy import (
    POLICY_NAME,
    Policy,
    policy_file,
    policy_in_force,
)
from rmdocs.control.requesting import RequestKind
from rmdocs.control.revoking import REVOCATION
from rmdocs.errors import ControlError, FindingsError
from rmdocs.events.control import PolicyEntered, YearEntered
from rmdocs.events.records import Decision
from rmdocs.findings import Finding, error
from rmdocs.language.workingdays import Arrangement, year_of
from rmdocs.messages import message
from rmdocs.registers.officetime import (
    CALENDAR,
    POLICY_DIRECTORY,
    CalendarRegister,
    read_year,
    year_toml,
)
from rmdocs.store.protocol import NewEvent, NewFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rmdocs.store.protocol import Head, Store


_LIBRARY = "chinesecalendar"
_WORKING = 5
_TOML = "application/toml"


def announced(year: int) -> tuple[Arrangement, str] | None:
    """Return what the library knows of a year, and its name; None if it was not announced to it."""
    from importlib.metadata import version  # noqa: PLC0415 - loads the library of mail

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


def year_event(
    data: bytes, entry: int = 1, reason: str = "", decides: Decision | None = None
) -> NewEvent:
    """Return the event that enters a year; the first ones are entered at the founding.

    :param data: as :func:`~rmdocs.registers.officetime.year_toml` gives it.
    :param decides: the request that led to it.
    :raises FindingsError: if it says no year, or moves a day that cannot be moved.
    """
    arrangement, _ = read_year(data)
    findings = tuple(_unmovable(arrangement))
    if findings:
        raise FindingsError(findings)
    directory = f"{CALENDAR}/{arrangement.year}"
    return NewEvent(
        facts=YearEntered(digest=canonical.sha256(data), decides=decides),
        subject=f"{CALENDAR} {arrangement.year}",
        directory=directory,
        files=(NewFile(path=f"{directory}/{entry:04d}.toml", data=data, media_type=_TOML),),
        reason=reason,
    )


def _next_year_entry(
    _store: Store, head: Head, data: bytes, reason: str, decides: Decision | None
) -> NewEvent:
    """Return the event that enters a year after the entries that it has.

    :raises FindingsError: as :func:`year_event`.
    :raises ControlError: if the calendar says the same already.
    """
    arrangement, _ = read_year(data)
    entries = CalendarRegister(head).of(arrangement.year)
    if entries and entries[-1].arrangement == arrangement:
        raise ControlError(
            message("the calendar says the same of {year} already", year=arrangement.year),
            message("there is nothing to enter"),
        )
    return year_event(data, len(entries) + 1, reason, decides)


def _ruling(head: Head, data: bytes) -> bytes:
    """Return the entry that the one in ``data`` would replace; empty if there is none."""
    entries = CalendarRegister(head).of(read_year(data)[0].year)
    return year_toml(entries[-1].arrangement, entries[-1].source) if entries else b""


YEAR = RequestKind(
    act=YearEntered.KIND,
    asks="policy.change",
    approves="policy.approve",
    file_name="calendar.toml",
    new_event=_next_year_entry,
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


def policy_event(
    data: bytes, entry: int, reason: str = "", decides: Decision | None = None
) -> NewEvent:
    """Return the event that enters a policy; the first one is entered at the founding.

    :param decides: the request that led to it.
    """
    path = f"{POLICY_DIRECTORY}/{entry:04d}.toml"
    return NewEvent(
        facts=PolicyEntered(digest=canonical.sha256(data), decides=decides),
        subject="policy",
        directory=POLICY_DIRECTORY,
        files=(NewFile(path=path, data=data, media_type=_TOML),),
        reason=reason,
    )


def policy_statement(data: bytes, reason: str) -> bytes:
    """Return what the approver of a policy signed while one call took both people."""
    return canonical.encode({"act": "policy", "digest": canonical.sha256(data), "reason": reason})


def _next_entry(
    _store: Store, head: Head, data: bytes, reason: str, decides: Decision | None
) -> NewEvent:
    """Return the event that enters a policy after those that are there.

    :raises FindingsError: if it has mistakes, or drops a separation of duties.
    :raises ControlError: if it would lower the version of the rules.
    """
    policy_in_force(head).require_not_older(Policy.load(data))
    entry = sum(name.endswith(".toml") for name in head.list(POLICY_DIRECTORY)) + 1
    return policy_event(data, entry, reason, decides)


CHANGE = RequestKind(
    act=PolicyEntered.KIND,
    asks="policy.change",
    approves="policy.approve",
    file_name=POLICY_NAME,
    new_event=_next_entry,
    in_force=lambda head, _: policy_file(head),
)
"""A change of the policy; both people are judged by the one in force until then."""


KINDS: Mapping[str, RequestKind] = MappingProxyType(
    {kind.act: kind for kind in (CHANGE, YEAR, REVOCATION, MACHINE)}
)
"""By the kind of event that an approval seals."""
