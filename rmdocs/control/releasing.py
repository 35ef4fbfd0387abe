"""Releasing a form revision into the store, with its approvals.

Author, reviewer and approver are three people, known by key, and each
approves the hash of the whole revision (ISO 9001 §7.5.2 c). A revision that
was approved on paper before the store began is adopted with the names its
cover carries, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.staff import JSON_TYPE
from rmdocs.errors import ControlError
from rmdocs.events.control import RevisionReleased
from rmdocs.messages import message
from rmdocs.registers.revisions import (
    BY_KEY,
    DOCUMENTS,
    FORMS,
    FROM_PAPER,
    RELEASE_NAME,
    Release,
    ReleaseApproval,
)
from rmdocs.store.event import Approval
from rmdocs.store.keys import sign
from rmdocs.store.protocol import NewEvent, NewFile

if TYPE_CHECKING:
    from rmdocs.forms.document import ControlledDocument, DocumentFiles
    from rmdocs.forms.form import Form
    from rmdocs.forms.revision import FormFiles
    from rmdocs.identifiers import ChangeNumber, DocumentNumber, Revision
    from rmdocs.registers.staff import Person
    from rmdocs.store.keys import Signer

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
                message("have somebody sign who holds it: rmdocs person list"),
            )


def revision_files(directory: str, contents: Mapping[str, bytes]) -> tuple[NewFile, ...]:
    """Return the files of a revision, to be sealed in a directory."""
    return tuple(
        NewFile(
            path=f"{directory}/{name}", data=data, media_type=_MEDIA_TYPES[name[name.rindex(".") :]]
        )
        for name, data in contents.items()
    )
