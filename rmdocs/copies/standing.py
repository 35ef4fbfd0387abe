"""How the revision that a copy is of stands: in force, or out of date.

Forms and other controlled documents alike; the register of revisions says.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionStatus
from rmdocs.registers.revisions import DOCUMENTS, FORMS, Release, RevisionRegister

if TYPE_CHECKING:
    from rmdocs.store.protocol import Head

OUTDATED = frozenset({RevisionStatus.SUPERSEDED, RevisionStatus.WITHDRAWN})
"""Statuses of revisions whose copies are to come back."""


class Revisions:
    """The released revisions of all controlled documents, as of one commit of control."""

    def __init__(self, head: Head) -> None:
        self._forms = RevisionRegister(head, FORMS)
        self._documents = RevisionRegister(head, DOCUMENTS)

    def of(self, document: DocumentNumber) -> RevisionRegister:
        """Return the register that holds a document; that of forms if none does."""
        return self._documents if self._documents.standings(document) else self._forms

    def in_force(self, document: DocumentNumber, day: date) -> Release:
        """Return the release in force on a day.

        :raises ControlError: if the document is unknown, or nothing is in force.
        """
        return self.of(document).in_force(document, day)

    def find_in_force(self, document: DocumentNumber, day: date) -> Release | None:
        """Return the release in force on a day, or None."""
        for standing in self.of(document).standings(document):
            if standing.status(day) is RevisionStatus.EFFECTIVE:
                return standing.release
        return None

    def status(self, document: DocumentNumber, revision: Revision, day: date) -> RevisionStatus:
        """Return where a revision stands on a day; one that was never released is a draft."""
        found = self.of(document).find(document, revision)
        return RevisionStatus.DRAFT if found is None else found.status(day)
