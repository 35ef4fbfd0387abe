"""Requests: acts that wait for a second person, and what became of them.

A request lies in the ledger of what it concerns: an event beside the record's
own, or in ``requests/`` of control. Whoever approves it seals the act itself,
which names the request by its number and the SHA-256 of its event; whoever
rejects it seals that. Once what it concerns has changed, a request has lapsed:
what was asked for is no longer what stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError
from rmdocs.events.control import EntryApproved, EntryRequested
from rmdocs.events.kinds import read, read_as
from rmdocs.events.records import (
    Decision,
    PdfMade,
    RecordVoided,
    RequestRejected,
    VoidRequested,
)
from rmdocs.identifiers import RecordNumber, RequestNumber, or_none
from rmdocs.messages import Called, by_command, message
from rmdocs.registers.records import read_folder
from rmdocs.store.protocol import EVENTS_NAME

if TYPE_CHECKING:
    from rmdocs.identifiers import Volume
    from rmdocs.registers.records import RecordFolder
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

REQUESTS = "requests"
"""The directory of requests in the control ledger."""

_HARMLESS = frozenset({VoidRequested.KIND, RequestRejected.KIND, PdfMade.KIND})
"""What happens to a thing and leaves it what it was; anything else changes it."""


class RequestStatus(Called):
    """Where a request stands."""

    WAITING = "waiting", message("waiting")
    APPROVED = "approved", message("approved")
    REJECTED = "rejected", message("rejected")
    TAKEN_BACK = "taken-back", message("taken back by who asked")
    """By who asked: nobody has said anything against it."""
    LAPSED = "lapsed", message("lapsed")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAnswer(Answer):
    """An act that one person asked for, and what became of it.

    :param request: its number.
    :param act: the kind of event that its approval seals.
    :param subject: what it concerns, as events name it.
    :param reason: why; empty where it cannot be read.
    :param asked_by: the staff number of who asked. :param asked: when, UTC.
    :param decided_by: the staff number of who approved or rejected it; none if nobody did.
    :param sha256: of the event that asked: what is approved, to the byte.
    """

    request: RequestNumber
    act: str
    subject: str
    status: RequestStatus
    reason: str
    asked_by: str
    asked: datetime
    decided_by: str | None
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """An act that one person asked for, and what became of it.

    :param act: the kind of event that its approval seals.
    :param subject: what it concerns, as events name it.
    :param reason: why; empty where it cannot be read.
    :param remark: why it was rejected; empty if it was not.
    :param asked: the event that asked for it.
    :param decided: the event that approved or rejected it, or None.
    :param changed: the event that changed what it concerns before anybody
        decided, or None.
    """

    number: RequestNumber
    act: str
    subject: str
    reason: str
    remark: str
    asked: Event
    decided: Event | None
    changed: Event | None

    @property
    def status(self) -> RequestStatus:
        """Return where it stands."""
        if self.decided is not None:
            if self.decided.kind != RequestRejected.KIND:
                return RequestStatus.APPROVED
            own = self.decided.actor.is_same_as(self.asked.actor)
            return RequestStatus.TAKEN_BACK if own else RequestStatus.REJECTED
        return RequestStatus.WAITING if self.changed is None else RequestStatus.LAPSED

    @property
    def answer(self) -> RequestAnswer:
        """Return the request as it is told as JSON."""
        return RequestAnswer(
            request=self.number,
            act=self.act,
            subject=self.subject,
            status=self.status,
            reason=self.reason,
            asked_by=self.asked.actor.staff_no,
            asked=self.asked.time,
            decided_by=self.decided.actor.staff_no if self.decided else None,
            sha256=self.digest,
        )

    @property
    def waits(self) -> bool:
        """Return whether it waits to be decided."""
        return self.status is RequestStatus.WAITING

    @property
    def concerns(self) -> str:
        """Return the directory of control that it concerns; empty for a record's."""
        asked = read_as(self.asked, EntryRequested)
        return asked.concerns if asked is not None else ""

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the event that asked: what is approved, to the byte."""
        return request_digest(self.asked)


def request_digest(asked: Event) -> str:
    """Return the SHA-256 by which what decides a request names its event."""
    return canonical.sha256(asked.to_bytes())


def asked_for(event: Event) -> VoidRequested | EntryRequested | None:
    """Return what an event asks for; None if nothing, or nothing that can be told.

    That is told by ``verify`` and must stop nobody from reading the record.
    """
    said = read(event)
    if isinstance(said, EntryRequested):
        return said
    if isinstance(said, VoidRequested) and str(said.request.record) == event.subject:
        return said
    return None


def decided_by(event: Event) -> Decision | None:
    """Return which request an event decides; None if none."""
    said = read(event)
    if isinstance(said, (RecordVoided, EntryApproved, RequestRejected)):
        return said.decides
    return None


def record_requests(folder: RecordFolder) -> tuple[ApprovalRequest, ...]:
    """Return the requests about a record, oldest first."""
    return tuple(
        _folded(asked, event, folder.events, folder.reason)
        for event in folder.events
        if (asked := asked_for(event)) is not None
    )


def waiting_request(folder: RecordFolder) -> ApprovalRequest | None:
    """Return the request about a record that waits; there is at most one."""
    return next((one for one in record_requests(folder) if one.waits), None)


def refused_request(folder: RecordFolder) -> ApprovalRequest | None:
    """Return the request about a record that was rejected, if nothing came of it since."""
    last = next(iter(record_requests(folder)[::-1]), None)
    if last is None or last.decided is None or last.status is not RequestStatus.REJECTED:
        return None
    after = (event for event in folder.events if event.index > last.decided.index)
    return None if any(map(changes_what_stands, after)) else last


def next_number(subject: str, requests: Sequence[ApprovalRequest]) -> RequestNumber:
    """Return the number of the next request about something."""
    return RequestNumber(
        subject=subject, serial=max((one.number.serial for one in requests), default=0) + 1
    )


@dataclass(frozen=True, slots=True)
class ControlRequests:
    """Requests about control as of one commit of its ledger."""

    head: Head

    def all(self) -> Iterator[ApprovalRequest]:
        """Yield every request, by number."""
        numbers = (or_none(RequestNumber.parse, name) for name in self.head.list(REQUESTS))
        for number in sorted(number for number in numbers if number is not None):
            found = self._read(number)
            if found is not None:
                yield found

    def about(self, subject: str) -> tuple[ApprovalRequest, ...]:
        """Return the requests about one thing, such as ``policy``, oldest first."""
        return tuple(one for one in self.all() if one.number.subject == subject)

    def get(self, number: RequestNumber) -> ApprovalRequest:
        """Return a request.

        :raises ControlError: if there is none with that number.
        """
        found = self._read(number)
        if found is None:
            raise unknown_request(number)
        return found

    def file(self, request: ApprovalRequest) -> bytes:
        """Return the file whose entry was asked for."""
        files = request.asked.files
        return (self.head.read(files[0].path) or b"") if files else b""

    def _read(self, number: RequestNumber) -> ApprovalRequest | None:
        events = self.head.events(f"{REQUESTS}/{number}")
        for event in events:
            asked = read_as(event, EntryRequested)
            if asked is not None and asked.request == number:
                others = self.head.events(asked.concerns)
                return _folded(asked, event, (*events, *others), lambda one: one.reason)
        return None


def all_requests(
    control: Head, volumes: Iterable[tuple[Volume, Head]]
) -> Iterator[ApprovalRequest]:
    """Yield every request of the store: about control, then by the records' numbers."""
    yield from ControlRequests(control).all()
    for volume, head in volumes:
        for number in sorted(set(_asked_about(volume, head))):
            yield from record_requests(read_folder(head, number))


def unknown_request(number: RequestNumber) -> ControlError:
    """Return the refusal of a number under which nothing was asked."""
    return ControlError(
        message("there is no request {request}", request=number),
        by_command(message("look at the list of requests"), "rmdocs register requests"),
    )


def changes_what_stands(event: Event) -> bool:
    """Return whether an event makes what it concerns another than a request was about."""
    return event.kind not in _HARMLESS


def _folded(
    said: VoidRequested | EntryRequested,
    asked: Event,
    events: Iterable[Event],
    reason: Callable[[Event], str],
) -> ApprovalRequest:
    digest, rejected = request_digest(asked), RequestRejected.KIND
    decided: Event | None = None
    changed: Event | None = None
    for event in sorted(events, key=lambda one: one.index):
        if event.index <= asked.index:
            continue
        decides = decided_by(event)
        if decides and decides.digest == digest and event.kind in {said.act, rejected}:
            decided = event
            break
        if changed is None and changes_what_stands(event):
            changed = event
    return ApprovalRequest(
        number=said.request,
        act=said.act,
        subject=asked.subject,
        reason=reason(asked),
        remark=reason(decided) if decided is not None and decided.kind == rejected else "",
        asked=asked,
        decided=decided,
        changed=changed,
    )


def _asked_about(volume: Volume, head: Head) -> Iterator[RecordNumber]:
    for path, _ in head.walk():
        parts = path.split("/")
        if parts[-2:-1] == [EVENTS_NAME] and parts[-1].endswith(f"-{VoidRequested.KIND}.json"):
            yield RecordNumber(series=volume.series, serial=int("".join(parts[:3])))
