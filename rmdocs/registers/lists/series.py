"""编号序列登记册: which numbers each series gave, which are void, and how it was closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.events.control import SeriesClosed
from rmdocs.identifiers import RecordNumber, Series, Volume
from rmdocs.messages import listed, message
from rmdocs.registers.ledgers import BY_EVENTS, Ledgers
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import Listing
from rmdocs.registers.series import CLOSED_NAME, VOLUMES, series_path, volume_state
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

NAME = "series"
_LISTING = Listing(
    name=NAME,
    title=message("Register of number series"),
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
    return _LISTING.of(
        ledgers,
        (_row(ledgers, one) for one in facts if one.heads),
        BY_EVENTS,
        message("numbers are given in order and none is left out; void ones count as given"),
    )


def _row(ledgers: Ledgers, facts: SeriesFacts) -> tuple[Cell, ...]:
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
