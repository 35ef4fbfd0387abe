"""Released forms and other documents, loaded and checked; references to them resolved."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date
from typing import TYPE_CHECKING, Protocol, TypeAlias

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, RmdocsError
from rmdocs.findings import Finding, error, warning
from rmdocs.forms.document import (
    BODY_NAME,
    DOCUMENT_NAME,
    ControlledDocument,
    DocumentFiles,
    load_document,
)
from rmdocs.forms.form import NAMES, Form, FormFiles
from rmdocs.forms.section import MANIFEST_NAME as FORM_MANIFEST
from rmdocs.forms.sections.identity import RevisionEntry
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.messages import Bilingual, Text, message
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
        self._destroyable: dict[DocumentNumber, bool] = {}

    def load(self, release: Release) -> ReleasedForm:
        """Return a released revision, its bytes checked against the release.

        :raises StoreError: if the bytes are not those that were approved.
        """
        if release.digest not in self._loaded:
            self._loaded[release.digest] = self._load(release)
        return self._loaded[release.digest]

    def must_be_destroyable(self, number: DocumentNumber) -> bool:
        """Return whether records of a form must be, under any of its revisions.

        So, too, where nobody knows: there is no such form, or a revision cannot be read.
        """
        if number not in self._destroyable:
            try:
                forms = [self.load(release).form for release in self.releases(number)]
            except RmdocsError:
                forms = []
            self._destroyable[number] = not forms or any(form.access.destroyable for form in forms)
        return self._destroyable[number]

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
    def revision(self) -> Revision:
        """Return the revision."""

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


_CLAUSE = "ISO 9001 §7.5.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """That one document names another.

    :param place: where, for a finding: ``documents/IXD7200-01/document.toml:references[0]``.
    :param clause: the clause of the citing document; empty for a form's parent.
    """

    source: DocumentNumber
    target: DocumentNumber
    place: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A citation and the revision it means on the date asked for."""

    citation: Citation
    release: Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Citations resolved, and a finding for each that is dangling."""

    resolved: tuple[Resolved, ...]
    findings: tuple[Finding, ...]


class References:
    """What refers to what on one date.

    :param on: the date; only revisions in force then are looked at.
    :param expected: numbers that are not released yet but lie on the desk: a
        reference to one is a warning.
    """

    def __init__(
        self,
        forms: FormRegister,
        documents: DocumentRegister,
        on: date,
        expected: Collection[DocumentNumber] = (),
    ) -> None:
        self._forms = forms
        self._documents = documents
        self._on = on
        self._expected = frozenset(expected)

    def in_force(self, number: DocumentNumber) -> Release:
        """Return the revision of a form or other document in force on the date.

        :raises ControlError: if the number is in no register, or nothing is in force.
        """
        registers: tuple[RevisionRegister, ...] = (self._forms, self._documents)
        for register in registers:
            if register.validities(number):
                return register.in_force(number, self._on)
        raise ControlError(
            message("{number} is in no register", number=number),
            message("correct the number, or have the document released into the register"),
        )

    def of(self, document: ControlledDocument) -> Resolution:
        """Return what a document refers to: its parent and its references."""
        return self._resolve(citations(document))

    def of_form(self, form: Form) -> Resolution:
        """Return what a form refers to: the document it belongs to."""
        return self._resolve(iter((parent_citation(form),)))

    def all(self) -> Resolution:
        """Return every reference of every revision in force, and all that dangle."""
        found: list[Resolved] = []
        findings: list[Finding] = []
        for one in (*self._document_resolutions(), *self._form_resolutions()):
            found += one.resolved
            findings += one.findings
        for parent in sorted({resolved.citation.target for resolved in found}):
            findings += self._annex_findings(parent)
        return Resolution(resolved=tuple(found), findings=tuple(findings))

    def annexes(self, parent: DocumentNumber) -> list[ReleasedForm]:
        """Return the forms in force that belong to a document, in the order of annex."""
        found = [form for form in self._forms_in_force() if form.form.parent == parent]
        return sorted(found, key=_annex_order)

    def _document_resolutions(self) -> Iterator[Resolution]:
        for number in self._documents.numbers():
            release = _in_force(self._documents, number, self._on)
            if release is not None:
                yield self.of(self._documents.load(release).document)

    def _form_resolutions(self) -> Iterator[Resolution]:
        for released in self._forms_in_force():
            yield self.of_form(released.form)

    def _forms_in_force(self) -> Iterator[ReleasedForm]:
        for number in self._forms.numbers():
            release = _in_force(self._forms, number, self._on)
            if release is not None:
                yield self._forms.load(release)

    def _annex_findings(self, parent: DocumentNumber) -> Iterator[Finding]:
        annexes = self.annexes(parent)
        names = Counter(released.form.annex.zh for released in annexes)
        for released in annexes:
            if names[released.form.annex.zh] > 1:
                yield error(
                    "ANNEX-DUPLICATE",
                    f"{FORMS}/{released.form.number}/{FORM_MANIFEST}:form.annex",
                    message(
                        "{parent} has more than one {annex}",
                        parent=parent,
                        annex=released.form.annex,
                    ),
                    message("give each annexed form a name of its own"),
                )

    def _resolve(self, cited: Iterator[Citation]) -> Resolution:
        found: list[Resolved] = []
        findings: list[Finding] = []
        for citation in cited:
            try:
                found.append(Resolved(citation=citation, release=self.in_force(citation.target)))
            except ControlError as problem:
                findings.append(self._dangling(citation, problem))
        return Resolution(resolved=tuple(found), findings=tuple(findings))

    def _dangling(self, citation: Citation, problem: ControlError) -> Finding:
        expected = citation.target in self._expected
        remedy: Text = problem.remedy
        if expected:
            remedy = message("it lies on the desk: have it released before this takes effect")
        return (warning if expected else error)(
            "REFERENCE-DANGLING",
            citation.place,
            problem.reason,
            remedy,
            clause=_CLAUSE,
            label=citation.clause,
        )


def citations(document: ControlledDocument) -> Iterator[Citation]:
    """Yield what a document names: its parent first, then its references in order."""
    manifest = f"{DOCUMENTS}/{document.number}/{DOCUMENT_NAME}"
    if document.parent is not None:
        yield Citation(
            source=document.number,
            target=document.parent,
            place=f"{manifest}:document.parent",
            clause="",
        )
    for index, reference in enumerate(document.references):
        place = f"{manifest}:references[{index}]"
        yield Citation(
            source=document.number, target=reference.number, place=place, clause=reference.clause
        )


def parent_citation(form: Form) -> Citation:
    """Return that a form belongs to its parent."""
    place = f"{FORMS}/{form.number}/{FORM_MANIFEST}:form.parent"
    return Citation(source=form.number, target=form.parent, place=place, clause="")


def _in_force(register: RevisionRegister, number: DocumentNumber, on: date) -> Release | None:
    try:
        return register.in_force(number, on)
    except ControlError:
        return None


def _annex_order(released: ReleasedForm) -> tuple[list[tuple[int, str]], DocumentNumber]:
    """Sort “Annex 2” before “Annex 10”; the Chinese name has no digits to sort by."""
    pieces = re.findall(r"\d+|\D+", released.form.annex.en)
    key = [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces]
    return key, released.form.number
