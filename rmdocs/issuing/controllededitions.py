"""Controlled editions: a document with its history and its annexes as of a day.

Everything but the officer's text is derived: cover and 修改记录 from the
register, the annexes from the forms that belong to the document, each in its
revision in force. One that is not in force today says so on every page.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import ControlError
from rmdocs.issuing.editions import blank_document
from rmdocs.messages import message
from rmdocs.registers.released import DocumentRegister, References, ReleasedDocument
from rmdocs.rendering.assembly import Annex, CoverPage, HistoryRow, assemble
from rmdocs.rendering.stamps import Stamp, stamp

if TYPE_CHECKING:
    from rmdocs.forms.sections.identity import RevisionEntry
    from rmdocs.identifiers import DocumentNumber
    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.released import ReleasedForm
    from rmdocs.registers.revisions import Release


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


REPRINT, NOT_YET = "补打件", "未生效"
