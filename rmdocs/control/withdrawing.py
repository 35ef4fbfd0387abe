"""The end of a revision, and its periodic review without change.

A revision is withdrawn from a day on, never back-dated; one that has not
taken effect is called off. A review that finds nothing to change is an event
too (ISO 9001 §7.5.2 c, §7.5.3.2).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.actingperson import require_key, require_reason
from rmdocs.control.policy import policy_in_force
from rmdocs.control.staff import JSON_TYPE
from rmdocs.errors import ControlError
from rmdocs.events.control import OnRevision, RevisionConfirmed, RevisionWithdrawn
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionAct, after_revision_act
from rmdocs.messages import message
from rmdocs.registers.revisions import (
    WITHDRAWN_NAME,
    ReleaseValidity,
    RevisionRegister,
    unknown_revision,
)
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.store.protocol import Branch, Receipt, Store


def withdraw(  # noqa: PLR0913, PLR0917 - a withdrawal simply names that much
    store: Store,
    base: str,
    document: DocumentNumber,
    revision: Revision,
    on: date,
    reason: str,
    acting: ActingPerson,
) -> Receipt:
    """Withdraw a revision from a day on: nothing is issued on it from then.

    :param on: on or before its effective date, it is called off.
    :raises ControlError: if the actor may not, the revision is superseded or
        withdrawn already, or the day has passed.
    """
    require_key(acting.person, acting.key)
    with store.locked(CONTROL_REF) as branch:
        policy_in_force(branch.require_head()).require(acting, "revision.withdraw")
        register = RevisionRegister(branch.require_head(), base)
        validity = _require(register, document, revision)
        require_reason(reason)
        after_revision_act(validity.status(acting.today), RevisionAct.WITHDRAW)
        if validity.withdrawn is not None:
            raise ControlError(
                message(
                    "{number} {revision} is withdrawn from {day} already",
                    number=document,
                    revision=revision,
                    day=validity.withdrawn,
                ),
                message("see what is in force with: rmdocs form list"),
                clause="ISO 9001 §7.5.3",
            )
        if on < acting.today:
            raise ControlError(
                message("the day of withdrawal {day} has passed", day=on),
                message("choose {today} or later", today=acting.today),
                clause="ISO 9001 §7.5.3",
            )
        path = f"{register.directory(document, revision)}/{WITHDRAWN_NAME}"
        value = canonical.encode({"on": on.isoformat(), "reason": reason})
        files = (NewFile(path=path, data=value, media_type=JSON_TYPE),)
        facts = RevisionWithdrawn(digest=validity.release.digest)
        return _append(branch, register, validity, facts, files, reason, acting)


def confirm(
    store: Store, base: str, document: DocumentNumber, remark: str, acting: ActingPerson
) -> Receipt:
    """Note that the revision in force was reviewed and needs no change.

    :raises ControlError: if the actor may not, or nothing is in force.
    """
    require_key(acting.person, acting.key)
    with store.locked(CONTROL_REF) as branch:
        policy_in_force(branch.require_head()).require(acting, "revision.confirm")
        register = RevisionRegister(branch.require_head(), base)
        release = register.in_force(document, acting.today)
        validity = _require(register, document, release.revision)
        after_revision_act(validity.status(acting.today), RevisionAct.CONFIRM)
        facts = RevisionConfirmed(digest=release.digest)
        return _append(branch, register, validity, facts, (), remark, acting)


def _require(
    register: RevisionRegister, document: DocumentNumber, revision: Revision
) -> ReleaseValidity:
    found = register.find(document, revision)
    if found is None:
        raise unknown_revision(document, revision, register.releases(document))
    return found


def _append(  # noqa: PLR0913, PLR0917 - an act simply has that many parts
    branch: Branch,
    register: RevisionRegister,
    validity: ReleaseValidity,
    facts: OnRevision,
    files: tuple[NewFile, ...],
    reason: str,
    acting: ActingPerson,
) -> Receipt:
    release = validity.release
    subject = f"{release.number} {release.revision}"
    return acting.seal(
        branch,
        (
            NewEvent(
                facts=facts,
                subject=subject,
                directory=register.directory(release.number, release.revision),
                files=files,
                reason=reason,
            ),
        ),
        subject_line=f"{facts.kind.capitalize()} {subject}",
        trailers={"Event": facts.kind, "Document": subject},
    )
