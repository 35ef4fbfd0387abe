"""Rows of the lists of forms and of other documents: the desk beside what is released."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from rmdocs.answers import RevisedRow
from rmdocs.errors import FindingsError
from rmdocs.findings import NOTHING
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Text, Verbatim, message
from rmdocs.registers.changes import ChangeRegister

if TYPE_CHECKING:
    from rmdocs.registers.changes import ChangeRequest
    from rmdocs.registers.revisions import Release, RevisionRegister, Standing

_SHOWN = (
    RevisionStatus.EFFECTIVE,
    RevisionStatus.APPROVED,
    RevisionStatus.WITHDRAWN,
    RevisionStatus.SUPERSEDED,
)


class Described(Protocol):
    """What a row says of a revision; a form and a document each have it."""

    @property
    def title(self) -> Text:
        """Return the title."""

    @property
    def revision(self) -> Revision:
        """Return the revision."""

    @property
    def pending(self) -> Sequence[object]:
        """Return what is still to be settled (待核定)."""


D = TypeVar("D", bound=Described)


def revised_rows(  # noqa: PLR0913, PLR0917 - two kinds of documents differ in that much
    register: RevisionRegister,
    desk: Iterable[DocumentNumber],
    drafted: Callable[[DocumentNumber], D],
    load: Callable[[Release], D],
    today: date,
    designation: Callable[[D], str] = lambda _: "",
    *,
    is_on_desk: Callable[[DocumentNumber, str], bool],
) -> list[RevisedRow]:
    """Return a row for everything on the desk or released, by number.

    :param drafted: reads what is on the desk; it may raise FindingsError.
    :param load: reads what is released.
    :param is_on_desk: whether the desk has a SHA-256; asked only of what can be read.
    """
    on_desk = set(desk)
    changes = {
        change.request.document: change
        for change in ChangeRegister(register.head).all()
        if change.is_open
    }
    rows = []
    for number in sorted(on_desk | set(register.numbers())):
        draft = _understood(drafted, number) if number in on_desk else None
        standings = {standing.status(today): standing for standing in register.standings(number)}
        # The one in force; where there is none, the one that is to be, or was last.
        shown = next((standings[one] for one in _SHOWN if one in standings), None)
        found = load(shown.release) if shown else draft
        coming = standings.get(RevisionStatus.APPROVED)
        change = changes.get(number)
        same = None if draft is None else register.find(number, draft.revision)
        unread = message("cannot be read") if number in on_desk else NOTHING
        rows.append(
            RevisedRow(
                str(number),
                found.title if found else Verbatim("-"),
                str(draft.revision) if draft else "-",
                str(shown.release.revision) if shown else "",
                shown.status(today).called if shown else Verbatim(""),
                shown.release.effective.isoformat() if shown else "",
                f"{coming.release.revision} {coming.release.effective}" if coming else "",
                str(change.number) if change else "",
                len(found.pending) if found else 0,
                designation(found) if found else "",
                _edited(change, same, partial(is_on_desk, number)) if draft else unread,
            )
        )
    return rows


def _edited(
    change: ChangeRequest | None, same: Standing | None, is_on_desk: Callable[[str], bool]
) -> Text:
    """Return what is said of a desk that is not what was signed; nothing if it is.

    :param same: the release of the desk's own revision, if there is one.
    """
    if change is not None and change.draft is not None:
        edited = not is_on_desk(change.draft.digest)
        return message("edited since it was submitted") if edited else NOTHING
    if same is not None and not is_on_desk(same.release.digest):
        return message("edited since it was approved")
    return NOTHING


def _understood(drafted: Callable[[DocumentNumber], D], number: DocumentNumber) -> D | None:
    """Return what is on the desk, or None while it has mistakes."""
    try:
        return drafted(number)
    except FindingsError:
        return None
