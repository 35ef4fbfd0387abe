"""Checkpoints: a ledger's size and root, signed (c2sp.org/signed-note, tlog-checkpoint).

A checkpoint is a few lines of text that a person can print, mail or compare.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import field, replace
from functools import lru_cache

from cryptography.exceptions import InvalidSignature

from rmdocs.canonical import JsonObject
from rmdocs.checkcodes import CheckCode
from rmdocs.classes import dataclass
from rmdocs.errors import DamagedError, StoreError
from rmdocs.messages import Text, message
from rmdocs.store.keys import PublicKey, Signer

KEY_NAME = "rmdocs-ledger"
_ED25519 = b"\x01"
_CONTROL = "rmdocs/control"
"""The ledger that names the keys of all, as ``protocol.ledger_origin`` calls it."""
_PARTS = {"origin": str, "size": int, "root": str}
_ROOT_SIZE = 32
_ID = 4
"""Bytes by which a key is known on a note."""
_LINE = re.compile(r"— [^\s\x00-\x1f+]+ ([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A ledger's state: which ledger, how many events, which root.

    :param origin: names the ledger, such as ``rmdocs/control``.
    :param root: 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    @property
    def pin(self) -> str:
        """Return what every document prints of the ledger: its check code."""
        return str(CheckCode.of(self.size, self.root))

    @property
    def body(self) -> str:
        """Return the text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def to_json(self) -> JsonObject:
        """Return the checkpoint as events name it."""
        return {"origin": self.origin, "size": self.size, "root": self.root.hex()}

    @classmethod
    def from_json(cls, value: JsonObject) -> Checkpoint:
        """Return the checkpoint an event names.

        :raises ValueError: if it is not exactly what ``to_json`` gives.
        """
        kinds = {name: type(part) for name, part in value.items()} if type(value) is dict else {}
        if kinds != _PARTS:
            reason = "a checkpoint has other parts than origin, size and root"
            raise ValueError(reason)
        return cls._named(**value)

    @classmethod
    @lru_cache(maxsize=64)  # all acts of a commit, and most of a day, name the same
    def _named(cls, origin: str, size: int, root: str) -> Checkpoint:
        checkpoint = cls(origin=origin, size=size, root=bytes.fromhex(root))
        checkpoint._check()
        if checkpoint.root.hex() != root:
            raise ValueError(root)
        return checkpoint

    def _check(self) -> None:
        sound = (
            type(self.origin) is str
            and self.origin.isprintable()
            and self.origin != ""
            and type(self.size) is int
            and self.size >= 0
            and len(self.root) == _ROOT_SIZE
        )
        if not sound:
            reason = "not a checkpoint"
            raise ValueError(reason)

    def sign(self, key: Signer) -> str:
        """Return the signed note, signed by the ledger's key."""
        return self.note(key.public, key.sign(self.body.encode()))

    def note(self, key: PublicKey, signature: bytes) -> str:
        """Return the signed note, by the ledger's key and its signature of the body."""
        return self.note_by(key_id(key), signature)

    def note_by(self, identity: bytes, signature: bytes) -> str:
        """Return the signed note, by the four bytes that stand for whoever signed."""
        encoded = base64.b64encode(identity + signature).decode()
        return f"{self.body}\n— {KEY_NAME} {encoded}\n"

    @classmethod
    def parse(cls, note: str) -> Checkpoint:
        """Return the checkpoint in a note, without checking who signed.

        :raises StoreError: if the note does not begin with a checkpoint, exactly.
        """
        lines = note.split("\n")
        try:
            root = base64.b64decode(lines[2], validate=True)
            checkpoint = cls(origin=lines[0], size=int(lines[1]), root=root)
            checkpoint._check()
            exact = note.startswith(checkpoint.body)
        except (IndexError, ValueError) as problem:
            raise DamagedError(message("a checkpoint of the ledger cannot be read")) from problem
        if not exact:
            raise DamagedError(message("a checkpoint of the ledger is not spelled as it must be"))
        return checkpoint


def parted(note: str) -> tuple[str, tuple[str, ...]]:
    """Return the text of a note, and the lines of signatures below it (c2sp.org/signed-note).

    All of it and no line, if one is none: such a note is signed by nobody.
    """
    body, separator, signatures = note.rpartition("\n\n")
    lines = tuple(signatures.removesuffix("\n").split("\n"))
    if not separator or not note.endswith("\n") or not all(map(_is_line, lines)):
        return note, ()
    return f"{body}\n", lines


def _is_line(line: str) -> bool:
    """Return whether a line is one of a note's signatures, whosever."""
    found = _LINE.fullmatch(line)
    try:
        return found is not None and len(base64.b64decode(found[1], validate=True)) > _ID
    except ValueError:
        return False


def verify(note: str, key: PublicKey) -> Checkpoint | None:
    """Return the checkpoint if the ledger's ``key`` signed the note, else None."""
    body, lines = parted(note)
    for line in lines:
        _, name, encoded = line.split(" ")
        if name != KEY_NAME or not _is_signature(encoded, body, key):
            continue
        try:
            checkpoint = Checkpoint.parse(body)
        except StoreError:
            continue
        return checkpoint if checkpoint.body == body else None
    return None


def _is_signature(encoded: str, body: str, key: PublicKey) -> bool:
    """Return whether base64 on a note's last line is a key's signature of its text."""
    try:
        signature = base64.b64decode(encoded, validate=True)
        if base64.b64encode(signature).decode() != encoded or signature[:4] != key_id(key):
            return False  # another's, or bits that nobody reads: another spelling of the same
        key.verifier().verify(signature[4:], body.encode())
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return True


@lru_cache(maxsize=256)
def _is_named(signature: str, statement: str, key: PublicKey) -> bool:
    return _is_signature(signature, statement, key)  # asked again with every act


EVERY_LEDGER = ("control", "records")
"""Of which ledgers the key signs that a store was founded with: of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFault:
    """Why a checkpoint is not signed as it must be: a code of findings, and words."""

    code: str
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerKey:
    """A key that signs checkpoints: on which machine, of which ledgers, from when and up to where.

    :param machine: what the machine is called; empty of the key that the store was founded with.
    :param ledgers: beginnings of the names of ledgers, without ``rmdocs/``, by whole parts, of
        which ``*`` stands for any: ``control``, ``records/*/JN01``.
    :param since: how many events control had when it named the key.
    :param until: up to which size of each ledger, by origin, it signs, and of no other; None
        while it has not ended.
    :param signature: by which a key that signed control then named this one, as a note bears it;
        empty of the founding key.
    """

    public: PublicKey
    machine: str = ""
    ledgers: tuple[str, ...] = EVERY_LEDGER
    since: int = 0
    until: Mapping[str, int] | None = None
    signature: str = ""

    @property
    def statement(self) -> str:
        """Return what is signed where the key is named: the text of a note (C2SP signed-note).

        Its second line is no number, so that it is the checkpoint of no ledger.
        """
        ledgers = " ".join(self.ledgers) or "-"
        return f"rmdocs/machine\n{self.machine}\n{verifier_line(self.public)}\n{ledgers}\n"

    def named_by(self, key: Signer) -> LedgerKey:
        """Return the key as another one names it."""
        signature = key_id(key.public) + key.sign(self.statement.encode())
        return replace(self, signature=base64.b64encode(signature).decode())

    def is_named_by(self, key: PublicKey) -> bool:
        """Return whether another key named this one."""
        return _is_named(self.signature, self.statement, key)

    def may_name(self, other: LedgerKey) -> bool:
        """Return whether the key names others, and is for all ledgers that the other is for.

        Else whoever has the key of one unit's machine could name one for all.
        """
        return self.is_for(_CONTROL) and all(map(self.is_for, other.ledgers))

    def is_for(self, origin: str) -> bool:
        """Return whether the key is for a ledger."""
        parts = origin.removeprefix("rmdocs/").split("/")
        return any(_begins(parts, ledger.split("/")) for ledger in self.ledgers)

    def fault(self, checkpoint: Checkpoint, known: int | None) -> KeyFault | None:
        """Return why a checkpoint that the key signed is none of this ledger; None if it is.

        :param known: how many events of control whoever sealed it knew; None if that is not told.
        """
        until = checkpoint.size if self.until is None else self.until.get(checkpoint.origin, 0)
        if not self.is_for(checkpoint.origin):
            return KeyFault(
                code="LEDGER-KEY-OTHER",
                reason=message(
                    "the checkpoint is signed with the ledger key of {machine}, which is not"
                    " entered for this ledger",
                    machine=self.machine or KEY_NAME,
                ),
            )
        if checkpoint.size > until:
            return KeyFault(
                code="LEDGER-KEY-ENDED",
                reason=message(
                    "the checkpoint is signed with a ledger key that had ended ({machine}): it"
                    " counts here up to {until} event(s); this is the checkpoint of {size}",
                    machine=self.machine or KEY_NAME,
                    until=until,
                    size=checkpoint.size,
                ),
            )
        if known is not None and known < self.since:
            return KeyFault(
                code="LEDGER-KEY-EARLY",
                reason=message(
                    "the checkpoint is signed with the ledger key of {machine}, which control did"
                    " not name yet",
                    machine=self.machine,
                ),
            )
        return None


def _begins(parts: list[str], named: list[str]) -> bool:
    """Return whether the first parts of a name are those that are named."""
    return len(named) <= len(parts) and all(
        name in {"*", part} for name, part in zip(named, parts, strict=False)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerKeys:
    """All keys that sign, or signed, the ledgers of a store.

    :param machines: those of machines, as control entered them; empty where the founding key
        is the only one.
    """

    founding: LedgerKey
    machines: tuple[LedgerKey, ...] = field(default=())

    @classmethod
    def of(cls, public: PublicKey) -> LedgerKeys:
        """Return the keys of a store that has only the one it was founded with."""
        return cls(founding=LedgerKey(public=public))

    @property
    def all(self) -> tuple[LedgerKey, ...]:
        """Return all of them, the founding key first."""
        return (self.founding, *self.machines)

    def rules(self, public: PublicKey) -> bool:
        """Return whether a key signs some ledger as control stands."""
        return any(one.public == public and one.until is None for one in self.all)

    def refusal(
        self, public: PublicKey, checkpoint: Checkpoint, known: int | None
    ) -> KeyFault | None:
        """Return why a key may not sign a checkpoint; None if it may.

        :param known: see :meth:`LedgerKey.fault`.
        """
        faults = [one.fault(checkpoint, known) for one in self.all if one.public == public]
        return None if None in faults else (faults or [_UNKNOWN])[-1]

    def signer(self, note: str) -> LedgerKey | None:
        """Return the key that signed a checkpoint and might; None if none did."""
        for key in self.all:
            found = verify(note, key.public)
            if found is not None and key.fault(found, None) is None:
                return key
        return None

    def chain(self, key: LedgerKey) -> tuple[LedgerKey, ...]:
        """Return the keys of which each names the next, from behind the founding key to ``key``.

        Empty of the founding key itself.

        :raises StoreError: if nobody who might named one of them.
        """
        found: list[LedgerKey] = []
        while key.public != self.founding.public:
            found.insert(0, key)
            by = [one for one in self.all if one.since < key.since and key.is_named_by(one.public)]
            control = [one for one in by if one.may_name(key)]
            if not control:
                raise DamagedError(
                    message(
                        "no key of the ledgers named the key of the machine {machine}",
                        machine=key.machine,
                    )
                )
            key = control[0]
        return tuple(found)

    def fault(self, note: str, known: int | None = None) -> KeyFault | None:
        """Return why a note is no checkpoint that one of the keys might sign; None if it is.

        :param known: see :meth:`LedgerKey.fault`; of control it follows from the checkpoint.
        """
        faults = []
        for key in self.all:
            found = verify(note, key.public)
            if found is not None:
                if found.origin == _CONTROL:
                    known = found.size - 1
                fault = key.fault(found, known)
                if fault is None:
                    return None
                faults.append(fault)
        return (faults or [_UNKNOWN])[-1]


_UNKNOWN = KeyFault(
    code="LEDGER-SIGNATURE", reason=message("the checkpoint is not signed by the ledger's key")
)


def signature_of(note: str) -> bytes:
    """Return the ledger's signature in a note that was verified."""
    return _signature_in(note)[4:]


def signer_id(note: str) -> bytes:
    """Return by which four bytes a note that was verified names who signed."""
    return _signature_in(note)[:4]


def _signature_in(note: str) -> bytes:
    first = note.partition(f"\n— {KEY_NAME} ")[2]
    return base64.b64decode(first.partition("\n")[0])


def verifier_line(key: PublicKey) -> str:
    """Return the ledger's key as a line that whoever checks its notes keeps (C2SP vkey)."""
    encoded = base64.b64encode(_ED25519 + key.raw).decode()
    return f"{KEY_NAME}+{key_id(key).hex()}+{encoded}"


def parse_verifier_line(line: str) -> PublicKey:
    """Return the key in a line of :func:`verifier_line`, exactly.

    :raises ValueError: if it is none.
    """
    encoded = line.split("+", 2)[-1]  # base64 has the sign, too
    key = PublicKey.of_raw(base64.b64decode(encoded, validate=True)[len(_ED25519) :])
    if verifier_line(key) != line:
        reason = "not the key of a ledger"
        raise ValueError(reason)
    return key


@lru_cache(maxsize=64)  # asked of every note, for each of a few keys
def key_id(key: PublicKey) -> bytes:
    """Return the four bytes by which a key is known on the notes that it signs."""
    return hashlib.sha256(KEY_NAME.encode() + b"\n" + _ED25519 + key.raw).digest()[:4]
