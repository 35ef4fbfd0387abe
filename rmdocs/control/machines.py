"""A machine that writes is given a ledger key of its own, another one, or none (ADR 0034).

One asks, another approves; a key that signs control then names the new one. Where the machine
had an entry before, the sizes of all ledgers are sealed: what that one named signs nothing longer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.actingperson import REVOCATION_CLAUSE
from rmdocs.control.requesting import RequestKind
from rmdocs.errors import ControlError
from rmdocs.events.keys import MachineEntered
from rmdocs.messages import by_command, message
from rmdocs.registers.ledgerkeys import ORDER_NAME, MachineOrder, ledger_keys
from rmdocs.registers.revocations import fingerprint
from rmdocs.registers.staff import StaffRegister
from rmdocs.store.checkpoint import Checkpoint, verifier_line
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX, NewEvent, NewFile, ledger_origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.events.records import Decision
    from rmdocs.store.checkpoint import LedgerKey, LedgerKeys
    from rmdocs.store.protocol import Head, Store

_ENDED = "LEDGER-KEY-ENDED"
_TOML = "application/toml"
_CONTROL = ledger_origin(CONTROL_REF)


def ruling(head: Head, machine: str) -> MachineOrder | None:
    """Return what control says of a machine; None if it knows none of that name.

    :raises FindingsError: if its last entry cannot be read.
    """
    directory = MachineOrder.directory_of(machine)
    entries = [one for one in head.list(directory) if one.endswith(".toml")]
    data = head.read(f"{directory}/{entries[-1]}") if entries else None
    return None if data is None else MachineOrder.from_toml(data)


def _entry(
    store: Store, head: Head, data: bytes, reason: str, decides: Decision | None
) -> NewEvent:
    """Return the event that enters a machine's key; who approves it still has to name the key.

    :raises FindingsError: if the file has mistakes.
    :raises ControlError: if the key is somebody else's or ended before, nothing would change, or
        no key would be left that signs control.
    """
    order = MachineOrder.from_toml(data)
    keys, before = ledger_keys(head), ruling(head, order.machine)
    nothing_new = before is not None and not order.late and order == replace(before, late=())
    if nothing_new or (before is None and not order.ledgers):
        raise ControlError(
            message("control says so of the machine {machine} already", machine=order.machine),
            by_command(message("see which machines there are"), "rmdocs key machine"),
        )
    _require_own_key(head, keys, order)
    _require_one_left(keys, order)
    for one in order.late:
        _require_signed_late(store, keys, one)
    refs = [ref for ref in store.refs() if ref.startswith(RECORDS_PREFIX)]
    heads = [head, *(store.require_head(ref) for ref in refs)] if before is not None else []
    entry = len([one for one in head.list(order.directory) if one.endswith(".toml")]) + 1
    return NewEvent(
        facts=MachineEntered(
            digest=canonical.sha256(data),
            decides=decides,
            machine=order.machine,
            key=verifier_line(order.key),
            ledgers=order.ledgers,
            signature="",
            sizes=tuple(one.checkpoint for one in heads) if before is not None else None,
            late=order.late or None,
        ),
        subject=f"machine {order.machine}",
        directory=order.directory,
        files=(NewFile(path=f"{order.directory}/{entry:04d}.toml", data=data, media_type=_TOML),),
        reason=reason,
    )


def _named(new_event: NewEvent, acting: ActingPerson) -> NewEvent:
    """Return an entry with the key named by the one that signs control where it is approved."""
    facts, order = new_event.facts, MachineOrder.from_toml(new_event.files[0].data)
    if not isinstance(facts, MachineEntered):
        raise TypeError(facts)
    signature = order.named.named_by(acting.ledger_key).signature
    return replace(new_event, facts=replace(facts, signature=signature))


def _require_own_key(head: Head, keys: LedgerKeys, order: MachineOrder) -> None:
    """Refuse a key that is another machine's, a person's, or that of the founding, or has ended."""
    register, mine = StaffRegister(head=head), order.key.fingerprint
    others = [
        str(person.staff_no)
        for person in register.people()
        if mine in map(fingerprint, register.keys(person.staff_no))
    ]
    others += [one.machine for one in keys.all if one.public == order.key and _not_of(one, order)]
    if others:
        raise ControlError(
            message(
                "the key {fingerprint} cannot be entered: it was entered before, for {others}",
                fingerprint=mine,
                others=others[0],
            ),
            by_command(message("make the machine a key of its own"), "rmdocs key machine"),
            clause=REVOCATION_CLAUSE,
        )


def _not_of(one: LedgerKey, order: MachineOrder) -> bool:
    return one.machine != order.machine or (one.until is not None and bool(order.ledgers))


def late_checkpoints(store: Store, keys: LedgerKeys) -> tuple[Checkpoint, ...]:
    """Return of each volume the last state that a key signed after it had ended, if one did.

    :raises StoreError: if a volume cannot be read.
    """
    refs = [ref for ref in store.refs() if ref.startswith(RECORDS_PREFIX)]
    found = (next(_signed_late(store, keys, ref), None) for ref in refs)
    return tuple(one for one in found if one is not None)


def _signed_late(store: Store, keys: LedgerKeys, ref: str) -> Iterator[Checkpoint]:
    """Yield the states of a volume, the last first, that a key signed after its end."""
    for note in store.notes(ref):
        fault = keys.fault(note)
        if fault is not None and fault.code == _ENDED:
            yield Checkpoint.parse(note)


def _require_signed_late(store: Store, keys: LedgerKeys, late: Checkpoint) -> None:
    """Refuse to confirm a state that a volume never had, or that no ended key signed."""
    ref = f"refs/heads/{late.origin.removeprefix('rmdocs/')}"
    if late not in _signed_late(store, keys, ref):
        raise ControlError(
            message(
                "{ledger} never stood so, or no key that had ended signed it",
                ledger=late.origin.removeprefix("rmdocs/"),
            ),
            by_command(message("have the store verified, and ask anew"), "rmdocs verify"),
            clause=REVOCATION_CLAUSE,
        )


def _require_one_left(keys: LedgerKeys, order: MachineOrder) -> None:
    """Refuse to end the last key that signs control: nothing could be entered any more."""
    left = [one for one in keys.all if one.until is None and one.machine != order.machine]
    if not any(one.is_for(_CONTROL) for one in (*left, order.named)):
        raise ControlError(
            message("no key would be left that signs control: nothing could be sealed any more"),
            by_command(message("enter the key of another machine first"), "rmdocs key machine"),
            clause=REVOCATION_CLAUSE,
        )


def _in_force(head: Head, data: bytes) -> bytes:
    before = ruling(head, MachineOrder.from_toml(data).machine)
    return b"" if before is None else before.to_toml()


MACHINE = RequestKind(
    act=MachineEntered.KIND,
    asks="machine.enter",
    approves="machine.approve",
    file_name=ORDER_NAME,
    new_event=_entry,
    in_force=_in_force,
    ends_keys=True,
    completed=_named,
)
"""A machine's ledger key; the sizes are those at the approval."""
