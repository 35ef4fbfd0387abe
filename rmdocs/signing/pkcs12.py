"""A software key: certificate and private key in a PKCS#12 file (.p12, .pfx)."""

from __future__ import annotations

from dataclasses import dataclass

from asn1crypto.pkcs12 import Pfx
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from pyhanko.sign.signers import SimpleSigner

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message
from rmdocs.signing.certificates import malformed, require_readable


@dataclass(frozen=True, slots=True)
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
        if not _is_pkcs12(data):
            reason = message("the file is no PKCS#12 file (.p12, .pfx)")
            raise FindingsError(
                (error("CREDENTIAL-FILE", name, reason, message("export it again")),)
            )
        try:
            signer = SimpleSigner.load_pkcs12_data(data, (), passphrase)
        except ValueError as problem:
            if _opens(data, passphrase):
                raise malformed(name) from problem
            reason = message("the passphrase does not open the file")
            remedy = message("type it again; nothing was signed")
            raise FindingsError(
                (error("CREDENTIAL-PASSPHRASE", name, reason, remedy),)
            ) from problem
        except (TypeError, AttributeError) as problem:
            # What pyHanko does with a file that lacks the certificate or the key.
            reason = message("the file holds no certificate with its private key")
            remedy = message("export the certificate together with its private key")
            raise FindingsError((error("CREDENTIAL-FILE", name, reason, remedy),)) from problem
        certificate = signer.signing_cert
        if certificate is None:
            reason = message("the file holds no certificate with its private key")
            raise FindingsError(
                (error("CREDENTIAL-FILE", name, reason, message("export it again")),)
            )
        require_readable(certificate, name)
        chain = tuple(one.dump() for one in signer.cert_registry)
        return cls(certificate.dump(), chain, signer)

    def sign(self, data: bytes, digest: str) -> bytes:
        """Return the raw signature of ``data``; see :class:`Credential`."""
        return self._signer.sign_raw(data, digest)


def _is_pkcs12(data: bytes) -> bool:
    try:
        return bool(Pfx.load(data)["version"].native == "v3")
    except (ValueError, TypeError, KeyError):
        return False


def _opens(data: bytes, passphrase: bytes | None) -> bool:
    """Return whether the passphrase is right, whatever the file holds."""
    try:
        load_pkcs12(data, passphrase)
    except (ValueError, TypeError):
        return False
    return True
