"""How a ref came to hold what it holds: its commits, each checked against its events.

A commit only adds to what is there; it is signed by the key its events name, and bears
their actor's name and their time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from rmdocs.errors import StoreError, why
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.store import commits, merkle
from rmdocs.store.checking import Leaf, is_event_path, is_state_path, key_remedy, known_to
from rmdocs.store.checkpoint import Checkpoint, LedgerKeys
from rmdocs.store.commits import Commit, walk_commits
from rmdocs.store.event import Event
from rmdocs.store.head import GitHead
from rmdocs.store.keys import PublicKey
from rmdocs.store.objects import Objects
from rmdocs.store.protocol import LEDGER_PREFIX, MOST_EVENTS

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_RESTORE = message("restore the store from an unaltered copy, and find out who changed it")


Told = Callable[[Sequence[Event], Callable[[str], bytes | None]], str | None]
"""Returns what the commit of a call's events says, given what reads its files; None if unknown."""


def history_check(  # noqa: PLR0913 - a history, and what is known of it
    objects: Objects,
    tip: str,
    allowed: Mapping[str, PublicKey] | None = None,
    told: Told = lambda _events, _read: None,
    ledger_keys: LedgerKeys | None = None,
    *,
    since: GitHead | None = None,
    leaves: Mapping[str, Leaf] = MappingProxyType({}),
) -> list[Finding]:
    """Return everything that is wrong with the commits up to ``tip``.

    :param allowed: keys by fingerprint that may sign; None asks only that the
        signature is good and by the key the events name.
    :param told: makes the text of a commit again.
    :param ledger_keys: one of which must have signed each checkpoint but the last, which is
        looked at with the ledger.
    :param since: a commit among them; what led to it is taken as sound.
    :param leaves: events that were read before, by their object names.
    """
    return list(_History(objects, allowed, told, ledger_keys, leaves).check(tip, since))


class _History:
    """One walk over a ref's commits, with what the commits before led to."""

    def __init__(
        self,
        objects: Objects,
        allowed: Mapping[str, PublicKey] | None,
        told: Told,
        ledger_keys: LedgerKeys | None,
        leaves: Mapping[str, Leaf],
    ) -> None:
        self._objects = objects
        self._leaves = leaves
        self._allowed = allowed
        self._told = told
        self._ledger_keys = ledger_keys
        self._call: list[Event] = []
        self._commits: list[Commit] = []
        self._tree = merkle.Frontier()
        self._before: GitHead | None = None
        self._last: datetime | None = None
        self._tip = ""

    def check(self, tip: str, since: GitHead | None) -> Iterator[Finding]:
        """Yield what is wrong, commit by commit; stops where one cannot be read."""
        self._tip = tip
        try:
            if since is not None:
                self._go_on(since)
            until = since.commit if since is not None else None
            for commit in walk_commits(self._objects, tip, oldest_first=True, until=until):
                head = GitHead(self._objects, commit.oid, parsed=commit)
                signer = commit.signer
                yield from self._signature(commit, signer)
                yield from self._contents(commit, head, signer)
                self._before, self._last = head, commit.time
            yield from self._said()
        except (StoreError, merkle.MissingTileError) as problem:
            yield error("STORE-UNREADABLE", tip, why(problem), _RESTORE, clause=_CLAUSE)

    def _go_on(self, since: GitHead) -> None:
        size = since.checkpoint.size
        tree = merkle.MerkleTree(size, lambda path: since.read(LEDGER_PREFIX + path))
        self._tree = merkle.Frontier.of(tree)
        self._before, self._last = since, since.time

    def _signature(self, commit: Commit, signer: PublicKey | None) -> Iterator[Finding]:
        if signer is None:
            yield _wrong_commit(
                "COMMIT-UNSIGNED", commit, message("the commit bears no good signature")
            )
        elif self._allowed is not None and signer.fingerprint not in self._allowed:
            yield _wrong_commit(
                "COMMIT-STRANGER",
                commit,
                message("the commit is signed by the unknown key {key}", key=signer.fingerprint),
            )
        if not commit.committed:
            yield _wrong_commit("COMMIT-ACTOR", commit, message("author and committer differ"))
        if commit.zone != commits.ZONE:
            yield _wrong_commit(
                "COMMIT-TIME",
                commit,
                message(
                    "the commit tells its time by a clock of {zone}, not UTC", zone=commit.zone
                ),
            )
        if len(commit.parents) > 1:
            yield _wrong_commit("COMMIT-MERGE", commit, message("the commit joins two histories"))
        if self._last is not None and commit.time < self._last:
            yield _wrong_commit(
                "COMMIT-TIME", commit, message("the commit is dated before the one before it")
            )

    def _contents(
        self, commit: Commit, head: GitHead, signer: PublicKey | None
    ) -> Iterator[Finding]:
        added: dict[str, str] = {}
        for path, old, new in head.differences(self._before):
            if old is None and new is not None:
                added[path] = new
            elif not is_state_path(path):
                yield _wrong_commit(
                    "COMMIT-REPLACES",
                    commit,
                    message("the commit changes or drops {path}", path=path),
                )
        known = {path: self._leaf(path, oid) for path, oid in added.items() if is_event_path(path)}
        leaves = {path: leaf.data for path, leaf in known.items()}
        events = [leaf.event for leaf in known.values()]
        yield from self._texts(commit, events)
        yield from self._events(commit, events, signer)
        sealed = {file.path for event in events for file in event.files}
        for path in sorted(added.keys() - leaves.keys() - sealed):
            if not is_state_path(path):
                yield _wrong_commit(
                    "COMMIT-UNSEALED", commit, message("no event seals {path}", path=path)
                )
        yield from self._ledger(commit, head, list(leaves.values()), events)

    def _leaf(self, path: str, oid: str) -> Leaf:
        known = self._leaves.get(oid)
        if known is not None:
            return known
        data = self._objects.content(oid, "blob")
        return Leaf(path=path, data=data, event=Event.from_bytes(data))

    def _texts(self, commit: Commit, events: list[Event]) -> Iterator[Finding]:
        """Yield commits of the call before that say something else than its events.

        A call of more events than one commit takes is several commits, all but the last full.
        """
        ordered = sorted(events, key=lambda event: event.index)
        last = self._commits[-1] if self._commits else None
        goes_on = (
            last is not None
            and len(self._call) % MOST_EVENTS == 0
            and (last.text, last.time, last.email) == (commit.text, commit.time, commit.email)
        )
        if not goes_on:
            yield from self._said()
            self._call, self._commits = [], []
        self._call += ordered
        self._commits.append(commit)

    def _said(self) -> Iterator[Finding]:
        if not self._call or self._before is None:
            return
        text = self._told(self._call, self._before.read)
        for commit in self._commits if text is not None else ():
            if commit.text != text:
                yield _wrong_commit(
                    "COMMIT-TEXT",
                    commit,
                    message(
                        "the commit says “{said}”, but its events “{given}”",
                        said=" / ".join(commit.text.split("\n")[:4]),
                        given=" / ".join((text or "").split("\n")[:4]),
                    ),
                )

    def _events(
        self, commit: Commit, events: list[Event], signer: PublicKey | None
    ) -> Iterator[Finding]:
        if not events:
            yield _wrong_commit("COMMIT-EMPTY", commit, message("the commit holds no event"))
        key = signer.fingerprint if signer is not None else None
        for event in events:
            if commits.author(event.actor) != (commit.author, commit.email) or (
                event.time != commit.time
            ):
                yield _wrong_commit(
                    "COMMIT-ACTOR",
                    commit,
                    message("event {index} names another actor or time", index=event.index),
                )
            if key is not None and key != event.actor.fingerprint:
                yield _wrong_commit(
                    "COMMIT-KEY",
                    commit,
                    message("event {index} names another key than signed", index=event.index),
                )

    def _ledger(
        self, commit: Commit, head: GitHead, leaves: list[bytes], events: list[Event]
    ) -> Iterator[Finding]:
        ordered = sorted(zip(events, leaves, strict=True), key=lambda pair: pair[0].index)
        first = self._tree.size
        indexes = [event.index for event, _ in ordered]
        for _, leaf in ordered:
            self._tree.append(merkle.leaf_hash(leaf))
        note = head.note
        checkpoint = Checkpoint.parse(note)
        if self._ledger_keys is not None and commit.oid != self._tip:
            fault = self._ledger_keys.fault(note, known_to(events))
            if fault is not None:
                found = _wrong_commit(fault.code, commit, fault.reason)
                yield replace(found, remedy=key_remedy(fault, checkpoint, found.remedy))
        expected = (self._tree.size, self._tree.root())
        if (checkpoint.size, checkpoint.root) != expected or indexes != list(
            range(first, self._tree.size)
        ):
            yield _wrong_commit(
                "COMMIT-LEDGER", commit, message("the ledger did not grow by the commit's events")
            )


def _wrong_commit(code: str, commit: Commit, what: Text) -> Finding:
    return error(
        code, f"commit {commit.oid}", what, _RESTORE, clause=_CLAUSE, label=commit.subject_line
    )
