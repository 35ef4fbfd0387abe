"""Signatures per second: each level, and judging what was signed; pyHanko alone beside it.

pyHanko alone signs an invisible field with what it takes for the level: no checks of
the paper and the certificate, nothing drawn, no second look at what was made.
"""

from datetime import UTC
from io import BytesIO

import pytest
from asn1crypto.crl import CertificateList
from asn1crypto.keys import PrivateKeyInfo
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from signed import DAY, LATER, PARTIES, PASSPHRASE, PRINTED, Bureau, paper
from typefaces import typeface

from rmdocs.signing.levels import Level
from rmdocs.signing.sign import sign
from rmdocs.signing.trust import Trust
from rmdocs.signing.validation import validate


@pytest.fixture(scope="module")
def bureau(tmp_path_factory):
    font = typeface(tmp_path_factory.mktemp("font") / "Boxes.ttf", "Boxes", PRINTED)
    made = Bureau(font)
    sign(paper(), made.request("a", Level.B_T), made.a.credential)  # keys made, libraries loaded
    return made


@pytest.mark.parametrize("level", Level)
def test_sign(benchmark, bureau, level):
    """The first party's signature, with its checks, RSA 2048."""
    benchmark(sign, paper(), bureau.request("a", level), bureau.a.credential)


@pytest.mark.parametrize("level", Level)
def test_countersign(benchmark, bureau, level):
    """The second party's, ECDSA P-256, after judging the first."""
    first = sign(paper(), bureau.request("a", level), bureau.a.credential)
    benchmark(sign, first, bureau.request("b", level, LATER), bureau.b.credential)


@pytest.mark.parametrize("level", Level)
def test_validate(benchmark, bureau, level):
    first = sign(paper(), bureau.request("a", level), bureau.a.credential)
    both = sign(first, bureau.request("b", level, LATER), bureau.b.credential)
    trust = bureau.trust() if level is Level.B_B else Trust(roots=(bureau.root.der,))
    assert benchmark(validate, both, trust, LATER, PARTIES).findings == ()


def context(bureau):
    trust = bureau.trust()
    return ValidationContext(
        trust_roots=[Certificate.load(one) for one in trust.roots],
        other_certs=[Certificate.load(bureau.issuer.der)],
        crls=[CertificateList.load(one) for one in trust.crls],
        moment=DAY.astimezone(UTC),
    )


def stamper(bureau):
    key = bureau.stamps.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    chain = [Certificate.load(bureau.issuer.der)]
    return DummyTimeStamper(
        Certificate.load(bureau.stamps.der),
        PrivateKeyInfo.load(key),
        chain,
        fixed_dt=DAY.astimezone(UTC),
    )


def plain(level, signer, stamps, trust):
    lasting = level is Level.B_LT
    wishes = signers.PdfSignatureMetadata(
        field_name="party-a",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        embed_validation_info=lasting,
        validation_context=trust if lasting else None,
    )
    maker = signers.PdfSigner(wishes, signer, timestamper=stamps)
    return maker.sign_pdf(IncrementalPdfFileWriter(BytesIO(paper()))).getvalue()


@pytest.mark.parametrize("level", Level)
def test_pyhanko_alone_signs(benchmark, bureau, level):
    signer = signers.SimpleSigner.load_pkcs12_data(bureau.a.pkcs12(), [], PASSPHRASE)
    stamps = None if level is Level.B_B else stamper(bureau)
    trust = context(bureau) if level is Level.B_LT else None
    made = benchmark(plain, level, signer, stamps, trust)
    assert len(PdfFileReader(BytesIO(made)).embedded_signatures) == 1


def test_pyhanko_alone_validates(benchmark, bureau):
    first = sign(paper(), bureau.request("a"), bureau.a.credential)
    both = sign(first, bureau.request("b", moment=LATER), bureau.b.credential)

    def judged():
        trust = context(bureau)
        embedded = PdfFileReader(BytesIO(both)).embedded_signatures
        return [validate_pdf_signature(one, trust).bottom_line for one in embedded]

    assert benchmark(judged) == [True, True]
