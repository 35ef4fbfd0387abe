"""Lists of controlled documents: what is in force, what changed, what is due for review.

受控文件清单 (ISO 9001 §7.5.3.2), 修改记录 and 文件评审到期清单. A review that changes nothing
is an event too (``confirm``); a new revision counts as one (ISO 9001 §7.5.2 c).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.events.control import RevisionReleased
from rmdocs.events.kinds import read_as
from rmdocs.forms.document import ControlledDocument
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.language.dates import months_before
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Bilingual, Text, message
from rmdocs.registers.copies import CopyRegister
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import BY_DATES, Ledgers, Listing
from rmdocs.registers.released import Controlled, Register, read_revision
from rmdocs.registers.revisions import WITHDRAWN_NAME
from rmdocs.reports.report import Cell, Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.registers.revisions import Release, ReleaseValidity
    from rmdocs.store.event import Event


DOCUMENTS = "documents"
_DOCUMENTS = Listing(
    name=DOCUMENTS,
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
        if (row := _document_row(ledgers, register, number, copies.get(number, 0))) is not None
    ]
    return _DOCUMENTS.of(ledgers, rows, BY_DATES)


def validity_on(validities: tuple[ReleaseValidity, ...], day: date) -> ReleaseValidity | None:
    """Return what is in force on a day, else what was in force last; None if nothing yet was."""
    for one in validities:
        if one.status(day) is RevisionStatus.EFFECTIVE:
            return one
    begun = [one for one in validities if not one.called_off and one.release.effective <= day]
    return begun[-1] if begun else None


def _document_row(
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


HISTORY = "history"
_HISTORY = Listing(
    name=HISTORY,
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
        for row in _revision_rows(ledgers, register, one)
    ]
    return _HISTORY.of(ledgers, rows, BY_DATES)


def _revision_rows(
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
            yield _revision_row(ledgers, register, one, following.get(revision))


def _revision_row(
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


REVIEWS = "reviews"
_REVIEWS = Listing(
    name=REVIEWS,
    columns=(
        Column(name="number", title=message("number"), width=12),
        Column(name="title", title=message("title"), width=24),
        Column(name="revision", title=message("revision"), width=6),
        Column(name="effective", title=message("effective from"), kind=ColumnKind.DATE, width=11),
        Column(name="months", title=message("every (months)"), kind=ColumnKind.NUMBER, width=8),
        Column(name="reviewed", title=message("last reviewed"), kind=ColumnKind.DATE, width=11),
        Column(name="reviewed_by", title=message("by"), width=16),
        Column(name="due", title=message("due on"), kind=ColumnKind.DATE, width=11),
        Column(name="overdue", title=message("days overdue"), kind=ColumnKind.NUMBER, width=8),
        Column(name="remark", title=message("remark"), width=18),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicReview:
    """When a revision in force is due for review.

    :param confirmed: the last review that left it unchanged, None if there was none.
    :param reviewed: the day of that, or from which the revision has been in force here.
    """

    release: Release
    title: Bilingual
    months: int
    confirmed: Event | None
    reviewed: date
    due: date

    def overdue(self, day: date) -> int | None:
        """Return by how many days it is overdue; None if it is not."""
        return (day - self.due).days if day > self.due else None


def review_list(ledgers: Ledgers, within: int | None = None) -> Report:
    """Return the documents that are reviewed periodically, the first due first.

    :param within: only those due within that many days after the day.
    :raises StoreError: if a revision in the store is not what was approved.
    """
    due = due_reviews(ledgers, within)
    notes: tuple[Text, ...] = (
        BY_DATES,
        message(
            "the day of effect counts as a review, or the day of adoption if that is later;"
            " documents without an interval are left out"
        ),
    )
    if within is not None:
        last = ledgers.day + timedelta(days=within)
        notes = (*notes, message("due by {last}", last=last))
    return _REVIEWS.of(
        ledgers,
        (
            (
                str(one.release.number),
                one.title,
                str(one.release.revision),
                one.release.effective,
                one.months,
                one.reviewed,
                listing.actor(one.confirmed),
                one.due,
                one.overdue(ledgers.day),
                one.confirmed.reason if one.confirmed else None,
            )
            for one in due
        ),
        *notes,
    )


def due_reviews(ledgers: Ledgers, within: int | None = None) -> list[PeriodicReview]:
    """Return when each document in force is due for review, the first due first.

    :param within: only those due within that many days after the day.
    :raises StoreError: if a revision in the store is not what was approved.
    """
    found = [_review(ledgers, register, number) for register, number in ledgers.numbers()]
    last = None if within is None else ledgers.day + timedelta(days=within)
    due = [one for one in found if one is not None and (last is None or one.due <= last)]
    return sorted(due, key=lambda one: (one.due, one.release.number))


def _review(ledgers: Ledgers, register: Register, number: DocumentNumber) -> PeriodicReview | None:
    """Return when what is in force is due; None if nothing is, or it is never reviewed."""
    release = next(
        (
            one.release
            for one in register.validities(number)
            if one.status(ledgers.day) is RevisionStatus.EFFECTIVE
        ),
        None,
    )
    if release is None:
        return None
    revision = read_revision(register, release)
    if revision.review_months is None:
        return None
    then = ledgers.released_then(register)
    confirmations = then.confirmations(release) if then is not None else []
    confirmed = confirmations[-1] if confirmations else None
    released = then.event_of(release) if then is not None else None
    # What was adopted from paper may have been in force for decades before the store.
    begun = [release.effective, *([ledgers.day_of(released)] if released is not None else [])]
    reviewed = ledgers.day_of(confirmed) if confirmed is not None else max(begun)
    due = months_before(reviewed, -revision.review_months)
    return PeriodicReview(
        release=release,
        title=revision.title,
        months=revision.review_months,
        confirmed=confirmed,
        reviewed=reviewed,
        due=due,
    )
