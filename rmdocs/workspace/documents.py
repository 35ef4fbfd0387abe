"""Controlled documents that are not forms: listing, checking, controlled editions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from rmdocs.errors import FindingsError
from rmdocs.files import File
from rmdocs.findings import NOTHING, Finding, error
from rmdocs.forms.desk import DIRECTORY, desk_documents, read_document
from rmdocs.forms.document import (
    BODY_NAME,
    DOCUMENT_NAME,
    DocumentFiles,
    load_document,
    understand,
)
from rmdocs.forms.tomltables import unreadable_texts
from rmdocs.identifiers import DocumentNumber
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Text, Verbatim, message
from rmdocs.registers.changerequests import ChangeRegister
from rmdocs.registers.released import Controlled, DocumentRegister, References
from rmdocs.workspace import revisions
from rmdocs.workspace.answers import DesignatedRow, RevisedRow

if TYPE_CHECKING:
    from rmdocs.registers.changerequests import ChangeRequest
    from rmdocs.registers.revisions import Release, ReleaseValidity, RevisionRegister
    from rmdocs.workspace.opening import Workspace

_SHOWN = (
    RevisionStatus.EFFECTIVE,
    RevisionStatus.APPROVED,
    RevisionStatus.WITHDRAWN,
    RevisionStatus.SUPERSEDED,
)


D = TypeVar("D", bound=Controlled)


def revised_rows(  # noqa: PLR0913 - two kinds of documents differ in that much
    register: RevisionRegister,
    desk: Iterable[DocumentNumber],
    drafted: Callable[[DocumentNumber], D],
    load: Callable[[Release], D],
    today: date,
    *,
    is_on_desk: Callable[[DocumentNumber, str], bool],
) -> list[tuple[RevisedRow, D | None]]:
    """Return a row for everything on the desk or released, by number, with what it is about.

    :param drafted: reads what is on the desk; it may raise FindingsError.
    :param load: reads what is released.
    :param is_on_desk: whether the desk has a SHA-256; asked only of what can be read.
    """
    on_desk = set(desk)
    changes = {
        change.request.document: change
        for change in ChangeRegister(head=register.head).all()
        if change.is_open
    }
    rows = []
    for number in sorted(on_desk | set(register.numbers())):
        draft = _understood(drafted, number) if number in on_desk else None
        validities = {validity.status(today): validity for validity in register.validities(number)}
        # The one in force; where there is none, the one that is to be, or was last.
        shown = next((validities[one] for one in _SHOWN if one in validities), None)
        found = load(shown.release) if shown else draft
        coming = validities.get(RevisionStatus.APPROVED)
        change = changes.get(number)
        same = None if draft is None else register.find(number, draft.revision)
        unread = message("cannot be read") if number in on_desk else NOTHING
        row = RevisedRow(
            number=str(number),
            title=found.title if found else Verbatim("-"),
            desk=str(draft.revision) if draft else "-",
            released=str(shown.release.revision) if shown else "",
            status=shown.status(today).called if shown else Verbatim(""),
            effective=shown.release.effective.isoformat() if shown else "",
            coming=f"{coming.release.revision} {coming.release.effective}" if coming else "",
            change=str(change.number) if change else "",
            pending=len(found.pending) if found else 0,
            edited=_edited(change, same, partial(is_on_desk, number)) if draft else unread,
        )
        rows.append((row, found))
    return rows


def _edited(
    change: ChangeRequest | None, same: ReleaseValidity | None, is_on_desk: Callable[[str], bool]
) -> Text:
    """Return what is said of a desk that is not what was signed; nothing if it is.

    :param same: the release of the desk's own revision, if there is one.
    """
    if change is not None and change.draft is not None:
        edited = not is_on_desk(change.draft.digest)
        return message("edited since it was submitted") if edited else NOTHING
    if same is not None and not is_on_desk(same.release.digest):
        return message("edited since it was approved")
    return NOTHING


def _understood(drafted: Callable[[DocumentNumber], D], number: DocumentNumber) -> D | None:
    """Return what is on the desk, or None while it has mistakes."""
    try:
        return drafted(number)
    except FindingsError:
        return None


def _register(workspace: Workspace) -> DocumentRegister:
    """Return the register as the control ledger stands."""
    return DocumentRegister(workspace.registry.control)


def rows(workspace: Workspace) -> list[DesignatedRow]:
    """Return every document with its revision in force, the next one, its open change."""
    register = _register(workspace)
    found = revised_rows(
        register,
        desk_documents(workspace.root),
        lambda number: load_document(read_document(workspace.root, number)),
        lambda release: register.load(release).document,
        workspace.today(),
        is_on_desk=partial(revisions.is_on_desk, workspace),
    )
    return [
        DesignatedRow(
            **{name: getattr(row, name) for name in RevisedRow.__slots__},
            designation=document.designation if document is not None else "",
        )
        for row, document in found
    ]


def check(workspace: Workspace, number: DocumentNumber | None = None) -> list[Finding]:
    """Return every mistake of the desk's documents, or of one of them.

    Without a number also every reference of what is in force that dangles.
    """
    desk = desk_documents(workspace.root)
    findings = [
        finding
        for one in ([number] if number else desk)
        for finding in _check(workspace, one, frozenset(desk))
    ]
    if number is None:
        known = {(finding.code, finding.path) for finding in findings}
        released = _references(workspace, workspace.today(), frozenset(desk)).all().findings
        findings += [one for one in released if (one.code, one.path) not in known]
    return findings


def export(workspace: Workspace, number: DocumentNumber, on: date | None = None) -> File:
    """Return a controlled edition, marked on every page if it is not the one in force today.

    :param on: the day whose edition is wanted, today if None.
    :raises ControlError: if nothing of it is in force, or it is kept elsewhere.
    :raises FindingsError: if a part of it cannot be assembled.
    """
    from rmdocs.issuing.controllededitions import Assembler

    day = on or workspace.today()
    assembler = Assembler(workspace.registry, _register(workspace))
    edition = assembler.edition(number, day)
    revision = edition.released.release.revision
    data = assembler.marked(edition, day, workspace.today())
    return File(name=f"{number}-{revision}-{day.isoformat()}.docx", data=data)


def check_files(
    workspace: Workspace, number: DocumentNumber, files: DocumentFiles
) -> list[Finding]:
    """Return every mistake of a document's files, wherever they lie."""
    return _check_files(workspace, number, files, frozenset(desk_documents(workspace.root)))


def _check(
    workspace: Workspace, number: DocumentNumber, desk: frozenset[DocumentNumber]
) -> list[Finding]:
    try:
        files = read_document(workspace.root, number)
    except FindingsError as problem:
        return list(problem.findings)
    return _check_files(workspace, number, files, desk)


def _check_files(
    workspace: Workspace,
    number: DocumentNumber,
    files: DocumentFiles,
    desk: frozenset[DocumentNumber],
) -> list[Finding]:
    from rmdocs.rendering.assembly import check_body

    document, findings = understand(files)
    if not findings:
        findings += unreadable_texts(files.manifest, DOCUMENT_NAME)
    if files.body is not None:
        findings += [_in_body(finding) for finding in check_body(files.body)]
    shown = [_placed(finding, number) for finding in findings]
    if document is None:
        return shown
    if document.number != number:
        shown.append(_misplaced(number, document.number))
    day = max(workspace.today(), document.effective)
    return [*shown, *_references(workspace, day, desk).of(document).findings]


def _references(workspace: Workspace, day: date, desk: frozenset[DocumentNumber]) -> References:
    return References(workspace.registry.forms, _register(workspace), day, desk)


def _placed(finding: Finding, number: DocumentNumber) -> Finding:
    """Return a finding with the document's directory before its place."""
    return replace(finding, path=f"{DIRECTORY}/{number}/{finding.path}")


def _in_body(finding: Finding) -> Finding:
    return replace(finding, path=f"{BODY_NAME}:{finding.path}")


def _misplaced(number: DocumentNumber, found: DocumentNumber) -> Finding:
    return error(
        "DOCUMENT-NUMBER",
        f"{DIRECTORY}/{number}/{DOCUMENT_NAME}:document.number",
        message("{found} lies in the folder of {number}", found=found, number=number),
        message("put the number right, or rename the folder"),
    )
