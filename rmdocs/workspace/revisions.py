"""The revisions of a controlled document: on the desk, submitted, released.

What every use case that works with them asks; forms and other documents alike
(see ``kinds``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rmdocs.control import revising
from rmdocs.control.covers import repeated
from rmdocs.errors import ControlError, FindingsError
from rmdocs.findings import Finding
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import message
from rmdocs.registers.changerequests import ChangeRegister, ChangeRequest
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.revisions import RevisionRegister, unknown_revision
from rmdocs.workspace.kinds import (
    DESK,
    DRAFT,
    FORM,
    KINDS,
    OTHER,
    WORDS,
    DocumentKind,
    released_revision,
    without_the_unseen,
)

if TYPE_CHECKING:
    from rmdocs.control.covers import RevisionFiles
    from rmdocs.workspace.opening import Workspace


def kind_of(workspace: Workspace, number: DocumentNumber) -> DocumentKind:
    """Return whether a number is a form's or another document's.

    :raises ControlError: if neither desk nor ledger has it.
    """
    control = workspace.registry.control
    for kind in (FORM, OTHER):
        on_desk = kind.paths(workspace.root, number)[kind.manifest].is_file()
        if on_desk or control.list(f"{kind.base}/{number}"):
            return kind
    raise ControlError(
        message("there is no controlled document {number}", number=number),
        message("put its files on the desk first; see: rmdocs form list"),
    )


def open_change(workspace: Workspace, number: DocumentNumber) -> ChangeRequest | None:
    """Return the open change of a document, or None."""
    return ChangeRegister(head=workspace.registry.control).open_for(number)


def require_change(workspace: Workspace, number: DocumentNumber) -> ChangeRequest:
    """Return the open change of a document.

    :raises ControlError: if there is none.
    """
    return ChangeRegister(head=workspace.registry.control).require_open(number)


def desk_files(workspace: Workspace, number: DocumentNumber) -> RevisionFiles:
    """Return the files on the desk.

    :raises FindingsError: with every file that is missing.
    """
    return kind_of(workspace, number).read_desk(workspace.root, number)


def has_revision(workspace: Workspace, number: DocumentNumber) -> bool:
    """Return whether a document was ever released."""
    register = RevisionRegister(workspace.registry.control, kind_of(workspace, number).base)
    return bool(register.releases(number))


def released_files(
    workspace: Workspace, number: DocumentNumber, revision: Revision | None = None
) -> RevisionFiles:
    """Return the files of a released revision; of the last one if none is named.

    :raises ControlError: if there is none.
    """
    kind = kind_of(workspace, number)
    register = RevisionRegister(workspace.registry.control, kind.base)
    known = register.releases(number)
    found = [one for one in known if revision is None or one.revision == revision]
    if not found:
        raise unknown_revision(number, revision, known)
    directory = register.directory(number, found[-1].revision)
    paths = kind.paths(workspace.root, number)
    contents = {name: register.head.read(f"{directory}/{name}") for name in paths}
    return kind.files({name: data for name, data in contents.items() if data is not None})


def draft_files(workspace: Workspace, change: ChangeRequest) -> RevisionFiles:
    """Return the files of the draft that counts.

    :raises ControlError: if none was submitted.
    """
    draft = revising.require_draft(change)
    kind = KINDS[change.request.base]
    control = workspace.registry.control
    names = control.list(draft.directory)
    register = RevisionRegister(control, kind.base)
    contents = {name: register.read(f"{draft.directory}/{name}") for name in names}
    return kind.files(contents)


def called_files(
    workspace: Workspace, number: DocumentNumber, word: str, desk: RevisionFiles | None = None
) -> RevisionFiles:
    """Return the files that a person means by ``desk``, ``draft`` or X.Y.

    :param desk: files that are meant by the desk, if not those in the workspace.
    :raises UsageError: if it is no such word.
    :raises ControlError: if there is no such revision.
    :raises FindingsError: if a file of the desk is missing.
    """
    if word == DESK:
        return desk_files(workspace, number) if desk is None else desk
    if word == DRAFT:
        return draft_files(workspace, require_change(workspace, number))
    return released_files(workspace, number, released_revision(word, WORDS))


def is_on_desk(
    workspace: Workspace, number: DocumentNumber, digest: str, desk: RevisionFiles | None = None
) -> bool:
    """Return whether the desk, submitted as it is, would have that SHA-256.

    :param desk: files that are meant by the desk, if not those in the workspace.
    """
    kind = kind_of(workspace, number)
    desk = kind.read_desk(workspace.root, number) if desk is None else desk
    if desk.digest() == digest:
        return True
    try:
        files, _ = without_the_unseen(kind, desk, last_files(workspace, number))
    except FindingsError:
        return False  # what cannot be read as Word can be submitted no more
    return files.digest() == digest


def status(workspace: Workspace, number: DocumentNumber, revision: Revision) -> RevisionStatus:
    """Return where a released revision stands today."""
    register = RevisionRegister(workspace.registry.control, kind_of(workspace, number).base)
    found = register.find(number, revision)
    if found is None:
        raise unknown_revision(number, revision, register.releases(number))
    return found.status(workspace.today())


def noted(workspace: Workspace, number: DocumentNumber) -> tuple[Finding, ...]:
    """Return what reviewer and approver are to know of the draft before they sign."""
    change = open_change(workspace, number)
    control = workspace.registry.control
    found = (
        None
        if change is None
        else repeated(ChangeRegister(head=workspace.registry.control), change, zone_of(control))
    )
    return () if found is None else (found,)


def last_files(workspace: Workspace, number: DocumentNumber) -> Mapping[str, bytes]:
    """Return the files of the last revision; none where there is none yet."""
    return released_files(workspace, number).contents() if has_revision(workspace, number) else {}
