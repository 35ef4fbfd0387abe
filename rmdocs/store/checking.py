"""What a ref holds now: events, their ledger and the files they seal, each checked.

Says what is wrong, decides nothing; whether an act was allowed is for the floors
above, how it came to be is told by ``history``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from rmdocs.canonical import sha256
from rmdocs.classes import dataclass
from rmdocs.errors import StoreError, why
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, by_command, message
from rmdocs.store import merkle
from rmdocs.store.checkpoint import Checkpoint, KeyFault, LedgerKeys
from rmdocs.store.event import Event
from rmdocs.store.protocol import (
    CHECKPOINT_PATH,
    EVENTS_NAME,
    LEDGER_PREFIX,
    RECORDS_PREFIX,
    Head,
    ledger_origin,
)

if TYPE_CHECKING:
    from rmdocs.store.head import GitHead

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_VOLUMES = ledger_origin(RECORDS_PREFIX)
_RESTORE = message("restore the store from an unaltered copy, and find out who changed it")
_wrong = partial(error, remedy=_RESTORE, clause=_CLAUSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An event as it lies in the store: where, and its exact bytes."""

    path: str
    data: bytes
    event: Event

    @property
    def directory(self) -> str:
        """Return the directory that the event speaks of."""
        return self.path.rpartition(f"/{EVENTS_NAME}/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """What was looked at on one ref, and what was found.

    :param events: all that could be read, by index.
    :param files: number of sealed files compared with their digests.
    :param places: the directory that each event speaks of, by its index.
    :param leaves: the events as they lie there, by their object names.
    """

    checkpoint: Checkpoint | None
    events: tuple[Event, ...]
    files: int
    findings: tuple[Finding, ...]
    places: Mapping[int, str] = field(default_factory=dict)
    leaves: Mapping[str, Leaf] = field(default_factory=dict)


def examine_ledger(head: Head, ledger_keys: LedgerKeys, origin: str | None = None) -> LedgerReport:
    """Recompute a ref's ledger from its events and compare every sealed file.

    :param ledger_keys: one of which must have signed the checkpoint.
    :param origin: the ledger's name, where known from the ref
        (:func:`~rmdocs.store.protocol.ledger_origin`); another ref's content
        moved here is told by it.
    """
    try:
        contents = dict(head.walk())
        leaves, findings = _read_events(head, contents)
    except StoreError as problem:
        return LedgerReport(
            checkpoint=None, events=(), files=0, findings=(_unreadable("", problem),)
        )
    ledger = _Ledger(head=head, contents=contents, keys=ledger_keys, origin=origin)
    return _examined(ledger, leaves, findings)


def examine_growth(
    head: GitHead, before: GitHead, ledger_keys: LedgerKeys, origin: str | None = None
) -> LedgerReport:
    """Look in the same way at what came to a ref since an earlier commit of it.

    What lay there before is taken as it was: its tiles are gone on from, its files not read.

    :param before: the ref as it was then, sound.
    """
    try:
        changed = {path: oid for path, _, oid in head.differences(before)}
        contents = {path: oid for path, oid in changed.items() if oid is not None}
        gone = frozenset(path for path, oid in changed.items() if oid is None)
        size = before.checkpoint.size
        tree = merkle.MerkleTree(size, lambda path: before.read(LEDGER_PREFIX + path))
        ledger = _Ledger(
            head=head,
            contents=contents,
            keys=ledger_keys,
            origin=origin,
            tree=tree,
            edge=merkle.Frontier.of(tree),
            time=before.time,
            gone=gone,
        )
        return _examined(ledger, *_read_events(head, contents))
    except (StoreError, merkle.MissingTileError) as problem:
        reason = why(problem)
        return LedgerReport(
            checkpoint=None,
            events=(),
            files=0,
            findings=(error("STORE-UNREADABLE", "", reason, _RESTORE, clause=_CLAUSE),),
        )


@dataclass(slots=True, kw_only=True)
class _Ledger:
    """A ledger, of which all is looked at, or what came after it was looked at before.

    :param contents: its files, or those that came, by their paths.
    :param keys: one of which must have signed its checkpoint.
    :param origin: its name, where known.
    :param tree: as it was before. :param edge: of that tree.
    :param time: of the last act before. :param gone: files that were there, and no more are.
    """

    head: Head
    contents: dict[str, str]
    keys: LedgerKeys
    origin: str | None
    tree: merkle.MerkleTree = field(default_factory=merkle.MerkleTree.empty)
    edge: merkle.Frontier = field(default_factory=merkle.Frontier)
    time: datetime | None = None
    gone: frozenset[str] = frozenset()


def _examined(ledger: _Ledger, leaves: list[Leaf], findings: list[Finding]) -> LedgerReport:
    events = tuple(leaf.event for leaf in leaves)
    checkpoint = _check_note(ledger.head, ledger.keys, ledger.origin, findings, _known(events))
    findings += _check_order(leaves, ledger)
    findings += _check_tree(ledger, leaves, checkpoint)
    findings += _check_files(ledger.head, events, ledger.contents)
    files = sum(len(event.files) for event in events)
    places = {leaf.event.index: leaf.directory for leaf in leaves}
    return LedgerReport(
        checkpoint=checkpoint,
        events=events,
        files=files,
        findings=tuple(findings),
        places=places,
        leaves={ledger.contents[leaf.path]: leaf for leaf in leaves},
    )


def sealed_check(
    head: Head,
    directory: str,
    events: Iterable[Event],
    ledger_keys: LedgerKeys,
    origin: str,
) -> list[Finding]:
    """Return what keeps a few events from being under the signed ledger.

    Reads as many tiles as the ledger is high, whatever its size.

    :param directory: the one that holds ``events``.
    """
    findings: list[Finding] = []
    checkpoint = _check_note(head, ledger_keys, origin, findings)
    if checkpoint is None:
        return findings
    tree = merkle.MerkleTree(checkpoint.size, lambda path: head.read(LEDGER_PREFIX + path))
    for event in events:
        if not _is_in(tree, event, checkpoint.root):
            reason = message("the event is not in the signed ledger")
            path = f"{directory}/{EVENTS_NAME}/{event.file_name}"
            findings.append(_wrong("EVENT-UNSEALED", path, reason))
    return findings


def _is_in(tree: merkle.MerkleTree, event: Event, root: bytes) -> bool:
    leaf = merkle.leaf_hash(event.to_bytes())
    try:
        proof = tree.inclusion_proof(event.index)
    except (merkle.MissingTileError, ValueError):
        return False
    return merkle.verify_inclusion(leaf, event.index, tree.size, proof, root)


def events_of(head: Head) -> list[Event]:
    """Return all events of a ref, by index.

    :raises StoreError: if one cannot be read.
    """
    found = (
        Event.from_bytes(head.content(oid)) for path, oid in head.walk() if is_event_path(path)
    )
    return sorted(found, key=lambda event: event.index)


def _read_events(head: Head, contents: dict[str, str]) -> tuple[list[Leaf], list[Finding]]:
    leaves: list[Leaf] = []
    findings: list[Finding] = []
    for path, oid in contents.items():
        if not is_event_path(path):
            continue
        try:
            data = head.content(oid)
            leaf = Leaf(path=path, data=data, event=Event.from_bytes(data))
        except StoreError as problem:
            findings.append(_unreadable(path, problem))
            continue
        if path.rpartition("/")[2] != leaf.event.file_name:
            findings.append(_wrong("EVENT-NAME", path, message("the event has another's name")))
        leaves.append(leaf)
    leaves.sort(key=lambda leaf: (leaf.event.index, leaf.path))
    return leaves, findings


def _known(events: tuple[Event, ...]) -> int | None:
    """Return how many events of control the last commit of a ledger knew; None if not told."""
    begun = events[-1].previous if events else None
    size = begun.size if begun is not None else 0
    return known_to(event for event in events if event.index >= size)


def known_to(events: Iterable[Event]) -> int | None:
    """Return how many events of control those of one commit relied on; None if not told."""
    return max((one.relied_on.size for one in events if one.relied_on is not None), default=None)


def key_remedy(fault: KeyFault, checkpoint: Checkpoint, usual: Text) -> Text:
    """Return what is to be done about a checkpoint that a wrong key signed."""
    if fault.code != "LEDGER-KEY-ENDED" or not checkpoint.origin.startswith(_VOLUMES):
        return usual
    return by_command(
        message(
            "find out who sealed it; if it was honest, on a machine that had not heard of the end,"
            " two people confirm it"
        ),
        "rmdocs key machine NAME --late --reason TEXT",
    )


def _check_note(
    head: Head,
    ledger_keys: LedgerKeys,
    origin: str | None,
    findings: list[Finding],
    known: int | None = None,
) -> Checkpoint | None:
    try:
        note = head.note
        checkpoint = Checkpoint.parse(note)
    except StoreError as problem:
        findings.append(_unreadable(CHECKPOINT_PATH, problem))
        return None
    fault = ledger_keys.fault(note, known)
    if fault is not None:
        found = _wrong(fault.code, CHECKPOINT_PATH, fault.reason)
        findings.append(replace(found, remedy=key_remedy(fault, checkpoint, found.remedy)))
    if origin is not None and checkpoint.origin != origin:
        findings.append(
            _wrong(
                "LEDGER-ORIGIN",
                CHECKPOINT_PATH,
                message(
                    "the ledger is {found}, here {origin} belongs",
                    found=checkpoint.origin,
                    origin=origin,
                ),
            )
        )
    return checkpoint


def _check_order(leaves: list[Leaf], ledger: _Ledger) -> Iterator[Finding]:
    """Yield gaps and doubles in the sequence, and events that go back in time."""
    indexes = [leaf.event.index for leaf in leaves]
    expected = range(ledger.tree.size, max(indexes, default=-1) + 1)
    for missing in sorted(set(expected) - set(indexes)):
        yield _wrong(
            "EVENT-MISSING",
            f"{missing:06d}",
            message("event {index} is missing from the ledger", index=missing),
        )
    if leaves and ledger.time is not None and leaves[0].event.time < ledger.time:
        yield _back(leaves[0])
    for before, after in pairwise(leaves):
        if before.event.index == after.event.index:
            yield _wrong(
                "EVENT-TWICE",
                after.path,
                message("there are two events {index}", index=after.event.index),
            )
        if after.event.time < before.event.time:
            yield _back(after)


def _back(leaf: Leaf) -> Finding:
    return _wrong(
        "EVENT-TIME",
        leaf.path,
        message(
            "event {index} bears an earlier time than the event before it", index=leaf.event.index
        ),
    )


def _check_tree(
    ledger: _Ledger, leaves: list[Leaf], checkpoint: Checkpoint | None
) -> Iterator[Finding]:
    """Yield where checkpoint, tiles or an event's ``previous`` differ from the events."""
    head, contents, tree = ledger.head, ledger.contents, ledger.tree
    appended = tree.append([merkle.leaf_hash(leaf.data) for leaf in leaves])
    tiles = {path: data for path, data in appended.items() if data is not None}
    dropped = {LEDGER_PREFIX + path for path, data in appended.items() if data is None}
    if checkpoint is not None and checkpoint.size != tree.size:
        yield _wrong(
            "LEDGER-SIZE",
            CHECKPOINT_PATH,
            message(
                "the checkpoint counts {said} events, there are {found}",
                said=checkpoint.size,
                found=tree.size,
            ),
        )
    elif checkpoint is not None and checkpoint.root != tree.root():
        yield _wrong(
            "LEDGER-ROOT",
            CHECKPOINT_PATH,
            message("the events are not those the checkpoint was signed over"),
        )
    stored = {path for path in contents if path.startswith(LEDGER_PREFIX)} - {CHECKPOINT_PATH}
    lost = {path for path in ledger.gone if path.startswith(LEDGER_PREFIX)} - dropped
    for path in sorted(stored | lost | {LEDGER_PREFIX + path for path in tiles}):
        if path not in stored or tiles.get(path.removeprefix(LEDGER_PREFIX)) != _content(
            head, contents[path]
        ):
            yield _wrong(
                "LEDGER-TILE", path, message("a tile of the ledger does not fit its events")
            )
    yield from _check_previous(leaves, checkpoint, ledger.edge)


def _check_previous(
    leaves: list[Leaf], checkpoint: Checkpoint | None, grown: merkle.Frontier
) -> Iterator[Finding]:
    """Yield events whose ``previous`` is not the ledger as it stood before their commit."""
    origin = checkpoint.origin if checkpoint else None
    before, begun = grown.root(), grown.size
    for leaf in leaves:
        previous = leaf.event.previous
        size = previous.size if previous else 0
        # An event stands either in the commit of the one before it, or begins one.
        if size != begun:
            before, begun = grown.root(), grown.size
        sound = size == begun and (size > 0) == (previous is not None)
        if sound and previous is not None:
            sound = previous.root == before and origin in (None, previous.origin)
        if not sound:
            yield _wrong(
                "EVENT-PREVIOUS",
                leaf.path,
                message("the event does not continue the ledger it stands in"),
            )
        grown.append(merkle.leaf_hash(leaf.data))


def _check_files(
    head: Head, events: tuple[Event, ...], contents: dict[str, str]
) -> Iterator[Finding]:
    """Yield sealed files that are missing or changed, and files nobody sealed."""
    sealed: set[str] = set()
    for event in events:
        for file in event.files:
            oid = contents.get(file.path)
            if file.path in sealed:
                yield _wrong("FILE-TWICE", file.path, message("the file is sealed by two events"))
            sealed.add(file.path)
            if oid is None:
                yield _wrong("FILE-MISSING", file.path, message("a sealed file is missing"))
                continue
            data = _content(head, oid)
            if data is None:
                yield _wrong("FILE-UNREADABLE", file.path, message("a sealed file is damaged"))
            elif (len(data), sha256(data)) != (file.size, file.sha256):
                yield _wrong("FILE-CHANGED", file.path, message("a sealed file was changed"))
    for path in sorted(contents.keys() - sealed):
        if not is_event_path(path) and not is_state_path(path):
            yield _wrong("FILE-UNSEALED", path, message("no event seals this file"))


def is_event_path(path: str) -> bool:
    """Return whether a file lies where events lie."""
    return path.split("/")[-2:-1] == [EVENTS_NAME] and not path.startswith(LEDGER_PREFIX)


def is_state_path(path: str) -> bool:
    """Return whether a file may change with every commit: the ledger's, or at the root."""
    return path.startswith(LEDGER_PREFIX) or "/" not in path


def _content(head: Head, oid: str) -> bytes | None:
    try:
        return head.content(oid)
    except StoreError:
        return None


def _unreadable(path: str, problem: StoreError) -> Finding:
    return error("STORE-UNREADABLE", path, problem.reason, _RESTORE, clause=_CLAUSE)
