"""Sealing: new events become files, ledger and signed commits, all in memory.

Nothing here is kept until the branch lands it: where, and whether the ref may
move, is the business of ``git`` and ``memory``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from rmdocs.canonical import sha256
from rmdocs.classes import dataclass
from rmdocs.errors import VERIFY_AND_RESTORE, StoreError
from rmdocs.messages import message
from rmdocs.store import commits, merkle
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.event import Actor, Event, SealedFile, is_kind
from rmdocs.store.head import GitHead, LedgerStore
from rmdocs.store.keys import Signer
from rmdocs.store.objects import Changes, Objects, is_path, rewrite
from rmdocs.store.objectwriter import NewObjects
from rmdocs.store.protocol import (
    CHECKPOINT_PATH,
    CONTROL_REF,
    EVENTS_NAME,
    LEDGER_PREFIX,
    MOST_EVENTS,
    DeflatedFile,
    KeptFile,
    NewEvent,
    NewFile,
    Receipt,
    clock_behind,
    ledger_origin,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingContext:
    """Who seals, with which keys, when, and what the commit says."""

    actor: Actor
    key: Signer
    ledger_key: Signer
    time: datetime
    subject_line: str
    trailers: Mapping[str, str]


class Sealing:
    """Turns new events into commits, one after another, on top of a head.

    :param head: where the ref stands; None if it does not exist yet.
    :param origin: the ledger's name, for its checkpoints.
    """

    def __init__(
        self, reader: Objects, writer: NewObjects, head: GitHead | None, origin: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._head = head
        self._tree = head.tree if head else None
        self.commit = head.commit if head else ""
        self.checkpoint = (
            head.checkpoint if head else Checkpoint(origin=origin, size=0, root=merkle.EMPTY_ROOT)
        )
        self._ledger = self._read_ledger()

    def seal(
        self, new_events: Sequence[NewEvent], act: SealingContext, state: Mapping[str, bytes]
    ) -> list[Event]:
        """Make one commit of ``new_events``; return their events.

        :raises ConflictError: if a path is in the ref already.
        """
        before = self.checkpoint
        events = [
            _event(new_event, index, before, act)
            for index, new_event in enumerate(new_events, before.size)
        ]
        leaves = [event.to_bytes() for event in events]
        sealed: Changes = {}
        for new_event, event, leaf in zip(new_events, events, leaves, strict=True):
            sealed.update({one.sealed.path: one.oid for one in new_event.kept})
            sealed.update({file.path: self._blob(file.data) for file in new_event.files})
            sealed[f"{new_event.directory}/{EVENTS_NAME}/{event.file_name}"] = self._blob(leaf)
        changes = sealed | self._grow(leaves, act.ledger_key)
        changes |= {path: self._blob(data) for path, data in state.items()}
        self._tree = rewrite(self._read_tree, self._add_tree, self._tree, changes, sealed)
        draft = commits.DraftCommit(
            tree=self._tree or "",
            parent=self.commit or None,
            actor=act.actor,
            time=act.time,
            subject_line=act.subject_line,
            trailers=act.trailers,
        )
        self.commit = self._writer.add("commit", commits.signed(draft, act.key))
        return events

    def _read_ledger(self) -> merkle.MerkleTree:
        ledger = merkle.MerkleTree(self.checkpoint.size, self._read_tile)
        try:
            sound = ledger.root() == self.checkpoint.root
        except merkle.MissingTileError:
            sound = False
        if not sound:
            raise StoreError(
                message("the ledger {origin} is damaged", origin=self.checkpoint.origin),
                VERIFY_AND_RESTORE,
            )
        return ledger

    def _grow(self, leaves: Sequence[bytes], key: Signer) -> Changes:
        tiles = self._ledger.append([merkle.leaf_hash(leaf) for leaf in leaves])
        self.checkpoint = Checkpoint(
            origin=self.checkpoint.origin, size=self._ledger.size, root=self._ledger.root()
        )
        changes: Changes = {
            LEDGER_PREFIX + path: None if data is None else self._blob(data)
            for path, data in tiles.items()
        }
        changes[CHECKPOINT_PATH] = self._blob(self.checkpoint.sign(key).encode())
        return changes

    def _read_tile(self, path: str) -> bytes | None:
        return self._head.read(LEDGER_PREFIX + path) if self._head else None

    def _blob(self, data: bytes) -> str:
        return self._writer.add("blob", data)

    def _read_tree(self, oid: str) -> bytes:
        pending = self._writer.pending(oid)
        return self._reader.content(oid, "tree") if pending is None else pending

    def _add_tree(self, data: bytes) -> str:
        return self._writer.add("tree", data)


class LedgerBranch(ABC):
    """A locked ref, to be appended to.

    :param store: where it is read from.
    """

    def __init__(self, store: LedgerStore, ref: str) -> None:
        self._store = store
        self._ref = ref
        self._begun: NewObjects | None = None

    @abstractmethod
    def _writer(self) -> NewObjects:
        """Return what collects the objects of one call."""

    def _writing(self) -> AbstractContextManager[None]:
        """Return what tells a failure of the disk as the store's error."""
        return nullcontext()

    @abstractmethod
    def _land(self, writer: NewObjects, act: SealingContext, old: str | None, new: str) -> None:
        """Keep the objects, then let the ref name commit ``new`` if it still names ``old``."""

    @property
    def ref(self) -> str:
        """Return the name of the ref."""
        return self._ref

    @property
    def head(self) -> GitHead | None:
        """Return the head, or None if the ref does not exist yet."""
        return self._store.head(self._ref)

    def require_head(self) -> GitHead:
        """Return the head.

        :raises StoreError: if the ref does not exist.
        """
        return self._store.require_head(self._ref)

    def keys_held(self) -> AbstractContextManager[None]:
        """Keep the keys that may sign as they are until something is sealed here.

        On control the lock of that does.
        """
        if self._ref == CONTROL_REF:
            return nullcontext()
        return self._store.keys_held(ending=False)

    def keep(self, file: NewFile | DeflatedFile) -> KeptFile:
        """Take a file that is to be sealed next, where nobody sees it; what is not sealed goes.

        :raises StoreError: if it cannot be written.
        """
        self._begun = self._begun or self._writer()
        with self._writing():
            if isinstance(file, NewFile):
                return KeptFile(sealed=sealed_file(file), oid=self._begun.add("blob", file.data))
            self._begun.take(file.content)
        return KeptFile(sealed=file.sealed, oid=file.content.oid)

    def drop(self) -> None:
        """Leave nothing of files that were taken and not sealed."""
        if self._begun is not None:
            self._begun.drop()
            self._begun = None

    def append(  # noqa: PLR0913 - a commit simply has that many parts
        self,
        new_events: Sequence[NewEvent],
        *,
        actor: Actor,
        key: Signer,
        ledger_key: Signer,
        time: datetime,
        subject_line: str,
        trailers: Mapping[str, str],
        state: Mapping[str, bytes] | None = None,
    ) -> Receipt:
        """Seal events, at most ``MOST_EVENTS`` a commit; the ref moves once, at the end.

        :param state: files that change with every commit, at the root of the ref.
        :raises ConflictError: if the ref moved, or a path is already there.
        :raises StoreError: if it cannot be written, or the last act is later
            than ``time``: what is sealed later never bears an earlier time.
        :raises ValueError: see :func:`check_call`.
        """
        check_call(new_events, actor, key, time, state or {})
        head = self.head
        if head is not None and time < head.time:
            raise clock_behind(time, head.time)
        writer = self._begun = self._begun or self._writer()
        act = SealingContext(
            actor=actor,
            key=key,
            ledger_key=ledger_key,
            time=time,
            subject_line=subject_line,
            trailers=trailers,
        )
        events: list[Event] = []
        with self._writing():
            sealing = Sealing(self._store.objects, writer, head, ledger_origin(self._ref))
            for start in range(0, len(new_events), MOST_EVENTS):
                last = start + MOST_EVENTS >= len(new_events)
                part = new_events[start : start + MOST_EVENTS]
                events += sealing.seal(part, act, state or {} if last else {})
            self._land(writer, act, head.commit if head else None, sealing.commit)
        self._begun = None
        return Receipt(commit=sealing.commit, checkpoint=sealing.checkpoint, events=tuple(events))


def check_call(
    new_events: Sequence[NewEvent],
    actor: Actor,
    key: Signer,
    time: datetime,
    state: Mapping[str, bytes],
) -> None:
    """Refuse a call that no program should make.

    :raises ValueError: if there is nothing to seal, a path or kind is
        malformed or out of place, the key is not the actor's, or the time
        does not say its zone or has fractions of seconds.
    """
    paths = [path for new_event in new_events for path in new_event.paths]
    wrong = [
        *(path for path in paths if not _is_sealable(path)),
        *(
            new_event.directory
            for new_event in new_events
            if not _is_sealable(f"{new_event.directory}/x")
        ),
        *(new_event.kind for new_event in new_events if not is_kind(new_event.kind)),
        *(
            path
            for path in state
            if not is_path(path) or "/" in path or path + "/" == LEDGER_PREFIX
        ),
    ]
    if not new_events:
        wrong.append("no events")
    if len(set(paths)) != len(paths):
        wrong.append("a path twice")
    if actor.fingerprint != key.public.fingerprint:
        wrong.append("another's key")
    if time.tzinfo is None or time.microsecond:
        wrong.append(time.isoformat())
    if wrong:
        raise ValueError(", ".join(wrong))


def _is_sealable(path: str) -> bool:
    """Return whether a sealed file may lie here: in a directory, but no event's or the ledger's."""
    directory, slash, _ = path.rpartition("/")
    return (
        is_path(path)
        and bool(slash)
        and directory.rpartition("/")[2] != EVENTS_NAME
        and not path.startswith(LEDGER_PREFIX)
    )


def sealed_file(file: NewFile) -> SealedFile:
    """Return a file as its event seals it."""
    return SealedFile(
        path=file.path, sha256=sha256(file.data), size=len(file.data), media_type=file.media_type
    )


def _event(new_event: NewEvent, index: int, before: Checkpoint, act: SealingContext) -> Event:
    files = (
        *(one.sealed for one in new_event.kept),
        *(sealed_file(file) for file in new_event.files),
    )
    return Event(
        kind=new_event.kind,
        subject=new_event.subject,
        index=index,
        actor=act.actor,
        time=act.time,
        reason=new_event.reason,
        relied_on=new_event.relied_on,
        previous=before if before.size else None,
        renderer=new_event.renderer,
        files=files,
        approvals=new_event.approvals,
        facts=new_event.facts.to_json(),
    )
