"""A witness looks at a store: cosigns what continues all that it saw, and refuses the rest.

As c2sp.org/tlog-witness has it: the checkpoint is signed by a key for its ledger, and the ledger
grew out of the state that the witness saw last (RFC 6962 §2.1.2). What it saw it keeps elsewhere
than the store; what it finds of its own on the store's refs was cosigned with its key, and so is
held against the ledger, too: where that is more than it remembers, its memory was lost, set back,
or is not the only one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs.answering import WordlessAnswer
from rmdocs.audit.pins import Pin, contradictions, gone, ledgers_of, pins_in
from rmdocs.audit.witnesses import alone
from rmdocs.classes import dataclass
from rmdocs.errors import RmdocsError
from rmdocs.findings import Finding, error, has_errors, warning
from rmdocs.messages import message
from rmdocs.registers.ledgerkeys import ledger_keys
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.cosignature import newest_good
from rmdocs.store.protocol import CONTROL_REF, clock_behind, ledger_origin
from rmdocs.store.witnessref import KeptCheckpoint, witness_refs

if TYPE_CHECKING:
    from rmdocs.store.checkpoint import LedgerKeys
    from rmdocs.store.cosignature import Cosignature, WitnessKey
    from rmdocs.store.head import GitHead, LedgerStore
    from rmdocs.store.keys import Signer

_CLAUSE = "c2sp.org/tlog-witness"
_SEEN = message("as this witness saw it before")
_OWN = message("as this witness cosigned it before")
_KEEP = message(
    "keep the store as it is, and what the witness remembers, and find out who changed it; do not"
    " have it cosigned elsewhere either"
)
_LAST = 253_402_300_799
"""The last second that a calendar shows, since 1970 UTC."""
_MOST_SHARED = 8
"""Checkpoints of a ledger that are kept because other witnesses cosigned them, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedLedger(WordlessAnswer):
    """A ledger as a witness found it.

    :param ledger: its origin. :param events: how many it has.
    :param before: how many it had when the witness looked last; None if it saw it never before.
    :param cosigned: whether it is cosigned as it stands.
    """

    ledger: str
    events: int
    before: int | None
    cosigned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigning:
    """What a witness did.

    :param ledgers: all that are there and can be read, control first.
    :param notes: all that the witness's ref is to hold. :param added: how many of them are new.
    :param seen: what the witness has seen of each ledger now.
    :param findings: what it refused, and what else it noticed.
    """

    ledgers: tuple[WitnessedLedger, ...]
    notes: tuple[str, ...]
    added: int
    seen: tuple[Pin, ...]
    findings: tuple[Finding, ...]


def cosigned(
    store: LedgerStore, key: WitnessKey, signer: Signer, seen: Sequence[Pin], now: datetime
) -> Cosigning:
    """Return what a witness cosigns of the ledgers of a store; nothing is written here.

    :param seen: what it saw of them before. :param now: by its clock.
    :raises StoreError: if control cannot be read, or the witness's clock went back.
    """
    control = store.require_head(CONTROL_REF)
    look = _Look(store, key, signer, ledger_keys(control), now)
    look.remember(seen)
    for ref in ledgers_of(store):
        look.ledger(ref)
        if ref == CONTROL_REF and has_errors(look.findings):
            break  # by control the others are judged
    return look.done()


class _Look:
    """A look at the ledgers, one after the other."""

    def __init__(
        self,
        store: LedgerStore,
        key: WitnessKey,
        signer: Signer,
        keys: LedgerKeys,
        now: datetime,
    ) -> None:
        self._store, self._keys, self._now = store, keys, now
        self._key, self._signer = key, signer
        self._own: dict[str, list[KeptCheckpoint]] = {}
        self._others: dict[str, list[KeptCheckpoint]] = {}
        self._seen: dict[str, Pin] = {}
        self._notes: list[str] = []
        self._ledgers: list[WitnessedLedger] = []
        self._added = 0
        self.findings: list[Finding] = []
        for kept in (kept for one in witness_refs(store) for kept in one.kept):
            cosignature = self._cosignature(kept)
            if cosignature is None:
                self._others.setdefault(kept.ref, []).append(kept)
            else:
                bare = alone(kept.note, keys) or f"{kept.checkpoint.body}\n"
                own = replace(kept, note=f"{bare}{cosignature.line}\n")
                self._own.setdefault(kept.ref, []).append(own)
            if cosignature is not None and cosignature.seconds > now.timestamp():
                last = datetime.fromtimestamp(min(cosignature.seconds, _LAST), now.tzinfo)
                raise clock_behind(now, last)

    def _cosignature(self, kept: KeptCheckpoint) -> Cosignature | None:
        """Return this witness's own cosignature of a checkpoint; None if there is no good one."""
        return newest_good(self._key.each(kept.checkpoint.body, kept.lines))

    def remember(self, seen: Iterable[Pin]) -> None:
        """Take in what was seen before, and tell which of these ledgers are missing."""
        there = set(ledgers_of(self._store))
        for pin in seen:
            self._seen[pin.ref] = replace(pin, source=_SEEN)
        known = {ref: pin for ref, pin in self._seen.items() if ref not in there}
        for ref, own in self._own.items():
            if ref not in there and ref not in known:
                known[ref] = _pin(max(own, key=_size))
        self.findings += [gone(pin, _place(ref)) for ref, pin in known.items()]

    def ledger(self, ref: str) -> None:
        """Look at a ledger; cosign it if nothing contradicts."""
        own = self._own.get(ref, [])
        try:
            head = self._store.require_head(ref)
            found = list(self._faults(ref, head, own))
            size = head.checkpoint.size
        except RmdocsError as problem:
            found = [_refused(ref, problem)]
            size = None
        self.findings += found
        sound = not has_errors(found)
        before = self._before(ref, own)
        if sound and size is not None:
            older = [one for one in own if _size(one) < size]
            own = [*older, *self._added_to(ref, head, older, before)]
            self._seen[ref] = pins_in(head.note, _SEEN)[0]
            own = self._worth_keeping(ref, own)
        self._notes += [one.note for one in own]
        if size is not None:
            self._ledgers.append(
                WitnessedLedger(
                    ledger=ledger_origin(ref), events=size, before=before, cosigned=sound
                )
            )

    def _before(self, ref: str, own: Iterable[KeptCheckpoint]) -> int | None:
        """Return how large the ledger was that the witness knows of."""
        sizes = [_size(one) for one in own]
        sizes += [self._seen[ref].size] if ref in self._seen else []
        return max(sizes, default=None)

    def _faults(self, ref: str, head: GitHead, own: Sequence[KeptCheckpoint]) -> Iterator[Finding]:
        """Yield why a ledger is not to be cosigned, and what of it the witness had forgotten."""
        checkpoint, place = head.checkpoint, _place(ref)
        fault = self._keys.fault(head.note)
        if fault is not None:
            yield error(fault.code, place, fault.reason, _KEEP, clause=_CLAUSE)
        if checkpoint.origin != ledger_origin(ref):
            told = message(
                "the ledger is {found}, here {origin} belongs",
                found=checkpoint.origin,
                origin=ledger_origin(ref),
            )
            yield error("LEDGER-ORIGIN", place, told, _KEEP, clause=_CLAUSE)
        head.root_at(checkpoint.size)  # the tiles are those of this root
        newest = max(own, key=_size, default=None)
        remembered = self._seen.get(ref)
        if newest is not None and (remembered is None or remembered.size < _size(newest)):
            yield _forgotten(place, remembered, newest)
        for pin in (remembered, *map(_pin, own)):
            if pin is not None:
                there = pin.size <= checkpoint.size
                root = head.root_at(pin.size) if there else b""
                yield from contradictions(checkpoint.size, root, pin, place)

    def _added_to(
        self, ref: str, head: GitHead, own: Sequence[KeptCheckpoint], before: int | None
    ) -> Iterator[KeptCheckpoint]:
        """Yield what is cosigned of a ledger: the states that others cosigned, then as it stands.

        The smaller first, none smaller than what was seen: each is the largest yet. As it stands
        a ledger is cosigned at every look, since the time tells until when it was not more.

        :param own: what the witness cosigned of smaller states.
        """
        newest, there = head.checkpoint.size, {_size(one) for one in own}
        notes = {newest: alone(head.note, self._keys)}
        by_witness: dict[str, KeptCheckpoint] = {}
        for kept in self._others.get(ref, []):
            sound = self._keys.fault(kept.note) is None and _size(kept) <= newest
            if sound and head.root_at(_size(kept)) == kept.checkpoint.root:
                last = by_witness.setdefault(kept.witness, kept)
                if _size(last) < _size(kept):
                    by_witness[kept.witness] = kept
        notes |= {
            _size(kept): alone(kept.note, self._keys)
            for kept in by_witness.values()
            if (before or 0) < _size(kept) < newest
        }
        for size in sorted(notes.keys() - there):
            note = notes[size] or ""
            checkpoint = Checkpoint.parse(note)
            line = self._key.cosigned(checkpoint.body, self._signer, self._now)
            self._added += 1
            yield KeptCheckpoint(witness="", checkpoint=checkpoint, note=f"{note}{line}\n")

    def _worth_keeping(self, ref: str, own: Sequence[KeptCheckpoint]) -> list[KeptCheckpoint]:
        """Return the newest, and of those that other witnesses cosigned the newest few.

        A proof shows one state that enough witnesses cosigned; all others that were say less.
        """
        others = {kept.path for kept in self._others.get(ref, [])}
        ordered = sorted(own, key=_size, reverse=True)
        shared = [one for one in ordered[1:] if one.path in others]
        return [*ordered[:1], *shared[:_MOST_SHARED]]

    def done(self) -> Cosigning:
        """Return what was done; what was kept of ledgers that were not looked at stays."""
        looked = {one.ledger for one in self._ledgers}
        for ref, own in self._own.items():
            if ledger_origin(ref) not in looked:
                self._notes += [one.note for one in own]
        return Cosigning(
            ledgers=tuple(self._ledgers),
            notes=tuple(self._notes),
            added=self._added,
            seen=tuple(self._seen.values()),
            findings=tuple(self.findings),
        )


def _size(kept: KeptCheckpoint) -> int:
    return kept.checkpoint.size


def _place(ref: str) -> str:
    return ref.removeprefix("refs/heads/")


def _pin(kept: KeptCheckpoint) -> Pin:
    checkpoint = kept.checkpoint
    return Pin(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        source=_OWN,
    )


def _refused(ref: str, problem: RmdocsError) -> Finding:
    return error("LEDGER-UNCOMPARED", _place(ref), problem.reason, _KEEP, clause=_CLAUSE)


def _forgotten(place: str, remembered: Pin | None, own: KeptCheckpoint) -> Finding:
    """Return that a witness cosigned more than it remembers."""
    told = message(
        "this witness cosigned {own} event(s), and remembers {seen}: what it remembers was lost or"
        " set back, or its key is used on another machine, too",
        own=_size(own),
        seen=remembered.size if remembered is not None else 0,
    )
    return warning(
        "WITNESS-FORGOT",
        place,
        told,
        message(
            "it goes on from what it cosigned; if it is to be excluded that it cosigned another"
            " history since, compare with a checkpoint kept elsewhere (rmdocs verify --against)"
        ),
        clause=_CLAUSE,
    )
