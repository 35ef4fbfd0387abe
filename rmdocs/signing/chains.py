"""Why a chain of certificates does not hold: pyHanko's refusals as findings of ours."""

from __future__ import annotations

from collections.abc import Iterator

from asn1crypto import x509
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
    StaleRevinfoError,
)

from rmdocs.findings import Finding, error
from rmdocs.messages import Text, message
from rmdocs.signing.certificates import common_name
from rmdocs.signing.opening import told

_CODE = "SIGN-CHAIN"
_ROOT = message("put the root, and every certificate up to it, into the folder trust")
_COMPLETE = message("give all certificates of the chain, and a current list of each issuer")


def unproven(problem: BaseException, signer: x509.Certificate) -> Finding:
    """Return why a signature that has to last was not made.

    :param problem: what pyHanko raised; the first of its causes that is known counts.
    :param signer: whose signature it was to be; named where the problem names nobody.
    """
    if isinstance(problem, PathBuildingError):
        # Of the signer's own chain pyHanko tells it wrapped in a SigningError.
        reason = message("no trusted root is found for the time-stamping authority")
        return error(_CODE, "", reason, _ROOT, clause="RFC 5280 §6")
    for cause in _causes(problem):
        name = common_name(_subject(cause, signer).subject)
        known = _known(cause, name)
        if known is not None:
            return error(_CODE, name, *known, clause="RFC 5280 §6")
    name = common_name(signer.subject)
    # Nothing of ours says more than the library does.
    reason = message("the chain of the certificate of {name} cannot be proven", name=name)
    said = told(list(_causes(problem))[-1])
    return error(_CODE, name, reason, _COMPLETE, clause="RFC 5280 §6", label=said)


def _causes(problem: BaseException) -> Iterator[BaseException]:
    """Yield a problem and what it came of, the innermost last."""
    cause: BaseException | None = problem
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _subject(cause: BaseException, signer: x509.Certificate) -> x509.Certificate:
    """Return whose chain it is: the signer's, or that of the authority that stamps."""
    if isinstance(cause, PathValidationError):
        last = cause.original_path.leaf
        if isinstance(last, x509.Certificate):
            return last
    return signer


def _known(cause: BaseException, name: str) -> tuple[Text, Text] | None:  # noqa: PLR0911 - a table
    """Return what a cause means and how to mend it; None if it is none of the usual ones."""
    match cause:
        case RevokedError():
            return (
                message(
                    "a certificate in the chain of {name} was revoked on {day}",
                    name=name,
                    day=cause.revocation_dt.date(),
                ),
                message("sign with another certificate"),
            )
        case ExpiredError():
            return (
                message(
                    "a certificate in the chain of {name} expired on {day}",
                    name=name,
                    day=cause.expired_dt.date(),
                ),
                message("renew it, and sign with the new one"),
            )
        case NotYetValidError():
            return (
                message(
                    "a certificate in the chain of {name} is valid from {day} on",
                    name=name,
                    day=cause.valid_from.date(),
                ),
                message("sign then, or with another certificate"),
            )
        case StaleRevinfoError():
            return (
                message("the revocation list for the chain of {name} is out of date", name=name),
                message("put the issuer's current list into the folder trust (.crl)"),
            )
        case InsufficientRevinfoError():
            return (
                message("a revocation list is missing for the chain of {name}", name=name),
                message("put a current list of each issuer into the folder trust (.crl)"),
            )
        case DisallowedAlgorithmError():
            return (
                message("a certificate in the chain of {name} uses a weak algorithm", name=name),
                message("sign with another certificate"),
            )
        case InvalidCertificateError():
            return (
                message("the key usage of the certificate of {name} forbids this", name=name),
                message("use a certificate whose key usage is digital signature"),
            )
        case PathBuildingError():
            return (
                message("no trusted root is found for the certificate of {name}", name=name),
                _ROOT,
            )
    return None
