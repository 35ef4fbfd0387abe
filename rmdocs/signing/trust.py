"""What a signature is judged by: certificates that are trusted, and what was revoked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from asn1crypto import crl, pem, x509

from rmdocs.errors import FindingsError
from rmdocs.findings import error
from rmdocs.messages import message
from rmdocs.signing.certificates import is_readable


@dataclass(frozen=True, slots=True)
class Trust:
    """Certificates and revocation data, all DER; nothing is fetched from anywhere.

    :param roots: the certificates that end a chain of trust.
    :param others: certificates that may lie between a signer's and a root's.
    :param crls: certificate revocation lists (RFC 5280).
    :param ocsps: OCSP responses (RFC 6960).
    """

    roots: tuple[bytes, ...]
    others: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()

    def certificates(self) -> tuple[x509.Certificate, ...]:
        """Return roots and others."""
        return tuple(x509.Certificate.load(one) for one in (*self.roots, *self.others))


def read_certificates(data: bytes, name: str) -> tuple[bytes, ...]:
    """Return the certificates in a file, PEM (any number) or DER (one).

    :param name: what to call the file in findings.
    :raises FindingsError: with CERT-FILE if it holds anything else.
    """
    try:
        found = tuple(x509.Certificate.load(one, strict=True) for one in _blocks(data))
        if not all(map(is_readable, found)):
            raise ValueError(name)  # noqa: TRY301 - as what is no certificate at all
    except (ValueError, TypeError, KeyError) as problem:
        reason = message("the file holds no certificates")
        remedy = message("save the certificates as PEM or DER (.pem, .crt, .cer)")
        raise FindingsError((error("CERT-FILE", name, reason, remedy),)) from problem
    return tuple(one.dump() for one in found)


def read_crl(data: bytes, name: str) -> bytes:
    """Return a revocation list as DER, whether it came as PEM or DER.

    :param name: what to call the file in findings.
    :raises FindingsError: with CRL-FILE if it is none.
    """
    try:
        found = crl.CertificateList.load(next(iter(_blocks(data))), strict=True)
        _ = found.issuer.native, found["tbs_cert_list"]["this_update"].native
    except (ValueError, TypeError, KeyError, StopIteration) as problem:
        reason = message("the file holds no revocation list")
        remedy = message("get the issuer's list again (.crl), or take the file out of the folder")
        raise FindingsError((error("CRL-FILE", name, reason, remedy),)) from problem
    return found.dump()  # type: ignore[no-any-return]  # asn1crypto has no types


def _blocks(data: bytes) -> Iterable[bytes]:
    if not pem.detect(data):
        return (data,)
    return tuple(block for _, _, block in pem.unarmor(data, multiple=True))
