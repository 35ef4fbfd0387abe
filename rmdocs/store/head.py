"""A ref at one commit, for reading."""

from __future__ import annotations

from collections.abc import Iterator

from rmdocs.errors import StoreError
from rmdocs.messages import message
from rmdocs.store import commits
from rmdocs.store.checkpoint import Checkpoint
from rmdocs.store.event import Event
from rmdocs.store.objects import ObjectReader, ObjectWriter, TreeEntry, parse_tree
from rmdocs.store.protocol import CHECKPOINT_PATH


class GitHead:
    """Reads files of one commit; trees are kept once read.

    :param commit: the commit's object name.
    """

    def __init__(
        self,
        objects: ObjectReader,
        commit: str,
        *,
        tree: str | None = None,
        writer: ObjectWriter | None = None,
    ) -> None:
        self.commit = commit
        self._objects = objects
        self._writer = writer
        self.tree = tree or commits.parse(commit, objects.read(commit)[1]).tree
        self._trees: dict[str, dict[str, TreeEntry]] = {}

    @classmethod
    def of_tree(cls, objects: ObjectReader, tree: str, writer: ObjectWriter) -> GitHead:
        """Return a tree that may not be on disk yet."""
        return cls(objects, "", tree=tree, writer=writer)

    @property
    def note(self) -> str:
        """Return the signed checkpoint as it stands in the ledger."""
        data = self.read(CHECKPOINT_PATH)
        if data is None:
            raise StoreError(
                message("commit {commit} has no checkpoint", commit=self.commit),
                message("run: rmdocs verify"),
            )
        return data.decode()

    @property
    def checkpoint(self) -> Checkpoint:
        """Return the ledger's checkpoint at this commit."""
        return Checkpoint.parse(self.note)

    def read(self, path: str) -> bytes | None:
        """Return a file's content, or None."""
        entry = self._entry(path)
        return None if entry is None or entry.is_tree else self._content(entry.oid)

    def list(self, path: str) -> list[str]:
        """Return the names in a directory, sorted; empty if there is none."""
        oid = self.tree if not path else self._directory(path)
        return sorted(self._entries(oid)) if oid else []

    def walk(self, path: str = "") -> Iterator[tuple[str, str]]:
        """Yield path and object name of every file below a directory."""
        oid = self.tree if not path else self._directory(path)
        if oid:
            yield from self._walk(oid, f"{path}/" if path else "")

    def changed_since(self, commit: str) -> Iterator[str]:
        """Yield the paths of files that differ from an earlier commit."""
        old = GitHead(self._objects, commit)
        yield from self._changed(old.tree, self.tree, "")

    def events(self, directory: str) -> list[Event]:
        """Return the events in a directory, by index."""
        names = self.list(f"{directory}/events")
        found = (self.read(f"{directory}/events/{name}") for name in names)
        return [Event.from_bytes(data) for data in found if data is not None]

    def content(self, oid: str) -> bytes:
        """Return a blob's content by object name."""
        return self._content(oid)

    def _content(self, oid: str) -> bytes:
        pending = self._writer.pending(oid) if self._writer else None
        return pending if pending is not None else self._objects.read(oid)[1]

    def _entries(self, oid: str) -> dict[str, TreeEntry]:
        if oid not in self._trees:
            self._trees[oid] = parse_tree(self._content(oid))
        return self._trees[oid]

    def _entry(self, path: str) -> TreeEntry | None:
        entry: TreeEntry | None = None
        oid = self.tree
        for name in path.split("/"):
            if entry is not None and not entry.is_tree:
                return None
            entry = self._entries(oid).get(name)
            if entry is None:
                return None
            oid = entry.oid
        return entry

    def _directory(self, path: str) -> str | None:
        entry = self._entry(path)
        return entry.oid if entry is not None and entry.is_tree else None

    def _walk(self, oid: str, prefix: str) -> Iterator[tuple[str, str]]:
        for entry in self._entries(oid).values():
            if entry.is_tree:
                yield from self._walk(entry.oid, f"{prefix}{entry.name}/")
            else:
                yield prefix + entry.name, entry.oid

    def _changed(self, old: str, new: str, prefix: str) -> Iterator[str]:
        if old == new:
            return
        before = self._entries(old) if old else {}
        after = self._entries(new) if new else {}
        for name in before.keys() | after.keys():
            one, two = before.get(name), after.get(name)
            if one == two:
                continue
            trees = [entry.oid if entry and entry.is_tree else "" for entry in (one, two)]
            if any(trees):
                yield from self._changed(trees[0], trees[1], f"{prefix}{name}/")
            else:
                yield prefix + name
