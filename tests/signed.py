"""A certificate authority, a time-stamping one, signers and pages to sign, made for the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, cached_property
from pathlib import Path

from asn1crypto import tsp
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from typefaces import LATIN

from rmdocs.forms.sections.signing import Party, SignaturePlace
from rmdocs.messages import Bilingual
from rmdocs.signing.credentials import Pkcs12
from rmdocs.signing.levels import Level
from rmdocs.signing.signaturerequest import SignatureRequest
from rmdocs.signing.trust import Trust

CHINA = timezone(timedelta(hours=8))
DAY = datetime(2026, 3, 16, 17, 20, 5, tzinfo=CHINA)
LATER = DAY + timedelta(minutes=20)
START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
PASSPHRASE = b"open sesame"
PRINTED = LATIN + "".join(
    dict.fromkeys(
        "甲乙方电子签名字人证书时间含义年月日代表订本协议陈虚实周示行"
        "济南虚构岱岳重型机械有限公司中国建设银行济南示例支行："
    )
)
"""What a font needs to have to print the signatures made here."""

PARTIES = (
    Party(
        name="a",
        title=Bilingual(zh="甲方", en="Party A"),
        meaning=Bilingual(zh="代表甲方签订本协议", en="Enters into it on behalf of party A"),
        place=SignaturePlace(anchor="Party A", right=0, down=5, width=70, height=32),
    ),
    Party(
        name="b",
        title=Bilingual(zh="乙方", en="Party B"),
        meaning=Bilingual(zh="代表乙方签订本协议", en="Enters into it on behalf of party B"),
        place=SignaturePlace(anchor="Party B", right=0, down=5, width=70, height=32),
    ),
)

_SIGNING = {"digital_signature": True, "content_commitment": True}
_ISSUING = {"key_cert_sign": True, "crl_sign": True}
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


EC_OR_RSA = (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)


def elliptic():
    return ec.generate_private_key(ec.SECP256R1())


@cache
def big():
    """Return a key that takes long to find: the same for whoever wants one of its kind."""
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Holder:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def pkcs12(self, key=None) -> bytes:
        """Return the PKCS#12 file, with another key if one is given."""
        # Few rounds: a test waits for every one of them, and nobody guesses at this passphrase.
        lock = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(2)
            .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(PASSPHRASE)
        )
        return pkcs12.serialize_key_and_certificates(
            b"signer", key or self.key, self.certificate, self.chain, lock
        )

    @cached_property
    def credential(self) -> Pkcs12:
        return Pkcs12.load(self.pkcs12(), PASSPHRASE)


@dataclass
class Bureau:
    """A root, an issuer below it, and what they made."""

    font: Path
    root: Holder = field(init=False)
    issuer: Holder = field(init=False)

    def __post_init__(self) -> None:
        self.root = self._issued("示例根证书", elliptic(), None, _ISSUING, ca=True)
        self.issuer = self._issued("示例签发机构", elliptic(), self.root, _ISSUING, ca=True)

    @cached_property
    def a(self) -> Holder:
        return self.signer("济南虚构岱岳重型机械有限公司")

    @cached_property
    def b(self) -> Holder:
        return self.signer("中国建设银行济南示例支行")

    @cached_property
    def stamps(self) -> Holder:
        purposes = [ExtendedKeyUsageOID.TIME_STAMPING]
        name = "示例时间戳机构"
        return self._issued(name, big(), self.issuer, {"digital_signature": True}, purposes)

    def signer(self, name, key=None, *, usage=None, purposes=(), start=START, end=END) -> Holder:
        usage = usage or _SIGNING
        return self._issued(name, key or elliptic(), self.issuer, usage, purposes, start, end)

    def trust(self, revoked: Holder | None = None) -> Trust:
        return Trust(
            roots=(self.root.der,),
            others=(self.issuer.der,),
            crls=(self._crl(self.root), self._crl(self.issuer, revoked)),
        )

    def authority(self, at: datetime) -> Clock:
        return Clock(self.stamps, at)

    def request(
        self, party: str, level: Level = Level.B_B, moment=DAY, **changes
    ) -> SignatureRequest:
        """Return what a party asks for when it signs the paper."""
        names = {"a": "陈虚实", "b": "周示行"}
        given = {
            "parties": PARTIES,
            "party": party,
            "signatory": names.get(party, "陈虚实"),
            "moment": moment,
            "font": self.font,
            "trust": self.trust(),
            "level": level,
            # Whom a certificate names is tested by itself.
            "reason": "测试",
            "authority": self.authority(moment) if level is not Level.B_B else None,
        }
        return SignatureRequest(**{**given, **changes})

    def _issued(  # noqa: PLR0917 - a certificate has that many parts
        self,
        name,
        key,
        issuer,
        usage,
        purposes=(),
        start=START,
        end=END,
        *,
        ca=False,
        organisation="",
    ) -> Holder:
        given = [(NameOID.COUNTRY_NAME, "CN"), (NameOID.COMMON_NAME, name)]
        given += [(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
        subject = x509.Name([x509.NameAttribute(*one) for one in given])
        above = issuer.certificate.subject if issuer else subject
        point = x509.UniformResourceIdentifier("http://example.invalid/list.crl")
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(above)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(**{one: usage.get(one, False) for one in _USAGES}), critical=True
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )
        if purposes:
            made = made.add_extension(x509.ExtendedKeyUsage(purposes), critical=True)
        if issuer:
            known = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
            made = made.add_extension(known, critical=False)
            points = x509.CRLDistributionPoints([x509.DistributionPoint([point], None, None, None)])
            made = made.add_extension(points, critical=False)
        above = issuer.key if issuer else key
        hashed = hashes.SHA256() if isinstance(above, EC_OR_RSA) else None
        certificate = made.sign(above, hashed)
        return Holder(certificate, key, (issuer.certificate,) if issuer else ())

    @staticmethod
    def _crl(issuer: Holder, revoked: Holder | None = None) -> bytes:
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.certificate.subject)
            .last_update(datetime(2026, 3, 1, tzinfo=UTC))
            .next_update(datetime(2026, 4, 1, tzinfo=UTC))
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
                critical=False,
            )
            .add_extension(x509.CRLNumber(1), critical=False)
        )
        if revoked:
            entry = x509.RevokedCertificateBuilder()
            entry = entry.serial_number(revoked.certificate.serial_number)
            made = made.add_revoked_certificate(
                entry.revocation_date(datetime(2026, 3, 2, tzinfo=UTC)).build()
            )
        return made.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True)
class Clock:
    """A time-stamping authority for which it is always the same time."""

    holder: Holder
    at: datetime

    def stamp(self, query: bytes) -> bytes:
        key = self.holder.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        server = DummyTimeStamper(
            Certificate.load(self.holder.der),
            PrivateKeyInfo.load(key),
            [
                Certificate.load(one.public_bytes(serialization.Encoding.DER))
                for one in self.holder.chain
            ],
            fixed_dt=self.at.astimezone(UTC),
        )
        return server.request_tsa_response(tsp.TimeStampReq.load(query)).dump()


def paper(*, more: str = "", catalog: str = "", words: str = "", down: int = 300) -> bytes:
    """Return a page with places for two signatures.

    :param more: further objects, from number 6 on, as PDF source.
    :param catalog: further entries of the document's catalog.
    :param words: another text, ``down`` points below party A.
    """
    content = (
        "BT /F1 14 Tf 72 700 Td (Agreement) Tj 0 -60 Td (Party A) Tj 220 0 Td (Party B) Tj "
        f"-220 -{down} Td ({words}) Tj ET"
    )
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
            "/Resources << /Font << /F1 4 0 R >> >> >>"
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        *filter(None, more.split("\n\n")),
    ]
    data, offsets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    start = len(data)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode()
    data += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    )
    return data
