"""审批申请登记册: what one person asked for and another approves, waiting ones first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rmdocs.messages import message
from rmdocs.registers.ledgers import BY_EVENTS, Ledgers
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import Listing
from rmdocs.registers.names import ACT_NAMES, named
from rmdocs.registers.requests import all_requests
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.identifiers import Volume
    from rmdocs.registers.requests import ApprovalRequest
    from rmdocs.store.protocol import Head

NAME = "requests"
_LISTING = Listing(
    name=NAME,
    title=message("Register of requests"),
    columns=(
        Column(name="request", title=message("request"), width=30),
        Column(name="act", title=message("act"), width=14),
        Column(name="status", title=message("status"), width=9),
        Column(name="asked_by", title=message("asked by"), width=16),
        Column(name="asked", title=message("asked at"), kind=ColumnKind.MOMENT, width=16),
        Column(name="reason", title=message("reason"), width=24),
        Column(name="decided_by", title=message("decided by"), width=16),
        Column(name="decided", title=message("decided at"), kind=ColumnKind.MOMENT, width=16),
        Column(name="remarks", title=message("remarks"), width=24),
    ),
)


def request_list(ledgers: Ledgers, volumes: Iterable[tuple[Volume, Head]]) -> Report:
    """Return the requests made by the end of the day, those that wait first.

    :param volumes: each as it stood then.
    """
    found = list(all_requests(ledgers.then, volumes)) if ledgers.then is not None else []
    found.sort(key=lambda request: not request.waits)
    return _LISTING.of(ledgers, (_row(ledgers, request) for request in found), BY_EVENTS)


def _row(ledgers: Ledgers, request: ApprovalRequest) -> tuple[Cell, ...]:
    decided = request.decided
    return (
        str(request.number),
        named(ACT_NAMES, request.act),
        request.status.called,
        listing.actor(request.asked),
        ledgers.local(request.asked),
        request.reason,
        listing.actor(decided),
        ledgers.local(decided) if decided is not None else None,
        request.remark or None,
    )
