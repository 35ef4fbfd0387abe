"""What nobody can sign with, and what nobody can sign: each gets its finding.

``tools/refusals.py`` prints what is said of each into docs/refusals.md.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from signed import DAY, PASSPHRASE, Bureau, paper

from rmdocs.errors import FindingsError
from rmdocs.signing.credentials import Pkcs12
from rmdocs.signing.levels import Level
from rmdocs.signing.sign import sign
from rmdocs.signing.timestamps import HttpAuthority

_ACTIVE = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"


def _with(bureau, **facts):
    """Sign the paper with a certificate that is made so."""
    return sign(paper(), bureau.request("a"), bureau.signer("济南示例", **facts).credential)


def _lasting(bureau, **changes):
    """Sign the paper at the level that needs every chain proven."""
    return sign(paper(), bureau.request("a", Level.B_LT, **changes), bureau.a.credential)


def _paper(bureau, pdf):
    return sign(pdf, bureau.request("a"), bureau.a.credential)


ATTEMPTS = {
    "wrong passphrase": (
        lambda it: Pkcs12.load(it.a.pkcs12(), b"no", "a.p12"),
        "CREDENTIAL-PASSPHRASE",
    ),
    "no PKCS#12 file": (
        lambda _: Pkcs12.load(b"-----BEGIN", PASSPHRASE, "a.p12"),
        "CREDENTIAL-FILE",
    ),
    "cut off": (
        lambda it: Pkcs12.load(it.a.pkcs12()[:300], PASSPHRASE, "a.p12"),
        "CREDENTIAL-FILE",
    ),
    "expired certificate": (lambda it: _with(it, end=DAY - timedelta(1)), "CERT-EXPIRED"),
    "not yet valid": (lambda it: _with(it, start=DAY + timedelta(1)), "CERT-EARLY"),
    "for encryption only": (lambda it: _with(it, usage={"key_encipherment": True}), "CERT-USAGE"),
    "an authority's own": (
        lambda it: sign(paper(), it.request("a"), it.root.credential),
        "CERT-USAGE",
    ),
    "a docx": (lambda it: _paper(it, b"PK\x03\x04"), "PDF-NOT"),
    "half a PDF": (lambda it: _paper(it, paper()[:400]), "PDF-DAMAGED"),
    "a PDF with a script": (lambda it: _paper(it, paper(catalog=_ACTIVE)), "PDF-ACTIVE"),
    "a name the font lacks": (
        lambda it: sign(paper(), it.request("a", signatory="𠮷田"), it.a.credential),
        "SIGN-GLYPH",
    ),
    "an authority that is silent": (
        lambda it: _lasting(it, authority=HttpAuthority(url="http://127.0.0.1:9/")),
        "SIGN-STAMP",
    ),
    "no revocation list": (
        lambda it: _lasting(it, trust=replace(it.trust(), crls=())),
        "SIGN-CHAIN",
    ),
    "revoked": (lambda it: _lasting(it, trust=it.trust(revoked=it.a)), "SIGN-CHAIN"),
    "a list out of date": (lambda it: _lasting(it, moment=DAY + timedelta(40)), "SIGN-CHAIN"),
    "an unknown root": (lambda it: _lasting(it, trust=Bureau(it.font).trust()), "SIGN-CHAIN"),
}


@pytest.mark.parametrize("name", ATTEMPTS)
def test_it_is_refused(bureau, name):
    attempt, code = ATTEMPTS[name]
    with pytest.raises(FindingsError) as refusal:
        attempt(bureau)
    assert [finding.code for finding in refusal.value.findings] == [code]
