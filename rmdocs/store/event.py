"""Events: one act by one actor, as sealed (PREMIS *event*; canonical JSON, RFC 8785).

An event names who, when, why, what it relied on and the SHA-256 of every
file it seals. It is a leaf of its ledger. What a kind of event means is for
the floors above.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any, ClassVar, TypeVar

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.canonical import Json, JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import DamagedError, FindingsError, StoreError
from rmdocs.messages import message
from rmdocs.store.checkpoint import Checkpoint

FORMAT = 1
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_PARTS = 13
"""What an event says at its top level, ``format`` counted."""
_KIND = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_Part = TypeVar("_Part", "Actor", "SealedFile", "Approval")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acted: a register number, a name, and the key that proves it."""

    staff_no: str
    name: str
    fingerprint: str

    def is_same_as(self, other: Actor) -> bool:
        """Return whether both are one person, by staff number or by key."""
        return self.staff_no == other.staff_no or self.fingerprint == other.fingerprint

    def to_json(self) -> JsonObject:
        """Return the actor as JSON."""
        return _plain(self)

    @classmethod
    def from_json(cls, value: JsonObject) -> Actor:
        """Return the actor that JSON describes.

        :raises ValueError: if it is none.
        """
        return _part(cls, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile(Answer):
    """A file as an event seals it.

    :param path: where it lies in its ledger.
    :param sha256: of its content, in hexadecimal.
    :param size: in bytes.
    :param media_type: of its content, such as ``application/pdf``.
    """

    TOLD: ClassVar = ("path", "sha256", "media_type")
    path: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person's signature over a statement, given by its SHA-256 (armoured SSHSIG)."""

    staff_no: str
    fingerprint: str
    statement_sha256: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One act, sealed.

    :param kind: lower case with dashes; what it means is for the floors above.
    :param index: its leaf in the ledger, counted from 0.
    :param time: of the act, UTC, whole seconds.
    :param previous: the ledger just before the commit that holds the event;
        None in a ledger's first commit.
    :param relied_on: the control ledger the act relied on; None on control itself.
    :param facts: what this kind of event adds; JSON.

    ``said`` is what the facts mean, once the floor above read them.
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
    said: object = field(default=None, init=False, compare=False, repr=False)

    @property
    def place(self) -> str:
        """Return where a person finds it: its subject and its file."""
        return f"{self.subject}/{self.file_name}"

    @property
    def file_name(self) -> str:
        """Return the event's file name in its ``events`` directory."""
        return f"{self.index:06d}-{self.kind}.json"

    def day_in(self, zone: tzinfo | None) -> date:
        """Return the day of the act where the clocks show that time zone."""
        return self.time.astimezone(zone).date()

    def keep(self, said: object) -> None:
        """Keep what the facts mean with the event: whoever looks at it asks several times."""
        object.__setattr__(self, "said", said)

    def to_bytes(self) -> bytes:
        """Return the event as canonical JSON: the bytes that are the leaf.

        :raises FindingsError: if a fact cannot be kept exactly.
        """
        value = {
            "format": FORMAT,
            "kind": self.kind,
            "subject": self.subject,
            "index": self.index,
            "actor": self.actor.to_json(),
            "time": moment_text(self.time),
            "reason": self.reason,
            "relied_on": self.relied_on.to_json() if self.relied_on else None,
            "previous": self.previous.to_json() if self.previous else None,
            "renderer": self.renderer,
            "files": [_plain(file) for file in self.files],
            "approvals": [_plain(approval) for approval in self.approvals],
            "facts": dict(self.facts),
        }
        # All else are texts, and numbers of leaves and bytes, under names of ours.
        return canonical.encode(value, doubtful=value["facts"])

    @classmethod
    @lru_cache(maxsize=2048)  # verifying reads each several times
    def from_bytes(cls, data: bytes) -> Event:
        """Return the event in ``data``, exactly as ``to_bytes`` gave it.

        :raises StoreError: if it is not an event of a format known here, or
            has other parts, other types or another spelling.
        """
        try:
            value = canonical.decode(data)
            known = _typed(value, "format", int)
            if known != FORMAT:
                raise StoreError(
                    message("event format {found} is not known", found=known),
                    message("a newer rmdocs may read it"),
                )
            event = cls._from_json(value)
            # Every part is read exactly as it is written, so the event is written so, too.
            if canonical.encode(value, doubtful=value["facts"]) != data:
                _refuse("it is not in its canonical form")
        except (KeyError, TypeError, ValueError, FindingsError) as problem:
            raise DamagedError(
                message("an event cannot be read: it is not as this program writes it")
            ) from problem
        return event

    @classmethod
    def _from_json(cls, value: JsonObject) -> Event:
        if len(value) != _PARTS:
            _refuse("a part with another name")
        event = cls(
            kind=_typed(value, "kind", str),
            subject=_typed(value, "subject", str),
            index=_typed(value, "index", int),
            actor=Actor.from_json(value["actor"]),
            time=_moment(_typed(value, "time", str)),
            reason=_typed(value, "reason", str),
            relied_on=_checkpoint(value["relied_on"]),
            previous=_checkpoint(value["previous"]),
            renderer=_typed(value, "renderer", str),
            files=tuple(_part(SealedFile, file) for file in _typed(value, "files", list)),
            approvals=tuple(_part(Approval, item) for item in _typed(value, "approvals", list)),
            facts=_typed(value, "facts", dict),
        )
        if not _KIND.fullmatch(event.kind) or event.index < 0:
            _refuse("kind or index")
        if not all(_DIGEST.fullmatch(file.sha256) and file.size >= 0 for file in event.files):
            _refuse("the digest or size of a file")
        return event


def is_kind(text: str) -> bool:
    """Return whether ``text`` can be the kind of an event."""
    return _KIND.fullmatch(text) is not None


def _plain(value: Actor | SealedFile | Approval) -> JsonObject:
    return {name: getattr(value, name) for name in value.__slots__}


def _checkpoint(value: Json) -> Checkpoint | None:
    return None if value is None else Checkpoint.from_json(value)


def _part(kind: type[_Part], value: Json) -> _Part:
    names = kind.__slots__
    for name in names:
        if type(value[name]) is not (int if name == "size" else str):
            _refuse(name)
    if len(names) != len(value):
        _refuse("a part with unknown names")
    return kind(**value)


def moment_text(time: datetime) -> str:
    """Return a moment as events, and files of revocations, spell it."""
    return time.astimezone(UTC).strftime(_TIME)


@lru_cache(maxsize=64)  # all acts of a commit bear the same
def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    if moment_text(moment) != text:
        _refuse("another spelling of a time")
    return moment


def _typed(value: Json, name: str, kind: type) -> Any:  # noqa: ANN401 - of type ``kind``
    found = value[name]
    if type(found) is not kind:  # True is an int to isinstance
        _refuse(name)
    return found


def _refuse(what: str) -> None:
    raise ValueError(what)
