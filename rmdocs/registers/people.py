"""The registers of units and staff, as the control ledger holds them.

Each person and unit has numbered entries (``people/JN01-0101/0001.json``);
the last one rules, the earlier ones stay. A person is known by a key: the
register says which keys count, not which names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.canonical import JsonObject
from rmdocs.errors import ControlError, StoreError, UsageError
from rmdocs.identifiers import StaffNumber, UnitCode
from rmdocs.messages import message
from rmdocs.registers.names import ROLE_NAMES

if TYPE_CHECKING:
    from rmdocs.store.protocol import Head

ROLES = tuple(ROLE_NAMES)
"""The roles a person may hold."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit under the branch (IXD7200-01 §2)."""

    code: UnitCode
    name: str
    full_name: str

    def to_json(self) -> JsonObject:
        """Return the register entry as JSON."""
        return {"code": str(self.code), "name": self.name, "full_name": self.full_name}

    @classmethod
    def from_json(cls, value: JsonObject) -> Unit:
        """Return the unit a register entry describes.

        :raises StoreError: if it is no such entry.
        """
        try:
            return cls(UnitCode.parse(value["code"]), value["name"], value["full_name"])
        except (KeyError, TypeError, UsageError) as problem:
            raise _damaged() from problem


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff and the keys that prove it is them.

    :param keys: OpenSSH public key lines; the last one signs, all verify.
    """

    staff_no: StaffNumber
    name: str
    unit: UnitCode
    roles: frozenset[str]
    keys: tuple[str, ...]

    def to_json(self) -> JsonObject:
        """Return the register entry as JSON."""
        return {
            "staff_no": str(self.staff_no),
            "name": self.name,
            "unit": str(self.unit),
            "roles": sorted(self.roles),
            "keys": list(self.keys),
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Person:
        """Return the person a register entry describes.

        :raises StoreError: if it is no such entry.
        """
        try:
            return cls(
                StaffNumber.parse(value["staff_no"]),
                value["name"],
                UnitCode.parse(value["unit"]),
                frozenset(value["roles"]),
                tuple(value["keys"]),
            )
        except (KeyError, TypeError, UsageError) as problem:
            raise _damaged() from problem


def _damaged() -> StoreError:
    return StoreError(
        message("an entry of the registers cannot be read"), message("run: rmdocs verify")
    )


def entry_path(kind: str, name: str, entry: int) -> str:
    """Return where entry ``entry`` of ``kind`` (people, units) lies."""
    return f"{kind}/{name}/{entry:04d}.json"


def entry_names(head: Head, kind: str, name: str) -> list[str]:
    """Return the file names of all entries under ``name``, the first first, past 9999 too."""
    found = (item for item in head.list(f"{kind}/{name}") if item.endswith(".json"))
    return sorted(found, key=lambda item: (len(item), item))


@dataclass(frozen=True, slots=True)
class StaffRegister:
    """Units and people as of one commit of the control ledger."""

    head: Head

    def person(self, staff_no: StaffNumber) -> Person:
        """Return the person with that number.

        :raises ControlError: if nobody has it.
        """
        found = self._last("people", str(staff_no))
        if found is None:
            raise ControlError(
                message("{staff_no} is not in the register of staff", staff_no=staff_no),
                message("check the number with: rmdocs person list"),
                clause="ISO 9001 §7.5.3",
            )
        return Person.from_json(found)

    def unit(self, code: UnitCode) -> Unit:
        """Return the unit with that code.

        :raises ControlError: if there is none.
        """
        found = self._last("units", str(code))
        if found is None:
            raise ControlError(
                message("{code} is not in the register of units", code=code),
                message("check the code with: rmdocs unit list"),
                clause="§2",
            )
        return Unit.from_json(found)

    def find_person(self, staff_no: StaffNumber) -> Person | None:
        """Return the person, or None where the number is unknown."""
        found = self._last("people", str(staff_no))
        return None if found is None else Person.from_json(found)

    def find_unit(self, code: UnitCode) -> Unit | None:
        """Return the unit, or None where the code is unknown."""
        found = self._last("units", str(code))
        return None if found is None else Unit.from_json(found)

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
        entries = entry_names(self.head, kind, name)
        if not entries:
            return None
        data = self.head.read(f"{kind}/{name}/{entries[-1]}")
        if data is None:
            raise StoreError(message("register entry {name} cannot be read", name=name))
        entry: JsonObject = canonical.decode(data)
        return entry
