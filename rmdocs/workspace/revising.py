"""Revising controlled documents in a workspace: from the desk to the ledger and back.

Reads and lays out the desk, says who acts and when; the procedure is
``control.revising``'s. Forms and other documents alike (see ``kinds``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rmdocs.answering import AMONG, Answer
from rmdocs.classes import dataclass
from rmdocs.control import releasing, revising
from rmdocs.control.policy import Performer, party, policy_in_force
from rmdocs.control.revising import ChangeProposal
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.findings import Finding, has_errors
from rmdocs.forms.desk import NewCover, lay_out
from rmdocs.forms.document import DocumentFiles
from rmdocs.forms.form import FormFiles
from rmdocs.identifiers import DocumentNumber, Revision, StaffNumber
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Bilingual, Text, by_command, message
from rmdocs.registers.changerequests import ChangeRegister, ChangeRequest
from rmdocs.registers.revisions import Release, RevisionRegister
from rmdocs.store.event import Actor
from rmdocs.store.files import write_whole
from rmdocs.workspace import desk, deskparts, documents, regeneration, revisions
from rmdocs.workspace.revisions import KINDS, DocumentKind, without_the_unseen

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.control.covers import RevisionCover, RevisionFiles
    from rmdocs.pdf.fonts import FontSet
    from rmdocs.regeneration.trial import Tried
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class LaidOut(Answer):
    """A change request and the desk laid out for it.

    :param written: the files that were written.
    :param kept: files that were there with edits of their own, and stay.
    """

    TOLD: ClassVar = ("change",)
    change: ChangeRequest = field(metadata=AMONG)
    written: tuple[Path, ...]
    kept: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted(Answer):
    """A draft in the ledger and what was found about it.

    :param findings: warnings about the desk.
    :param tried: the newest records under it; none for what is no form.
    :param dropped: what nobody sees and was left out of the Word file before review.
    """

    TOLD: ClassVar = ("change",)
    change: ChangeRequest = field(metadata=AMONG)
    findings: tuple[Finding, ...]
    tried: tuple[Tried, ...] = ()
    dropped: tuple[Text, ...] = ()


def propose(  # noqa: PLR0913 - a proposal simply says that much
    workspace: Workspace,
    number: DocumentNumber,
    reason: str,
    effective: date,
    *,
    reissue: bool = False,
    reviewer: StaffNumber | None = None,
    approver: StaffNumber | None = None,
    fresh: bool = False,
) -> LaidOut:
    """Open a change request and lay out the desk for it.

    :param fresh: lay out the files in force anew, over edits on the desk.
    :raises ControlError: if the actor may not, or a change is open.
    :raises FindingsError: if the desk cannot be laid out.
    """
    kind, acting = revisions.kind_of(workspace, number), workspace.acting()
    proposal = ChangeProposal(
        document=number, base=kind.base, effective=effective, reason=reason, reissue=reissue
    )
    register = RevisionRegister(workspace.registry.control, kind.base)
    cover = NewCover(
        revision=revising.next_revision(register, proposal),
        effective=effective,
        prepared=acting.person.name,
        reviewed=_signer(workspace, number, reviewer, "revision.review", acting),
        approved=_signer(workspace, number, approver, "revision.approve", acting),
        change=Bilingual(zh=reason, en=reason),
    )
    cover = replace(cover, anew=_came_to_nothing(workspace, number, cover.revision))
    # All that can fail about the desk fails before anything is sealed.
    files = _prepared(workspace, kind, number, cover, fresh=fresh)
    change = revising.propose(workspace.store, proposal, acting)
    workspace.refresh()
    return _lay(workspace, change, files, fresh=fresh)


def _prepared(
    workspace: Workspace,
    kind: DocumentKind,
    number: DocumentNumber,
    cover: NewCover,
    *,
    fresh: bool,
) -> Mapping[str, bytes]:
    """Return what is to lie on the desk, by name."""
    register = RevisionRegister(workspace.registry.control, kind.base)
    known = bool(register.validities(number))
    try:
        base = dict(kind.read_desk(workspace.root, number).contents())
    except FindingsError:
        if not known:
            raise
        base = {}
    released = dict(revisions.released_files(workspace, number).contents()) if known else {}
    if known and (fresh or not base):
        base = released
    manifest = lay_out(
        base[kind.manifest],
        cover,
        table=kind.table,
        name=kind.manifest,
        released=released.get(kind.manifest),
    )
    return {**base, kind.manifest: manifest}


def _lay(
    workspace: Workspace, change: ChangeRequest, files: Mapping[str, bytes], *, fresh: bool
) -> LaidOut:
    request = change.request
    kind, number = KINDS[request.base], request.document
    written, kept = [], []
    released = (
        revisions.released_files(workspace, number).contents()
        if change.request.from_revision is not None
        else {}
    )
    for name, path in kind.paths(workspace.root, number).items():
        data = files.get(name)
        if data is None:
            continue
        there = path.read_bytes() if path.is_file() else None
        if there == data or (there is not None and name in kind.shared()):
            if there != released.get(name, there):
                kept.append(path)
            continue
        if there is not None and there != released.get(name) and not fresh:
            kept.append(path)
            if name != kind.manifest:
                continue
        write_whole(path, data)
        written.append(path)
    return LaidOut(change=change, written=tuple(written), kept=tuple(kept))


_PLACES = {"revision.review": "reviewed", "revision.approve": "approved"}
"""Where the cover says who does an act."""


def _signer(
    workspace: Workspace,
    number: DocumentNumber,
    named: StaffNumber | None,
    act: str,
    acting: ActingPerson,
) -> str:
    """Return the name for the cover: who was named, who stands there, or the only one."""
    staff, kind = workspace.registry.staff, revisions.kind_of(workspace, number)
    policy = policy_in_force(workspace.registry.control)
    if named is not None:
        person = staff.person(named)
        policy.require_person(person, act)
        # Told now rather than when the draft lies before them.
        actor = Actor(staff_no=str(named), name=person.name, fingerprint="")
        signer = Performer(act=act, actor=actor)
        policy.require_separate(signer, party(acting, "revision.submit"))
        return person.name
    able = [
        person.name
        for person in staff.people()
        if person.roles & set(policy.acts[act]) and person.staff_no != acting.person.staff_no
    ]
    try:
        cover = kind.cover(revisions.released_files(workspace, number))
        standing = str(getattr(cover, _PLACES[act]))
    except (ControlError, FindingsError):
        standing = ""
    if standing in able or len(able) != 1:
        return standing or (able[0] if able else "")
    return able[0]


def check(
    workspace: Workspace,
    number: DocumentNumber,
    files: RevisionFiles | None = None,
    fonts: FontSet | None = None,
) -> list[Finding]:
    """Return what is found wrong with a document before it is submitted.

    :param files: its files; those on the desk if None.
    :param fonts: those that documents are printed with; None not to judge that.
    :raises FindingsError: if one of these is missing.
    """
    found = revisions.desk_files(workspace, number) if files is None else files
    if isinstance(found, FormFiles):
        return desk.check_files(workspace, number, found, fonts)
    return documents.check_files(workspace, number, DocumentFiles.of(found.contents()))


def submit(
    workspace: Workspace,
    number: DocumentNumber,
    files: RevisionFiles | None = None,
    digest: str = "",
) -> Submitted:
    """Seal a document's files as the draft of the open change, signed by its author.

    What nobody sees in its Word file is left out: reviewed, approved and released
    is the same.

    :param files: those that are submitted; those on the desk if None.
    :param digest: SHA-256 of the files that were looked at; empty if that is not asked.
    :raises FindingsError: if they have errors, or their sample does not pass.
    :raises ControlError: if the actor may not, or no change is open.
    :raises ConflictError: if they are no longer those that were looked at.
    """
    kind, acting = revisions.kind_of(workspace, number), workspace.acting()
    given = revisions.desk_files(workspace, number) if files is None else files
    if digest and given.digest() != digest:
        raise deskparts.changed_since(number)
    findings = check(workspace, number, given)
    if has_errors(findings):
        raise FindingsError(tuple(findings))
    draft, dropped = without_the_unseen(kind, given, revisions.last_files(workspace, number))
    tried = tuple(regeneration.trial(workspace, draft)) if isinstance(draft, FormFiles) else ()
    sample = tried[0].findings if tried else ()
    if has_errors(sample):
        raise FindingsError(sample)
    change = revising.submit(workspace.store, kind.cover(draft), draft, acting)
    workspace.refresh()
    findings += (*sample, *revisions.noted(workspace, number))
    return Submitted(change=change, findings=tuple(findings), tried=tried[1:], dropped=dropped)


def review(
    workspace: Workspace, number: DocumentNumber, remark: str, digest: str = ""
) -> ChangeRequest:
    """Approve the draft as its reviewer.

    :param digest: how the SHA-256 of the draft that was looked at begins.
    :raises UsageError: if nobody acts.
    :raises ConflictError: if another draft was looked at.
    :raises ControlError: if whoever acts may not or wrote it, or it does not wait for review.
    """
    files, cover = _looked_at(workspace, number, digest)
    with workspace.act() as acting:
        return revising.review(workspace.store, cover, files, acting, remark)


def approve(workspace: Workspace, number: DocumentNumber, remark: str, digest: str = "") -> Release:
    """Approve the reviewed draft: it is released from its effective date on.

    :param digest: how the SHA-256 of the draft that was looked at begins.
    :raises UsageError: if nobody acts.
    :raises ConflictError: if another draft was looked at.
    :raises ControlError: if whoever acts may not, wrote or reviewed it, or it does not wait
        for approval; nothing is released then.
    """
    files, cover = _looked_at(workspace, number, digest)
    with workspace.act() as acting:
        return revising.approve(workspace.store, cover, files, acting, remark)


def return_(workspace: Workspace, number: DocumentNumber, remark: str) -> ChangeRequest:
    """Send the draft back to its author.

    :param remark: what the author is to mend.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, says nothing, or it is not with them.
    """
    with workspace.act() as acting:
        return revising.return_(workspace.store, number, remark, acting)


def reject(workspace: Workspace, number: DocumentNumber, remark: str) -> ChangeRequest:
    """Reject the proposal for good.

    :param remark: why.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, says nothing, or no change is open.
    """
    with workspace.act() as acting:
        return revising.reject(workspace.store, number, remark, acting)


def withdraw(
    workspace: Workspace,
    number: DocumentNumber,
    revision: Revision | None,
    on: date | None,
    reason: str,
) -> Release:
    """Withdraw a revision, the one in force unless named, from a day on.

    :param on: the first day on which it is not in force; today if not given.
    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, gives no reason, or that revision is not
        there to withdraw.
    """
    kind = revisions.kind_of(workspace, number)
    register = RevisionRegister(workspace.registry.control, kind.base)
    today = workspace.today()
    wanted = revision or register.in_force(number, today).revision
    releasing.withdraw(
        workspace.store,
        kind.base,
        number,
        revision=wanted,
        on=on or today,
        reason=reason,
        acting=workspace.acting(),
    )
    workspace.refresh()
    return register.release(number, wanted)


def confirm(workspace: Workspace, number: DocumentNumber, remark: str) -> Release:
    """Note that the revision in force was reviewed and needs no change.

    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, says nothing, or none is in force.
    """
    kind = revisions.kind_of(workspace, number)
    register = RevisionRegister(workspace.registry.control, kind.base)
    acting = workspace.acting()
    releasing.confirm(workspace.store, kind.base, number, remark, acting)
    workspace.refresh()
    return register.in_force(number, acting.today)


def _looked_at(
    workspace: Workspace, number: DocumentNumber, digest: str
) -> tuple[RevisionFiles, RevisionCover]:
    change = revisions.require_change(workspace, number)
    files = revisions.draft_files(workspace, change)
    if digest and not files.digest().startswith(digest.lower()):
        raise UsageError(
            message(
                "the draft of {number} is not {digest}: its SHA-256 begins with {found}",
                number=number,
                digest=digest,
                found=files.digest()[:12],
            ),
            by_command(
                message("look at it again"),
                message("rmdocs form diff {number} --to draft", number=number),
            ),
        )
    return files, KINDS[change.request.base].cover(files)


def _came_to_nothing(workspace: Workspace, number: DocumentNumber, revision: Revision) -> bool:
    """Return whether a revision was proposed before, and not released."""
    earlier = ChangeRegister(head=workspace.registry.control).of(number)
    return any(
        not one.is_open and one.request.to_revision == revision
        for one in earlier
        if one.status is not RevisionStatus.APPROVED
    )
