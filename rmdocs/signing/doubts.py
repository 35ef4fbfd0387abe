"""Why the certificate of a signature, or its time stamp, is not to be trusted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.signing.certificates import common_name, may_sign, may_stamp
from rmdocs.signing.chains import untrusted
from rmdocs.signing.contexts import context

if TYPE_CHECKING:
    from asn1crypto import x509
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureStatus
    from pyhanko.sign.validation.status import TimestampSignatureStatus as StampStatus

    from rmdocs.signing.trust import Trust


@dataclass(frozen=True, slots=True)
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
        name = common_name(certificate.subject)
        if status.revoked and status.revocation_details is not None:
            day = status.revocation_details.revocation_date.date()
            reason = message("the certificate of {name} was revoked on {day}", name=name, day=day)
            remedy = message("sign with another certificate")
            yield error("SIG-REVOKED", self.field, reason, remedy, clause="RFC 5280 §5")
        elif not status.trusted and _outlived(status):
            reason = message(
                "the certificate of {name}, or its issuer's, was not valid at the time", name=name
            )
            remedy = message(
                "without a time stamp it is judged by the day the file is known to exist"
            )
            yield error("SIG-EXPIRED", self.field, reason, remedy, clause="RFC 5280 §4.1.2.5")
        elif not status.trusted:
            at = status.validation_time or self.moment
            told = self._untrusted(certificate, stored, at)
            yield error("SIG-UNTRUSTED", self.field, *told, clause="RFC 5280 §6")
        if not may_sign(certificate):
            reason = message("the certificate of {name} is not for signing documents", name=name)
            yield error("SIG-USAGE", self.field, reason, clause="RFC 5280 §4.2.1.3")

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
        return error("SIG-STAMP", self.field, reason, remedy, clause="RFC 3161")

    def _untrusted(
        self, certificate: x509.Certificate, stored: Sequence[x509.Certificate], at: datetime
    ) -> tuple[Text, Text]:
        judged = context(self.trust, at, store=self.store, later=True)
        own = self.store.load_certs() if self.store is not None else ()
        known = [*stored, *own, *self.trust.certificates()]
        return untrusted(certificate, known, judged, self.trust.roots)


def _outlived(status: SignatureStatus) -> bool:
    """Return whether a certificate of the chain was not valid when it was judged."""
    at, path = status.validation_time, status.validation_path
    chain = [status.signing_cert, *(path.iter_certs(include_root=False) if path else ())]
    return at is not None and any(
        not one.not_valid_before <= at <= one.not_valid_after for one in chain
    )
