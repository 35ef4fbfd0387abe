"""Known attacks on signed PDF: forged, wrapped, added to, prepared before, put over the text.

Universal signature forgery, signature wrapping, incremental saving and shadow
attacks are those of pdf-insecurity.org (CCS 2019, NDSS 2021); evil annotations
and sneaky signatures those on certified documents (IEEE S&P 2021).
"""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, fields
from signed import LATER, PARTIES, elliptic, paper

from rmdocs.errors import ControlError, FindingsError, RefusedError
from rmdocs.signing import sign as signing
from rmdocs.signing.sign import sign, unjudged
from rmdocs.signing.validation import validate

pytestmark = pytest.mark.long

OVER = (60, 600, 400, 760)
"""A rectangle over the text of the page."""


def judged(bureau, pdf, parties=PARTIES):
    """Return the codes of what is found; None if it is valid."""
    try:
        found = validate(pdf, bureau.trust(), LATER, parties)
    except FindingsError as refusal:
        return {one.code for one in refusal.findings}
    return None if found.valid else {one.code for one in found.findings}


def updated(pdf, change):
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    change(writer)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def cover(writer, text=b"0 0 1 rg 0 0 340 160 re f"):
    """Return an appearance that hides what is under it."""
    stream = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): box(0, 0, 340, 160),
        },
        stream_data=text,
    )
    return writer.add_object(stream)


def box(*corners):
    return generic.ArrayObject(map(generic.NumberObject, corners))


def page_of(writer):
    return writer.root["/Pages"]["/Kids"][0].get_object()


def annotation(subtype):
    def change(writer):
        note = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name(subtype),
                pdf_name("/Rect"): box(*OVER),
                pdf_name("/F"): generic.NumberObject(4),
                pdf_name("/Contents"): generic.pdf_string("1 000 000"),
                pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): cover(writer)}),
            }
        )
        page = page_of(writer)
        page["/Annots"].append(writer.add_object(note))
        writer.update_container(page["/Annots"])

    return change


@pytest.mark.parametrize(
    "subtype", ["/FreeText", "/Stamp", "/Redact", "/Square", "/Widget", "/Ink"]
)
@pytest.mark.parametrize("state", ["by_a", "by_both"])
def test_an_evil_annotation(request, bureau, state, subtype):
    pdf = updated(request.getfixturevalue(state), annotation(subtype))
    assert "SIG-CHANGED" in judged(bureau, pdf)
    if state == "by_a":
        # Neither does the second party sign such a thing.
        with pytest.raises(RefusedError, match="altered"):
            sign(pdf, bureau.request("b", moment=LATER), bureau.b.credential)


def new_field(writer, name="party-c"):
    spec = fields.SigFieldSpec(name, on_page=0, box=OVER)
    fields.append_signature_field(writer, spec)


def sneak(bureau, pdf):
    """Return a PDF signed in a new field by somebody, over the text."""
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    holder = bureau.signer("马洛里", elliptic())
    signer = signing._KeySigner(holder.credential, (x509.Certificate.load(holder.der),))
    maker = PdfSigner(
        PdfSignatureMetadata(
            field_name="party-c", md_algorithm="sha256", signer_key_usage=set(), name="x"
        ),
        signer,
        new_field_spec=fields.SigFieldSpec("party-c", on_page=0, box=OVER),
    )
    written = BytesIO()
    maker.sign_pdf(writer, output=written)
    return written.getvalue()


@pytest.mark.parametrize("state", ["by_a", "by_both"])
def test_an_empty_field_over_the_text(request, bureau, state):
    pdf = updated(request.getfixturevalue(state), new_field)
    assert "SIG-CHANGED" in judged(bureau, pdf)


def test_a_sneaky_signature_after_the_first_party(bureau, by_a):
    pdf = sneak(bureau, by_a)
    assert "SIG-CHANGED" in judged(bureau, pdf)


def moved(writer):
    """Put the field that waits for the second party over the text."""
    field = next(
        one.get_object()
        for one in writer.root["/AcroForm"]["/Fields"]
        if one.get_object()["/T"] == "party-b"
    )
    field["/Rect"] = box(*OVER)
    writer.update_container(field)


def test_the_second_field_moved_over_the_text(bureau, by_a):
    pdf = updated(by_a, moved)
    assert "SIG-CHANGED" in judged(bureau, pdf)


def dressed(writer):
    field = next(
        one.get_object()
        for one in writer.root["/AcroForm"]["/Fields"]
        if one.get_object()["/T"] == "party-b"
    )
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): cover(writer)})
    writer.update_container(field)


def test_the_second_field_dressed_up_unsigned(bureau, by_a):
    pdf = updated(by_a, dressed)
    assert "SIG-CHANGED" in judged(bureau, pdf)


# Universal signature forgery: a signature that cannot be verified at all.


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"/ByteRange \[[^\]]*\]", b"/ByteRange null"),
        (rb"/ByteRange \[[^\]]*\]", b"/ByteRange []"),
        (rb"/ByteRange \[[^\]]*\]", b"/ByteRange [0 -1 0 0]"),
        (rb"/ByteRange \[[^\]]*\]", b"/ByteRange [0 1 2 3]"),
        (rb"/ByteRange \[[^\]]*\]", b""),
        (rb"/Contents <[0-9a-fA-F]*>", b"/Contents null"),
        (rb"/Contents <[0-9a-fA-F]*>", b"/Contents <00>"),
        (rb"/Contents <[0-9a-fA-F]*>", b"/Contents <>"),
        (rb"/Contents <[0-9a-fA-F]*>", b""),
        (rb"/SubFilter /[A-Za-z.]*", b"/SubFilter /adbe.x509"),
        (rb"/SubFilter /[A-Za-z.]*", b""),
    ],
)
def test_universal_forgery(bureau, by_both, old, new):
    found = list(re.finditer(old, by_both))[-1]
    # As many bytes as before, so that nothing else moves.
    put = new + b" " * (len(found[0]) - len(new))
    pdf = by_both[: found.start()] + put + by_both[found.end() :]
    assert judged(bureau, pdf)


def test_a_wrapped_signature(bureau, by_both):
    """The gap that no digest covers is widened, and other objects put into it."""
    found = list(re.finditer(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]( *)", by_both))[-1]
    first, length, second, rest = (int(part) for part in found.groups()[:4])
    evil = b"> 5 0 obj << /Length 3 >> stream\nevi\nendstream endobj <"
    pdf = by_both[:second] + evil + by_both[second:]
    changed = f"/ByteRange [{first} {length} {second + len(evil)} {rest}]".encode()
    pdf = pdf.replace(found[0], changed.ljust(len(found[0])))
    assert judged(bureau, pdf)


def test_the_signature_of_another_paper(bureau, by_both, sign_both):
    other = sign_both(paper(words="Another"))
    values = [re.findall(rb"/Contents <([0-9a-fA-F]*)>", pdf) for pdf in (by_both, other)]
    pdf = by_both
    for own, foreign in zip(*values, strict=True):
        pdf = pdf.replace(own, foreign.ljust(len(own), b"0")[: len(own)])
    assert "SIG-BROKEN" in judged(bureau, pdf)


def saved(by_both, body, *, table=True):
    """Return an incremental update written by hand, that replaces object 5."""
    start = len(by_both)
    update = b"5 0 obj\n" + body + b"\nendobj\n"
    if table:
        last = re.findall(rb"startxref\s+(\d+)", by_both)[-1].decode()
        size = max(map(int, re.findall(rb"/Size (\d+)", by_both)))
        update += (
            f"xref\n5 1\n{start:010} 00000 n \ntrailer\n<< /Size {size} /Root 1 0 R "
            f"/Prev {last} >>\nstartxref\n{start + len(update)}\n%%EOF\n"
        ).encode()
    return by_both + update


EVIL = b"<< /Length 27 >>\nstream\nBT /F1 14 Tf (Evil) Tj ET   \nendstream"


@pytest.mark.parametrize("table", [True, False])
def test_incremental_saving(bureau, by_both, table):
    assert judged(bureau, saved(by_both, EVIL, table=table)) & {
        "SIG-CHANGED",
        "SIG-TAIL",
        "PDF-DAMAGED",
        "SIG-BROKEN",
    }


# Shadow attacks: what is shown later was put in before anybody signed.

HIDDEN = (
    "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Length 27 >>\nstream\n"
    "BT /F1 14 Tf (Evil) Tj ET   \nendstream"
)


def test_shadow_hide(bureau, sign_both):
    """An overlay that hides the text is taken away after both have signed."""
    note = (
        "<< /Type /Annot /Subtype /Stamp /Rect [60 600 400 760] /F 4 /AP << /N 7 0 R >> >>\n\n"
        + HIDDEN
    )
    pdf = sign_both(paper(more=note))

    def uncover(writer):
        reference = generic.Reference(6, 0, writer)
        writer.mark_update(reference)
        held = writer.get_object(reference)
        held["/F"] = generic.NumberObject(2)

    assert "SIG-CHANGED" in judged(bureau, updated(pdf, uncover))


def test_shadow_replace_a_font(bureau, sign_both):
    pdf = sign_both(paper())

    def change(writer):
        font = page_of(writer)["/Resources"]["/Font"]["/F1"]
        font[pdf_name("/BaseFont")] = pdf_name("/Symbol")
        writer.update_container(font)

    assert "SIG-CHANGED" in judged(bureau, updated(pdf, change))


def test_shadow_hide_and_replace(bureau, sign_both):
    """Another page lies in the file from the beginning, and is brought out by the catalog."""
    more = (
        "<< /Type /Pages /Kids [7 0 R] /Count 1 >>\n\n"
        "<< /Type /Page /Parent 6 0 R /MediaBox [0 0 595 842] /Contents 8 0 R "
        "/Resources << /Font << /F1 4 0 R >> >> >>\n\n" + HIDDEN
    )
    pdf = sign_both(paper(more=more))

    def change(writer):
        writer.root[pdf_name("/Pages")] = generic.IndirectObject(6, 0, writer)
        writer.update_root()

    assert judged(bureau, updated(pdf, change))


def both(bureau, by_a, holder, signatory="周示行"):
    """Return the paper with a second signature, put there by another program than ours."""
    asked = bureau.request("b", moment=LATER, signatory=signatory)
    return unjudged(by_a, asked, holder.credential)


class TestOneForBoth:
    def test_is_not_signed(self, bureau, by_a):
        with pytest.raises(ControlError, match="for another party already"):
            both(bureau, by_a, bureau.a)

    def test_with_another_certificate_for_the_same_key(self, bureau, by_a):
        twin = bureau.signer("济南示例有限公司", bureau.a.key)
        with pytest.raises(ControlError, match="for another party already"):
            both(bureau, by_a, twin)

    def test_is_found_where_another_program_signed(self, bureau, by_a, monkeypatch):
        twin = bureau.signer("济南示例有限公司", bureau.a.key)
        monkeypatch.setattr(signing, "_check_order", lambda *_: None)
        for holder in (bureau.a, twin):
            assert judged(bureau, both(bureau, by_a, holder)) == {"SIG-SAME"}

    def test_with_another_key_of_the_same(self, bureau, by_a):
        same = bureau.signer("济南虚构岱岳重型机械有限公司")
        assert judged(bureau, both(bureau, by_a, same)) == {"SIG-SAME"}

    def test_as_signatory_is_told(self, bureau, by_a):
        pdf = both(bureau, by_a, bureau.b, "陈虚实")
        found = validate(pdf, bureau.trust(), LATER, PARTIES)
        assert [(one.code, one.severity.value) for one in found.findings] == [
            ("SIG-SIGNATORY", "warning")
        ]
