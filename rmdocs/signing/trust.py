"""What a signature is judged by, and why its certificate or time stamp is not to be trusted.

Certificates that are trusted, and what was revoked; from these and a document's own
store comes the context in which pyHanko judges chains.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asn1crypto import crl, ocsp, pem, x509
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.context import ValidationContext

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import Text, listed, message
from rmdocs.signing.certificates import (
    common_name,
    identified,
    is_readable,
    may_sign,
    may_stamp,
    minute,
)
from rmdocs.signing.chains import untrusted

if TYPE_CHECKING:
    from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureStatus
    from pyhanko.sign.validation.status import TimestampSignatureStatus as StampStatus


@dataclass(frozen=True, slots=True, kw_only=True)
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


# What they would write to standard error is told as findings.
for _name in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_name).addHandler(logging.NullHandler())


def context(
    trust: Trust,
    moment: datetime,
    *,
    whole: bool = False,
    store: DocumentSecurityStore | None = None,
    later: bool = False,
) -> ValidationContext:
    """Return a context that fetches nothing.

    :param moment: the time to judge at.
    :param whole: whether every certificate must be shown not to be revoked; else
        only what the data at hand says counts.
    :param store: certificates and revocation data that the document holds itself.
    :param later: whether revocation data may be of a later time than ``moment``.
    """
    parts: dict[str, Any] = {
        "trust_roots": [x509.Certificate.load(one) for one in trust.roots],
        "other_certs": [x509.Certificate.load(one) for one in trust.others],
        "crls": [crl.CertificateList.load(one) for one in trust.crls],
        "ocsps": [ocsp.OCSPResponse.load(one) for one in trust.ocsps],
        "moment": moment,
        "allow_fetching": False,
        "revocation_mode": "require" if whole else "soft-fail",
        "retroactive_revinfo": later,
    }
    return store.as_validation_context(parts) if store else ValidationContext(**parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """Tells what speaks against one signature of a document.

    :param field: the signature's field, where findings are told.
    :param store: what the document itself holds of certificates and revocation data.
    :param moment: when the file is known to exist.
    """

    field: str
    trust: Trust
    store: DocumentSecurityStore | None
    moment: datetime

    def of_signer(
        self, status: PdfSignatureStatus, stored: Sequence[x509.Certificate]
    ) -> Iterator[Finding]:
        """Yield why the certificate of an intact signature is not trusted.

        :param stored: certificates stored with it.
        """
        certificate = status.signing_cert
        name, label = common_name(certificate.subject), identified(certificate)
        outlived = None if status.trusted else _outlived(status)
        if status.revoked and status.revocation_details is not None:
            day = status.revocation_details.revocation_date.date()
            reason: Text = message(
                "the certificate of {name} was revoked on {day}", name=name, day=day
            )
            if status.revocation_details.ca_revoked:
                reason = message(
                    "a certificate above that of {name} was revoked on {day}: {above}",
                    name=name,
                    day=day,
                    above=listed([common_name(one.subject) for one in _path(status)[1:]]),
                )
            remedy = message("sign with another certificate")
            yield error(
                "SIG-REVOKED", self.field, reason, remedy, clause="RFC 5280 §5", label=label
            )
        elif outlived is not None:
            yield error(
                "SIG-EXPIRED",
                self.field,
                *self._expired(name, *outlived),
                clause="RFC 5280 §4.1.2.5",
                label=identified(outlived[0]),
            )
        elif not status.trusted:
            at = status.validation_time or self.moment
            told = self._untrusted(certificate, stored, at)
            yield error("SIG-UNTRUSTED", self.field, *told, clause="RFC 5280 §6", label=label)
        if not may_sign(certificate):
            reason = message("the certificate of {name} is not for signing documents", name=name)
            remedy = message("sign with a certificate made for signing documents")
            clause = "RFC 5280 §4.2.1.3"
            yield error("SIG-USAGE", self.field, reason, remedy, clause=clause, label=label)

    def _expired(
        self, signer: str, certificate: x509.Certificate, at: datetime
    ) -> tuple[Text, Text]:
        """Return which certificate of a signer's chain was not valid at a time, and the remedy."""
        name = common_name(certificate.subject)
        values = {
            "name": name,
            "start": minute(certificate.not_valid_before, self.moment),
            "end": minute(certificate.not_valid_after, self.moment),
            "at": minute(at, self.moment),
        }
        reason = message(
            "the certificate of {name} is valid from {start} until {end}: not on {at}, by which"
            " the signature is judged",
            **values,
        )
        if name != signer:
            reason = message(
                "the certificate of {name}, in the chain of that of {signer}, is valid from {start}"
                " until {end}: not on {at}, by which the signature is judged",
                signer=signer,
                **values,
            )
        return reason, message(
            "without a time stamp it is judged by the day the file is known to exist"
        )

    def of_stamp(self, stamp: StampStatus, stored: Sequence[x509.Certificate]) -> Finding:
        """Return why a time stamp does not count.

        :param stored: certificates stored with it.
        """
        reason: Text
        remedy: Text = message("ask another time-stamping authority")
        if not stamp.intact:
            reason = message("the time stamp was made of other data than this signature")
        elif not stamp.valid:
            reason = message("the time stamp is broken: it was altered, or its key is another's")
        elif not may_stamp(stamp.signing_cert):
            name = common_name(stamp.signing_cert.subject)
            reason = message("the certificate of {name} is not for time stamps", name=name)
        else:
            at = stamp.validation_time or self.moment
            why, remedy = self._untrusted(stamp.signing_cert, stored, at)
            reason = message("the authority of the time stamp is not trusted: {why}", why=why)
        label = identified(stamp.signing_cert)
        return error("SIG-STAMP", self.field, reason, remedy, clause="RFC 3161", label=label)

    def _untrusted(
        self, certificate: x509.Certificate, stored: Sequence[x509.Certificate], at: datetime
    ) -> tuple[Text, Text]:
        judged = context(self.trust, at, store=self.store, later=True)
        own = self.store.load_certs() if self.store is not None else ()
        known = [*stored, *own, *self.trust.certificates()]
        return untrusted(certificate, known, judged, self.trust.roots)


def _outlived(status: SignatureStatus) -> tuple[x509.Certificate, datetime] | None:
    """Return the certificate of a chain that was not valid when it was judged, and when."""
    at = status.validation_time
    if at is None:
        return None
    outside = (
        one for one in _path(status) if not one.not_valid_before <= at <= one.not_valid_after
    )
    return next(((one, at) for one in outside), None)


def _path(status: SignatureStatus) -> list[x509.Certificate]:
    """Return the signer's certificate, and those above it without the root, as far as known."""
    signer, path = status.signing_cert, status.validation_path
    above = path.iter_certs(include_root=False) if path else ()
    return [signer, *(one for one in reversed(list(above)) if one.dump() != signer.dump())]
