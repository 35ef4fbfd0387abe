"""The store in a bare git repository: no index, no working tree, no subprocess.

Plain git can read it: one signed commit an act, trailers, the signers' file
beside it. What is sealed is decided by the callers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.errors import StoreError
from rmdocs.messages import message
from rmdocs.store import commits, layout, refs
from rmdocs.store.commits import Signers
from rmdocs.store.head import LedgerStore
from rmdocs.store.objects import NewObjects, ObjectReader, ObjectWriter
from rmdocs.store.refs import RefLock, locked
from rmdocs.store.sealing import Act, LedgerBranch

if TYPE_CHECKING:
    from rmdocs.store.vault import Vault


class GitStore(LedgerStore):
    """A records store in a bare repository (SHA-1 object format).

    :param path: the repository, known to be sound; see :meth:`open`.
    :param vault: the keys of encrypted records.
    """

    objects: ObjectReader

    def __init__(self, path: Path, vault: Vault | None = None) -> None:
        super().__init__(ObjectReader(path), vault)
        self.path = path
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

    def commit(self, ref: str) -> str | None:
        """Return the object name of the commit that a ref names, or None."""
        return refs.read_ref(self.path, ref)

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


class GitBranch(LedgerBranch):
    """A locked ref of a git store."""

    def __init__(self, store: GitStore, lock: RefLock) -> None:
        super().__init__(store, lock.ref)
        self._signers = store.signers
        self._lock = lock

    def _writer(self) -> ObjectWriter:
        return ObjectWriter(self._lock.repository, self._lock.scratch)

    def _land(self, writer: NewObjects, act: Act, old: str | None, new: str) -> None:
        with _told():
            self._signers.add(commits.email(act.actor.staff_no), act.key.public_line)
            writer.flush()
            self._lock.swap(old, new)


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
