"""What a store of commits holds, read: a ref at one commit, by git's own objects.

Where objects and refs lie is the business of ``git`` and ``memory``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from rmdocs.errors import VERIFY_AND_RESTORE, DamagedError, NestingError, StoreError
from rmdocs.messages import message
from rmdocs.store import commits, merkle
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.event import Event
from rmdocs.store.objects import Directory, Objects
from rmdocs.store.protocol import (
    CHECKPOINT_PATH,
    EVENTS_NAME,
    LEDGER_PREFIX,
    RECORDS_PREFIX,
    Branch,
    CosignatureBranch,
)
from rmdocs.store.vault import is_encrypted, key_absent

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.identifiers import RecordNumber
    from rmdocs.store.keys import PublicKey
    from rmdocs.store.vault import Vault

_Names: TypeAlias = list[str]
_Events: TypeAlias = list[Event]
_Differences: TypeAlias = list[tuple[str, str | None, str | None]]


Reopen: TypeAlias = "Callable[[], LedgerStore]"

_NOTHING = Directory({}, {})
_DEEPEST = 32
"""More directories in one another than any store has."""


class GitHead:
    """Reads files of one commit.

    :param objects: keeps the trees it has read.
    :param commit: the commit's object name.
    :param vault: the keys of encrypted records.
    :param parsed: the commit, where it was read already.
    """

    def __init__(
        self,
        objects: Objects,
        commit: str,
        vault: Vault | None = None,
        parsed: commits.Commit | None = None,
    ) -> None:
        self.commit = commit
        self._objects = objects
        self._vault = vault
        if parsed is None:
            parsed = commits.parse(commit, objects.content(commit, "commit"))
        self.tree: str = parsed.tree
        self.time: datetime = parsed.time
        self._commit = parsed
        self._last: tuple[str, str | None] = ("", self.tree)

    @property
    def signer(self) -> PublicKey | None:
        """Return the key that signed the commit, None if it bears no good signature."""
        return self._commit.signer

    @property
    def note(self) -> str:
        """Return the signed checkpoint as it stands in the ledger."""
        data = self.read(CHECKPOINT_PATH)
        if data is None:
            raise DamagedError(message("commit {commit} has no checkpoint", commit=self.commit))
        return data.decode(errors="replace")

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """Return the ledger's checkpoint at this commit."""
        return Checkpoint.parse(self.note)

    def root_at(self, size: int) -> bytes:
        """Return the root of the ledger when it had so many events, by its tiles.

        It is proved to grow into the checkpoint's root (RFC 6962 §2.1.2): tiles that only say so
        are not believed.

        :raises ValueError: if it has not so many.
        :raises StoreError: if tiles are missing, or those that are there prove nothing.
        """
        now = self.checkpoint
        tree = merkle.MerkleTree(now.size, lambda path: self.read(LEDGER_PREFIX + path))
        try:
            root, proof = tree.root_at(size), tree.consistency_proof(size)
        except merkle.MissingTileError:
            sound = False
        else:
            sound = merkle.verify_consistency(size, root, now.size, now.root, proof)
        if not sound:
            raise StoreError(
                message("the ledger {origin} is damaged", origin=now.origin),
                VERIFY_AND_RESTORE,
            )
        return root

    def read(self, path: str) -> bytes | None:
        """Return a file's content as it is stored, or None."""
        folder, _, name = path.rpartition("/")
        directory = self._directory(folder)
        oid = self._objects.tree(directory).files.get(name) if directory else None
        return None if oid is None else self.content(oid)

    def reveal(self, path: str, number: RecordNumber) -> bytes | None:
        """Return the content of a record's file as it was before encryption, or None.

        :raises KeyAbsentError: if it is encrypted and the key is not here.
        :raises StoreError: if it cannot be decrypted.
        """
        data = self.read(path)
        if data is None or not is_encrypted(data):
            return data
        key = self._vault.find(number) if self._vault else None
        if key is None:
            raise key_absent(number)
        return key.decrypt(path, data)

    def list(self, path: str) -> _Names:
        """Return the names in a directory, sorted; empty if there is none."""
        oid = self._directory(path)
        return sorted(chain(*self._objects.tree(oid))) if oid else []

    def walk(self, path: str = "") -> Iterator[tuple[str, str]]:
        """Yield path and object name of every file below a directory."""
        oid = self._directory(path)
        if oid:
            yield from self._walk(oid, f"{path}/" if path else "")

    def at(self, commit: str) -> GitHead:
        """Return the ref as it was at an earlier commit.

        :raises StoreError: if that cannot be read.
        """
        return GitHead(self._objects, commit, self._vault)

    def commits(self) -> Iterator[commits.Commit]:
        """Yield the commits that led here, this one first, along first parents.

        :raises StoreError: if one is missing, damaged or foreign.
        """
        return commits.history(self._objects, self.commit)

    def knows(self, commit: str) -> bool:
        """Return whether an earlier commit can be read where this one is."""
        try:
            GitHead(self._objects, commit)
        except StoreError:
            return False
        return True

    def changed_since(self, commit: str) -> Iterator[str]:
        """Yield the paths of files that differ from an earlier commit."""
        old = GitHead(self._objects, commit)
        for path, _, _ in self.differences(old):
            yield path

    def differences(self, old: GitHead | None) -> Iterator[tuple[str, str | None, str | None]]:
        """Yield path, old and new object name of every file that differs from ``old``."""
        found: _Differences = []
        self._differences(old.tree if old else None, self.tree, "", found)
        yield from found

    def events(self, directory: str) -> _Events:
        """Return the events in a directory, by index."""
        below = self._directory(f"{directory}/{EVENTS_NAME}")
        files, others = self._objects.tree(below) if below else _NOTHING
        names = (*files.values(), *others.values())  # what else lies there is no event
        found = [Event.from_bytes(self.content(oid)) for oid in names]
        return sorted(found, key=lambda event: event.index)

    def content(self, oid: str) -> bytes:
        """Return a blob's content by object name."""
        return self._objects.content(oid, "blob")

    def _directory(self, path: str) -> str | None:
        if not path:
            return self.tree
        # Of a record several files are asked for, one after the other.
        known, oid = self._last
        if known == path:
            return oid
        start = known + "/" if known else ""
        oid, names = (oid, path[len(start) :]) if path.startswith(start) else (self.tree, path)
        for name in names.split("/"):
            if oid is None:
                break
            oid = self._objects.tree(oid).directories.get(name)
        self._last = path, oid
        return oid

    def _walk(self, oid: str, prefix: str) -> Iterator[tuple[str, str]]:
        _require_shallow(prefix)
        files, directories = self._objects.tree(oid)
        for name, file in files.items():
            yield prefix + name, file
        for name, below in directories.items():
            yield from self._walk(below, f"{prefix}{name}/")

    def _differences(
        self, old: str | None, new: str | None, prefix: str, found: _Differences
    ) -> None:
        if old == new:
            return
        _require_shallow(prefix)
        before, earlier = self._objects.tree(old) if old else _NOTHING
        after, later = self._objects.tree(new, like=old) if new else _NOTHING
        if before != after:
            found += [
                (prefix + name, before.get(name), after.get(name))
                for name in _changed(before, after)
            ]
        if earlier != later:
            for name in _changed(earlier, later):
                below = f"{prefix}{name}/"
                self._differences(earlier.get(name), later.get(name), below, found)


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the names that are not in both with the same object, in order."""
    if not before:
        return sorted(after)
    names = [name for name, oid in after.items() if before.get(name) != oid]
    came = sum(name not in before for name in names)
    if len(after) - came != len(before):
        names += [name for name in before if name not in after]
    return sorted(names)


class LedgerStore(ABC):
    """A store whose refs name commits, wherever those lie.

    :param objects: what its commits, directories and files are read from.
    :param vault: the keys of encrypted records.
    """

    def __init__(self, objects: Objects, vault: Vault | None = None) -> None:
        self.objects = objects
        self.vault = vault
        self.only_year: int | None = None
        """The year of which it is the bundle: it has control, and that year's volumes alone."""
        self.waiting: Callable[[], None] = lambda: None
        """Called, by another thread, where an act waits for another one in the same ledger."""

    @abstractmethod
    def refs(self) -> list[str]:
        """Return all refs, sorted: those that hold ledgers, and what else is there."""

    @abstractmethod
    def commit(self, ref: str) -> str | None:
        """Return the object name of the commit that a ref names, or None."""

    @abstractmethod
    def locked(self, ref: str) -> AbstractContextManager[Branch]:
        """Return the ref locked against other writers.

        :raises ValueError: if the ref is not one that holds a ledger.
        """

    @abstractmethod
    def witnessing(self, ref: str) -> AbstractContextManager[CosignatureBranch]:
        """Return a witness's ref locked against other writers; see ``witnessref``.

        :raises ValueError: if the ref is none of a witness.
        """

    @abstractmethod
    def keys_held(self, *, ending: bool) -> AbstractContextManager[None]:
        """Keep the keys that may sign as they are, with others who do; or alone, to end one."""

    @abstractmethod
    def write_signers(
        self, people: Mapping[str, Sequence[str]], until: Mapping[str, datetime]
    ) -> None:
        """Tell plain git who may sign: e-mail to OpenSSH public key lines.

        :param until: when keys were revoked, by their fingerprints.
        """

    def is_to_hold(self, ref: str) -> bool:
        """Return whether a ledger, where there is one, belongs here: not all do in a bundle."""
        year = self.only_year
        return year is None or not ref.startswith(RECORDS_PREFIX) or f"/{year:04d}/" in ref

    @property
    def reopen(self) -> Reopen | None:
        """Return how another process opens the same store; None where none can."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Close what reading holds open."""

    def surroundings(self) -> Iterator[Finding]:
        """Yield what lies around the store that git would obey, or that no store has."""
        yield from ()

    def head(self, ref: str) -> GitHead | None:
        """Return a ref's head, or None."""
        commit = self.commit(ref)
        return GitHead(self.objects, commit, self.vault) if commit else None

    def at(self, commit: str) -> GitHead:
        """Return what a ref held at a commit.

        :raises StoreError: if that cannot be read.
        """
        return GitHead(self.objects, commit, self.vault)

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
        for one in self._history(ref):
            if one.time < moment:
                return GitHead(self.objects, one.oid, self.vault)
        return None

    def head_by_another(self, ref: str, moment: datetime, fingerprint: str) -> GitHead | None:
        """Return a ref as another key than one left it last before a moment; None if none did.

        What lies before was there then, whatever whoever has the one key says of dates.
        """
        for one in self._history(ref):
            if one.time < moment:
                signer = one.signer
                if signer is not None and signer.fingerprint != fingerprint:
                    return GitHead(self.objects, one.oid, self.vault)
        return None

    def notes(self, ref: str) -> Iterator[str]:
        """Yield the signed checkpoints of a ledger, the last first.

        :raises StoreError: if one cannot be read.
        """
        for one in self._history(ref):
            yield GitHead(self.objects, one.oid).note

    def _history(self, ref: str) -> Iterator[commits.Commit]:
        commit = self.commit(ref)
        return commits.history(self.objects, commit) if commit else iter(())


def _require_shallow(prefix: str) -> None:
    if prefix.count("/") > _DEEPEST:
        raise NestingError(
            message("the directories of the store are nested too deep: {path}…", path=prefix[:60]),
            message("restore the store from another copy"),
        )
