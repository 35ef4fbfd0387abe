"""Two people are two people: one asks, another approves with a key of their own.

An act on control that takes an approver becomes a request first. Asking seals
the file as it was asked for; approving, a command of its own on whatever
machine, checks it anew and seals the act, which names the request. What may be
asked for is a :class:`RequestKind`. A request about a record is ``issuing``'s.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key, require_reason
from rmdocs.control.policy import (
    Performer,
    Policy,
    party,
    policy_in_force,
)
from rmdocs.errors import ControlError, FindingsError, StoreError
from rmdocs.events.control import EntryRequested
from rmdocs.events.records import Decision, RequestRejected
from rmdocs.forms.tomltables import unreadable_texts
from rmdocs.messages import by_command, message
from rmdocs.registers.approvalrequests import (
    REQUESTS,
    ApprovalRequest,
    ControlRequests,
    next_number,
)
from rmdocs.registers.officetime import (
    zone_of,
)
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.identifiers import RequestNumber
    from rmdocs.store.protocol import Head, Store

CLAUSE = "ISO 9001 §5.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKind:
    """An act on control that one person asks for and another approves.

    :param act: the kind of event that the approval seals, such as ``policy``;
        request numbers begin with it.
    :param asks: the act of the policy that asking is.
    :param approves: the act of the policy that approving is.
    :param file_name: what the file is called in the request.
    :param new_event: returns what is sealed, one file with the very bytes asked for,
        or raises with every mistake in them; for a reason, by a request if one led to it.
        Of a store, on control as it is locked.
    :param in_force: returns the file that would be replaced; empty if none.
    :param ends_keys: whether the sizes of all ledgers are sealed with it, after which some key
        signs no more.
    :param completed: returns what is sealed with what only who approves can add to it.
    """

    act: str
    asks: str
    approves: str
    file_name: str
    new_event: Callable[[Store, Head, bytes, str, Decision | None], NewEvent]
    in_force: Callable[[Head, bytes], bytes]
    ends_keys: bool = False
    completed: Callable[[NewEvent, ActingPerson], NewEvent] = lambda new_event, _acting: new_event


def ask(
    store: Store, kind: RequestKind, data: bytes, reason: str, acting: ActingPerson
) -> ApprovalRequest:
    """Ask for a file to be entered in control; it waits for a second person.

    :raises FindingsError: if the file has mistakes.
    :raises ControlError: if the actor may not ask, gives no reason, or a
        request about the same waits already.
    """
    require_key(acting.person, acting.key)
    require_reason(reason)
    if found := unreadable_texts(data, kind.file_name):
        raise FindingsError(tuple(found))
    with store.locked(CONTROL_REF) as branch:
        head = branch.require_head()
        policy_in_force(head).require(acting, kind.asks)
        wanted = kind.new_event(store, head, data, reason.strip(), None)
        earlier = ControlRequests(head).about(kind.act)
        about = [one for one in earlier if one.concerns == wanted.directory]
        require_none_waits(about, zone_of(head))
        number = next_number(kind.act, earlier)
        directory = f"{REQUESTS}/{number}"
        [file] = wanted.files
        new_event = NewEvent(
            facts=EntryRequested(request=number, act=kind.act, concerns=wanted.directory),
            subject=wanted.subject,
            directory=directory,
            files=(
                NewFile(
                    path=f"{directory}/{kind.file_name}", data=file.data, media_type=file.media_type
                ),
            ),
            reason=reason.strip(),
        )
        acting.seal(branch, (new_event,))
        return ControlRequests(branch.require_head()).get(number)


def approve_request(
    store: Store, number: RequestNumber, kinds: Mapping[str, RequestKind], acting: ActingPerson
) -> ApprovalRequest:
    """Approve a request about control: what was asked for is entered, to the byte.

    :raises ControlError: if the actor may not or asked for it themselves, or
        it does not wait any more.
    :raises FindingsError: if what was asked for can no longer be entered.
    """
    require_key(acting.person, acting.key)
    with store.locked(CONTROL_REF) as branch:
        head = branch.require_head()
        register = ControlRequests(head)
        request = require_waiting(register.get(number), zone_of(head))
        kind, policy = kind_of(request, kinds), policy_in_force(head)
        policy.require(acting, kind.approves)
        require_second(policy, request, acting, kind.asks, kind.approves)
        data, reason = register.file(request), request.reason
        with store.keys_held(ending=True) if kind.ends_keys else nullcontext():
            new_event = kind.new_event(store, head, data, reason, decision(request))
            acting.seal(branch, (kind.completed(new_event, acting),))
        return ControlRequests(branch.require_head()).get(number)


def reject_request(
    store: Store,
    number: RequestNumber,
    reason: str,
    kinds: Mapping[str, RequestKind],
    acting: ActingPerson,
) -> ApprovalRequest:
    """Reject a request about control, or withdraw one's own: nothing is entered.

    :raises ControlError: if the actor may not, gives no reason, or it does not
        wait any more.
    """
    require_key(acting.person, acting.key)
    require_reason(reason)
    with store.locked(CONTROL_REF) as branch:
        head = branch.require_head()
        request = require_waiting(ControlRequests(head).get(number), zone_of(head))
        if not is_own(request, acting):
            policy_in_force(head).require(acting, kind_of(request, kinds).approves)
        new_event = NewEvent(
            facts=RequestRejected(decides=decision(request)),
            subject=request.subject,
            directory=f"{REQUESTS}/{number}",
            reason=reason.strip(),
        )
        acting.seal(branch, (new_event,))
        return ControlRequests(branch.require_head()).get(number)


def kind_of(request: ApprovalRequest, kinds: Mapping[str, RequestKind]) -> RequestKind:
    """Return what is asked for.

    :raises StoreError: if no such act is known here.
    """
    kind = kinds.get(request.act)
    if kind is None:
        raise StoreError(
            message("{request} asks for what is not known here", request=request.number),
            message("a newer rmdocs may know it"),
        )
    return kind


def require_none_waits(requests: Iterable[ApprovalRequest], zone: tzinfo) -> None:
    """Refuse to ask for what was asked for already.

    :param zone: in which days are told.
    :raises ControlError: naming the request that waits.
    """
    waiting = next((one for one in requests if one.waits), None)
    if waiting is not None:
        raise ControlError(
            message(
                "{request} waits already: {name} asked for it on {on}",
                request=waiting.number,
                name=waiting.asked.actor.name,
                on=waiting.asked.day_in(zone),
            ),
            by_command(
                message("have somebody else approve it, or take it back"),
                message(
                    "rmdocs approve {request}, rmdocs reject {request}", request=waiting.number
                ),
            ),
        )


def require_waiting(request: ApprovalRequest, zone: tzinfo) -> ApprovalRequest:
    """Return a request that waits.

    :param zone: in which days are told.
    :raises ControlError: if it is decided or has lapsed, naming by what.
    """
    if request.waits:
        return request
    if request.decided is not None:
        raise ControlError(
            message(
                "{request} is decided: {status}, by {name} on {on}",
                request=request.number,
                status=request.status.called,
                name=request.decided.actor.name,
                on=request.decided.day_in(zone),
            ),
            message("ask anew if it is to be otherwise"),
            clause=CLAUSE,
        )
    changed = request.changed
    raise ControlError(
        message(
            "{request} has lapsed: {name} changed what it is about on {on}",
            request=request.number,
            name=changed.actor.name if changed else "-",
            on=changed.day_in(zone) if changed else "-",
        ),
        message("look at it as it stands now, and ask again if it is still wanted"),
        clause=CLAUSE,
    )


def require_second(
    policy: Policy, request: ApprovalRequest, acting: ActingPerson, asks: str, approves: str
) -> None:
    """Refuse an approver who is who asked, by staff number or by key.

    :param asks: the act of the policy that asking was; ``approves`` likewise.
    :raises ControlError: naming the rule and the person.
    """
    asker = Performer(act=asks, actor=request.asked.actor)
    policy.require_separate(party(acting, approves), asker)
    if is_own(request, acting):
        # Whatever the policy keeps apart, nobody approves what they asked for.
        raise own_request(request)


def own_request(request: ApprovalRequest) -> ControlError:
    """Return the refusal of an approver who asked for it."""
    asker = request.asked.actor
    return ControlError(
        message(
            "{name} ({staff_no}) asked for {request}: somebody else has to approve it",
            name=asker.name,
            staff_no=asker.staff_no,
            request=request.number,
        ),
        message("ask somebody else, with a key of their own"),
        clause=CLAUSE,
    )


def is_own(request: ApprovalRequest, acting: ActingPerson) -> bool:
    """Return whether who acts is who asked, by staff number or by key."""
    return request.asked.actor.is_same_as(acting.actor)


def decision(request: ApprovalRequest) -> Decision:
    """Return how what decides a request names it."""
    asked_by = request.asked.actor.name
    return Decision(request=request.number, digest=request.digest, asked_by=asked_by)
