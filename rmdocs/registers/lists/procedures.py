"""Lists of what was asked for and carried out: change requests, approvals, regenerations.

文件更改申请单, 审批申请登记册 (waiting ones first) and 重新生成登记册.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rmdocs.identifiers import DocumentNumber
from rmdocs.lifecycle import RevisionAct
from rmdocs.messages import Text, listed, message
from rmdocs.registers.approvalrequests import all_requests
from rmdocs.registers.changerequests import ChangeRegister, ChangeRequest
from rmdocs.registers.displaynames import ACT_NAMES, named
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import BY_EVENTS, Ledgers, Listing
from rmdocs.registers.regenerations import ABANDONED, DONE, RegenerationRegister
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.identifiers import Volume
    from rmdocs.registers.approvalrequests import ApprovalRequest
    from rmdocs.registers.regenerations import RegenerationRun
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head


CHANGES = "changes"
_CHANGES = Listing(
    name=CHANGES,
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
    return _CHANGES.of(
        ledgers,
        (
            _change_row(ledgers, request)
            for request in requests
            if number in {None, request.request.document}
        ),
        BY_EVENTS,
    )


def _change_row(ledgers: Ledgers, change: ChangeRequest) -> tuple[Cell, ...]:
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


REQUESTS = "requests"
_REQUESTS = Listing(
    name=REQUESTS,
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
    return _REQUESTS.of(ledgers, (_request_row(ledgers, request) for request in found), BY_EVENTS)


def _request_row(ledgers: Ledgers, request: ApprovalRequest) -> tuple[Cell, ...]:
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


REGENERATIONS = "regenerations"
_REGENERATIONS = Listing(
    name=REGENERATIONS,
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
    return _REGENERATIONS.of(
        ledgers,
        (
            _run_row(ledgers, register, run)
            for run in runs
            if register is not None and number in {None, run.form}
        ),
        BY_EVENTS,
        message("what became of each record is told by its own history"),
    )


def _run_row(
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
