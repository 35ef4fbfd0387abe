"""Git objects: read and changed.

Every object that is read is checked against its own name; of its copies, in packs (``packs``)
or loose, the first that is right counts.

A changed tree rewrites only the directories on the changed paths. What is
sealed stays: a path that is there already may not be written again, other than
the few files that change with every commit.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from rmdocs.errors import VERIFY_AND_RESTORE, ConflictError, StoreError, system_problem
from rmdocs.messages import message
from rmdocs.store.files import read_plain
from rmdocs.store.packs import Packs

FILE_MODE, TREE_MODE = b"100644", b"40000"
OID = re.compile(r"[0-9a-f]{40}")

MOST_KEPT = 4096
"""Trees kept in memory by one reader; the upper ones serve every path."""

_MOST_READ = 64
"""Trees of which the bytes are kept, to read what follows them by: those of a few commits."""


class Directory(NamedTuple):
    """A directory of the store (a git tree): the object names of what is in it, by names.

    Texts alone: Python's collector of cycles passes over them, and there are many.
    """

    files: dict[str, str]
    directories: dict[str, str]


_ENTRY = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)
"""An entry of a git tree: mode, name, and the 20 bytes of its object's name."""


def object_header(kind: str, size: int) -> bytes:
    """Return what precedes an object's content when it is named and stored."""
    return f"{kind} {size}\0".encode()


def object_name(kind: str, data: bytes) -> str:
    """Return the name git gives an object: the SHA-1 of header and content."""
    return _name(kind, data).hex()


def _name(kind: str, data: bytes) -> bytes:
    named = hashlib.sha1(object_header(kind, len(data)), usedforsecurity=False)
    named.update(data)
    return named.digest()


def parse_tree(data: bytes) -> Directory:
    """Return what a tree object says.

    :raises StoreError: if it is malformed, or holds what no store holds: a
        link, a program, a submodule, a name twice.
    """
    return _ReadTree.of(data, None).directory


class _ReadTree(NamedTuple):
    """A tree object that was read.

    :param last: at which byte its last entry begins. :param name: what that is called.
    """

    data: bytes
    directory: Directory
    last: int
    name: str

    @classmethod
    def of(cls, data: bytes, like: _ReadTree | None) -> _ReadTree:
        """Return what a tree object says; see :func:`parse_tree`.

        :param like: another one. Where this one differs from it from the last entry on, as when
            the newest record of a directory changes or the next one comes, only that is read.
        """
        start = 0
        files: dict[str, str] = {}
        directories: dict[str, str] = {}
        if like is not None and like.last and data.startswith(like.data[: like.last]):
            start = like.last
            files, directories = dict(like.directory.files), dict(like.directory.directories)
            (files if like.name in files else directories).pop(like.name)
        length, entry, name = start, 0, ""
        try:
            for mode, raw, oid in _ENTRY.findall(data, start):
                name = raw.decode()
                if mode == FILE_MODE and name not in directories:
                    at = files
                elif mode == TREE_MODE and name not in files:
                    at = directories
                else:
                    raise _not_kept(name)
                if name in at:
                    raise _not_kept(name)
                at[name] = oid.hex()
                entry = len(mode) + len(raw) + 22
                length += entry
        except UnicodeDecodeError:
            length = -1
        if length != len(data):
            raise StoreError(
                message("a directory of the store is malformed"),
                message("restore the store from another copy"),
            )
        return cls(data, Directory(files, directories), length - entry, name)


def _not_kept(name: str) -> StoreError:
    return StoreError(
        message("{name!r} is not kept as a store keeps files", name=name),
        message("restore the store from another copy"),
    )


def format_tree(directory: Directory) -> bytes:
    """Return the bytes of a tree object; git sorts directories as ``name/``."""
    entries = [(name.encode(), FILE_MODE, oid) for name, oid in directory.files.items()]
    entries += [
        (f"{name}/".encode(), TREE_MODE, oid) for name, oid in directory.directories.items()
    ]
    return b"".join(
        b"%s %s\0%s" % (mode, name.removesuffix(b"/"), bytes.fromhex(oid))
        for name, mode, oid in sorted(entries)
    )


class Objects(ABC):
    """Objects by their names, wherever they lie.

    ``most_kept`` is how many trees stay in memory.
    """

    def __init__(self) -> None:
        self.most_kept = MOST_KEPT
        self._trees: OrderedDict[str, Directory] = OrderedDict()
        self._just_read: OrderedDict[str, _ReadTree] = OrderedDict()

    @contextmanager
    def keeping(self, trees: int) -> Iterator[None]:
        """Keep more trees in memory for a while."""
        before, self.most_kept = self.most_kept, trees
        try:
            yield
        finally:
            self.most_kept = before

    @abstractmethod
    def read(self, oid: str) -> tuple[str, bytes]:
        """Return an object's type (``blob``, ``tree``, ``commit``) and content.

        :raises StoreError: if it is missing, or its content is not what its name says.
        """

    def content(self, oid: str, kind: str) -> bytes:
        """Return the content of an object of a known type.

        :raises StoreError: if it is missing, damaged or of another type.
        """
        found, data = self.read(oid)
        if found != kind:
            raise unreadable(oid, missing=False)
        return data

    def tree(self, oid: str, like: str | None = None) -> Directory:
        """Return what a tree says; not to be changed.

        :param like: a tree that differs little from it, if one is known: where it was read just
            now, this one is read the quicker.
        :raises StoreError: if it is missing or damaged.
        """
        known = self._trees.get(oid)
        if known is None:
            read = _ReadTree.of(
                self.content(oid, "tree"), self._just_read.get(like) if like else None
            )
            known = self._trees[oid] = read.directory
            self._just_read[oid] = read
            if len(self._just_read) > _MOST_READ:
                self._just_read.popitem(last=False)
            while len(self._trees) > self.most_kept:
                self._trees.popitem(last=False)
        else:
            self._trees.move_to_end(oid)
        return known


class ObjectReader(Objects):
    """Reads objects of a repository on disk: loose ones, and those in packs.

    :param repository: the bare repository's directory.
    """

    def __init__(self, repository: Path) -> None:
        super().__init__()
        self._directory = repository / "objects"
        self._packs = Packs(self._directory / "pack")

    def read(self, oid: str) -> tuple[str, bytes]:
        """Return an object's type and content: of its copies the first that is what its name says.

        :raises StoreError: if it is missing or damaged.
        """
        name = bytes.fromhex(oid)
        # Nearly always the first copy in a pack is there, and right; else each is tried.
        try:
            for pack, place in self._packs.copies(name):
                packed = pack.read(place)
                if _name(*packed) == name:
                    return packed
                break
        except (OSError, ValueError, zlib.error):
            pass  # met again below, and told there if no other copy is right
        problem: Exception | None = None
        for copy in self._copies(oid):
            try:
                found = copy()
                if found is not None and object_name(*found) == oid:
                    return found
                problem = problem or (found and _OTHER_CONTENT)
            except (OSError, ValueError, zlib.error) as met:
                problem = met
        problem = problem or self._packs.problem
        if isinstance(problem, PermissionError):  # which says nothing of what lies there
            raise StoreError(
                message(
                    "not all of the store may be read here: {problem}",
                    problem=system_problem(problem),
                ),
                message(
                    "have it read by somebody who may, or ask whoever keeps the store for a copy"
                ),
            ) from problem
        raise unreadable(oid, missing=problem is None) from problem

    def _copies(self, oid: str) -> Iterator[Callable[[], tuple[str, bytes] | None]]:
        """Yield what reads one copy of an object each, or finds none."""
        name = bytes.fromhex(oid)
        # Where there are packs, most lies in them: one look there costs less than a file.
        for pack, place in self._packs.copies(name):
            yield partial(pack.read, place)
        yield partial(self._loose, oid)
        # A repack may have moved the object, and dropped packs known here.
        if self._packs.look_again():
            for pack, place in self._packs.copies(name):
                yield partial(pack.read, place)

    def close(self) -> None:
        """Close the packs that are open; what is read later opens them again."""
        self._packs.close()

    def _loose(self, oid: str) -> tuple[str, bytes] | None:
        try:
            raw = zlib.decompress(read_plain(self._directory / oid[:2] / oid[2:]))
        except FileNotFoundError:
            return None
        header, _, data = raw.partition(b"\0")
        return header.split(b" ", 1)[0].decode("ascii"), data


_OTHER_CONTENT = ValueError("the content is not what the name says")


def unreadable(oid: str, *, missing: bool) -> StoreError:
    """Return what is told of an object that cannot be read."""
    if missing:
        return StoreError(
            message("object {oid} is missing from the store", oid=oid), VERIFY_AND_RESTORE
        )
    return StoreError(message("object {oid} of the store is damaged", oid=oid), VERIFY_AND_RESTORE)


Changes: TypeAlias = dict[str, str | None]
"""Object name by path; None drops the path."""

_RESERVED = (".git", "git~1")
_LONGEST_NAME = 255


def is_path(path: str) -> bool:
    """Return whether a file of the store may have this path from the root.

    Every part must be a name that any file system and git itself can keep.
    """
    return bool(path) and all(map(_is_name, path.split("/")))


def rewrite(
    read: Callable[[str], bytes],
    add: Callable[[bytes], str],
    tree: str | None,
    changes: Mapping[str, str | None],
    new_only: Iterable[str] = (),
) -> str | None:
    """Return the tree after ``changes``; None if nothing is left in it.

    :param new_only: paths that must not be there yet.
    :raises ConflictError: if one of them is, or a file would take the place
        of a directory or the other way round.
    """
    fresh = set(new_only)
    known = parse_tree(read(tree)) if tree else Directory({}, {})
    files, directories = dict(known.files), dict(known.directories)
    below: dict[str, Changes] = {}
    fresh_below: dict[str, set[str]] = {}
    for path, oid in changes.items():
        name, slash, rest = path.partition("/")
        if slash:
            below.setdefault(name, {})[rest] = oid
            if path in fresh:
                fresh_below.setdefault(name, set()).add(rest)
        elif name in directories or (name in files and path in fresh):
            raise _taken(path)
        else:
            _put(files, name, oid)
    for name, inner in below.items():
        if name in files:
            raise _taken(name)
        subtree = rewrite(read, add, directories.get(name), inner, fresh_below.get(name, ()))
        _put(directories, name, subtree)
    return add(format_tree(Directory(files, directories))) if files or directories else None


def _put(entries: dict[str, str], name: str, oid: str | None) -> None:
    if oid is None:
        entries.pop(name, None)
    else:
        entries[name] = oid


def _taken(path: str) -> ConflictError:
    return ConflictError(
        message("{path} is in the store already and stays as it is", path=path),
        message("choose another path; what is sealed is never replaced"),
    )


def _is_name(name: str) -> bool:
    return (
        name.isprintable()
        and bool(name)
        and not name.startswith(".")
        and not name.endswith((" ", ".", ".lock"))
        and not set(name) & set('\\:*?"<>|')
        and name.lower() not in _RESERVED
        and len(name.encode()) <= _LONGEST_NAME
    )
