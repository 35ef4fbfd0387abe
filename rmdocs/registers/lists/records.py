"""Lists of records and of their numbers: 记录清单 and 编号序列登记册.

Records are taken from the search index; only one that something happened to after the
day is read from its volume, as it stood then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.events.control import SeriesClosed
from rmdocs.identifiers import DocumentNumber, RecordNumber, Revision, Series, Volume
from rmdocs.messages import Bilingual, Joined, Text, listed, message
from rmdocs.registers.displaynames import RECORD_STATUS_NAMES, named
from rmdocs.registers.holds import Hold, HoldRegister, hold_kind_name
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import BY_EVENTS, Ledgers, Listing
from rmdocs.registers.records import read_folder
from rmdocs.registers.series import CLOSED_NAME, VOLUMES, series_path, volume_state
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.forms.sections.retention import RetentionSection
    from rmdocs.registers.catalogue import Catalogue
    from rmdocs.registers.indexfile import IndexedRecord
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head


RECORDS = "records"
_RECORDS = Listing(
    name=RECORDS,
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
_TOTALS = Listing(
    name=RECORDS,
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
    return _RECORDS.of(ledgers, (_record_row(row, held) for row in rows), BY_EVENTS, _KEPT)


def record_totals(ledgers: Ledgers, rows: Iterable[IndexedRecord]) -> Report:
    """Return one row a form, unit and year, with how its records are kept.

    :param rows: as :func:`records_then` gives them.
    """
    totals: dict[tuple[str, str, int], _Total] = {}
    for row in rows:
        totals.setdefault((row.form, row.unit, row.year), _Total()).add(row)
    return _TOTALS.of(
        ledgers,
        (_total_row(ledgers, *key, total) for key, total in totals.items()),
        BY_EVENTS,
        _KEPT,
    )


def _record_row(
    row: IndexedRecord, held: Callable[[IndexedRecord], Sequence[Hold]]
) -> tuple[Cell, ...]:
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


SERIES = "series"
_SERIES = Listing(
    name=SERIES,
    columns=(
        Column(name="series", title=message("number series"), width=22),
        Column(name="volumes", title=message("volumes"), kind=ColumnKind.NUMBER, width=6),
        Column(name="opened", title=message("opened on"), kind=ColumnKind.DATE, width=11),
        Column(name="first", title=message("first number"), width=7),
        Column(name="last", title=message("last number"), width=7),
        Column(name="given", title=message("given"), kind=ColumnKind.NUMBER, width=7),
        Column(name="void", title=message("void"), kind=ColumnKind.NUMBER, width=7),
        Column(name="void_numbers", title=message("void numbers"), width=16),
        Column(name="closed", title=message("closed on"), kind=ColumnKind.DATE, width=11),
        Column(name="closed_by", title=message("closed by"), width=11),
        Column(name="statement", title=message("closing statement, SHA-256 begins"), width=14),
        Column(name="checkpoint", title=message("last checkpoint"), width=19),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesFacts:
    """A series as its volumes stood at the end of a day.

    :param heads: its volumes, in order; one that was not begun is left out.
    :param voids: the numbers declared void by then, in order.
    """

    series: Series
    heads: Mapping[Volume, Head]
    voids: Sequence[RecordNumber]


def series_list(ledgers: Ledgers, facts: Sequence[SeriesFacts]) -> Report:
    """Return the number series begun by the end of the day.

    :raises StoreError: if a volume does not say how far it is filled.
    """
    return _SERIES.of(
        ledgers,
        (_series_row(ledgers, one) for one in facts if one.heads),
        BY_EVENTS,
        message("numbers are given in order and none is left out; void ones count as given"),
    )


def _series_row(ledgers: Ledgers, facts: SeriesFacts) -> tuple[Cell, ...]:
    series, heads = facts.series, facts.heads
    given = sum(volume_state(head, volume).given for volume, head in heads.items())
    opened, closed = _opened(ledgers, next(iter(heads))), _closed(ledgers, series)
    last = list(heads.values())[-1]
    return (
        str(series),
        len(heads),
        ledgers.day_of(opened) if opened is not None else None,
        _serial(1) if given else None,
        _serial(given) if given else None,
        given,
        len(facts.voids),
        listed(_serial(number.serial) for number in facts.voids),
        ledgers.day_of(closed) if closed is not None else None,
        listing.actor(closed),
        _statement(ledgers, series),
        last.checkpoint.pin,
    )


def _serial(serial: int) -> str:
    return f"{serial:04d}"


def _opened(ledgers: Ledgers, volume: Volume) -> Event | None:
    events = ledgers.then.events(f"{VOLUMES}/{volume.name}") if ledgers.then is not None else []
    return events[0] if events else None


def _closed(ledgers: Ledgers, series: Series) -> Event | None:
    events = ledgers.then.events(series_path(series)) if ledgers.then is not None else []
    return next((event for event in events if event.kind == SeriesClosed.KIND), None)


def _statement(ledgers: Ledgers, series: Series) -> str | None:
    path = f"{series_path(series)}/{CLOSED_NAME}"
    data = ledgers.then.read(path) if ledgers.then is not None else None
    return listing.short(canonical.sha256(data)) if data is not None else None
