"""An insider with every private key: histories are written anew, signed as they must be.

A ref is read as acts, one a commit; whatever is wrong is put into them; then they are sealed
again with the keys that they name, the ledger's too, and what refers to what was sealed anew
(checkpoints relied on, requests decided, pins) is put right.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from copy import copy
from dataclasses import field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rmdocs import canonical
from rmdocs.checkcodes import CheckCode
from rmdocs.classes import dataclass
from rmdocs.errors import UsageError
from rmdocs.events.facts import Unknown
from rmdocs.registers.committexts import expected_text
from rmdocs.store import checkpoint as notes
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.commits import walk_commits
from rmdocs.store.event import Actor, Approval, Event, SealedFile
from rmdocs.store.git import GitStore
from rmdocs.store.head import GitHead
from rmdocs.store.keys import PublicKey, SigningKey
from rmdocs.store.objects import object_header
from rmdocs.store.objectwriter import NewObjects
from rmdocs.store.protocol import (
    CONTROL_REF,
    EVENTS_NAME,
    RECORDS_PREFIX,
    NewEvent,
    NewFile,
    ledger_origin,
)
from rmdocs.store.sealing import Sealing, SealingContext
from rmdocs.store.vault import Vault

_DECIDES = "request_sha256"
_OCTETS = "application/octet-stream"
_MOST_PENDING = 100
"""Acts whose objects are held in memory before they are written."""


@dataclass(slots=True, kw_only=True)
class ToldEvent:
    """One event as it will be sealed, every part open to lies.

    :param files: path to content, from the root of the ref.
    :param types: path to media type, where it matters.
    :param digest: SHA-256 of the event as it was sealed last.
    :param lies_of_pin: that the pin is left as it is.
    """

    kind: str
    subject: str
    directory: str
    files: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    relied_on: Checkpoint | None = None
    renderer: str = ""
    approvals: tuple[Approval, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    digest: str = ""
    lies_of_pin: bool = False

    def new_event(self) -> NewEvent:
        """Return it as the store takes it."""
        return NewEvent(
            facts=Unknown(name=self.kind, said=self.facts),
            subject=self.subject,
            directory=self.directory,
            files=tuple(
                NewFile(path=path, data=data, media_type=self.types.get(path, _OCTETS))
                for path, data in self.files.items()
            ),
            reason=self.reason,
            relied_on=self.relied_on,
            renderer=self.renderer,
            approvals=self.approvals,
        )


@dataclass(slots=True, kw_only=True)
class Act:
    """One commit as it will be made.

    :param subject_line: empty for what its events have it say.
    :param key: what signs, if not the key of ``actor``.
    :param ledger_key: what signs the ledger.
    """

    actor: Actor
    time: datetime
    events: list[ToldEvent]
    ledger_key: SigningKey
    subject_line: str = ""
    trailers: dict[str, str] = field(default_factory=dict)
    state: dict[str, bytes] = field(default_factory=dict)
    key: SigningKey | None = None


History = list[Act]


class Insider:
    """Whoever holds all keys of a store, and its directory.

    :param path: the store's.
    :param signers: for each public key by which something is signed in it, what signs.
    :param vault: the keys of encrypted records.
    """

    def __init__(
        self, path: Path, signers: Mapping[PublicKey, SigningKey], vault: Vault | None = None
    ) -> None:
        self.path = path
        self.signers = dict(signers)
        self.vault = vault
        self.store = GitStore(path, vault)

    def close(self) -> None:
        """Close what reading holds open."""
        self.store.close()

    def commits(self, ref: str) -> list[str]:
        """Return the names of a ref's commits, the first first."""
        tip = self.store.require_head(ref).commit
        return [one.oid for one in walk_commits(self.store.objects, tip, oldest_first=True)]

    def head(self, commit: str) -> GitHead:
        """Return what a ref held at a commit."""
        return GitHead(self.store.objects, commit, self.vault)

    def key(self, fingerprint: str) -> SigningKey:
        """Return what signs for a key."""
        return next(key for one, key in self.signers.items() if one.fingerprint == fingerprint)

    def act(self, commit: str) -> Act:
        """Return what one commit did."""
        objects = self.store.objects
        head = self.head(commit)
        [own, *before] = [
            one for _, one in zip(range(2), walk_commits(objects, commit), strict=False)
        ]
        parent = self.head(before[0].oid) if before else None
        found = sealed_in(head, parent)
        state = {
            path: head.content(new)
            for path, _, new in head.differences(parent)
            if new is not None and "/" not in path
        }
        trailers: dict[str, str] = {}
        for name, value in own.trailers:
            trailers[name] = f"{trailers[name]}\n{value}" if name in trailers else value
        return Act(
            actor=found[0][0].actor,
            time=own.time,
            events=[_told(event, place, head) for event, place in found],
            ledger_key=self.ledger_key(head),
            subject_line=own.subject_line,
            trailers=trailers,
            state=state,
        )

    def ledger_key(self, head: GitHead) -> SigningKey:
        """Return the key that signed a ledger as it stood."""
        note = head.note
        return next(key for one, key in self.signers.items() if notes.verify(note, one))

    def history(self, ref: str) -> History:
        """Return what a ref's commits did, the first first."""
        return [self.act(commit) for commit in self.commits(ref)]

    def rewrite(self, ref: str, change: Callable[[History], object]) -> None:
        """Write a ref's history anew after a change; what refers to it is put right.

        What went before the first act that is changed stays as it is.

        :param change: of the acts, in place.
        """
        commits = self.commits(ref)
        acts = [self.act(commit) for commit in commits]
        kept = [_copied(act) for act in acts]
        stood = [self.head(commit).checkpoint for commit in commits]
        change(acts)
        same = next(
            (at for at, (new, old) in enumerate(zip(acts, kept, strict=False)) if new != old),
            min(len(acts), len(kept)),
        )
        # An event is known by what it was sealed as, wherever the change put it.
        old = {id(one): one.digest for act in acts for one in act.events if one.digest}
        before = commits[same - 1] if same else None
        self._decisions(acts, before, ref, old, same)
        checkpoints = self.lay(ref, acts[same:], before)
        if ref == CONTROL_REF:
            by_size = {one.size: one for one in checkpoints}
            moved = {one.root: by_size[one.size] for one in stood[same:] if one.size in by_size}
            self._rely_anew(moved)

    def append(self, ref: str, *events: ToldEvent, actor: Actor, **more: Any) -> None:  # noqa: ANN401 - the parts of an act
        """Seal one more act on a ref, whatever it says."""
        head = self.store.require_head(ref)
        usual = {"time": head.time, "ledger_key": self.ledger_key(head)}
        act = Act(actor=actor, events=list(events), **{**usual, **more})
        self.lay(ref, [act], head.commit)

    def lay(self, ref: str, acts: Iterable[Act], after: str | None = None) -> list[Checkpoint]:
        """Seal acts as what a ref holds; return its checkpoint after each of them.

        Editions say the pins that they must; what their documents print is not changed.

        :param after: the commit that they go on; None to begin from nothing.
        """
        laying = Laying(self, ref, after)
        checkpoints = [laying.seal(act) for act in acts]
        laying.land()
        return checkpoints

    def point(self, ref: str, commit: str) -> None:
        """Let a ref name a commit."""
        path = self.path / ref
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(f"{commit}\n", encoding="ascii")
        self.store.close()

    def _rely_anew(self, moved: Mapping[bytes, Checkpoint]) -> None:
        moved = {root: new for root, new in moved.items() if root != new.root}

        def change(acts: History) -> None:
            for act in acts:
                for one in act.events:
                    if one.relied_on is not None and one.relied_on.root in moved:
                        one.relied_on = moved[one.relied_on.root]

        for ref in self.store.refs() if moved else ():
            if ref.startswith(RECORDS_PREFIX):
                self.rewrite(ref, change)

    def _decisions(
        self, acts: History, before: str | None, ref: str, old: Mapping[int, str], same: int
    ) -> None:
        """Lay the acts once, so that requests have their new digests, then name those."""
        asked = {old[id(one)]: one for act in acts for one in act.events if id(one) in old}
        deciding = [one for act in acts for one in act.events if one.facts.get(_DECIDES) in asked]
        named = [(one, asked[one.facts[_DECIDES]]) for one in deciding]
        if named and same < len(acts):
            tip = self.store.require_head(ref).commit
            self.lay(ref, acts[same:], before)
            for one, request in named:
                one.facts = {**one.facts, _DECIDES: request.digest}
            self.point(ref, tip)


class LooseObjects(NewObjects):
    """Collects new objects, then writes each loose, in no hurry to have it on the disk.

    A clone lasts no longer than the drill.
    """

    def __init__(self, repository: Path) -> None:
        super().__init__()
        self._objects = repository / "objects"

    def flush(self) -> None:
        """Write what was collected; what is there already may be shared and stays as it is."""
        for oid, (kind, data) in self._pending.items():
            path = self._objects / oid[:2] / oid[2:]
            if not path.exists():
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(zlib.compress(object_header(kind, len(data)) + data, 1))
        self._pending.clear()


class Laying:
    """A ref that is sealed act by act, and moved once.

    :param after: the commit that it goes on from; None to begin from nothing.
    """

    def __init__(self, insider: Insider, ref: str, after: str | None) -> None:
        self._insider, self._ref = insider, ref
        self._writer = LooseObjects(insider.path)
        head = insider.head(after) if after else None
        self._sealing = Sealing(insider.store.objects, self._writer, head, ledger_origin(ref))
        self._before = head
        self._pending = 0

    def pin(self, like: str) -> str:
        """Return the check code that the next edition prints.

        :param like: one of before, whose form it has.
        """
        before = self._sealing.checkpoint
        with suppress(UsageError):
            digits = len(CheckCode.parse(like).root)
            if before.size and digits:
                return str(CheckCode(size=before.size, root=before.root.hex()[:digits]))
        return before.pin

    def seal(self, act: Act) -> Checkpoint:
        """Seal an act; return the ledger after it. Editions say the pins that they must."""
        for one in act.events:
            if "pin" in one.facts and not one.lies_of_pin:
                one.facts = {**one.facts, "pin": self.pin(one.facts["pin"])}
        subject_line, trailers = act.subject_line, act.trailers
        if not subject_line:
            read = self._before.read if self._before else lambda _path: None
            subject_line, trailers = said_of(act, read)
        context = SealingContext(
            actor=act.actor,
            key=act.key or self._insider.key(act.actor.fingerprint),
            ledger_key=act.ledger_key,
            time=act.time,
            subject_line=subject_line,
            trailers=trailers,
        )
        new_events = [one.new_event() for one in act.events]
        events = self._sealing.seal(new_events, context, act.state)
        for one, event in zip(act.events, events, strict=True):
            one.digest = canonical.sha256(event.to_bytes())
        self._pending += 1
        if self._pending >= _MOST_PENDING:
            self._writer.flush()
            self._pending = 0
        return self._sealing.checkpoint

    def land(self) -> None:
        """Let the ref name what was sealed."""
        self._writer.flush()
        self._insider.point(self._ref, self._sealing.commit)


def sealed_in(head: GitHead, before: GitHead | None) -> list[tuple[Event, str]]:
    """Return the events that came with a commit, each with the directory it speaks of."""
    found: list[tuple[Event, str]] = []
    for path, _, oid in head.differences(before):
        directory, _, rest = path.rpartition(f"/{EVENTS_NAME}/")
        if oid and directory and "/" not in rest and not path.startswith("ledger/"):
            found.append((Event.from_bytes(head.content(oid)), directory))
    return sorted(found, key=lambda pair: pair[0].index)


def said_of(act: Act, read: Callable[[str], bytes | None] = lambda _path: None) -> Any:  # noqa: ANN401 - as commits are told
    """Return what the commit of an act must say; anything where nobody knows.

    :param read: the files of the ref.
    """
    files = {path: data for one in act.events for path, data in one.files.items()}
    events = [
        Event(
            kind=one.kind,
            subject=one.subject,
            index=0,
            actor=act.actor,
            time=act.time,
            reason=one.reason,
            relied_on=one.relied_on,
            previous=None,
            renderer=one.renderer,
            files=tuple(
                SealedFile(path=path, sha256="", size=0, media_type="") for path in one.files
            ),
            facts=one.facts,
        )
        for one in act.events
    ]
    text = expected_text(events, lambda path: files.get(path) or read(path))
    if text is None:
        return "Forge", {"Event": act.events[0].kind}
    subject_line, _, lines = text.partition("\n\n")
    trailers: dict[str, str] = {}
    for name, _, value in (line.partition(": ") for line in lines.splitlines()):
        trailers[name] = f"{trailers[name]}\n{value}" if name in trailers else value
    return subject_line, trailers


def _copied(act: Act) -> Act:
    """Return an act that stays as it is when the other is changed."""
    events = [
        replace(one, files=dict(one.files), types=dict(one.types), facts=dict(one.facts))
        for one in act.events
    ]
    made = copy(act)
    made.events, made.trailers, made.state = events, dict(act.trailers), dict(act.state)
    return made


def _told(event: Event, directory: str, head: GitHead) -> ToldEvent:
    return ToldEvent(
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
