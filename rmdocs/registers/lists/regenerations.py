"""重新生成登记册: runs of regeneration, which records they were to move, and how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rmdocs.messages import Text, message
from rmdocs.registers.ledgers import BY_EVENTS, Ledgers
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import Listing
from rmdocs.registers.names import named
from rmdocs.registers.regenerations import ABANDONED, DONE, RegenerationRegister
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.identifiers import DocumentNumber
    from rmdocs.registers.regenerations import RegenerationRun

NAME = "regenerations"
_LISTING = Listing(
    name=NAME,
    title=message("Register of regenerations"),
    columns=(
        Column(name="run", title=message("run"), width=6),
        Column(name="form", title=message("form"), width=12),
        Column(name="to", title=message("to revision"), width=6),
        Column(name="where", title=message("only where"), width=24),
        Column(name="records", title=message("records meant"), kind=ColumnKind.NUMBER, width=8),
        Column(name="begun_by", title=message("begun by"), width=16),
        Column(name="begun", title=message("begun at"), kind=ColumnKind.MOMENT, width=16),
        Column(name="ended", title=message("ended at"), kind=ColumnKind.MOMENT, width=16),
        Column(name="outcome", title=message("how it ended"), width=12),
        Column(
            name="regenerated",
            title=message("records regenerated"),
            kind=ColumnKind.NUMBER,
            width=12,
        ),
        Column(name="reason", title=message("reason"), width=24),
    ),
)
_OUTCOMES: Mapping[str, Text] = {
    DONE: message("carried out"),
    ABANDONED: message("given up for another run"),
}


def regeneration_list(ledgers: Ledgers, number: DocumentNumber | None = None) -> Report:
    """Return the runs begun by the end of the day.

    :param number: only those of this form.
    :raises StoreError: if a run cannot be read.
    """
    register = RegenerationRegister(ledgers.then) if ledgers.then is not None else None
    runs = register.all() if register is not None else ()
    return _LISTING.of(
        ledgers,
        (
            _row(ledgers, register, run)
            for run in runs
            if register is not None and number in {None, run.form}
        ),
        BY_EVENTS,
        message("what became of each record is told by its own history"),
    )


def _row(
    ledgers: Ledgers, register: RegenerationRegister, run: RegenerationRun
) -> tuple[Cell, ...]:
    result = register.result(run)
    return (
        run.name,
        str(run.form),
        str(run.to),
        run.where or None,
        len(run.records),
        listing.actor(run.begun),
        ledgers.local(run.begun),
        ledgers.local(run.ended) if run.ended is not None else None,
        named(_OUTCOMES, result.outcome) if result is not None else message("to be gone on with"),
        len(result.regenerated) if result is not None else None,
        run.begun.reason,
    )
