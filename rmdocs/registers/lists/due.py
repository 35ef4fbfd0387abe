"""待办事项清单: what must happen by when, by unit and relationship manager.

Four sources in one list: what forms ask of open records (``[[due]]``), reviews of
controlled documents, what a ledger of business asks for, and what waits for a second
person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.findings import NOTHING
from rmdocs.messages import Joined, Text, Verbatim, listed, message
from rmdocs.registers.lists import listing
from rmdocs.reports.icalendar import CalendarEntry
from rmdocs.reports.report import Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.messages import Language

NAME = "due"
_COLUMNS = (
    Column(name="unit", title=message("unit"), width=6),
    Column(name="manager", title=message("manager"), width=18),
    Column(name="on", title=message("last day"), kind=ColumnKind.DATE, width=11),
    Column(name="days", title=message("days left"), kind=ColumnKind.NUMBER, width=8),
    Column(name="state", title=message("state"), width=9),
    Column(name="what", title=message("to do"), width=18),
    Column(name="number", title=message("number"), width=27),
    Column(name="customer", title=message("customer"), width=22),
    Column(name="subject", title=message("subject"), width=18),
    Column(name="remark", title=message("remark"), width=18),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """One thing that must happen by a day.

    :param key: tells it from every other, today and tomorrow.
    :param on: the last day on which it is in time; None where no day is set.
    :param near: the day from which it is told.
    :param wanted: the day by which it should have happened; None if any up to ``on``.
    :param number: of the record or document; empty where there is none yet.
    :param place: where else it stands, such as a row of a ledger.
    :param note: what else there is to say of it.
    :param roles: whose opinion or approval is waited for; empty where nobody's is.
    :param manager: who is responsible, name and staff number; empty where that is
        nobody's record.
    """

    key: str
    on: date | None
    near: date
    what: Text
    unit: str = ""
    manager_no: str = ""
    manager: str = ""
    number: str = ""
    customer: str = ""
    subject: str = ""
    wanted: date | None = None
    place: str = ""
    note: Text | None = None
    roles: frozenset[str] = frozenset()

    def state(self, day: date) -> Text:
        """Return how pressing it is on a day."""
        if self.on is None:
            return message("waiting")
        if day > self.on:
            return message("overdue")
        if day == self.on:
            return message("today")
        if self.wanted is not None and day > self.wanted:
            return message("late")
        return message("near") if day >= self.near else message("later")

    def remark(self, day: date) -> Text | None:
        """Return what else there is to say."""
        said: list[Text] = []
        if self.wanted is not None and self.on is not None and self.wanted < day <= self.on:
            said.append(message("should have happened by {wanted}", wanted=self.wanted))
        if self.place:
            said.append(Verbatim(self.place))
        if self.note is not None:
            said.append(self.note)
        return Joined(tuple(said)) if said else None


def due_report(
    items: Iterable[DueItem],
    day: date,
    organisation: Text = NOTHING,
    unknown: Iterable[str] = (),
    whose: str = "",
) -> Report:
    """Return the list as a table, by unit, manager and day; documents come last.

    :param unknown: numbers of records whose form cannot say when something is due.
    :param whose: the name of the one person whose list it is; empty for everybody's.
    """
    notes: tuple[Text, ...] = (message("only open records; what is due is as their forms say"),)
    if whose:
        told = message("only what {name} has to do; all of a unit: --unit CODE", name=whose)
        notes = (*notes, told)
    lost = listed(sorted(set(unknown)))
    if lost:
        notes = (
            *notes,
            message("the forms cannot say when something is due of: {lost}", lost=lost),
        )
    return Report(
        name=NAME,
        title=message("What is due"),
        columns=_COLUMNS,
        rows=tuple(
            (
                one.unit or None,
                listing.who(one.manager, one.manager_no) or None,
                one.on,
                None if one.on is None else (one.on - day).days,
                one.state(day),
                one.what,
                one.number or None,
                one.customer or None,
                one.subject or None,
                one.remark(day),
            )
            for one in sorted(items, key=_order)
        ),
        as_of=day,
        organisation=organisation,
        notes=notes,
    )


def calendar_entries(items: Iterable[DueItem], language: Language) -> list[CalendarEntry]:
    """Return the list as entries of a calendar; what has no day is in none."""
    return [
        CalendarEntry(
            key=one.key,
            day=one.on,
            summary=" ".join(part for part in (one.what.text(language), one.customer) if part),
            description="\n".join(
                part for part in (one.number, one.subject, _responsible(one)) if part
            ),
        )
        for one in sorted(items, key=_order)
        if one.on is not None
    ]


def _responsible(one: DueItem) -> str:
    return " ".join(part for part in (listing.who(one.manager, one.manager_no), one.unit) if part)


def _order(one: DueItem) -> tuple[bool, str, str, date, str]:
    return (not one.unit, one.unit, one.manager_no, one.on or date.max, one.key)
