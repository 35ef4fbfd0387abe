"""What registers are derived from: the ledgers, as they stand and as they stood on a day.

A day has two sides. Which revision was in force on it follows from the dates
of effect as they are known now, so that it can be asked of days before the
store was founded; everything else counts by the events up to the day's end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Protocol, TypeAlias

from rmdocs.findings import NOTHING
from rmdocs.forms.sections.identity import RevisionEntry
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Bilingual, Text, message
from rmdocs.registers.documents import DocumentRegister
from rmdocs.registers.forms import FormRegister
from rmdocs.registers.revisions import Release, RevisionRegister

if TYPE_CHECKING:
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

Register: TypeAlias = FormRegister | DocumentRegister

BY_DATES = message(
    "what was in force follows from the dates of effect as known now; approvals,"
    " reviews and copies count up to the end of the day"
)
BY_EVENTS = message("acts count up to the end of the day")
"""What the notes of a register say of its day."""


class Controlled(Protocol):
    """What a form and another document both say of themselves."""

    @property
    def title(self) -> Bilingual:
        """Return the title."""

    @property
    def parent(self) -> DocumentNumber | None:
        """Return the document it belongs to, None if none."""

    @property
    def pending(self) -> tuple[Bilingual, ...]:
        """Return what is still to be settled (待核定)."""

    @property
    def history(self) -> tuple[RevisionEntry, ...]:
        """Return the rows of its revision table (修改记录)."""

    @property
    def review_months(self) -> int | None:
        """Return how often it is reviewed; None if never."""


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The control ledger now and at the end of a day.

    :param day: the day that is asked about, where the office is.
    :param until: the first moment after it, in the office's zone.
    :param then: control as it stood just before ``until``; None if there was
        no store yet.
    :param organisation: whose registers these are.
    """

    day: date
    until: datetime
    forms: FormRegister
    documents: DocumentRegister
    then: Head | None
    organisation: Text = NOTHING

    @property
    def control(self) -> Head:
        """Return control as it stands."""
        return self.forms.head

    def registers(self) -> tuple[Register, ...]:
        """Return the registers of controlled documents, forms last as their annexes."""
        return (self.documents, self.forms)

    def numbers(self) -> Iterator[tuple[Register, DocumentNumber]]:
        """Yield every controlled document and the register that holds it."""
        for register in self.registers():
            for number in register.numbers():
                yield register, number

    def released_then(self, register: Register) -> RevisionRegister | None:
        """Return a register as it stood at the end of the day; None if there was none."""
        return None if self.then is None else RevisionRegister(self.then, register.base)

    @property
    def zone(self) -> tzinfo | None:
        """Return the time zone of the office."""
        return self.until.tzinfo

    def local(self, event: Event) -> datetime:
        """Return when an event happened, by the clock of the office."""
        return event.time.astimezone(self.zone)

    def day_of(self, event: Event) -> date:
        """Return the day of an event where the office is."""
        return event.day_in(self.zone)


def read_revision(register: Register, release: Release) -> Controlled:
    """Return what a released revision says of itself.

    :raises StoreError: if its bytes are not those that were approved.
    """
    if isinstance(register, FormRegister):
        return register.load(release).form
    return register.load(release).document
