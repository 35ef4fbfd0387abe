"""What the cover of a revision says, and whether it agrees with who signs and when.

The same for forms and other controlled documents (IXD7200-01, cover). Then who may judge a draft:
review it, approve it, return it, reject the proposal. That is asked under the lock by who does it,
and before by who would like to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from rmdocs.canonical import sha256
from rmdocs.characters import fold
from rmdocs.control.actingperson import require_role
from rmdocs.control.policy import Performer, Policy
from rmdocs.errors import ControlError
from rmdocs.findings import Finding, error, warning
from rmdocs.forms.sections.identity import RevisionEntry
from rmdocs.forms.tomltables import read_toml, unreadable_texts
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionAct, after_revision_act
from rmdocs.messages import Text, by_command, message
from rmdocs.registers.officetime import require_within_reach
from rmdocs.store.event import Actor

if TYPE_CHECKING:
    from datetime import tzinfo

    from rmdocs.registers.changerequests import (
        ChangeRegister,
        ChangeRequest,
        RequestedChange,
        RevisionDraft,
    )
    from rmdocs.registers.revisions import RevisionRegister
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head


_CLAUSE = "ISO 9001 §7.5.2"
_IN_FORCE = "ISO 9001 §7.5.3"
_WORDS: Mapping[str, Text] = {
    "prepared": message("prepared by"),
    "reviewed": message("reviewed by"),
    "approved": message("approved by"),
}


class RevisionFiles(Protocol):
    """The bytes of a revision, whatever kind of document it is."""

    def contents(self) -> Mapping[str, bytes]:
        """Return the files by name."""

    def digest(self) -> str:
        """Return the SHA-256 over all of them."""


class RevisionCover(Protocol):
    """What the cover of a revision says; a form and a document each have one."""

    @property
    def number(self) -> DocumentNumber:
        """Return the document's number."""

    @property
    def revision(self) -> Revision:
        """Return the revision."""

    @property
    def title(self) -> Text:
        """Return what it is called."""

    @property
    def effective(self) -> date:
        """Return the day from which it is in force."""

    @property
    def prepared(self) -> str:
        """Return who prepared it, by name."""

    @property
    def reviewed(self) -> str:
        """Return who reviews it, by name."""

    @property
    def approved(self) -> str:
        """Return who approves it, by name."""

    @property
    def history(self) -> tuple[RevisionEntry, ...]:
        """Return the rows of its revision table, oldest first."""


def require_later(
    effective: date, document: DocumentNumber, register: RevisionRegister, today: date
) -> None:
    """Refuse an effective date in the past, out of reach, or not after the last revision's.

    :raises ControlError: naming the dates.
    :raises UsageError: if its year can only be mistyped: no revision could ever follow.
    """
    require_within_reach(effective)
    if effective < today:
        raise ControlError(
            message("the effective date {day} has passed", day=effective),
            message("choose {today} or later", today=today),
            clause=_IN_FORCE,
        )
    live = [one for one in register.validities(document) if not one.called_off]
    last = live[-1].release if live else None
    if last is not None and effective <= last.effective:
        raise ControlError(
            message(
                "{day} is not after {last}, when {revision} takes effect",
                day=effective,
                last=last.effective,
                revision=last.revision,
            ),
            message("choose a later day: one revision is in force at any instant"),
            clause=_IN_FORCE,
        )


def readable_findings(files: RevisionFiles) -> Iterator[Finding]:
    """Yield every text of a revision's manifest that no reader would read as it is."""
    for name, data in files.contents().items():
        if name.endswith(".toml"):
            yield from unreadable_texts(data, name)


def cover_findings(
    cover: RevisionCover, request: RequestedChange, earlier: Iterable[RequestedChange] = ()
) -> Iterator[Finding]:
    """Yield where a cover differs from what was proposed, or names one person twice.

    :param earlier: requests for the same revision that came to nothing.
    """
    if cover.revision != request.to_revision:
        yield error(
            "COVER-REVISION",
            "revision",
            message(
                "the desk holds revision {found}, the change {change} is to {revision}",
                found=cover.revision,
                change=request.number,
                revision=request.to_revision,
            ),
            message("put the revision right in the manifest"),
            clause=_CLAUSE,
        )
    dates = [entry.date for entry in cover.history if entry.revision == cover.revision]
    if dates != [cover.effective]:
        yield error(
            "COVER-HISTORY",
            "history",
            message(
                "the revision table does not say that {revision} takes effect on {day}",
                revision=cover.revision,
                day=cover.effective,
            ),
            message("put the date of its row in [[history]] right"),
            clause=_CLAUSE,
        )
    said = {entry.change.zh for entry in cover.history if entry.revision == cover.revision}
    for one in earlier:
        if one.reason in said and one.reason != request.reason:
            yield error(
                "COVER-HISTORY",
                "history",
                message(
                    "the revision table says of {revision} what {change} was to change, which"
                    " came to nothing: “{reason}”",
                    revision=cover.revision,
                    change=one.number,
                    reason=one.reason,
                ),
                message(
                    "write into its row of [[history]] what this request changes: “{reason}”",
                    reason=request.reason,
                ),
                clause=_CLAUSE,
            )
    # An external document may not know its names yet; then it says so as pending.
    names = [fold(name) for name in (cover.prepared, cover.reviewed, cover.approved) if name]
    if len(set(names)) != len(names):
        yield error(
            "COVER-THREE",
            "prepared, reviewed, approved",
            message("who prepares, reviews and approves must be three people"),
            message("name three people in the manifest"),
            clause=_CLAUSE,
        )


def signer_findings(cover: RevisionCover, place: str, person: Person) -> Iterator[Finding]:
    """Yield a finding if the cover names somebody else than who signs.

    :param place: ``prepared``, ``reviewed`` or ``approved``.
    """
    named: str = getattr(cover, place)
    if named and fold(named) != fold(person.name):
        yield error(
            "COVER-NAME",
            place,
            message(
                "the cover says “{word} {named}”, but {name} ({staff_no}) signs",
                word=_WORDS[place],
                named=named,
                name=person.name,
                staff_no=person.staff_no,
            ),
            message("put the name right in the manifest, or have {named} do it", named=named),
            clause=_CLAUSE,
        )


def require_signer(cover: RevisionCover, place: str, person: Person) -> None:
    """Refuse to sign a cover that names somebody else.

    :raises ControlError: naming both.
    """
    for finding in signer_findings(cover, place, person):
        raise ControlError(finding.message, finding.remedy, clause=finding.clause)


_COVER = frozenset({"revision", "effective", "prepared", "reviewed", "approved"})
_HISTORY = "history"


def repeated(changes: ChangeRegister, change: ChangeRequest, zone: tzinfo) -> Finding | None:
    """Return what is to be told of a draft that was sent back as it is, or None.

    :param zone: in which days are told.
    """
    if change.draft is None:
        return None
    now = _substance(changes.head, change.draft)
    earlier = [
        (request, event)
        for request in changes.of(change.request.document)
        for draft, event in request.sent_back
        if (request.number, draft.serial) != (change.number, change.draft.serial)
        and _substance(changes.head, draft) == now
    ]
    if not earlier:
        return None
    return _told(*earlier[-1], zone)


def _told(request: ChangeRequest, event: Event, zone: tzinfo) -> Finding:
    said = {
        "change": request.number,
        "name": event.actor.name,
        "on": event.day_in(zone),
        "reason": event.reason,
    }
    returned = event.kind == RevisionAct.RETURN.value
    return warning(
        "DRAFT-UNCHANGED",
        "draft",
        message("the draft is just as {name} returned it on {on}: “{reason}”", **said)
        if returned
        else message(
            "but for its cover the draft is just as {name} rejected it in {change} on {on}:"
            " “{reason}”",
            **said,
        ),
        message("ask its author what became of that before you sign"),
        clause="ISO 9001 §7.5.2",
    )


def _substance(head: Head, draft: RevisionDraft) -> Mapping[str, object]:
    """Return what a draft holds, by file, without what only its request says."""
    held: dict[str, object] = {}
    for name in head.list(draft.directory):
        data = head.read(f"{draft.directory}/{name}") or b""
        held[name] = _without_cover(data, name) if name.endswith(".toml") else sha256(data)
    return held


def _without_cover(manifest: bytes, name: str) -> Mapping[str, object]:
    said = {key: value for key, value in read_toml(manifest, name).items() if key != _HISTORY}
    return {
        key: {name: item for name, item in value.items() if name not in _COVER}
        if isinstance(value, dict)
        else value
        for key, value in said.items()
    }


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
