"""Verifying acts that one person asked for and another approved (F11).

The act names its request by number and SHA-256. The request must have been
sealed before, about the same, by another person with another key, and still
have waited; both must have held a role that may, each when they acted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.events.kinds import read, read_as
from rmdocs.events.records import OnRecord
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.registers.approvalrequests import (
    asked_for,
    changes_what_stands,
    decided_by,
    request_digest,
)
from rmdocs.registers.displaynames import role_names

if TYPE_CHECKING:
    from rmdocs.audit.authority import Authority
    from rmdocs.store.event import Event

CLAUSE = "ISO 9001 §5.3"
_REQUIRED_BY = 2
"""The rules from which on an approval inside the act itself is none."""

_FIND_OUT = message("take it for not approved, and find out who sealed it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """An act that names the request which led to it.

    :param event: of the act; its actor is who approved it.
    :param place: where findings are told.
    :param events: of its ledger, by index, as far as they concern the same.
    :param asks: roles of which who sealed an event that asks must have held one;
        empty if not known.
    :param approves: likewise of an event that approves.
    :param reason: of an event, as it can be read.
    """

    authority: Authority
    event: Event
    place: str
    events: Sequence[Event]
    asks: Callable[[Event], Collection[str]]
    approves: Callable[[Event], Collection[str]]
    reason: Callable[[Event], str] = lambda event: event.reason

    def request(self) -> Event | None:
        """Return the event that asked for it; None if there is none before it."""
        decides = decided_by(self.event)
        if decides is None:
            return None
        for one in self.events:
            asked = asked_for(one) if one.index < self.event.index else None
            if (
                asked is not None
                and one.subject == self.event.subject
                and asked.request == decides.request
                and request_digest(one) == decides.digest
            ):
                return one
        return None

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the request, the asker and the approver."""
        asked, event = self.request(), self.event
        decides, said = decided_by(event), asked_for(asked) if asked is not None else None
        if asked is None or decides is None or said is None:
            yield self._wrong(
                "REQUEST-UNKNOWN",
                message(
                    "nobody had asked for it: there is no such request {request}",
                    request="-" if decides is None else decides.request,
                ),
            )
            return
        if said.act != event.kind or not self._is_the_same(asked):
            yield self._wrong(
                "REQUEST-OTHER",
                message(
                    "{request} asked for something else, or for another reason",
                    request=said.request,
                ),
            )
        yield from self._people(asked)
        between = [one for one in self.events if asked.index < one.index < event.index]
        if any(_digest(one) == decides.digest for one in between):
            yield self._wrong(
                "REQUEST-DECIDED",
                message("{request} was decided before", request=said.request),
            )
        elif any(changes_what_stands(one) for one in between):
            yield self._wrong(
                "REQUEST-LAPSED",
                message("what {request} was about had changed since", request=said.request),
            )

    def _is_the_same(self, asked: Event) -> bool:
        """Return whether what was sealed is what was asked for, and why."""
        if self.reason(asked) != self.reason(self.event):
            return False
        # The notes of an encrypted record hold the reason, which was compared.
        wanted, sealed = ([file.sha256 for file in one.files] for one in (asked, self.event))
        said = read_as(asked, OnRecord)
        return wanted == sealed or (said is not None and said.concealment is not None)

    def _people(self, asked: Event) -> Iterator[Finding]:
        one, other = asked.actor, self.event.actor
        if one.is_same_as(other):
            yield self._wrong(
                "APPROVAL-SAME",
                message(
                    "{name} ({staff_no}) approved what they did themselves",
                    name=other.name,
                    staff_no=other.staff_no,
                ),
            )
        yield from self._role(asked, self.asks(asked), "REQUEST-ROLE")
        yield from self._role(self.event, self.approves(self.event), "APPROVAL-ROLE")

    def _role(self, event: Event, roles: Collection[str], code: str) -> Iterator[Finding]:
        """Yield whoever did not hold one of the roles when they acted.

        Whether the key was theirs then is asked of every act elsewhere.
        """
        person = self.authority.person(event.actor.staff_no, self.authority.known(event))
        if roles and person is not None and not person.roles & set(roles):
            yield self._wrong(
                code,
                message(
                    "{name} ({staff_no}) signed, but was not {role} then",
                    name=person.name,
                    staff_no=person.staff_no,
                    role=role_names(roles),
                ),
            )

    def _wrong(self, code: str, what: Text) -> Finding:
        return error(code, self.place, what, _FIND_OUT, clause=CLAUSE)


def _digest(event: Event) -> str | None:
    decides = decided_by(event)
    return None if decides is None else decides.digest


def names_request(event: Event) -> bool:
    """Return whether an act names a request that led to it."""
    return decided_by(event) is not None


def must_be_requested(authority: Authority, event: Event) -> bool:
    """Return whether an approval inside the act itself had ceased to be enough by then.

    While one call took both people, the second key lay where the first one was.
    """
    return authority.policy(authority.known(event)).rules >= _REQUIRED_BY


def unrequested(event: Event, place: str) -> Finding:
    """Return that nobody else had asked for an act."""
    return error(
        "REQUEST-MISSING",
        place,
        message("no request by somebody else led to it: {act}", act=read(event).told),
        _FIND_OUT,
        clause=CLAUSE,
    )
