"""A hostile insider with every private key: histories are written anew, signed as they must be.

A ref is read as acts, one a commit; whatever is wrong is put into them; then all are sealed
again from nothing with the keys they name, the ledger's too, and what refers to what was
sealed anew (checkpoints relied on, requests decided) is put right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from conftest import Bank

from rmdocs import canonical
from rmdocs.control.actingperson import LEDGER_KEY_NAME
from rmdocs.events.facts import Unknown
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.commits import walk_commits
from rmdocs.store.event import Actor, Event
from rmdocs.store.head import GitHead
from rmdocs.store.keys import SigningKey
from rmdocs.store.objects import ObjectWriter
from rmdocs.store.protocol import (
    CONTROL_REF,
    EVENTS_NAME,
    NewEvent,
    NewFile,
    ledger_origin,
)
from rmdocs.store.sealing import Sealing, SealingContext

_DECIDES = "request_sha256"


@dataclass
class Told:
    """One event as it will be sealed, every part open to lies.

    :param files: path to content, from the root of the ref.
    :param lies_of_pin: that the pin is left as it is.
    """

    kind: str
    subject: str
    directory: str
    files: dict[str, bytes]
    types: dict[str, str]
    reason: str
    relied_on: Checkpoint | None
    renderer: str
    approvals: tuple[Any, ...]
    facts: dict[str, Any]
    digest: str = ""
    lies_of_pin: bool = False

    def new_event(self) -> NewEvent:
        """Return it as the store takes it."""
        return NewEvent(
            facts=Unknown(name=self.kind, said=self.facts),
            subject=self.subject,
            directory=self.directory,
            files=tuple(
                NewFile(
                    path=path,
                    data=data,
                    media_type=self.types.get(path, "application/octet-stream"),
                )
                for path, data in self.files.items()
            ),
            reason=self.reason,
            relied_on=self.relied_on,
            renderer=self.renderer,
            approvals=self.approvals,
        )


@dataclass
class Act:
    """One commit as it will be made.

    :param key: what signs, if not the key of ``actor``.
    """

    actor: Actor
    time: datetime
    subject_line: str
    trailers: dict[str, str]
    events: list[Told]
    state: dict[str, bytes] = field(default_factory=dict)
    key: SigningKey | None = None


History = list[Act]


class Insider:
    """Whoever holds all keys of a bank, and the store's directory."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.ring = bank.at().keys
        self.ledger_key = self.ring.load(LEDGER_KEY_NAME)
        self.known = {self.ledger_key.fingerprint: self.ledger_key}
        for path in sorted((bank.root / "keys").glob("*.key")):
            key = self.ring.load(path.stem)
            self.known[key.fingerprint] = key

    @property
    def store(self) -> Any:
        return self.bank.at().store

    def history(self, ref: str) -> History:
        """Return what a ref's commits did, the first first."""
        store = self.store
        before: GitHead | None = None
        acts: History = []
        for commit in walk_commits(store.objects, store.commit(ref), oldest_first=True):
            head = GitHead(store.objects, commit.oid)
            added = {path: new for path, _, new in head.differences(before) if new is not None}
            state = {p: head.content(o) for p, o in added.items() if "/" not in p}
            found: list[tuple[Event, str]] = []
            for path, oid in added.items():
                directory, _, rest = path.rpartition(f"/{EVENTS_NAME}/")
                if directory and "/" not in rest and not path.startswith("ledger/"):
                    found.append((Event.from_bytes(head.content(oid)), directory))
            found.sort(key=lambda pair: pair[0].index)
            trailers: dict[str, str] = {}
            for name, value in commit.trailers:
                trailers[name] = f"{trailers[name]}\n{value}" if name in trailers else value
            acts.append(
                Act(
                    actor=found[0][0].actor,
                    time=commit.time,
                    subject_line=commit.subject_line,
                    trailers=trailers,
                    events=[_told(event, place, head) for event, place in found],
                    state=state,
                )
            )
            before = head
        return acts

    def lay(self, ref: str, acts: Iterable[Act]) -> list[Checkpoint]:
        """Seal acts as a ref's whole history; return its checkpoint after each of them.

        Editions say the pins that they must; what their documents print is not changed.
        """
        store = self.store
        scratch = self.bank.store / "rmdocs" / "partial" / "insider"
        scratch.mkdir(parents=True, exist_ok=True)
        writer = ObjectWriter(self.bank.store, scratch)
        sealing = Sealing(store.objects, writer, None, ledger_origin(ref))
        checkpoints = []
        for act in acts:
            context = SealingContext(
                actor=act.actor,
                key=act.key or self.known[act.actor.fingerprint],
                ledger_key=self.ledger_key,
                time=act.time,
                subject_line=act.subject_line,
                trailers=act.trailers,
            )
            for one in act.events:
                if "pin" in one.facts and not one.lies_of_pin:
                    before = sealing.checkpoint
                    one.facts = {**one.facts, "pin": before.pin if before.size else "0"}
            events = sealing.seal([one.new_event() for one in act.events], context, act.state)
            for one, event in zip(act.events, events, strict=True):
                one.digest = canonical.sha256(event.to_bytes())
            checkpoints.append(sealing.checkpoint)
        writer.flush()
        self.point(ref, sealing.commit)
        return checkpoints

    def point(self, ref: str, commit: str) -> None:
        """Let a ref name a commit."""
        path = self.bank.store / ref
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{commit}\n", encoding="ascii")
        self.bank.close()

    def rewrite(self, ref: str, change: Callable[[History], object]) -> None:
        """Write a ref's history anew after a change; what refers to it is put right.

        :param change: of the acts, in place.
        """
        acts = self.history(ref)
        old = {id(one): digest for act in acts for one in act.events if (digest := one.digest)}
        sizes = self._roots(acts, ref)
        change(acts)
        self._decisions(ref, acts, old)
        checkpoints = self.lay(ref, acts)
        if ref != CONTROL_REF:
            return
        by_size = {one.size: one for one in checkpoints}
        moved = {root: by_size[size] for root, size in sizes.items() if size in by_size}
        for volume in self.store.refs():
            if volume != CONTROL_REF:
                self._rely_anew(volume, moved)

    def _roots(self, acts: History, ref: str) -> Mapping[bytes, int]:
        """Return the size that a ledger had at each of its roots."""
        from rmdocs.store import merkle

        tree = merkle.Frontier()
        sizes: dict[bytes, int] = {}
        head = self.store.require_head(ref)
        directories = {one.directory for act in acts for one in act.events}
        events = sorted(
            {e.index: e for directory in directories for e in head.events(directory)}.values(),
            key=lambda event: event.index,
        )
        for event in events:
            tree.append(merkle.leaf_hash(event.to_bytes()))
            sizes[tree.root()] = tree.size
        return sizes

    def _rely_anew(self, ref: str, moved: Mapping[bytes, Checkpoint]) -> None:
        def change(acts: History) -> None:
            for act in acts:
                for one in act.events:
                    if one.relied_on is not None and one.relied_on.root in moved:
                        one.relied_on = moved[one.relied_on.root]

        self.rewrite(ref, change)

    def _decisions(self, ref: str, acts: History, old: Mapping[int, str]) -> None:
        """Lay the acts once, so that requests have their new digests, then name those."""
        before = self.store.commit(ref)
        asked = {old[id(one)]: one for act in acts for one in act.events if id(one) in old}
        deciding = [one for act in acts for one in act.events if one.facts.get(_DECIDES) in asked]
        named = [(one, asked[one.facts[_DECIDES]]) for one in deciding]
        if named:
            self.lay(ref, acts)
            for one, request in named:
                one.facts = {**one.facts, _DECIDES: request.digest}
            self.point(ref, before)

    def append(self, ref: str, *events: Told, actor: Actor, time: datetime, **more: Any) -> None:
        """Seal one more act on a ref, whatever it says."""
        text = {"subject_line": "Forge", "trailers": {"Event": events[0].kind}}
        act = Act(actor=actor, time=time, events=list(events), **{**text, **more})
        self.rewrite(ref, lambda acts: acts.append(act))

    def key_file(self, staff_no: str) -> Path:
        """Return where somebody's private key lies."""
        return self.bank.root / "keys" / f"{staff_no}.key"


def _told(event: Event, directory: str, head: GitHead) -> Told:
    return Told(
        kind=event.kind,
        subject=event.subject,
        directory=directory,
        files={file.path: head.read(file.path) or b"" for file in event.files},
        types={file.path: file.media_type for file in event.files},
        reason=event.reason,
        relied_on=event.relied_on,
        renderer=event.renderer,
        approvals=event.approvals,
        facts=dict(event.facts),
        digest=canonical.sha256(event.to_bytes()),
    )


def renamed(actor: Actor, name: str) -> Actor:
    """Return an actor under another's name."""
    return replace(actor, name=name)
