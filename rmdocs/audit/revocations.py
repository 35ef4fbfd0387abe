"""Verifying keys that were revoked: what they signed after, what is in doubt (F13).

A revocation sealed how long each ledger was then. Whatever its key signed beyond is a fault,
also where a machine had not heard of it; whoever did it confirms it with another key, and
then it is told, no more. The sizes must have been: they are held against the ledgers as what
is known from outside is (F5, F6, F8).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.audit.authority import UNREADABLE
from rmdocs.audit.pins import Pin, compared
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import REVOCATION_CLAUSE
from rmdocs.findings import Finding, error, warning
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import by_command, message
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.revocations import (
    REVOCATIONS,
    RevocationOrder,
    Standing,
    fingerprint,
)
from rmdocs.registers.staff import Person
from rmdocs.store.event import moment_text
from rmdocs.store.protocol import CONTROL_REF, ledger_origin

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from rmdocs.audit.authority import Authority
    from rmdocs.registers.revocations import QuestionedAct, Revocation, RevocationRegister
    from rmdocs.registers.staff import StaffRegister
    from rmdocs.store.checkpoint import LedgerKeys
    from rmdocs.store.event import Event
    from rmdocs.store.head import LedgerStore

CLAUSE = REVOCATION_CLAUSE
_FIND_OUT = message("find out who sealed it: rmdocs refuses such an act")
_wrong = partial(error, remedy=_FIND_OUT, clause=CLAUSE)


def questioned_findings(
    register: RevocationRegister, staff: StaffRegister, ref: str, events: Sequence[Event]
) -> Iterator[Finding]:
    """Yield the acts of a ledger that a revoked key signed after, or that are in doubt.

    :param events: all of its events, by index, or those of one folder.
    """
    zone = _zone(staff) if register else UTC
    yield from _wrongly_sure(register, ref, events)
    for act in register.questioned_of(ledger_origin(ref), events):
        finding = _told(act, staff, zone)
        if finding is not None:
            yield finding


def _wrongly_sure(
    register: RevocationRegister, ref: str, events: Sequence[Event]
) -> Iterator[Finding]:
    """Yield what a revocation takes out of doubt although no other key showed it before then."""
    origin = ledger_origin(ref)
    for revocation in register.all:
        since, size, said = revocation.since, revocation.sure_of(origin), revocation.said
        if since is None or not size:
            continue
        for event in events:
            own = event.actor.fingerprint == said.fingerprint and event.index == size - 1
            if event.index < size and (own or event.time >= since):
                yield _wrong(
                    "REVOCATION-SURE",
                    event.place,
                    message(
                        "the revocation of the key {fingerprint} takes it out of doubt, but it is"
                        " dated since then, or was signed last with that key itself",
                        fingerprint=said.fingerprint,
                    ),
                )


def _told(act: QuestionedAct, staff: StaffRegister, zone: tzinfo) -> Finding | None:
    revoked, place = act.revocation, act.event.place
    who = _name(staff, act.signer)
    facts = {
        "fingerprint": revoked.said.fingerprint,
        "name": who,
        "staff_no": act.signer,
        "revoked": _local(revoked.event.time, zone),
        "size": revoked.size_of(act.ledger),
        "place": act.event.index + 1,
        "dated": _local(act.event.time, zone),
        "since": _local(revoked.since, zone),
    }
    command = message(
        "rmdocs --as {staff_no} key confirm {act} --reason TEXT",
        staff_no=act.signer,
        act=act.name,
    )
    if act.standing is Standing.BEYOND:
        if act.confirmed is not None:
            reason = message(
                "it is act {place} of its ledger, which had {size} when the key {fingerprint} was"
                " revoked on {revoked}; {name} ({staff_no}) has confirmed that it is theirs",
                **facts,
            )
            return warning("KEY-REVOKED-CONFIRMED", place, reason, clause=CLAUSE)
        reason = message(
            "signed with a key that was revoked: its ledger had {size} act(s) when the key"
            " {fingerprint} of {name} ({staff_no}) was revoked on {revoked}; this is act {place},"
            " whatever date it bears ({dated})",
            **facts,
        )
        ask = message(
            "ask {name}: if they did it themselves, on a machine that had not heard of the"
            " revocation, they confirm it with their new key; else have it voided, and find out"
            " who has the old one",
            name=who,
        )
        return error("KEY-REVOKED", place, reason, by_command(ask, command), clause=CLAUSE)
    if act.confirmed is not None:
        return None
    ask = message(
        "ask {name}: what they did themselves they confirm with their new key; else have it voided",
        name=who,
    )
    remedy = by_command(ask, command)
    if act.standing is Standing.IN_DOUBT:
        reason = message(
            "in doubt: the key {fingerprint} of {name} ({staff_no}) that signed it ({dated}) may"
            " have been in other hands since {since}, and they have not confirmed it",
            **facts,
        )
        return error("KEY-DOUBT", place, reason, remedy, clause=CLAUSE)
    reason = message(
        "in doubt: it is dated {dated}, before the key {fingerprint} of {name} ({staff_no}) may"
        " have been in other hands ({since}), but nothing that another key signed before then"
        " comes after it: it may have been dated back",
        **facts,
    )
    return warning("KEY-DOUBT", place, reason, remedy, clause=CLAUSE)


def _local(moment: datetime | None, zone: tzinfo) -> str:
    return "-" if moment is None else moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _zone(staff: StaffRegister) -> tzinfo:
    """Return the zone of the office; where that cannot be read, which is told elsewhere, UTC."""
    try:
        return zone_of(staff.head)
    except UNREADABLE:
        return UTC


def _name(staff: StaffRegister, signer: str) -> str:
    """Return somebody's name; where the register cannot say it, their staff number."""
    try:
        person = staff.find_person(StaffNumber.parse(signer))
    except UNREADABLE:
        return signer
    return person.name if person is not None else signer


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationAudit:
    """Goes through revocations themselves, as control holds them."""

    authority: Authority

    def findings(self) -> Iterator[Finding]:
        """Yield revocations that say something else than was asked for, and keys that came back."""
        for revocation in self.authority.revocations.all:
            yield from self._order(revocation)
        for event in self.authority.events:
            yield from self._entered_again(event)
        yield from self._confirmations()

    def _order(self, revocation: Revocation) -> Iterator[Finding]:
        """Yield a revocation that is not what its file says, or counts control otherwise."""
        event, said = revocation.event, revocation.said
        place = next((file.path for file in event.files), event.file_name)
        try:
            data = self.authority.control.read(place) or b""
            order = RevocationOrder.from_toml(data)
            since = moment_text(order.since) if order.since is not None else None
            same = (
                (str(order.staff_no), order.fingerprint, since, canonical.sha256(data))
                == (str(said.staff_no), said.fingerprint, said.since, said.digest)
                and event.subject == f"key {said.staff_no}"
                and place.startswith(f"{REVOCATIONS}/{said.staff_no}/")
            )
        except UNREADABLE:
            same = False
        if not same:
            yield _wrong(
                "REVOCATION-OTHER", place, message("it revokes another key than its file says")
            )
        origin = ledger_origin(CONTROL_REF)
        if [one.size for one in said.ledgers if one.origin == origin] != [event.index]:
            yield _wrong(
                "REVOCATION-SIZE",
                place,
                message("it does not count the acts that control had before it"),
            )
        origins = [one.origin for one in said.ledgers]
        if len(set(origins)) != len(origins):
            yield _wrong("REVOCATION-SIZE", place, message("it counts a ledger twice"))
        if not any(said.fingerprint == key for key in self._keys(str(said.staff_no), event.index)):
            yield _wrong(
                "REVOCATION-KEY",
                place,
                message(
                    "the key {fingerprint} was not one of {staff_no} then",
                    fingerprint=said.fingerprint,
                    staff_no=said.staff_no,
                ),
            )

    def _keys(self, staff_no: str, size: int) -> Iterator[str]:
        """Yield every key that somebody had had when control had ``size`` events."""
        for _, person in self._entries(staff_no, size):
            yield from map(fingerprint, person.keys)

    def _entries(self, staff_no: str, size: int) -> Iterator[tuple[int, Person]]:
        for index, person in self.authority.entries(staff_no):
            if index < size:
                yield index, person

    def _entered_again(self, event: Event) -> Iterator[Finding]:
        """Yield an entry of the register that brings a revoked key back."""
        for file in event.files if self.authority.revocations else ():
            if not file.path.startswith("people/"):
                continue
            try:
                person = Person.from_json(
                    canonical.decode(self.authority.control.read(file.path) or b"")
                )
            except UNREADABLE:
                continue  # told elsewhere
            for key in map(fingerprint, person.keys):
                revoked = self.authority.revocations.revoked(key)
                if revoked is not None and event.index > revoked.event.index:
                    yield _wrong(
                        "KEY-BACK",
                        file.path,
                        message(
                            "it enters the key {fingerprint}, which was revoked before",
                            fingerprint=key,
                        ),
                    )

    def _confirmations(self) -> Iterator[Finding]:
        """Yield confirmations by somebody else than whose acts they are."""
        for event, said in self.authority.revocations.confirmations:
            if event.actor.staff_no != str(said.staff_no):
                yield _wrong(
                    "CONFIRMATION-OTHER",
                    event.place,
                    message(
                        "{name} confirms acts of {staff_no}: only their own count",
                        name=event.actor.name,
                        staff_no=said.staff_no,
                    ),
                )


def size_findings(
    register: RevocationRegister, store: LedgerStore, ledger_keys: LedgerKeys
) -> tuple[Finding, ...]:
    """Return the ledgers that never were as a revocation says."""
    pins = [
        Pin(
            origin=one.origin,
            size=one.size,
            root=one.root.hex(),
            source=message(
                "as sealed when a key of {staff_no} was revoked", staff_no=revocation.said.staff_no
            ),
        )
        for revocation in register.all
        for one in (*revocation.said.ledgers, *(revocation.said.sure or ()))
        if one.size
    ]
    return compared(store, pins, ledger_keys).findings
