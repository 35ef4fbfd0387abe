"""Registers of controlled copies as tables: 文件发放/回收登记表, and what is to come back.

Days are those that the events name, where the office is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.copies.states import OUTDATED, Revisions
from rmdocs.events.copies import CopyRecalled, CopyReplaced, CopyReturned
from rmdocs.findings import NOTHING
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Joined, Text, Verbatim, message
from rmdocs.registers.copies import Copy, CopyStatus
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.identifiers import DocumentNumber

SIGNERS = (message("Given out by"), message("Checked by"), message("Date"))
_WHICH = (
    Column(name="copy", title=message("controlled copy no."), width=18),
    Column(name="title", title=message("title"), width=20),
    Column(name="revision", title=message("revision"), width=5),
)
_HELD = (
    Column(name="holder", title=message("holder"), width=20),
    Column(name="issued_on", title=message("given out on"), kind=ColumnKind.DATE, width=11),
)
_STATUS = Column(name="status", title=message("status"), width=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHeading:
    """What stands over a list of copies.

    :param titles: of the documents, by number.
    """

    day: date
    organisation: Text = NOTHING
    titles: Mapping[DocumentNumber, Text] = field(default_factory=lambda: MappingProxyType({}))

    def title(self, copy: Copy) -> Text:
        """Return the title of the document that a copy is of."""
        return self.titles.get(copy.number.document, NOTHING)


def copies_report(copies: Iterable[Copy], heading: ListHeading) -> Report:
    """Return the register of copies issued and taken back (文件发放/回收登记表).

    :param copies: as they stood at the end of ``heading.day``.
    """
    return Report(
        name="copies",
        title=message("Register of controlled copies issued and returned"),
        columns=(
            *_WHICH,
            *_HELD,
            Column(name="issued_by", title=message("given out by"), width=9),
            Column(name="receipt", title=message("receipt signed by"), width=10),
            Column(
                name="received_on", title=message("received on"), kind=ColumnKind.DATE, width=11
            ),
            Column(
                name="recalled_on", title=message("recalled on"), kind=ColumnKind.DATE, width=11
            ),
            Column(
                name="returned_on", title=message("taken back on"), kind=ColumnKind.DATE, width=11
            ),
            Column(name="taken_by", title=message("taken back by"), width=9),
            _STATUS,
            Column(name="remark", title=message("remark"), width=16),
        ),
        rows=tuple(_row(copy, heading) for copy in copies),
        as_of=heading.day,
        organisation=heading.organisation,
        notes=(message("a copy's number is never given again, whatever became of the copy"),),
        signatures=SIGNERS,
    )


def recall_report(copies: Iterable[Copy], revisions: Revisions, heading: ListHeading) -> Report:
    """Return the copies that are to come back: recalled, or of a revision out of date.

    :param copies: as they stood at the end of ``heading.day``.
    """
    found = (
        (copy, revisions.status(copy.number.document, copy.terms.revision, heading.day))
        for copy in copies
        if copy.is_out
    )
    return Report(
        name="recalls",
        title=message("Controlled copies to be taken back"),
        columns=(
            *_WHICH,
            Column(name="revision_status", title=message("revision is"), width=10),
            *_HELD,
            Column(
                name="recalled_on", title=message("recalled on"), kind=ColumnKind.DATE, width=11
            ),
            Column(
                name="days", title=message("days since the recall"), kind=ColumnKind.NUMBER, width=7
            ),
            _STATUS,
            Column(name="signature", title=message("given back, signature"), width=16),
        ),
        rows=tuple(
            _recall_row(copy, status, heading)
            for copy, status in found
            if status in OUTDATED or copy.status is CopyStatus.RECALLED
        ),
        as_of=heading.day,
        organisation=heading.organisation,
        signatures=SIGNERS,
    )


def _row(copy: Copy, heading: ListHeading) -> tuple[Cell, ...]:
    receipt, returned = copy.signed_for, copy.last(CopyReturned)
    received_on = (receipt.signed_on or receipt.on) if receipt is not None else None
    swapped = copy.last(CopyReplaced)
    given = copy.events[0] if swapped is None else swapped[0]
    return (
        *_which(copy, heading),
        *_held(copy),
        given.actor.name,
        receipt.signed_by if receipt else None,
        received_on,
        copy.on(CopyRecalled),
        copy.on(CopyReturned),
        returned[0].actor.name if returned else None,
        copy.status.called,
        _remark(copy),
    )


def _recall_row(copy: Copy, status: RevisionStatus, heading: ListHeading) -> tuple[Cell, ...]:
    recalled_on = copy.on(CopyRecalled) if copy.status is CopyStatus.RECALLED else None
    return (
        *_which(copy, heading),
        status.called,
        *_held(copy),
        recalled_on,
        (heading.day - recalled_on).days if recalled_on else None,
        copy.status.called,
        None,
    )


def _which(copy: Copy, heading: ListHeading) -> tuple[Cell, ...]:
    return str(copy.number), heading.title(copy), str(copy.terms.revision)


def _held(copy: Copy) -> tuple[Cell, ...]:
    return str(copy.holder), copy.given_on


def _remark(copy: Copy) -> Text:
    """Return what is special about a copy, and the last reason given."""
    found: list[Text] = []
    if copy.terms.replaces is not None:
        found.append(message("in place of {copy}, lost", copy=copy.terms.replaces))
    if copy.exemplar > 1:
        found.append(message("damaged, swapped: exemplar {exemplar}", exemplar=copy.exemplar))
    if copy.replaced_by is not None:
        found.append(message("replaced by {copy}", copy=copy.replaced_by))
    reason = next((event.reason for event in reversed(copy.events) if event.reason), "")
    return Joined((*found, *((Verbatim(reason),) if reason else ())))
