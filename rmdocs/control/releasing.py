"""A revision of a controlled document released, reviewed without change, and withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.actingperson import require_reason
from rmdocs.control.policy import control_locked
from rmdocs.control.staff import JSON_TYPE
from rmdocs.errors import ControlError
from rmdocs.events.control import OnRevision, RevisionConfirmed, RevisionReleased, RevisionWithdrawn
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionAct, after_revision_act
from rmdocs.messages import by_command, message
from rmdocs.registers.revisions import (
    BY_KEY,
    DOCUMENTS,
    FORMS,
    FROM_PAPER,
    RELEASE_NAME,
    WITHDRAWN_NAME,
    Release,
    ReleaseApproval,
    ReleaseValidity,
    RevisionRegister,
    unknown_revision,
)
from rmdocs.store.event import Approval
from rmdocs.store.keys import sign
from rmdocs.store.protocol import NewEvent, NewFile

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.forms.document import ControlledDocument, DocumentFiles
    from rmdocs.forms.form import Form, FormFiles
    from rmdocs.identifiers import ChangeNumber
    from rmdocs.registers.staff import Person
    from rmdocs.store.keys import Signer
    from rmdocs.store.protocol import Branch, Receipt, Store


APPROVAL_NAMESPACE = "rmdocs-approval"
APPROVER_ROLES = ("form_author", "form_reviewer", "form_approver")

_MEDIA_TYPES = {
    ".toml": "application/toml",
    ".json": JSON_TYPE,
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def approval_statement(number: DocumentNumber, revision: Revision, digest: str, role: str) -> bytes:
    """Return what an approver signs: the role and the hash of the whole revision."""
    return canonical.encode(
        {
            "act": "release",
            "number": str(number),
            "revision": str(revision),
            "digest": digest,
            "role": role,
        }
    )


def approve(statement: bytes, person: Person, key: Signer) -> Approval:
    """Return a person's signed approval of a statement."""
    return Approval(
        staff_no=str(person.staff_no),
        fingerprint=key.public.fingerprint,
        statement_sha256=canonical.sha256(statement),
        signature=sign(key, statement, APPROVAL_NAMESPACE),
    )


def release_event(
    form: Form, files: FormFiles, approvers: Sequence[tuple[Person, Signer]]
) -> NewEvent:
    """Return the event that releases a revision, approved by key.

    :param approvers: author, reviewer and approver, in this order.
    :raises ControlError: if they are not three people holding the three roles.
    """
    _require_three(approvers)
    approvals = tuple(
        approve(approval_statement(form.number, form.revision, files.digest(), role), person, key)
        for role, (person, key) in zip(APPROVER_ROLES, approvers, strict=True)
    )
    signed = tuple(
        ReleaseApproval(role=role, name=person.name, staff_no=str(person.staff_no))
        for role, (person, _) in zip(APPROVER_ROLES, approvers, strict=True)
    )
    release = _release(form, files, signed)
    return sealed_release(release, FORMS, files.contents(), BY_KEY, approvals=approvals)


def adoption_event(form: Form, files: FormFiles) -> NewEvent:
    """Return the event that adopts a revision approved on paper, by its cover's names."""
    return _adopted(form, FORMS, files, (form.prepared, form.reviewed, form.approved))


def document_adoption_event(document: ControlledDocument, files: DocumentFiles) -> NewEvent:
    """Return the event that adopts a document approved on paper, by its cover's names."""
    return _adopted(document, DOCUMENTS, files, document.signatures)


def _adopted(
    revision: Form | ControlledDocument,
    base: str,
    files: FormFiles | DocumentFiles,
    names: Sequence[str],
) -> NewEvent:
    signed = tuple(
        ReleaseApproval(role=role, name=name, staff_no="")
        for role, name in zip(APPROVER_ROLES, names, strict=True)
    )
    return sealed_release(_release(revision, files, signed), base, files.contents(), FROM_PAPER)


def _release(
    revision: Form | ControlledDocument,
    files: FormFiles | DocumentFiles,
    signed: tuple[ReleaseApproval, ...],
) -> Release:
    return Release(
        number=revision.number,
        revision=revision.revision,
        effective=revision.effective,
        digest=files.digest(),
        approvals=signed,
    )


def sealed_release(  # noqa: PLR0913 - a release simply has that many parts
    release: Release,
    base: str,
    contents: Mapping[str, bytes],
    reason: str,
    *,
    approvals: tuple[Approval, ...] = (),
    change: ChangeNumber | None = None,
) -> NewEvent:
    """Return the event that releases a revision.

    :param base: ``forms`` or ``documents``.
    :param contents: of its files, by name.
    :param change: the change request that led to it.
    """
    directory = f"{base}/{release.number}/{release.revision}"
    files = {**contents, RELEASE_NAME: canonical.encode(release.to_json())}
    return NewEvent(
        facts=RevisionReleased(change=change),
        subject=f"{release.number} {release.revision}",
        directory=directory,
        files=revision_files(directory, files),
        reason=reason,
        approvals=approvals,
    )


def _require_three(approvers: Sequence[tuple[Person, Signer]]) -> None:
    people = {person.staff_no for person, _ in approvers}
    keys = {key.public.fingerprint for _, key in approvers}
    if len(people) != len(APPROVER_ROLES) or len(keys) != len(APPROVER_ROLES):
        raise ControlError(
            message("author, reviewer and approver must be three people with three keys"),
            message("have another person sign, each with a key of their own"),
            clause="ISO 9001 §7.5.2",
        )
    for role, (person, _) in zip(APPROVER_ROLES, approvers, strict=True):
        if role not in person.roles:
            raise ControlError(
                message("{name} does not hold the role {role}", name=person.name, role=role),
                by_command(
                    message("have somebody sign who holds it, by the register of staff"),
                    "rmdocs person list",
                ),
            )


def revision_files(directory: str, contents: Mapping[str, bytes]) -> tuple[NewFile, ...]:
    """Return the files of a revision, to be sealed in a directory."""
    return tuple(
        NewFile(
            path=f"{directory}/{name}", data=data, media_type=_MEDIA_TYPES[name[name.rindex(".") :]]
        )
        for name, data in contents.items()
    )


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
    with control_locked(store, acting) as (branch, policy):
        policy.require(acting, "revision.withdraw")
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
                by_command(message("look up what is in force"), "rmdocs form list"),
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
        return _append(
            branch, register, validity, facts=facts, files=files, reason=reason, acting=acting
        )


def confirm(
    store: Store, base: str, document: DocumentNumber, remark: str, acting: ActingPerson
) -> Receipt:
    """Note that the revision in force was reviewed and needs no change.

    :raises ControlError: if the actor may not, or nothing is in force.
    """
    with control_locked(store, acting) as (branch, policy):
        policy.require(acting, "revision.confirm")
        register = RevisionRegister(branch.require_head(), base)
        release = register.in_force(document, acting.today)
        validity = _require(register, document, release.revision)
        after_revision_act(validity.status(acting.today), RevisionAct.CONFIRM)
        facts = RevisionConfirmed(digest=release.digest)
        return _append(
            branch, register, validity, facts=facts, files=(), reason=remark, acting=acting
        )


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
    )
