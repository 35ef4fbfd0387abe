"""Ed25519 keys in OpenSSH format, and what they sign (RFC 8709; OpenSSH PROTOCOL.sshsig).

git and ssh-keygen read both; no process is started per signature. Where keys
lie on a machine is the business of the floors above.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import struct
import textwrap
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rmdocs.classes import dataclass
from rmdocs.errors import ConflictError, StoreError, system_problem
from rmdocs.messages import by_command, message
from rmdocs.store.files import read_plain, sync_directory, write_synced

ALGORITHM = "ssh-ed25519"

_RAW_SIZE = 32
_PREFIX = b"\x00\x00\x00\x0b" + ALGORITHM.encode() + b"\x00\x00\x00\x20"


_PRIVATE = b"openssh-key-v1\x00"
"""How the content of a private key file of OpenSSH begins (PROTOCOL.key)."""

_NO_KEY = message("it is no private key of OpenSSH, or its passphrase is another")


def _shown(line: str) -> str:
    """Return how what is no key begins, as far as it can be read: it may be any file."""
    return "".join(sign for sign in line[:60] if sign.isprintable() and sign != "\ufffd")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A public key, known by its fingerprint.

    :param blob: the key in SSH wire format.
    """

    blob: bytes

    @classmethod
    def parse(cls, line: str) -> PublicKey:
        """Return the key of an OpenSSH public key line.

        :raises StoreError: if it is not an Ed25519 key.
        """
        parts = line.split()
        try:
            return cls.from_blob(base64.b64decode(parts[1], validate=True))
        except (IndexError, ValueError) as problem:
            raise StoreError(
                message("{line!r} is not an Ed25519 public key", line=_shown(line)),
                message("give the line of a .pub file that begins with ssh-ed25519"),
            ) from problem

    @classmethod
    def from_blob(cls, blob: bytes) -> PublicKey:
        """Return the key in SSH wire format.

        :raises ValueError: if it is anything but an Ed25519 key, exactly.
        """
        if len(blob) != len(_PREFIX) + _RAW_SIZE or not blob.startswith(_PREFIX):
            reason = "not an Ed25519 key in SSH wire format"
            raise ValueError(reason)
        return cls(blob=blob)

    @classmethod
    def of_raw(cls, raw: bytes) -> PublicKey:
        """Return the key of 32 bytes.

        :raises ValueError: if it has not so many.
        """
        return cls.from_blob(_PREFIX + raw)

    @property
    def fingerprint(self) -> str:
        """Return ``SHA256:…`` as ssh-keygen prints it."""
        return _fingerprint(self.blob)

    @property
    def line(self) -> str:
        """Return the OpenSSH line, without a comment."""
        return f"{ALGORITHM} {base64.b64encode(self.blob).decode()}"

    @property
    def raw(self) -> bytes:
        """Return the 32 bytes of the key itself."""
        return self.blob[-_RAW_SIZE:]

    def verifier(self) -> Ed25519PublicKey:
        """Return the key as the cryptography library verifies with it."""
        return _verifier(self.raw)


# Few people sign everything there is: what a key is called, and what verifies with it, is asked
# of the same ones again and again.
@lru_cache(maxsize=256)
def _fingerprint(blob: bytes) -> str:
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


@lru_cache(maxsize=256)
def _verifier(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


class Signer(Protocol):
    """What signs for somebody: a key that lies here, or one that stays with its owner."""

    @property
    def owner(self) -> str:
        """Return whose it is: a staff number, or ``ledger``."""

    @property
    def public(self) -> PublicKey:
        """Return the public key by which a signature is verified."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature of ``data`` (Ed25519, RFC 8032)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private key that lies on this machine.

    :param owner: what the key's file is called by, and its comment.
    """

    private: Ed25519PrivateKey
    owner: str

    @classmethod
    def generate(cls, owner: str) -> SigningKey:
        """Return a new key."""
        return cls(private=Ed25519PrivateKey.generate(), owner=owner)

    @classmethod
    def load(cls, path: Path, passphrase: bytes | None = None) -> SigningKey:
        """Return the key in an OpenSSH private key file.

        :raises StoreError: if it cannot be read, is locked by another
            passphrase, or is not Ed25519.
        """
        try:
            key = serialization.load_ssh_private_key(read_plain(path), passphrase)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as problem:
            raise StoreError(
                message(
                    "the key file {path} cannot be used: {problem}",
                    path=path,
                    problem=system_problem(problem) if isinstance(problem, OSError) else _NO_KEY,
                ),
                message("check the file and its passphrase"),
            ) from problem
        if not isinstance(key, Ed25519PrivateKey):
            raise StoreError(
                message("the key in {path} is not Ed25519", path=path),
                by_command(message("make a key first"), "rmdocs key new"),
            )
        return cls(private=key, owner=path.stem)

    def save(self, path: Path, passphrase: bytes | None = None) -> None:
        """Write the private key, mode 0600, and beside it the public line (``.pub``).

        The file appears whole or not at all, and is on disk when this returns.

        :raises ConflictError: if there is a file already; keys are never replaced.
        :raises StoreError: if it cannot be written.
        """
        encryption = (
            serialization.BestAvailableEncryption(passphrase)
            if passphrase
            else serialization.NoEncryption()
        )
        try:
            data = self.private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption
            )
        except UnsupportedAlgorithm as problem:
            raise StoreError(
                message("a key cannot be locked by a passphrase here: bcrypt is missing"),
                message("install it: pip install bcrypt"),
            ) from problem
        public = f"{self.public_line} {self.owner}\n".encode()
        try:
            _write_once(path, data, 0o600)
            path.with_suffix(".pub").write_bytes(public)
        except FileExistsError as problem:
            raise ConflictError(
                message("there is a key already: {path}", path=path),
                message("move the old file away first if it is lost or exposed"),
            ) from problem
        except OSError as problem:
            raise StoreError(
                message(
                    "the key {path} cannot be written: {problem}",
                    path=path,
                    problem=system_problem(problem),
                ),
                message("check that the directory exists and may be written to"),
            ) from problem

    @property
    def public(self) -> PublicKey:
        """Return the public key."""
        line = self.private.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        return PublicKey(blob=base64.b64decode(line.split()[1]))

    def sign(self, data: bytes) -> bytes:
        """Return the signature of ``data``."""
        return self.private.sign(data)

    @property
    def public_line(self) -> str:
        """Return the OpenSSH public key line, without a comment."""
        return self.public.line

    @property
    def fingerprint(self) -> str:
        """Return the public key's fingerprint."""
        return self.public.fingerprint


def _write_once(path: Path, data: bytes, mode: int) -> None:
    """Write ``data`` to a new file, whole and durable; FileExistsError if there is one."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        write_synced(partial, data, mode)
        # A link, unlike a rename, never replaces what is there.
        os.link(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    sync_directory(path.parent)


_MAGIC = b"SSHSIG"
_HASH = b"sha512"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


def is_locked(data: bytes) -> bool:
    """Return whether the private key in an OpenSSH file is locked by a passphrase."""
    try:
        lines = [line.strip() for line in data.decode("ascii").strip().splitlines()]
        blob = base64.b64decode("".join(lines[1:-1]), validate=True)
        if not blob.startswith(_PRIVATE):
            return False
        (length,) = struct.unpack(">I", blob[len(_PRIVATE) :][:4])
        return blob[len(_PRIVATE) + 4 :][:length] != b"none"
    except (ValueError, struct.error):
        return False  # what is no key file is told where it is opened


def sign(key: Signer, data: bytes, namespace: str) -> str:
    """Return an armoured signature over ``data`` in ``namespace`` (``git`` for commits)."""
    signature = key.sign(_signed(data, namespace))
    blob = (
        _MAGIC
        + struct.pack(">I", 1)
        + _string(key.public.blob)
        + _string(namespace.encode())
        + _string(b"")
        + _string(_HASH)
        + _string(_string(ALGORITHM.encode()) + _string(signature))
    )
    armour = "\n".join(textwrap.wrap(base64.b64encode(blob).decode(), 70))
    return f"{_BEGIN}\n{armour}\n{_END}\n"


def verify(signature: str, data: bytes, namespace: str) -> PublicKey | None:
    """Return the key that signed ``data``, or None if the signature is not good."""
    try:
        lines = [line.strip() for line in signature.strip().splitlines()]
        if not lines or lines[0] != _BEGIN or lines[-1] != _END:
            return None
        blob = base64.b64decode("".join(lines[1:-1]), validate=True)
        key, named, raw = _parse(blob)
        if named != namespace.encode():
            return None
        key.verifier().verify(raw, _signed(data, namespace))
    except (ValueError, binascii.Error, struct.error, InvalidSignature):
        return None
    return key


def bare(signature: str) -> bytes:
    """Return the 64 bytes of an armoured signature that :func:`verify` found good.

    :raises ValueError: if it is none.
    """
    return _parse(base64.b64decode("".join(signature.strip().splitlines()[1:-1])))[2]


def verify_bare(signature: bytes, data: bytes, namespace: str, key: PublicKey) -> bool:
    """Return whether ``key`` signed ``data``, by the 64 bytes of the signature alone."""
    try:
        key.verifier().verify(signature, _signed(data, namespace))
    except InvalidSignature:
        return False
    return True


def _signed(data: bytes, namespace: str) -> bytes:
    digest = hashlib.sha512(data).digest()
    return _MAGIC + _string(namespace.encode()) + _string(b"") + _string(_HASH) + _string(digest)


def _parse(blob: bytes) -> tuple[PublicKey, bytes, bytes]:
    if not blob.startswith(_MAGIC + struct.pack(">I", 1)):
        reason = "not an SSH signature of version 1"
        raise ValueError(reason)
    fields = _fields(blob[len(_MAGIC) + 4 :])
    public, namespace, _reserved, hash_name, signature = fields
    algorithm, raw = _fields(signature)
    if hash_name != _HASH or algorithm != ALGORITHM.encode():
        reason = "another algorithm"
        raise ValueError(reason)
    return PublicKey.from_blob(public), namespace, raw


def _fields(data: bytes) -> list[bytes]:
    found: list[bytes] = []
    while data:
        (length,) = struct.unpack(">I", data[:4])
        if length > len(data) - 4:
            reason = "cut off"
            raise ValueError(reason)
        found.append(data[4 : 4 + length])
        data = data[4 + length :]
    return found


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data
