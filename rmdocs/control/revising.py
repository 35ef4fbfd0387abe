"""Revising a controlled document: propose, submit, review, approve, and the ways back.

Each reads like its procedure (ISO 9001 §7.5.2, §7.5.3). An approval is a
signature over the digest of the whole revision: other bytes need it again.
The approver's signature releases the revision, from its effective date on.
The same for forms and other documents; what a revision says is read by
whoever calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.control import releasing
from rmdocs.control.actingperson import require_reason
from rmdocs.control.covers import (
    APPROVER,
    AUTHOR,
    REVIEWER,
    RevisionCover,
    RevisionFiles,
    cover_findings,
    parties,
    readable_findings,
    require_draft,
    require_later,
    require_may_end,
    require_may_judge,
    signer_findings,
)
from rmdocs.control.policy import Policy, control_locked, party
from rmdocs.control.staff import JSON_TYPE
from rmdocs.errors import ControlError, FindingsError
from rmdocs.events.control import (
    ChangeProposed,
    ChangeRejected,
    DraftApproved,
    DraftReturned,
    DraftReviewed,
    DraftSubmitted,
    OnChange,
    OnDraft,
)
from rmdocs.events.kinds import read_as
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionAct, after_revision_act
from rmdocs.messages import by_command, message
from rmdocs.registers.changerequests import (
    CHANGES,
    REQUEST_NAME,
    ChangeRegister,
    ChangeRequest,
    RequestedChange,
    RevisionDraft,
)
from rmdocs.registers.revisions import Release, ReleaseApproval, RevisionRegister
from rmdocs.store.protocol import NewEvent, NewFile
from rmdocs.values import is_blank

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.store.event import Approval, Event
    from rmdocs.store.protocol import Branch, Store

_CLAUSE = "ISO 9001 §7.5.2"
_ENDS: Mapping[RevisionAct, type[OnChange]] = MappingProxyType(
    {RevisionAct.RETURN: DraftReturned, RevisionAct.REJECT: ChangeRejected}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProposal:
    """What a change is to be: of which document, from when, as which revision.

    :param base: ``forms`` or ``documents``.
    :param reissue: a reissue (换版, X+1.0) rather than a change (修改, X.Y+1).
    """

    document: DocumentNumber
    base: str
    effective: date
    reason: str
    reissue: bool = False


def next_revision(register: RevisionRegister, proposal: ChangeProposal) -> Revision:
    """Return the revision that a proposal would make; 1.0 for a new document.

    A number once approved is never given again, even if it was called off.
    """
    known = [release.revision for release in register.releases(proposal.document)]
    if not known:
        return Revision(major=1, minor=0)
    return max(known).reissue if proposal.reissue else max(known).change


def propose(store: Store, proposal: ChangeProposal, acting: ActingPerson) -> ChangeRequest:
    """Open a change request against the revision in force.

    :raises ControlError: if the actor may not, one is open already, or the
        day is not after the last revision took effect.
    """
    with control_locked(store, acting) as (branch, policy):
        policy.require(acting, "revision.propose")
        require_reason(proposal.reason)
        changes = ChangeRegister(head=branch.require_head())
        open_one = changes.open_for(proposal.document)
        if open_one is not None:
            raise ControlError(
                message(
                    "the change {change} of {number} is still open",
                    change=open_one.number,
                    number=proposal.document,
                ),
                message("finish it, or reject it first"),
                clause="ISO 9001 §7.5.3",
            )
        register = RevisionRegister(branch.require_head(), proposal.base)
        require_later(proposal.effective, proposal.document, register, acting.today)
        validities = [one for one in register.validities(proposal.document) if not one.called_off]
        request = RequestedChange(
            number=changes.next_number(acting.today.year),
            document=proposal.document,
            base=proposal.base,
            from_revision=validities[-1].release.revision if validities else None,
            to_revision=next_revision(register, proposal),
            effective=proposal.effective,
            reason=proposal.reason,
        )
        directory = f"{CHANGES}/{request.number}"
        value = canonical.encode(request.to_json())
        file = NewFile(path=f"{directory}/{REQUEST_NAME}", data=value, media_type=JSON_TYPE)
        facts = ChangeProposed(change=request.number, document=request.document)
        acting.seal(branch, (_new_event(facts, (file,), request.reason),))
        return ChangeRegister(head=branch.require_head()).get(request.number)


def submit(
    store: Store, cover: RevisionCover, files: RevisionFiles, acting: ActingPerson
) -> ChangeRequest:
    """Seal the revision as its author made it, signed by the author.

    :raises ControlError: if the actor may not, or no change is open.
    :raises FindingsError: if the cover does not say what was proposed.
    """
    with control_locked(store, acting) as (branch, policy):
        policy.require(acting, "revision.submit")
        head = branch.require_head()
        changes = ChangeRegister(head=head)
        change = changes.require_open(cover.number)
        after_revision_act(change.status, RevisionAct.SUBMIT)
        register = RevisionRegister(head, change.request.base)
        findings = [
            *cover_findings(cover, change.request, changes.came_to_nothing(change.request)),
            *signer_findings(cover, "prepared", acting.person),
            *readable_findings(files),
        ]
        if findings:
            raise FindingsError(tuple(findings))
        require_later(cover.effective, cover.number, register, acting.today)
        serial = change.draft.serial + 1 if change.draft else 1
        directory = f"{CHANGES}/{change.number}/drafts/{serial}"
        draft = RevisionDraft(serial=serial, digest=files.digest(), directory=directory)
        new_event = _new_event(
            _on_draft(DraftSubmitted, change, draft),
            releasing.revision_files(directory, files.contents()),
            approvals=(_signed(cover, draft.digest, AUTHOR, acting),),
        )
        acting.seal(branch, (new_event,))
        return ChangeRegister(head=branch.require_head()).get(change.number)


def review(
    store: Store, cover: RevisionCover, files: RevisionFiles, acting: ActingPerson, remark: str = ""
) -> ChangeRequest:
    """Approve a draft as its reviewer.

    :param files: the draft as the reviewer saw it; ``cover`` as it says.
    :raises ControlError: if the actor may not, submitted it, or the draft in
        the store is another by now.
    """
    with control_locked(store, acting) as (branch, policy):
        change, draft = _judged(
            branch, policy, cover, files=files, act=RevisionAct.REVIEW, acting=acting
        )
        new_event = _new_event(
            _on_draft(DraftReviewed, change, draft),
            reason=remark,
            approvals=(_signed(cover, draft.digest, REVIEWER, acting),),
        )
        acting.seal(branch, (new_event,))
        return ChangeRegister(head=branch.require_head()).get(change.number)


def approve(
    store: Store, cover: RevisionCover, files: RevisionFiles, acting: ActingPerson, remark: str = ""
) -> Release:
    """Approve a reviewed draft: it is released, in force from its effective date.

    :raises ControlError: if the actor may not, had a part in it, the draft is
        not the one that was reviewed, or its effective date has passed.
    """
    with control_locked(store, acting) as (branch, policy):
        change, draft = _judged(
            branch, policy, cover, files=files, act=RevisionAct.APPROVE, acting=acting
        )
        register = RevisionRegister(branch.require_head(), change.request.base)
        require_later(cover.effective, cover.number, register, acting.today)
        signed = _signed(cover, draft.digest, APPROVER, acting)
        approvals = (*_given(change), signed)
        names = tuple(
            ReleaseApproval(role=role, name=event.actor.name, staff_no=event.actor.staff_no)
            for role, event in zip((AUTHOR, REVIEWER), _signing(change), strict=True)
        )
        own = ReleaseApproval(
            role=APPROVER, name=acting.person.name, staff_no=str(acting.person.staff_no)
        )
        release = Release(
            number=cover.number,
            revision=cover.revision,
            effective=cover.effective,
            digest=draft.digest,
            approvals=(*names, own),
        )
        new_events = (
            _new_event(_on_draft(DraftApproved, change, draft), (), remark, (signed,)),
            releasing.sealed_release(
                release,
                change.request.base,
                files.contents(),
                change.request.reason,
                approvals=approvals,
                change=change.number,
            ),
        )
        acting.seal(branch, new_events)
        return release


def return_(
    store: Store, document: DocumentNumber, remark: str, acting: ActingPerson
) -> ChangeRequest:
    """Send a draft back to its author with a remark; a review given to it is void.

    :raises ControlError: if the actor may not, or there is nothing to return.
    """
    return _ended(store, document, remark, acting, RevisionAct.RETURN)


def reject(
    store: Store, document: DocumentNumber, remark: str, acting: ActingPerson
) -> ChangeRequest:
    """Reject a proposal for good; what was proposed and said stays in the ledger.

    :raises ControlError: if the actor may not.
    """
    return _ended(store, document, remark, acting, RevisionAct.REJECT)


def _ended(
    store: Store, document: DocumentNumber, remark: str, acting: ActingPerson, act: RevisionAct
) -> ChangeRequest:
    with control_locked(store, acting) as (branch, policy):
        policy.require(acting, f"revision.{act.value}")
        _require_remark(remark)
        change = ChangeRegister(head=branch.require_head()).require_open(document)
        require_may_end(policy, change, act, acting.person)
        facts = _ENDS[act](change=change.number, document=document)
        acting.seal(branch, (_new_event(facts, (), remark),))
        return ChangeRegister(head=branch.require_head()).get(change.number)


def _judged(  # noqa: PLR0913, PLR0917 - what a judgement is about
    branch: Branch,
    policy: Policy,
    cover: RevisionCover,
    files: RevisionFiles,
    act: RevisionAct,
    acting: ActingPerson,
) -> tuple[ChangeRequest, RevisionDraft]:
    """Return the open change and its draft, if it is the one that was looked at."""
    policy.require(acting, f"revision.{act.value}")
    change = ChangeRegister(head=branch.require_head()).require_open(cover.number)
    draft = require_draft(change)
    after_revision_act(change.status, act)
    if draft.digest != files.digest():
        raise ControlError(
            message(
                "the draft of {number} is another by now: its SHA-256 begins with {digest}",
                number=cover.number,
                digest=draft.digest[:12],
            ),
            message("look at it again, then repeat this"),
            clause=_CLAUSE,
        )
    reviewed = read_as(change.reviewed, DraftReviewed) if change.reviewed is not None else None
    if act is RevisionAct.APPROVE and (reviewed is None or reviewed.digest != draft.digest):
        raise ControlError(
            message("what was reviewed is not what is to be approved"),
            message("have the draft reviewed again"),
            clause=_CLAUSE,
        )
    policy.require_separate(party(acting, f"revision.{act.value}"), *parties(change))
    require_may_judge(policy, change, cover, act, acting.person)
    return change, draft


def _require_remark(remark: str) -> None:
    if is_blank(remark):
        raise ControlError(
            message("a remark must be given"), by_command(message("say what is wrong"), "--remark")
        )


def _signed(cover: RevisionCover, digest: str, role: str, acting: ActingPerson) -> Approval:
    statement = releasing.approval_statement(cover.number, cover.revision, digest, role)
    return releasing.approve(statement, acting.person, acting.key)


def _signing(change: ChangeRequest) -> tuple[Event, Event]:
    """Return the events that hold the author's and the reviewer's signatures."""
    if change.submitted is None or change.reviewed is None:
        raise AssertionError(change.number)
    return change.submitted, change.reviewed


def _given(change: ChangeRequest) -> tuple[Approval, ...]:
    return tuple(event.approvals[0] for event in _signing(change))


def _on_draft(kind: type[OnDraft], change: ChangeRequest, draft: RevisionDraft) -> OnDraft:
    return kind(
        change=change.number,
        document=change.request.document,
        draft=draft.serial,
        digest=draft.digest,
    )


def _new_event(
    facts: OnChange,
    files: tuple[NewFile, ...] = (),
    reason: str = "",
    approvals: tuple[Approval, ...] = (),
) -> NewEvent:
    return NewEvent(
        facts=facts,
        subject=str(facts.change),
        directory=f"{CHANGES}/{facts.change}",
        files=files,
        reason=reason,
        approvals=approvals,
    )
