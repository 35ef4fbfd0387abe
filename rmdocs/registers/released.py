"""Released forms and other documents, loaded: what each revision says, its bytes checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol, TypeAlias

from rmdocs.forms.document import (
    BODY_NAME,
    DOCUMENT_NAME,
    ControlledDocument,
    DocumentFiles,
    load_document,
)
from rmdocs.forms.form import Form
from rmdocs.forms.revision import NAMES, FormFiles
from rmdocs.forms.sections.identity import RevisionEntry
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Bilingual
from rmdocs.registers.revisions import DOCUMENTS, FORMS, Release, RevisionRegister

if TYPE_CHECKING:
    from rmdocs.store.protocol import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedForm:
    """A form revision as the store holds it."""

    release: Release
    files: FormFiles
    form: Form


class FormRegister(RevisionRegister):
    """Form revisions as of one commit of the control ledger; loaded once each.

    :param loaded: those that were loaded already, by their SHA-256; more are added.
    """

    def __init__(self, head: Head, loaded: dict[str, ReleasedForm] | None = None) -> None:
        super().__init__(head, FORMS)
        self._loaded = {} if loaded is None else loaded

    def load(self, release: Release) -> ReleasedForm:
        """Return a released revision, its bytes checked against the release.

        :raises StoreError: if the bytes are not those that were approved.
        """
        if release.digest not in self._loaded:
            self._loaded[release.digest] = self._load(release)
        return self._loaded[release.digest]

    def form(self, number: DocumentNumber, on: date) -> Form:
        """Return the form in force on a date.

        :raises ControlError: if there is none.
        """
        return self.load(self.in_force(number, on)).form

    def _load(self, release: Release) -> ReleasedForm:
        files = self._files(release)
        self.require_approved(release, files.digest())
        return ReleasedForm(release=release, files=files, form=Form.load(files))

    def _files(self, release: Release) -> FormFiles:
        directory = self.directory(release.number, release.revision)
        return FormFiles(**{part: self.read(f"{directory}/{name}") for part, name in NAMES.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
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
        files = DocumentFiles(manifest=self.read(f"{directory}/{DOCUMENT_NAME}"), body=body)
        self.require_approved(release, files.digest())
        return ReleasedDocument(release=release, files=files, document=load_document(files))


Register: TypeAlias = FormRegister | DocumentRegister


class Controlled(Protocol):
    """What a form and another document both say of themselves."""

    @property
    def title(self) -> Bilingual:
        """Return the title."""

    @property
    def parent(self) -> DocumentNumber | None:
        """Return the document it belongs to, None if none."""

    @property
    def pending(self) -> tuple[Bilingual, ...]:
        """Return what is still to be settled (待核定)."""

    @property
    def history(self) -> tuple[RevisionEntry, ...]:
        """Return the rows of its revision table (修改记录)."""

    @property
    def review_months(self) -> int | None:
        """Return how often it is reviewed; None if never."""


def read_revision(register: Register, release: Release) -> Controlled:
    """Return what a released revision says of itself.

    :raises StoreError: if its bytes are not those that were approved.
    """
    if isinstance(register, FormRegister):
        return register.load(release).form
    return register.load(release).document
