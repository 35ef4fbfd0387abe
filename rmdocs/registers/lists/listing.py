"""What the registers printed from the ledgers have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rmdocs.messages import Text
from rmdocs.registers.ledgers import Ledgers
from rmdocs.registers.lists.cells import SIGNERS
from rmdocs.reports.report import Cell, Column, Report


@dataclass(frozen=True, slots=True)
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
            self.name,
            self.title,
            self.columns,
            tuple(rows),
            as_of=ledgers.day,
            organisation=ledgers.organisation,
            notes=notes,
            signatures=SIGNERS,
        )
