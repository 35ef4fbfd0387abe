"""工作日历登记: which days the calendar moved on a day, year by year, and who entered that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.messages import Joined, listed, message
from rmdocs.registers.ledgers import BY_EVENTS, Ledgers
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import Listing
from rmdocs.registers.requests import decided_by
from rmdocs.registers.workingdays import CALENDAR, CalendarRegister
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from rmdocs.registers.workingdays import YearEntry

NAME = CALENDAR
_LISTING = Listing(
    name=NAME,
    title=message("Register of working days"),
    columns=(
        Column(name="year", title=message("year"), kind=ColumnKind.NUMBER, width=6),
        Column(name="entry", title=message("entry"), kind=ColumnKind.NUMBER, width=5),
        Column(name="off", title=message("Monday to Friday off"), width=30),
        Column(name="worked", title=message("weekends worked"), width=20),
        Column(name="source", title=message("source"), width=18),
        Column(name="entered", title=message("entry of"), kind=ColumnKind.DATE, width=11),
        Column(name="entered_by", title=message("entered by"), width=11),
        Column(name="approved_by", title=message("approved by"), width=10),
        Column(name="reason", title=message("reason"), width=16),
    ),
)
_RULES = message(
    "other days are as in any week; of a year that is not here, Monday to Friday count and what"
    " rests on them is told"
)


def calendar_list(ledgers: Ledgers, year: int | None = None) -> Report:
    """Return the entry that ruled at the day's end of each year, or of one.

    :raises StoreError: if an entry cannot be read.
    """
    entries = CalendarRegister(ledgers.then).ruling() if ledgers.then is not None else ()
    return _LISTING.of(
        ledgers,
        (_row(ledgers, entry) for entry in entries if year in {None, entry.year}),
        BY_EVENTS,
        _RULES,
    )


def _row(ledgers: Ledgers, entry: YearEntry) -> tuple[Cell, ...]:
    event = entry.event
    decides = decided_by(event)
    asked_by = decides.asked_by if decides is not None else None
    return (
        entry.year,
        entry.number,
        _days(entry.arrangement.off),
        _days(entry.arrangement.worked),
        entry.source,
        ledgers.day_of(event),
        asked_by or listing.actor(event),
        listing.actor(event) if asked_by else None,
        event.reason or None,
    )


def _days(days: Iterable[date]) -> Joined:
    return listed(sorted(days))
