"""What printed registers have in common: the ledgers as of a day, and how they are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.findings import NOTHING
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Text, Verbatim, message
from rmdocs.registers.displaynames import REGISTER_NAMES
from rmdocs.registers.released import DocumentRegister, FormRegister, Register
from rmdocs.registers.revisions import BY_KEY, FROM_PAPER, RevisionRegister
from rmdocs.reports.report import Cell, Column, Report

if TYPE_CHECKING:
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

_SHORT = 12

SIGNERS: tuple[Text, ...] = (message("Prepared by"), message("Reviewed by"), message("Date"))
"""Who signs under a printed register."""

_REASONS = {
    BY_KEY: message("approved by key"),
    FROM_PAPER: message("adopted from paper"),
}


def who(name: str, staff_no: str) -> str:
    """Return a person as a cell shows them: name, and staff number if there is one."""
    return f"{name} {staff_no}".strip()


def actor(event: Event | None) -> str | None:
    """Return who did an act; None where nobody did."""
    return None if event is None else who(event.actor.name, event.actor.staff_no)


def short(digest: str) -> str:
    """Return as much of a SHA-256 as a person compares."""
    return digest[:_SHORT]


def reason(text: str) -> Text:
    """Return the reason of an event, the program's own in the reader's language."""
    return _REASONS.get(text, Verbatim(text))


BY_DATES = message(
    "what was in force follows from the dates of effect as known now; approvals,"
    " reviews and copies count up to the end of the day"
)
BY_EVENTS = message("acts count up to the end of the day")
"""What the notes of a register say of its day."""


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A register without its rows: what is the same of it on every day.

    :param name: what commands and file names call it.
    :param title: its own, where it is not that of the register.
    """

    name: str
    columns: tuple[Column, ...]
    title: Text | None = None

    def of(self, ledgers: Ledgers, rows: Iterable[tuple[Cell, ...]], *notes: Text) -> Report:
        """Return the register as of the day of ``ledgers``, with lines to sign.

        :param rows: each with one cell a column.
        :param notes: printed under the table, one a line.
        """
        return Report(
            name=self.name,
            title=self.title or REGISTER_NAMES[self.name],
            columns=self.columns,
            rows=tuple(rows),
            as_of=ledgers.day,
            organisation=ledgers.organisation,
            notes=notes,
            signatures=SIGNERS,
        )
