"""Verifying where acts lie, and whether who sealed them might: control's registers above all.

What a register says is read from where its entries lie. An event of whatever
kind could put one there, so kind and place have to fit, nothing is sealed
outside the event's own directory, and entries of which the last one rules
follow each other. Who acted must have held a role that the policy gave to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.audit.authority import UNREADABLE
from rmdocs.audit.facts import fact_findings
from rmdocs.audit.registerentries import RegisterEntries, name_findings
from rmdocs.audit.sealedfiles import in_control, on_record, record_of
from rmdocs.classes import dataclass
from rmdocs.control.requestkinds import KINDS
from rmdocs.events.control import (
    ChangeProposed,
    ChangeRejected,
    CustomerEntered,
    DisposalApproved,
    DisposalCertified,
    DisposalProposed,
    DisposalRejected,
    DraftApproved,
    DraftReturned,
    DraftReviewed,
    DraftSubmitted,
    EntryRequested,
    HoldLifted,
    HoldPlaced,
    PersonEntered,
    PolicyEntered,
    RegenerationBegun,
    RegenerationEnded,
    RevisionConfirmed,
    RevisionReleased,
    RevisionWithdrawn,
    SeriesClosed,
    StoreFounded,
    UnitEntered,
    VolumeOpened,
    YearEntered,
)
from rmdocs.events.copies import (
    CopyAcknowledged,
    CopyIssued,
    CopyLost,
    CopyRecalled,
    CopyReplaced,
    CopyReturned,
    CopyTerms,
)
from rmdocs.events.facts import EventFacts
from rmdocs.events.keys import ActsConfirmed, KeyRevoked, MachineEntered
from rmdocs.events.kinds import kind_of, read, read_as
from rmdocs.events.records import OnRecord, RequestRejected, VoidRequested
from rmdocs.findings import Finding, error, warning
from rmdocs.messages import message
from rmdocs.registers.approvalrequests import REQUESTS, decided_by, request_digest
from rmdocs.registers.changerequests import CHANGES
from rmdocs.registers.copies import COPIES, COPY_NAME
from rmdocs.registers.customers import CUSTOMERS
from rmdocs.registers.displaynames import role_names
from rmdocs.registers.disposals import DISPOSALS
from rmdocs.registers.holds import HOLDS
from rmdocs.registers.officetime import CALENDAR, POLICY_DIRECTORY
from rmdocs.registers.regenerations import REGENERATIONS
from rmdocs.registers.revisions import DOCUMENTS, FORMS
from rmdocs.registers.revocations import CONFIRMATIONS, MACHINES, REVOCATIONS
from rmdocs.registers.series import VOLUMES
from rmdocs.registers.staff import FOUNDER
from rmdocs.store.protocol import ledger_origin

if TYPE_CHECKING:
    from rmdocs.audit.authority import Authority
    from rmdocs.store.event import Event

CLAUSE = "ISO 9001 §5.3"
_FIND_OUT = message("find out who sealed it; what it says is no entry of a register")
_wrong = partial(error, remedy=_FIND_OUT, clause=CLAUSE)
_NEWER = message("a newer rmdocs may know it; else find out who sealed it")

_ANYBODY: tuple[str, ...] = ()
"""Acts that whoever issues does on the way, or whose people are judged elsewhere."""

_ACTS: Mapping[tuple[str, type[EventFacts]], tuple[str, ...]] = MappingProxyType(
    {
        ("founding", StoreFounded): _ANYBODY,
        ("units", UnitEntered): ("unit.enter",),
        ("people", PersonEntered): ("person.enter",),
        (CUSTOMERS, CustomerEntered): ("customer.enter",),
        (POLICY_DIRECTORY, PolicyEntered): _ANYBODY,
        (CALENDAR, YearEntered): _ANYBODY,
        # By its owner, or by two people, who are judged as those of a policy are.
        (REVOCATIONS, KeyRevoked): _ANYBODY,
        (CONFIRMATIONS, ActsConfirmed): _ANYBODY,
        (MACHINES, MachineEntered): _ANYBODY,
        (REQUESTS, EntryRequested): _ANYBODY,
        (REQUESTS, RequestRejected): _ANYBODY,
        **{(base, RevisionReleased): _ANYBODY for base in (FORMS, DOCUMENTS)},
        **{
            (base, kind): (f"revision.{kind.KIND}",)
            for base in (FORMS, DOCUMENTS)
            for kind in (RevisionWithdrawn, RevisionConfirmed)
        },
        **{
            (CHANGES, kind): (f"revision.{kind.KIND}",)
            for kind in (
                ChangeProposed,
                DraftSubmitted,
                DraftReviewed,
                DraftApproved,
                DraftReturned,
                ChangeRejected,
            )
        },
        (REGENERATIONS, RegenerationBegun): ("regeneration.run",),
        (REGENERATIONS, RegenerationEnded): ("regeneration.run",),
        (VOLUMES, VolumeOpened): _ANYBODY,
        (VOLUMES, SeriesClosed): ("series.close",),
        (COPIES, CopyIssued): ("copy.issue",),
        # Its holder signs for it, whoever that is.
        (COPIES, CopyAcknowledged): _ANYBODY,
        (COPIES, CopyRecalled): ("copy.recall",),
        (COPIES, CopyReturned): ("copy.return",),
        (COPIES, CopyReplaced): ("copy.replace",),
        (COPIES, CopyLost): ("copy.lose",),
        (HOLDS, HoldPlaced): ("hold.place",),
        (HOLDS, HoldLifted): ("hold.lift",),
        (DISPOSALS, DisposalProposed): ("disposition.propose",),
        (DISPOSALS, DisposalApproved): ("disposition.approve",),
        (DISPOSALS, DisposalCertified): ("disposition.approve",),
        (DISPOSALS, DisposalRejected): ("disposition.propose", "disposition.approve"),
    }
)
"""What may lie where in control, and the acts of the policy any of which it takes."""

_NUMBERED = frozenset(
    {"units", "people", CUSTOMERS, POLICY_DIRECTORY, CALENDAR, REVOCATIONS, MACHINES}
)
"""Where entries are numbered and the last one rules."""


def control_findings(authority: Authority, places: Mapping[int, str]) -> Iterator[Finding]:
    """Yield acts in control that lie where they do not belong, or whose actor might not.

    :param places: the directory of each event, by its index.
    """
    entries: Counter[str] = Counter()
    before, register = _Before(authority=authority), RegisterEntries(authority=authority)
    for event in authority.events:
        directory = places.get(event.index, "")
        base = directory.partition("/")[0]
        yield from _outside(event, directory)
        if base in _NUMBERED:
            yield from _numbered(event, directory, entries)
        kind = kind_of(event)
        acts = _ACTS.get((base, kind)) if kind is not None else None
        if acts is None:
            yield _unknown(event, directory)
        elif kind is EntryRequested:
            yield from _asked(event, directory)
        else:
            yield from fact_findings(event)
        if acts is not None:
            yield from in_control(event, directory)
            yield from register.findings(event, directory)
            yield from name_findings(authority, event)
        if kind is RequestRejected and base == REQUESTS:
            yield from _rejected(authority, event)
        elif acts and not authority.founds(event):
            ruling = authority.policy(event.index).acts
            yield from _role(authority, event, [role for act in acts for role in ruling[act]])
        yield from before.findings(event, directory)
        yield from _founder(authority, event)


@dataclass(slots=True, kw_only=True)
class _Before:
    """What came before an act in its directory, where who may do it hangs on that."""

    authority: Authority
    _holds: dict[str, Event] = field(default_factory=dict)
    _copies: dict[str, CopyTerms] = field(default_factory=dict)
    _exemplars: Counter[str] = field(default_factory=Counter)

    def findings(self, event: Event, directory: str) -> Iterator[Finding]:
        """Yield a hold lifted by who placed it, and a copy signed for by somebody else."""
        if event.kind == HoldPlaced.KIND:
            self._holds.setdefault(directory, event)
        elif event.kind == HoldLifted.KIND and directory.startswith(f"{HOLDS}/"):
            yield from self._lifted(event, directory)
        elif event.kind == CopyIssued.KIND:
            self._exemplars[directory] = 1
            data = self.authority.control.read(f"{directory}/{COPY_NAME}")
            with suppress(*UNREADABLE):
                self._copies[directory] = CopyTerms.from_json(canonical.decode(data or b""))
        elif event.kind == CopyReplaced.KIND:
            self._exemplars[directory] += 1
        elif event.kind == CopyAcknowledged.KIND and directory.startswith(f"{COPIES}/"):
            yield from self._signed_for(event, directory)

    def _lifted(self, event: Event, directory: str) -> Iterator[Finding]:
        placed = self._holds.get(directory)
        if placed is None:
            yield _wrong("HOLD-UNKNOWN", event.place, message("it lifts a hold that nobody placed"))
        elif placed.actor.is_same_as(event.actor):
            reason = message(
                "{name} ({staff_no}) lifted a hold that they had placed themselves",
                name=event.actor.name,
                staff_no=event.actor.staff_no,
            )
            yield _wrong("SOD-HOLD", event.place, reason)

    def _signed_for(self, event: Event, directory: str) -> Iterator[Finding]:
        terms = self._copies.get(directory)
        if terms is None:
            yield _wrong("COPY-UNKNOWN", event.place, message("nobody gave out such a copy"))
            return
        said = read_as(event, CopyAcknowledged)
        if said is not None and said.exemplar != self._exemplars[directory]:
            reason = message("it signs for another exemplar than the one that was given out")
            yield _wrong("COPY-EXEMPLAR", event.place, reason)
        holder = terms.holder
        if holder.staff_no is None:
            ruling = self.authority.policy(event.index).acts
            yield from _role(self.authority, event, ruling["copy.enter_receipt"])
        elif event.actor.staff_no != str(holder.staff_no):
            reason = message(
                "{name} ({staff_no}) signed for it, but its holder is {holder}",
                name=event.actor.name,
                staff_no=event.actor.staff_no,
                holder=holder,
            )
            yield _wrong("COPY-HOLDER", event.place, reason)


def _founder(authority: Authority, event: Event) -> Iterator[Finding]:
    """Yield an act of the founder that somebody else could have done, or after their power ended.

    The founder's key is that of the ledger: while machines have none of their own, whoever
    writes has it, and no second person is needed to be the founder.
    """
    first, ended = authority.events[0].actor, authority.founder_ended
    if ended is not None and event.index > ended and event.actor.staff_no == str(FOUNDER):
        yield _founder_ended(event)
        return
    if ended == event.index:
        return  # the last thing that the founder may do
    if authority.founds(event) or event.actor.fingerprint != first.fingerprint:
        return
    officer = authority.another_with("records_officer", first.staff_no, event.index)
    if officer is not None:
        yield warning(
            "FOUNDER-ACTS",
            event.place,
            message(
                "the founder acted, although {name} ({staff_no}) is records officer: whoever has"
                " the key of the ledger could",
                name=officer.name,
                staff_no=officer.staff_no,
            ),
            message("ask who did it, and let the records officer act from now on"),
            clause=CLAUSE,
        )


def _founder_ended(event: Event) -> Finding:
    told = message("the founder acted after their power had ended")
    return _wrong("FOUNDER-ENDED", event.place, told)


def volume_findings(
    authority: Authority, events: Sequence[Event], places: Mapping[int, str]
) -> Iterator[Finding]:
    """Yield acts on records that lie where they do not belong, or seal what such acts do not.

    :param places: the directory of each event, by its index.
    """
    for event in events:
        directory = places.get(event.index, "")
        yield from _outside(event, directory)
        number, kind = record_of(event), kind_of(event)
        belongs = number is not None and number.directory == directory
        if number is None or not belongs or kind is None or not issubclass(kind, OnRecord):
            yield _unknown(event, directory)
            continue
        if kind is not VoidRequested:  # which ``conduct`` tells
            yield from fact_findings(event)
        yield from on_record(event, number)
        yield from name_findings(authority, event)
        ended = authority.ledger_keys.founding.until
        until = event.index + 1 if ended is None else ended.get(ledger_origin(number.volume.ref), 0)
        if event.index >= until and event.actor.staff_no == str(FOUNDER):
            yield _founder_ended(event)


def _outside(event: Event, directory: str) -> Iterator[Finding]:
    for file in event.files:
        if not file.path.startswith(f"{directory}/"):
            reason = message("{event} sealed it, which lies elsewhere", event=event.file_name)
            yield _wrong("EVENT-PLACE", file.path, reason)


def _numbered(event: Event, directory: str, entries: Counter[str]) -> Iterator[Finding]:
    """Yield an entry that does not follow the one before it: the last one would not rule."""
    for file in event.files:
        entries[directory] += 1
        name = file.path.removeprefix(f"{directory}/").partition(".")[0]
        if name != f"{entries[directory]:04d}":
            reason = message("it is entry {count} by its place", count=entries[directory])
            yield _wrong("ENTRY-ORDER", file.path, reason)


def _asked(event: Event, directory: str) -> Iterator[Finding]:
    """Yield a request that lists cannot tell, or would tell under another number."""
    asked = read_as(event, EntryRequested)
    if asked is None or str(asked.request) != directory.rpartition("/")[2]:
        yield error(
            "REQUEST-UNREADABLE",
            f"{directory}/{event.file_name}",
            message("it asks for something that cannot be read"),
            _FIND_OUT,
            clause=CLAUSE,
        )


def _rejected(authority: Authority, event: Event) -> Iterator[Finding]:
    """Yield a rejection by somebody who neither asked nor might approve."""
    decides = decided_by(event)
    asked = next(
        (
            one
            for one in authority.events[: event.index]
            if one.kind == EntryRequested.KIND
            and decides is not None
            and request_digest(one) == decides.digest
        ),
        None,
    )
    said = read_as(asked, EntryRequested) if asked is not None else None
    kind = KINDS.get(said.act) if said is not None else None
    if asked is None:
        reason = message("it rejects a request that nobody made")
        yield _wrong("REQUEST-UNKNOWN", event.place, reason)
    elif kind is not None and not asked.actor.is_same_as(event.actor):
        roles = authority.policy(event.index).acts[kind.approves]
        yield from _role(authority, event, roles)


def _role(authority: Authority, event: Event, roles: Sequence[str]) -> Iterator[Finding]:
    person = authority.person(event.actor.staff_no, event.index)
    if person is not None and not person.roles & set(roles):
        yield _wrong(
            "ACTOR-ROLE",
            event.place,
            message(
                "{name} ({staff_no}) signed, but was not {role} then",
                name=person.name,
                staff_no=person.staff_no,
                role=role_names(roles),
            ),
        )


def _unknown(event: Event, directory: str) -> Finding:
    return error(
        "EVENT-KIND",
        f"{directory}/{event.file_name}",
        message("no act of this kind belongs here: {act}", act=read(event).told),
        _NEWER,
        clause=CLAUSE,
    )
