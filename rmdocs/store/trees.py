"""Changing a tree: only the directories on the changed paths are rewritten.

What is sealed stays: a path that is there already may not be written again,
other than the few files that change with every commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from rmdocs.errors import ConflictError
from rmdocs.messages import message
from rmdocs.store.objects import FILE_MODE, TREE_MODE, TreeEntry, format_tree, parse_tree

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
    entries = dict(parse_tree(read(tree))) if tree else {}
    below: dict[str, Changes] = {}
    fresh_below: dict[str, set[str]] = {}
    for path, oid in changes.items():
        name, slash, rest = path.partition("/")
        if slash:
            below.setdefault(name, {})[rest] = oid
            if path in fresh:
                fresh_below.setdefault(name, set()).add(rest)
        elif name in entries and (path in fresh or entries[name].is_tree):
            raise _taken(path)
        else:
            _put(entries, FILE_MODE, name, oid)
    for name, inner in below.items():
        known = entries.get(name)
        if known and not known.is_tree:
            raise _taken(name)
        subtree = rewrite(read, add, known.oid if known else None, inner, fresh_below.get(name, ()))
        _put(entries, TREE_MODE, name, subtree)
    return add(format_tree(entries.values())) if entries else None


def _put(entries: dict[str, TreeEntry], mode: str, name: str, oid: str | None) -> None:
    if oid is None:
        entries.pop(name, None)
    else:
        entries[name] = TreeEntry(mode=mode, name=name, oid=oid)


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
