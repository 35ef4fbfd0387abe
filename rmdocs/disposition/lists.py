"""Registers of disposition as tables: holds, disposals (档案销毁清册), a certificate.

All are permanent (DA/T 98-2023), so none says anything of a record's content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.events.control import DisposalCertified, DispositionAction, Scope
from rmdocs.findings import NOTHING
from rmdocs.messages import Text, message
from rmdocs.registers.disposals import Disposal
from rmdocs.registers.holds import Hold, hold_kind_name
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rmdocs.registers.disposals import Listed
    from rmdocs.store.event import Event

_SIGNERS = (message("appraised by"), message("approved by"), message("witnessed by"))
_SCOPES: Mapping[Scope, Text] = {
    Scope.RECORD: message("record"),
    Scope.CUSTOMER: message("customer"),
    Scope.SERIES: message("number series"),
}
_HOW: Mapping[DispositionAction, Text] = {
    DispositionAction.DESTROY: message(
        "the key of each record was overwritten and removed; without it the encrypted content"
        " cannot be read by anyone (AES-256-SIV, RFC 5297)"
    ),
    DispositionAction.TRANSFER: message("the records were transferred to the archive"),
    DispositionAction.KEEP: message("the records are kept longer"),
}


def holds_report(
    holds: Iterable[Hold],
    zone: ZoneInfo,
    on: date | None = None,
    organisation: Text = NOTHING,
) -> Report:
    """Return holds (暂停处置登记册) as a table.

    :param zone: of the office: whose days these are, here as below.
    """
    return Report(
        name="holds",
        title=message("Register of holds"),
        columns=(
            Column(name="hold", title=message("hold"), width=12),
            Column(name="kind", title=message("kind"), width=12),
            Column(name="scope", title=message("scope"), width=10),
            Column(name="held", title=message("held"), width=27),
            Column(name="reason", title=message("reason"), width=24),
            Column(name="placed_by", title=message("placed by"), width=10),
            Column(name="placed_on", title=message("placed on"), kind=ColumnKind.DATE, width=12),
            Column(name="lifted_by", title=message("lifted by"), width=10),
            Column(name="lifted_on", title=message("lifted on"), kind=ColumnKind.DATE, width=12),
        ),
        rows=tuple(
            (
                str(hold.number),
                hold_kind_name(hold.kind),
                _SCOPES[hold.held.scope],
                hold.held.value,
                hold.placed.reason,
                hold.placed.actor.name,
                hold.placed.day_in(zone),
                _name(hold.lifted),
                _day(hold.lifted, zone),
            )
            for hold in holds
        ),
        as_of=on,
        organisation=organisation,
    )


def disposals_report(
    disposals: Iterable[Disposal],
    zone: ZoneInfo,
    on: date | None = None,
    organisation: Text = NOTHING,
) -> Report:
    """Return the register of appraisal and destruction (档案销毁清册), one row a record."""
    return Report(
        name="disposals",
        title=message("Register of appraisal and destruction"),
        columns=(
            Column(name="disposal", title=message("disposal"), width=11),
            Column(name="number", title=message("number"), width=27),
            Column(name="title", title=message("title"), width=14),
            Column(name="issued", title=message("issued on"), kind=ColumnKind.DATE, width=11),
            Column(name="years", title=message("years kept"), kind=ColumnKind.NUMBER, width=8),
            Column(name="due", title=message("due since"), kind=ColumnKind.DATE, width=11),
            Column(name="outcome", title=message("outcome"), width=10),
            Column(name="status", title=message("status"), width=10),
            Column(name="proposed_by", title=message("proposed by"), width=8),
            Column(name="approved_by", title=message("approved by"), width=8),
            Column(
                name="certified_on", title=message("certified on"), kind=ColumnKind.DATE, width=11
            ),
        ),
        rows=tuple(row for disposal in disposals for row in _rows(disposal, zone)),
        as_of=on,
        organisation=organisation,
        signatures=_SIGNERS,
    )


def certificate_report(disposal: Disposal, zone: ZoneInfo, organisation: Text = NOTHING) -> Report:
    """Return a disposal with its list: the certificate (销毁证明) once it is certified."""
    return Report(
        name="certificate",
        title=_title(disposal),
        columns=(
            Column(name="number", title=message("number"), width=27),
            Column(name="title", title=message("title"), width=14),
            Column(name="issued", title=message("issued on"), kind=ColumnKind.DATE, width=12),
            Column(name="years", title=message("years kept"), kind=ColumnKind.NUMBER, width=8),
            Column(name="basis", title=message("basis"), width=14),
            Column(name="due", title=message("due since"), kind=ColumnKind.DATE, width=12),
            Column(name="document", title=message("document"), width=9),
            Column(name="sha256", title=message("SHA-256 of the document"), width=34),
        ),
        rows=tuple(row for record in _done(disposal) for row in _documents(record)),
        organisation=organisation,
        notes=tuple(_notes(disposal, zone)),
        signatures=_SIGNERS,
    )


def _title(disposal: Disposal) -> Text:
    number, outcome = disposal.number, disposal.proposal.outcome
    if disposal.certificate is None:
        return message("List for appraisal {number}", number=number)
    if outcome is DispositionAction.DESTROY:
        return message("Certificate of destruction {number}", number=number)
    if outcome is DispositionAction.TRANSFER:
        return message("Certificate of transfer {number}", number=number)
    return message("Certificate of longer keeping {number}", number=number)


def _rows(disposal: Disposal, zone: ZoneInfo) -> Iterator[tuple[Cell, ...]]:
    left_out = dict(disposal.certificate.left_out) if disposal.certificate else {}
    for record in disposal.proposal.records:
        out = str(record.number) in left_out
        yield (
            str(disposal.number),
            str(record.number),
            record.title,
            record.issued,
            record.years,
            record.due,
            disposal.proposal.outcome.called,
            message("left out") if out else disposal.status.called,
            disposal.proposed.actor.name,
            _name(disposal.approved),
            _day(disposal.last(DisposalCertified), zone),
        )


def _done(disposal: Disposal) -> tuple[Listed, ...]:
    if disposal.certificate is None:
        return disposal.proposal.records
    done = set(disposal.certificate.done)
    return tuple(record for record in disposal.proposal.records if str(record.number) in done)


def _documents(record: Listed) -> Iterator[tuple[Cell, ...]]:
    for name, digest in record.documents:
        yield (
            str(record.number),
            record.title,
            record.issued,
            record.years,
            record.basis,
            record.due,
            name.removeprefix(f"{record.number}-"),
            digest,
        )


def _notes(disposal: Disposal, zone: ZoneInfo) -> Iterator[Text]:
    proposal = disposal.proposal
    yield message("reason: {reason}", reason=proposal.reason)
    if proposal.until is not None:
        yield message("kept longer until {until}", until=proposal.until)
    if proposal.archive:
        yield message("transferred to {archive}", archive=proposal.archive)
    yield _signed(message("proposed by"), disposal.proposed, zone)
    if disposal.approved is not None:
        yield _signed(message("approved by"), disposal.approved, zone)
    if disposal.certificate is not None:
        yield message("certified on {on}", on=disposal.certificate.on)
        yield _HOW[proposal.outcome]
        for number, why in disposal.certificate.left_out:
            yield message("left out after the approval: {number} ({why})", number=number, why=why)
    yield message("SHA-256 of the list that both signed: {digest}", digest=proposal.list_sha256)


def _signed(act: Text, event: Event, zone: ZoneInfo) -> Text:
    return message(
        "{act} {name} ({staff_no}) on {on}, key {fingerprint}",
        act=act,
        name=event.actor.name,
        staff_no=event.actor.staff_no,
        on=event.day_in(zone),
        fingerprint=event.actor.fingerprint,
    )


def _name(event: Event | None) -> str:
    return event.actor.name if event else ""


def _day(event: Event | None, zone: ZoneInfo) -> date | None:
    return event.day_in(zone) if event else None
