"""What pyHanko judges chains of certificates by, from ``Trust`` and a document's own store."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from asn1crypto import crl, ocsp, x509
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.context import ValidationContext

from rmdocs.signing.trust import Trust

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
