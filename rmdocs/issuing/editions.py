"""Editions rendered: of a record, a blank form, a draft; of a document with its annexes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import message
from rmdocs.records.check import accepted
from rmdocs.records.context import blank_context, template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.registers.released import DocumentRegister, References, ReleasedDocument
from rmdocs.rendering.assembly import Annex, CoverPage, HistoryRow, assemble
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.stamps import Stamp, stamp
from rmdocs.store.protocol import NewFile

if TYPE_CHECKING:
    from rmdocs.events.records import EditionFacts
    from rmdocs.forms.form import Form, FormFiles
    from rmdocs.forms.sections.identity import RevisionEntry
    from rmdocs.identifiers import DocumentNumber, RecordNumber
    from rmdocs.intake.candidates import Candidate
    from rmdocs.issuing.checking import CheckedCandidate
    from rmdocs.issuing.registry import Registry
    from rmdocs.records.context import CheckedRecord
    from rmdocs.registers.released import ReleasedForm
    from rmdocs.registers.revisions import Release


DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def render_edition(
    registry: Registry,
    released: ReleasedForm,
    checked: CheckedRecord,
    number: RecordNumber,
    edition: EditionFacts,
) -> tuple[NewFile, ...]:
    """Return the documents of an edition: the document, then one for each addressee.

    :raises FindingsError: if the template lacks a value, or a value is not
        found again in the finished document.
    """
    directory = f"{number.directory}/editions/{edition.number}"
    documents = render_documents(
        registry,
        released,
        checked,
        number=str(number),
        edition=edition.number,
        pin=edition.pin,
        issued_on=edition.issued_on,
    )
    return tuple(
        NewFile(
            path=f"{directory}/{number.document_name(edition.number, copy)}",
            data=document,
            media_type=DOCX_TYPE,
        )
        for copy, document in enumerate(documents)
    )


class Templates(Protocol):
    """Compiled templates, of whatever holds them."""

    def template(self, released: ReleasedForm) -> CompiledTemplate:
        """Return the compiled template of a revision."""


def render_documents(  # noqa: PLR0913 - a document prints that much besides the record
    templates: Templates,
    released: ReleasedForm,
    checked: CheckedRecord,
    *,
    number: str,
    edition: int,
    pin: str,
    issued_on: date,
) -> tuple[bytes, ...]:
    """Return what a record prints: the document, then one for each addressee.

    :raises FindingsError: as :func:`render_edition`.
    """
    template = templates.template(released)
    addressees: tuple[Any, ...] = (None, *released.form.addressees(checked.names))
    return tuple(
        template.render(
            template_context(
                checked,
                released.form,
                number=number,
                edition=edition,
                pin=pin,
                issued_on=issued_on,
                addressee=addressee,
            )
        )
        for addressee in addressees
    )


def not_made(problem: FindingsError) -> tuple[Finding, ...]:
    """Return the findings of rendering, and that therefore there is no document."""
    notice = error(
        "RENDER-FAILED",
        "$",
        message("the document could not be made, so the record got no number"),
        message("the findings say why; nothing was kept"),
    )
    return (*problem.findings, notice)


DRAFT_MARK = "草稿"
_MARKS = {
    RevisionStatus.DRAFT: DRAFT_MARK,
    RevisionStatus.REVIEWED: DRAFT_MARK,
    RevisionStatus.APPROVED: "未生效",
    RevisionStatus.SUPERSEDED: "作废",
    RevisionStatus.WITHDRAWN: "作废",
}


def blank_document(registry: Registry, released: ReleasedForm) -> bytes:
    """Return the blank form of a released revision, as it is filled in by hand.

    :raises FindingsError: if the template cannot be rendered without a record.
    """
    return registry.template(released).render(blank_context(released.form))


def marked_blank(registry: Registry, released: ReleasedForm, day: date) -> bytes:
    """Return the blank form, marked across the page unless it is in force on a day."""
    document = blank_document(registry, released)
    release = released.release
    validity = registry.forms.find(release.number, release.revision)
    mark = _MARKS.get(validity.status(day)) if validity is not None else DRAFT_MARK
    if mark is None:
        return document
    return stamp(
        document, Stamp(lines=(f"{release.number} {release.revision} {mark}",), watermark=mark)
    )


def draft_blank(form: Form, files: FormFiles) -> bytes:
    """Return the blank form of a revision that is not released, marked as a draft.

    :raises FindingsError: if the template cannot be rendered without a record.
    """
    document = CompiledTemplate.compile(files.template).render(blank_context(form))
    return stamp(
        document,
        Stamp(lines=(f"{form.number} {form.revision} {DRAFT_MARK}",), watermark=DRAFT_MARK),
    )


NO_NUMBER = f"{DRAFT_MARK}（未编号）"
"""What a draft prints where a document has its number."""
NO_EDITION = 0
"""No edition that was issued has this number: they count from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedDraft:
    """What a draft prints: the document (.docx), then one for each addressee."""

    form: Form
    documents: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateDraft:
    """A candidate that was to be printed as a draft.

    :param checked: what issuing it would find, and what printing it found.
    :param printed: None if a value is missing or wrong, or its form or unit is
        not there: it cannot be printed whole.
    """

    checked: CheckedCandidate
    printed: PrintedDraft | None


def print_draft(
    registry: Registry, candidate: Candidate, checked: CheckedCandidate, today: date
) -> CandidateDraft:
    """Return what a candidate prints under the form in force, as far as it can.

    :param checked: the candidate as it was checked.
    """
    found = _printable(registry, candidate, today)
    if found is None:
        return CandidateDraft(checked=checked, printed=None)
    released, record = found
    try:
        documents = render_documents(
            registry,
            released,
            record,
            number=NO_NUMBER,
            edition=NO_EDITION,
            pin=DRAFT_MARK,
            issued_on=today,
        )
    except FindingsError as problem:
        findings = (*checked.findings, *problem.findings)
        return CandidateDraft(checked=replace(checked, findings=findings, ready=None), printed=None)
    return CandidateDraft(
        checked=checked, printed=PrintedDraft(form=released.form, documents=documents)
    )


def _printable(
    registry: Registry, candidate: Candidate, today: date
) -> tuple[ReleasedForm, CheckedRecord] | None:
    """Return the record under its form if its content is sound, whatever the rules say."""
    if has_errors(candidate.findings):
        return None
    try:
        draft = RecordDraft.parse(candidate.value)
        released = registry.form_in_force(draft.form, today)
        schema, unit = released.form.schema, registry.staff.find_unit(draft.unit)
        tidy = draft.with_content(schema.normalise(draft.content))
        if unit is None or has_errors(schema.check(tidy.content)):
            return None
        return released, accepted(
            tidy, released.form, unit.to_json(), calendar=registry.calendars.now()
        )
    except (FindingsError, ControlError):  # checking the candidate says why
        return None


REPRINT, NOT_YET = "补打件", "未生效"
_ROLES = ("form_author", "form_reviewer", "form_approver")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlledEdition:
    """What a controlled edition consists of on a day.

    :param annexes: the forms in force that belong to the document, in order.
    """

    released: ReleasedDocument
    annexes: tuple[ReleasedForm, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        """Return the digests of all revisions in it."""
        return (
            self.released.release.digest,
            *(annex.release.digest for annex in self.annexes),
        )


class Assembler:
    """Makes controlled editions out of what is released."""

    def __init__(self, registry: Registry, documents: DocumentRegister) -> None:
        self._registry = registry
        self._documents = documents

    def edition(self, number: DocumentNumber, on: date) -> ControlledEdition:
        """Return what the edition in force on a day consists of.

        :raises ControlError: if nothing of the document is in force.
        """
        released = self._documents.load(self._documents.in_force(number, on))
        references = References(self._registry.forms, self._documents, on)
        return ControlledEdition(released=released, annexes=tuple(references.annexes(number)))

    def document(self, edition: ControlledEdition, control_number: str = "") -> bytes:
        """Return an edition as a Word document; the same edition, the same bytes.

        :param control_number: 受控号 of the copy on the cover; empty for the master.
        :raises ControlError: if the document is kept elsewhere.
        :raises FindingsError: if its text or an annex cannot be assembled.
        """
        document, body = edition.released.document, edition.released.files.body
        if body is None:
            raise ControlError(
                message(
                    "{number} has no text here; it is kept: {kept}",
                    number=document.number,
                    kept=document.kept or "-",
                ),
                message("only documents with a body file can be assembled"),
            )
        cover = CoverPage(
            number=str(document.number),
            control_number=control_number,
            organisation=document.organisation,
            title=document.title.zh,
            prepared=document.prepared,
            reviewed=document.reviewed,
            approved=document.approved,
            revision=str(document.revision),
            effective=document.effective,
        )
        history = [self._row(document.number, entry) for entry in document.history]
        return assemble(cover, history, body, [self._annex(form) for form in edition.annexes])

    def marked(self, edition: ControlledEdition, on: date, today: date) -> bytes:
        """Return an edition, marked if it is not the one in force today.

        :param on: the day it is of: one that has passed makes it a reprint.
        """
        document = self.document(edition)
        if self._is_current(edition, today):
            return document
        mark = REPRINT if on <= today else NOT_YET
        lines = (mark, f"{on.isoformat()}有效的版本", f"打印日期 {today.isoformat()}")
        return stamp(document, Stamp(lines=lines, watermark=mark))

    def _is_current(self, edition: ControlledEdition, today: date) -> bool:
        try:
            current = self.edition(edition.released.release.number, today)
        except ControlError:
            return False
        return current.digests == edition.digests

    def _annex(self, released: ReleasedForm) -> Annex:
        form = released.form
        return Annex(
            title=f"{form.annex.zh}：《{form.title.zh}》",
            number=str(form.number),
            revision=str(form.revision),
            document=blank_document(self._registry, released),
        )

    def _row(self, number: DocumentNumber, entry: RevisionEntry) -> HistoryRow:
        """Return a row of the history, with who signed the revision as the register has it."""
        validity = self._documents.find(number, entry.revision)
        signers = _signers(validity.release) if validity is not None else ("", "", "")
        prepared, reviewed, approved = signers
        return HistoryRow(
            revision=str(entry.revision),
            change=entry.change.zh,
            effective=validity.release.effective if validity is not None else entry.date,
            prepared=prepared,
            reviewed=reviewed,
            approved=approved,
        )


def _signers(release: Release) -> tuple[str, str, str]:
    names = {one.role: one.name for one in release.approvals}
    author, reviewer, approver = (names.get(role, "") for role in _ROLES)
    return author, reviewer, approver
