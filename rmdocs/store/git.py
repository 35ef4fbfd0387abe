"""The store in a bare git repository: no index, no working tree, no subprocess.

Plain git can read it: one signed commit an act, trailers, the signers' file
beside it. What is sealed is decided by the callers. Through replace refs,
grafts, a shallow or a borrowing repository git would show another history than
the one stored (F17), so a store has none of them.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.errors import ConflictError, StoreError, system_problem
from rmdocs.messages import by_command, listed, message
from rmdocs.store import commits, refs
from rmdocs.store.commits import Signers
from rmdocs.store.files import read_plain, sync_directory, sync_file
from rmdocs.store.head import LedgerStore
from rmdocs.store.objects import ObjectReader
from rmdocs.store.objectwriter import NewObjects, ObjectWriter
from rmdocs.store.refs import RefLock, locked
from rmdocs.store.sealing import LedgerBranch, SealingContext
from rmdocs.store.strays import strays
from rmdocs.store.surroundings import obeyed, unsound
from rmdocs.store.vault import Vault
from rmdocs.store.witnessref import WitnessBranch

if TYPE_CHECKING:
    from rmdocs.findings import Finding

SIGNERS = "allowed_signers"
"""The file by which plain git knows signers; relative, so a store can be moved."""

_MARK = "rmdocs"
_CONFIG = (
    ("core", "repositoryformatversion", "0"),
    ("core", "bare", "true"),
    ("core", "logAllRefUpdates", "false"),
    ("core", "fsync", "all"),
    ("gpg", "format", "ssh"),
    ('gpg "ssh"', "allowedSignersFile", SIGNERS),
    # Nothing is packed at a moment nobody chose.
    ("gc", "auto", "0"),
    ("receive", "denyDeletes", "true"),
    ("receive", "denyNonFastForwards", "true"),
)
_DIRECTORIES = (
    "objects/info",
    "objects/pack",
    "refs/heads",
    "refs/tags",
    "info",
    f"{_MARK}/locks",
    f"{_MARK}/partial",
)
_FILES = (
    # A ref nobody writes: git then shows no branch as checked out.
    ("HEAD", "ref: refs/heads/unused\n"),
    ("config", "".join(f"[{section}]\n\t{name} = {value}\n" for section, name, value in _CONFIG)),
    ("description", "rmdocs records store\n"),
    (SIGNERS, ""),
)


def make_repository(path: Path) -> None:
    """Make an empty bare repository for a store; on disk when this returns.

    Made by hand after gitrepository-layout(5): ``git init`` heeds environment,
    user's configuration and templates, and might put hooks into it.

    :raises ConflictError: if there is something already.
    :raises StoreError: if it cannot be made.
    """
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ConflictError(
                message("{path} is not empty", path=path), message("choose another folder")
            )
        for directory in _DIRECTORIES:
            (path / directory).mkdir(parents=True)
        for name, text in _FILES:
            (path / name).write_text(text, encoding="utf-8")
        _sync_all(path)
    except OSError as problem:
        raise StoreError(
            message(
                "no store can be made at {path}: {problem}",
                path=path,
                problem=system_problem(problem),
            ),
            message("check that the disk is there, writable and not full"),
        ) from problem


def configure(path: Path) -> None:
    """Set again what plain git must know of a store, where somebody changed it.

    All else in the configuration stays as it is (a remote, say), and a file that it
    includes is not opened. A convenience for people who look with git, as the
    signers' file: where it cannot be done, nothing in rmdocs misses it.
    """
    file = path / "config"
    try:
        text = read_plain(file).decode("utf-8")
        if all(f"\t{name} = {value}\n" in text for _, name, value in _CONFIG):
            return
        from git.config import GitConfigParser  # noqa: PLC0415 - costs 70 ms, hardly ever needed

        with GitConfigParser(file, read_only=False, merge_includes=False) as config:
            for section, name, value in _CONFIG:
                config.set_value(section, name, value)
    except (ImportError, OSError, StoreError, ValueError, configparser.Error):
        # GitPython cannot be imported where there is no git program: then nobody looks with it.
        return


_ITS_PARTS = ("HEAD", "objects", "refs")
"""Without which git takes a folder for no repository."""


def check_repository(path: Path) -> None:
    """Refuse what is no store, or one that shows another history than it holds.

    :raises StoreError: with what to do.
    """
    lacking = [name for name in _ITS_PARTS if not (path / name).exists()]
    if lacking and len(lacking) < len(_ITS_PARTS):
        raise StoreError(
            message(
                "the records store at {path} is not whole: {names} is missing",
                path=path,
                names=listed(lacking),
            ),
            message(
                "put the whole folder back from an unaltered copy; make no new store in its place,"
                " which would give the same numbers again"
            ),
        )
    if lacking or not ((path / _MARK).is_dir() or _has_ledger(path)):
        raise StoreError(
            message("there is no records store at {path}", path=path),
            by_command(
                message(
                    "name the folder of a workspace, or the bundle of a year; if there is no"
                    " workspace yet, make one"
                ),
                message("rmdocs init DIR"),
            ),
        )
    for finding in unsound(path):
        raise StoreError(finding.message, finding.remedy)


def _has_ledger(path: Path) -> bool:
    return any(map(refs.is_ledger_ref, refs.list_refs(path)))


def _sync_all(path: Path) -> None:
    for entry in path.rglob("*"):
        if entry.is_dir():
            sync_directory(entry)
        else:
            sync_file(entry)
    sync_directory(path)
    sync_directory(path.parent)


class GitStore(LedgerStore):
    """A records store in a bare repository (SHA-1 object format).

    :param path: the repository, known to be sound; see :meth:`open`.
    :param vault: the keys of encrypted records.
    """

    objects: ObjectReader

    def __init__(self, path: Path, vault: Vault | None = None) -> None:
        super().__init__(ObjectReader(path), vault)
        self.path = path
        self.signers = Signers(path / SIGNERS)

    @classmethod
    def create(cls, path: Path) -> GitStore:
        """Make an empty store.

        :raises ConflictError: if there is something already.
        :raises StoreError: if it cannot be made.
        """
        make_repository(path)
        return cls(path)

    @classmethod
    def open(cls, path: Path, vault: Vault | None = None) -> GitStore:
        """Open a store.

        :raises StoreError: if there is none, or git was told to show another
            history than the one stored (F17: replace refs, grafts, shallow).
        """
        check_repository(path)
        return cls(path, vault)

    @property
    def reopen(self) -> StoreInGit:
        """Return how another process opens the same store, to read it."""
        return StoreInGit(path=self.path, keys=self.vault.directory if self.vault else None)

    def surroundings(self) -> Iterator[Finding]:
        """Yield what git would obey that no store has, settings and hooks, and what is astray."""
        yield from obeyed(self.path, SIGNERS)
        yield from strays(self.path)

    def close(self) -> None:
        """Close what reading holds open."""
        self.objects.close()

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
                lock = held.enter_context(locked(self.path, ref, self.waiting))
            branch = GitBranch(self, lock)
            held.callback(branch.drop)
            yield branch

    @contextmanager
    def witnessing(self, ref: str) -> Iterator[WitnessBranch]:
        """Return a witness's ref locked against other writers on this machine.

        :raises ValueError: if the ref is none of a witness.
        """
        if not refs.is_witness_ref(ref):
            raise ValueError(ref)
        with _told(), locked(self.path, ref) as lock:
            writer = ObjectWriter(lock.repository, lock.scratch)
            yield WitnessBranch(store=self, ref=ref, writer=writer, swap=lock.swap)

    @contextmanager
    def keys_held(self, *, ending: bool) -> Iterator[None]:
        """Keep the keys that may sign as they are on this machine; see ``refs``."""
        with ExitStack() as held:
            with _told():
                held.enter_context(refs.keys_held(self.path, ending=ending))
            yield

    def write_signers(
        self, people: Mapping[str, Sequence[str]], until: Mapping[str, datetime]
    ) -> None:
        """Write the file by which plain git checks signatures, and see that it is told of it.

        :param people: OpenSSH public key lines by e-mail.
        :param until: when keys were revoked, by their fingerprints.
        """
        self.signers.replace(people, until)
        configure(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreInGit:
    """Where a store lies, for another process that reads it.

    :param keys: the directory of its record keys; None where they are not here.
    """

    path: Path
    keys: Path | None

    def __call__(self) -> GitStore:
        """Open it.

        :raises StoreError: as :meth:`GitStore.open`.
        """
        return GitStore.open(self.path, Vault(self.keys, os.urandom) if self.keys else None)


class GitBranch(LedgerBranch):
    """A locked ref of a git store."""

    def __init__(self, store: GitStore, lock: RefLock) -> None:
        super().__init__(store, lock.ref)
        self._signers = store.signers
        self._lock = lock

    def _writing(self) -> AbstractContextManager[None]:
        return _told()

    def _writer(self) -> ObjectWriter:
        return ObjectWriter(self._lock.repository, self._lock.scratch)

    def _land(self, writer: NewObjects, act: SealingContext, old: str | None, new: str) -> None:
        self._signers.add(commits.email(act.actor.staff_no), act.key.public.line)
        writer.flush()
        self._lock.swap(old, new)


@contextmanager
def _told() -> Iterator[None]:
    """Tell a failure of the disk as the store's error."""
    try:
        yield
    except OSError as problem:
        raise StoreError(
            message("the store cannot be written: {problem}", problem=system_problem(problem)),
            message("check that the disk is there, writable and not full"),
        ) from problem
