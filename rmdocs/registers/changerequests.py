"""Change requests (文件更改申请单): what was proposed, by whom, and how it went.

Folded from the events of the control ledger through the state table of
``lifecycle``; acting on a request is the business of ``control``.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.answering import Answer, called
from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, DamagedError, StoreError, UsageError
from rmdocs.events.control import DraftSubmitted
from rmdocs.events.kinds import read_as
from rmdocs.identifiers import ChangeNumber, DocumentNumber, Revision
from rmdocs.lifecycle import RevisionAct, RevisionStatus, after_revision_act
from rmdocs.messages import Called, by_command, message
from rmdocs.registers.yearly import YearlyRegister

if TYPE_CHECKING:
    from rmdocs.store.event import Event


class ChangeStatus(Called):
    """Where a change request stands; finer than the status of its revision."""

    DRAFTING = "drafting", message("being drafted")
    SUBMITTED = "submitted", message("submitted, to be reviewed")
    RETURNED = "returned", message("returned to its author")
    REVIEWED = "reviewed", message("reviewed, to be approved")
    APPROVED = "approved", message("approved")
    REJECTED = "rejected", message("rejected")
    TAKEN_BACK = "taken-back", message("taken back by its author")
    """By who opened it: nobody has said anything against it."""


CHANGES = "changes"
REQUEST_NAME = "request.json"
_NEGATIVE = frozenset({RevisionAct.RETURN.value, RevisionAct.REJECT.value})
_ACTS = {act.value: act for act in RevisionAct}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedChange:
    """What was asked for, as ``request.json`` holds it.

    :param base: ``forms`` or ``documents``.
    :param from_revision: the revision in force then; None for a new document.
    :param effective: the day the author meant it to take effect.
    """

    number: ChangeNumber
    document: DocumentNumber
    base: str
    from_revision: Revision | None
    to_revision: Revision
    effective: date
    reason: str

    def to_json(self) -> JsonObject:
        """Return the request as JSON."""
        return {
            "number": str(self.number),
            "document": str(self.document),
            "base": self.base,
            "from": str(self.from_revision) if self.from_revision else None,
            "to": str(self.to_revision),
            "effective": self.effective.isoformat(),
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> RequestedChange:
        """Return the request that JSON describes.

        :raises StoreError: if it is no such request.
        """
        try:
            return cls(
                number=ChangeNumber.parse(value["number"]),
                document=DocumentNumber.parse(value["document"]),
                base=value["base"],
                from_revision=Revision.parse(value["from"]) if value["from"] else None,
                to_revision=Revision.parse(value["to"]),
                effective=date.fromisoformat(value["effective"]),
                reason=value["reason"],
            )
        except (KeyError, TypeError, ValueError, UsageError) as problem:
            raise _unreadable() from problem


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionDraft:
    """A revision as its author submitted it.

    :param serial: counted from 1 within the request.
    :param digest: SHA-256 of the whole revision; what approvals are given to.
    """

    serial: int
    digest: str
    directory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAnswer(Answer):
    """Where a change request stands.

    :param change: its number. :param document: the document that is to change.
    :param from_revision: the one in force when it was opened; none for a new document.
    :param to_revision: the one that it leads to.
    :param effective: the day its author means that to take effect.
    :param draft: the newest draft, counted from 1; none before one is submitted.
    :param digest: SHA-256 of that whole draft, which is what people sign.
    """

    change: ChangeNumber
    document: DocumentNumber
    from_revision: Revision | None = field(metadata=called("from"))
    to_revision: Revision = field(metadata=called("to"))
    effective: date
    status: ChangeStatus
    draft: int | None
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """A change request and everything that happened to it.

    :param status: of the proposed revision; ``withdrawn`` where it was rejected.
    :param reviewed: the event of the review that still counts, None if none does.
    """

    request: RequestedChange
    events: tuple[Event, ...]
    status: RevisionStatus
    draft: RevisionDraft | None
    reviewed: Event | None

    @property
    def number(self) -> ChangeNumber:
        """Return its number."""
        return self.request.number

    @property
    def change_status(self) -> ChangeStatus:
        """Return where it stands, as people are told."""
        last = self.events[-1]
        if self.status is RevisionStatus.WITHDRAWN:
            mine = last.actor.is_same_as(self.proposed.actor)
            return ChangeStatus.TAKEN_BACK if mine else ChangeStatus.REJECTED
        if self.status is not RevisionStatus.DRAFT:
            return ChangeStatus(self.status.value)
        if self.draft is None:
            return ChangeStatus.DRAFTING
        returned = last.kind == RevisionAct.RETURN.value
        return ChangeStatus.RETURNED if returned else ChangeStatus.SUBMITTED

    @property
    def answer(self) -> ChangeAnswer:
        """Return the request as it is told as JSON."""
        return ChangeAnswer(
            change=self.number,
            document=self.request.document,
            from_revision=self.request.from_revision,
            to_revision=self.request.to_revision,
            effective=self.request.effective,
            status=self.change_status,
            draft=self.draft.serial if self.draft else None,
            digest=self.draft.digest if self.draft else None,
        )

    @property
    def is_open(self) -> bool:
        """Return whether it is neither approved nor rejected yet."""
        return self.status in {RevisionStatus.DRAFT, RevisionStatus.REVIEWED}

    @property
    def proposed(self) -> Event:
        """Return the event that opened it."""
        return self.events[0]

    @property
    def submitted(self) -> Event | None:
        """Return the event that submitted the newest draft."""
        return self.last(RevisionAct.SUBMIT)

    @property
    def closed(self) -> Event | None:
        """Return the event that approved or rejected it, or None while it is open."""
        return None if self.is_open else self.events[-1]

    @property
    def sent_back(self) -> tuple[tuple[RevisionDraft, Event], ...]:
        """Return each draft that was returned or rejected, with the event that says why.

        What its own author took back is none.
        """
        found: list[tuple[RevisionDraft, Event]] = []
        draft: RevisionDraft | None = None
        for event in self.events:
            if event.kind == RevisionAct.SUBMIT.value:
                draft = _draft(self.request, event)
            elif draft is not None and event.kind in _NEGATIVE:
                own = event.kind == RevisionAct.REJECT.value and event.actor.is_same_as(
                    self.proposed.actor
                )
                found += [] if own else [(draft, event)]
        return tuple(found)

    def last(self, act: RevisionAct) -> Event | None:
        """Return the newest event of a kind."""
        found = [event for event in self.events if event.kind == act.value]
        return found[-1] if found else None


class ChangeRegister(YearlyRegister[ChangeNumber, ChangeRequest]):
    """Change requests as of one commit of the control ledger."""

    FOLDER = CHANGES
    NUMBER = ChangeNumber

    def of(self, document: DocumentNumber) -> tuple[ChangeRequest, ...]:
        """Return the requests of one document, oldest first."""
        return tuple(one for one in self.all() if one.request.document == document)

    def came_to_nothing(self, wanted: RequestedChange) -> tuple[RequestedChange, ...]:
        """Return the requests for the same revision that were rejected or taken back."""
        return tuple(
            one.request
            for one in self.of(wanted.document)
            if one.status is RevisionStatus.WITHDRAWN
            and one.request.to_revision == wanted.to_revision
        )

    def open_for(self, document: DocumentNumber) -> ChangeRequest | None:
        """Return the open request of a document, or None; there is at most one."""
        return next(
            (one for one in self.all() if one.is_open and one.request.document == document), None
        )

    def require_open(self, document: DocumentNumber) -> ChangeRequest:
        """Return the open request of a document.

        :raises ControlError: if there is none.
        """
        found = self.open_for(document)
        if found is None:
            raise ControlError(
                message("no change of {number} is proposed", number=document),
                by_command(
                    message("open one first"),
                    message("rmdocs form propose {number}", number=document),
                ),
                clause="ISO 9001 §7.5.3",
            )
        return found

    def _read(self, number: ChangeNumber) -> ChangeRequest | None:
        directory = f"{CHANGES}/{number}"
        events = tuple(sorted(self._events(directory), key=lambda event: event.index))
        data = self.head.read(f"{directory}/{REQUEST_NAME}")
        if not events or data is None:
            return None
        return _folded(RequestedChange.from_json(canonical.decode(data)), events)

    def _absent(self, number: ChangeNumber) -> ControlError:
        return ControlError(
            message("there is no change request {number}", number=number),
            by_command(message("look at the list of change requests"), "rmdocs register changes"),
        )


def _unreadable() -> StoreError:
    return DamagedError(message("a change request cannot be read"))


def _draft(request: RequestedChange, submitted: Event) -> RevisionDraft:
    said = read_as(submitted, DraftSubmitted)
    if said is None:
        raise _unreadable()
    directory = f"{CHANGES}/{request.number}/drafts/{said.draft}"
    return RevisionDraft(serial=said.draft, digest=said.digest, directory=directory)


def _folded(request: RequestedChange, events: tuple[Event, ...]) -> ChangeRequest:
    status = RevisionStatus.DRAFT
    draft: RevisionDraft | None = None
    reviewed: Event | None = None
    for event in events[1:]:
        if event.kind not in _ACTS:
            raise _unreadable()
        status = after_revision_act(status, _ACTS[event.kind])
        if event.kind == RevisionAct.SUBMIT.value:
            draft = _draft(request, event)
        if event.kind == RevisionAct.REVIEW.value:
            reviewed = event
        elif event.kind != RevisionAct.APPROVE.value:
            reviewed = None
    return ChangeRequest(
        request=request, events=events, status=status, draft=draft, reviewed=reviewed
    )
