"""文件更改申请单: every change request and how it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.identifiers import DocumentNumber
from rmdocs.lifecycle import RevisionAct
from rmdocs.messages import Text, listed, message
from rmdocs.registers.changes import ChangeRegister, ChangeRequest
from rmdocs.registers.ledgers import BY_EVENTS, Ledgers
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import Listing
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.store.event import Event

NAME = "changes"
_LISTING = Listing(
    name=NAME,
    title=message("Register of change requests"),
    columns=(
        Column(name="number", title=message("number"), width=13),
        Column(name="document", title=message("document"), width=12),
        Column(name="from", title=message("from revision"), width=6),
        Column(name="to", title=message("to revision"), width=6),
        Column(name="reason", title=message("reason"), width=24),
        Column(name="opened_by", title=message("opened by"), width=11),
        Column(name="opened", title=message("opened on"), kind=ColumnKind.DATE, width=11),
        Column(name="status", title=message("status"), width=9),
        Column(name="drafts", title=message("drafts"), kind=ColumnKind.NUMBER, width=6),
        Column(name="reviewed_by", title=message("Reviewed by"), width=11),
        Column(name="reviewed", title=message("reviewed on"), kind=ColumnKind.DATE, width=11),
        Column(name="decided_by", title=message("decided by"), width=11),
        Column(name="decided", title=message("decided on"), kind=ColumnKind.DATE, width=11),
        Column(name="remarks", title=message("remarks"), width=20),
    ),
)
_REMARKED = frozenset(
    {RevisionAct.REVIEW, RevisionAct.RETURN, RevisionAct.REJECT, RevisionAct.APPROVE}
)


def change_list(ledgers: Ledgers, number: DocumentNumber | None = None) -> Report:
    """Return the change requests opened by the end of the day.

    :param number: only those of this document.
    """
    requests = ChangeRegister(head=ledgers.then).all() if ledgers.then is not None else ()
    return _LISTING.of(
        ledgers,
        (
            _row(ledgers, request)
            for request in requests
            if number in {None, request.request.document}
        ),
        BY_EVENTS,
    )


def _row(ledgers: Ledgers, change: ChangeRequest) -> tuple[Cell, ...]:
    request = change.request
    return (
        str(request.number),
        str(request.document),
        str(request.from_revision) if request.from_revision else None,
        str(request.to_revision),
        request.reason,
        *_signed(ledgers, change.proposed),
        change.change_status.called,
        change.draft.serial if change.draft else 0,
        *_signed(ledgers, change.reviewed),
        *_signed(ledgers, change.closed),
        _remarks(change),
    )


def _signed(ledgers: Ledgers, event: Event | None) -> tuple[Cell, Cell]:
    return listing.actor(event), ledgers.day_of(event) if event is not None else None


def _remarks(change: ChangeRequest) -> Text:
    said = [event.reason for event in change.events if event.kind in _REMARKED and event.reason]
    return listed(said)
