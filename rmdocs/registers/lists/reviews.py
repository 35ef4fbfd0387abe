"""文件评审到期清单: which controlled documents are due for their periodic review.

A review that changes nothing is an event too (``confirm``); a new revision
counts as one (ISO 9001 §7.5.2 c).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rmdocs.identifiers import DocumentNumber
from rmdocs.language.dates import months_before
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Bilingual, Text, message
from rmdocs.registers.ledgers import BY_DATES, Ledgers, Register, read_revision
from rmdocs.registers.lists import listing
from rmdocs.registers.lists.listing import Listing
from rmdocs.reports.report import Column, ColumnKind, Report

if TYPE_CHECKING:
    from rmdocs.registers.revisions import Release
    from rmdocs.store.event import Event

NAME = "reviews"
_LISTING = Listing(
    name=NAME,
    title=message("Documents due for review"),
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
    return _LISTING.of(
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
