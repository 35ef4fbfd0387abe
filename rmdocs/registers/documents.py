"""The register of controlled documents that are not forms, loaded and checked.

As for forms, a revision is read from the store, never from the officer's desk
(ISO 9001 §7.5.3.1). What is in force when is ``revisions``'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.forms.document import (
    BODY_NAME,
    DOCUMENT_NAME,
    ControlledDocument,
    DocumentFiles,
    load_document,
)
from rmdocs.identifiers import DocumentNumber
from rmdocs.registers.revisions import DOCUMENTS, Release, RevisionRegister

if TYPE_CHECKING:
    from rmdocs.store.protocol import Head


@dataclass(frozen=True, slots=True)
class ReleasedDocument:
    """A document's revision as the store holds it."""

    release: Release
    files: DocumentFiles
    document: ControlledDocument


class DocumentRegister(RevisionRegister):
    """Document revisions as of one commit of the control ledger; loaded once each."""

    def __init__(self, head: Head) -> None:
        super().__init__(head, DOCUMENTS)
        self._loaded: dict[str, ReleasedDocument] = {}

    def load(self, release: Release) -> ReleasedDocument:
        """Return a released revision, its bytes checked against the release.

        :raises StoreError: if the bytes are not those that were approved.
        """
        if release.digest not in self._loaded:
            self._loaded[release.digest] = self._load(release)
        return self._loaded[release.digest]

    def document(self, number: DocumentNumber, on: date) -> ControlledDocument:
        """Return the revision of a document in force on a date.

        :raises ControlError: if there is none.
        """
        return self.load(self.in_force(number, on)).document

    def _load(self, release: Release) -> ReleasedDocument:
        directory = self.directory(release.number, release.revision)
        body = self.head.read(f"{directory}/{BODY_NAME}")
        files = DocumentFiles(self.read(f"{directory}/{DOCUMENT_NAME}"), body)
        self.require_approved(release, files.digest())
        return ReleasedDocument(release, files, load_document(files))
