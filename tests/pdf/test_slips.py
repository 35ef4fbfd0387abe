"""The code of a slip: beside the text it is named by, with a code of its own, or told why not."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from marking import mark
from pypdf import PdfWriter
from sheets import document, drawn

from rmdocs.errors import FindingsError
from rmdocs.forms.sections.slips import Slip
from rmdocs.messages import Bilingual
from rmdocs.pdf.codes import CODE_SIDE, MILLIMETRE, CodePlace, PageCode, PrintSide
from rmdocs.pdf.marks import Marks, SlipCode, place_slips

CODE = document(1, 1)[0]
SLIP = Slip(
    name="receipt",
    title=Bilingual(zh="回执联", en="Receipt slip"),
    anchor="第 1 页",
    right=60,
    down=-20,
)
"""By the page number, which a mark prints in the middle of the foot."""


def blank(pages=1) -> bytes:
    writer, written = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(595.3, 841.9)
    writer.write(written)
    return written.getvalue()


def numbered(pages=1) -> bytes:
    return mark(blank(pages), Marks(numbered=True))


def test_page_and_slip_are_told_apart():
    pdf = numbered()
    slips = place_slips(pdf, (SLIP,), "notice.pdf")
    [slip] = slips
    assert (slip.slip, slip.page) == (1, 1)
    [page] = drawn(mark(pdf, Marks(code=CODE, slips=slips)), 200)
    found = {PageCode.decode(one.text): one for one in zxingcpp.read_barcodes(page)}
    assert set(found) == {CODE.on(1, 1), CODE.on(1, 1, 1)}
    corner = found[CODE.on(1, 1, 1)].position.top_left
    right = page.width - round((slip.place.right + CODE_SIDE) / 25.4 * 200)
    assert abs(corner.x - right) <= 4
    assert abs(corner.y - round(slip.place.top / 25.4 * 200)) <= 4


def test_a_slip_stands_on_its_own_page_alone():
    pdf = blank(2)
    slips = (SlipCode(slip=1, page=2, place=CodePlace(right=60, top=200, print=PrintSide.HEAD)),)
    pages = drawn(mark(pdf, Marks(code=CODE, slips=slips)), 200)
    assert [len(zxingcpp.read_barcodes(page)) for page in pages] == [1, 2]


def test_the_print_beside_begins_at_the_head():
    """Beside a slip's title there is room; below it stands the number."""

    def ink(side):
        [page] = drawn(
            mark(blank(), Marks(code=CODE, place=CodePlace(right=10, top=10, print=side))), 144
        )
        left = page.width - round((10 + CODE_SIDE + 2) * MILLIMETRE * 2)
        top = round(10 * MILLIMETRE * 2)
        beside = page.crop((0, top, left, top + round(CODE_SIDE * MILLIMETRE * 2)))
        half = beside.height // 2
        halves = (beside.crop((0, 0, left, half)), beside.crop((0, half, left, beside.height)))
        return [sum(part.convert("L").histogram()[:128]) > 0 for part in halves]

    assert ink(PrintSide.FOOT) == [False, True]
    assert ink(PrintSide.HEAD) == [True, False]


def turned(pdf: bytes) -> bytes:
    writer, written = PdfWriter(clone_from=BytesIO(pdf)), BytesIO()
    for page in writer.pages:
        page.rotate(90)
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("pdf", "slip"),
    [
        (blank(), SLIP),
        (numbered(), Slip(name="receipt", title=SLIP.title, anchor="第 1 页", right=200, down=-20)),
        (
            numbered(),
            Slip(name="receipt", title=SLIP.title, anchor="第 1 页", right=-200, down=-20),
        ),
        (numbered(), Slip(name="receipt", title=SLIP.title, anchor="第 1 页", right=60, down=10)),
        (numbered(2), Slip(name="receipt", title=SLIP.title, anchor="共 2 页", right=60, down=-20)),
        (turned(numbered()), SLIP),
    ],
    ids=["nowhere", "right", "left", "below", "twice", "turned"],
)
def test_where_there_is_no_place(pdf, slip):
    with pytest.raises(FindingsError) as refusal:
        place_slips(pdf, (slip,), "notice.pdf")
    [finding] = refusal.value.findings
    assert (finding.code, finding.path, finding.label) == ("SLIP-PLACE", "notice.pdf", "receipt")


def test_most_forms_have_none():
    assert place_slips(b"no PDF", (), "notice.pdf") == ()
