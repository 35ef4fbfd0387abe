"""What whoever acts may do next with a record, a document, a copy, a hold; where not, why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key, require_not_revoked
from rmdocs.control.covers import require_may_end, require_may_judge, require_signer
from rmdocs.control.policy import Performer
from rmdocs.copies.custody import require_holder
from rmdocs.copies.states import refusal
from rmdocs.disposition.holding import require_may_lift
from rmdocs.errors import FindingsError, RmdocsError, StoreError
from rmdocs.events.copies import (
    CopyAcknowledged,
    CopyLost,
    CopyRecalled,
    CopyReplaced,
    CopyReturned,
    OnCopy,
)
from rmdocs.issuing import openrecord, voiding
from rmdocs.lifecycle import RecordAct, RecordStatus, RevisionAct, next_stages
from rmdocs.messages import Joined, Text, Verbatim, message
from rmdocs.registers.approvalrequests import waiting_request
from rmdocs.registers.changerequests import ChangeStatus
from rmdocs.registers.records import find_folder
from rmdocs.store.event import Actor
from rmdocs.workspace import revisions
from rmdocs.workspace.revisions import KINDS

if TYPE_CHECKING:
    from rmdocs.forms.form import Form
    from rmdocs.identifiers import DocumentNumber, RecordNumber
    from rmdocs.lifecycle import StageKey
    from rmdocs.registers.copies import Copy
    from rmdocs.registers.holds import Hold
    from rmdocs.registers.records import RecordFolder
    from rmdocs.registers.staff import Person
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAct:
    """Something that may be done next.

    :param stage: the name of the stage that would be added; empty for other acts.
    :param refusal: why whoever acts may not, with what to do about it; None if they may.
    """

    act: RecordAct
    title: Text
    stage: str = ""
    refusal: RmdocsError | None = None


def next_acts(workspace: Workspace, number: RecordNumber) -> tuple[NextAct, ...]:
    """Return what comes next for a record: its stages, amending it, asking for its void.

    Nothing of what was disposed of or is void: nothing more can come of it.

    :raises UsageError: if nobody acts.
    :raises ControlError: if the number was never given.
    """
    person = workspace.require_person()
    folder = find_folder(workspace.store, number)
    form = workspace.registry.form_revision(folder.form, folder.revision).form
    if folder.status(form) in {RecordStatus.VOIDED, RecordStatus.DISPOSED}:
        return ()
    return tuple(_acts(workspace, folder, form, person))


def _acts(
    workspace: Workspace, folder: RecordFolder, form: Form, person: Person
) -> Iterator[NextAct]:
    usable = partial(_require_own_key, workspace, person)
    if folder.status(form) is not RecordStatus.CLOSED:
        for key in next_stages(form.stages, folder.present):
            turn = partial(openrecord.require_turn, folder, form, key, person)
            yield NextAct(
                act=RecordAct.STAGE,
                title=_title(form, key),
                stage=key.name,
                refusal=_refusal(turn, usable, folder.require_content),
            )
    amendable = partial(openrecord.require_may_amend, folder, form, person)
    yield NextAct(
        act=RecordAct.AMEND,
        title=message("Amend"),
        refusal=_refusal(amendable, usable, folder.require_content),
    )
    if waiting_request(folder) is not None:
        return
    askable = partial(voiding.require_may_ask, folder, form, person)
    yield NextAct(
        act=RecordAct.VOID, title=message("Ask for a void"), refusal=_refusal(askable, usable)
    )


def _title(form: Form, key: StageKey) -> Text:
    """Return what the form calls a stage, and which happening of it."""
    stage = form.stage(key.name)
    title = stage.title if stage is not None else Verbatim(key.name)
    return title if key.repeat is None else Joined((title, Verbatim(str(key.repeat))))


def _refusal(*requirements: Callable[[], object]) -> RmdocsError | None:
    try:
        for require in requirements:
            require()
    except RmdocsError as problem:
        return problem
    return None


def _require_own_key(workspace: Workspace, person: Person) -> None:
    """Refuse where the person's key is not here, or the register does not have it.

    :raises ControlError: if so.
    """
    try:
        key = workspace.key()
    except StoreError:
        return  # It is locked: its passphrase is asked for where the act is confirmed.
    require_not_revoked(workspace.registry.control, person, key)
    require_key(person, key)


def revision_acts(workspace: Workspace, number: DocumentNumber) -> Mapping[str, RmdocsError | None]:
    """Return what may be done next with a controlled document, by acts of the policy.

    Each with why whoever acts may not; None if they may. What its state rules out for
    everybody is not there.

    :raises UsageError: if nobody acts.
    :raises ControlError: if there is no such document.
    """
    person, found = workspace.require_person(), revisions.standing(workspace, number)
    policy, change = workspace.registry.policy, found.change
    usable = partial(_require_own_key, workspace, person)

    def allowed(act: str, *more: Callable[[], object]) -> RmdocsError | None:
        return _refusal(partial(policy.require_person, person, act), *more, usable)

    acts: dict[str, RmdocsError | None] = {}
    if change is not None:
        acts["revision.submit"] = allowed(
            "revision.submit", partial(_require_author, workspace, number, person)
        )
        ends = [RevisionAct.REJECT]
        judged = _JUDGED.get(change.change_status)
        if judged is not None:
            ends.append(RevisionAct.RETURN)
            cover = KINDS[change.request.base].cover(revisions.draft_files(workspace, change))
            may = partial(require_may_judge, policy, change, cover, judged, person)
            acts[f"revision.{judged.value}"] = _refusal(may, usable)
        for act in ends:
            may = partial(require_may_end, policy, change, act, person)
            acts[f"revision.{act.value}"] = _refusal(may, usable)
    else:
        acts["revision.propose"] = allowed("revision.propose")
    if found.in_force is not None:
        acts["revision.confirm"] = allowed("revision.confirm")
    if any(one.withdrawn is None for one in found.validities[:1]):
        acts["revision.withdraw"] = allowed("revision.withdraw")
    if found.in_force is not None and found.is_form:
        acts["regeneration.run"] = allowed("regeneration.run")
    return acts


def _require_author(workspace: Workspace, number: DocumentNumber, person: Person) -> None:
    """Refuse where the cover on the desk says that somebody else prepared it.

    :raises ControlError: if so.
    """
    kind = revisions.kind_of(workspace, number)
    try:
        cover = kind.cover(revisions.desk_files(workspace, number))
    except FindingsError:
        return  # what cannot be read is told by the check
    require_signer(cover, "prepared", person)


_JUDGED: Mapping[ChangeStatus, RevisionAct] = MappingProxyType(
    {
        ChangeStatus.SUBMITTED: RevisionAct.REVIEW,
        ChangeStatus.REVIEWED: RevisionAct.APPROVE,
    }
)
"""By which act a draft goes on, where it lies before somebody else."""


def not_to(workspace: Workspace, act: str) -> RmdocsError | None:
    """Return why whoever acts may not do an act of the policy at all; None if they may.

    :raises UsageError: if nobody acts.
    """
    person = workspace.require_person()
    may = partial(workspace.registry.policy.require_person, person, act)
    return _refusal(may, partial(_require_own_key, workspace, person))


def copy_acts(workspace: Workspace, copy: Copy) -> Mapping[str, RmdocsError | None]:
    """Return what may be done next with a controlled copy, by acts of the policy.

    Each with why whoever acts may not; None if they may. What its status rules out is
    not there.

    :raises UsageError: if nobody acts.
    """
    person = workspace.require_person()
    acts = {
        act: not_to(workspace, act)
        for act, kind in _COPY_ACTS.items()
        if refusal(copy.status, kind) is None
    }
    if copy.holder.staff_no is not None and "copy.enter_receipt" in acts:
        usable = partial(_require_own_key, workspace, person)
        acts["copy.enter_receipt"] = _refusal(partial(require_holder, copy, person), usable)
    return acts


def not_to_lift(workspace: Workspace, hold: Hold) -> RmdocsError | None:
    """Return why whoever acts may not lift a hold; None if they may.

    :raises UsageError: if nobody acts.
    """
    person, registry = workspace.require_person(), workspace.registry
    actor = Actor(staff_no=str(person.staff_no), name=person.name, fingerprint="")
    own = Performer(act="hold.lift", actor=actor)
    may = partial(require_may_lift, registry.policy, hold, person, own, registry.zone)
    return _refusal(may, partial(_require_own_key, workspace, person))


_COPY_ACTS: Mapping[str, type[OnCopy]] = MappingProxyType(
    {
        "copy.enter_receipt": CopyAcknowledged,
        "copy.recall": CopyRecalled,
        "copy.return": CopyReturned,
        "copy.replace": CopyReplaced,
        "copy.lose": CopyLost,
    }
)
"""What happens to a copy by each act of the policy."""
