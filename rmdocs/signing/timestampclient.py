"""Time stamps (RFC 3161): asked for by pyHanko's client, and those of files judged long after.

A stamp of a file says that these bytes were there at its time, by the word of an authority. It is
judged as of that time by certificates that are at hand; nothing is fetched.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from asn1crypto import cms, core, tsp
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator.errors import PathError, ValidationError

from rmdocs.classes import dataclass
from rmdocs.errors import FindingsError
from rmdocs.findings import Finding, error, warning
from rmdocs.messages import Text, message
from rmdocs.signing.certificates import common_name, identified, may_stamp
from rmdocs.signing.chains import untrusted
from rmdocs.signing.integrity import DAMAGE
from rmdocs.signing.trust import Trust, context

if TYPE_CHECKING:
    from asn1crypto import x509

    from rmdocs.signing.timestamps import StampAuthority

_GRANTED = {"granted", "granted_with_mods"}
_DIGEST = "sha256"
_DIGESTS = frozenset({"sha256", "sha384", "sha512"})
"""Of which a stamp may be: by no other can it be said that the bytes are the same."""
_AHEAD = timedelta(minutes=10)
"""How far the clock of an authority may be ahead of that of whoever asks."""
_BROKEN = (*DAMAGE, SignatureValidationError, SigningError, ValidationError, PathError)
"""What pyHanko and asn1crypto do with what is no time stamp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """What a time stamp says of a file.

    :param time: when the bytes were there; None if it says nothing.
    :param authority: whose word that is.
    :param findings: why it does not count; empty if it does.
    """

    time: datetime | None = None
    authority: str = ""
    findings: tuple[Finding, ...] = ()


def stamped(data: bytes, authority: StampAuthority) -> bytes:
    """Return a time stamp of some bytes: the token, DER.

    :raises FindingsError: SIGN-STAMP, if the authority gives none that fits.
    """
    digest = hashlib.new(_DIGEST, data).digest()
    try:
        token = asyncio.run(Stamper(authority).async_timestamp(digest, _DIGEST))
    except TimestampRequestError as problem:
        raise unstamped(problem) from problem
    made: bytes = token.dump()
    found = judge_stamp(data, made, Trust(roots=()), "")
    for one in found.findings:
        if one.code == "STAMP-BROKEN":
            raise FindingsError((error("SIGN-STAMP", "", one.message, _OTHER),))
    return made


_OTHER = message("ask another authority; nothing was stamped")


def judge_stamp(
    data: bytes, token: bytes, trust: Trust, place: str, now: datetime | None = None
) -> FileStamp:
    """Return what a time stamp says of some bytes, judged as of its own time; never fails.

    :param token: the token, or the authority's whole answer; DER (RFC 3161 §2.4.2).
    :param place: what the stamp is called in findings.
    :param now: by the clock of whoever asks; None if the stamp was made just now.
    """
    try:
        signed = _token(token)["content"]
        said = signed["encap_content_info"]["content"].parsed
        digest = said["message_imprint"]["hash_algorithm"]["algorithm"].native
        if digest not in _DIGESTS:
            weak = message(
                "its digest ({digest}) does not show that bytes are the same", digest=digest
            )
            return FileStamp(findings=(_broken(place, weak),))
        moment: datetime = said["gen_time"].native
        if not len(signed["certificates"]):
            # Lawful, if the certificate is known otherwise (RFC 3161 §2.4.1); none is signed along.
            signed["certificates"] = [
                cms.CertificateChoices(name="certificate", value=one)
                for one in trust.certificates()
            ]
        stored = [one.chosen for one in signed["certificates"]]
        status = TimestampSignatureStatus(**_validated(signed, data, trust, moment))
        name = common_name(status.signing_cert.subject)
        findings = tuple(_wrong(status, stored, trust, moment, place))
        if not findings and now is not None and moment > now + _AHEAD:
            ahead = message(
                "it is of {time}, which is yet to come", time=f"{moment:%Y-%m-%d %H:%M}Z"
            )
            findings = (_broken(place, ahead),)
    except _BROKEN:
        told = message("it is no time stamp, or was altered")
        return FileStamp(findings=(_broken(place, told),))
    if findings:
        return FileStamp(authority=name, findings=findings)
    return FileStamp(time=moment, authority=name)


def _token(given: bytes) -> cms.ContentInfo:
    """Return a token, given as it is or in the whole answer of an authority (TimeStampResp)."""
    found = cms.ContentInfo.load(given, strict=True)
    try:
        _ = found["content_type"].native
    except ValueError:  # it is read only now
        return tsp.TimeStampResp.load(given, strict=True)["time_stamp_token"]
    return found


def _validated(
    signed: cms.SignedData, data: bytes, trust: Trust, moment: datetime
) -> dict[str, Any]:
    def expected(digest: str) -> bytes:
        return hashlib.new(digest, data).digest()

    judged = context(trust, moment, later=True)
    return asyncio.run(validate_tst_signed_data(signed, judged, expected))


def _wrong(
    status: TimestampSignatureStatus,
    stored: list[x509.Certificate],
    trust: Trust,
    moment: datetime,
    place: str,
) -> Iterator[Finding]:
    certificate = status.signing_cert
    if not status.intact:
        yield _broken(place, message("the time stamp is of other bytes than this file"))
    elif not status.valid:
        told = message("the time stamp is broken: it was altered, or its key is another's")
        yield _broken(place, told)
    elif not may_stamp(certificate):
        name = common_name(certificate.subject)
        told = message("the certificate of {name} is not for time stamps", name=name)
        yield _broken(place, told)
    elif not status.trusted:
        known = [*stored, *trust.certificates()]
        judged = context(trust, moment, later=True)
        why, remedy = untrusted(certificate, known, judged, trust.roots)
        yield warning(
            "STAMP-UNTRUSTED",
            place,
            message("the authority of the time stamp is not trusted: {why}", why=why),
            remedy,
            clause="RFC 3161",
            label=identified(certificate),
        )


def _broken(place: str, told: Text) -> Finding:
    remedy = message(
        "nothing is known of the time by it: give file and stamp as they were written together"
    )
    return error("STAMP-BROKEN", place, told, remedy, clause="RFC 3161")


def unstamped(problem: TimestampRequestError) -> FindingsError:
    """Return the refusal of what an authority did not stamp."""
    said = problem.reason if isinstance(problem, _UnstampedError) else _NO_STAMP
    reason = message("the time stamp was refused: {problem}", problem=said)
    remedy = message("ask another authority; nothing was signed")
    return FindingsError((error("SIGN-STAMP", "", reason, remedy),))


_NO_STAMP: Text = message("its answer holds no time stamp that can be used")


class _Answer(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    """A TimeStampResp whose token may be absent, as in every refusal (RFC 3161 §2.4.2)."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo), ("token", core.Any, {"optional": True})]


class _UnstampedError(TimestampRequestError):
    """No time stamp, for a reason that a person reads."""

    def __init__(self, reason: Text) -> None:
        super().__init__(repr(reason))
        self.reason = reason


class Stamper(TimeStamper):
    """An authority as pyHanko sees it."""

    def __init__(self, authority: StampAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko gives no types
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the authority's answer, if it grants one."""
        answer = await asyncio.to_thread(self._authority.stamp, req.dump())
        status = _Answer.load(answer)["status"]
        if status["status"].native not in _GRANTED:
            told_by = "; ".join(status["status_string"].native or ())
            said = message("it says “{said}”", said=told_by)
            raise _UnstampedError(said if told_by else message("no reason given"))
        return tsp.TimeStampResp.load(answer)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return a time stamp of a digest: the token."""
        try:
            return await super().async_timestamp(message_digest, md_algorithm)
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            # What pyHanko does with an answer that is none, or answers something else.
            raise _UnstampedError(message("the answer is none to what was asked")) from problem
