"""Marks on a PDF: in their place, read back, the same bytes, and never on a signed one."""

from __future__ import annotations

import subprocess
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from marking import mark
from PIL import ImageChops
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    RectangleObject,
)
from signed import PRINTED, Bureau, paper
from typefaces import typeface

from rmdocs.errors import ControlError, FindingsError
from rmdocs.identifiers import RecordNumber
from rmdocs.pdf.codes import CODE_SIDE, MILLIMETRE, CodePlace, DocumentCode, PageCode
from rmdocs.pdf.marks import Marks, SlipCode, StampWord
from rmdocs.pdf.overlay import stream
from rmdocs.signing.sign import sign

pytestmark = pytest.mark.long

CODE = DocumentCode(
    number=RecordNumber.parse("RXD7200-01-JN01-2026-0001"),
    edition=2,
    digest="0123456789ab",
    pin="1·eb392f09d145",
)
A4 = (595.3, 841.9)
DARK = 128


def blank(pages=1, size=A4, change=lambda _writer: None) -> bytes:
    writer, written = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(*size)
    change(writer)
    writer.write(written)
    return written.getvalue()


def drawn(pdf: bytes, page=0, dpi=200):
    with pypdfium2.PdfDocument(pdf) as opened:
        return opened[page].render(scale=dpi / 72).to_pil().convert("L")


def read(pdf: bytes, page=0, dpi=200):
    [found] = zxingcpp.read_barcodes(drawn(pdf, page, dpi))
    return found


def ink(pdf: bytes, box=None) -> int:
    """Return how many dots are not white."""
    image = drawn(pdf, dpi=72)
    return sum((image.crop(box) if box else image).histogram()[:255])


def codes(refusal):
    return [finding.code for finding in refusal.value.findings]


def test_each_page_says_which_it_is():
    pdf = mark(blank(3), Marks(code=CODE))
    for page in range(3):
        found = read(pdf, page)
        assert PageCode.decode(found.text) == CODE.on(page + 1, 3)
        assert (found.ec_level, found.orientation) == ("Q", 0)


def test_a_code_is_15_mm_and_where_it_should_be():
    dpi = 600
    corners = read(
        mark(blank(), Marks(code=CODE, place=CodePlace(right=20, top=30))), dpi=dpi
    ).position
    side = CODE_SIDE / 25.4 * dpi
    width = A4[0] / 72 * dpi
    left, top = width - (20 + 15) / 25.4 * dpi, 30 / 25.4 * dpi
    tolerance = 12  # the reader tells the middles of the outer modules
    assert corners.top_left.x == pytest.approx(left, abs=tolerance)
    assert corners.top_left.y == pytest.approx(top, abs=tolerance)
    assert corners.top_right.x - corners.top_left.x == pytest.approx(side, abs=tolerance)
    assert corners.bottom_left.y - corners.top_left.y == pytest.approx(side, abs=tolerance)


def test_the_print_beside_a_code_can_be_typed_in():
    text = PdfReader(BytesIO(mark(blank(), Marks(code=CODE)))).pages[0].extract_text()
    assert PageCode.decode(text) == CODE.on(1, 1)


def test_nothing_is_drawn_as_a_picture_or_with_a_font_from_outside():
    page = PdfReader(
        BytesIO(
            mark(blank(), Marks(code=CODE, stamp=StampWord.DRAFT, control="C0001", numbered=True))
        )
    ).pages[0]
    assert page["/Resources"]["/XObject"]
    for named in page["/Resources"]["/XObject"].values():
        shape = named.get_object()
        assert shape["/Subtype"] == "/Form"
        for font in shape["/Resources"].get("/Font", {}).values():
            assert font["/Subtype"] == "/Type3"


@pytest.mark.parametrize(
    ("turn", "size"), [(90, A4), (180, A4), (270, A4), (0, A4[::-1]), (90, A4[::-1])]
)
def test_a_turned_or_wide_page_is_marked_as_it_is_seen(turn, size):
    pdf = mark(blank(1, size, lambda w: w.pages[0].rotate(turn)), Marks(code=CODE))
    image, found = drawn(pdf), read(pdf)
    corner = found.position.top_right
    assert found.orientation == 0
    assert image.width - corner.x == pytest.approx(7.5 / 25.4 * 200, abs=8)
    assert corner.y == pytest.approx(14.35 / 25.4 * 200, abs=8)


def test_a_cropped_page_is_marked_within_what_is_seen():
    def crop(writer):
        writer.pages[0].cropbox = RectangleObject((100, 100, 500, 700))

    pdf = mark(blank(change=crop), Marks(code=CODE))
    assert drawn(pdf, dpi=72).size == (400, 600)
    assert PageCode.decode(read(pdf).text) == CODE.on(1, 1)


@pytest.mark.parametrize("stamp", StampWord)
def test_a_stamp_goes_across_the_page_and_within_it(stamp):
    image = drawn(mark(blank(), Marks(stamp=stamp)), dpi=72)
    left, top, right, bottom = image.point(lambda level: 255 - level).getbbox()
    assert min(left, top) > 5
    assert right < image.width - 5
    assert bottom < image.height - 5
    assert (right - left) * (bottom - top) > image.width * image.height / 4


def test_numbers_of_page_and_copy_are_text():
    pdf = mark(blank(2), Marks(control="RXD7200-04-C0001", numbered=True))
    texts = [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]
    assert all("受控号：RXD7200-04-C0001" in text for text in texts)
    assert "第 1 页 共 2 页" in texts[0]
    assert "第 2 页 共 2 页" in texts[1]


def test_the_same_marks_are_the_same_bytes():
    pdf = blank(2)
    marks = Marks(code=CODE, stamp=StampWord.COPY, control="C0001", numbered=True)
    assert mark(pdf, marks) == mark(pdf, marks)
    assert b"/Rmdocs" in mark(pdf, marks)
    assert b"/Rmdocs" not in mark(pdf, Marks())


def test_what_was_on_the_page_stays():
    before = mark(blank(), Marks(numbered=True))
    after = mark(before, Marks(code=CODE))
    foot = (0, 700, 595, 842)
    assert ink(before, foot) == ink(after, foot) > 0


@pytest.mark.parametrize(
    "marks", [Marks(code=CODE), Marks(stamp=StampWord.COPY), Marks(control="C1")]
)
def test_a_mark_is_put_on_once(marks):
    with pytest.raises(FindingsError) as refusal:
        mark(mark(blank(), marks), marks)
    assert codes(refusal) == ["MARK-TWICE"]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("cropped", [False, True])
def test_copy_and_page_numbers_stand_where_they_are_read(turn, cropped):
    def change(writer):
        writer.pages[0].rotate(turn)
        if cropped:
            writer.pages[0].cropbox = RectangleObject((60, 90, 500, 700))

    pdf = mark(blank(change=change), Marks(control="RXD7200-04-C0001", numbered=True))
    image = drawn(pdf, dpi=72)
    dark = image.point(lambda level: 255 * (level < DARK))
    # The box: in the upper right corner. The page's number: in the middle of the foot.
    box = dark.crop((0, 0, image.width, 60)).getbbox()
    right = image.width - CodePlace().right * MILLIMETRE
    assert (box[1], box[2], box[3]) == pytest.approx((12, right, 24), abs=2)
    assert box[0] > image.width * 0.4
    foot = dark.crop((0, image.height - 60, image.width, image.height)).getbbox()
    assert (foot[0] + foot[2]) / 2 == pytest.approx(image.width / 2, abs=2)
    assert foot[3] == pytest.approx(60 - 14, abs=3)
    assert dark.crop((0, 60, image.width, image.height - 60)).getbbox() is None
    text = PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert "受控号：RXD7200-04-C0001" in text
    assert "第 1 页 共 1 页" in text


ALL = (
    Marks(code=CODE),
    *(Marks(stamp=stamp) for stamp in StampWord),
    Marks(control="RXD7200-04-C0001 第2份 持有人 JN01-0101 版本 1.0"),
    Marks(numbered=True),
    Marks(code=CODE, stamp=StampWord.VOID, control="C0001", numbered=True),
)


def printed(text="What the page says"):
    """Return two pages with text, the second turned, in a file as engines write it."""

    def change(writer):
        helvetica = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
            }
        )
        for page in writer.pages:
            content = stream(f"BT /F1 24 Tf 120 400 Td ({text}) Tj ET")
            page[NameObject("/Contents")] = writer._add_object(content)
            fonts = DictionaryObject({NameObject("/F1"): helvetica})
            page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        writer.pages[1].rotate(90)
        metadata = stream("<pdfaid:part>2</pdfaid:part>")
        writer.root_object[NameObject("/Metadata")] = writer._add_object(metadata)
        writer._ID = ArrayObject([ByteStringObject(bytes(range(16)))] * 2)
        writer.pdf_header = "%PDF-1.7"

    return blank(2, change=change)


@pytest.mark.qpdf
def test_a_marked_file_passes_qpdf(tmp_path):
    path = tmp_path / "marked.pdf"
    for marks in ALL:
        path.write_bytes(mark(printed(), marks))
        told = subprocess.run(
            ["qpdf", "--check", path], check=False, capture_output=True, text=True
        )
        assert (told.returncode, told.stderr) == (0, ""), marks


@pytest.mark.parametrize("marks", ALL)
def test_the_text_of_the_page_is_still_there(marks):
    for page in PdfReader(BytesIO(mark(printed(), marks))).pages:
        assert "What the page says" in page.extract_text()


@pytest.mark.parametrize("marks", ALL)
def test_it_claims_what_it_claimed_and_bears_it_out(marks):
    before, after = (PdfReader(BytesIO(pdf)) for pdf in (printed(), mark(printed(), marks)))
    assert after.pdf_header == before.pdf_header == "%PDF-1.7"
    assert after.root_object["/Metadata"].get_data() == before.root_object["/Metadata"].get_data()
    assert after.trailer["/ID"] == before.trailer["/ID"]
    assert after.metadata == before.metadata
    # ISO 19005-2: fonts are embedded, blend modes are the standard's, nothing is postponed.
    for page in after.pages:
        for name, held in page["/Resources"]["/XObject"].items():
            shape = held.get_object()
            assert name.startswith("/Rmdocs")
            assert not {"/OPI", "/Ref", "/PS"} & shape.keys()
            resources = shape["/Resources"]
            for font in resources["/Font"].values():
                assert font["/Subtype"] == "/Type3"
            states = resources.get("/ExtGState", {})
            assert {state["/BM"] for state in states.values()} <= {"/Multiply"}


@pytest.mark.parametrize("stamp", StampWord)
def test_text_under_a_stamp_stays_as_black_as_it_was(stamp):
    text = "MMMMMMMMMMMMMMMMMMMM"
    before, after = (drawn(pdf) for pdf in (printed(text), mark(printed(text), Marks(stamp=stamp))))
    black = before.point(lambda level: 255 * (level < 8))
    covered = ImageChops.multiply(black, after.point(lambda level: 255 * (level > 40)))
    assert black.getbbox() is not None
    assert covered.getbbox() is None
    assert after.crop(black.getbbox()).histogram() != before.crop(black.getbbox()).histogram()


def signature_field(writer):
    field = DictionaryObject(
        {
            NameObject("/FT"): NameObject("/Sig"),
            NameObject("/T"): NameObject("/A"),
            NameObject("/Subtype"): NameObject("/Widget"),
        }
    )
    form = {"/Fields": ArrayObject([writer._add_object(field)]), "/SigFlags": NumberObject(0)}
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject(key): value for key, value in form.items()}
    )


def certified(writer):
    writer.root_object[NameObject("/Perms")] = DictionaryObject()


@pytest.mark.parametrize("change", [signature_field, certified])
def test_a_signed_pdf_is_never_marked(change):
    with pytest.raises(ControlError, match="signed"):
        mark(blank(change=change), Marks(stamp=StampWord.VOID))


def test_a_truly_signed_pdf_is_never_marked(tmp_path):
    bureau = Bureau(typeface(tmp_path / "Boxes.ttf", "Boxes", PRINTED))
    signed = sign(paper(), bureau.request("a"), bureau.a.credential)
    for marks in ALL:
        with pytest.raises(ControlError, match="signed"):
            mark(signed, marks)


@pytest.mark.parametrize(
    ("pdf", "code"),
    [
        (b"", "PDF-DAMAGED"),
        (b"%PDF-1.7 and no more", "PDF-DAMAGED"),
        (blank(0), "PDF-EMPTY"),
        (blank(change=lambda w: w.encrypt("secret", algorithm="RC4-128")), "PDF-ENCRYPTED"),
    ],
)
def test_what_cannot_be_marked_is_a_finding(pdf, code):
    with pytest.raises(FindingsError) as refusal:
        mark(pdf, Marks(code=CODE), "notice.pdf")
    assert codes(refusal) == [code]
    assert refusal.value.findings[0].path == "notice.pdf"


def test_a_sign_that_marks_do_not_have_is_named():
    with pytest.raises(FindingsError) as refusal:
        mark(blank(), Marks(control="C0001 喆"))
    assert codes(refusal) == ["MARK-SIGN"]
    assert refusal.value.findings[0].message.values["signs"] == "喆"


def test_a_stamped_copy_bears_no_code():
    """A 复制件 that somebody signs and scans must not pass for the document."""
    formal = mark(
        blank(2),
        Marks(code=CODE, slips=(SlipCode(slip=1, page=1, place=CodePlace(right=60, top=200)),)),
    )
    copy = mark(formal, Marks(stamp=StampWord.COPY))
    for page in range(2):
        assert zxingcpp.read_barcodes(drawn(formal, page))
        assert not zxingcpp.read_barcodes(drawn(copy, page))
        text = PdfReader(BytesIO(copy)).pages[page].extract_text()
        assert str(CODE.number) not in text
