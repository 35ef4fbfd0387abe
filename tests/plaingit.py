"""Changing a store with plain git: commits that nobody signed, objects in files of their own."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from bank import Bank


def commit(bank: Bank, tree: str, *parents: str, ref: str) -> None:
    """Commit a tree."""
    words = [word for parent in parents for word in ("-p", parent)]
    made = bank.git("commit-tree", tree, *words, "-m", "changed")
    bank.git("update-ref", ref, made)


def with_file(bank: Bank, path: str, data: bytes | None, ref: str) -> None:
    """Commit a changed or further file; without ``data`` drop what lies there."""
    environment = {**os.environ, "GIT_INDEX_FILE": str(bank.root / "index")}

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "--git-dir", str(bank.store), *words],
            check=True,
            capture_output=True,
            env=environment,
        )
        return done.stdout.decode().strip()

    git("read-tree", ref)
    if data is None:
        git("rm", "-r", "--cached", "-q", path)
    else:
        blob = bank.git("hash-object", "-w", "--stdin", data=data)
        git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    commit(bank, git("write-tree"), ref, ref=ref)


def loosened(store: Path, oid: str) -> Path:
    """Put every object of a store into a file of its own; return that of one."""
    for pack in store.glob("objects/pack/*.pack"):
        outside = pack.rename(store / pack.name)
        pack.with_suffix(".idx").unlink()
        words = ["git", "--git-dir", str(store), "unpack-objects", "-q"]
        subprocess.run(words, input=outside.read_bytes(), check=True, capture_output=True)
        outside.unlink()
    return store / "objects" / oid[:2] / oid[2:]
