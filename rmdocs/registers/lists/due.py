"""待办事项清单: what must happen by when, by unit and relationship manager; also as a calendar.

The calendar is iCalendar (RFC 5545), as Outlook, phones and WPS take it in: one
all-day event an entry. The same entries give the same bytes, and an entry keeps its
UID, so that importing tomorrow's file changes nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING
from rmdocs.forms.roles import ROLE_NAMES
from rmdocs.messages import Joined, Language, Text, Verbatim, by_command, listed, message
from rmdocs.registers.displaynames import named
from rmdocs.registers.lists import listing
from rmdocs.reports.report import Column, ColumnKind, Report, shown

_DOMAIN = "rmdocs.invalid"
_PRODUCT = "-//rmdocs//due dates//"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """A day in a calendar.

    :param key: tells it from every other entry, whatever is said of it.
    """

    key: str
    day: date
    summary: str
    description: str


def is_ours(data: bytes) -> bool:
    """Return whether a file is a calendar that was written here."""
    head = data[:200]
    return head.startswith(b"BEGIN:VCALENDAR") and f"PRODID:{_PRODUCT}".encode() in head


def write_calendar(
    entries: Iterable[CalendarEntry], title: Text, made_on: date, language: Language
) -> bytes:
    """Return the entries as a calendar, in the order given.

    :param made_on: the day they stood so.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415 - needed only here

    calendar = Calendar()
    calendar.add("prodid", f"{_PRODUCT}{language.value.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title.text(language))
    stamp = datetime.combine(made_on, time(), UTC)
    # A later day's file counts as newer: what it says of a UID replaces what was said.
    sequence = made_on.toordinal()
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.key}@{_DOMAIN}")
        event.add("dtstamp", stamp)
        event.add("sequence", sequence)
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", shown(entry.summary))
        event.add("description", shown(entry.description))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


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
    :param roles: whose turn it is; empty where whoever is told of it may do it.
    :param managers: whether, of these, it is the turn of the one who is responsible.
    :param opinion: whether they are waited for, to say what they think of it.
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
    managers: bool = False
    opinion: bool = False

    @property
    def turn(self) -> Text:
        """Return whose turn it is: a person where one is responsible, else who holds a role."""
        if self.managers and self.manager:
            return Verbatim(self.manager)
        return listed(named(ROLE_NAMES, role) for role in sorted(self.roles))

    def is_turn_of(self, staff_no: str, roles: AbstractSet[str]) -> bool:
        """Return whether it is the turn of a person who holds these roles."""
        if not self.roles:
            return True
        mine = not self.managers or self.manager_no in {"", staff_no}
        return mine and bool(self.roles & roles)

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
    lacks: Iterable[Text] = (),
    whose: str = "",
) -> Report:
    """Return the list as a table, by unit, manager and day; documents come last.

    :param lacks: what is told of records that may lack in it.
    :param whose: the name of the one person whose list it is; empty for everybody's.
    """
    notes: tuple[Text, ...] = (message("only open records; what is due is as their forms say"),)
    if whose:
        told = by_command(
            message("only what {name} has to do; the whole unit can be listed", name=whose),
            message("--unit CODE"),
        )
        notes = (*notes, told)
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
        lacks=tuple(lacks),
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
