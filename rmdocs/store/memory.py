"""The store in memory, for tests that need a store and no files.

It seals as the git store does, by the same code: the same events give the same
commits, events and checkpoints. It lasts as long as its process, and nothing
of durability, of attacks on files or of other processes can be tried on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from rmdocs.errors import ConflictError
from rmdocs.messages import message
from rmdocs.store import commits
from rmdocs.store.head import LedgerStore
from rmdocs.store.objects import Objects, unreadable
from rmdocs.store.objectwriter import NewObjects
from rmdocs.store.refs import is_ledger_ref, is_witness_ref
from rmdocs.store.sealing import LedgerBranch, SealingContext
from rmdocs.store.witnessref import WitnessBranch

if TYPE_CHECKING:
    from datetime import datetime

    from rmdocs.store.vault import Vault


class MemoryObjects(Objects):
    """Objects in a dictionary: type and content by name."""

    def __init__(self, kept: Mapping[str, tuple[str, bytes]] | None = None) -> None:
        super().__init__()
        self.kept = dict(kept or {})

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return an object's type and content.

        :raises StoreError: if it is missing.
        """
        found = self.kept.get(oid)
        if found is None:
            raise unreadable(oid, missing=True)
        return found


class MemoryWriter(NewObjects):
    """Collects new objects, then keeps them."""

    def __init__(self, objects: MemoryObjects) -> None:
        super().__init__()
        self._objects = objects

    def flush(self) -> None:
        """Keep all collected objects."""
        self._objects.kept.update(self._pending)
        self._pending.clear()


class MemoryStore(LedgerStore):
    """A records store that lives in this process; its refs may be written by several threads."""

    objects: MemoryObjects

    def __init__(self, vault: Vault | None = None) -> None:
        super().__init__(MemoryObjects(), vault)
        self.named: dict[str, str] = {}
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._keys = Lock()

    @classmethod
    def copy(cls, store: LedgerStore, vault: Vault | None = None) -> MemoryStore:
        """Return all that another store's ledgers hold, to be written on apart from it.

        :raises StoreError: if something cannot be read.
        """
        new = cls(vault)
        new.named = {
            ref: commit
            for ref in store.refs()
            if is_ledger_ref(ref) and (commit := store.commit(ref))
        }
        if isinstance(store, MemoryStore):
            new.objects.kept |= store.objects.kept
        else:
            for commit in new.named.values():
                new.objects.kept |= _reachable(store.objects, commit)
        return new

    def refs(self) -> list[str]:
        """Return all refs, sorted."""
        return sorted(self.named)

    def commit(self, ref: str) -> str | None:
        """Return the object name of the commit that a ref names, or None."""
        return self.named.get(ref)

    @contextmanager
    def locked(self, ref: str) -> Iterator[MemoryBranch]:
        """Return the ref locked against other threads.

        :raises ValueError: if the ref is not one that holds a ledger.
        """
        if not is_ledger_ref(ref):
            raise ValueError(ref)
        with self._locks[ref]:
            yield MemoryBranch(self, ref)

    @contextmanager
    def witnessing(self, ref: str) -> Iterator[WitnessBranch]:
        """Return a witness's ref locked against other threads.

        :raises ValueError: if the ref is none of a witness.
        """
        if not is_witness_ref(ref):
            raise ValueError(ref)
        with self._locks[ref]:
            writer = MemoryWriter(self.objects)
            yield WitnessBranch(store=self, ref=ref, writer=writer, swap=self._swap(ref))

    def _swap(self, ref: str) -> Callable[[str | None, str], None]:
        def swap(_old: str | None, new: str) -> None:
            self.named[ref] = new

        return swap

    @contextmanager
    def keys_held(self, *, ending: bool) -> Iterator[None]:  # noqa: ARG002 - one at a time here
        """Keep the keys that may sign as they are."""
        with self._keys:
            yield

    def write_signers(
        self, people: Mapping[str, Sequence[str]], until: Mapping[str, datetime]
    ) -> None:
        """Tell nobody: plain git cannot look here."""

    def close(self) -> None:
        """Do nothing: nothing is open."""


class MemoryBranch(LedgerBranch):
    """A locked ref of a store in memory."""

    def __init__(self, store: MemoryStore, ref: str) -> None:
        super().__init__(store, ref)
        self._memory = store

    def _writer(self) -> MemoryWriter:
        return MemoryWriter(self._memory.objects)

    def _land(self, writer: NewObjects, act: SealingContext, old: str | None, new: str) -> None:  # noqa: ARG002 - no signers' file
        writer.flush()
        if self._memory.named.get(self._ref) != old:
            raise ConflictError(
                message("{ref} was moved by another writer", ref=self._ref), message("try again")
            )
        self._memory.named[self._ref] = new


def _reachable(objects: Objects, tip: str) -> dict[str, tuple[str, bytes]]:
    """Return every object of the commits up to ``tip``, by name."""
    found: dict[str, tuple[str, bytes]] = {}
    for commit in commits.history(objects, tip):
        found[commit.oid] = objects.read(commit.oid)
        waiting = [commit.tree]
        while waiting:
            oid = waiting.pop()
            if oid not in found:
                found[oid] = objects.read(oid)
                if found[oid][0] == "tree":
                    files, directories = objects.tree(oid)
                    waiting += [*files.values(), *directories.values()]
    return found
