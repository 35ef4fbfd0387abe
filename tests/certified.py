"""Certificates and time stamps as people have them: what `sign`, `signatures`, `pdfsig` say.

``tools/signatures.py`` prints it into docs/signatures.md; ``signing/test_table.py`` holds it true.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from asn1crypto import cms, tsp
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from signed import DAY, LATER, PASSPHRASE, Bureau, Clock, Holder, big, elliptic, paper

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.signing import sign as signing
from rmdocs.signing.credentials import Pkcs12
from rmdocs.signing.levels import Level
from rmdocs.signing.signaturerequest import SignatureRequest
from rmdocs.signing.timestamps import HttpAuthority
from rmdocs.signing.trust import Trust
from rmdocs.signing.validation import validate

GOOD = "signed"
NOTHING = "—"
_ISSUING = {"key_cert_sign": True, "crl_sign": True}
_STAMPING = [ExtendedKeyUsageOID.TIME_STAMPING]
COMPANY, BANK = "济南虚构岱岳重型机械有限公司", "中国建设银行济南示例支行"
CALLED = {"a": (COMPANY, "91370112MA3DEM019E"), "b": (BANK,)}


@dataclass(frozen=True)
class Attempt:
    """Who signs what, how: one row of the table."""

    holder: Holder
    level: Level = Level.B_B
    authority: object = None
    trust: Trust | None = None
    alone: bool = False
    party: str = "a"
    reason: str = ""
    first: bytes = b""

    def request(self, bureau: Bureau) -> SignatureRequest:
        return bureau.request(
            self.party,
            self.level,
            DAY if self.party == "a" else LATER,
            authority=self.authority,
            trust=self.trust or bureau.trust(),
            called=CALLED,
            reason=self.reason,
        )

    @property
    def credential(self) -> Pkcs12:
        holder = replace(self.holder, chain=()) if self.alone else self.holder
        return Pkcs12.load(holder.pkcs12(), PASSPHRASE)


def _own(bureau: Bureau, key=None, **facts) -> Holder:
    return bureau.signer(COMPANY, key or elliptic(), **facts)


def _below(bureau: Bureau, key=None, **facts) -> Attempt:
    """Return an attempt with a certificate of an authority that is made so."""
    above = bureau._issued(
        "示例下级机构", key or elliptic(), bureau.root, _ISSUING, ca=True, **facts
    )
    return Attempt(bureau._issued(COMPANY, elliptic(), above, {"digital_signature": True}))


def _hung(bureau: Bureau, usage=_ISSUING, *, ca=True) -> Attempt:
    """Return an attempt with a certificate that was issued by one that may not."""
    above = bureau._issued("示例下级机构", elliptic(), bureau.root, usage, ca=ca)
    return Attempt(bureau._issued(COMPANY, elliptic(), above, {"digital_signature": True}))


def _stamped(bureau: Bureau, authority, **more) -> Attempt:
    return Attempt(bureau.a, Level.B_T, authority, **more)


def _authority(bureau: Bureau, *, purposes=_STAMPING, **facts) -> Clock:
    usage = {"digital_signature": True}
    return Clock(bureau._issued("示例", big(), bureau.issuer, usage, purposes, **facts), DAY)


class OtherData(Clock):
    """Stamps the digest of something else than was asked."""

    def stamp(self, query):
        asked = tsp.TimeStampReq.load(query)
        asked["message_imprint"]["hashed_message"] = b"\x07" * 32
        return super().stamp(tsp.TimeStampReq.load(asked.dump(force=True)).dump())


class OtherQuestion(Clock):
    """Answers with another nonce than was asked."""

    def stamp(self, query):
        asked = tsp.TimeStampReq.load(query)
        asked["nonce"] = 1
        return super().stamp(tsp.TimeStampReq.load(asked.dump(force=True)).dump())


class Altered(Clock):
    """Alters the signature of its own stamp."""

    def stamp(self, query):
        answer = tsp.TimeStampResp.load(super().stamp(query))
        token = answer["time_stamp_token"]["content"]
        raw = bytearray(token["signer_infos"][0]["signature"].native)
        raw[-1] ^= 1
        token["signer_infos"][0]["signature"] = cms.OctetString(bytes(raw))
        return answer.dump(force=True)


def _key(make: Callable[[], object]) -> Callable[[Bureau], Attempt]:
    return lambda it: Attempt(_own(it, make()))


CERTIFICATES: Mapping[str, Callable[[Bureau], Attempt]] = {
    "RSA 2048": _key(big),
    "RSA 4096": _key(lambda: rsa.generate_private_key(65537, 4096)),
    "EC P-256": _key(elliptic),
    "EC P-384": _key(lambda: ec.generate_private_key(ec.SECP384R1())),
    "EC P-521": _key(lambda: ec.generate_private_key(ec.SECP521R1())),
    "RSA 1024": _key(lambda: rsa.generate_private_key(65537, 1024)),  # noqa: S505 - refused
    "EC P-192": _key(lambda: ec.generate_private_key(ec.SECP192R1())),
    "EC P-224": _key(lambda: ec.generate_private_key(ec.SECP224R1())),
    "EC secp256k1": _key(lambda: ec.generate_private_key(ec.SECP256K1())),
    "EC brainpoolP256r1": _key(lambda: ec.generate_private_key(ec.BrainpoolP256R1())),
    "Ed25519": _key(ed25519.Ed25519PrivateKey.generate),
    "expired": lambda it: Attempt(_own(it, end=DAY - timedelta(days=1))),
    "not yet valid": lambda it: Attempt(_own(it, start=DAY + timedelta(days=1))),
    "for encryption only": lambda it: Attempt(_own(it, usage={"key_encipherment": True})),
    "of a web server": lambda it: Attempt(_own(it, purposes=[ExtendedKeyUsageOID.SERVER_AUTH])),
    "an authority's own": lambda it: Attempt(it.issuer),
    "revoked, by a list in trust": lambda it: Attempt(it.a, trust=it.trust(revoked=it.a)),
    "without its intermediate": lambda it: Attempt(
        it.a, trust=Trust(roots=(it.root.der,)), alone=True
    ),
    "its intermediate only in trust": lambda it: Attempt(
        it.a, trust=Trust(roots=(it.root.der, it.issuer.der)), alone=True
    ),
    "its root not in trust": lambda it: Attempt(it.a, trust=Bureau(it.font).trust()),
    "self-signed, not in trust": lambda it: Attempt(
        it._issued(COMPANY, elliptic(), None, {"digital_signature": True})
    ),
    "intermediate expired": lambda it: _below(it, end=DAY - timedelta(days=1)),
    "intermediate that is no authority": lambda it: _hung(it, ca=False),
    "intermediate not for issuing": lambda it: _hung(it, {"digital_signature": True}),
    "intermediate of RSA 1024": lambda it: _below(
        it,
        rsa.generate_private_key(65537, 1024),  # noqa: S505 - refused
    ),
    "of the other party": lambda it: Attempt(it.b),
    "of both parties (CN one, O the other)": lambda it: Attempt(
        it._issued(COMPANY, elliptic(), it.issuer, {"digital_signature": True}, organisation=BANK)
    ),
    "of somebody else": lambda it: Attempt(it.signer("济南")),
    "of somebody else, with a reason": lambda it: Attempt(it.signer("济南"), reason="更名"),
    "of the first party, for the second": lambda it: Attempt(
        _own(it),
        party="b",
        reason="代签",
        first=signing.sign(paper(), it.request("a"), it.a.credential),
    ),
}
STAMPS: Mapping[str, Callable[[Bureau], Attempt]] = {
    "good (B-T)": lambda it: _stamped(it, it.authority(DAY)),
    "good (B-LT)": lambda it: replace(_stamped(it, it.authority(DAY)), level=Level.B_LT),
    "59 minutes ahead": lambda it: _stamped(it, it.authority(DAY + timedelta(minutes=59))),
    "2 hours ahead": lambda it: _stamped(it, it.authority(DAY + timedelta(hours=2))),
    "2 days ahead": lambda it: _stamped(it, it.authority(DAY + timedelta(days=2))),
    "2 hours behind": lambda it: _stamped(it, it.authority(DAY - timedelta(hours=2))),
    "of other data": lambda it: _stamped(it, OtherData(it.stamps, DAY)),
    "of another question (nonce)": lambda it: _stamped(it, OtherQuestion(it.stamps, DAY)),
    "altered": lambda it: _stamped(it, Altered(it.stamps, DAY)),
    "by an authority not in trust": lambda it: _stamped(it, Bureau(it.font).authority(DAY)),
    "by a certificate not for stamping": lambda it: _stamped(it, _authority(it, purposes=())),
    "by an expired certificate": lambda it: _stamped(it, _authority(it, end=DAY - timedelta(1))),
    "by a revoked certificate (B-LT)": lambda it: replace(
        _stamped(it, it.authority(DAY), trust=it.trust(revoked=it.stamps)), level=Level.B_LT
    ),
    "none: nobody answers": lambda it: _stamped(it, HttpAuthority(url="http://127.0.0.1:9/")),
}


def signs(bureau: Bureau, attempt: Attempt) -> str:
    """Return what `sign` says: the codes it refuses with, or that it signed."""
    try:
        signing.sign(attempt.first or paper(), attempt.request(bureau), attempt.credential)
    except FindingsError as refusal:
        return _told(refusal.findings)
    return GOOD


def anyway(bureau: Bureau, attempt: Attempt) -> bytes | None:
    """Return the PDF as another program would sign it that judges nothing; None if it cannot."""
    nothing = {"unfit": lambda *_: (), "weak": lambda *_: (), "_stranger": lambda *_: ()}
    with patch.multiple(signing, **nothing):
        try:
            return signing.unjudged(
                attempt.first or paper(), attempt.request(bureau), attempt.credential
            )
        except FindingsError:
            return None


def judged(bureau: Bureau, attempt: Attempt, pdf: bytes | None) -> str:
    """Return what `signatures` says of it."""
    if pdf is None:
        return NOTHING
    request = attempt.request(bureau)
    found = validate(pdf, request.trust, request.moment, request.parties)
    return _told([one for one in found.findings if one.code != "SIG-MISSING"]) or "good"


def pdfsig(pdf: bytes | None, folder: Path) -> str:
    """Return what `pdfsig` of poppler says of the newest signature; nothing if it is not there."""
    if pdf is None or shutil.which("pdfsig") is None:
        return NOTHING
    path = folder / "signed.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False)
    found = re.findall(r"Signature Validation: Signature is (\w+)", done.stdout.decode())
    return found[-1].lower() if found else NOTHING


def _told(findings) -> str:
    said = (f"{one.code}: {one.message.text(Language.EN)}" for one in findings)
    return "<br>".join(dict.fromkeys(said))
