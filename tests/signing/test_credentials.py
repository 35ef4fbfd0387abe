"""Software keys and tokens: what opens them, and what is told where nothing does."""

import subprocess
from base64 import b64encode, encodebytes
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import keys, pem
from asn1crypto.pkcs12 import AuthenticatedSafe, Pfx
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from signed import DAY, END, LATER, PARTIES, PASSPHRASE, START, Holder, elliptic, paper

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.signing.certificates import weak
from rmdocs.signing.credentials import Pkcs11, Pkcs12
from rmdocs.signing.sign import sign
from rmdocs.signing.trust import read_certificates
from rmdocs.signing.validation import validate

MODULES = ("/usr/lib", "/usr/lib64")
"""Below which SoftHSM has its library, on each distribution in another folder."""
PIN = "7200"


def codes(data, passphrase=PASSPHRASE):
    with pytest.raises(FindingsError) as refusal:
        Pkcs12.load(data, passphrase, "a.p12")
    assert {finding.path for finding in refusal.value.findings} == {"a.p12"}
    return [finding.code for finding in refusal.value.findings]


def test_a_software_key(bureau):
    credential = Pkcs12.load(bureau.b.pkcs12(), PASSPHRASE)
    assert credential.certificate == bureau.b.der
    assert bureau.issuer.der in credential.chain


@pytest.mark.parametrize("passphrase", [b"sesame", b"", None])
def test_a_wrong_passphrase(bureau, passphrase):
    assert codes(bureau.b.pkcs12(), passphrase) == ["CREDENTIAL-PASSPHRASE"]


SM2 = (Path(__file__).parents[1] / "data" / "sm2.p12").read_bytes()
"""A key and a certificate of SM2, as openssl makes them; opened by ``PASSPHRASE``."""


def said(data, passphrase=PASSPHRASE):
    with pytest.raises(FindingsError) as refusal:
        Pkcs12.load(data, passphrase, "a.p12")
    (found,) = refusal.value.findings
    return found.code, f"{found.message.text(Language.EN)} → {found.remedy.text(Language.EN)}"


def chinese(certificate):
    """Return a certificate as if its key and what vouches for it were of SM2."""
    made = Certificate.load(certificate)
    key = made["tbs_certificate"]["subject_public_key_info"]
    assert key["algorithm"]["parameters"].chosen.dotted == "1.2.840.10045.3.1.7"
    der = made.dump().replace(
        bytes.fromhex("06082a8648ce3d030107"), bytes.fromhex("06082a811ccf5501822d")
    )
    return Certificate.load(der)


class TestSm2:
    """Told plainly, wherever it is met: what it is, and what to do."""

    def test_a_key(self):
        code, words = said(SM2)
        assert (code, "SM2 (国密)" in words, "RSA or P-256" in words) == ("CERT-KEY", True, True)
        assert said(SM2, b"sesame")[0] == "CREDENTIAL-PASSPHRASE"

    def test_in_files_of_other_kinds(self, bureau):
        """As authorities hand them out: bare, in base64, in PEM."""
        der = chinese(bureau.b.der).dump()
        wrapped = pem.armor("CERTIFICATE", der)
        for data in (der, b64encode(der), b"\n".join(wrapped.split(b"\n")), encodebytes(der)):
            code, words = said(data)
            assert (code, "SM2" in words) == ("CREDENTIAL-FILE", True)

    def test_in_the_chain(self, bureau):
        """The key may be another's kind: who vouches with SM2 is judged by nobody here."""
        (found,) = weak(chinese(bureau.b.der))
        assert (found.code, "SM2" in found.message.text(Language.EN)) == ("CERT-KEY", True)
        under = Certificate.load(bureau.b.der)
        under["signature_algorithm"]["algorithm"] = "1.2.156.10197.1.501"
        assert [one.code for one in weak(under)] == ["CERT-KEY"]

    def test_an_authority_of_it_in_trust_hinders_nobody(self, bureau):
        trust = bureau.trust()
        strange = chinese(bureau.root.der).dump()
        trust = replace(trust, roots=(*trust.roots, *read_certificates(strange, "sm2.cer")))
        pdf = sign(paper(), bureau.request("a", trust=trust), bureau.a.credential)
        assert validate(pdf, trust, DAY, PARTIES[:1]).valid


def test_a_curve_that_is_written_out(bureau):
    """It may be any curve, whatever it is called; and nobody reads its numbers."""
    made = Certificate.load(bureau.b.der)
    key = made["tbs_certificate"]["subject_public_key_info"]["algorithm"]
    key["parameters"] = keys.ECDomainParameters(
        "specified",
        {
            "version": "ecdpVer1",
            "field_id": {"field_type": "prime_field", "parameters": 23},
            "curve": {"a": b"\1", "b": b"\1"},
            "base": b"\4\1\1",
            "order": 7,
        },
    )
    (found,) = weak(Certificate.load(made.dump(force=True)))
    assert "(EC, explicit)" in found.message.text(Language.EN)


def test_what_is_handed_in_for_a_key_is_said(bureau):
    key = bureau.b.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate = bureau.b.certificate.public_bytes(serialization.Encoding.PEM)
    assert "the file is empty" in said(b"")[1]
    assert "the file is empty" in said(b" \n")[1]
    for text in (key, certificate, key + certificate):
        assert "is PEM text" in said(text)[1]
    assert "without its private key" in said(bureau.b.der)[1]
    assert "is no PKCS#12 file" in said(b"%PDF-1.7")[1]


def test_a_file_with_two_keys(bureau):
    """As authorities give them: one pair to sign with, one for encryption. None is guessed."""
    bare = serialization.NoEncryption()
    one, other = (
        Pfx.load(pkcs12.serialize_key_and_certificates(b"x", it.key, it.certificate, None, bare))
        for it in (bureau.b, bureau.signer("济南"))
    )
    safe = [*one.authenticated_safe, *other.authenticated_safe]
    both = Pfx(
        {
            "version": "v3",
            "auth_safe": {"content_type": "data", "content": AuthenticatedSafe(safe).dump()},
        }
    ).dump()
    code, words = said(both, None)
    assert (code, "2 private keys" in words) == ("CREDENTIAL-FILE", True)


def test_a_file_that_is_encrypted_in_an_unknown_way(bureau):
    """Of the passphrase it cannot be said that it is wrong."""
    aes = bytes.fromhex("060960864801650304012a")
    data = bureau.b.pkcs12()
    assert aes in data
    code, words = said(data.replace(aes, aes[:-1] + b"\x7f"))
    assert (code, "not known here (2.16.840" in words) == ("CREDENTIAL-PASSPHRASE", True)
    assert "not known here" not in said(data, b"sesame")[1]


def test_files_that_hold_no_key(bureau):
    assert codes(b"") == ["CREDENTIAL-FILE"]
    assert codes(b"%PDF-1.7") == ["CREDENTIAL-FILE"]
    assert codes(bureau.b.der) == ["CREDENTIAL-FILE"]
    lock = serialization.BestAvailableEncryption(PASSPHRASE)
    bare = pkcs12.serialize_key_and_certificates(b"x", None, bureau.b.certificate, None, lock)
    assert codes(bare) == ["CREDENTIAL-FILE"]
    key = pkcs12.serialize_key_and_certificates(b"x", elliptic(), None, None, lock)
    assert codes(key) == ["CREDENTIAL-FILE"]


@pytest.mark.parametrize("part", ["2.5.29.17", "2.5.29.37", "1.3.6.1.5.5.7.1.1", "2.5.29.15"])
def test_certificates_of_which_a_part_cannot_be_read(bureau, part):
    """Subject's other names, purposes, where its authority is, key usage: all said at once."""
    broken = malformed(bureau, part)
    lock = serialization.BestAvailableEncryption(PASSPHRASE)
    held = pkcs12.serialize_key_and_certificates(b"x", broken.key, broken.certificate, None, lock)
    assert codes(held) == ["CERT-MALFORMED"]
    with pytest.raises(FindingsError) as refusal:
        read_certificates(broken.der, "ca.cer")
    assert [one.code for one in refusal.value.findings] == ["CERT-FILE"]
    # Beside a good one it is no matter of the passphrase either.
    b = bureau.b
    beside = pkcs12.serialize_key_and_certificates(
        b"x", b.key, b.certificate, [broken.certificate], lock
    )
    assert codes(beside) == ["CERT-MALFORMED"]
    assert codes(beside, b"sesame") == ["CREDENTIAL-PASSPHRASE"]


def malformed(bureau, part):
    key = elliptic()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "示例")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(bureau.issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(START)
        .not_valid_after(END)
        .add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier(part), b"\xff\xfe\x00"), critical=False
        )
    )
    return Holder(made.sign(bureau.issuer.key, hashes.SHA256()), key)


@pytest.fixture(scope="module")
def token(bureau, tmp_path_factory):
    """A token in software (SoftHSM) with the second party's key."""
    place = tmp_path_factory.mktemp("token")
    (place / "tokens").mkdir()
    configuration = place / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {place / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        start = ["softhsm2-util", "--init-token", "--free", "--label", "bank"]
        subprocess.run([*start, "--pin", PIN, "--so-pin", "0000"], check=True, capture_output=True)
        key = place / "key.pem"
        key.write_bytes(
            bureau.b.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        put = ["softhsm2-util", "--import", key, "--token", "bank", "--label", "head"]
        subprocess.run([*put, "--id", "a1", "--pin", PIN], check=True, capture_output=True)
        module = str(next(one for at in MODULES for one in Path(at).rglob("libsofthsm2.so")))
        store = pkcs11.lib(module).get_token(token_label="bank")  # noqa: S106 - a name
        with store.open(user_pin=PIN, rw=True) as session:
            session.create_object(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.LABEL: "head",
                    pkcs11.Attribute.ID: b"\xa1",
                    pkcs11.Attribute.SUBJECT: bureau.b.certificate.subject.public_bytes(),
                    pkcs11.Attribute.VALUE: bureau.b.der,
                }
            )
        yield module


@pytest.mark.softhsm
def test_a_token_signs(bureau, by_a, token):
    with Pkcs11.opened(token, "bank", "head", PIN) as credential:
        assert credential.certificate == bureau.b.der
        pdf = sign(by_a, bureau.request("b", moment=LATER), credential)
    assert validate(pdf, bureau.trust(), LATER, PARTIES).findings == ()


@pytest.mark.softhsm
@pytest.mark.parametrize(
    ("label", "name", "pin", "code"),
    [
        ("bank", "head", "1111", "CREDENTIAL-PASSPHRASE"),
        ("till", "head", PIN, "CREDENTIAL-TOKEN"),
        ("bank", "clerk", PIN, "CREDENTIAL-TOKEN"),
    ],
)
def test_a_token_that_does_not(token, label, name, pin, code):
    with pytest.raises(FindingsError) as refusal, Pkcs11.opened(token, label, name, pin):
        pass
    assert [finding.code for finding in refusal.value.findings] == [code]


def test_no_module(tmp_path):
    path = str(tmp_path / "none.so")
    with pytest.raises(FindingsError) as refusal, Pkcs11.opened(path, "bank", "head", PIN):
        pass
    assert [finding.code for finding in refusal.value.findings] == ["CREDENTIAL-TOKEN"]
