"""记录清单: the records of a form, unit or year, and how long each is kept.

Taken from the search index; only a record that something happened to after
the day is read from its volume, as it stood then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import TYPE_CHECKING

from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision
from rmdocs.messages import Bilingual, Joined, Text, message
from rmdocs.registers.holds import Hold, HoldRegister, hold_kind_name
from rmdocs.registers.ledgers import BY_EVENTS, Ledgers
from rmdocs.registers.lists.listing import Listing
from rmdocs.registers.names import RECORD_STATUS_NAMES, named
from rmdocs.registers.records import read_folder
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.forms.sections.retention import RetentionSection
    from rmdocs.identifiers import Volume
    from rmdocs.registers.catalogue import Catalogue
    from rmdocs.registers.index import IndexedRecord
    from rmdocs.store.protocol import Head

NAME = "records"
_LISTING = Listing(
    name=NAME,
    title=message("Register of records"),
    columns=(
        Column(name="number", title=message("number"), width=26),
        Column(name="date", title=message("date"), kind=ColumnKind.DATE, width=11),
        Column(name="customer", title=message("customer"), width=18),
        Column(name="subject", title=message("subject"), width=16),
        Column(name="status", title=message("status"), width=9),
        Column(name="revision", title=message("revision"), width=6),
        Column(name="years", title=message("kept for (years)"), kind=ColumnKind.NUMBER, width=8),
        Column(name="starts", title=message("counted from"), kind=ColumnKind.DATE, width=11),
        Column(name="due", title=message("kept until"), kind=ColumnKind.DATE, width=11),
        Column(name="hold", title=message("hold"), width=18),
        Column(name="disposed", title=message("disposed of on"), kind=ColumnKind.DATE, width=11),
    ),
)
_TOTAL_LISTING = Listing(
    name=NAME,
    title=message("Register of records by form, unit and year"),
    columns=(
        Column(name="form", title=message("form"), width=12),
        Column(name="title", title=message("title"), width=18),
        Column(name="unit", title=message("unit"), width=6),
        Column(name="year", title=message("year"), kind=ColumnKind.NUMBER, width=6),
        Column(name="given", title=message("given"), kind=ColumnKind.NUMBER, width=7),
        Column(name="open", title=message("open"), kind=ColumnKind.NUMBER, width=7),
        Column(name="closed", title=message("closed"), kind=ColumnKind.NUMBER, width=7),
        Column(name="void", title=message("void"), kind=ColumnKind.NUMBER, width=7),
        Column(name="disposed", title=message("disposed of"), kind=ColumnKind.NUMBER, width=7),
        Column(name="years", title=message("kept for (years)"), width=8),
        Column(name="from", title=message("counted from"), width=20),
        Column(name="basis", title=message("basis"), width=14),
        Column(
            name="first_due", title=message("kept until, first"), kind=ColumnKind.DATE, width=11
        ),
        Column(name="last_due", title=message("kept until, last"), kind=ColumnKind.DATE, width=11),
    ),
)
_KEPT = message("a record is kept up to the day named, and longer under a hold")


def records_then(
    ledgers: Ledgers, catalogue: Catalogue, rows: Iterable[IndexedRecord]
) -> Iterator[IndexedRecord]:
    """Yield the records issued by the end of the day, each as it stood then.

    :param rows: as they stand, from the index.
    """
    until = ledgers.until.astimezone(UTC).isoformat()
    heads: dict[Volume, Head | None] = {}
    for row in rows:
        if row.issued >= until:
            continue
        if row.changed < until:
            yield row
            continue
        number = RecordNumber.parse(row.number)
        volume = number.volume
        if volume not in heads:
            heads[volume] = catalogue.store.head_before(volume.ref, ledgers.until)
        head = heads[volume]
        if head is not None:
            yield catalogue.entries.of(volume, read_folder(head, number)).record


def record_list(ledgers: Ledgers, rows: Iterable[IndexedRecord]) -> Report:
    """Return one row a record.

    :param rows: as :func:`records_then` gives them.
    """
    held = _holds(ledgers)
    return _LISTING.of(ledgers, (_row(row, held) for row in rows), BY_EVENTS, _KEPT)


def record_totals(ledgers: Ledgers, rows: Iterable[IndexedRecord]) -> Report:
    """Return one row a form, unit and year, with how its records are kept.

    :param rows: as :func:`records_then` gives them.
    """
    totals: dict[tuple[str, str, int], _Total] = {}
    for row in rows:
        totals.setdefault((row.form, row.unit, row.year), _Total()).add(row)
    return _TOTAL_LISTING.of(
        ledgers,
        (_total_row(ledgers, *key, total) for key, total in totals.items()),
        BY_EVENTS,
        _KEPT,
    )


def _row(row: IndexedRecord, held: Callable[[IndexedRecord], Sequence[Hold]]) -> tuple[Cell, ...]:
    disposed = bool(row.disposed)
    return (
        row.number,
        date.fromisoformat(row.date),
        row.customer,
        row.subject,
        named(RECORD_STATUS_NAMES, row.status),
        row.revision,
        row.years or None,
        _day(row.starts),
        _day(row.due),
        None if disposed else _hold(row, held(row)),
        _day(row.disposed),
    )


def _day(iso: str) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _holds(ledgers: Ledgers) -> Callable[[IndexedRecord], Sequence[Hold]]:
    unlifted = HoldRegister(head=ledgers.then).unlifted() if ledgers.then is not None else ()

    def held(row: IndexedRecord) -> Sequence[Hold]:
        if not unlifted:
            return ()
        number = RecordNumber.parse(row.number)
        return [hold for hold in unlifted if hold.held.covers(number, row.uscc)]

    return held


def _hold(row: IndexedRecord, holds: Sequence[Hold]) -> Text | None:
    """Return what keeps a record whatever its years say, nothing if nothing does."""
    own: tuple[Text, ...] = (message("by its form"),) if row.held else ()
    placed = tuple(
        message("{number} {kind}", number=hold.number, kind=hold_kind_name(hold.kind))
        for hold in holds
    )
    return Joined((*own, *placed)) if own or placed else None


@dataclass(slots=True, kw_only=True)
class _Total:
    """What is counted of a form, unit and year."""

    statuses: Counter[str] = field(default_factory=Counter)
    revisions: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    due: list[str] = field(default_factory=list)

    def add(self, row: IndexedRecord) -> None:
        self.statuses[row.status] += 1
        self.revisions.add(row.revision)
        if row.years:
            self.years.add(row.years)
        if row.due:
            self.due.append(row.due)


def _total_row(
    ledgers: Ledgers, form: str, unit: str, year: int, total: _Total
) -> tuple[Cell, ...]:
    title, retention = _schedule(ledgers, form, total.revisions)
    return (
        form,
        title,
        unit,
        year,
        total.statuses.total(),
        *(total.statuses[status] for status in ("issued", "closed", "voided", "disposed")),
        " / ".join(str(years) for years in sorted(total.years)),
        retention.start,
        retention.basis,
        _day(min(total.due, default="")),
        _day(max(total.due, default="")),
    )


def _schedule(
    ledgers: Ledgers, form: str, revisions: Iterable[str]
) -> tuple[Bilingual, RetentionSection]:
    """Return title and retention of the newest revision that the records stand under."""
    number = DocumentNumber.parse(form)
    newest = max(Revision.parse(revision) for revision in revisions)
    found = ledgers.forms.load(ledgers.forms.release(number, newest)).form
    return found.title, found.retention
