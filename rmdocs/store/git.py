"""The store in a bare git repository: no index, no working tree, no subprocess.

Plain git can read it: one signed commit an act, trailers, the signers' file
beside it. What is sealed is decided by the callers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import git

from rmdocs.canonical import sha256
from rmdocs.errors import ConflictError, StoreError
from rmdocs.messages import message
from rmdocs.store import commits, merkle, refs
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.event import Actor, Event, SealedFile
from rmdocs.store.head import GitHead
from rmdocs.store.keys import SigningKey
from rmdocs.store.objects import ObjectReader, ObjectWriter
from rmdocs.store.protocol import CHECKPOINT_PATH, MOST_DEEDS, Deed, Receipt
from rmdocs.store.trees import Changes, rewrite

_SIGNERS = "allowed_signers"
_CONFIG = (
    ("core", "logAllRefUpdates", "false"),
    ("gpg", "format", "ssh"),
    ("gc", "auto", "0"),
    ("receive", "denyDeletes", "true"),
    ("receive", "denyNonFastForwards", "true"),
)


class GitStore:
    """A records store in a bare repository (SHA-1 object format)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.objects = ObjectReader(path)

    @classmethod
    def create(cls, path: Path) -> GitStore:
        """Make an empty store.

        :raises ConflictError: if there is something already.
        """
        if path.exists() and any(path.iterdir()):
            raise ConflictError(
                message("{path} is not empty", path=path), message("choose another folder")
            )
        repository = git.Repo.init(path, bare=True, initial_branch="unused")
        with repository.config_writer() as config:
            for section, name, value in _CONFIG:
                config.set_value(section, name, value)
            config.set_value('gpg "ssh"', "allowedSignersFile", str(path.resolve() / _SIGNERS))
        repository.close()
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> GitStore:
        """Open a store.

        :raises StoreError: if there is none, or git was told to show another
            history than the one stored (F17: replace refs, grafts, shallow).
        """
        if not (path / "HEAD").is_file() or not (path / "objects").is_dir():
            raise StoreError(
                message("there is no records store at {path}", path=path),
                message("make a workspace with: rmdocs init DIR"),
            )
        tricks = [name for name in ("shallow", "info/grafts", "refs/replace") if (path / name).exists()]
        if tricks:
            raise StoreError(
                message("the store hides history: {tricks}", tricks=", ".join(tricks)),
                message("restore it from an unaltered copy"),
            )
        return cls(path)

    def refs(self) -> list[str]:
        """Return the refs that hold ledgers, sorted."""
        return refs.list_refs(self.path)

    def head(self, ref: str) -> GitHead | None:
        """Return a ref's head, or None."""
        commit = refs.read_ref(self.path, ref)
        return GitHead(self.objects, commit) if commit else None

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

    @contextmanager
    def locked(self, ref: str) -> Iterator[GitBranch]:
        """Return the ref locked against other writers on this machine."""
        try:
            with refs.locked(self.path, ref) as lock:
                yield GitBranch(self, lock)
        except OSError as problem:
            raise StoreError(
                message("the store cannot be written: {problem}", problem=problem),
                message("check that the disk is there, writable and not full"),
            ) from problem

    def write_signers(self, people: Mapping[str, Sequence[str]]) -> None:
        """Write the file by which plain git checks signatures: e-mail to key lines."""
        lines = [
            f'{email} namespaces="git" {key}\n' for email, keys in people.items() for key in keys
        ]
        path = self.path / _SIGNERS
        partial = path.with_suffix(".new")
        partial.write_text("".join(lines), encoding="utf-8")
        partial.replace(path)


class GitBranch:
    """A locked ref of a git store."""

    def __init__(self, store: GitStore, lock: refs.RefLock) -> None:
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

        :raises ConflictError: if the ref moved, or a path is already there.
        """
        head = self.head
        sealing = _Sealing(self._store.objects, ObjectWriter(self._store.path, self._lock.scratch))
        origin = f"rmdocs/{self._lock.ref.removeprefix('refs/heads/')}"
        before = head.checkpoint if head else Checkpoint(origin, 0, merkle.EMPTY_ROOT)
        tree, parent = (head.tree, head.commit) if head else (None, None)
        events: list[Event] = []
        for start in range(0, len(deeds), MOST_DEEDS):
            part = deeds[start : start + MOST_DEEDS]
            last = start + MOST_DEEDS >= len(deeds)
            sealed = sealing.seal(part, before, actor, time)
            changes = dict(sealed.changes)
            changes.update(sealing.ledger(tree, before, sealed.events, ledger_key))
            if last and state:
                changes.update({path: sealing.blob(data) for path, data in state.items()})
            tree = rewrite(sealing.tree, sealing.add_tree, tree, changes, set(sealed.changes))
            before = sealing.checkpoint
            text = commits.Draft(tree or "", parent, actor, time, subject_line, trailers)
            parent = sealing.writer.add("commit", commits.signed(text, key))
            events += sealed.events
        sealing.writer.flush()
        self._lock.swap(head.commit if head else None, parent or "")
        return Receipt(parent or "", before, tuple(events))


class _Sealed:
    """The events of one commit and the files they bring."""

    def __init__(self, events: list[Event], changes: Changes) -> None:
        self.events = events
        self.changes = changes


class _Sealing:
    """Turns deeds into objects, commit by commit, before anything is on disk."""

    def __init__(self, reader: ObjectReader, writer: ObjectWriter) -> None:
        self._reader = reader
        self.writer = writer
        self.checkpoint = Checkpoint("", 0, b"")
        self._tiles: dict[str, bytes] = {}

    def seal(
        self, deeds: Sequence[Deed], before: Checkpoint, actor: Actor, time: datetime
    ) -> _Sealed:
        """Return the events of ``deeds`` and the blobs of their files."""
        events: list[Event] = []
        changes: Changes = {}
        for index, deed in enumerate(deeds, start=before.size):
            event = _event(deed, index, before, actor, time)
            events.append(event)
            changes.update({file.path: self.blob(file.data) for file in deed.files})
            changes[f"{deed.directory}/events/{event.file_name}"] = self.blob(event.to_bytes())
        return _Sealed(events, changes)

    def ledger(
        self, tree: str | None, before: Checkpoint, events: Sequence[Event], key: SigningKey
    ) -> Changes:
        """Return the ledger's new tiles and checkpoint after ``events``."""
        root = GitHead.of_tree(self._reader, tree, self.writer) if tree else None

        def read(path: str) -> bytes | None:
            return root.read(f"ledger/{path}") if root else None

        grown = merkle.Tree(before.size, read)
        tiles = grown.append([merkle.leaf_hash(event.to_bytes()) for event in events])
        self.checkpoint = Checkpoint(before.origin, grown.size, grown.root())
        changes: Changes = {
            f"ledger/{path}": None if data is None else self.blob(data)
            for path, data in tiles.items()
        }
        changes[CHECKPOINT_PATH] = self.blob(self.checkpoint.sign(key).encode())
        return changes

    def blob(self, data: bytes) -> str:
        """Take a file's content; return its object name."""
        return self.writer.add("blob", data)

    def tree(self, oid: str) -> bytes:
        """Return a tree, on disk already or not."""
        return self.writer.pending(oid) or self._reader.read(oid)[1]

    def add_tree(self, data: bytes) -> str:
        """Take a tree; return its object name."""
        return self.writer.add("tree", data)


def _event(deed: Deed, index: int, before: Checkpoint, actor: Actor, time: datetime) -> Event:
    files = tuple(
        SealedFile(file.path, sha256(file.data), len(file.data), file.media_type)
        for file in deed.files
    )
    return Event(
        kind=deed.kind,
        subject=deed.subject,
        index=index,
        actor=actor,
        time=time,
        reason=deed.reason,
        relied_on=deed.relied_on,
        previous=before if before.size else None,
        renderer=deed.renderer,
        files=files,
        approvals=deed.approvals,
        facts=deed.facts,
    )
