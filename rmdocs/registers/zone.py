"""Where the office is: its time zone, which the policy in the control ledger names.

"Today" and "as of a day" mean that day there, whoever asks and from where. The
zones are those of the ``tzdata`` package, not of the machine, so that two
machines read one day alike.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import error
from rmdocs.forms.tomltables import read_toml
from rmdocs.messages import Text, message

if TYPE_CHECKING:
    from rmdocs.store.protocol import Head

POLICY_DIRECTORY = "policy"
"""Where the entries of the policy lie; the last one rules."""

POLICY_ZONE, KEY = "POLICY-ZONE", "time_zone"
"""What the policy calls the zone, and the code where there is none of that name."""

DEFAULT = "Asia/Shanghai"
"""The zone of a policy that names none."""

REMEDY = message("name it as the IANA list does, such as Asia/Shanghai")
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


def zone_of(control: Head) -> ZoneInfo:
    """Return the office's time zone, as the policy that control holds names it.

    :raises FindingsError: if that cannot be read, or is no zone.
    """
    entries = [name for name in control.list(POLICY_DIRECTORY) if name.endswith(".toml")]
    place = f"{POLICY_DIRECTORY}/{entries[-1]}" if entries else ""
    data = control.read(place) if place else None
    name = DEFAULT if data is None else _named_in(data, place)
    found = zone_named(name) if isinstance(name, str) else None
    if found is None:
        reason = unknown_zone(str(name))
        raise FindingsError((error(POLICY_ZONE, f"{place}:{KEY}", reason, REMEDY),))
    return found


@lru_cache(maxsize=16)  # asked for with each workspace that is opened
def _named_in(policy: bytes, place: str) -> object:
    return read_toml(policy, place).get(KEY, DEFAULT)


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


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment after a day where the office is.

    :raises UsageError: if the day is out of reach.
    """
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UsageError(
            message("the day {day} is out of reach", day=day),
            message(
                "choose a day of the years {first} to {last}", first=_FIRST_YEAR, last=_LAST_YEAR
            ),
        )
    return datetime.combine(day + timedelta(days=1), time(), zone)
