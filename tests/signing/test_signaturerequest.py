"""Whom a certificate names, as authorities write it; half a name is nobody's."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st
from signed import DAY, LATER, Holder, elliptic, paper

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.signing.levels import Named
from rmdocs.signing.sign import sign
from rmdocs.signing.signaturerequest import names, whom
from rmdocs.signing.validation import validate

COMPANY, CODE = "济南虚构岱岳重型机械有限公司", "91370112MA3DEM019E"
BANK = "中国建设银行济南示例支行"
PERSON, ID = "陈虚实", "370112198001011234"
OID = {
    "CN": NameOID.COMMON_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "SN": NameOID.SURNAME,
    "GN": NameOID.GIVEN_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
    "UID": NameOID.USER_ID,
    "T": NameOID.TITLE,
}


def certificate(subject, extension=None):
    """Return a certificate as asn1crypto reads it, its subject given as KIND=value."""
    return Certificate.load(holder(subject, extension).der)


def holder(subject, extension=None, issuer=None):
    """Return a certificate and its key; without an issuer it vouches for itself."""
    pairs = [one.partition("=")[::2] for one in subject]
    with warnings.catch_warnings():
        # Authorities write common names that are longer than the standard has them.
        warnings.simplefilter("ignore")
        name = x509.Name(
            [x509.NameAttribute(OID[kind], value, _validate=False) for kind, value in pairs]
        )
    key = elliptic()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2028, 1, 1, tzinfo=UTC))
    )
    if extension is not None:
        kind, value = extension
        made = made.add_extension(
            x509.UnrecognizedExtension(ObjectIdentifier(kind), value), critical=False
        )
    signed = made.sign(issuer.key if issuer else key, hashes.SHA256())
    return Holder(signed, key, (issuer.certificate,) if issuer else ())


@pytest.mark.parametrize(
    "subject",
    [
        (f"CN={COMPANY}",),
        ("CN=财务专用章", f"O={COMPANY}"),
        (f"CN={PERSON}", f"O={COMPANY}"),
        ("CN=印章", f"OU={COMPANY}", "O=示例认证有限公司"),
        # CFCA and banks: kind, name and code in one, in either order.
        (f"CN=051@{COMPANY}@{CODE}@1", "OU=Organizational-1", "O=CFCA TEST CA"),
        (f"CN=041@N{CODE}@{COMPANY}@00000001", "OU=Enterprises", "O=CFCA TEST OCA1"),
        (f"CN=041@N{CODE}@jinan@00000001", "OU=Enterprises", "O=CFCA TEST OCA1"),
        ("CN=041@ZMA3DEM01-9@jinan@00000001", "OU=Enterprises", "O=CFCA TEST OCA1"),
        (f"CN={COMPANY}@{CODE}",),
        (f"CN={CODE}",),
        (f"CN={COMPANY}（{CODE}）",),
        (f"CN={COMPANY}-{CODE}",),
        (f"CN={COMPANY}_1",),
        # Full width, spaces, lower case.
        (f"CN={COMPANY[:4]} {COMPANY[4:]}",),
        ("CN=" + "".join(chr(ord(one) + 0xFEE0) for one in CODE),),
        (f"CN={CODE.lower()}",),
        (f"CN=０５１＠{COMPANY}＠{CODE}＠１",),
        (f"CN= {COMPANY} @１@1",),
        ("CN=章", f"serialNumber={CODE}"),
        ("CN=章", f"OU={CODE}"),
        ("CN=章", f"organizationIdentifier=NTRCN-{CODE}"),
        ("CN=章", f"organizationIdentifier=VATCN-{CODE}"),
        ("CN=章", f"UID={CODE}"),
    ],
)
def test_it_names_the_party(subject):
    found = certificate(subject)
    assert whom(found, "周示行", (COMPANY, CODE), (BANK,)) is Named.PARTY


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("1.2.156.10260.4.1.4", b"\x13\x12" + CODE.encode()),
        ("1.2.156.10260.4.1.5", b"\x0c\x12" + CODE.encode()),
        ("1.2.86.11.7.4", CODE.encode()),
        ("1.2.156.1.8888.148", b"\x13\x12" + CODE.encode()),
        ("1.2.156.10260.4.1.3", b"\x13\x0aMA3DEM01-9"),
    ],
)
def test_it_names_the_party_in_an_extension(kind, value):
    assert names(certificate(("CN=章",), (kind, value)), (COMPANY, CODE))
    # The same bytes where anybody may write anything say nothing.
    assert not names(certificate(("CN=章",), ("1.3.6.1.4.1.99999.1", value)), (COMPANY, CODE))


@pytest.mark.parametrize(
    "subject",
    [
        (f"CN={PERSON}",),
        (f"CN={PERSON}@{ID}",),
        (f"CN=051@{PERSON}@{ID}@1", "OU=Individual-1", "O=CFCA TEST CA"),
        (f"CN={PERSON}({ID})",),
        ("CN=1", "SN=陈", "GN=虚实"),
        ("CN=1", "GN=虚实", "SN=陈"),
    ],
)
def test_it_names_the_signatory(subject):
    assert whom(certificate(subject), PERSON, (COMPANY, CODE), (BANK,)) is Named.SIGNATORY


@pytest.mark.parametrize(
    "subject",
    [
        (f"CN={COMPANY}分公司",),
        (f"CN={COMPANY}-济南分公司",),
        (f"CN={COMPANY[2:]}",),
        (f"CN=关于{COMPANY}",),
        (f"CN={COMPANY}@另一公司",),
        (f"CN=1{CODE}9",),
        (f"CN={CODE[:-1]}F",),
        ("CN=章", f"T={COMPANY}"),
        (f"CN={PERSON}先生",),
        (f"CN={PERSON}@王样例",),
        ("CN=20MA3DEM01",),
        ("CN= ",),
    ],
)
def test_half_a_name_is_nobody_s(subject):
    assert whom(certificate(subject), PERSON, (COMPANY, CODE), (BANK,)) is Named.NOBODY


def test_another_party_s_is_told_though_the_signatory_has_it():
    """王样例 of the bank does not sign for the customer, whatever is typed."""
    found = certificate(("CN=王样例", f"O={BANK}"))
    assert whom(found, "王样例", (COMPANY, CODE), (BANK,)) is Named.OTHER
    assert whom(found, "王样例", (BANK,), (COMPANY, CODE)) is Named.PARTY
    assert whom(found, "王样例", (), ()) is Named.SIGNATORY


@pytest.mark.parametrize(
    "subject",
    [
        (f"CN={COMPANY}", f"O={BANK}"),
        (f"CN={BANK}", f"O={COMPANY}"),
        (f"CN={BANK}", f"serialNumber={CODE}"),
        (f"CN=051@{COMPANY}@{CODE}@1", f"OU={BANK}"),
        (f"CN={PERSON}", f"O={COMPANY}", f"OU={BANK}"),
        (f"CN={COMPANY}", f"CN={BANK}"),
    ],
)
def test_who_names_two_parties_is_neither_s(subject):
    """For whichever of them it signs; also where the signatory is named besides."""
    found = certificate(subject)
    for own, others in (((COMPANY, CODE), (BANK,)), ((BANK,), (COMPANY, CODE))):
        assert whom(found, PERSON, own, others) is Named.SEVERAL


@given(st.text("济南虚构岱岳重型机械有限公司abc @|-_（）()019", min_size=1, max_size=30))
def test_a_name_that_differs_is_not_the_party_s(text):
    """Only the whole name, however it is typed, beside codes at most."""
    value = text.strip() or "x"
    found = names(certificate((f"CN={value}",)), (COMPANY,))
    bare = "".join(one for one in value if "一" <= one <= "鿿")
    assert not found or bare == COMPANY


class TestSigning:
    def refused(self, bureau, subject, **changes):
        credential = holder(subject, issuer=bureau.issuer).credential
        called = {"a": (COMPANY, CODE), "b": (BANK,)}
        request = bureau.request("a", called=called, **{"reason": "", **changes})
        with pytest.raises(FindingsError) as refusal:
            sign(paper(), request, credential)
        (finding,) = refusal.value.findings
        return finding

    def test_with_the_other_party_s(self, bureau):
        found = self.refused(bureau, (f"CN={BANK}",))
        assert (found.code, found.path) == ("CERT-NAME", BANK)
        assert "that of another party, not of Party A" in found.message.text(Language.EN)
        assert "--reason" in found.remedy.text(Language.EN)

    def test_with_the_other_party_s_under_its_own_name(self, bureau):
        found = self.refused(bureau, (f"CN={BANK}",), signatory=BANK)
        assert found.code == "CERT-NAME"

    def test_with_anybody_s(self, bureau):
        found = self.refused(bureau, ("CN=济南",))
        assert "names neither 陈虚实 nor Party A" in found.message.text(Language.EN)

    @pytest.mark.parametrize("party", ["a", "b"])
    def test_with_one_that_names_both(self, bureau, party):
        both = (f"CN={COMPANY}", f"O={BANK}")
        if party == "a":
            found = self.refused(bureau, both)
            assert "names Party A and another party as well" in found.message.text(Language.EN)
            credential = holder(both, issuer=bureau.issuer).credential
            called = {"a": (COMPANY, CODE), "b": (BANK,)}
            assert sign(paper(), bureau.request("a", called=called, reason="合署"), credential)
            return
        credential = holder(both, issuer=bureau.issuer).credential
        first = sign(paper(), bureau.request("a"), bureau.signer("济南").credential)
        called = {"a": (COMPANY, CODE), "b": (BANK,)}
        request = bureau.request("b", called=called, reason="", moment=LATER)
        with pytest.raises(FindingsError) as refusal:
            sign(first, request, credential)
        assert [one.code for one in refusal.value.findings] == ["CERT-NAME"]

    @pytest.mark.parametrize("subject", [("CN=济\n签字人：王",), ("CN=济\u202e南",), ("CN= ",), ()])
    def test_with_one_whose_name_cannot_be_printed(self, bureau, subject):
        """What would stand in the signature's box as if somebody else had said it."""
        found = self.refused(bureau, subject, reason="测试")
        assert found.code == "CERT-SUBJECT"

    def test_without_a_common_name(self, bureau):
        credential = holder((f"O={COMPANY}",), issuer=bureau.issuer).credential
        request = bureau.request("a", called={"a": (COMPANY, CODE), "b": (BANK,)}, reason="")
        found = validate(sign(paper(), request, credential), bureau.trust(), DAY)
        assert [one.subject for one in found.signatures] == [COMPANY]

    def test_with_its_own(self, bureau):
        request = bureau.request("a", called={"a": (COMPANY, CODE), "b": (BANK,)}, reason="")
        assert sign(paper(), request, bureau.a.credential)

    def test_with_anybody_s_for_a_reason(self, bureau):
        credential = holder(("CN=济南",), issuer=bureau.issuer).credential
        assert sign(paper(), bureau.request("a", reason="更名未换证"), credential)

    @pytest.mark.parametrize("reason", ["", " ", "\u3000"])
    def test_with_anybody_s_and_no_reason_that_is_seen(self, bureau, reason):
        assert self.refused(bureau, ("CN=济南",), reason=reason).code == "CERT-NAME"

    def test_with_a_reason_that_nobody_reads_as_it_is(self, bureau):
        with pytest.raises(FindingsError):
            bureau.request("a", reason="更\u202e名")
