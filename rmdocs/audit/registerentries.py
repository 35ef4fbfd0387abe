"""Verifying entries of units, people and customers: each is of whom its folder names (F11, F16).

A person is a key. An entry that gives somebody's key to another, enters one person under
two numbers, or lies in another's folder, makes two people of one or one of two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.audit.authority import UNREADABLE
from rmdocs.characters import fold
from rmdocs.classes import dataclass
from rmdocs.events.records import Unit
from rmdocs.findings import Finding, Severity, error
from rmdocs.messages import listed, message
from rmdocs.registers.customers import CUSTOMERS
from rmdocs.registers.revocations import fingerprint
from rmdocs.registers.staff import ROLES, Person

if TYPE_CHECKING:
    from rmdocs.audit.authority import Authority
    from rmdocs.store.event import Event

_CLAUSE = "ISO 9001 §5.3"
_FIND_OUT = message("find out who entered it, and take what that person did for not done")
_wrong = partial(error, remedy=_FIND_OUT, clause=_CLAUSE)
_ASK = message("make sure that they are two people: one person has one number")
_ALONE = 2
"""The rules from which on nobody is entered twice."""


@dataclass(slots=True, kw_only=True)
class RegisterEntries:
    """Goes through the register's entries in the order in which they were made."""

    authority: Authority
    _units: set[str] = field(default_factory=set)
    _keys: dict[str, str] = field(default_factory=dict)
    _people: dict[str, Person] = field(default_factory=dict)

    def findings(self, event: Event, directory: str) -> Iterator[Finding]:
        """Yield what is wrong with the entry that an event makes, if it makes one."""
        base, _, name = directory.partition("/")
        if base not in {"units", "people", CUSTOMERS}:
            return
        for file in event.files:
            try:
                value = canonical.decode(self.authority.control.read(file.path) or b"")
                if base == "units":
                    own = str(Unit.from_json(value).code)
                elif base == "people":
                    person = Person.from_json(value)
                    own = str(person.staff_no)
                    yield from self._person(event, file.path, person)
                else:
                    own = str(value["uscc"])
            except UNREADABLE:
                yield _wrong(
                    "ENTRY-UNREADABLE", file.path, message("it is no entry of the register")
                )
                continue
            if own != name:
                yield _wrong(
                    "ENTRY-OTHER",
                    file.path,
                    message("the entry of {name} is that of {own}", name=name, own=own),
                )
            elif base == "units":
                self._units.add(own)

    def _person(self, event: Event, path: str, person: Person) -> Iterator[Finding]:
        number = str(person.staff_no)
        if str(person.unit) not in self._units:
            reason = message("the unit {unit} was not entered by then", unit=person.unit)
            yield _wrong("ENTRY-UNIT", path, reason)
        unknown = sorted(person.roles - set(ROLES))
        if unknown:
            reason = message("no such role is known: {roles}", roles=listed(unknown))
            yield _wrong("ENTRY-ROLE", path, reason)
        if person.left is not None and (person.roles or person.keys):
            yield _wrong("ENTRY-LEFT", path, message("who has left has neither role nor key"))
        for key in filter(None, map(fingerprint, person.keys)):
            other = self._keys.setdefault(key, number)
            if other != number:
                reason = message("its key is that of {staff_no}: a person is a key", staff_no=other)
                yield _wrong("ENTRY-KEY", path, reason)
        yield from self._twins(event, path, person)
        self._people[number] = person

    def _twins(self, event: Event, path: str, person: Person) -> Iterator[Finding]:
        """Yield a second number of one person: under two they could approve their own acts."""
        severe = self.authority.policy(event.index).rules >= _ALONE
        for other in self._people.values():
            if (
                other.staff_no != person.staff_no
                and other.left is None
                and person.left is None
                and other.staff_no.serial == person.staff_no.serial
                and fold(other.name) == fold(person.name)
            ):
                reason = message(
                    "{name} is entered already, as {staff_no}",
                    name=person.name,
                    staff_no=other.staff_no,
                )
                yield Finding(
                    code="ENTRY-TWICE",
                    severity=Severity.ERROR if severe else Severity.WARNING,
                    path=path,
                    message=reason,
                    remedy=_ASK,
                    clause=_CLAUSE,
                )


def name_findings(authority: Authority, event: Event) -> Iterator[Finding]:
    """Yield an act under another name than its actor had in the register then (F16)."""
    names = authority.names_then(event)
    if names and event.actor.name not in names:
        yield _wrong(
            "ACTOR-NAME",
            event.place,
            message(
                "it names {name}, but {staff_no} was {known} then",
                name=event.actor.name,
                staff_no=event.actor.staff_no,
                known=listed(names),
            ),
        )
