"""修改记录: every released revision, what it changed, who signed it and what ended it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.events.control import RevisionReleased
from rmdocs.events.kinds import read_as
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Text, message
from rmdocs.registers.ledgers import BY_DATES, Ledgers, Register, read_revision
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import Listing
from rmdocs.registers.revisions import WITHDRAWN_NAME
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.registers.revisions import ReleaseValidity

NAME = "history"
_LISTING = Listing(
    name=NAME,
    title=message("Revision history"),
    columns=(
        Column(name="number", title=message("number"), width=12),
        Column(name="title", title=message("title"), width=18),
        Column(name="revision", title=message("revision"), width=6),
        Column(name="effective", title=message("effective from"), kind=ColumnKind.DATE, width=11),
        Column(name="change", title=message("what changed"), width=26),
        Column(name="reason", title=message("reason"), width=18),
        Column(name="request", title=message("change request"), width=13),
        Column(name="prepared", title=message("Prepared by"), width=11),
        Column(name="reviewed", title=message("Reviewed by"), width=11),
        Column(name="approved", title=message("Approved by"), width=11),
        Column(name="ended", title=message("ended on"), kind=ColumnKind.DATE, width=11),
        Column(name="ending", title=message("ended how"), width=16),
    ),
)


def history_list(ledgers: Ledgers, number: DocumentNumber | None = None) -> Report:
    """Return the revisions of all controlled documents, or of one.

    Those that were in force or approved by the end of the day; what ended
    them is named once it has.

    :param number: only this document.
    :raises StoreError: if a revision in the store is not what was approved.
    """
    rows = [
        row
        for register, one in ledgers.numbers()
        if number in {None, one}
        for row in _rows(ledgers, register, one)
    ]
    return _LISTING.of(ledgers, rows, BY_DATES)


def _rows(
    ledgers: Ledgers, register: Register, number: DocumentNumber
) -> Iterator[tuple[Cell, ...]]:
    then = ledgers.released_then(register)
    validities = register.validities(number)
    live = [one.release.revision for one in validities if not one.called_off]
    following = dict(pairwise(live))
    for one in validities:
        revision = one.release.revision
        known = then is not None and then.find(number, revision) is not None
        if known or (one.release.effective <= ledgers.day and not one.called_off):
            yield _row(ledgers, register, one, following.get(revision))


def _row(
    ledgers: Ledgers, register: Register, validity: ReleaseValidity, following: Revision | None
) -> tuple[Cell, ...]:
    release = validity.release
    revision = read_revision(register, release)
    entry = next((row for row in revision.history if row.revision == release.revision), None)
    directory = register.directory(release.number, release.revision)
    released = [
        (event, said)
        for event in register.head.events(directory)
        if (said := read_as(event, RevisionReleased)) is not None
    ]
    ended, ending = _ending(ledgers.day, register, validity, following)
    return (
        str(release.number),
        revision.title,
        str(release.revision),
        release.effective,
        entry.change if entry is not None else None,
        listing.reason(released[0][0].reason) if released else None,
        str(released[0][1].change or "") if released else None,
        *(listing.who(one.name, one.staff_no) for one in release.approvals),
        ended,
        ending,
    )


def _ending(
    day: date, register: Register, validity: ReleaseValidity, following: Revision | None
) -> tuple[date | None, Text | None]:
    """Return when and how a revision ended, nothing if it had not by the day."""
    withdrawn, release = validity.withdrawn, validity.release
    if validity.called_off and withdrawn is not None and withdrawn <= day:
        return withdrawn, message("called off: {reason}", reason=_reason(register, validity))
    status = validity.status(day)
    if status is RevisionStatus.WITHDRAWN and not validity.called_off:
        return withdrawn, message("withdrawn: {reason}", reason=_reason(register, validity))
    if status is RevisionStatus.SUPERSEDED and following is not None:
        return validity.successor, message(
            "superseded by {revision}", revision=f"{release.number} {following}"
        )
    return None, None


def _reason(register: Register, validity: ReleaseValidity) -> str:
    release = validity.release
    directory = register.directory(release.number, release.revision)
    return str(canonical.decode(register.read(f"{directory}/{WITHDRAWN_NAME}"))["reason"])
