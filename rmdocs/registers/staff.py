"""The registers of units and staff, as the control ledger holds them.

Each person and unit has numbered entries (``people/JN01-0101/0001.json``);
the last one rules, the earlier ones stay. A person is known by a key: the
register says which keys count, not which names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from datetime import UTC, date, tzinfo
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.answering import IF_ANY, WordlessAnswer
from rmdocs.canonical import JsonObject
from rmdocs.characters import fold
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, DamagedError, StoreError, UsageError
from rmdocs.events.records import Unit
from rmdocs.forms.roles import ROLE_NAMES
from rmdocs.identifiers import StaffNumber, UnitCode
from rmdocs.messages import by_command, message
from rmdocs.registers.revocations import RevocationRegister, fingerprint

if TYPE_CHECKING:
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

FOUNDER = StaffNumber(unit=UnitCode("AA00"), serial=0)
"""Whoever holds the key of the ledgers, which a store is begun with."""

ROLES = tuple(ROLE_NAMES)
"""The roles a person may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(WordlessAnswer):
    """A member of staff and the keys that prove it is them.

    :param name: as it is printed. :param roles: the codes of those they hold.
    :param keys: OpenSSH public key lines; any of them signs until it is revoked.
    :param left: the last day at the unit; None while there. Who left has neither
        role nor key.
    """

    staff_no: StaffNumber
    name: str
    unit: UnitCode
    roles: frozenset[str]
    keys: tuple[str, ...]
    left: date | None = field(default=None, metadata=IF_ANY)

    @classmethod
    def from_json(cls, value: JsonObject) -> Person:
        """Return the person a register entry describes.

        :raises StoreError: if it is no such entry.
        """
        try:
            return cls(
                staff_no=StaffNumber.parse(value["staff_no"]),
                name=value["name"],
                unit=UnitCode.parse(value["unit"]),
                roles=frozenset(value["roles"]),
                keys=tuple(value["keys"]),
                left=date.fromisoformat(value["left"]) if "left" in value else None,
            )
        except (KeyError, TypeError, ValueError, UsageError) as problem:
            raise _damaged() from problem


def _damaged() -> StoreError:
    return DamagedError(message("an entry of the registers cannot be read"))


def entry_path(kind: str, name: str, entry: int) -> str:
    """Return where entry ``entry`` of ``kind`` (people, units) lies."""
    return f"{kind}/{name}/{entry:04d}.json"


def entry_names(head: Head, kind: str, name: str) -> list[str]:
    """Return the file names of all entries under ``name``, the first first, past 9999 too."""
    found = (item for item in head.list(f"{kind}/{name}") if item.endswith(".json"))
    return sorted(found, key=lambda item: (len(item), item))


def then(entries: list[tuple[date, Person]], on: date) -> Person | None:
    """Return somebody as entered by the end of a day, or first; ``left`` if they had by then.

    That they have left is known of every day after the last, whenever it was entered.

    :param entries: those of one person, each with its day; None is returned of none.
    """
    there = [(day, person) for day, person in entries if person.left is None] or entries
    known = [person for day, person in there if day <= on] or [person for _, person in there[:1]]
    ends = [day for day, _ in entries[1:]] + [date.max]
    gone = [
        person.left
        for (_, person), end in zip(entries, ends, strict=False)
        if person.left is not None and person.left < on < end
    ]
    return replace(known[-1], left=gone[0] if gone else None) if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRegister:
    """Units and people as of one commit of the control ledger."""

    head: Head
    _entries: dict[str, list[tuple[Event, Person]]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _newest: dict[tuple[str, str], JsonObject | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    def person(self, staff_no: StaffNumber) -> Person:
        """Return the person with that number.

        :raises ControlError: if nobody has it.
        """
        found = self.find_person(staff_no)
        if found is None:
            raise ControlError(
                message("{staff_no} is not in the register of staff", staff_no=staff_no),
                by_command(
                    message("compare the number with the register of staff"), "rmdocs person list"
                ),
                clause="ISO 9001 §7.5.3",
            )
        return found

    def unit(self, code: UnitCode) -> Unit:
        """Return the unit with that code.

        :raises ControlError: if there is none.
        """
        found = self.find_unit(code)
        if found is None:
            raise ControlError(
                message("{code} is not in the register of units", code=code),
                by_command(message("compare with the register of units"), "rmdocs unit list"),
                clause="§2",
            )
        return found

    def find_person(self, staff_no: StaffNumber) -> Person | None:
        """Return the person, or None where the number is unknown; without revoked keys."""
        found = self._last("people", str(staff_no))
        if found is None:
            return None
        person = Person.from_json(found)
        revoked = self.revocations(staff_no)
        if not revoked:
            return person
        good = (line for line in person.keys if revoked.revoked(fingerprint(line)) is None)
        return replace(person, keys=tuple(good))

    def revocations(self, staff_no: StaffNumber) -> RevocationRegister:
        """Return which keys of a person were revoked, and what they confirmed."""
        return RevocationRegister.of(self.head, staff_no)

    def find_unit(self, code: UnitCode) -> Unit | None:
        """Return the unit, or None where the code is unknown."""
        found = self._last("units", str(code))
        return None if found is None else Unit.from_json(found)

    def entries(self, staff_no: StaffNumber, zone: tzinfo) -> list[tuple[date, Person]]:
        """Return every entry of a person with the day it was made, the first first."""
        name = str(staff_no)
        if name not in self._entries:
            paths = {f"people/{name}/{entry}" for entry in entry_names(self.head, "people", name)}
            self._entries[name] = [
                (event, self._read(file.path))
                for event in self.head.events(f"people/{name}")
                for file in event.files
                if file.path in paths
            ]
        return [(event.day_in(zone), person) for event, person in self._entries[name]]

    def since(self, person: Person, zone: tzinfo) -> date:
        """Return the day of the first entry of whoever is there, since they came or came back."""
        days: list[date] = []
        for day, entered in self.entries(person.staff_no, zone):
            days = [*days, day] if entered.left is None else []
        return days[0]

    def named(self, name: str, zone: tzinfo, on: date) -> list[Person]:
        """Return those of a name, compared folded, each as entered by the end of a day.

        Who was entered only later is returned as entered first.
        """
        numbers = map(StaffNumber.parse, self.head.list("people"))
        found = (then(self.entries(number, zone), on) for number in numbers)
        return [person for person in found if person and fold(person.name) == fold(name)]

    def keys(self, staff_no: StaffNumber) -> tuple[str, ...]:
        """Return every key a person ever had, the newest last."""
        entries = self.entries(staff_no, UTC)
        return tuple(dict.fromkeys(line for _, person in entries for line in person.keys))

    def begun(self, zone: tzinfo) -> date:
        """Return the day on which the register was begun: that of the founding."""
        return self.head.events("founding")[0].day_in(zone)

    def people(self) -> Iterator[Person]:
        """Yield everyone, by staff number."""
        for name in self.head.list("people"):
            yield self.person(StaffNumber.parse(name))

    def units(self) -> Iterator[Unit]:
        """Yield all units, by code."""
        for name in self.head.list("units"):
            yield self.unit(UnitCode.parse(name))

    def next_entry(self, kind: str, name: str) -> int:
        """Return the number of the next entry for ``name``."""
        return len(entry_names(self.head, kind, name)) + 1

    def _last(self, kind: str, name: str) -> JsonObject | None:
        if (kind, name) not in self._newest:
            entries = entry_names(self.head, kind, name)
            found = self._json(f"{kind}/{name}/{entries[-1]}") if entries else None
            self._newest[kind, name] = found
        return self._newest[kind, name]

    def _read(self, path: str) -> Person:
        return Person.from_json(self._json(path))

    def _json(self, path: str) -> JsonObject:
        data = self.head.read(path)
        if data is None:
            raise DamagedError(message("register entry {name} cannot be read", name=path))
        entry: JsonObject = canonical.decode(data)
        return entry
