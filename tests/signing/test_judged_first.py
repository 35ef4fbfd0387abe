"""What `sign` lets through, `signatures` finds good; what it would find is refused, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from asn1crypto import tsp, x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from signed import DAY, LATER, PARTIES, PASSPHRASE, Bureau, Clock, Holder, big, elliptic, paper

from rmdocs.errors import FindingsError
from rmdocs.findings import Severity
from rmdocs.messages import Language
from rmdocs.signing.certificates import weak
from rmdocs.signing.credentials import Pkcs12
from rmdocs.signing.levels import Level
from rmdocs.signing.sign import sign, unjudged
from rmdocs.signing.trust import Trust
from rmdocs.signing.validation import validate

pytestmark = pytest.mark.long

_ISSUING = {"key_cert_sign": True, "crl_sign": True}


def refusal(request, credential, pdf=None):
    """Return the one finding that a signature is refused with."""
    with pytest.raises(FindingsError) as raised:
        sign(pdf or paper(), request, credential)
    (finding,) = raised.value.findings
    assert finding.severity is Severity.ERROR
    return finding


def afterwards(request, credential, pdf=None):
    """Return the codes of what would be found if it were sealed all the same."""
    made = unjudged(pdf or paper(), request, credential)
    found = validate(made, request.trust, request.moment, request.parties)
    return {one.code for one in found.findings} - {"SIG-MISSING"}


def alone(holder: Holder) -> Pkcs12:
    """Return the credential without the certificates of its issuers."""
    bare = replace(holder, chain=())
    return Pkcs12.load(bare.pkcs12(), PASSPHRASE)


def below(bureau: Bureau, name: str, above: Holder) -> Holder:
    return bureau._issued(name, elliptic(), above, _ISSUING, ca=True)


class TestTheChain:
    """The missing link is named, and it is not the root that is there."""

    def test_without_the_intermediate(self, bureau):
        request = bureau.request("a", trust=Trust(roots=(bureau.root.der,)))
        found = refusal(request, alone(bureau.a))
        assert (found.code, found.path) == ("SIG-UNTRUSTED", "party-a")
        assert "the certificate of 示例签发机构 is missing" in found.message.text(Language.EN)
        remedy = found.remedy.text(Language.EN)
        assert "示例签发机构" in remedy
        assert "示例根证书" not in remedy
        assert afterwards(request, alone(bureau.a)) == {"SIG-UNTRUSTED"}

    def test_the_intermediate_may_come_from_the_folder(self, bureau):
        trust = Trust(roots=(bureau.root.der, bureau.issuer.der))
        request = bureau.request("a", trust=trust)
        pdf = sign(paper(), request, alone(bureau.a))
        # It is in the document from then on: whoever trusts the root alone can judge it.
        found = validate(pdf, Trust(roots=(bureau.root.der,)), DAY, PARTIES)
        assert [one.code for one in found.findings] == ["SIG-MISSING"]

    def test_one_of_two_intermediates(self, bureau):
        """The one that is there vouches for the signer; the one above it is missing."""
        middle = below(bureau, "示例中间机构", bureau.root)
        lower = below(bureau, "示例下级机构", middle)
        made = bureau._issued("济南", elliptic(), lower, {"digital_signature": True})
        request = bureau.request("a", trust=Trust(roots=(bureau.root.der,)))
        found = refusal(request, made.credential)
        assert "示例中间机构 is missing" in found.message.text(Language.EN)
        assert "which issued that of 示例下级机构" in found.remedy.text(Language.EN)

    def test_another_root_of_the_same_name(self, bureau):
        other = Bureau(bureau.font)
        request = bureau.request("a", trust=other.trust())
        found = refusal(request, bureau.a.credential)
        assert "示例根证书 is missing" in found.message.text(Language.EN)

    def test_a_root_that_nobody_put_there(self, bureau):
        lone = bureau._issued("济南", elliptic(), None, {"digital_signature": True})
        found = refusal(bureau.request("a"), Pkcs12.load(lone.pkcs12(), PASSPHRASE))
        assert "goes back to the root 济南" in found.message.text(Language.EN)

    def test_no_roots_at_all(self, bureau):
        found = refusal(bureau.request("a", trust=Trust(roots=())), bureau.a.credential)
        assert "示例根证书 is missing" in found.message.text(Language.EN)

    def test_what_else_the_file_holds_stays_out_of_the_document(self, bureau):
        stranger = Bureau(bureau.font)
        full = replace(
            bureau.a, chain=(stranger.a.certificate, *bureau.a.chain, bureau.root.certificate)
        )
        credential = Pkcs12.load(full.pkcs12(), PASSPHRASE)
        pdf = sign(paper(), bureau.request("a"), credential)
        found = validate(pdf, Trust(roots=(bureau.root.der,)), DAY, PARTIES)
        assert [one.code for one in found.findings] == ["SIG-MISSING"]


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("RSA 1024", lambda: rsa.generate_private_key(65537, 1024)),  # noqa: S505 - refused
        ("EC secp192r1", lambda: ec.generate_private_key(ec.SECP192R1())),
        ("EC secp224r1", lambda: ec.generate_private_key(ec.SECP224R1())),
        ("EC secp256k1", lambda: ec.generate_private_key(ec.SECP256K1())),
        ("EC brainpoolp256r1", lambda: ec.generate_private_key(ec.BrainpoolP256R1())),
        ("ED25519", ed25519.Ed25519PrivateKey.generate),
    ],
)
class TestTheKey:
    def test_of_the_signer(self, bureau, kind, key):
        found = refusal(bureau.request("a"), bureau.signer("济南", key()).credential)
        assert (found.code, found.path) == ("CERT-KEY", "济南")
        assert f"({kind})" in found.message.text(Language.EN)

    def test_of_an_issuer(self, bureau, kind, key):
        weak = bureau._issued("示例", key(), bureau.root, _ISSUING, ca=True)
        made = bureau._issued("济南", elliptic(), weak, {"digital_signature": True})
        found = refusal(bureau.request("a"), made.credential)
        assert (found.code, found.path) == ("CERT-KEY", "示例")
        assert f"({kind})" in found.message.text(Language.EN)


@pytest.mark.parametrize(
    "key",
    [
        lambda: rsa.generate_private_key(65537, 2048),
        lambda: rsa.generate_private_key(65537, 3072),
        lambda: ec.generate_private_key(ec.SECP384R1()),
        lambda: ec.generate_private_key(ec.SECP521R1()),
    ],
)
def test_keys_that_everybody_judges(bureau, key):
    assert sign(paper(), bureau.request("a"), bureau.signer("济南", key()).credential)


@pytest.mark.parametrize("hashed", ["sha1", "md5"])
def test_a_certificate_vouched_for_by_a_broken_algorithm(bureau, hashed):
    certificate = x509.Certificate.load(bureau.a.der)
    certificate["signature_algorithm"]["algorithm"] = f"{hashed}_rsa"
    (found,) = weak(certificate)
    assert (found.code, f"({hashed}_rsa)" in found.message.text(Language.EN)) == ("CERT-KEY", True)
    # Nobody relies on how a root vouches for itself.
    root = x509.Certificate.load(bureau.root.der)
    root["signature_algorithm"]["algorithm"] = "sha1_ecdsa"
    assert list(weak(root)) == []


class OtherData(Clock):
    """Stamps the digest of something else than was asked."""

    def stamp(self, query):
        asked = tsp.TimeStampReq.load(query)
        asked["message_imprint"]["hashed_message"] = b"\x07" * 32
        return super().stamp(tsp.TimeStampReq.load(asked.dump(force=True)).dump())


class TestTheStamp:
    def test_of_other_data(self, bureau):
        request = bureau.request("a", Level.B_T, authority=OtherData(bureau.stamps, DAY))
        found = refusal(request, bureau.a.credential)
        assert (found.code, found.path) == ("SIG-STAMP", "party-a")
        assert "made of other data" in found.message.text(Language.EN)
        assert "another time-stamping authority" in found.remedy.text(Language.EN)
        assert afterwards(request, bureau.a.credential) == {"SIG-STAMP"}

    @pytest.mark.parametrize("level", [Level.B_T, Level.B_LT])
    def test_of_other_data_at_each_level(self, bureau, level):
        request = bureau.request("a", level, authority=OtherData(bureau.stamps, DAY))
        assert refusal(request, bureau.a.credential).code == "SIG-STAMP"

    @pytest.mark.parametrize(
        "off", [timedelta(days=2), timedelta(hours=2), -timedelta(hours=2), -timedelta(days=400)]
    )
    def test_far_from_the_clock(self, bureau, off):
        request = bureau.request("a", Level.B_T, authority=bureau.authority(DAY + off))
        with pytest.raises(FindingsError) as raised:
            sign(paper(), request, bureau.a.credential)
        assert "SIG-TIME" in {one.code for one in raised.value.findings}

    def test_near_the_clock(self, bureau):
        authority = bureau.authority(DAY + timedelta(minutes=59))
        assert sign(
            paper(), bureau.request("a", Level.B_T, authority=authority), bureau.a.credential
        )

    def test_of_an_authority_that_nobody_trusts(self, bureau):
        stranger = Bureau(bureau.font).authority(DAY)
        found = refusal(bureau.request("a", Level.B_T, authority=stranger), bureau.a.credential)
        assert found.code == "SIG-STAMP"
        assert "示例根证书 is missing" in found.message.text(Language.EN)

    def test_by_a_certificate_that_is_not_for_stamping(self, bureau):
        authority = Clock(bureau.signer("济南", big()), DAY)
        request = bureau.request("a", Level.B_T, authority=authority)
        assert refusal(request, bureau.a.credential).code == "SIG-STAMP"

    def test_after_the_authority_s_certificate_expired(self, bureau):
        short = bureau._issued(
            "示例",
            big(),
            bureau.issuer,
            {"digital_signature": True},
            [ExtendedKeyUsageOID.TIME_STAMPING],
            end=DAY - timedelta(days=1),
        )
        request = bureau.request("a", Level.B_T, authority=Clock(short, DAY))
        assert refusal(request, bureau.a.credential).code == "SIG-STAMP"


class TestWhichCertificate:
    """It is named, with its number and its end: a chain has several, of several owners."""

    @staticmethod
    def found(request, holder, code):
        found = refusal(request, holder.credential)
        assert found.code == code
        return found

    @staticmethod
    def named(found, certificate):
        return f"{certificate.serial_number:x}" in found.label

    def test_the_signer_s_own_that_expired_since(self, bureau):
        short = bureau.signer("济南", end=DAY + timedelta(days=1))
        pdf = sign(paper(), bureau.request("a"), short.credential)
        judged = validate(pdf, bureau.trust(), DAY + timedelta(days=9), PARTIES[:1])
        (found,) = [one for one in judged.findings if one.code.startswith("SIG-EX")]
        assert (found.code, self.named(found, short.certificate)) == ("SIG-EXPIRED", True)
        words = found.message.text(Language.EN)
        assert "of 济南 is valid from 2025-01-01 08:00 (UTC+08:00)" in words
        assert "until 2026-03-17 17:20 (UTC+08:00): not on 2026-03-25 17:20 (UTC+08:00)" in words

    def test_an_intermediate_that_expired(self, bureau):
        above = bureau._issued(
            "示例下级机构", elliptic(), bureau.root, _ISSUING, ca=True, end=DAY - timedelta(1)
        )
        made = bureau._issued("济南", elliptic(), above, {"digital_signature": True})
        found = self.found(bureau.request("a"), made, "SIG-EXPIRED")
        assert "of 示例下级机构, in the chain of that of 济南" in found.message.text(Language.EN)
        assert self.named(found, above.certificate)
        request = bureau.request("a", Level.B_LT)
        lasting = self.found(request, made, "SIGN-CHAIN").message.text(Language.EN)
        assert lasting == "the certificate of 示例下级机构 expired on 2026-03-15"

    def test_an_intermediate_that_was_revoked(self, bureau):
        """The signer's own was not, and nobody says so."""
        revoked = bureau._crl(bureau.root, bureau.issuer)
        trust = replace(bureau.trust(), crls=(revoked, bureau._crl(bureau.issuer)))
        found = self.found(bureau.request("a", trust=trust), bureau.a, "SIG-REVOKED")
        words = found.message.text(Language.EN)
        assert words.startswith("a certificate above that of 济南")
        assert words.endswith("was revoked on 2026-03-02: 示例签发机构")
        request = bureau.request("a", Level.B_LT, trust=trust)
        lasting = self.found(request, bureau.a, "SIGN-CHAIN").message.text(Language.EN)
        assert lasting == "the certificate of 示例签发机构 was revoked on 2026-03-02"

    @pytest.mark.parametrize(
        "facts",
        [
            {"end": DAY - timedelta(days=1)},
            {"start": DAY + timedelta(days=1)},
            {"usage": {"key_encipherment": True}},
            {"key": rsa.generate_private_key(65537, 1024)},  # noqa: S505 - refused
        ],
    )
    def test_every_one_that_is_refused(self, bureau, facts):
        made = bureau.signer("济南", **facts)
        found = refusal(bureau.request("a"), made.credential)
        assert self.named(found, made.certificate)
        assert f"{made.certificate.not_valid_after_utc.date()}" in found.label


class TestTheOtherSignatures:
    def test_revoked_by_a_list_that_is_there(self, bureau):
        request = bureau.request("a", trust=bureau.trust(revoked=bureau.a))
        assert refusal(request, bureau.a.credential).code == "SIG-REVOKED"

    def test_the_second_party_signs_after_the_first_one_s_certificate_expired(self, bureau):
        """What was sealed in time stays good; when it was sealed, the store knows."""
        short = bureau.signer("济南", end=DAY + timedelta(days=1))
        first = sign(paper(), bureau.request("a"), short.credential)
        late = DAY + timedelta(days=9)
        request = bureau.request("b", moment=late)
        assert refusal(request, bureau.b.credential, first).code == "SIG-EXPIRED"
        known = replace(request, since=(DAY,))
        pdf = sign(first, known, bureau.b.credential)
        found = validate(pdf, bureau.trust(), late, PARTIES, since=(DAY, late))
        assert found.findings == ()

    def test_another_certificate_of_the_first_party(self, bureau, by_a):
        twin = bureau.signer("济南虚构岱岳重型机械有限公司")
        found = refusal(bureau.request("b", moment=LATER), twin.credential, by_a)
        assert (found.code, found.path) == ("SIG-SAME", "party-b")
