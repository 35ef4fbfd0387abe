"""Short ways to work in a workspace, and what tests opened of them.

Not in ``conftest.py``: whoever imports that gets it a second time.
"""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from rmdocs.beginning import SAMPLE
from rmdocs.demonstration import _last_day
from rmdocs.errors import FindingsError
from rmdocs.folders import read
from rmdocs.identifiers import RecordNumber, RequestNumber, StaffNumber
from rmdocs.issuing.checking import CheckedCandidate
from rmdocs.issuing.registry import Read
from rmdocs.registers.staff import StaffRegister
from rmdocs.store.commits import Commit, history
from rmdocs.store.memory import MemoryStore
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace import records, requests, store
from rmdocs.workspace.opening import Workspace
from rmdocs.workspace.places import STORE_PATH, index_path

NEW_YEAR = datetime(2026, 1, 5, 9, tzinfo=UTC)
LATE = date(2026, 12, 31)
FIFTH = Path(__file__).parent / "data" / "fifth_form"
CALL_BACK = FIFTH / "forms" / "RXD7200-05" / "sample.json"
SAMPLES = tuple(sorted(path.stem for path in SAMPLE.glob("RXD*.json")))

# Forms and templates are looked up by the digest of their bytes, so whatever
# workspace they were read from they are the same; reading them takes long.
_READ = Read()

# What tests opened: closed when the test, or for shared workspaces the session, ends.
_OPENED: list[Workspace] = []

# Whoever runs the tests need not have told git a name.
_SOMEBODY = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.invalid")


@contextmanager
def closing():
    """Close what is opened meanwhile."""
    before = len(_OPENED)
    try:
        yield
    finally:
        while len(_OPENED) > before:
            _OPENED.pop().close()


@contextmanager
def refused_for(*codes):
    """Expect a refusal for these findings and no others."""
    with pytest.raises(FindingsError) as refusal:
        yield
    assert {finding.code for finding in refusal.value.findings} == set(codes)


@dataclass
class Bank:
    """A workspace, its people and its samples.

    :param memory: its store, where no test looks at files of one.
    """

    root: Path
    memory: MemoryStore | None = None

    @property
    def store(self) -> Path:
        assert self.memory is None, "this needs a store in git: ask for copied_in_git"
        return self.root / STORE_PATH

    def at(self, actor: str | None = None, day: date = LATE) -> Workspace:
        """Open the workspace as somebody, on a day."""
        workspace = self.opened(actor, datetime.combine(day, time(9), UTC))
        workspace.registry._read = _READ
        workspace.registry.forms._loaded = _READ.forms
        return workspace

    def opened(self, actor: str | None, moment: datetime) -> Workspace:
        """Open the workspace as somebody, at a moment; it is closed after the test."""
        staff_no = StaffNumber.parse(actor) if actor else None
        workspace = Workspace(self.root, staff_no, lambda: moment, self.memory)
        _OPENED.append(workspace)
        return workspace

    def close(self) -> None:
        """Close what was opened of this workspace so far."""
        for workspace in _OPENED:
            if workspace.root == self.root:
                workspace.close()

    def index_files(self) -> list[Path]:
        """Return the files of the search index that whoever runs the tests has of it."""
        path = index_path(self.root)
        assert path is not None
        return [*path.parent.glob(f"{path.name}*")]

    def sample(self, name: str) -> dict[str, Any]:
        """Return a sample, such as ``RXD7200-01-JN01``, to be changed at will."""
        return json.loads((SAMPLE / f"{name}.json").read_bytes())

    def write(self, value: object, name: str = "record.json") -> Path:
        """Write a value, or text, or bytes, to a file beside the workspace."""
        path = self.root.parent / name
        if isinstance(value, bytes):
            path.write_bytes(value)
        else:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            path.write_text(text, encoding="utf-8")
        return path

    def check(self, value: object, name: str = "record.json") -> list[CheckedCandidate]:
        """Check what a file holds, on the last day of the samples' year."""
        return records.check(self.at(), [read(self.write(value, name))])

    def issue(self, sample: dict[str, Any], day: date | None = None) -> RecordNumber:
        """Issue a record on its last day, by whoever prepared it."""
        actor = sample["record"]["prepared_by"]["staff_no"]
        result = records.issue(self.at(actor, day or _last_day(sample)), [read(self.write(sample))])
        outcome = result.outcomes[0]
        assert outcome.number is not None, outcome.findings
        return outcome.number

    def add(self, number: RecordNumber, name: str, content: object, actor: str, day: date = LATE):
        """Add a stage by somebody."""
        value = {"stage": name, "content": content}
        return records.add(self.at(actor, day), number, name, read(self.write(value, "stage.json")))

    def amend(self, number: RecordNumber, record: object, actor: str, reason: str = "更正"):
        """Amend a record on the last day of the samples' year."""
        return records.amend(
            self.at(actor), number, read(self.write(record, "amended.json")), reason
        )

    def void(
        self,
        number: RecordNumber,
        actor: str,
        approver: str,
        reason: str = "重复",
        day: date = LATE,
    ):
        """Void a record: one asks, another approves."""
        return self.approve(self.ask(number, actor, reason, day), approver, day)

    def ask(self, number: RecordNumber, actor: str, reason: str = "重复", day: date = LATE):
        """Ask for a record to be declared void; return the request's number."""
        return requests.void(self.at(actor, day), number, reason).number

    def approve(self, request: RequestNumber, approver: str, day: date = LATE):
        """Approve a request; return it as it stands then."""
        return requests.approve(self.at(approver, day), request)

    def walk(self, sample: dict[str, Any]) -> RecordNumber:
        """Issue a sample and add all its stages."""
        number, day = self.issue(sample), _last_day(sample)
        for stage in sample["stages"]:
            actor = self.stage_actor(sample, stage)
            self.add(number, stage["stage"], stage["content"], actor, day)
        return number

    def stage_actor(self, sample: dict[str, Any], stage: dict[str, Any]) -> str:
        """Return who adds a stage: whom it names, else whoever prepared the record."""
        register = StaffRegister(head=self.at().registry.control)
        named = [p for p in register.people() if p.name == stage["content"].get("name")]
        return str(named[0].staff_no) if named else sample["record"]["prepared_by"]["staff_no"]

    def git(self, *words: str, data: bytes | None = None) -> str:
        """Run plain git on the store."""
        done = subprocess.run(
            ["git", "-C", self.store, *_SOMEBODY, *words],
            check=True,
            input=data,
            capture_output=True,
        )
        return done.stdout.decode().strip()

    def refs(self, below: str = "refs/heads/") -> dict[str, str]:
        """Return the commit that each ref names."""
        store = self.at().store
        return {ref: store.require_head(ref).commit for ref in store.refs() if below in ref}

    def commits(self, ref: str = CONTROL_REF) -> list[Commit]:
        """Return a ref's commits, the newest first."""
        store = self.at().store
        return [*history(store.objects, store.require_head(ref).commit)]

    def afterwards(self) -> Workspace:
        """Open the workspace at the latest moment at which it was opened so far."""
        moments = [one.now() for one in _OPENED if one.root == self.root]
        return self.opened(None, max(moments, default=self.at().now()))

    def codes(self) -> set[str]:
        """Verify the store and return the codes of what is wrong."""
        return {finding.code for finding in store.verify(self.afterwards()).findings}
