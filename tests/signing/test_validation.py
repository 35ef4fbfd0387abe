"""What signatures are worth: every alteration is found, and pdfsig agrees."""

import json
import subprocess
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from asn1crypto import pem
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from signed import DAY, LATER, PARTIES, Bureau, elliptic, paper

from rmdocs.errors import FindingsError
from rmdocs.messages import Language
from rmdocs.signing.integrity import Changes
from rmdocs.signing.levels import Level
from rmdocs.signing.sign import sign, unjudged
from rmdocs.signing.trust import Trust, read_certificates, read_crl
from rmdocs.signing.validation import validate

pytestmark = pytest.mark.long

FIELD = (
    "<< /FT /Tx /T (amount) /V (100) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R "
    "/DA (/F1 9 Tf) >>"
)


def codes(validation):
    return {finding.code for finding in validation.findings}


def updated(pdf, change):
    """Return the PDF with one more revision."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def annotate(writer):
    note = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name("/FreeText"),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (9, 9, 90, 90))),
                pdf_name("/Contents"): generic.pdf_string("paid"),
            }
        )
    )
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Annots"].append(note)
    writer.update_container(page["/Annots"])


def fill(value):
    def change(writer):
        field = writer.root["/AcroForm"]["/Fields"][0].get_object()
        assert field["/T"] == "amount"
        field["/V"] = generic.pdf_string(value)
        writer.update_container(field)

    return change


@pytest.fixture(scope="module")
def fillable():
    return paper(more=FIELD, catalog="/AcroForm << /Fields [6 0 R] >>")


@settings(max_examples=settings.default.max_examples // 2)
@given(st.data())
def test_one_changed_byte_is_found(bureau, by_both, data):
    place = data.draw(st.integers(0, len(by_both) - 1))
    bit = data.draw(st.integers(0, 7))
    altered = bytearray(by_both)
    altered[place] ^= 1 << bit
    # Either it is no PDF any more, or something is found.
    with suppress(FindingsError):
        assert validate(bytes(altered), bureau.trust(), LATER, PARTIES).findings


def test_the_text_of_the_page_is_covered(bureau, by_both):
    altered = by_both.replace(b"(Agreement)", b"(Agreemenx)")
    found = validate(altered, bureau.trust(), LATER, PARTIES)
    assert [finding.code for finding in found.findings] == ["SIG-BROKEN", "SIG-BROKEN"]
    assert [one.intact for one in found.signatures] == [False, False]
    assert not found.valid


@pytest.mark.parametrize("state", ["by_a", "by_both", "lasting"])
def test_an_added_annotation(request, bureau, state):
    altered = updated(request.getfixturevalue(state), annotate)
    found = validate(altered, bureau.trust(), LATER)
    assert "SIG-CHANGED" in codes(found)
    assert {one.changes for one in found.signatures} == {Changes.FORBIDDEN}
    assert all(one.intact and not one.whole for one in found.signatures)


def test_a_field_edited_after_both_signed(bureau, sign_both, fillable):
    pdf = sign_both(fillable)
    assert validate(pdf, bureau.trust(), LATER, PARTIES).findings == ()
    found = validate(updated(pdf, fill("900")), bureau.trust(), LATER, PARTIES)
    assert [(f.code, f.path) for f in found.findings] == [
        ("SIG-FILLED", "party-a"),
        ("SIG-CHANGED", "party-b"),
    ]


def test_a_field_filled_between_the_signatures(bureau, sign_both, fillable):
    first = sign(fillable, bureau.request("a"), bureau.a.credential)
    second = bureau.request("b", moment=LATER)
    pdf = unjudged(updated(first, fill("900")), second, bureau.b.credential)
    found = validate(pdf, bureau.trust(), LATER, PARTIES)
    assert found.valid
    assert [(f.code, f.path) for f in found.findings] == [("SIG-FILLED", "party-a")]
    with pytest.raises(FindingsError, match="would not be found good"):
        sign(updated(first, fill("900")), second, bureau.b.credential)


def test_a_picture_of_a_signature(bureau):
    pdf = paper(words="Signed electronically by Zhou Shixing, 2026-03-16")
    found = validate(pdf, bureau.trust(), LATER, PARTIES)
    assert found.signatures == ()
    assert [finding.code for finding in found.findings] == ["SIG-NONE"]


def test_the_last_revision_removed(bureau, by_a, by_both):
    removed = by_both[: len(by_a)]
    for parties in ((), PARTIES):
        found = validate(removed, bureau.trust(), LATER, parties)
        assert [(f.code, f.path) for f in found.findings] == [("SIG-MISSING", "party-b")]


def test_cut_off(bureau, by_both):
    with pytest.raises(FindingsError) as refusal:
        validate(by_both[:-400], bureau.trust(), LATER)
    assert [finding.code for finding in refusal.value.findings] == ["PDF-DAMAGED"]


def test_bytes_after_the_end(bureau, by_both):
    found = validate(by_both + b"% paid\n", bureau.trust(), LATER)
    assert [(f.code, f.path) for f in found.findings] == [("SIG-TAIL", "party-b")]


def test_an_unknown_root(bureau, by_both):
    other = Bureau(bureau.font)
    found = validate(by_both, other.trust(), LATER, PARTIES)
    assert codes(found) == {"SIG-UNTRUSTED", "SIG-CERTIFICATE"}
    assert [one.trusted_by for one in found.signatures] == ["", ""]


def test_a_revoked_certificate(bureau, by_both):
    found = validate(by_both, bureau.trust(revoked=bureau.b), LATER, PARTIES)
    assert [(f.code, f.path) for f in found.findings] == [("SIG-REVOKED", "party-b")]


def test_after_the_certificates_expired(bureau, by_both, lasting):
    late = datetime(2029, 1, 1, tzinfo=UTC)
    assert codes(validate(by_both, bureau.trust(), late, PARTIES)) == {"SIG-EXPIRED"}
    sealed = LATER + timedelta(days=1)
    assert validate(by_both, bureau.trust(), sealed, PARTIES).findings == ()
    alone = Trust(roots=(bureau.root.der,))
    assert validate(lasting, alone, sealed, PARTIES).findings == ()


def test_a_stamp_outlives_the_signer(bureau):
    """A certificate expires a day later; only a time stamp shows that it was in time."""
    short = bureau.signer("济南", end=DAY + timedelta(days=1))
    week = DAY + timedelta(days=7)
    plain = sign(paper(), bureau.request("a"), short.credential)
    stamped = sign(paper(), bureau.request("a", Level.B_T), short.credential)
    assert "SIG-EXPIRED" in codes(validate(plain, bureau.trust(), week))
    assert codes(validate(stamped, bureau.trust(), week)) == {"SIG-MISSING"}


def test_stamps_of_an_unknown_authority(bureau):
    other = Bureau(bureau.font).authority(DAY)
    pdf = unjudged(paper(), bureau.request("a", Level.B_T, authority=other), bureau.a.credential)
    found = validate(pdf, bureau.trust(), DAY)
    assert "SIG-STAMP" in codes(found)
    assert found.signatures[0].level is Level.B_B
    assert found.signatures[0].stamped is None


@pytest.mark.parametrize(
    ("made", "reached", "supplied"),
    [
        ((Level.B_T, Level.B_T), (Level.B_T, Level.B_T), (False, False)),
        # One store serves the whole file: what the second brings proves the first as well.
        ((Level.B_T, Level.B_LT), (Level.B_LT, Level.B_LT), (True, False)),
        ((Level.B_LT, Level.B_T), (Level.B_LT, Level.B_LT), (False, False)),
        ((Level.B_LT, Level.B_B), (Level.B_LT, Level.B_B), (False, False)),
        ((Level.B_B, Level.B_LT), (Level.B_B, Level.B_LT), (False, False)),
    ],
)
def test_the_level_is_what_the_file_holds(bureau, made, reached, supplied):
    first = sign(paper(), bureau.request("a", made[0]), bureau.a.credential)
    pdf = sign(first, bureau.request("b", made[1], LATER), bureau.b.credential)
    found = validate(pdf, Trust(roots=(bureau.root.der,)), LATER, PARTIES).signatures
    assert tuple(one.level for one in found) == reached
    assert tuple(one.supplied for one in found) == supplied


def test_another_issuer_is_not_proven_by_the_store(bureau):
    """Revocation data that one party brings lifts no signature of another chain."""
    other, usage = Bureau(bureau.font), {"key_cert_sign": True, "crl_sign": True}
    other.root = other._issued("另一根证书", elliptic(), None, usage, ca=True)
    other.issuer = other._issued("另一签发机构", elliptic(), other.root, usage, ca=True)
    stamped = bureau.request("a", Level.B_T, authority=other.authority(DAY))
    first = unjudged(paper(), stamped, other.a.credential)
    pdf = unjudged(first, bureau.request("b", Level.B_LT, LATER), bureau.b.credential)
    roots = Trust(roots=(bureau.root.der, other.root.der))
    found = validate(pdf, roots, LATER, PARTIES).signatures
    assert [one.level for one in found] == [Level.B_T, Level.B_LT]
    assert found[0].reached.text(Language.EN) == "B-T"


def test_a_clock_that_is_wrong(bureau):
    authority = bureau.authority(DAY + timedelta(days=3))
    request = bureau.request("a", Level.B_T, authority=authority)
    pdf = unjudged(paper(), request, bureau.a.credential)
    found = validate(pdf, bureau.trust(), DAY + timedelta(days=4))
    assert "SIG-TIME" in codes(found)


def test_a_stamp_made_unknown(bureau):
    pdf = sign(paper(), bureau.request("a", Level.B_T), bureau.a.credential)
    stamp, unknown = b"2A864886F70D010910020E", b"2A864806F70D010910020E"
    found = validate(pdf.replace(stamp, unknown), bureau.trust(), DAY)
    assert "SIG-ATTRIBUTE" in codes(found)
    assert found.signatures[0].level is Level.B_B


def test_national_algorithms_are_not_called_broken(bureau, by_both):
    ecdsa, sm2 = b"06082A8648CE3D040302", b"06082A811CCF55018375"
    head, found, tail = by_both.rpartition(ecdsa)
    assert found
    told = validate(head + sm2 + tail, bureau.trust(), LATER)
    assert [(f.code, f.path) for f in told.findings] == [("SIG-ALGORITHM", "party-b")]


def test_what_the_form_does_not_ask_for(bureau, by_both):
    other = replace(PARTIES[0], meaning=replace(PARTIES[0].meaning, zh="见证"))
    swapped = (PARTIES[1], other)
    assert codes(validate(by_both, bureau.trust(), LATER, swapped)) == {"SIG-ORDER", "SIG-MEANING"}
    alone = validate(by_both, bureau.trust(), LATER, PARTIES[1:])
    assert codes(alone) == {"SIG-FOREIGN"}
    assert alone.valid


@pytest.mark.parametrize("language", Language)
def test_as_json(bureau, lasting, language):
    told = validate(lasting, bureau.trust(), LATER, PARTIES).to_json(language)
    assert json.loads(json.dumps(told)) == told
    assert told["valid"] is True
    first, last = told["signatures"]
    assert (first["revision"], first["revisions"], first["changes"]) == (2, 3, "fields")
    assert (first["party"], first["title"]) == ("a", PARTIES[0].title.text(language))
    assert (last["level"], last["stamped"]) == ("B-LT", "2026-03-16T09:40:05+00:00")


def test_certificates_from_files(bureau):
    from cryptography.hazmat.primitives.serialization import Encoding

    pem = b"".join(
        holder.certificate.public_bytes(Encoding.PEM) for holder in (bureau.root, bureau.issuer)
    )
    assert read_certificates(pem, "roots.pem") == (bureau.root.der, bureau.issuer.der)
    assert read_certificates(bureau.root.der, "root.cer") == (bureau.root.der,)
    for data in (b"", b"no", pem[:200], pem.replace(b"A", b"B")):
        with pytest.raises(FindingsError) as refusal:
            read_certificates(data, "roots.pem")
        assert [finding.code for finding in refusal.value.findings] == ["CERT-FILE"]


def test_revocation_lists_from_files(bureau):
    """A file that is no list is named; it makes no signature look broken."""
    der = bureau.trust().crls[0]
    armoured = pem.armor("X509 CRL", der)
    assert read_crl(der, "a.crl") == read_crl(armoured, "a.crl") == der
    for data in (b"", b"junk", der[:100], armoured[:80], bureau.root.der):
        with pytest.raises(FindingsError) as refusal:
            read_crl(data, "a.crl")
        assert [(f.code, f.path) for f in refusal.value.findings] == [("CRL-FILE", "a.crl")]


@pytest.mark.poppler
def test_pdfsig_agrees(by_a, by_both, lasting, tmp_path):
    def seen(pdf):
        path = tmp_path / "signed.pdf"
        path.write_bytes(pdf)
        done = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, check=False)
        return done.stdout.decode()

    for pdf in (by_both, lasting):
        told = seen(pdf)
        assert told.count("Signature is Valid") == 2
        assert told.count("Total document signed") == 1
        assert told.count("ETSI.CAdES.detached") == 2
    assert seen(by_a).count("Signature is Valid") == 1
    altered = seen(by_both.replace(b"(Agreement)", b"(Agreemenx)"))
    assert "Signature is Valid" not in altered
    assert "Total document signed" not in seen(updated(by_both, annotate))


def test_a_signature_that_says_it_is_of_a_day_to_come(bureau):
    """A clock that is an hour off is nobody's fault; one ten days ahead is told."""
    for ahead, told in ((timedelta(minutes=59), []), (timedelta(days=10), ["SIG-TIME"])):
        pdf = sign(paper(), bureau.request("a", moment=DAY + ahead), bureau.a.credential)
        found = validate(pdf, bureau.trust(), DAY, PARTIES).findings
        assert [one.code for one in found if one.code != "SIG-MISSING"] == told
