"""Why a chain of certificates does not hold: what is missing in it, and pyHanko's refusals.

The same is said before something is signed and when it is judged afterwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator
from pyhanko_certvalidator.context import ValidationContext
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
    ValidationError,
)

from rmdocs.findings import Finding, error
from rmdocs.messages import Text, listed, message
from rmdocs.signing.certificates import common_name, identified, vouches, weak

_CODE = "SIGN-CHAIN"
_LONGEST = 12
"""How many certificates a chain is followed over; none that people use has more than five."""

_COMPLETE = message("give all certificates of the chain, and a current list of each issuer")


def climb(
    certificate: x509.Certificate,
    known: Iterable[x509.Certificate],
    trusted: frozenset[bytes] = frozenset(),
) -> tuple[x509.Certificate, ...]:
    """Return a certificate and those above it, each issuing the one before, as far as known.

    A root is the last; without one the issuer of the last is missing.

    :param trusted: certificates that are gone to first where several issued one, DER.
    """
    given = sorted(known, key=lambda one: (one.dump() not in trusted, is_root(one)))
    chain = [certificate]
    while len(chain) < _LONGEST and not is_root(chain[-1]):
        above = next((one for one in given if vouches(one, chain[-1])), None)
        if above is None:
            break
        chain.append(above)
    return tuple(chain)


def is_root(certificate: x509.Certificate) -> bool:
    """Return whether a certificate vouches for itself."""
    return vouches(certificate, certificate)


def missing(
    certificate: x509.Certificate, known: Sequence[x509.Certificate], roots: Iterable[bytes]
) -> tuple[Text, Text] | None:
    """Return which link between a certificate and the trusted roots is missing, and the remedy.

    :return: None if a trusted root is reached.
    """
    trusted = frozenset(roots)
    chain = climb(certificate, known, trusted)
    if any(one.dump() in trusted for one in chain):
        return None
    last, name = chain[-1], common_name(certificate.subject)
    if is_root(last):
        root = common_name(last.subject)
        return (
            message(
                "the certificate of {name} goes back to the root {root}, which is not trusted",
                name=name,
                root=root,
            ),
            message("put the root {root} into the folder trust, if it deserves it", root=root),
        )
    issuer = common_name(last.issuer)
    return (
        message(
            "the chain of the certificate of {name} is incomplete: the certificate of {issuer} is"
            " missing",
            name=name,
            issuer=issuer,
        ),
        message(
            "get the certificate of {issuer}, which issued that of {last}, and put it into the"
            " folder trust; or export yours again with its whole chain",
            issuer=issuer,
            last=common_name(last.subject),
        ),
    )


def untrusted(
    certificate: x509.Certificate,
    known: Sequence[x509.Certificate],
    context: ValidationContext,
    roots: Iterable[bytes],
) -> tuple[Text, Text]:
    """Return why a certificate that pyHanko does not trust is not trusted, and the remedy.

    :param known: certificates that may lie between it and a root.
    :param context: what it was judged by.
    """
    name, trusted = common_name(certificate.subject), frozenset(roots)
    gap = missing(certificate, known, trusted)
    if gap is not None:
        return gap
    chain = climb(certificate, known, trusted)
    for one in chain:
        for found in weak(one):
            return found.message, found.remedy
    for below, one in enumerate(chain[1:]):
        if one.dump() not in trusted and not _may_issue(one, below):
            issuer = common_name(one.subject)
            return (
                message(
                    "the chain of the certificate of {name} does not hold: {issuer} may not issue"
                    " what hangs on it",
                    name=name,
                    issuer=issuer,
                ),
                message("sign with a certificate of another authority"),
            )
    try:
        validator = CertificateValidator(certificate, known, validation_context=context)
        asyncio.run(validator.async_validate_usage(set()))
    except (ValidationError, PathBuildingError, ValueError) as problem:
        for cause in _causes(problem):
            said = _known(cause, name)
            if said is not None:
                return said
    # No link is missing, and none is weak, old or revoked: another file would not help.
    reason = message("the chain of the certificate of {name} cannot be proven", name=name)
    return reason, message("sign with a certificate of another authority")


def _may_issue(certificate: x509.Certificate, below: int) -> bool:
    """Return whether a certificate is an authority's, for as long a chain as hangs on it.

    :param below: how many other authorities are between it and the signer (RFC 5280 §4.2.1.9).
    """
    usage, most = certificate.key_usage_value, certificate.max_path_length
    return (
        bool(certificate.ca)
        and (usage is None or "key_cert_sign" in usage.native)
        and (most is None or below <= most)
    )


def unproven(
    problem: BaseException,
    signer: x509.Certificate,
    known: Sequence[x509.Certificate],
    roots: Iterable[bytes],
) -> Finding:
    """Return why a signature that has to last was not made.

    :param problem: what pyHanko raised; the first of its causes that is known counts.
    :param signer: whose signature it was to be; named where the problem names nobody.
    :param known: certificates that may lie between it and a root.
    """
    gap = missing(signer, known, roots)
    if gap is not None:
        label = identified(signer)
        return error(_CODE, common_name(signer.subject), *gap, clause="RFC 5280 §6", label=label)
    if isinstance(problem, PathBuildingError):
        # Of the signer's own chain pyHanko tells it wrapped in a SigningError.
        reason = message("no trusted root is found for the time-stamping authority")
        remedy = message("put its root, and every certificate up to it, into the folder trust")
        return error(_CODE, "", reason, remedy, clause="RFC 5280 §6")
    for cause in _causes(problem):
        whose = _subject(cause, signer)
        said = _known(cause, name := common_name(whose.subject))
        if said is not None:
            return error(_CODE, name, *said, clause="RFC 5280 §6", label=identified(whose))
    name = common_name(signer.subject)
    reason = message("the chain of the certificate of {name} cannot be proven", name=name)
    return error(_CODE, name, reason, _COMPLETE, clause="RFC 5280 §6")


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


def _path(cause: PathValidationError) -> list[x509.Certificate]:
    """Return the certificates that were judged, the one that signs first, without the root."""
    return list(reversed(list(cause.original_path.iter_certs(include_root=False))))


def _names(certificates: Iterable[x509.Certificate]) -> Text:
    return listed([common_name(one.subject) for one in certificates] or ["-"])


def _known(cause: BaseException, name: str) -> tuple[Text, Text] | None:  # noqa: PLR0911 - a table
    """Return what a cause means and how to mend it; None if it is none of the usual ones."""
    match cause:
        case RevokedError():
            return (
                message(
                    "the certificate of {name} was revoked on {day}",
                    name=_names(_path(cause)[:1] if cause.is_ee_cert else _path(cause)[1:]),
                    day=cause.revocation_dt.date(),
                ),
                message("sign with another certificate"),
            )
        case ExpiredError():
            return (
                message(
                    "the certificate of {name} expired on {end}",
                    name=_names(
                        one for one in _path(cause) if one.not_valid_after == cause.expired_dt
                    ),
                    end=cause.expired_dt.date(),
                ),
                message("renew it, and sign with the new one"),
            )
        case NotYetValidError():
            return (
                message(
                    "the certificate of {name} is valid from {start} on",
                    name=_names(
                        one for one in _path(cause) if one.not_valid_before == cause.valid_from
                    ),
                    start=cause.valid_from.date(),
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
    return None
