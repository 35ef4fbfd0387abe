"""Verifying what control says of machines' ledger keys, and that the founder is gone (ADR 0034).

Which checkpoints a key may sign follows from its entries (``registers.ledgerkeys``); whether the
entries are good is told here: what was asked for is what is named, by a key that signed control
then, and it is nobody else's. That two people entered it is told as of any such entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.audit.authority import UNREADABLE
from rmdocs.audit.pins import Pin, compared
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import REVOCATION_CLAUSE
from rmdocs.events.control import EntryRequested
from rmdocs.events.keys import MachineEntered
from rmdocs.events.kinds import read_as
from rmdocs.findings import Finding, error, warning
from rmdocs.messages import message
from rmdocs.registers.ledgerkeys import MachineOrder, keys_in, named
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.revocations import fingerprint
from rmdocs.registers.staff import FOUNDER, Person
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.protocol import CONTROL_REF, ledger_origin

if TYPE_CHECKING:
    from rmdocs.audit.authority import Authority
    from rmdocs.identifiers import RequestNumber
    from rmdocs.store.event import Event
    from rmdocs.store.head import LedgerStore

_CONTROL = ledger_origin(CONTROL_REF)
_FIND_OUT = message("find out who sealed it: rmdocs refuses such an act")
_wrong = partial(error, remedy=_FIND_OUT, clause=REVOCATION_CLAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineAudit:
    """Goes through the entries of machines, and the founder's after their power ended."""

    authority: Authority

    def findings(self) -> Iterator[Finding]:
        """Yield entries that are not what was asked for, or name a key that they may not."""
        used = {self.authority.ledger_keys.founding.public.fingerprint: ""}
        people = {key for _, person in self._people() for key in map(fingerprint, person.keys)}
        ruling: dict[str, str] = {}
        ended: set[str] = set()
        for event, said in _entries(self.authority):
            place = next((file.path for file in event.files), event.file_name)
            yield from self._order(event, said, place)
            yield from self._named(event, said, place)
            yield from _sizes(event, said, place, known=said.machine in ruling)
            yield from self._late(event, said)
            key = self._key(event, said)
            if used.setdefault(key, said.machine) != said.machine or key in people:
                told = message("its key is that of somebody else as well")
                yield _wrong("MACHINE-KEY", place, told)
            if key in ended and said.ledgers:
                yield _wrong("MACHINE-KEY", place, message("its key had ended before"))
            ended |= {ruling.get(said.machine, key)} - {key}
            ended |= set() if said.ledgers else {key}
            ruling[said.machine] = key
        yield from self._founder()

    def _people(self) -> Iterator[tuple[int, Person]]:
        for staff_no in self.authority.staff_numbers:
            if staff_no != str(FOUNDER):
                yield from self.authority.entries(staff_no)

    def _key(self, event: Event, said: MachineEntered) -> str:
        try:
            return named(event, said).public.fingerprint
        except ValueError:
            return ""

    def _order(self, event: Event, said: MachineEntered, place: str) -> Iterator[Finding]:
        """Yield an entry that is not what its file says."""
        try:
            data = self.authority.control.read(place) or b""
            order = MachineOrder.from_toml(data)
            same = (
                (order.machine, order.named.statement, canonical.sha256(data))
                == (
                    said.machine,
                    named(event, said).statement,
                    said.digest,
                )
                and order.late == (said.late or ())
                and place.startswith(f"{order.directory}/")
            )
        except UNREADABLE:
            same = False
        if not same:
            yield _wrong(
                "MACHINE-OTHER",
                place,
                message("it names another key, or for other ledgers, than its file"),
            )

    def _named(self, event: Event, said: MachineEntered, place: str) -> Iterator[Finding]:
        """Yield a key that no key named which signed control then."""
        public = self.authority.ledger_keys.founding.public
        before = keys_in(public, self.authority.events[: event.index])
        wanted = Checkpoint(origin=_CONTROL, size=event.index + 1, root=b"")
        try:
            good = any(
                one.may_name(named(event, said))
                and named(event, said).is_named_by(one.public)
                and one.fault(wanted, event.index) is None
                for one in before.all
            )
        except ValueError:
            good = False
        if not good:
            yield _wrong(
                "MACHINE-UNNAMED",
                place,
                message("no key that signed control then has named the key of this machine"),
            )

    def _late(self, event: Event, said: MachineEntered) -> Iterator[Finding]:
        """Yield what an ended key signed and two people confirmed: no fault any more, but told."""
        request = said.decides.request if said.decides is not None else None
        asked = next((one.actor for one in self.authority.events if _asks(one, request)), None)
        for one in said.late or ():
            reason = message(
                "up to act {size} there is what was signed with a ledger key that had ended:"
                " {asked} and {approved} confirmed on {day} that this was honest, on a machine"
                " that had not heard of the end",
                size=one.size,
                asked=asked.name if asked is not None else "-",
                approved=event.actor.name,
                day=event.time.astimezone(zone_of(self.authority.control)).date(),
            )
            place = one.origin.removeprefix("rmdocs/")
            yield warning("LEDGER-KEY-CONFIRMED", place, reason, clause=REVOCATION_CLAUSE)

    def _founder(self) -> Iterator[Finding]:
        """Yield what is entered of the founder after their power ended."""
        ended = self.authority.founder_ended
        for index, person in self.authority.entries(str(FOUNDER)) if ended is not None else ():
            if index > (ended or 0) and (person.roles or person.keys):
                yield _wrong(
                    "FOUNDER-BACK",
                    f"people/{FOUNDER}",
                    message("it gives the founder power again, which had ended for good"),
                )


def _entries(authority: Authority) -> Iterator[tuple[Event, MachineEntered]]:
    for event in authority.events:
        said = read_as(event, MachineEntered) if event.kind == MachineEntered.KIND else None
        if said is not None:
            yield event, said


def _asks(event: Event, request: RequestNumber | None) -> bool:
    said = read_as(event, EntryRequested) if event.kind == EntryRequested.KIND else None
    return said is not None and said.request == request


def _sizes(event: Event, said: MachineEntered, place: str, *, known: bool) -> Iterator[Finding]:
    """Yield an entry that does not say, as it must, how long all ledgers were."""
    sizes = said.sizes or ()
    control = [one.size for one in sizes if one.origin == _CONTROL]
    origins = [one.origin for one in sizes]
    if len(set(origins)) != len(origins) or control != ([event.index] if known else []):
        yield _wrong(
            "MACHINE-SIZE",
            place,
            message("it does not count the acts of each ledger, where a key ends"),
        )


def machine_size_findings(authority: Authority, store: LedgerStore) -> tuple[Finding, ...]:
    """Return the ledgers that never were as an entry of a machine says."""
    pins = [
        Pin(
            origin=one.origin,
            size=one.size,
            root=one.root.hex(),
            source=message("as sealed when a key of {machine} ended", machine=said.machine),
        )
        for event, said in _entries(authority)
        for one in (*(said.sizes or ()), *(said.late or ()))
        if one.size
    ]
    return compared(store, pins, authority.ledger_keys).findings
