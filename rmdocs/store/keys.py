"""Ed25519 keys in OpenSSH format: who signs, and what proves it (RFC 8709).

Where keys lie on a machine is the business of the floors above.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rmdocs.errors import StoreError
from rmdocs.messages import message

ALGORITHM = "ssh-ed25519"


@dataclass(frozen=True, slots=True)
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
            if parts[0] != ALGORITHM:
                raise ValueError(parts[0])
            key = cls(base64.b64decode(parts[1], validate=True))
            key.verifier()
        except (IndexError, ValueError, UnsupportedAlgorithm) as problem:
            raise StoreError(
                message("{line!r} is not an Ed25519 public key", line=line[:60])
            ) from problem
        return key

    @property
    def fingerprint(self) -> str:
        """Return ``SHA256:…`` as ssh-keygen prints it."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")
        return f"SHA256:{digest}"

    @property
    def line(self) -> str:
        """Return the OpenSSH line, without a comment."""
        return f"{ALGORITHM} {base64.b64encode(self.blob).decode()}"

    @property
    def raw(self) -> bytes:
        """Return the 32 bytes of the key itself."""
        return self.blob[-32:]

    def verifier(self) -> Ed25519PublicKey:
        """Return the key as the cryptography library verifies with it."""
        return Ed25519PublicKey.from_public_bytes(self.raw)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the comment it carries (its owner)."""

    private: Ed25519PrivateKey
    comment: str

    @classmethod
    def generate(cls, comment: str) -> SigningKey:
        """Return a new key."""
        return cls(Ed25519PrivateKey.generate(), comment)

    @classmethod
    def load(cls, path: Path, passphrase: bytes | None = None) -> SigningKey:
        """Return the key in an OpenSSH private key file.

        :raises StoreError: if it cannot be read, is locked by another
            passphrase, or is not Ed25519.
        """
        try:
            key = serialization.load_ssh_private_key(path.read_bytes(), passphrase)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as problem:
            raise StoreError(
                message("the key file {path} cannot be used: {problem}", path=path, problem=problem),
                message("check the file and its passphrase"),
            ) from problem
        if not isinstance(key, Ed25519PrivateKey):
            raise StoreError(message("the key in {path} is not Ed25519", path=path))
        return cls(key, path.stem)

    def save(self, path: Path, passphrase: bytes | None = None) -> None:
        """Write the private key, mode 0600, and beside it the public line (``.pub``).

        :raises FileExistsError: if there is a file already; keys are never replaced.
        """
        encryption = (
            serialization.BestAvailableEncryption(passphrase)
            if passphrase
            else serialization.NoEncryption()
        )
        data = self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption
        )
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        path.with_suffix(".pub").write_text(f"{self.public_line} {self.comment}\n", encoding="utf-8")

    @property
    def public(self) -> PublicKey:
        """Return the public key."""
        line = self.private.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        return PublicKey(base64.b64decode(line.split()[1]))

    @property
    def public_line(self) -> str:
        """Return the OpenSSH public key line, without a comment."""
        return self.public.line

    @property
    def fingerprint(self) -> str:
        """Return the public key's fingerprint."""
        return self.public.fingerprint
