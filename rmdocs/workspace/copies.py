"""Controlled copies in a workspace: who acts, what is copied, where it is written.

The procedure is ``copies``'s; what became of a copy is told by the register.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.copies import custody, issuance
from rmdocs.copies.custody import PaperReceipt
from rmdocs.copies.lists import Heading, copies_report, recall_report
from rmdocs.copies.states import Revisions
from rmdocs.errors import UsageError
from rmdocs.findings import NOTHING
from rmdocs.messages import message
from rmdocs.registers.copies import PDF, Copy, CopyRegister
from rmdocs.registers.ledgers import DocumentRegister
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace.saving import save

if TYPE_CHECKING:
    from rmdocs.control.acting import Acting
    from rmdocs.copies.issuance import Exemplar, Lost, Printer
    from rmdocs.forms.document import ControlledDocument
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import CopyNumber, DocumentNumber, Revision, StaffNumber
    from rmdocs.registers.revisions import Release
    from rmdocs.reports.report import Report
    from rmdocs.workspace.opening import Workspace


class Copies:
    """Controlled copies, for whoever acts in a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def issue(
        self,
        document: DocumentNumber,
        *,
        staff: StaffNumber | None = None,
        outside: str = "",
        pdf: bool = False,
    ) -> Copy:
        """Issue a copy of the revision in force to one holder.

        :param staff: a member of staff. :param outside: the name of somebody else.
        :param pdf: whether its PDF is made and sealed as well.
        :raises UsageError: if not exactly one of the two is given.
        :raises MissingProgramError: if PDF is asked for and LibreOffice is not installed.
        """
        if (staff is None) != bool(outside.strip()):
            raise UsageError(
                message("a copy has one holder"),
                message("give either a staff number or the name of somebody outside"),
            )
        holder = issuance.outside_holder(outside) if staff is None else staff
        work = self._workspace
        acting = work.acting()
        printer = self._printer(acting) if pdf else None
        copy = issuance.issue_copy(
            work.store, document, holder, self._document, acting, printer=printer
        )
        work.reopen()
        return copy

    def acknowledge(
        self, number: CopyNumber, *, signed_by: str = "", on: date | None = None
    ) -> Copy:
        """Sign for a copy as its holder, or enter an outside holder's receipt.

        :param signed_by: who signed on paper. :param on: when; today if not given.
        :raises UsageError: if there is a date and no name.
        """
        work = self._workspace
        if on is not None and not signed_by:
            raise UsageError(
                message("a receipt on paper was signed by somebody"),
                message("say who signed it, and on which date"),
            )
        receipt = PaperReceipt(signed_by=signed_by, on=on or work.today()) if signed_by else None
        return self._done(custody.acknowledge_copy(work.store, number, work.acting(), receipt))

    def recall(self, number: CopyNumber, reason: str) -> Copy:
        """Recall one copy."""
        work = self._workspace
        return self._done(custody.recall_copy(work.store, number, reason, work.acting()))

    def recall_superseded(self, document: DocumentNumber, reason: str = "") -> Sequence[Copy]:
        """Recall every copy of a document whose revision is superseded or withdrawn."""
        work = self._workspace
        copies = custody.recall_superseded(work.store, document, work.acting(), reason)
        work.reopen()
        return copies

    def return_(self, number: CopyNumber, remark: str = "") -> Copy:
        """Take a copy back."""
        work = self._workspace
        return self._done(custody.return_copy(work.store, number, work.acting(), remark))

    def replace(
        self, number: CopyNumber, reason: str, *, destroyed: bool = False, pdf: bool = False
    ) -> Copy:
        """Swap a damaged copy under its number."""
        work = self._workspace
        acting, source = work.acting(), self._document
        printer = self._printer(acting) if pdf else None
        return self._done(
            issuance.replace_copy(
                work.store, number, reason, source, acting, destroyed=destroyed, printer=printer
            )
        )

    def lose(self, number: CopyNumber, reason: str, *, pdf: bool = False) -> Lost:
        """Enter a copy as lost, and issue another one to its holder."""
        work = self._workspace
        acting = work.acting()
        printer = self._printer(acting) if pdf else None
        lost = issuance.lose_copy(
            work.store, number, reason, self._document, acting, printer=printer
        )
        work.reopen()
        return lost

    def export(self, number: CopyNumber, out: Path, exemplar: int | None = None) -> Path:
        """Write the stamped document of a copy to a folder; return the file.

        :param exemplar: the one that counts unless named.
        :raises ConflictError: if there is a file with other content.
        """
        register = CopyRegister(head=self._workspace.office.control)
        copy = register.get(number)
        data = register.document(copy, exemplar)
        return save(out / number.document_name(exemplar or copy.exemplar), data)

    def export_pdf(self, number: CopyNumber, out: Path, exemplar: int | None = None) -> Path | None:
        """Write the PDF of a copy to a folder; None if it was given out without one.

        :raises ConflictError: if there is a file with other content.
        """
        register = CopyRegister(head=self._workspace.office.control)
        copy = register.get(number)
        data = register.pdf(copy, exemplar)
        name = number.document_name(exemplar or copy.exemplar, PDF)
        return None if data is None else save(out / name, data)

    def list(
        self, document: DocumentNumber | None = None, on: date | None = None
    ) -> Sequence[Copy]:
        """Return the copies of a document, or all, as they are or were at the end of a day."""
        register = CopyRegister(
            head=self._workspace.office.control, until=self._workspace.end_of(on)
        )
        return [*(register.all() if document is None else register.of(document))]

    def report(self, document: DocumentNumber | None = None, on: date | None = None) -> Report:
        """Return the register of copies (文件发放/回收登记表), as it is or was on a day."""
        copies = self.list(document, on)
        return copies_report(copies, self._heading(copies, on))

    def recalls(self, document: DocumentNumber | None = None, on: date | None = None) -> Report:
        """Return the copies to be taken back, as of now or of a day."""
        copies = self.list(document, on)
        revisions = Revisions(self._workspace.office.control)
        return recall_report(copies, revisions, self._heading(copies, on))

    def _done(self, copy: Copy) -> Copy:
        self._workspace.reopen()
        return copy

    def _heading(self, copies: Sequence[Copy], on: date | None) -> Heading:
        """Return what stands over a list: as the revisions say that the copies are of."""
        described = {
            (number, revision): self._described(number, revision)
            for number, revision in {(copy.number.document, copy.terms.revision) for copy in copies}
        }
        organisations = {one.organisation.zh: one.organisation for one in described.values()}
        return Heading(
            day=on or self._workspace.today(),
            organisation=next(iter(organisations.values())) if len(organisations) == 1 else NOTHING,
            titles={document: one.title for (document, _), one in sorted(described.items())},
        )

    def _described(self, document: DocumentNumber, revision: Revision) -> Form | ControlledDocument:
        office = self._workspace.office
        if office.forms.find(document, revision) is not None:
            return office.form_revision(document, revision).form
        documents = DocumentRegister(office.control)
        return documents.load(documents.release(document, revision)).document

    def _document(self, release: Release, number: CopyNumber) -> bytes:
        """Return the document that a copy of a revision is given out of.

        A form's is its blank; any other document's is its controlled edition,
        with the 受控号 on the cover.
        """
        from rmdocs.issuing.assembling import Assembler
        from rmdocs.issuing.editions import blank_document

        work = self._workspace
        if work.office.control.commit != work.store.require_head(CONTROL_REF).commit:
            # As the ledger stands under the lock, not as it stood when it was opened.
            work.reopen()
        if work.office.forms.find(release.number, release.revision) is not None:
            return blank_document(work.office, work.office.forms.load(release))
        assembler = Assembler(work.office, DocumentRegister(work.office.control))
        return assembler.document(assembler.edition(release.number, work.today()), str(number))

    def _printer(self, acting: Acting) -> Printer:
        """Return what makes the PDF of an exemplar.

        :raises MissingProgramError: if LibreOffice is not installed.
        """
        from rmdocs.copies.printing import Press, print_exemplar

        engine = self._workspace.renditions.formal_engine()

        def printer(document: bytes, exemplar: Exemplar) -> bytes:
            about = self._described(exemplar.release.number, exemplar.revision)
            press = Press(
                engine=engine,
                title=about.title.zh,
                organisation=about.organisation.zh,
                moment=acting.now,
            )
            return print_exemplar(document, exemplar, press)

        return printer
