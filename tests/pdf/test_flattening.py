"""Copies of pages with what lies on them drawn in: seen as before, and no longer fields."""

from __future__ import annotations

import subprocess
from io import BytesIO

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marking import mark
from PIL import ImageChops
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from signed import LATER, PRINTED, Bureau, paper
from typefaces import typeface

from rmdocs.errors import FindingsError
from rmdocs.pdf.flattening import flatten
from rmdocs.pdf.marks import Marks, StampWord
from rmdocs.signing.sign import sign

WIDTH, HEIGHT = 400, 300
FAINT = 40


@pytest.fixture(scope="module")
def signed(tmp_path_factory) -> bytes:
    """A page that both parties signed, visibly."""
    font = typeface(tmp_path_factory.mktemp("font") / "Boxes.ttf", "Boxes", PRINTED)
    bureau = Bureau(font)
    first = sign(paper(words="The end"), bureau.request("a"), bureau.a.credential)
    return sign(first, bureau.request("b", moment=LATER), bureau.b.credential)


def numbers(*values):
    return ArrayObject(FloatObject(value) for value in values)


def appearance(writer, box=(0, 0, 10, 10), matrix=None, content=None):
    """Return a form that fills its box, or draws something else."""
    shape = StreamObject()
    filled = f"{box[0]} {box[1]} {box[2] - box[0]} {box[3] - box[1]} re f"
    shape.set_data((content or filled).encode())
    shape[NameObject("/BBox")] = numbers(*box)
    if matrix:
        shape[NameObject("/Matrix")] = numbers(*matrix)
    return writer._add_object(shape)


def page(*annotations, content="", more=lambda _writer: None) -> bytes:
    """Return a page with annotations, each made by a function that is given the writer."""
    writer, written = PdfWriter(), BytesIO()
    own = writer.add_blank_page(WIDTH, HEIGHT)
    if content:
        drawing = StreamObject()
        drawing.set_data(content.encode())
        own[NameObject("/Contents")] = writer._add_object(drawing)
    held = [writer._add_object(make(writer)) for make in annotations]
    own[NameObject("/Annots")] = ArrayObject(held)
    more(writer)
    writer.pdf_header = "%PDF-1.7"
    writer.write(written)
    return written.getvalue()


def annotation(rectangle=(100, 100, 200, 150), normal=appearance, kind="/Widget", **entries):
    def make(writer):
        found = {
            "/Type": NameObject("/Annot"),
            "/Subtype": NameObject(kind),
            "/Rect": numbers(*rectangle),
            "/AP": DictionaryObject({NameObject("/N"): normal(writer)}),
            **{f"/{key}": value for key, value in entries.items()},
        }
        return DictionaryObject({NameObject(key): value for key, value in found.items()})

    return make


def drawn(pdf, scale=1.0):
    with pypdfium2.PdfDocument(pdf) as opened:
        if b"/AcroForm" in pdf:
            opened.init_forms()  # fields are drawn only then
        return opened[0].render(scale=scale).to_pil().convert("L")


def ink(pdf):
    """Return the box of what is not white, from the lower left corner; None if all is."""
    found = drawn(pdf).point(lambda level: 255 * (level < 255 - FAINT)).getbbox()
    if found is None:
        return None
    left, top, right, bottom = found
    return left, HEIGHT - bottom, right, HEIGHT - top


def read(pdf):
    return PdfReader(BytesIO(pdf))


@pytest.mark.long
def test_a_signed_page_looks_as_it_did(signed):
    before, after = drawn(signed, 2), drawn(flatten(signed, "signed"), 2)
    assert before.size == after.size
    assert ImageChops.difference(before, after).getextrema()[1] < FAINT
    # Without what the signatures show it would look otherwise.
    assert ImageChops.difference(before, drawn(paper(words="The end"), 2)).getbbox() is not None


def test_fields_and_signatures_are_gone_and_the_text_is_there(signed):
    flat = flatten(signed, "signed")
    for word in (b"/ByteRange", b"/AcroForm", b"/Sig", b"/Widget", b"/DSS", b"/Perms"):
        assert word not in flat
    assert all(word in signed for word in (b"/ByteRange", b"/AcroForm", b"/Sig", b"/Perms"))
    text = read(flat).pages[0].extract_text()
    assert "The end" in text
    for name in ("陈虚实", "周示行"):
        assert name in text


def test_it_can_be_marked_and_stays_in_order(signed):
    flat = flatten(signed, "signed")
    assert flatten(signed, "signed") == flat
    marked = mark(flat, Marks(stamp=StampWord.COPY))
    assert "/RmdocsStamp" in read(marked).pages[0]["/Resources"]["/XObject"]


@pytest.mark.qpdf
def test_it_passes_qpdf(signed, tmp_path):
    path = tmp_path / "flat.pdf"
    for pdf in (flatten(signed, "signed"), mark(flatten(signed, "signed"), Marks(stamp="作废"))):
        path.write_bytes(pdf)
        told = subprocess.run(
            ["qpdf", "--check", path], check=False, capture_output=True, text=True
        )
        assert (told.returncode, told.stderr) == (0, "")


lengths = st.integers(-40, 60)
sides = st.integers(15, 120)
turns = st.sampled_from(
    [(1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0), (2, 0, 0, 0.5)]
)


boxes = st.builds(lambda x, y, w, h: (x, y, x + w, y + h), lengths, lengths, sides, sides)


@pytest.mark.long
@given(boxes, turns, st.tuples(lengths, lengths), st.tuples(sides, sides))
def test_what_is_drawn_fills_the_rectangle(box, turn, moved, size):
    matrix = (*turn, *moved)
    rectangle = (50, 40, 50 + size[0], 40 + size[1])
    made = page(annotation(rectangle, lambda writer: appearance(writer, box, matrix)))
    assert ink(flatten(made, "page")) == pytest.approx(rectangle, abs=1)


def test_a_form_that_is_turned_askew_fits_into_the_rectangle():
    made = page(annotation(normal=lambda w: appearance(w, matrix=(0.8, 0.6, -0.6, 0.8, 3, 4))))
    assert ink(flatten(made, "page")) == pytest.approx((100, 100, 200, 150), abs=1)


def test_corners_may_be_given_in_any_order():
    made = page(annotation((200, 150, 100, 100)))
    assert ink(flatten(made, "page")) == pytest.approx((100, 100, 200, 150), abs=1)


@pytest.mark.parametrize("flag", [1 << 1, 1 << 5])
def test_what_is_hidden_stays_hidden(flag):
    made = page(annotation(F=NumberObject(flag)))
    flat = flatten(made, "page")
    assert ink(flat) is None
    assert "/Annots" not in read(flat).pages[0]


def test_what_is_locked_or_printed_is_seen():
    assert ink(flatten(page(annotation(F=NumberObject(1 << 2 | 1 << 7))), "page")) is not None


@pytest.mark.parametrize(
    "make",
    [
        annotation((0, 0, 0, 0)),
        annotation(normal=lambda writer: appearance(writer, (0, 0, 0, 5))),
        annotation(normal=lambda _writer: DictionaryObject()),
        annotation(AP=DictionaryObject()),
    ],
)
def test_what_shows_nothing_adds_nothing(make):
    assert ink(flatten(page(make), "page")) is None


@pytest.mark.parametrize(("state", "shown"), [("/On", True), ("/Off", False), ("/None", False)])
def test_of_several_states_the_one_it_is_in_is_drawn(state, shown):
    def normal(writer):
        states = {"/On": appearance(writer), "/Off": appearance(writer, content="n")}
        return DictionaryObject({NameObject(key): value for key, value in states.items()})

    made = page(annotation(normal=normal, AS=NameObject(state)))
    assert (ink(flatten(made, "page")) is not None) is shown


def test_what_the_page_leaves_behind_does_not_reach_it():
    made = page(annotation(), content="q 0.1 0 0 0.1 300 200 cm 1 g 0 0 1 1 re W n")
    assert ink(flatten(made, "page")) == pytest.approx((100, 100, 200, 150), abs=1)


def test_links_stay_and_files_go():
    def more(writer):
        writer.add_attachment("record.json", b"{}")

    def link(_writer):
        target = DictionaryObject(
            {
                NameObject("/S"): NameObject("/URI"),
                NameObject("/URI"): TextStringObject("https://example.invalid/"),
            }
        )
        found = annotation(kind="/Link", A=target)(_writer)
        del found["/AP"]
        return found

    flat = read(flatten(page(link, annotation(), more=more), "page"))
    [kept] = flat.pages[0]["/Annots"]
    assert kept.get_object()["/Subtype"] == "/Link"
    assert flat.attachments == {}


def test_the_file_keeps_the_version_it_claims():
    assert flatten(page(annotation()), "page").startswith(b"%PDF-1.7")


def test_what_cannot_be_read_is_a_finding():
    with pytest.raises(FindingsError) as refusal:
        flatten(b"%PDF-1.7 and no more", "page")
    assert [finding.code for finding in refusal.value.findings] == ["PDF-DAMAGED"]
