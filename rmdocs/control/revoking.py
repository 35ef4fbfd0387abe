"""A key is revoked, and acts that it signed are confirmed by their owner (ADR 0032).

One's own key one revokes oneself, with it or with another that the register has; somebody
else's takes two people. The sizes of all ledgers are sealed: what the key signs beyond is a
fault, whatever it says of dates. Meanwhile nobody seals anything on this machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.actingperson import (
    REVOCATION_CLAUSE,
    require_key,
    require_reason,
    was_revoked,
)
from rmdocs.control.requesting import RequestKind
from rmdocs.errors import ControlError
from rmdocs.events.keys import ActsConfirmed, ConfirmedAct, KeyRevoked
from rmdocs.messages import by_command, listed, message
from rmdocs.registers.ledgerkeys import founding_key, ledger_keys
from rmdocs.registers.revocations import (
    CONFIRMATIONS,
    ORDER_NAME,
    RevocationOrder,
    fingerprint,
)
from rmdocs.registers.staff import FOUNDER, StaffRegister
from rmdocs.store.event import moment_text
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX, NewEvent, NewFile, ledger_origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.events.records import Decision
    from rmdocs.registers.revocations import QuestionedAct
    from rmdocs.registers.staff import Person
    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head, Store

_TOML = "application/toml"


def revocation_order(
    register: StaffRegister, person: Person, key: str, since: datetime | None
) -> RevocationOrder:
    """Return what is to be revoked.

    :param key: the fingerprint of one of the person's keys, or its beginning; empty for
        their only one.
    :param since: from when on earlier acts are in doubt.
    :raises ControlError: if there is no such key, or several; of the founder's, if nobody could
        take over.
    """
    if person.staff_no == FOUNDER:
        return _founders_order(register, person, since)
    live = [fingerprint(line) for line in person.keys]
    ever = [fingerprint(line) for line in register.keys(person.staff_no)]
    named = [one for one in ever if one.removeprefix("SHA256:").startswith(_bare(key))]
    found = named if key else live or ever
    if len(found) != 1:
        raise ControlError(
            message(
                "{name} ({staff_no}) has {count} such key(s), not one: {keys}",
                name=person.name,
                staff_no=person.staff_no,
                count=len(found),
                keys=listed(ever or ["-"]),
            ),
            by_command(message("name the one that is to be revoked"), "--key"),
        )
    return RevocationOrder(
        staff_no=person.staff_no, name=person.name, fingerprint=found[0], since=since
    )


def _founders_order(
    register: StaffRegister, person: Person, since: datetime | None
) -> RevocationOrder:
    """Return what ends the founder's power, for good: the key of the founding is revoked."""
    officers = [
        one
        for one in register.people()
        if one.staff_no != FOUNDER and "records_officer" in one.roles and one.keys
    ]
    if not officers:
        raise ControlError(
            message("there is no records officer yet: nobody could keep the registers any more"),
            by_command(message("enter one first"), "rmdocs person add"),
            clause=REVOCATION_CLAUSE,
        )
    if since is not None:
        raise ControlError(
            message("nobody could confirm what the founder did: it cannot be put in doubt"),
            message("end the power of the founder from now on; look through what they did"),
            clause=REVOCATION_CLAUSE,
        )
    return RevocationOrder(
        staff_no=person.staff_no,
        name=person.name,
        fingerprint=founding_key(register.head).fingerprint,
    )


def require_may_end(head: Head, order: RevocationOrder) -> None:
    """Refuse to end the founding key while no machine has one that signs control.

    :raises ControlError: saying how to come by one.
    """
    if order.staff_no != FOUNDER:
        return
    left = [one for one in ledger_keys(head).machines if one.until is None]
    if not any(one.is_for(ledger_origin(CONTROL_REF)) for one in left):
        raise ControlError(
            message(
                "no machine has a ledger key of its own that signs control: nothing could be sealed"
                " any more"
            ),
            by_command(message("have one entered first"), "rmdocs key machine"),
            clause=REVOCATION_CLAUSE,
        )


def _bare(key: str) -> str:
    return key.strip().removeprefix("SHA256:")


def revoke_own(store: Store, order: RevocationOrder, reason: str, acting: ActingPerson) -> Event:
    """Revoke a key of whoever acts; return the event.

    :raises ControlError: if it is somebody else's or was revoked before, or no reason is given.
    """
    require_key(acting.person, acting.key)
    require_reason(reason)
    who = str(acting.person.staff_no)
    if who != str(order.staff_no):
        raise ControlError(
            message("the key is of {staff_no}: that takes two people", staff_no=order.staff_no),
            message("ask for it to be revoked"),
            clause=REVOCATION_CLAUSE,
        )
    with store.locked(CONTROL_REF) as branch, store.keys_held(ending=True):
        require_may_end(branch.require_head(), order)
        new_event = _revocation(store, branch.require_head(), order.to_toml(), reason.strip(), None)
        return acting.seal(branch, (new_event,)).events[0]


def _revocation(
    store: Store, head: Head, data: bytes, reason: str, decides: Decision | None
) -> NewEvent:
    """Return the event that revokes a key, with the sizes that all ledgers have now.

    :raises FindingsError: if the file has mistakes.
    :raises ControlError: if it is nobody's key, or was revoked before.
    """
    order, register = RevocationOrder.from_toml(data), StaffRegister(head=head)
    person = register.person(order.staff_no)
    revocation_order(register, person, order.fingerprint, order.since)
    if decides is not None:  # what is asked for in one go is approved one after the other
        require_may_end(head, order)
    revocations = register.revocations(order.staff_no)
    earlier = revocations.revoked(order.fingerprint)
    if earlier is not None and not _widens(order, revocations.in_doubt_from(order.fingerprint)):
        remedy = message("only an earlier moment of doubt can still be added")
        raise was_revoked(head, person, earlier, by_command(remedy, "--from"))
    refs = [ref for ref in store.refs() if ref.startswith(RECORDS_PREFIX)]
    heads = [head, *(store.require_head(ref) for ref in refs)]
    sure = None if order.since is None else tuple(_sure(store, order, order.since))
    entry = len([one for one in head.list(order.directory) if one.endswith(".toml")]) + 1
    path = f"{order.directory}/{entry:04d}.toml"
    return NewEvent(
        facts=KeyRevoked(
            digest=canonical.sha256(data),
            decides=decides,
            staff_no=order.staff_no,
            fingerprint=order.fingerprint,
            ledgers=tuple(one.checkpoint for one in heads),
            since=None if order.since is None else moment_text(order.since),
            sure=None if sure is None else tuple(one.checkpoint for one in sure),
        ),
        subject=f"key {order.staff_no}",
        directory=order.directory,
        files=(NewFile(path=path, data=data, media_type=_TOML),),
        reason=reason,
    )


def _widens(order: RevocationOrder, since: datetime | None) -> bool:
    return order.since is not None and (since is None or order.since < since)


def _sure(store: Store, order: RevocationOrder, since: datetime) -> Iterator[Head]:
    """Yield the ledgers as another key left them last before a moment."""
    for ref in store.refs():
        if ref == CONTROL_REF or ref.startswith(RECORDS_PREFIX):
            found = store.head_by_another(ref, since, order.fingerprint)
            if found is not None:
                yield found


REVOCATION = RequestKind(
    act=KeyRevoked.KIND,
    asks="key.revoke",
    approves="key.approve",
    file_name=ORDER_NAME,
    new_event=_revocation,
    in_force=lambda _head, _data: b"",
    ends_keys=True,
)
"""Somebody else's key: one asks, another approves; the sizes are those at the approval."""


def confirm_acts(
    store: Store, acts: Sequence[QuestionedAct], reason: str, acting: ActingPerson
) -> Event:
    """Confirm acts that a revoked key of whoever acts signed: they are theirs.

    :raises ControlError: if one is not theirs to confirm, or there is none.
    """
    require_key(acting.person, acting.key)
    require_reason(reason)
    who = acting.person.staff_no
    others = [one.name for one in acts if one.signer != str(who)]
    if others or not acts:
        raise ControlError(
            message(
                "not in doubt as acts of {name}: {acts}",
                name=acting.person.name,
                acts=listed(others or ["-"]),
            ),
            by_command(message("see what waits to be confirmed by you"), "rmdocs key confirm"),
            clause=REVOCATION_CLAUSE,
        )
    named = tuple(
        ConfirmedAct(
            ledger=one.ledger,
            index=one.event.index,
            digest=canonical.sha256(one.event.to_bytes()),
        )
        for one in acts
    )
    new_event = NewEvent(
        facts=ActsConfirmed(staff_no=who, acts=named),
        subject=f"acts {who}",
        directory=f"{CONFIRMATIONS}/{who}",
        reason=reason.strip(),
    )
    with store.locked(CONTROL_REF) as branch:
        return acting.seal(branch, (new_event,)).events[0]
