"""The register of customers: what is known of each, by its unified social credit code.

Each has numbered entries on control (``customers/<USCC>/0001.json``); the last
one rules, the earlier ones stay. Properties are named as the forms name them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import AMONG, Answer, WordlessAnswer
from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, DamagedError
from rmdocs.findings import Finding, error, warning
from rmdocs.language.texts import is_phone, is_postcode, is_uscc, uscc_org_check
from rmdocs.messages import by_command, message
from rmdocs.registers.staff import entry_names, entry_path
from rmdocs.schemas.schema import Schema
from rmdocs.values import blank, unreadable

if TYPE_CHECKING:
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

CUSTOMERS = "customers"
_SCHEMA = Path(__file__).parent / "customer.schema.json"
_ROOT = "$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer(WordlessAnswer):
    """A customer as the register holds it.

    :param uscc: the unified social credit code (GB 32100-2015). :param name: in full.
    :param facts: what else is known, named as forms name it: ``category``,
        ``domicile``, ``postcode``, ``representative``, ``phone``, ``fax``.
    """

    uscc: str
    name: str
    facts: Mapping[str, object] = field(metadata=AMONG)

    @classmethod
    def from_json(cls, value: JsonObject) -> Customer:
        """Return the customer an entry describes.

        :raises StoreError: if it is no such entry.
        """
        try:
            facts = {name: fact for name, fact in value.items() if name not in {"uscc", "name"}}
            return cls(uscc=value["uscc"], name=value["name"], facts=MappingProxyType(facts))
        except (AttributeError, KeyError, TypeError) as problem:
            raise DamagedError(message("an entry of the registers cannot be read")) from problem

    def changed(self, facts: Mapping[str, object]) -> Customer:
        """Return the customer with facts in place of those known."""
        value = {**self.to_json(), **facts}
        return Customer.from_json({name: fact for name, fact in value.items() if fact is not None})


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEntry(Answer):
    """What was entered of a customer, when, by whom.

    :param time: by the clock of the office.
    :param staff_no: of who entered it; ``by`` is their name.
    :param customer: as it stood then.
    """

    TOLD: ClassVar = ("time", "staff_no", "customer")
    time: datetime
    staff_no: str
    by: str
    customer: Customer = field(metadata=AMONG)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerHistory(Answer):
    """A customer as it stands, and every entry of it.

    :param entries: all that was entered, the first first.
    """

    customer: Customer = field(metadata=AMONG)
    entries: tuple[CustomerEntry, ...]


@cache
def customer_schema() -> Schema:
    """Return what an entry may hold."""
    return Schema.load(_SCHEMA.read_bytes(), {}, _SCHEMA.name)


def check_customer(value: JsonObject) -> tuple[Customer, list[Finding]]:
    """Return the customer that ``value`` describes, tidied, and everything wrong with it."""
    schema = customer_schema()
    tidy = schema.normalise(value)
    findings = schema.check(tidy, _ROOT)
    faulty = {finding.path for finding in findings}
    findings += [
        replace(one, label=_title(one.path.removeprefix("$.").partition(".")[0]))
        for one in (*unreadable(tidy), *blank(tidy))
    ]
    findings += [one for one in _codes(tidy) if one.path not in faulty]
    named = {"uscc": "", "name": "", **tidy}
    return Customer.from_json(named), findings


def _codes(value: JsonObject) -> Iterator[Finding]:
    """Yield which codes and numbers are none."""
    uscc = value.get("uscc")
    if uscc and not is_uscc(uscc):
        yield error(
            "CUSTOMER-USCC",
            "$.uscc",
            message(
                "the unified social credit code {uscc} has a wrong length, character or"
                " check character",
                uscc=uscc,
            ),
            message("copy the 18 characters from the business licence again"),
            clause="GB 32100-2015",
            label=_title("uscc"),
        )
    elif uscc and not uscc_org_check(uscc):
        yield warning(
            "CUSTOMER-USCC-ORG",
            "$.uscc",
            message("positions 9 to 17 of the code fail the check of the organisation code"),
            message("compare with the business licence"),
            clause="GB 11714-1997",
            label=_title("uscc"),
        )
    postcode = value.get("postcode")
    if postcode is not None and not is_postcode(postcode):
        yield error(
            "CUSTOMER-POSTCODE",
            "$.postcode",
            message("the postcode {postcode} is not six digits", postcode=postcode),
            message("write the six digits of the postcode"),
            label=_title("postcode"),
        )
    for name in ("phone", "fax"):
        number = value.get(name)
        if number is not None and not is_phone(number):
            yield error(
                "CUSTOMER-PHONE",
                f"$.{name}",
                message(
                    "{number} is neither a mobile number nor an area code with 7 to 8 digits",
                    number=number,
                ),
                message("write it like 0531-55510010 or 13900000000"),
                label=_title(name),
            )


def _title(name: str) -> str:
    field = customer_schema().root.child(name)
    return field.title if field else name


@dataclass(frozen=True, slots=True)
class CustomerRegister:
    """Customers as of one commit of the control ledger; None before there was one."""

    head: Head | None

    def customer(self, uscc: str) -> Customer:
        """Return the customer with that code.

        :raises ControlError: if it is not in the register.
        """
        found = self.find(uscc)
        if found is None:
            raise ControlError(
                message("{uscc} is not in the register of customers", uscc=uscc),
                by_command(
                    message("have it entered"),
                    message("rmdocs customer add {uscc} --name TEXT", uscc=uscc),
                ),
            )
        return found

    def find(self, uscc: str) -> Customer | None:
        """Return the customer, or None where the code is unknown; case is not looked at."""
        entries = self._entries(uscc.upper())
        return self._read(uscc.upper(), entries[-1]) if entries else None

    def all(self) -> Iterator[Customer]:
        """Yield all customers, by code."""
        for uscc in self.head.list(CUSTOMERS) if self.head is not None else ():
            yield self.customer(uscc)

    @property
    def is_kept(self) -> bool:
        """Return whether there is any entry: without one the register says nothing of anybody."""
        return self.head is not None and bool(self.head.list(CUSTOMERS))

    def history(self, uscc: str) -> list[tuple[Event, Customer]]:
        """Return every entry of a customer with the event that made it, the first first."""
        code = uscc.upper()
        events = self.head.events(f"{CUSTOMERS}/{code}") if self.head is not None else []
        by_path = {file.path: event for event in events for file in event.files}
        return [
            (by_path[f"{CUSTOMERS}/{code}/{name}"], self._read(code, name))
            for name in self._entries(code)
            if f"{CUSTOMERS}/{code}/{name}" in by_path
        ]

    def next_path(self, uscc: str) -> str:
        """Return where the next entry of a customer lies."""
        return entry_path(CUSTOMERS, uscc, len(self._entries(uscc)) + 1)

    def _entries(self, uscc: str) -> list[str]:
        # What is no code may be a path; nothing is looked for there.
        if self.head is None or not uscc.isalnum():
            return []
        return entry_names(self.head, CUSTOMERS, uscc)

    def _read(self, uscc: str, name: str) -> Customer:
        data = self.head.read(f"{CUSTOMERS}/{uscc}/{name}") if self.head is not None else None
        if data is None:
            raise DamagedError(message("register entry {name} cannot be read", name=name))
        return Customer.from_json(canonical.decode(data))
