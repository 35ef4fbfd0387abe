"""Days as an iCalendar file (RFC 5545) that Outlook, phones and WPS take in.

One all-day event an entry. The same entries give the same bytes, and an entry
keeps its UID, so that importing tomorrow's file changes nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from rmdocs.messages import Language, Text
from rmdocs.reports.report import shown

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
