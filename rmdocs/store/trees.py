"""Changing a tree: only the directories on the changed paths are rewritten.

What is sealed stays: a path that is there already may not be written again,
other than the few files that change with every commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from rmdocs.errors import ConflictError
from rmdocs.messages import message
from rmdocs.store.objects import TreeEntry, format_tree, parse_tree

Changes: TypeAlias = dict[str, str | None]
"""Object name by path; None drops the path."""

_FILE, _DIRECTORY = "100644", "40000"


def rewrite(
    read: Callable[[str], bytes],
    add: Callable[[bytes], str],
    tree: str | None,
    changes: Mapping[str, str | None],
    new_only: Iterable[str] = (),
) -> str | None:
    """Return the tree after ``changes``; None if nothing is left in it.

    :param new_only: paths that must not be there yet.
    :raises ConflictError: if one of them is.
    """
    fresh = set(new_only)
    entries = parse_tree(read(tree)) if tree else {}
    below: dict[str, Changes] = {}
    fresh_below: dict[str, set[str]] = {}
    for path, oid in changes.items():
        name, slash, rest = path.partition("/")
        if slash:
            below.setdefault(name, {})[rest] = oid
            if path in fresh:
                fresh_below.setdefault(name, set()).add(rest)
        elif path in fresh and name in entries:
            raise ConflictError(
                message("{path} is in the store already and stays as it is", path=path)
            )
        else:
            _put(entries, name, _FILE, oid)
    for name, inner in below.items():
        known = entries.get(name)
        subtree = known.oid if known and known.is_tree else None
        _put(entries, name, _DIRECTORY, rewrite(read, add, subtree, inner, fresh_below.get(name, ())))
    return add(format_tree(entries.values())) if entries else None


def _put(entries: dict[str, TreeEntry], name: str, mode: str, oid: str | None) -> None:
    if oid is None:
        entries.pop(name, None)
    else:
        entries[name] = TreeEntry(mode, name, oid)
