"""What acts on signing keys say, each in a directory of the person on control (ADR 0032)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from rmdocs.events.control import EntryApproved
from rmdocs.events.facts import EventFacts, Group, Sha256, Spelling
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import message
from rmdocs.store.checkpoint import Checkpoint

Fingerprint = Annotated[str, Spelling(pattern=r"SHA256:[A-Za-z0-9+/]{43}")]
"""A fingerprint of a key as ssh-keygen prints it."""

Moment = Annotated[str, Spelling(pattern=r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")]
"""A moment, UTC, whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevoked(EntryApproved):
    """A key was revoked: what it signs beyond the sizes that are sealed here is a fault.

    By its owner; or by two people, one of whom asked for it.

    :param staff_no: whose key it is.
    :param fingerprint: of the key.
    :param ledgers: every ledger that was known then, as it stood; any other had no event.
    :param since: from when on earlier acts are in doubt; None if none are.
    :param sure: the ledgers as another key left them last before that: what the key signed
        beyond, in these or any other, is in doubt. None if nothing is.
    """

    KIND: ClassVar = "revoke"
    TOLD: ClassVar = message("key revoked")
    staff_no: StaffNumber
    fingerprint: Fingerprint
    ledgers: tuple[Checkpoint, ...]
    since: Moment | None = None
    sure: tuple[Checkpoint, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedAct(Group):
    """An act that somebody says is theirs.

    :param ledger: the origin of its ledger, such as ``rmdocs/control``.
    :param index: of its event there.
    :param digest: SHA-256 of the event.
    """

    ledger: str
    index: int
    digest: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsConfirmed(EventFacts):
    """Somebody confirmed, with another key, acts that a revoked key had signed.

    :param staff_no: whose acts they are, and who confirms them.
    :param acts: those that are confirmed.
    """

    KIND: ClassVar = "confirm-acts"
    TOLD: ClassVar = message("acts confirmed")
    staff_no: StaffNumber
    acts: tuple[ConfirmedAct, ...]
