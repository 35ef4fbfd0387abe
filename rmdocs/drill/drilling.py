"""The drill itself: faults are put into clones, one into each, and each has to be named.

First the store is gone through as it is, and a checkpoint taken of it. A fault is named where
``verify`` tells of it by one of the fault's own codes, at the fault's place, what it does not
tell of the clone without the fault.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, ClassVar

from rmdocs import __version__
from rmdocs.answering import Answer
from rmdocs.audit.pins import Pin, compared, notes_of, pins_in, pins_of, summary_of
from rmdocs.audit.verify import Verification, verify
from rmdocs.canonical import sha256
from rmdocs.classes import dataclass
from rmdocs.drill import (
    contentfaults,
    controlfaults,
    keyfaults,
    numberfaults,
    outsider,
    recordfaults,
    repository,
)
from rmdocs.drill.faults import FAULTS, KINDS, DrillFault
from rmdocs.drill.insider import Insider
from rmdocs.drill.rekeying import rekeyed
from rmdocs.drill.scene import Found, Look, NothingThereError, Scene, all_sealed, cloned
from rmdocs.errors import RmdocsError, StoreError
from rmdocs.findings import Finding, has_errors
from rmdocs.messages import Text, listed, message
from rmdocs.registers.ledgerkeys import ledger_keys
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.git import GitStore
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.store.surroundings import unsound

if TYPE_CHECKING:
    from rmdocs.store.vault import Vault

ENTERED = (
    *(contentfaults, controlfaults, keyfaults, numberfaults, outsider, recordfaults, repository),
)
"""The modules that hold faults; once they are loaded, all are in ``FAULTS``."""

FROM_OUTSIDE = ("F5", "F6", "F7", "F8")
"""Those that nothing inside a store can exclude."""

EVERY_KEY, NO_KEY = message("with every key"), message("without any key")
"""Who can do it: somebody who has all private keys, or whoever can write to the disk."""

Told = frozenset[tuple[str, str, Text]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection(Answer):
    """A fault that was put into a clone, and what verifying said.

    :param number: of the injection, from 1. :param kind: ``F1`` to ``F24``.
    :param fault: its name. :param told: what was done.
    :param place: where; empty for the store as a whole.
    :param shape: how: newest or oldest act, loose or packed, and the like.
    :param expected: the codes of which one has to name it.
    :param found: the codes that were told of the clone and not of that without the fault.
    :param named: whether one of the expected codes was told of that place.
    :param unseen: that nothing at all was told of it without the checkpoint from before.
    """

    number: int
    kind: str
    fault: str
    told: Text
    place: str
    shape: Text
    expected: tuple[str, ...]
    found: tuple[str, ...]
    named: bool
    unseen: bool = False

    @property
    def by(self) -> tuple[str, ...]:
        """Return the codes that named it."""
        return tuple(code for code in self.found if code in self.expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTried(Answer):
    """A fault that cannot be put into this store.

    :param kind: ``F1`` to ``F24``. :param fault: its name. :param told: what would be done.
    :param why: what the store lacks.
    """

    kind: str
    fault: str
    told: Text
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill(Answer):
    """What a drill did and what came of it.

    :param on: the day where the office is. :param version: of the program that was tried.
    :param seed: by which the same store makes the same faults again.
    :param volumes: of records in the store; control comes on top.
    :param events: in all ledgers. :param checkpoint: SHA-256 of the signed checkpoints of all
        ledgers, as they were when the drill began.
    :param pinned: ledgers of the store itself that were held against something from outside.
    :param findings: those of the untouched clone. With an error among them nothing is tried.
    :param injections: one after the other. :param not_tried: what this store has no room for.
    :param not_excluded: kinds of faults that only somebody who kept something outside could
        see in the store itself, and nothing was given to hold against it, or not against all acts.
    """

    TOLD: ClassVar = (
        *(
            "on",
            "version",
            "seed",
            "ok",
            "named",
            "volumes",
            "events",
            "checkpoint",
            "pinned",
            "not_excluded",
        ),
        *("findings", "injections", "not_tried"),
    )
    on: date
    version: str
    seed: int
    volumes: int
    events: int
    checkpoint: str
    pinned: int
    findings: tuple[Finding, ...]
    injections: tuple[Injection, ...] = ()
    not_tried: tuple[NotTried, ...] = ()
    not_excluded: tuple[str, ...] = ()

    @property
    def named(self) -> int:
        """Return how many of the faults were named."""
        return sum(one.named for one in self.injections)

    @property
    def ok(self) -> bool:
        """Return whether something was tried, all of it named, and no untouched clone blamed."""
        all_named = self.named == len(self.injections)
        return bool(self.injections) and all_named and not has_errors(self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillOrder:
    """What is to be tried.

    :param seed: of all chances. :param count: how many faults are put in; each kind once first.
    :param on: the day where the office is.
    :param against: what is known of the ledgers from outside.
    :param only: names of faults to keep to; empty for all.
    """

    seed: int
    count: int
    on: date
    against: tuple[Pin, ...] = ()
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """A clone that faults are put into copies of.

    :param insider: who signs in it; with no key where those are not the drill's.
    :param told: what verifying tells of it without a fault.
    """

    path: Path
    insider: Insider
    sealed: tuple[Found, ...]
    pins: tuple[Pin, ...]
    told: Told


@dataclass(slots=True, kw_only=True)
class Drilling:
    """A drill on its way.

    :param path: of the store, which is only read.
    :param folder: an empty one, where clones are made; as large as the store three times.
    """

    path: Path
    vault: Vault | None
    folder: Path
    order: DrillOrder
    progress: Callable[[int, int], None] = lambda _done, _total: None
    not_tried: dict[str, NotTried] = field(default_factory=dict)

    def run(self) -> Drill:
        """Try everything; the clones are gone at the end.

        :raises StoreError: if the store cannot be read at all.
        """
        self.progress(0, self.order.count)
        untouched = self.folder / "untouched.git"
        cloned(self.path, untouched)
        store = GitStore.open(untouched, self.vault)
        try:
            pins = pins_of(store, message("the checkpoint taken when the drill began"))
            found = verify(store, contents=True, pins=(*pins, *self.order.against))
            held = _held(store, self.order.against)
            digest = _digest(store)
        finally:
            store.close()
        injections: tuple[Injection, ...] = ()
        if found.ok:
            injections = tuple(self._injections(self._grounds(untouched, found)))
        return Drill(
            on=self.order.on,
            version=__version__,
            seed=self.order.seed,
            volumes=found.volumes,
            events=found.events,
            checkpoint=digest,
            pinned=len(held),
            findings=found.findings,
            injections=injections,
            not_tried=tuple(self.not_tried.values()),
            not_excluded=() if sum(held.values()) >= found.events else FROM_OUTSIDE,
        )

    def _grounds(self, untouched: Path, found: Verification) -> dict[bool, _Ground]:
        """Return the clones by whether their keys are at hand."""
        grounds = {False: self._ground(untouched, Insider(untouched, {}, self.vault), found)}
        under_own_keys = self.folder / "rekeyed.git"
        cloned(untouched, under_own_keys)
        try:
            insider = rekeyed(under_own_keys, self.vault)
            grounds[True] = self._ground(under_own_keys, insider, None)
        except RmdocsError as problem:
            for one in FAULTS.values():
                if one.keys:
                    self._leave_out(one, problem.reason)
        return grounds

    def _ground(self, path: Path, insider: Insider, found: Verification | None) -> _Ground:
        source = message("the checkpoint taken before the fault")
        try:
            pins = pins_of(insider.store, source)
            if found is None:
                found = verify(insider.store, contents=True)
            return _Ground(
                path=path,
                insider=insider,
                sealed=all_sealed(insider.store),
                pins=pins,
                told=told_of(found.findings),
            )
        finally:
            insider.close()

    def _injections(self, grounds: dict[bool, _Ground]) -> Iterator[Injection]:
        chance = Random(self.order.seed)  # noqa: S311 - a seed is printed, nothing is guarded
        waiting = in_turn(self.order.only, chance)
        done = turn = 0
        while waiting and done < self.order.count:
            turn %= len(waiting)
            fault, seed = waiting[turn], chance.randrange(2**32)
            made = None
            if fault.name not in self.not_tried:
                made = self._inject(fault, grounds[fault.keys], done + 1, seed)
            if made is None:
                _give_way(waiting, turn)
                continue
            done, turn = done + 1, turn + 1
            self.progress(done, self.order.count)
            yield made

    def _inject(
        self, fault: DrillFault, ground: _Ground, number: int, seed: int
    ) -> Injection | None:
        """Put one fault into a copy of a clone and verify that; None if there is no room."""
        work = self.folder / f"{number}-{fault.name}.git"
        cloned(ground.path, work, linked=True)
        insider = Insider(work, ground.insider.signers, self.vault)
        scene = Scene(
            path=work,
            insider=insider,
            sealed=ground.sealed,
            random=Random(seed),  # noqa: S311 - as above
            pins=ground.pins,
        )
        try:
            place = fault.inject(scene)
        except NothingThereError as problem:
            self._leave_out(fault, message("the store has none: {what}", what=problem.what))
            shutil.rmtree(work)
            return None
        finally:
            insider.close()
        # Who reads packs keeps what lay at a path in memory: elsewhere it is read anew.
        work = work.rename(self.folder / f"{number}.git")
        pins = scene.pins if fault.look is Look.PINNED else ()
        found = judged(work, self.vault, contents=fault.look is Look.CONTENTS, pins=pins)
        unseen = bool(pins) and not judged(work, self.vault) - ground.told
        shutil.rmtree(work)
        new = found - ground.told
        return Injection(
            number=number,
            kind=fault.of,
            fault=fault.name,
            told=fault.told,
            place=place,
            shape=listed((EVERY_KEY if fault.keys else NO_KEY, *scene.told)),
            expected=tuple(sorted(fault.codes)),
            found=tuple(sorted({code for code, _, _ in new})),
            named=any(code in fault.codes and place in where for code, where, _ in new),
            unseen=unseen,
        )

    def _leave_out(self, fault: DrillFault, why: Text) -> None:
        self.not_tried[fault.name] = NotTried(
            kind=fault.of, fault=fault.name, told=fault.told, why=why
        )


def _give_way(waiting: list[DrillFault], turn: int) -> None:
    """Take out the fault whose turn it is; one of its kind that would come later takes its turn."""
    kind = waiting.pop(turn).of
    later = next((at for at in range(turn, len(waiting)) if waiting[at].of == kind), None)
    if later is not None:
        waiting.insert(turn, waiting.pop(later))


def in_turn(only: Sequence[str], chance: Random) -> list[DrillFault]:
    """Return the faults in the order in which they are tried: one of each kind first."""
    faults = [one for one in FAULTS.values() if not only or one.name in only]
    chance.shuffle(faults)
    rounds: defaultdict[str, int] = defaultdict(int)
    turns = []
    for one in faults:
        turns.append((rounds[one.of], list(KINDS).index(one.of), one))
        rounds[one.of] += 1
    return [one for *_, one in sorted(turns, key=lambda turn: turn[:2])]


def judged(
    path: Path, vault: Vault | None, *, contents: bool = False, pins: Sequence[Pin] = ()
) -> Told:
    """Return what verifying tells of a clone; of one that it refuses to read, why."""
    try:
        store = GitStore.open(path, vault)
    except StoreError:
        return told_of(unsound(path))
    try:
        return told_of(verify(store, contents=contents, pins=pins).findings)
    except StoreError as problem:
        return frozenset({("STORE-UNREADABLE", "", problem.reason)})
    finally:
        store.close()


def told_of(findings: Sequence[Finding] | Iterator[Finding]) -> Told:
    """Return code, place and sentence of each finding."""
    return frozenset((one.code, f"{one.path} {one.label}", one.message) for one in findings)


def _digest(store: GitStore) -> str:
    """Return the SHA-256 of the signed checkpoints, as ``rmdocs checkpoint`` tells it."""
    notes = notes_of(store)
    pins = pins_in(notes, message("the store itself"))
    return sha256(f"{summary_of([Checkpoint.parse(pin.note) for pin in pins])}\n{notes}".encode())


def _held(store: GitStore, pins: Sequence[Pin]) -> Mapping[str, int]:
    """Return which ledgers of the store are known from outside, and how many acts of each."""
    return compared(store, pins, ledger_keys(store.require_head(CONTROL_REF))).ledgers
