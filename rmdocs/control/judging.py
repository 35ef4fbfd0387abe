"""Who may judge a draft: review it, approve it, return it, reject the proposal.

Asked under the lock by who does it, and before by who would like to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.control.actingperson import require_role
from rmdocs.control.covers import RevisionCover, require_signer
from rmdocs.control.policy import Performer, Policy
from rmdocs.errors import ControlError
from rmdocs.lifecycle import RevisionAct, after_revision_act
from rmdocs.messages import by_command, message
from rmdocs.store.event import Actor

if TYPE_CHECKING:
    from rmdocs.registers.changerequests import ChangeRequest, RevisionDraft
    from rmdocs.registers.staff import Person

AUTHOR, REVIEWER, APPROVER = "form_author", "form_reviewer", "form_approver"
_COVER_PLACES: Mapping[RevisionAct, str] = MappingProxyType(
    {RevisionAct.REVIEW: "reviewed", RevisionAct.APPROVE: "approved"}
)
"""Where the cover says who does an act."""


def require_may_judge(
    policy: Policy, change: ChangeRequest, cover: RevisionCover, act: RevisionAct, person: Person
) -> None:
    """Refuse who may not review, or approve, the draft of a change.

    :param cover: of that draft.
    :raises ControlError: by role, by where the draft stands, by their part in it, or as
        the cover names somebody else.
    """
    named = f"revision.{act.value}"
    policy.require_person(person, named)
    require_draft(change)
    after_revision_act(change.status, act)
    actor = Actor(staff_no=str(person.staff_no), name=person.name, fingerprint="")
    policy.require_separate(Performer(act=named, actor=actor), *parties(change))
    require_signer(cover, _COVER_PLACES[act], person)


def require_may_end(
    policy: Policy, change: ChangeRequest, act: RevisionAct, person: Person
) -> None:
    """Refuse who may not return the draft of a change, or reject the change.

    :raises ControlError: by role, or by where it stands.
    """
    policy.require_person(person, f"revision.{act.value}")
    after_revision_act(change.status, act)
    if act is RevisionAct.RETURN:
        require_draft(change)
    elif str(person.staff_no) != change.proposed.actor.staff_no:
        # Only its own author may take a proposal back in the author's role.
        require_role(person, (REVIEWER, APPROVER), message("reject another's proposal"))


def require_draft(change: ChangeRequest) -> RevisionDraft:
    """Return the draft of a change that counts.

    :raises ControlError: if none was submitted.
    """
    if change.draft is None:
        raise ControlError(
            message("no draft was submitted for {change} yet", change=change.number),
            by_command(
                message("have its author submit it"),
                message("rmdocs form submit {number}", number=change.request.document),
            ),
            clause="ISO 9001 §7.5.3",
        )
    return change.draft


def parties(change: ChangeRequest) -> tuple[Performer, ...]:
    """Return who submitted the draft that counts, and who reviewed it."""
    events = [("revision.submit", change.submitted), ("revision.review", change.reviewed)]
    return tuple(
        Performer(act=act, actor=event.actor) for act, event in events if event is not None
    )
