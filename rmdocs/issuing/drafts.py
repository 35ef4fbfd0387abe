"""Drafts (草稿) on paper: what a record would print, before it has a number.

Whether it may be issued is ``checking``'s business. A draft is printed as far as
its content can be read under the form in force, so that a person sees what is
still wrong with it; nothing is numbered, kept or sealed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import has_errors
from rmdocs.issuing.blanks import DRAFT_MARK
from rmdocs.issuing.editions import render_documents
from rmdocs.records.check import accepted
from rmdocs.records.draft import RecordDraft

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.intake.candidates import Candidate
    from rmdocs.issuing.checking import CheckedCandidate
    from rmdocs.issuing.office import Office
    from rmdocs.records.checked import CheckedRecord
    from rmdocs.registers.forms import ReleasedForm

NO_NUMBER = f"{DRAFT_MARK}（未编号）"
"""What a draft prints where a document has its number."""
NO_EDITION = 0
"""No edition that was issued has this number: they count from 1."""


@dataclass(frozen=True, slots=True)
class PrintedDraft:
    """What a draft prints: the document (.docx), then one for each addressee."""

    form: Form
    documents: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A candidate that was to be printed as a draft.

    :param checked: what issuing it would find, and what printing it found.
    :param printed: None if a value is missing or wrong, or its form or unit is
        not there: it cannot be printed whole.
    """

    checked: CheckedCandidate
    printed: PrintedDraft | None


def print_draft(
    office: Office, candidate: Candidate, checked: CheckedCandidate, today: date
) -> Draft:
    """Return what a candidate prints under the form in force, as far as it can.

    :param checked: the candidate as it was checked.
    """
    found = _printable(office, candidate, today)
    if found is None:
        return Draft(checked, None)
    released, record = found
    try:
        documents = render_documents(
            office,
            released,
            record,
            number=NO_NUMBER,
            edition=NO_EDITION,
            pin=DRAFT_MARK,
            issued_on=today,
        )
    except FindingsError as problem:
        findings = (*checked.findings, *problem.findings)
        return Draft(replace(checked, findings=findings, ready=None), None)
    return Draft(checked, PrintedDraft(released.form, documents))


def _printable(
    office: Office, candidate: Candidate, today: date
) -> tuple[ReleasedForm, CheckedRecord] | None:
    """Return the record under its form if its content is sound, whatever the rules say."""
    if has_errors(candidate.findings):
        return None
    try:
        draft = RecordDraft.parse(candidate.value)
        released = office.form_in_force(draft.form, today)
        schema, unit = released.form.schema, office.staff.find_unit(draft.unit)
        tidy = draft.with_content(schema.normalise(draft.content))
        if unit is None or has_errors(schema.check(tidy.content)):
            return None
        return released, accepted(
            tidy, released.form, unit.to_json(), calendar=office.calendars.now()
        )
    except (FindingsError, ControlError):  # checking the candidate says why
        return None
