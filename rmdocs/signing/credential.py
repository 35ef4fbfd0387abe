"""What somebody signs with: a certificate, and whatever holds its private key.

A software key and a token are given here (``pkcs12``, ``pkcs11``); a signing
service or another algorithm (SM2) is one more class with these three members.
"""

from __future__ import annotations

from typing import Protocol


class Credential(Protocol):
    """A certificate and the use of its private key, which itself is never seen."""

    @property
    def certificate(self) -> bytes:
        """Return the signer's certificate, DER."""

    @property
    def chain(self) -> tuple[bytes, ...]:
        """Return the certificates of its issuers as far as known, DER, in any order."""

    def sign(self, data: bytes, digest: str) -> bytes:
        """Return the raw signature of ``data``.

        :param digest: the hash to use, such as ``sha256``.
        :return: RSASSA-PKCS1-v1_5 for an RSA key, the DER of r and s for an EC key.
        :raises FindingsError: if the key cannot be used.
        """
