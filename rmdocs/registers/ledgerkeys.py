"""The keys that sign the ledgers: the one of the founding, and those of machines (ADR 0034).

Each machine that writes has numbered entries in control (``machines/JN01-server/0001.toml``);
the last one rules. What an earlier one named ended at the sizes that the next one sealed. The
founding key ends as the founder's key is revoked.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError, RmdocsError, StoreError
from rmdocs.events.keys import MACHINE, KeyRevoked, MachineEntered
from rmdocs.events.kinds import read_as
from rmdocs.findings import has_errors
from rmdocs.forms.section import table_of, text, texts
from rmdocs.forms.tomltables import read_table
from rmdocs.messages import by_command, message
from rmdocs.registers.revocations import MACHINES, REVOCATIONS, order_toml
from rmdocs.registers.staff import FOUNDER
from rmdocs.schemas.schema import Schema
from rmdocs.store.checkpoint import (
    Checkpoint,
    LedgerKey,
    LedgerKeys,
    parse_verifier_line,
    verifier_line,
)
from rmdocs.store.event import Event
from rmdocs.store.keys import PublicKey
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX, ledger_origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from rmdocs.store.protocol import Branch, Head, NewEvent

FOUNDING_PATH = "founding/founding.json"

ORDER_NAME = "machine.toml"

_CONTROL = ledger_origin(CONTROL_REF)
_KINDS = frozenset({MachineEntered.KIND, KeyRevoked.KIND})
_VOLUMES = ledger_origin(RECORDS_PREFIX)
_LEDGER = re.compile(r"control|records(?:/(?:\*|[A-Za-z0-9._-]+)){0,4}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineOrder:
    """What is entered of a machine: the file that is asked for, approved and sealed, to the byte.

    :param key: its ledger key.
    :param ledgers: the ledgers that it signs; see :class:`LedgerKey`. None if it writes no more.
    :param late: what keys signed of volumes after they had ended, and is confirmed.
    """

    machine: str
    key: PublicKey
    ledgers: tuple[str, ...]
    late: tuple[Checkpoint, ...] = ()

    @property
    def directory(self) -> str:
        """Return where it is entered in control."""
        return self.directory_of(self.machine)

    @staticmethod
    def directory_of(machine: str) -> str:
        """Return where a machine is entered in control."""
        return f"{MACHINES}/{machine}"

    def to_toml(self) -> bytes:
        """Return the file, TOML that a person can read and compare."""
        said: dict[str, str | Sequence[str]] = {
            "machine": self.machine,
            "key": verifier_line(self.key),
            "ledgers": self.ledgers,
        }
        late = [f"{one.origin} {one.size} {one.root.hex()}" for one in self.late]
        if late:
            said["late"] = late
        return order_toml(said)

    @property
    def named(self) -> LedgerKey:
        """Return the key as it is named, by whom and when is still open."""
        return LedgerKey(public=self.key, machine=self.machine, ledgers=self.ledgers)

    @classmethod
    def from_toml(cls, data: bytes) -> MachineOrder:
        """Return what a file says.

        :raises FindingsError: with every mistake.
        """
        root = read_table(data, ORDER_NAME, _schema())
        name, line, ledgers = root.text("machine"), root.text("key"), root.texts("ledgers")
        late = root.texts("late")
        if has_errors(root.findings):
            raise FindingsError(tuple(root.findings))
        try:
            found = cls(
                machine=name,
                key=parse_verifier_line(line),
                ledgers=ledgers,
                late=tuple(map(_late, late)),
            )
            sound = (
                re.fullmatch(MACHINE, name, re.ASCII)
                and all(map(_LEDGER.fullmatch, ledgers))
                and all(one.origin.startswith(_VOLUMES) for one in found.late)
                and found.to_toml() == data
            )
        except ValueError:
            sound = None
        if not sound:
            root.note(
                "",
                "MACHINE-FILE",
                message("it names no machine, no ledger key or no ledgers"),
                message("have it asked for anew"),
            )
            raise FindingsError(tuple(root.findings))
        return found


@cache
def _schema() -> Schema:
    return Schema.own(
        table_of(
            {
                "machine": text("机器名称", "What the machine is called"),
                "key": text("账本密钥", "Its ledger key, as a line of those who check notes"),
                "ledgers": texts("事件账本", "The ledgers that it signs"),
                "late": texts("确认的迟签", "What was signed after a key had ended"),
            },
            "late",
        )
    )


def _late(line: str) -> Checkpoint:
    """Return the state of a ledger in a line of a file.

    :raises ValueError: if it is none.
    """
    origin, size, root = line.split(" ")
    return Checkpoint.from_json({"origin": origin, "size": int(size), "root": root})


def founding_key(control: Head) -> PublicKey:
    """Return the key that a store was founded with, which whoever checks it keeps.

    :raises StoreError: if control does not name it.
    """
    try:
        founding = canonical.decode(control.read(FOUNDING_PATH) or b"")
        if isinstance(founding, dict):
            return PublicKey.parse(str(founding.get("ledger_key", "")))
    except FindingsError:
        pass
    raise StoreError(
        message("{path} does not name the ledger's key", path=FOUNDING_PATH),
        message("restore the store from an unaltered copy, and find out who changed it"),
    )


def founder_ended(control: Head) -> bool:
    """Return whether the founder's power has ended, which it has for good."""
    if not control.list(f"{REVOCATIONS}/{FOUNDER}"):
        return False
    return ledger_keys(control).founding.until is not None


def founder_is_gone(day: date) -> ControlError:
    """Return the refusal of an act of the founder, whose power has ended, or of a key for them."""
    return ControlError(
        message("the power of the founder ended on {day}, for good", day=day),
        message("let the records officer do it"),
        clause="ISO 9001 §5.3",
    )


def ledger_keys(control: Head) -> LedgerKeys:
    """Return the keys that sign the ledgers of a store, as a state of control names them.

    Entries that cannot be read name none; that is told where the ledger is gone through.

    :raises StoreError: if control does not name the founding key.
    """
    public, events = founding_key(control), list[Event]()
    for directory in _directories(control):
        with suppress(RmdocsError):
            events += control.events(directory)
    return keys_in(public, sorted(events, key=lambda event: event.index))


def require_may_seal(
    control: Head, key: PublicKey, branch: Branch, new_events: Sequence[NewEvent]
) -> None:
    """Refuse a ledger key that control does not name for a ledger, or does no more (ADR 0034).

    :raises ControlError: saying why, and who could change it.
    """
    head, origin = branch.head, ledger_origin(branch.ref)
    size = head.checkpoint.size if head is not None else 0
    relied = [one.relied_on.size for one in new_events if one.relied_on is not None]
    known = size if origin == _CONTROL else min(relied, default=None)
    wanted = Checkpoint(origin=origin, size=size + 1, root=b"")
    fault = ledger_keys(control).refusal(key, wanted, known)
    if fault is not None:
        raise ControlError(
            message("this machine may seal nothing here: {why}", why=fault.reason),
            by_command(
                message("have the machine's own key entered, for this ledger"), "rmdocs key machine"
            ),
            clause="电子签名法 §15",
        )
    mine = [one for one in ledger_keys(control).all if one.public == key and one.until is None]
    for one in new_events:
        said = one.facts
        if not isinstance(said, MachineEntered):
            continue
        entered = LedgerKey(public=key, ledgers=said.ledgers)
        if not any(known.may_name(entered) for known in mine):
            raise ControlError(
                message(
                    "the key of {machine} is to sign ledgers that this machine's own does not:"
                    " it cannot be named here",
                    machine=said.machine,
                ),
                message("approve it on a machine that signs all those ledgers"),
                clause="电子签名法 §15",
            )


def _directories(control: Head) -> Iterator[str]:
    yield from (f"{MACHINES}/{name}" for name in control.list(MACHINES))
    yield f"{REVOCATIONS}/{FOUNDER}"


def keys_in(public: PublicKey, events: Iterable[Event]) -> LedgerKeys:
    """Return the keys that events of control, by index, name: each by one that signed it then.

    :param public: the founding key.
    """
    founding, machines = LedgerKey(public=public), dict[tuple[str, int], LedgerKey]()
    for event in events:
        if event.kind not in _KINDS:
            continue
        said, revoked = read_as(event, MachineEntered), read_as(event, KeyRevoked)
        if said is not None:
            key = _named_then(event, said, (founding, *machines.values()))
            ruling = [one for one in machines if key and one[0] == key.machine][-1:]
            for one in ruling:
                if machines[one].until is None:
                    machines[one] = replace(machines[one], until=until(event, said.sizes or ()))
            if key is not None and key.ledgers:
                machines[key.machine, event.index] = key
            late = said.late or () if key is not None else ()
            founding = _up_to(founding, late)
            machines = {at: _up_to(one, late) for at, one in machines.items()}
        elif revoked is not None and founding.until is None and _ends(revoked, public):
            founding = replace(founding, until=until(event, revoked.ledgers))
    return LedgerKeys(founding=founding, machines=tuple(machines.values()))


def _up_to(key: LedgerKey, late: Iterable[Checkpoint]) -> LedgerKey:
    """Return a key that had ended as it counts once what was signed late is confirmed.

    What is confirmed is a state, root and all, that the ledger is held against.
    """
    if key.until is None:
        return key
    sizes = dict(key.until)
    for one in late:
        if one.origin.startswith(_VOLUMES):
            sizes[one.origin] = max(one.size, sizes.get(one.origin, 0))
    return replace(key, until=sizes)


def _named_then(event: Event, said: MachineEntered, known: Iterable[LedgerKey]) -> LedgerKey | None:
    """Return the key of an entry if one that signed control then named it; else None.

    Else whoever can put a commit there could name a key of their own, and sign with it.
    """
    try:
        key = named(event, said)
    except ValueError:
        return None
    by = (one for one in known if one.until is None and one.may_name(key))
    return key if any(key.is_named_by(one.public) for one in by) else None


def named(event: Event, said: MachineEntered) -> LedgerKey:
    """Return the key that an entry names.

    :raises ValueError: if it names none.
    """
    return LedgerKey(
        public=parse_verifier_line(said.key),
        machine=said.machine,
        ledgers=said.ledgers,
        since=event.index + 1,
        signature=said.signature,
    )


def _ends(revoked: KeyRevoked, public: PublicKey) -> bool:
    return revoked.staff_no == FOUNDER and revoked.fingerprint == public.fingerprint


def until(event: Event, sizes: Iterable[Checkpoint]) -> Mapping[str, int]:
    """Return up to which size of each ledger a key signs that an event ends.

    The checkpoint of the event itself it may still sign: somebody must.
    """
    found: dict[str, int] = {}
    for one in sizes:
        found[one.origin] = min(one.size, found.get(one.origin, one.size))
    return {**found, _CONTROL: event.index + 1}
