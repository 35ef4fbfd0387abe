"""Holds (暂停处置): what must not be disposed of, whatever the retention schedule says.

A hold is placed on a record, on all records of a customer, or on a whole
number series; it stands until it is lifted. Folded from the events of the
control ledger; placing and lifting is the business of ``disposition``. The
kinds are data (``holds.toml``).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, DamagedError, UsageError
from rmdocs.events.control import HoldLifted, HoldPlaced, Scope
from rmdocs.forms.tomltables import read_toml
from rmdocs.identifiers import HoldNumber, RecordNumber
from rmdocs.language.texts import is_uscc
from rmdocs.messages import Bilingual, Text, Verbatim, by_command, message
from rmdocs.registers.yearly import YearlyRegister

if TYPE_CHECKING:
    from rmdocs.store.event import Event

HOLDS = "holds"
HOLD_NAME = "hold.json"
_KINDS = Path(__file__).with_name("holds.toml")


@cache
def hold_kinds() -> Mapping[str, Text]:
    """Return the kinds of holds and what a person calls each."""
    kinds = read_toml(_KINDS.read_bytes(), _KINDS.name)["kinds"]
    return {
        kind["code"]: Bilingual(zh=kind["title"]["zh"], en=kind["title"]["en"]) for kind in kinds
    }


def hold_kind_name(code: str) -> Text:
    """Return what a person calls a kind of hold; an unknown one stands for itself."""
    return hold_kinds().get(code, Verbatim(code))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The records that a hold is on.

    :param value: a record number; a customer's unified social credit code;
        form, unit and year as ``RXD7200-04-JN01-2026``.
    """

    scope: Scope
    value: str

    @classmethod
    def record(cls, text: str) -> Held:
        """Return the record with that number.

        :raises UsageError: if it is no record number.
        """
        return cls(scope=Scope.RECORD, value=str(RecordNumber.parse(text)))

    @classmethod
    def customer(cls, text: str) -> Held:
        """Return the records of the customer with that code, those yet to come too.

        :raises UsageError: if it is no unified social credit code.
        """
        code = text.strip().upper()
        if not is_uscc(code):
            raise UsageError(
                message("“{text}” is not a unified social credit code", text=text),
                message("copy the 18 characters from the customer's business licence"),
            )
        return cls(scope=Scope.CUSTOMER, value=code)

    @classmethod
    def series(cls, text: str) -> Held:
        """Return all records of a form, unit and year, those yet to come too.

        :raises UsageError: if it is no series.
        """
        try:
            number = RecordNumber.parse(f"{text}-0001")
        except UsageError as problem:
            raise UsageError(
                message("“{text}” is not a number series", text=text),
                message("write form, unit and year like RXD7200-04-JN01-2026"),
            ) from problem
        return cls(scope=Scope.SERIES, value=str(number.series))

    def covers(self, number: RecordNumber, uscc: str) -> bool:
        """Return whether a record is among them.

        :param uscc: its customer's code; empty where it has none.
        """
        if self.scope is Scope.RECORD:
            return self.value == str(number)
        if self.scope is Scope.CUSTOMER:
            return bool(uscc) and self.value == uscc.upper()
        return self.value == str(number.series)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold and everything that happened to it.

    :param kind: a code of :func:`hold_kinds`.
    :param placed: the event that placed it; its reason and actor are the hold's.
    :param lifted: the event that lifted it, or None while it stands.
    """

    number: HoldNumber
    kind: str
    held: Held
    placed: Event
    lifted: Event | None

    @property
    def stands(self) -> bool:
        """Return whether it is not lifted yet."""
        return self.lifted is None

    def stood_at(self, size: int) -> bool:
        """Return whether it stood when the control ledger had that many events."""
        return self.placed.index < size and (self.lifted is None or self.lifted.index >= size)


class HoldRegister(YearlyRegister[HoldNumber, Hold]):
    """Holds as of one commit of the control ledger."""

    FOLDER = HOLDS
    NUMBER = HoldNumber

    def unlifted(self) -> tuple[Hold, ...]:
        """Return the holds that are not lifted."""
        return tuple(hold for hold in self.all() if hold.stands)

    def _read(self, number: HoldNumber) -> Hold | None:
        directory = f"{HOLDS}/{number}"
        events = self._events(directory)
        data = self.head.read(f"{directory}/{HOLD_NAME}")
        placed = next((event for event in events if event.kind == HoldPlaced.KIND), None)
        if placed is None or data is None:
            return None
        try:
            terms = HoldPlaced.from_json(canonical.decode(data))
        except (TypeError, ValueError) as problem:
            raise DamagedError(
                message("the hold {number} cannot be read", number=number)
            ) from problem
        return Hold(
            number=number,
            kind=terms.of_kind,
            held=Held(scope=terms.scope, value=terms.held),
            placed=placed,
            lifted=next((event for event in events if event.kind == HoldLifted.KIND), None),
        )

    def _absent(self, number: HoldNumber) -> ControlError:
        return ControlError(
            message("there is no hold {number}", number=number),
            by_command(message("look at the list of holds"), "rmdocs hold list"),
        )
