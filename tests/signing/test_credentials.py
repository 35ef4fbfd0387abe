"""Software keys and tokens: what opens them, and what is told where nothing does."""

import subprocess
from pathlib import Path
from shutil import which

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from signed import END, LATER, PARTIES, PASSPHRASE, START, Holder, elliptic

from rmdocs.errors import FindingsError
from rmdocs.signing.pkcs12 import Pkcs12
from rmdocs.signing.sign import sign
from rmdocs.signing.trust import read_certificates
from rmdocs.signing.validate import validate

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")
MODULE = next((path for path in MODULES if Path(path).is_file()), "")
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
    if not (MODULE and which("softhsm2-util")):
        pytest.skip("SoftHSM is not installed")
    pkcs11 = pytest.importorskip("pkcs11")
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
        store = pkcs11.lib(MODULE).get_token(token_label="bank")  # noqa: S106 - a name
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
        yield MODULE


def test_a_token_signs(bureau, by_a, token):
    from rmdocs.signing.pkcs11 import Pkcs11

    with Pkcs11.opened(token, "bank", "head", PIN) as credential:
        assert credential.certificate == bureau.b.der
        pdf = sign(by_a, bureau.request("b", moment=LATER), credential)
    assert validate(pdf, bureau.trust(), LATER, PARTIES).findings == ()


@pytest.mark.parametrize(
    ("label", "name", "pin", "code"),
    [
        ("bank", "head", "1111", "CREDENTIAL-PASSPHRASE"),
        ("till", "head", PIN, "CREDENTIAL-TOKEN"),
        ("bank", "clerk", PIN, "CREDENTIAL-TOKEN"),
    ],
)
def test_a_token_that_does_not(token, label, name, pin, code):
    from rmdocs.signing.pkcs11 import Pkcs11

    with pytest.raises(FindingsError) as refusal, Pkcs11.opened(token, label, name, pin):
        pass
    assert [finding.code for finding in refusal.value.findings] == [code]


def test_no_module(tmp_path):
    pytest.importorskip("pkcs11")
    from rmdocs.signing.pkcs11 import Pkcs11

    path = str(tmp_path / "none.so")
    with pytest.raises(FindingsError) as refusal, Pkcs11.opened(path, "bank", "head", PIN):
        pass
    assert [finding.code for finding in refusal.value.findings] == ["CREDENTIAL-TOKEN"]
