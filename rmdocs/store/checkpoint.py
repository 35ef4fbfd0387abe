"""Checkpoints: a ledger's size and root, signed (c2sp.org/signed-note, tlog-checkpoint).

A checkpoint is a few lines of text that a person can print, mail or compare.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature

from rmdocs.canonical import JsonObject
from rmdocs.errors import StoreError
from rmdocs.messages import by_command, message
from rmdocs.store.keys import PublicKey, Signer

KEY_NAME = "rmdocs-ledger"
_ED25519 = b"\x01"
_SHORT = 12
_ROOT_SIZE = 32


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
        """Return what every document prints of the ledger: size and short root."""
        return f"{self.size}·{self.root.hex()[:_SHORT]}"

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
        try:
            checkpoint = cls(
                origin=value["origin"], size=value["size"], root=bytes.fromhex(value["root"])
            )
        except (KeyError, TypeError) as problem:
            reason = "a checkpoint lacks a part, or has one of another kind"
            raise ValueError(reason) from problem
        checkpoint._check()
        if checkpoint.to_json() != value:
            reason = "a checkpoint has other parts than origin, size and root"
            raise ValueError(reason)
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
        encoded = base64.b64encode(_key_hash(key) + signature).decode()
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
            raise StoreError(
                message("a checkpoint of the ledger cannot be read"),
                by_command(message("have the store verified"), "rmdocs verify"),
            ) from problem
        if not exact:
            raise StoreError(
                message("a checkpoint of the ledger is not spelled as it must be"),
                by_command(message("have the store verified"), "rmdocs verify"),
            )
        return checkpoint


def verify(note: str, key: PublicKey) -> Checkpoint | None:
    """Return the checkpoint if the ledger's ``key`` signed the note, else None."""
    body, separator, signatures = note.partition("\n\n")
    body += "\n"
    for line in signatures.splitlines() if separator else ():
        try:
            dash, name, encoded = line.split(" ")
            signature = base64.b64decode(encoded, validate=True)
            if base64.b64encode(signature).decode() != encoded:
                continue  # bits that nobody reads: another spelling of the same note
            if (dash, name, signature[:4]) != ("—", KEY_NAME, _key_hash(key)):
                continue
            key.verifier().verify(signature[4:], body.encode())
            checkpoint = Checkpoint.parse(body)
        except (ValueError, binascii.Error, InvalidSignature, StoreError):
            continue
        return checkpoint if checkpoint.body == body else None
    return None


def signature_of(note: str) -> bytes:
    """Return the ledger's signature in a note that was verified."""
    return base64.b64decode(note.rstrip("\n").rpartition(" ")[2])[4:]


def verifier_line(key: PublicKey) -> str:
    """Return the ledger's key as a line that whoever checks its notes keeps (C2SP vkey)."""
    encoded = base64.b64encode(_ED25519 + key.raw).decode()
    return f"{KEY_NAME}+{_key_hash(key).hex()}+{encoded}"


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


def _key_hash(key: PublicKey) -> bytes:
    return hashlib.sha256(KEY_NAME.encode() + b"\n" + _ED25519 + key.raw).digest()[:4]
