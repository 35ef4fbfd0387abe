"""Blank forms (空白表单): a revision's template with nothing filled in.

Printed for filling by hand, for controlled copies and for annexes. A blank of
a revision that is not in force says so across the page.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rmdocs.lifecycle import RevisionStatus
from rmdocs.records.context import blank_context
from rmdocs.rendering.compiled import CompiledTemplate
from rmdocs.rendering.stamps import Stamp, stamp

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.forms.revision import FormFiles
    from rmdocs.issuing.office import Office
    from rmdocs.registers.forms import ReleasedForm

DRAFT_MARK = "草稿"
_MARKS = {
    RevisionStatus.DRAFT: DRAFT_MARK,
    RevisionStatus.REVIEWED: DRAFT_MARK,
    RevisionStatus.APPROVED: "未生效",
    RevisionStatus.SUPERSEDED: "作废",
    RevisionStatus.WITHDRAWN: "作废",
}


def blank_document(office: Office, released: ReleasedForm) -> bytes:
    """Return the blank form of a released revision, as it is filled in by hand.

    :raises FindingsError: if the template cannot be rendered without a record.
    """
    return office.template(released).render(blank_context(released.form))


def marked_blank(office: Office, released: ReleasedForm, day: date) -> bytes:
    """Return the blank form, marked across the page unless it is in force on a day."""
    document = blank_document(office, released)
    release = released.release
    standing = office.forms.find(release.number, release.revision)
    mark = _MARKS.get(standing.status(day)) if standing is not None else DRAFT_MARK
    if mark is None:
        return document
    return stamp(document, Stamp((f"{release.number} {release.revision} {mark}",), mark))


def draft_blank(form: Form, files: FormFiles) -> bytes:
    """Return the blank form of a revision that is not released, marked as a draft.

    :raises FindingsError: if the template cannot be rendered without a record.
    """
    document = CompiledTemplate.compile(files.template).render(blank_context(form))
    return stamp(document, Stamp((f"{form.number} {form.revision} {DRAFT_MARK}",), DRAFT_MARK))
