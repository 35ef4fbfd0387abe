"""Rendering: an edition with its number, a blank form, a draft before it has one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import Finding, error, has_errors
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import message
from rmdocs.records.check import accepted
from rmdocs.records.context import blank_context, template_context
from rmdocs.records.draft import RecordDraft
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.stamps import Stamp, stamp
from rmdocs.store.protocol import NewFile

if TYPE_CHECKING:
    from rmdocs.events.records import EditionFacts
    from rmdocs.forms.form import Form, FormFiles
    from rmdocs.identifiers import RecordNumber
    from rmdocs.intake.candidates import Candidate
    from rmdocs.issuing.checking import CheckedCandidate
    from rmdocs.issuing.registry import Registry
    from rmdocs.records.context import CheckedRecord
    from rmdocs.registers.released import ReleasedForm


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


def not_made(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings of rendering, and that therefore there is no document."""
    notice = error(
        "RENDER-FAILED",
        "$",
        message("the document could not be made, so the record got no number"),
        message("the findings say why; nothing was kept"),
    )
    return (*findings, notice)


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


def print_next(
    registry: Registry,
    released: ReleasedForm,
    checked: CheckedRecord,
    number: RecordNumber,
    on: date,
) -> PrintedDraft:
    """Return what the next edition of a record would print, marked 草稿 beside its number.

    :param released: the form that the record stands under.
    :param checked: the record as it would be.
    :raises FindingsError: as :func:`render_edition`.
    """
    documents = render_documents(
        registry,
        released,
        checked,
        number=f"{DRAFT_MARK}（{number}）",
        edition=NO_EDITION,
        pin=DRAFT_MARK,
        issued_on=on,
    )
    return PrintedDraft(form=released.form, documents=documents)


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
