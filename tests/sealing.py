"""A store with real keys, and short ways to write into it and to ask git about it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rmdocs.events.facts import Unknown
from rmdocs.store.checking import examine_ledger
from rmdocs.store.checkpoint import LedgerKeys
from rmdocs.store.event import Actor
from rmdocs.store.head import LedgerStore
from rmdocs.store.history import history_check
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import Branch, NewEvent, NewFile, Receipt, ledger_origin

REF = "refs/heads/records/RXD7200-02/JN01/2026/1"
NOON = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)


@dataclass
class Desk:
    """A writer at work: a store, an actor, keys."""

    path: Path
    store: LedgerStore
    key: SigningKey = field(default_factory=lambda: SigningKey.generate("JN01-0101"))
    ledger_key: SigningKey = field(default_factory=lambda: SigningKey.generate("ledger"))

    @property
    def actor(self) -> Actor:
        return Actor(staff_no="JN01-0101", name="王伟", fingerprint=self.key.fingerprint)

    def new_event(self, serial: int, **parts) -> NewEvent:
        directory = f"00/{serial // 100:02d}/{serial % 100:02d}"
        files = (
            NewFile(
                path=f"{directory}/record.json",
                data=b'{"n":%d}' % serial,
                media_type="application/json",
            ),
            NewFile(
                path=f"{directory}/editions/e1.docx",
                data=b"PK%d" % serial * 100,
                media_type="application/zip",
            ),
        )
        named = {
            "facts": Unknown(name="issue"),
            "subject": f"N-{serial}",
            "files": files,
            "reason": "新签",
        }
        return NewEvent(directory=directory, **(named | parts))

    def append_to(self, branch: Branch, *new_events: NewEvent, **parts) -> Receipt:
        serial = str(branch.head.checkpoint.size if branch.head else 0)
        named = {
            "actor": self.actor,
            "key": self.key,
            "ledger_key": self.ledger_key,
            "time": NOON,
            "subject_line": f"Issue after {serial}",
            "trailers": {
                "Event": "issue",
                "Number": "\n".join(new_event.subject for new_event in new_events),
            },
            "state": {"series.json": serial.encode()},
        }
        return branch.append(new_events, **(named | parts))

    def append(self, *new_events: NewEvent, ref: str = REF, **parts) -> Receipt:
        with self.store.locked(ref) as branch:
            return self.append_to(branch, *new_events, **parts)

    def issue(self, first: int, last: int, ref: str = REF) -> list[Receipt]:
        """Issue numbers one commit each."""
        return [self.append(self.new_event(serial), ref=ref) for serial in range(first, last + 1)]

    def git(self, *words: str, check: bool = True, data: bytes | None = None) -> str:
        done = subprocess.run(
            ["git", "-C", self.path, *words], check=check, input=data, capture_output=True
        )
        return (done.stdout + done.stderr).decode()


def sound(desk, ref):
    """Return all findings on a ref; none are expected."""
    head = desk.store.require_head(ref)
    allowed = {desk.key.fingerprint: desk.key.public}
    return [
        *examine_ledger(head, LedgerKeys.of(desk.ledger_key.public), ledger_origin(ref)).findings,
        *history_check(desk.store.objects, head.commit, allowed),
    ]
