"""What the registers printed from the ledgers have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmdocs.messages import Text, Verbatim, message
from rmdocs.registers.ledgers import Ledgers
from rmdocs.reports.report import Cell, Column, Report

if TYPE_CHECKING:
    from rmdocs.store.event import Event

_SHORT = 12

SIGNERS: tuple[Text, ...] = (message("Prepared by"), message("Reviewed by"), message("Date"))
"""Who signs under a printed register."""

_REASONS = {
    "approved by key": message("approved by key"),
    "adopted from paper": message("adopted from paper"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A register without its rows: what is the same of it on every day.

    :param name: what commands and file names call it.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]

    def of(self, ledgers: Ledgers, rows: Iterable[tuple[Cell, ...]], *notes: Text) -> Report:
        """Return the register as of the day of ``ledgers``, with lines to sign.

        :param rows: each with one cell a column.
        :param notes: printed under the table, one a line.
        """
        return Report(
            name=self.name,
            title=self.title,
            columns=self.columns,
            rows=tuple(rows),
            as_of=ledgers.day,
            organisation=ledgers.organisation,
            notes=notes,
            signatures=SIGNERS,
        )
