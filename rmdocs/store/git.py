"""The store in a bare git repository: no index, no working tree, no subprocess.

Plain git can read it: one signed commit an act, trailers, the signers' file
beside it. What is sealed is decided by the callers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import StoreError
from rmdocs.messages import message
from rmdocs.store import commits, layout, refs
from rmdocs.store.event import Actor, Event
from rmdocs.store.head import GitHead
from rmdocs.store.keys import SigningKey
from rmdocs.store.locks import RefLock, locked
from rmdocs.store.objects import ObjectReader
from rmdocs.store.protocol import MOST_DEEDS, Deed, Receipt, clock_behind, ledger_origin
from rmdocs.store.sealing import Act, Sealing, check_call
from rmdocs.store.signers import Signers
from rmdocs.store.writing import ObjectWriter

if TYPE_CHECKING:
    from rmdocs.store.vault import Vault


class GitStore:
    """A records store in a bare repository (SHA-1 object format).

    :param path: the repository, known to be sound; see :meth:`open`.
    :param vault: the keys of encrypted records.
    """

    def __init__(self, path: Path, vault: Vault | None = None) -> None:
        self.path = path
        self.vault = vault
        self.objects = ObjectReader(path)
        self.signers = Signers(path / layout.SIGNERS)

    @classmethod
    def create(cls, path: Path) -> GitStore:
        """Make an empty store.

        :raises ConflictError: if there is something already.
        :raises StoreError: if it cannot be made.
        """
        layout.make_repository(path)
        return cls(path)

    @classmethod
    def open(cls, path: Path, vault: Vault | None = None) -> GitStore:
        """Open a store.

        :raises StoreError: if there is none, or git was told to show another
            history than the one stored (F17: replace refs, grafts, shallow).
        """
        layout.check_repository(path)
        return cls(path, vault)

    def close(self) -> None:
        """Close what reading holds open."""
        self.objects.close()

    def configure(self) -> None:
        """Set what plain git must know of a store; needless unless someone changed it."""
        layout.configure(self.path)

    def refs(self) -> list[str]:
        """Return all refs, sorted: those that hold ledgers, and what else is there."""
        return refs.list_refs(self.path)

    def head(self, ref: str) -> GitHead | None:
        """Return a ref's head, or None."""
        commit = refs.read_ref(self.path, ref)
        return GitHead(self.objects, commit, self.vault) if commit else None

    def require_head(self, ref: str) -> GitHead:
        """Return a ref's head.

        :raises StoreError: if there is no such ref.
        """
        head = self.head(ref)
        if head is None:
            raise StoreError(
                message("{ref} is missing from the store", ref=ref),
                message("restore the store from another copy"),
            )
        return head

    def head_before(self, ref: str, moment: datetime) -> GitHead | None:
        """Return a ref as it stood just before a moment; None if it did not exist yet.

        Walks back from the head, one commit after the other.
        """
        commit = refs.read_ref(self.path, ref)
        for one in commits.history(self.objects, commit) if commit else ():
            if one.time < moment:
                return GitHead(self.objects, one.oid, self.vault)
        return None

    @contextmanager
    def locked(self, ref: str) -> Iterator[GitBranch]:
        """Return the ref locked against other writers on this machine.

        :raises ValueError: if the ref is not one that holds a ledger.
        """
        if not refs.is_ledger_ref(ref):
            raise ValueError(ref)
        with ExitStack() as held:
            with _told():
                lock = held.enter_context(locked(self.path, ref))
            yield GitBranch(self, lock)

    def write_signers(self, people: Mapping[str, Sequence[str]]) -> None:
        """Write the file by which plain git checks signatures: e-mail to key lines."""
        self.signers.replace(people)


class GitBranch:
    """A locked ref of a git store."""

    def __init__(self, store: GitStore, lock: RefLock) -> None:
        self._store = store
        self._lock = lock

    @property
    def head(self) -> GitHead | None:
        """Return the head, or None if the ref does not exist yet."""
        return self._store.head(self._lock.ref)

    def require_head(self) -> GitHead:
        """Return the head.

        :raises StoreError: if the ref does not exist.
        """
        return self._store.require_head(self._lock.ref)

    def append(  # noqa: PLR0913 - a commit simply has that many parts
        self,
        deeds: Sequence[Deed],
        *,
        actor: Actor,
        key: SigningKey,
        ledger_key: SigningKey,
        time: datetime,
        subject_line: str,
        trailers: Mapping[str, str],
        state: Mapping[str, bytes] | None = None,
    ) -> Receipt:
        """Seal deeds, at most ``MOST_DEEDS`` a commit; the ref moves once, at the end.

        :param state: files that change with every commit, at the root of the ref.
        :raises ConflictError: if the ref moved, or a path is already there.
        :raises StoreError: if it cannot be written, or the last act is later
            than ``time``: what is sealed later never bears an earlier time.
        :raises ValueError: see :func:`~rmdocs.store.sealing.check_call`.
        """
        check_call(deeds, actor, key, time, state or {})
        head = self.head
        _check_clock(head, time)
        writer = ObjectWriter(self._store.path, self._lock.scratch)
        sealing = Sealing(self._store.objects, writer, head, ledger_origin(self._lock.ref))
        act = Act(
            actor=actor,
            key=key,
            ledger_key=ledger_key,
            time=time,
            subject_line=subject_line,
            trailers=trailers,
        )
        events: list[Event] = []
        for start in range(0, len(deeds), MOST_DEEDS):
            last = start + MOST_DEEDS >= len(deeds)
            part = deeds[start : start + MOST_DEEDS]
            events += sealing.seal(part, act, state or {} if last else {})
        with _told():
            self._store.signers.add(commits.email(actor.staff_no), key.public_line)
            writer.flush()
            self._lock.swap(head.commit if head else None, sealing.commit)
        return Receipt(commit=sealing.commit, checkpoint=sealing.checkpoint, events=tuple(events))


def _check_clock(head: GitHead | None, time: datetime) -> None:
    if head is not None and time < head.time:
        raise clock_behind(time, head.time)


@contextmanager
def _told() -> Iterator[None]:
    """Tell a failure of the disk as the store's error."""
    try:
        yield
    except OSError as problem:
        raise StoreError(
            message("the store cannot be written: {problem}", problem=problem),
            message("check that the disk is there, writable and not full"),
        ) from problem
