"""Events: one act by one actor, as sealed (PREMIS *event*; canonical JSON, RFC 8785).

An event names who, when, why, what it relied on and the SHA-256 of every
file it seals. It is a leaf of its ledger. What a kind of event means is for
the floors above.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rmdocs import canonical
from rmdocs.canonical import JsonObject
from rmdocs.errors import FindingsError, StoreError
from rmdocs.messages import message
from rmdocs.store.checkpoint import Checkpoint

FORMAT = 1
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: a register number, a name, and the key that proves it."""

    staff_no: str
    name: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file as an event seals it; ``size`` in bytes, ``sha256`` in hexadecimal."""

    path: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's signature over a statement, given by its SHA-256 (armoured SSHSIG)."""

    staff_no: str
    fingerprint: str
    statement_sha256: str
    signature: str


@dataclass(frozen=True, slots=True)
class Event:
    """One act, sealed.

    :param index: its leaf in the ledger, counted from 0.
    :param previous: the ledger just before the commit that holds the event.
    :param relied_on: the control ledger the act relied on; None on control itself.
    :param facts: what this kind of event adds; JSON.
    """

    kind: str
    subject: str
    index: int
    actor: Actor
    time: datetime
    reason: str
    relied_on: Checkpoint | None
    previous: Checkpoint | None
    renderer: str
    files: tuple[SealedFile, ...]
    approvals: tuple[Approval, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """Return the event's file name in its ``events`` directory."""
        return f"{self.index:06d}-{self.kind}.json"

    def to_bytes(self) -> bytes:
        """Return the event as canonical JSON: the bytes that are the leaf."""
        return canonical.encode(
            {
                "format": FORMAT,
                "kind": self.kind,
                "subject": self.subject,
                "index": self.index,
                "actor": _plain(self.actor),
                "time": self.time.astimezone(UTC).strftime(_TIME),
                "reason": self.reason,
                "relied_on": self.relied_on.to_json() if self.relied_on else None,
                "previous": self.previous.to_json() if self.previous else None,
                "renderer": self.renderer,
                "files": [_plain(file) for file in self.files],
                "approvals": [_plain(approval) for approval in self.approvals],
                "facts": dict(self.facts),
            }
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Event:
        """Return the event in ``data``.

        :raises StoreError: if it is not an event of a format known here.
        """
        try:
            value = canonical.decode(data)
            if value["format"] != FORMAT:
                raise StoreError(
                    message("event format {found} is not known", found=value["format"]),
                    message("a newer rmdocs may read it"),
                )
            return cls._from_json(value)
        except (KeyError, TypeError, ValueError, FindingsError) as problem:
            raise StoreError(message("an event cannot be read: {problem}", problem=problem)) from problem

    @classmethod
    def _from_json(cls, value: JsonObject) -> Event:
        return cls(
            kind=value["kind"],
            subject=value["subject"],
            index=value["index"],
            actor=Actor(**value["actor"]),
            time=datetime.strptime(value["time"], _TIME).replace(tzinfo=UTC),
            reason=value["reason"],
            relied_on=Checkpoint.from_json(value["relied_on"]) if value["relied_on"] else None,
            previous=Checkpoint.from_json(value["previous"]) if value["previous"] else None,
            renderer=value["renderer"],
            files=tuple(SealedFile(**file) for file in value["files"]),
            approvals=tuple(Approval(**approval) for approval in value["approvals"]),
            facts=value["facts"],
        )


def _plain(value: Actor | SealedFile | Approval) -> JsonObject:
    return {name: getattr(value, name) for name in value.__slots__}
