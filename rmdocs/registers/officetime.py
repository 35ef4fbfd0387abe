"""When it is where the office is: its time zone, and its working days.

The policy in the control ledger names the zone; "today" and "as of a day" mean that day
there, whoever asks and from where. The zones are those of the ``tzdata`` package, not of
the machine, so that two machines read one day alike. Working days are what the State
Council arranged, year by year: each year has numbered entries on control
(``calendar/2026/0001.toml``); the last one rules, the earlier ones stay. An act goes by
what control held when it was done, so that a value counted in working days is counted so
again whenever it is read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rmdocs import canonical
from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import DamagedError, FindingsError, StoreError, UsageError
from rmdocs.findings import error, has_errors
from rmdocs.forms.tomltables import read_table, read_toml
from rmdocs.language.workingdays import Arrangement, WorkingDays
from rmdocs.messages import Text, message
from rmdocs.records.check import accepted
from rmdocs.records.draft import RecordDraft
from rmdocs.schemas.schema import Schema

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.records.context import CheckedRecord
    from rmdocs.registers.records import RecordFolder
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head


POLICY_DIRECTORY = "policy"
"""Where the entries of the policy lie; the last one rules."""

POLICY_ZONE, ZONE_KEY = "POLICY-ZONE", "time_zone"
"""What the policy calls the zone, and the code where there is none of that name."""

DEFAULT_ZONE = "Asia/Shanghai"
"""The zone of a policy that names none."""

ZONE_REMEDY = message("name it as the IANA list does, such as Asia/Shanghai")
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


def zone_of(control: Head) -> ZoneInfo:
    """Return the office's time zone, as the policy that control holds names it.

    :raises FindingsError: if that cannot be read, or is no zone.
    """
    entries = [name for name in control.list(POLICY_DIRECTORY) if name.endswith(".toml")]
    place = f"{POLICY_DIRECTORY}/{entries[-1]}" if entries else ""
    data = control.read(place) if place else None
    name = DEFAULT_ZONE if data is None else _named_in(data, place)
    found = zone_named(name) if isinstance(name, str) else None
    if found is None:
        reason = unknown_zone(str(name))
        raise FindingsError((error(POLICY_ZONE, f"{place}:{ZONE_KEY}", reason, ZONE_REMEDY),))
    return found


@lru_cache(maxsize=16)  # asked for with each workspace that is opened
def _named_in(policy: bytes, place: str) -> object:
    return read_toml(policy, place).get(ZONE_KEY, DEFAULT_ZONE)


@cache
def zone_named(name: str) -> ZoneInfo | None:
    """Return a time zone by its IANA name; None if there is none of that name."""
    package = resources.files("tzdata")
    if name not in package.joinpath("zones").read_text("ascii").split():
        return None
    with package.joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def unknown_zone(name: str) -> Text:
    """Return the sentence that there is no such time zone."""
    return message("there is no time zone “{name}”", name=name)


def require_within_reach(day: date) -> None:
    """Refuse a day that no clock of the office ever showed: a year was mistyped.

    :raises UsageError: if it is of none of these years.
    """
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UsageError(
            message("the day {day} is out of reach", day=day),
            message(
                "choose a day of the years {first} to {last}", first=_FIRST_YEAR, last=_LAST_YEAR
            ),
        )


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment after a day where the office is.

    :raises UsageError: if the day is out of reach.
    """
    require_within_reach(day)
    return datetime.combine(day + timedelta(days=1), time(), zone)


CALENDAR = "calendar"
"""Where the entries lie."""

_NAME = "calendar.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEntry:
    """An entry of the register.

    :param number: counted from 1 within the year.
    :param source: from where it was filled, and the notice it goes by.
    """

    number: int
    arrangement: Arrangement
    source: str
    event: Event

    @property
    def year(self) -> int:
        """Return the year that is arranged."""
        return self.arrangement.year


def year_toml(arrangement: Arrangement, source: str) -> bytes:
    """Return an entry as it is sealed: a TOML file that a person can read and compare."""
    # Written by hand: an entry that says the same is known by its bytes, also one that an
    # earlier rmdocs sealed, and a library's next version might write other ones.
    lines = [f"year = {arrangement.year}", f"source = {json.dumps(source, ensure_ascii=False)}"]
    for name, days in (("off", arrangement.off), ("worked", arrangement.worked)):
        lines += [f"{name} = [", *(f"    {day.isoformat()}," for day in sorted(days)), "]"]
    return "\n".join((*lines, "")).encode()


def read_year(data: bytes) -> tuple[Arrangement, str]:
    """Return the year that an entry arranges, and its source.

    :raises FindingsError: with every mistake.
    """
    root = read_table(data, _NAME, _schema())
    year, source = root.whole("year"), root.text("source")
    off, worked = root.days("off"), root.days("worked")
    if has_errors(root.findings):
        raise FindingsError(tuple(root.findings))
    return Arrangement(year=year, off=frozenset(off), worked=frozenset(worked)), source


@cache
def _schema() -> Schema:
    days = {"type": "array", "items": {"type": "string", "format": "date"}}
    year: JsonObject = {
        "type": "object",
        "properties": {
            "year": {"title": "年度", "type": "integer"},
            "source": {"title": "来源", "type": "string"},
            "off": {"title": "放假", **days},
            "worked": {"title": "调休上班", **days},
        },
        "required": ["year", "off", "worked"],
        "additionalProperties": False,
    }
    return Schema.own(year)


class CalendarRegister:
    """The register of working days, as one commit of control holds it."""

    def __init__(self, control: Head) -> None:
        self._control = control

    @cached_property
    def entries(self) -> tuple[YearEntry, ...]:
        """Return all entries, by year and number.

        :raises StoreError: if one cannot be read.
        """
        return tuple(self._read())

    def ruling(self) -> tuple[YearEntry, ...]:
        """Return the entry that rules of each year."""
        return tuple({entry.year: entry for entry in self.entries}.values())

    def of(self, year: int) -> list[YearEntry]:
        """Return the entries of one year, by number."""
        return [entry for entry in self.entries if entry.year == year]

    def now(self) -> WorkingDays:
        """Return the working days as control holds them."""
        return _working_days(self.entries)

    def then(self, event: Event) -> WorkingDays:
        """Return the working days that an act on a record went by."""
        size = event.relied_on.size if event.relied_on is not None else event.index
        return _working_days(entry for entry in self.entries if entry.event.index < size)

    @cached_property
    def digest(self) -> str:
        """Return what changes whenever the working days do; empty where none are arranged."""
        if not self.entries:
            return ""
        ruling = [year_toml(entry.arrangement, "") for entry in self.ruling()]
        return canonical.sha256(b"".join(ruling))

    def printed(self, folder: RecordFolder, form: Form) -> CheckedRecord:
        """Return a record as its newest edition printed it.

        :param form: the revision it stands under.
        :raises FindingsError: if its derived values cannot be computed.
        :raises ControlError: if it was disposed of.
        """
        added = [(entry.key, entry.content) for entry in folder.stages]
        draft, unit = RecordDraft.parse(folder.record), folder.unit.to_json()
        return accepted(draft, form, unit, added, calendar=self.then(folder.current.event))

    def _read(self) -> Iterator[YearEntry]:
        for year in self._control.list(CALENDAR):
            events = self._control.events(f"{CALENDAR}/{year}")
            for number, event in enumerate(events, start=1):
                arrangement, source = self._entry(event)
                if str(arrangement.year) != year:
                    raise _unreadable(event)
                yield YearEntry(number=number, arrangement=arrangement, source=source, event=event)

    def _entry(self, event: Event) -> tuple[Arrangement, str]:
        try:
            return read_year(self._control.read(event.files[0].path) or b"")
        except (FindingsError, IndexError) as problem:
            raise _unreadable(event) from problem


def _working_days(entries: Iterator[YearEntry] | tuple[YearEntry, ...]) -> WorkingDays:
    return WorkingDays(arrangements={entry.year: entry.arrangement for entry in entries})


def _unreadable(event: Event) -> StoreError:
    return DamagedError(message("{path} is no calendar of a year", path=event.subject))
