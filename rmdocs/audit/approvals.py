"""Verifying approvals: of released revisions, of policies, of voided records (F10, F11).

Each signature is checked over the statement as it follows from what the
ledger holds, by a key that the register of staff held for that person when
they signed, in a role that could. The bytes of a revision are counted anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.audit.authority import UNREADABLE, Authority, Released
from rmdocs.audit.twopeople import Approved, must_be_requested, names_request, unrequested
from rmdocs.control.policy import Policy
from rmdocs.control.releasing import APPROVAL_NAMESPACE, APPROVER_ROLES, approval_statement
from rmdocs.control.requestkinds import KINDS, policy_statement
from rmdocs.errors import ControlError, FindingsError, RmdocsError
from rmdocs.events.control import DraftApproved, PolicyEntered, RevisionReleased, YearEntered
from rmdocs.events.keys import KeyRevoked
from rmdocs.events.kinds import read, read_as
from rmdocs.findings import Finding, error
from rmdocs.forms.document import DOCUMENT_NAME as DOCUMENT_MANIFEST
from rmdocs.forms.section import MANIFEST_NAME as FORM_MANIFEST
from rmdocs.forms.tomltables import read_toml
from rmdocs.lifecycle import RevisionAct
from rmdocs.messages import message
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.officetime import CALENDAR, CalendarRegister
from rmdocs.registers.revisions import DOCUMENTS, FORMS, RELEASE_NAME, WITHDRAWN_NAME
from rmdocs.registers.revocations import fingerprint
from rmdocs.store.keys import verify
from rmdocs.store.protocol import EVENTS_NAME

if TYPE_CHECKING:
    from rmdocs.control.requesting import RequestKind
    from rmdocs.store.event import Approval, Event

CLAUSE = "ISO 9001 §7.5.2"
_ACTS = {
    "form_author": "revision.submit",
    "form_reviewer": "revision.review",
    "form_approver": "revision.approve",
}
_SIGNING = frozenset(
    {RevisionAct.SUBMIT.value, RevisionAct.REVIEW.value, RevisionAct.APPROVE.value}
)
_COVERS = {FORMS: (FORM_MANIFEST, "form"), DOCUMENTS: (DOCUMENT_MANIFEST, "document")}
"""Where a revision says itself what it is, and from when: file and table."""

_FIND_OUT = message("take it for not approved, and find out who sealed it")
_wrong = partial(error, remedy=_FIND_OUT, clause=CLAUSE)


def adopted(authority: Authority) -> int:
    """Return how many revisions were adopted as they had been approved on paper."""
    return sum(not one.event.approvals and _is_on_paper(one) for one in authority.released)


def release_findings(authority: Authority) -> Iterator[Finding]:
    """Yield what is wrong with the approvals and dates of released revisions."""
    signed_at = {
        approval.signature: event.index
        for event in reversed(authority.events)
        if event.kind in _SIGNING
        for approval in event.approvals
    }
    yield from _unreadable(authority)
    for released in authority.released:
        place = f"{released.directory}/{RELEASE_NAME}"
        yield from _bytes(authority, released, place)
        if released.event.approvals or not _is_on_paper(released):
            yield from _signatures(authority, released, signed_at, place)
            yield from _request(authority, released, place)
        yield from _dates(authority, released, place)
    yield from _overlaps(authority)


def policy_findings(authority: Authority) -> Iterator[Finding]:
    """Yield what of control takes two people and was not approved by a second one.

    Also policies that lower the rules, or cannot be read.
    """
    for event in authority.events:
        kind = KINDS.get(event.kind)
        if kind is None:
            continue
        place = next((file.path for file in event.files), event.file_name)
        if event.kind == PolicyEntered.KIND:
            yield from _ruling(authority, event, place)
        if authority.founds(event):
            continue
        if names_request(event):
            yield from _requested(authority, event, kind, place)
        elif is_own_revocation(event):
            continue  # nobody else is needed to give up one's own key
        elif event.kind != PolicyEntered.KIND or must_be_requested(authority, event):
            yield unrequested(event, place)
        else:
            statement = policy_statement(authority.control.read(place) or b"", event.reason)
            roles = authority.policy(event.index).acts[kind.approves]
            yield from second_person(
                authority, event, statement, roles=roles, size=event.index, place=place
            )


def is_own_revocation(event: Event) -> bool:
    """Return whether somebody revoked a key of their own, which takes nobody else."""
    said = read_as(event, KeyRevoked)
    return said is not None and str(said.staff_no) == event.actor.staff_no


def _requested(
    authority: Authority, event: Event, kind: RequestKind, place: str
) -> Iterator[Finding]:
    return Approved(
        authority=authority,
        event=event,
        place=place,
        events=[one for one in authority.events if one.subject == event.subject],
        asks=lambda asked: authority.policy(asked.index).acts[kind.asks],
        approves=lambda approved: authority.policy(approved.index).acts[kind.approves],
    ).findings()


def _ruling(authority: Authority, event: Event, place: str) -> Iterator[Finding]:
    """Yield a policy that does not rule as entered: unreadable, or with older rules."""
    try:
        policy = Policy.load(authority.control.read(place) or b"", sealed=True)
        authority.policy(event.index).require_not_older(policy)
    except FindingsError as problem:
        for finding in problem.findings:
            yield _wrong("POLICY-UNREADABLE", place, finding.message)
    except ControlError as problem:
        yield _wrong("POLICY-RULES", place, problem.reason)


def calendar_findings(authority: Authority) -> Iterator[Finding]:
    """Yield years of the calendar of working days that cannot be read."""
    try:
        read = {entry.event.index for entry in CalendarRegister(authority.control).entries}
    except RmdocsError as problem:
        yield _wrong("CALENDAR-UNREADABLE", CALENDAR, problem.reason)
        return
    for event in authority.events:
        if event.kind == YearEntered.KIND and event.index not in read:
            yield _wrong(
                "CALENDAR-UNREADABLE",
                event.file_name,
                message("it is in no register of working days"),
            )


def second_person(  # noqa: PLR0913, PLR0917 - an approval is judged by that much
    authority: Authority,
    event: Event,
    statement: bytes | None,
    roles: Collection[str],
    size: int,
    place: str,
) -> Iterator[Finding]:
    """Yield what is wrong with an act that somebody else must have approved.

    :param statement: what was signed; None where that can no longer be known.
    :param roles: any of which the approver must have held; empty if not known.
    :param size: events of control that the approval relied on.
    """
    if len(event.approvals) != 1:
        yield _wrong(
            "APPROVAL-MISSING",
            place,
            message("no second person has approved it: {act}", act=read(event).told),
        )
        return
    approval = event.approvals[0]
    if statement is not None:
        yield from _signature(approval, statement, place)
    yield from _signer(authority, approval, roles, size, place)
    if approval.staff_no == event.actor.staff_no or approval.fingerprint == event.actor.fingerprint:
        yield _wrong(
            "APPROVAL-SAME",
            place,
            message(
                "{name} ({staff_no}) approved what they did themselves",
                name=event.actor.name,
                staff_no=event.actor.staff_no,
            ),
        )


def _is_on_paper(released: Released) -> bool:
    return not any(one.staff_no for one in released.release.approvals)


def _unreadable(authority: Authority) -> Iterator[Finding]:
    read = {released.event.index for released in authority.released}
    for event in authority.events:
        if event.kind == RevisionReleased.KIND and event.index not in read:
            yield _wrong(
                "RELEASE-UNREADABLE",
                event.file_name,
                message("it seals no release that can be read"),
            )


def _bytes(authority: Authority, released: Released, place: str) -> Iterator[Finding]:
    """Yield where a release names other bytes, or another revision, than lie beside it."""
    release, directory = released.release, released.directory
    added = {RELEASE_NAME, WITHDRAWN_NAME, EVENTS_NAME}
    names = [name for name in authority.control.list(directory) if name not in added]
    if _digest(authority, directory, names) != release.digest:
        yield _wrong(
            "RELEASE-DIGEST",
            place,
            message("the files beside it are not those that were approved"),
        )
    own = _cover(authority, released)
    if (release.number, release.revision) != (released.number, released.revision) or (
        own is not None and own[:2] != (str(released.number), str(released.revision))
    ):
        number, revision = own[:2] if own is not None else (release.number, release.revision)
        yield _wrong(
            "RELEASE-MOVED",
            place,
            message(
                "what lies here is {number} {revision}, by its cover",
                number=number,
                revision=revision,
            ),
        )


def _digest(authority: Authority, directory: str, names: Iterable[str]) -> str:
    """Count the SHA-256 of a revision anew, from the files in the ledger."""
    parts = [
        {
            "name": name,
            "sha256": canonical.sha256(authority.control.read(f"{directory}/{name}") or b""),
        }
        for name in sorted(names)
    ]
    return canonical.sha256(canonical.encode(parts))


def _signatures(
    authority: Authority, released: Released, signed_at: dict[str, int], place: str
) -> Iterator[Finding]:
    """Yield what is wrong with the signatures of author, reviewer and approver."""
    release, approvals = released.release, released.event.approvals
    said = [(one.role, one.staff_no) for one in release.approvals]
    given = [
        (role, approval.staff_no) for role, approval in zip(APPROVER_ROLES, approvals, strict=False)
    ]
    if len(approvals) != len(APPROVER_ROLES) or said != given:
        yield _wrong(
            "APPROVAL-MISSING",
            place,
            message("author, reviewer and approver have not all signed what it says they did"),
        )
    for role, approval in zip(APPROVER_ROLES, approvals, strict=False):
        statement = approval_statement(released.number, released.revision, release.digest, role)
        size = signed_at.get(approval.signature, released.event.index)
        roles = authority.policy(size).acts[_ACTS[role]]
        yield from _signature(approval, statement, place)
        yield from _signer(authority, approval, roles, size, place)
    yield from _same(approvals, place)


def _same(approvals: Iterable[Approval], place: str) -> Iterator[Finding]:
    """Yield people and keys that signed in more than one role."""
    people: defaultdict[str, set[str]] = defaultdict(set)
    counted = 0
    for approval in approvals:
        people[approval.staff_no].add(approval.fingerprint)
        counted += 1
    keys = {fingerprint for owned in people.values() for fingerprint in owned}
    if len(people) != counted or len(keys) != counted:
        yield _wrong(
            "APPROVAL-SAME",
            place,
            message("author, reviewer and approver must be three people with three keys"),
        )


def _signature(approval: Approval, statement: bytes, place: str) -> Iterator[Finding]:
    signer = verify(approval.signature, statement, APPROVAL_NAMESPACE)
    if (
        signer is None
        or signer.fingerprint != approval.fingerprint
        or approval.statement_sha256 != canonical.sha256(statement)
    ):
        yield _wrong(
            "APPROVAL-SIGNATURE",
            place,
            message("the signature of {staff_no} is not over this", staff_no=approval.staff_no),
        )


def _signer(
    authority: Authority, approval: Approval, roles: Collection[str], size: int, place: str
) -> Iterator[Finding]:
    """Yield what the register of staff held against who signed, when they did."""
    person = authority.person(approval.staff_no, size)
    known = {fingerprint(line) for line in person.keys} if person is not None else set()
    if person is None or approval.fingerprint not in known:
        yield _wrong(
            "APPROVAL-KEY",
            place,
            message(
                "the key {fingerprint} was not one of {staff_no} then",
                fingerprint=approval.fingerprint,
                staff_no=approval.staff_no,
            ),
        )
    elif roles and not person.roles & set(roles):
        yield _wrong(
            "APPROVAL-ROLE",
            place,
            message(
                "{name} ({staff_no}) signed, but was not {role} then",
                name=person.name,
                staff_no=person.staff_no,
                role=role_names(roles),
            ),
        )


def _request(authority: Authority, released: Released, place: str) -> Iterator[Finding]:
    """Yield a release that no approved change request led to, after the founding."""
    if authority.founds(released.event):
        return
    said = read_as(released.event, RevisionReleased)
    change = said.change if said is not None else None
    drafts = (read_as(event, DraftApproved) for event in authority.events[: released.event.index])
    approved = change is not None and any(
        (draft.change, draft.document, draft.digest)
        == (change, released.number, released.release.digest)
        for draft in drafts
        if draft is not None
    )
    if not approved:
        yield _wrong(
            "RELEASE-UNREQUESTED",
            place,
            message("no approved change request led to it"),
        )


def _dates(authority: Authority, released: Released, place: str) -> Iterator[Finding]:
    """Yield a day of effect that the revision does not name, or that had passed."""
    effective, event = released.release.effective, released.event
    own = _cover(authority, released)
    if own is not None and own[2] != effective:
        yield _wrong(
            "RELEASE-EFFECTIVE",
            place,
            message("it says {day}, but its cover {own}", day=effective, own=own[2]),
        )
    released_on = authority.day_of(event)
    if (
        effective < released_on
        and not authority.founds(event)
        and not authority.may_be_dated(event, effective)
    ):
        yield _wrong(
            "RELEASE-BACKDATED",
            place,
            message(
                "it was released on {released} to take effect on {day}, which had passed",
                released=released_on,
                day=effective,
            ),
        )


def _cover(authority: Authority, released: Released) -> tuple[str, str, date] | None:
    """Return number, revision and day of effect on a cover; None where it cannot be read.

    From the manifest alone: whether all of it is sound was checked before it
    was released, and its bytes are counted anew.
    """
    name, table = _COVERS[released.base]
    try:
        data = authority.control.read(f"{released.directory}/{name}") or b""
    except RmdocsError:
        return None
    return _cover_of(data, name, table)


@lru_cache(maxsize=256)  # the same manifests are asked for again and again
def _cover_of(data: bytes, name: str, table: str) -> tuple[str, str, date] | None:
    try:
        cover = read_toml(data, name)[table]
        number, revision, effective = (cover[key] for key in ("number", "revision", "effective"))
    except (RmdocsError, KeyError, TypeError):
        return None
    return (str(number), str(revision), effective) if isinstance(effective, date) else None


def _overlaps(authority: Authority) -> Iterator[Finding]:
    """Yield revisions that are not after the one before them: two in force at one time."""
    for base in dict.fromkeys(one.base for one in authority.released):
        register = authority.register(base)
        for number in dict.fromkeys(one.number for one in authority.released if one.base == base):
            try:
                validities = register.validities(number)
            except UNREADABLE:
                continue
            live = [one.release for one in validities if not one.called_off]
            for earlier, later in pairwise(live):
                if later.effective <= earlier.effective:
                    yield _wrong(
                        "RELEASE-OVERLAP",
                        f"{base}/{number}/{later.revision}/{RELEASE_NAME}",
                        message(
                            "it takes effect on {day}, not after {revision} on {other}",
                            day=later.effective,
                            revision=earlier.revision,
                            other=earlier.effective,
                        ),
                    )
