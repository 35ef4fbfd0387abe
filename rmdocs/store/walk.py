"""Walking a ref's commits, and checking who signed one.

What a commit may contain is the business of ``history``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rmdocs.store import commits
from rmdocs.store.commits import Commit
from rmdocs.store.keys import PublicKey
from rmdocs.store.objects import Objects


def walk_commits(objects: Objects, tip: str, *, oldest_first: bool = False) -> Iterator[Commit]:
    """Yield the commits from ``tip`` back to the first, along first parents.

    :param oldest_first: yield them from the first to ``tip`` instead; only
        object names are held in memory meanwhile.
    :raises StoreError: if a commit is missing, damaged or foreign.
    """
    if not oldest_first:
        yield from commits.history(objects, tip)
        return
    names = [commit.oid for commit in commits.history(objects, tip)]
    for name in reversed(names):
        yield commits.parse(name, objects.content(name, "commit"))


def verify_commit_signature(commit: Commit, allowed: Mapping[str, PublicKey]) -> PublicKey | None:
    """Return the key that signed a commit, or None if it is not a good signature.

    :param allowed: keys by fingerprint; a good signature by another counts for nothing.
    """
    signer = commit.signer
    return None if signer is None else allowed.get(signer.fingerprint)
