"""What somebody signs with: a software key (PKCS#12: .p12, .pfx) or a token (PKCS#11).

A credential is a certificate, and whatever holds its private key. Tokens are USB keys,
smart cards and HSMs, reached through the module of their maker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from asn1crypto import pem
from asn1crypto.pkcs12 import Pfx, SafeContents
from asn1crypto.x509 import Certificate
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked
from pkcs11.exceptions import PKCS11Error as TokenError
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import SimpleSigner

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import Text, listed, message
from rmdocs.signing.certificates import (
    CHINESE,
    SM2,
    SM2_REMEDY,
    holds_chinese,
    malformed,
    require_readable,
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs12:
    """A credential from a PKCS#12 file."""

    certificate: bytes
    chain: tuple[bytes, ...]
    _signer: SimpleSigner

    @classmethod
    def load(cls, data: bytes, passphrase: bytes | None, name: str = "") -> Pkcs12:
        """Return the credential in a file.

        :param data: what the file holds.
        :param name: what to call it in findings.
        :raises FindingsError: with CERT-MALFORMED if a certificate in it cannot be
            read, CREDENTIAL-PASSPHRASE if the passphrase is wrong, CREDENTIAL-FILE
            if it is no PKCS#12 file, or holds no certificate with its private key.
        """
        if (wrong := _no_pkcs12(data)) is not None:
            raise FindingsError((error("CREDENTIAL-FILE", name, *wrong),))
        try:
            signer = SimpleSigner.load_pkcs12_data(data, (), passphrase)
        except ValueError as problem:
            raise _unopened(data, passphrase, name) from problem
        except (TypeError, AttributeError) as problem:
            # What pyHanko does with a file that lacks the certificate or the key.
            reason = message("the file holds no certificate with its private key")
            remedy = message("export the certificate together with its private key")
            raise FindingsError((error("CREDENTIAL-FILE", name, reason, remedy),)) from problem
        except UnsupportedAlgorithm as problem:
            raise _unsupported(problem, name) from problem
        if (count := _keys(data)) > 1:
            reason = message("the file holds {count} private keys: which is meant?", count=count)
            remedy = message(
                "export the certificate for signing alone, with its private key, without that for"
                " encryption"
            )
            raise FindingsError((error("CREDENTIAL-FILE", name, reason, remedy),))
        certificate = signer.signing_cert
        if certificate is None:
            reason = message("the file holds no certificate with its private key")
            raise FindingsError(
                (error("CREDENTIAL-FILE", name, reason, message("export it again")),)
            )
        require_readable(certificate, name)
        chain = tuple(one.dump() for one in signer.cert_registry)
        return cls(certificate=certificate.dump(), chain=chain, _signer=signer)

    def sign(self, data: bytes, digest: str) -> bytes:
        """Return the raw signature of ``data``; see :class:`Credential`."""
        return self._signer.sign_raw(data, digest)


def _no_pkcs12(data: bytes) -> tuple[Text, Text] | None:
    """Return why a file is no PKCS#12 file, and how to get one; None if it is one."""
    again = message("export it again, as a PKCS#12 file (.p12, .pfx)")
    if not data.strip():
        return message("the file is empty"), again
    try:
        if Pfx.load(data)["version"].native == "v3":
            return None
    except (ValueError, TypeError, KeyError):
        pass
    if holds_chinese(data):
        return SM2, SM2_REMEDY
    if pem.detect(data):
        return (
            message("the file is PEM text, where a PKCS#12 file (.p12, .pfx) is needed"),
            message(
                "have certificate and private key put into one, such as with: openssl pkcs12"
                " -export -in cert.pem -inkey key.pem -out sign.p12"
            ),
        )
    try:
        _ = Certificate.load(data, strict=True).subject.native
    except (ValueError, TypeError, KeyError):
        return message("the file is no PKCS#12 file (.p12, .pfx)"), again
    return (
        message("the file holds a certificate without its private key"),
        message("export the certificate together with its private key"),
    )


def _unopened(data: bytes, passphrase: bytes | None, name: str) -> FindingsError:
    """Return why a PKCS#12 file that has all its parts gives no key."""
    try:
        load_pkcs12(data, passphrase)
    except UnsupportedAlgorithm as problem:
        return _unsupported(problem, name)
    except (ValueError, TypeError):
        reason = message("the passphrase does not open the file")
        remedy = message("type it again; nothing was signed")
        if unknown := sorted(set(_unknown_ciphers(data))):
            reason = message(
                "the passphrase does not open the file, or it is encrypted in a way that is not"
                " known here ({kind})",
                kind=listed(unknown),
            )
            remedy = message(
                "type it again; if it is right, export the file again with AES-256 encryption"
            )
        return FindingsError((error("CREDENTIAL-PASSPHRASE", name, reason, remedy),))
    return malformed(name)


def _unsupported(problem: UnsupportedAlgorithm, name: str) -> FindingsError:
    """Return the refusal of a key that the library does not know."""
    if CHINESE in str(problem):
        return FindingsError((error("CERT-KEY", name, SM2, SM2_REMEDY, clause="GM/T 0003"),))
    reason = message("the file holds a key of a kind that is not known here: {kind}", kind=problem)
    remedy = message("use a certificate with an RSA key, or an EC key on P-256, P-384 or P-521")
    return FindingsError((error("CERT-KEY", name, reason, remedy, clause="ETSI TS 119 312"),))


def _unknown_ciphers(data: bytes) -> Iterator[str]:
    """Yield the identifiers of encryptions in a PKCS#12 file that nobody here has a name for."""
    for kind, content in _contents(data):
        algorithms = []
        if kind == "encrypted_data":
            algorithms = [content["encrypted_content_info"]["content_encryption_algorithm"]]
        elif kind == "data":
            bags = SafeContents.load(content.native)
            shrouded = [one for one in bags if one["bag_id"].native == "pkcs8_shrouded_key_bag"]
            algorithms = [one["bag_value"]["encryption_algorithm"] for one in shrouded]
        for one in algorithms:
            used = one["algorithm"]
            if used.native == "pbes2":
                used = one["parameters"]["encryption_scheme"]["algorithm"]
            if used.native[0].isdigit():
                yield used.native


def _keys(data: bytes) -> int:
    """Return how many private keys a PKCS#12 file holds, as far as it says without its secret."""
    return sum(
        one["bag_id"].native in {"key_bag", "pkcs8_shrouded_key_bag"}
        for kind, content in _contents(data)
        if kind == "data"
        for one in SafeContents.load(content.native)
    )


def _contents(data: bytes) -> Iterator[tuple[str, Any]]:
    """Yield kind and content of each part of a PKCS#12 file that can be read."""
    try:
        for one in Pfx.load(data).authenticated_safe:
            yield one["content_type"].native, one["content"]
    except (ValueError, TypeError, KeyError):
        return  # the library that opens it told, or read on all the same


_WRONG_PIN = (PinIncorrect, PinInvalid, PinLenRange)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11:
    """A credential on a token, usable while its session is open."""

    certificate: bytes
    chain: tuple[bytes, ...]
    _signer: PKCS11Signer

    @classmethod
    @contextmanager
    def opened(cls, module: str, token: str, label: str, pin: str) -> Iterator[Pkcs11]:
        """Open the token and yield the credential; close it afterwards.

        :param module: path of the maker's PKCS#11 library.
        :param token: the token's label.
        :param label: the label that certificate and key have on it.
        :raises FindingsError: with CREDENTIAL-PASSPHRASE if the PIN is wrong or
            locked, CREDENTIAL-TOKEN if token, certificate or key are not there.
        """
        try:
            session = open_pkcs11_session(module, token_criteria=TokenCriteria(token), user_pin=pin)
        except _WRONG_PIN as problem:
            reason = message("the PIN does not open the token")
            remedy = message("type it again, but mind that a token locks after a few wrong PINs")
            raise FindingsError(
                (error("CREDENTIAL-PASSPHRASE", token, reason, remedy),)
            ) from problem
        except PinLocked as problem:
            reason = message("the token is locked after too many wrong PINs")
            remedy = message("have its issuer unlock it")
            raise FindingsError(
                (error("CREDENTIAL-PASSPHRASE", token, reason, remedy),)
            ) from problem
        except (TokenError, RuntimeError, OSError) as problem:
            reason = message("the token “{token}” cannot be opened", token=token)
            remedy = message("plug it in, and check its label and the path of its PKCS#11 module")
            raise FindingsError((error("CREDENTIAL-TOKEN", token, reason, remedy),)) from problem
        with session:
            # Raw: not every token hashes what it signs. None: all certificates on it.
            signer = PKCS11Signer(session, label, other_certs_to_pull=None, use_raw_mechanism=True)
            yield cls._found(signer, token, label)

    @classmethod
    def _found(cls, signer: PKCS11Signer, token: str, label: str) -> Pkcs11:
        try:
            asyncio.run(signer.ensure_objects_loaded())
            certificate = signer.signing_cert
        except (SigningError, TokenError) as problem:
            reason = message("the token has no certificate and key called “{label}”", label=label)
            remedy = message("list what is on it with the maker's program")
            raise FindingsError((error("CREDENTIAL-TOKEN", token, reason, remedy),)) from problem
        assert certificate is not None  # noqa: S101 - loaded just now, or refused above
        require_readable(certificate, token)
        chain = tuple(one.dump() for one in signer.cert_registry)
        return cls(certificate=certificate.dump(), chain=chain, _signer=signer)

    def sign(self, data: bytes, digest: str) -> bytes:
        """Return the raw signature of ``data``; see :class:`Credential`."""
        try:
            return asyncio.run(self._signer.async_sign_raw(data, digest))
        except (SigningError, TokenError) as problem:
            reason = message("the token does not sign")
            raise FindingsError(
                (error("CREDENTIAL-TOKEN", "", reason, message("open it again")),)
            ) from problem
