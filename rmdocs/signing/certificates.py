"""Certificates of signers: what they are called, and whether somebody may sign with them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime

from asn1crypto import pem, x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko_certvalidator.errors import ValidationError
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from rmdocs.characters import refused
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error
from rmdocs.messages import by_command, message
from rmdocs.values import is_blank

SIGNING_USAGES = frozenset({"digital_signature", "non_repudiation"})
"""Key usages of which a signer's certificate needs one (RFC 5280 §4.2.1.3)."""

_PURPOSES = frozenset(
    {
        "any_extended_key_usage",
        "client_auth",  # what banks' certificates for customers carry
        "email_protection",
        "microsoft_document_signing",
        "adobe_authentic_documents_trust",
        "1.2.840.113583.1.1.5",  # the same, by number
        "1.3.6.1.5.5.7.3.36",  # id-kp-documentSigning (RFC 9336)
        "1.3.6.1.4.1.311.10.3.12",  # Microsoft document signing, by number
    }
)
"""Extended key usages of which one is enough, where a certificate has any."""

_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
"""The curves that every reader of signed PDF judges (NIST P-256, P-384, P-521)."""

_LEAST, _MOST = 2048, 16384
"""Of an RSA key, in bits: below it counts as broken, above nobody judges it."""

_CALLED = (
    "common_name",
    "organization_name",
    "organizational_unit_name",
    "serial_number",
    "email_address",
)
"""By which part of its name somebody is called, the first that is there."""

CHINESE, _CHINESE_DER = "1.2.156.10197.", bytes.fromhex("2a811ccf55")
"""Where the national algorithms (国密) lie among the object identifiers, and how DER says so."""

SM2 = message("SM2 (国密) keys and certificates are not supported yet")
SM2_REMEDY = by_command(
    message(
        "sign with an RSA or P-256 certificate, which most authorities issue on request; or sign"
        " on paper, and file the scan"
    ),
    "rmdocs scan",
)

_BROKEN = frozenset({"md2", "md5", "sha1"})
"""Hash algorithms by which nobody vouches for anything any more."""


def common_name(name: x509.Name) -> str:
    """Return what a person reads of a distinguished name: CN, else O, OU or others, else -."""
    given = name.native
    kinds = (given.get(kind) for kind in _CALLED)
    found = next((one for one in kinds if one), None) or "-"
    return found if isinstance(found, str) else ", ".join(found)


def host_names(data: bytes) -> tuple[str, ...]:
    """Return the names and addresses of the machines that a PEM file's first certificate is for.

    One with a * names no machine.

    :raises ValueError: if it cannot be read.
    """
    _, _, first = next(pem.unarmor(data, multiple=True))
    found = x509.Certificate.load(first).subject_alt_name_value or ()
    names = (str(one.native).lower() for one in found if one.name in {"dns_name", "ip_address"})
    return tuple(name for name in names if "*" not in name)


def identified(certificate: x509.Certificate) -> str:
    """Return which certificate it is, beside what is said of it: whose, number, until when."""
    try:
        end = f"{certificate.not_valid_after.date()}"
    except ValueError:  # a time that is none
        end = "-"
    return f"{common_name(certificate.subject)} · {certificate.serial_number:x} · → {end}"


def minute(moment: datetime, beside: datetime) -> str:
    """Return a time as it is told, to the minute, in the zone of another."""
    zone = f"{(local := moment.astimezone(beside.tzinfo)):%z}"
    return f"{local:%Y-%m-%d %H:%M} (UTC{zone[:3]}:{zone[3:5]})"


def is_chinese(certificate: x509.Certificate) -> bool:
    """Return whether a certificate's key, or what vouches for it, is of SM2 (国密)."""
    used = certificate["signature_algorithm"]["algorithm"].dotted
    key = certificate["tbs_certificate"]["subject_public_key_info"]["algorithm"]
    given = key["parameters"].dump() if key["parameters"] is not None else b""
    return used.startswith(CHINESE) or _CHINESE_DER in given


def is_readable(certificate: x509.Certificate) -> bool:
    """Return whether all that a certificate is judged by can be read.

    Of what is known among its extensions none is malformed; what its key and its names
    hold neither.
    """
    try:
        _ = certificate.critical_extensions, certificate.public_key.algorithm
        _ = certificate.subject.native, certificate.issuer.native
        _ = certificate.not_valid_before, certificate.not_valid_after
    except (ValueError, TypeError, KeyError):
        return False
    return True


def require_readable(certificate: x509.Certificate, name: str) -> None:
    """Refuse a certificate that cannot be judged, because part of it cannot be read.

    :param name: what to call the file or token that it is from.
    :raises FindingsError: with CERT-MALFORMED.
    """
    if not is_readable(certificate):
        raise malformed(name)


def malformed(name: str) -> FindingsError:
    """Return the refusal of a file or token with a certificate that cannot be read."""
    reason = message("the certificate is malformed: part of it cannot be read")
    remedy = message("have it issued again; nothing was signed")
    return FindingsError((error("CERT-MALFORMED", name, reason, remedy, clause="RFC 5280 §4"),))


def unfit(certificate: x509.Certificate, moment: datetime) -> Iterator[Finding]:
    """Yield why nobody may sign with a certificate at a moment."""
    name = common_name(certificate.subject)
    if is_blank(name) or name == "-" or refused(name) is not None or not name.isprintable():
        yield error(
            "CERT-SUBJECT",
            name,
            message("the certificate names nobody in words that can be printed"),
            message("have it issued again, in the name of who signs"),
            clause="21 CFR 11.50",
            label=identified(certificate),
        )
    # In the zone of the one who reads it, to the minute.
    start, end = (
        f"{day.astimezone(moment.tzinfo):%Y-%m-%d %H:%M}"
        for day in (certificate.not_valid_before, certificate.not_valid_after)
    )
    if moment < certificate.not_valid_before:
        yield error(
            "CERT-EARLY",
            name,
            message("the certificate of {name} is valid from {start} on", name=name, start=start),
            message("sign then, or with another certificate"),
            clause="RFC 5280 §4.1.2.5",
            label=identified(certificate),
        )
    if moment > certificate.not_valid_after:
        yield error(
            "CERT-EXPIRED",
            name,
            message("the certificate of {name} expired on {end}", name=name, end=end),
            message("renew it, and sign with the new one"),
            clause="RFC 5280 §4.1.2.5",
            label=identified(certificate),
        )
    if not may_sign(certificate):
        yield error(
            "CERT-USAGE",
            name,
            message("the certificate of {name} is not for signing documents", name=name),
            message("use a certificate whose key usage is digital signature or non-repudiation"),
            clause="RFC 5280 §4.2.1.3",
            label=identified(certificate),
        )

    yield from weak(certificate)


def weak(certificate: x509.Certificate) -> Iterator[Finding]:
    """Yield why the key of a certificate, or what vouches for it, is not relied on.

    Allowed is what is known to be judged by all readers; the rest is refused by name.
    """
    name = common_name(certificate.subject)
    if is_chinese(certificate):
        reason = message("the certificate of {name}: {problem}", name=name, problem=SM2)
        label = identified(certificate)
        yield error("CERT-KEY", name, reason, SM2_REMEDY, clause="GM/T 0003", label=label)
        return
    kind = _unreliable(certificate)
    if kind:
        yield error(
            "CERT-KEY",
            name,
            message(
                "the key of the certificate of {name} ({kind}) is not one that every reader judges",
                name=name,
                kind=kind,
            ),
            message(
                "use a certificate with an RSA key of {least} bits or more, or an EC key on P-256,"
                " P-384 or P-521",
                least=_LEAST,
            ),
            clause="ETSI TS 119 312",
            label=identified(certificate),
        )
    algorithm = certificate["signature_algorithm"]
    used = algorithm.native["algorithm"]
    if certificate.self_signed == "no" and any(one in used for one in _BROKEN):
        yield error(
            "CERT-KEY",
            name,
            message(
                "the certificate of {name} is vouched for by a broken algorithm ({kind})",
                name=name,
                kind=used,
            ),
            message("have it issued again, by its authority as it is today"),
            clause="ETSI TS 119 312",
            label=identified(certificate),
        )


def _unreliable(certificate: x509.Certificate) -> str:
    """Return what kind of key it is if not every reader judges it; empty if every one does."""
    key = certificate.public_key
    match key.algorithm:
        case "rsa":
            return "" if _LEAST <= key.bit_size <= _MOST else f"RSA {key.bit_size}"
        case "ec":
            form, curve = key.curve
            if form != "named":
                return "EC, explicit"  # a curve written out, which may be any
            return "" if curve in _CURVES else f"EC {curve}"
        case other:
            return other.upper()  # type: ignore[no-any-return]  # asn1crypto has no types


def holds_chinese(data: bytes) -> bool:
    """Return whether a file speaks of the national algorithms (国密), as it is or in PEM."""
    try:
        plain = b64decode(b"".join(data.split()), validate=True)
    except ValueError:
        plain = b""
    blocks = [block for _, _, block in _unarmored(data)]
    return any(_CHINESE_DER in one for one in (data, plain, *blocks))


def _unarmored(data: bytes) -> list[tuple[str, dict[str, str], bytes]]:
    try:
        return list(pem.unarmor(data, multiple=True)) if pem.detect(data) else []
    except (ValueError, TypeError):
        return []


def may_sign(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is a person's or company's, for signing documents."""
    usage, purposes = certificate.key_usage_value, certificate.extended_key_usage_value
    return (
        not certificate.ca
        and (usage is None or not SIGNING_USAGES.isdisjoint(usage.native))
        and (purposes is None or not _PURPOSES.isdisjoint(purposes.native))
    )


def may_stamp(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is one that stamps the time (RFC 3161 §2.3)."""
    purposes = certificate.extended_key_usage_value
    return purposes is not None and "time_stamping" in purposes.native


def vouches(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Return whether ``issuer`` signed ``certificate``."""
    algorithm = certificate["signature_algorithm"]
    if (
        certificate.issuer != issuer.subject
        or algorithm.dump() != certificate["tbs_certificate"]["signature"].dump()
    ):
        return False
    try:
        DefaultSignatureValidator().validate_signature(
            certificate["signature_value"].native,
            certificate["tbs_certificate"].dump(),
            issuer.public_key,
            algorithm,
        )
    except (InvalidSignature, UnsupportedAlgorithm, ValidationError, ValueError):
        return False
    return True
