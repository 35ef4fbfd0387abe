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
from rmdocs.reports.report import Cell, Column, Kind, Report

if TYPE_CHECKING:
    from rmdocs.registers.revisions import Release, Standing

NAME = "documents"
_LISTING = Listing(
    NAME,
    message("Master list of controlled documents"),
    (
        Column("number", message("number"), width=12),
        Column("title", message("title"), width=22),
        Column("revision", message("revision"), width=6),
        Column("status", message("status"), width=9),
        Column("effective", message("effective from"), Kind.DATE, 11),
        Column("next_revision", message("next revision"), width=7),
        Column("next_effective", message("next from"), Kind.DATE, 11),
        Column("parent", message("belongs to"), width=12),
        Column("prepared", message("Prepared by"), width=11),
        Column("reviewed", message("Reviewed by"), width=11),
        Column("approved", message("Approved by"), width=11),
        Column("digest", message("SHA-256 begins"), width=14),
        Column("how", message("approved how"), width=9),
        Column("pending", message("to be settled"), Kind.NUMBER, 7),
        Column("copies", message("copies out"), Kind.NUMBER, 7),
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
    copies = CopyRegister(ledgers.then).out() if ledgers.then is not None else {}
    rows = [
        row
        for register, number in ledgers.numbers()
        if (row := _row(ledgers, register, number, copies.get(number, 0))) is not None
    ]
    return _LISTING.of(ledgers, rows, BY_DATES)


def standing_on(standings: tuple[Standing, ...], day: date) -> Standing | None:
    """Return what is in force on a day, else what was in force last; None if nothing yet was."""
    for one in standings:
        if one.status(day) is RevisionStatus.EFFECTIVE:
            return one
    begun = [one for one in standings if not one.called_off and one.release.effective <= day]
    return begun[-1] if begun else None


def _row(
    ledgers: Ledgers, register: Register, number: DocumentNumber, copies: int
) -> tuple[Cell, ...] | None:
    standing = standing_on(register.standings(number), ledgers.day)
    coming = _coming(ledgers, register, number)
    release = standing.release if standing is not None else coming
    if release is None:
        return None
    revision = read_revision(register, release)
    status = standing.status(ledgers.day) if standing is not None else RevisionStatus.APPROVED
    return (
        str(number),
        _title(revision),
        str(release.revision) if standing is not None else None,
        _STATUSES[status],
        release.effective if standing is not None else None,
        str(coming.revision) if coming is not None else None,
        coming.effective if coming is not None else None,
        str(revision.parent) if revision.parent is not None else None,
        *(listing.who(name, staff_no) for _, name, staff_no in release.approvals),
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
    return Bilingual(f"{title.zh}（{designation}）", f"{title.en} ({designation})")


def is_by_key(release: Release) -> bool:
    """Return whether a revision was approved by key, and not on paper before the store began."""
    return any(staff_no for _, _, staff_no in release.approvals)


def _coming(ledgers: Ledgers, register: Register, number: DocumentNumber) -> Release | None:
    """Return the revision that was approved by the end of the day and takes effect next."""
    then = ledgers.released_then(register)
    for one in then.standings(number) if then is not None else ():
        if one.status(ledgers.day) is RevisionStatus.APPROVED:
            return one.release
    return None
