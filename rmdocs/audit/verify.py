"""Verifying a store: the files against the ledger, the ledger against itself.

Every event, file, number, signature and checkpoint is gone through; all
findings are told at once. What needs a pin outside the store (a history
rewritten whole) cannot be seen from inside, and is not claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.founding import FOUNDING_PATH
from rmdocs.control.volumes import registered
from rmdocs.errors import FindingsError, RmdocsError
from rmdocs.findings import Finding, error, warning
from rmdocs.identifiers import RecordNumber, Volume
from rmdocs.messages import Text, message
from rmdocs.numbering import SERIES_NAME, SeriesState
from rmdocs.registers.people import Person
from rmdocs.registers.records import ISSUE
from rmdocs.store import checkpoint, commits, merkle
from rmdocs.store.event import Event
from rmdocs.store.keys import PublicKey
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX

if TYPE_CHECKING:
    from rmdocs.store.git import GitStore
    from rmdocs.store.head import GitHead

_EVENT = re.compile(r"(?P<directory>.+)/events/(?P<index>\d{6,})-[a-z]+\.json", re.ASCII)
_CLAUSE = "ISO 9001 §7.5.3"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was gone through, and everything found wrong."""

    volumes: int
    events: int
    files: int
    findings: tuple[Finding, ...]


def verify(store: GitStore) -> Verification:
    """Go through the whole store.

    :raises StoreError: if there is no control ledger to begin with.
    """
    control = store.require_head(CONTROL_REF)
    ledger_key = PublicKey.parse(_json(control, FOUNDING_PATH)["ledger_key"])
    keys = _keys(control)
    findings: list[Finding] = []
    events = files = 0
    volumes = [ref for ref in store.refs() if ref.startswith(RECORDS_PREFIX)]
    for ref in (CONTROL_REF, *volumes):
        ledger = _Ledger(store, ref, ledger_key, keys)
        findings += ledger.findings()
        events += len(ledger.events)
        files += ledger.files
    findings += _volume_findings(store, control, volumes)
    findings += [
        error("REF-FOREIGN", ref, message("{ref} does not belong in a records store", ref=ref), clause=_CLAUSE)
        for ref in store.refs()
        if ref != CONTROL_REF and not ref.startswith(RECORDS_PREFIX)
    ]
    return Verification(len(volumes), events, files, tuple(findings))


def _json(head: GitHead, path: str) -> canonical.JsonObject:
    value: canonical.JsonObject = canonical.decode(head.read(path) or b"{}")
    return value


def _keys(control: GitHead) -> dict[str, set[str]]:
    """Return the fingerprints ever registered for each staff number."""
    keys: dict[str, set[str]] = {}
    for path, oid in control.walk("people"):
        if "/events/" not in path:
            person = Person.from_json(canonical.decode(control.content(oid)))
            found = keys.setdefault(str(person.staff_no), set())
            found |= {PublicKey.parse(line).fingerprint for line in person.keys}
    return keys


class _Ledger:
    """One ref under examination."""

    def __init__(self, store: GitStore, ref: str, key: PublicKey, people: dict[str, set[str]]) -> None:
        self._store = store
        self._ref = ref
        self._key = key
        self._people = people
        self._head = store.require_head(ref)
        self.events: list[tuple[str, Event, bytes]] = []
        self.files = 0

    def findings(self) -> Iterator[Finding]:
        """Yield everything that is wrong with the ref."""
        try:
            paths = dict(self._head.walk())
            yield from self._read_events(paths)
            yield from self._check_tree()
            yield from self._check_files(paths)
            yield from self._check_actors()
            yield from self._check_commits()
            if self._ref.startswith(RECORDS_PREFIX):
                yield from self._check_numbers()
        except FindingsError as problem:
            yield from problem.findings
        except RmdocsError as problem:
            yield self._wrong("STORE-DAMAGED", "", problem.reason)

    def _wrong(self, code: str, path: str, reason: Text) -> Finding:
        place = f"{self._ref.removeprefix('refs/heads/')}:{path}"
        remedy = message("restore the store from another copy and compare")
        return error(code, place, reason, remedy, clause=_CLAUSE)

    def _read_events(self, paths: dict[str, str]) -> Iterator[Finding]:
        for path, oid in paths.items():
            if not _EVENT.fullmatch(path):
                continue
            data = self._head.content(oid)
            event = Event.from_bytes(data)
            self.events.append((path, event, data))
            if not path.endswith(f"/events/{event.file_name}"):
                yield self._wrong("EVENT-MISPLACED", path, message("the event says it is {name}", name=event.file_name))
        self.events.sort(key=lambda item: item[1].index)
        for place, (path, event, _) in enumerate(self.events):
            if event.index != place:
                yield self._wrong("EVENT-GAP", path, message("event {index} stands where {place} should", index=event.index, place=place))
                break
        for (_, earlier, _), (path, later, _) in zip(self.events, self.events[1:], strict=False):
            if later.time < earlier.time:
                yield self._wrong("EVENT-BACKDATED", path, message("the event is dated before the one it follows"))

    def _check_tree(self) -> Iterator[Finding]:
        claimed = checkpoint.verify(self._head.note, self._key)
        if claimed is None:
            yield self._wrong("CHECKPOINT-SIGNATURE", "ledger/checkpoint", message("the checkpoint is not signed by the ledger's key"))
            return
        tree = merkle.Tree.of([merkle.leaf_hash(data) for _, _, data in self.events])
        if (claimed.size, claimed.root) != (tree.size, tree.root()):
            yield self._wrong("LEDGER-ROOT", "ledger/checkpoint", message("the events do not add up to the checkpoint: one was changed, removed or added"))
        if claimed.origin != f"rmdocs/{self._ref.removeprefix('refs/heads/')}":
            yield self._wrong("LEDGER-ORIGIN", "ledger/checkpoint", message("the checkpoint belongs to {origin}", origin=claimed.origin))

    def _check_files(self, paths: dict[str, str]) -> Iterator[Finding]:
        sealed: set[str] = set()
        for event_path, event, _ in self.events:
            for file in event.files:
                sealed.add(file.path)
                oid = paths.get(file.path)
                if oid is None:
                    yield self._wrong("FILE-MISSING", file.path, message("sealed by {event}, but missing", event=event_path))
                elif canonical.sha256(self._head.content(oid)) != file.sha256:
                    yield self._wrong("FILE-CHANGED", file.path, message("not the file that {event} sealed", event=event_path))
        self.files = len(sealed)
        for path in paths.keys() - sealed:
            if not (_EVENT.fullmatch(path) or path.startswith("ledger/") or path == SERIES_NAME):
                yield self._wrong("FILE-UNSEALED", path, message("no event seals this file"))

    def _check_actors(self) -> Iterator[Finding]:
        for path, event, _ in self.events:
            if event.actor.fingerprint not in self._people.get(event.actor.staff_no, set()):
                yield self._wrong("ACTOR-KEY", path, message("the key is not one of {name} ({staff_no})", name=event.actor.name, staff_no=event.actor.staff_no))

    def _check_commits(self) -> Iterator[Finding]:
        """Check that each commit is signed by the actor of the events it brings."""
        known = {(event.actor.fingerprint, commits.email(event.actor.staff_no)) for _, event, _ in self.events}
        for commit in commits.history(self._store.objects, self._head.commit):
            signer = commit.signer
            if signer is None:
                yield self._wrong("COMMIT-SIGNATURE", commit.oid, message("the commit's signature is not good"))
            elif (signer.fingerprint, commit.email) not in known:
                yield self._wrong("COMMIT-ACTOR", commit.oid, message("signed by a key that is not {author}'s", author=commit.author))
            if len(commit.parents) > 1:
                yield self._wrong("COMMIT-MERGE", commit.oid, message("a ledger has no merges"))

    def _check_numbers(self) -> Iterator[Finding]:
        volume = Volume.parse(self._ref.removeprefix(RECORDS_PREFIX))
        data = self._head.read(SERIES_NAME)
        state = SeriesState.from_json(canonical.decode(data)) if data else SeriesState(volume)
        issued = sorted(
            RecordNumber.parse(event.subject).serial for _, event, _ in self.events if event.kind == ISSUE
        )
        first = state.last_serial - state.given + 1
        for wrong in _not_counted(issued, range(first, state.last_serial + 1)):
            number = RecordNumber(volume.series, wrong)
            yield self._wrong("NUMBER-GAP", str(number), message("the number is missing, or was given twice or not at all"))


def _not_counted(issued: Iterable[int], expected: range) -> Iterator[int]:
    found: dict[int, int] = {}
    for serial in issued:
        found[serial] = found.get(serial, 0) + 1
    yield from (serial for serial in expected if found.get(serial, 0) != 1)
    yield from (serial for serial in found if serial not in expected)


def _volume_findings(store: GitStore, control: GitHead, volumes: Iterable[str]) -> Iterator[Finding]:
    present = {ref.removeprefix(RECORDS_PREFIX) for ref in volumes}
    known = {path.removeprefix("volumes/").rpartition("/")[0] for path, _ in control.walk("volumes") if path.endswith("/opened.json")}
    for name in sorted(known - present):
        yield error("VOLUME-MISSING", name, message("the volume was opened, but is missing"), message("restore the store from another copy"), clause=_CLAUSE)
    for name in sorted(present - known):
        if not registered(control, Volume.parse(name)):
            yield warning("VOLUME-UNREGISTERED", name, message("the control ledger does not know the volume yet"), message("the next record issued in it enters it"), clause=_CLAUSE)
