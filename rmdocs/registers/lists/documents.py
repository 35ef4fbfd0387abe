"""受控文件清单: every controlled document and what is in force on a day (ISO 9001 §7.5.3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.forms.document import ControlledDocument
from rmdocs.identifiers import DocumentNumber
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Bilingual, Text, message
from rmdocs.registers.copies import CopyRegister
from rmdocs.registers.ledgers import BY_DATES, Controlled, Ledgers, Register, read_revision
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import Listing
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.registers.revisions import Release, ReleaseValidity

NAME = "documents"
_LISTING = Listing(
    name=NAME,
    title=message("Master list of controlled documents"),
    columns=(
        Column(name="number", title=message("number"), width=12),
        Column(name="title", title=message("title"), width=22),
        Column(name="revision", title=message("revision"), width=6),
        Column(name="status", title=message("status"), width=9),
        Column(name="effective", title=message("effective from"), kind=ColumnKind.DATE, width=11),
        Column(name="next_revision", title=message("next revision"), width=7),
        Column(name="next_effective", title=message("next from"), kind=ColumnKind.DATE, width=11),
        Column(name="parent", title=message("belongs to"), width=12),
        Column(name="prepared", title=message("Prepared by"), width=11),
        Column(name="reviewed", title=message("Reviewed by"), width=11),
        Column(name="approved", title=message("Approved by"), width=11),
        Column(name="digest", title=message("SHA-256 begins"), width=14),
        Column(name="how", title=message("approved how"), width=9),
        Column(name="pending", title=message("to be settled"), kind=ColumnKind.NUMBER, width=7),
        Column(name="copies", title=message("copies out"), kind=ColumnKind.NUMBER, width=7),
    ),
)
_STATUSES: Mapping[RevisionStatus, Text] = {
    RevisionStatus.APPROVED: message("approved, not in force yet"),
    RevisionStatus.EFFECTIVE: message("in force"),
    RevisionStatus.SUPERSEDED: message("superseded"),
    RevisionStatus.WITHDRAWN: message("withdrawn"),
}


def document_list(ledgers: Ledgers) -> Report:
    """Return the master list of controlled documents.

    A document of which nothing is in force any more stays on the list as
    withdrawn, so that nobody takes an old copy for a valid one.

    :raises StoreError: if a revision in the store is not what was approved.
    """
    copies = CopyRegister(head=ledgers.then).out() if ledgers.then is not None else {}
    rows = [
        row
        for register, number in ledgers.numbers()
        if (row := _row(ledgers, register, number, copies.get(number, 0))) is not None
    ]
    return _LISTING.of(ledgers, rows, BY_DATES)


def validity_on(validities: tuple[ReleaseValidity, ...], day: date) -> ReleaseValidity | None:
    """Return what is in force on a day, else what was in force last; None if nothing yet was."""
    for one in validities:
        if one.status(day) is RevisionStatus.EFFECTIVE:
            return one
    begun = [one for one in validities if not one.called_off and one.release.effective <= day]
    return begun[-1] if begun else None


def _row(
    ledgers: Ledgers, register: Register, number: DocumentNumber, copies: int
) -> tuple[Cell, ...] | None:
    validity = validity_on(register.validities(number), ledgers.day)
    coming = _coming(ledgers, register, number)
    release = validity.release if validity is not None else coming
    if release is None:
        return None
    revision = read_revision(register, release)
    status = validity.status(ledgers.day) if validity is not None else RevisionStatus.APPROVED
    return (
        str(number),
        _title(revision),
        str(release.revision) if validity is not None else None,
        _STATUSES[status],
        release.effective if validity is not None else None,
        str(coming.revision) if coming is not None else None,
        coming.effective if coming is not None else None,
        str(revision.parent) if revision.parent is not None else None,
        *(listing.who(one.name, one.staff_no) for one in release.approvals),
        listing.short(release.digest),
        message("by key") if is_by_key(release) else message("signed on paper"),
        len(revision.pending),
        copies,
    )


def _title(revision: Controlled) -> Bilingual:
    """Return a title, that of an external document with the number its publisher gave it."""
    title = revision.title
    designation = revision.designation if isinstance(revision, ControlledDocument) else ""
    if not designation:
        return title
    return Bilingual(zh=f"{title.zh}（{designation}）", en=f"{title.en} ({designation})")


def is_by_key(release: Release) -> bool:
    """Return whether a revision was approved by key, and not on paper before the store began."""
    return any(one.staff_no for one in release.approvals)


def _coming(ledgers: Ledgers, register: Register, number: DocumentNumber) -> Release | None:
    """Return the revision that was approved by the end of the day and takes effect next."""
    then = ledgers.released_then(register)
    for one in then.validities(number) if then is not None else ():
        if one.status(ledgers.day) is RevisionStatus.APPROVED:
            return one.release
    return None
