"""What acts on signing keys say, each in a directory of the person on control (ADR 0032)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from rmdocs.classes import dataclass
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


MACHINE = r"[A-Za-z][A-Za-z0-9-]{0,31}"
"""What a machine may be called."""

MachineName = Annotated[str, Spelling(pattern=MACHINE)]
VerifierLine = Annotated[str, Spelling(pattern=r"rmdocs-ledger\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")]
"""A ledger key as ``rmdocs key ledger`` writes it (C2SP signed-note)."""

LedgerName = Annotated[str, Spelling(pattern=r"(?:\*|[A-Za-z0-9._-]+)(?:/(?:\*|[A-Za-z0-9._-]+))*")]
NoteSignature = Annotated[str, Spelling(pattern=r"[A-Za-z0-9+/]{91}=")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineEntered(EntryApproved):
    """A machine that writes was given a ledger key, another one, or none any more (ADR 0034).

    :param machine: what it is called.
    :param key: the key.
    :param ledgers: the ledgers that it signs, by the beginning of their names, such as
        ``control`` or ``records/*/JN01``; none if the machine writes no more.
    :param signature: by which a key that signed control names this one, as on a note.
    :param sizes: every ledger as it stood, where the machine had an entry before: what that
        one named ends there, and signs nothing longer. None if it is the machine's first.
    :param late: volumes as they stood when a key that had ended signed them last, on a machine
        that had not heard of it: two people confirm that this was honest. None if nothing was.
    """

    KIND: ClassVar = "machine"
    TOLD: ClassVar = message("ledger key of a machine entered")
    machine: MachineName
    key: VerifierLine
    ledgers: tuple[LedgerName, ...]
    signature: NoteSignature
    sizes: tuple[Checkpoint, ...] | None = None
    late: tuple[Checkpoint, ...] | None = None


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
