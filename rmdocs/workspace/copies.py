"""Controlled copies in a workspace: who acts, what is copied, where it is written.

The procedure is ``copies``'s; what became of a copy is told by the register.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from rmdocs.copies import custody, issuance
from rmdocs.copies.custody import PaperReceipt
from rmdocs.copies.lists import ListHeading, copies_report, recall_report
from rmdocs.copies.states import OUTDATED, Revisions, refusal
from rmdocs.errors import UsageError
from rmdocs.events.copies import CopyRecalled
from rmdocs.files import File
from rmdocs.findings import NOTHING
from rmdocs.messages import message
from rmdocs.registers.copies import PDF, Copy, CopyRegister
from rmdocs.registers.released import DocumentRegister
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import machine

if TYPE_CHECKING:
    from rmdocs.audit.copytrace import CopyTrace
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.copies.issuance import Exemplar, Lost, Printer
    from rmdocs.forms.document import ControlledDocument
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import CopyNumber, DocumentNumber, Revision, StaffNumber
    from rmdocs.registers.revisions import Release
    from rmdocs.reports.report import Report
    from rmdocs.workspace.opening import Workspace


def issue(
    workspace: Workspace,
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
    source = partial(_document, workspace)
    with workspace.act() as acting:
        printer = _printer(workspace, acting) if pdf else None
        return issuance.issue_copy(
            workspace.store, document, holder, source, acting, printer=printer
        )


def acknowledge(
    workspace: Workspace, number: CopyNumber, *, signed_by: str = "", on: date | None = None
) -> Copy:
    """Sign for a copy as its holder, or enter an outside holder's receipt.

    :param signed_by: who signed on paper. :param on: when; today if not given.
    :raises UsageError: if there is a date and no name.
    """
    if on is not None and not signed_by:
        raise UsageError(
            message("a receipt on paper was signed by somebody"),
            message("say who signed it, and on which date"),
        )
    receipt = PaperReceipt(signed_by=signed_by, on=on or workspace.today()) if signed_by else None
    with workspace.act() as acting:
        return custody.acknowledge_copy(workspace.store, number, acting, receipt)


def recall(workspace: Workspace, number: CopyNumber, reason: str) -> Copy:
    """Recall one copy.

    :param reason: why, in a person's words; it is sealed.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, gives no reason, or the copy is not out.
    """
    with workspace.act() as acting:
        return custody.recall_copy(workspace.store, number, reason, acting)


def recall_superseded(
    workspace: Workspace, document: DocumentNumber, reason: str = ""
) -> Sequence[Copy]:
    """Recall every copy of a document whose revision is superseded or withdrawn.

    All in one act; those recalled before are left as they are.

    :return: those recalled now; none where nothing was to be recalled.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not.
    """
    with workspace.act() as acting:
        return custody.recall_superseded(workspace.store, document, acting, reason)


def return_(workspace: Workspace, number: CopyNumber, remark: str = "") -> Copy:
    """Take a copy back.

    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, or the copy is not out.
    """
    with workspace.act() as acting:
        return custody.return_copy(workspace.store, number, acting, remark)


def replace(
    workspace: Workspace,
    number: CopyNumber,
    reason: str,
    *,
    destroyed: bool = False,
    pdf: bool = False,
) -> Copy:
    """Swap a damaged copy under its number.

    :param destroyed: the damaged one was destroyed by its holder; else it comes back.
    :param pdf: print the new one as PDF, beside the document.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, gives no reason, the copy is not out, or its
        revision is not in force any more.
    :raises MissingProgramError: if PDF is asked for and LibreOffice is not installed.
    """
    source = partial(_document, workspace)
    with workspace.act() as acting:
        printer = _printer(workspace, acting) if pdf else None
        return issuance.replace_copy(
            workspace.store, number, reason, source, acting, destroyed=destroyed, printer=printer
        )


def lose(workspace: Workspace, number: CopyNumber, reason: str, *, pdf: bool = False) -> Lost:
    """Enter a copy as lost, and issue another one to its holder.

    :return: the lost one and the one in its place.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, gives no reason, the copy is not out, or its
        revision is not in force any more.
    :raises MissingProgramError: if PDF is asked for and LibreOffice is not installed.
    """
    source = partial(_document, workspace)
    with workspace.act() as acting:
        printer = _printer(workspace, acting) if pdf else None
        return issuance.lose_copy(workspace.store, number, reason, source, acting, printer=printer)


def get(workspace: Workspace, number: CopyNumber) -> Copy:
    """Return a copy as it stands.

    :raises ControlError: if there is none with that number.
    """
    return CopyRegister(head=workspace.registry.control).get(number)


def outdated(workspace: Workspace) -> list[DocumentNumber]:
    """Return the documents of which copies are out that should have been recalled."""
    revisions, today = Revisions(workspace.registry.control), workspace.today()
    found = {
        copy.number.document
        for copy in find(workspace)
        if refusal(copy.status, CopyRecalled) is None
        and revisions.status(copy.number.document, copy.terms.revision, today) in OUTDATED
    }
    return sorted(found)


def export(workspace: Workspace, number: CopyNumber, exemplar: int | None = None) -> File:
    """Return the stamped document of a copy.

    :param exemplar: the one that counts unless named.
    """
    register = CopyRegister(head=workspace.registry.control)
    copy = register.get(number)
    name = number.document_name(exemplar or copy.exemplar)
    return File(name=name, data=register.document(copy, exemplar))


def export_pdf(workspace: Workspace, number: CopyNumber) -> File | None:
    """Return the PDF of a copy; None if it was given out without one."""
    register = CopyRegister(head=workspace.registry.control)
    copy = register.get(number)
    data = register.pdf(copy)
    name = number.document_name(copy.exemplar, PDF)
    return None if data is None else File(name=name, data=data)


def find(
    workspace: Workspace, document: DocumentNumber | None = None, on: date | None = None
) -> Sequence[Copy]:
    """Return the copies of a document, or all, as they are or were at the end of a day."""
    register = CopyRegister(head=workspace.registry.control, until=workspace.end_of(on))
    return [*(register.all() if document is None else register.of(document))]


def report(
    workspace: Workspace, document: DocumentNumber | None = None, on: date | None = None
) -> Report:
    """Return the register of copies (文件发放/回收登记表), as it is or was on a day."""
    copies = find(workspace, document, on)
    return copies_report(copies, _heading(workspace, copies, on))


def recalls(
    workspace: Workspace, document: DocumentNumber | None = None, on: date | None = None
) -> Report:
    """Return the copies to be taken back, as of now or of a day."""
    copies = find(workspace, document, on)
    revisions = Revisions(workspace.registry.control)
    return recall_report(copies, revisions, _heading(workspace, copies, on))


def trace(workspace: Workspace, target: str | File) -> CopyTrace | None:
    """Return the controlled copy that a number, a file or a SHA-256 is; None if it is none."""
    from rmdocs.audit.copytrace import trace_copy

    return trace_copy(workspace.registry, target, workspace.today())


def _heading(workspace: Workspace, copies: Sequence[Copy], on: date | None) -> ListHeading:
    """Return what stands over a list: as the revisions say that the copies are of."""
    described = {
        (number, revision): _described(workspace, number, revision)
        for number, revision in {(copy.number.document, copy.terms.revision) for copy in copies}
    }
    organisations = {one.organisation.zh: one.organisation for one in described.values()}
    return ListHeading(
        day=on or workspace.today(),
        organisation=next(iter(organisations.values())) if len(organisations) == 1 else NOTHING,
        titles={document: one.title for (document, _), one in sorted(described.items())},
    )


def _described(
    workspace: Workspace, document: DocumentNumber, revision: Revision
) -> Form | ControlledDocument:
    registry = workspace.registry
    if registry.forms.find(document, revision) is not None:
        return registry.form_revision(document, revision).form
    documents = DocumentRegister(registry.control)
    return documents.load(documents.release(document, revision)).document


def _document(workspace: Workspace, release: Release, number: CopyNumber) -> bytes:
    """Return the document that a copy of a revision is given out of.

    A form's is its blank; any other document's is its controlled edition,
    with the 受控号 on the cover.
    """
    from rmdocs.issuing.controllededitions import Assembler
    from rmdocs.issuing.editions import blank_document

    if workspace.registry.control.commit != workspace.store.require_head(CONTROL_REF).commit:
        # As the ledger stands under the lock, not as it stood when it was opened.
        workspace.refresh()
    if workspace.registry.forms.find(release.number, release.revision) is not None:
        return blank_document(workspace.registry, workspace.registry.forms.load(release))
    assembler = Assembler(workspace.registry, DocumentRegister(workspace.registry.control))
    return assembler.document(assembler.edition(release.number, workspace.today()), str(number))


def _printer(workspace: Workspace, acting: ActingPerson) -> Printer:
    """Return what makes the PDF of an exemplar.

    :raises MissingProgramError: if LibreOffice is not installed.
    """
    from rmdocs.copies.issuance import CopyPrinting, print_exemplar

    engine = machine.formal_engine()

    def printer(document: bytes, exemplar: Exemplar) -> bytes:
        about = _described(workspace, exemplar.release.number, exemplar.revision)
        press = CopyPrinting(
            engine=engine,
            title=about.title.zh,
            organisation=about.organisation.zh,
            moment=acting.now,
        )
        return print_exemplar(document, exemplar, press)

    return printer
