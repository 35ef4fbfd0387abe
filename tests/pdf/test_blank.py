"""No mark covers what is printed, whatever is on the page."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from marking import mark
from PIL import Image, ImageChops, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import NameObject
from sheets import document

from rmdocs.errors import FindingsError
from rmdocs.pdf.blank import PageRectangle, PrintedPage, Spot
from rmdocs.pdf.codes import CodePlace, PageCode, PrintSide
from rmdocs.pdf.marks import Marks, SlipCode, StampWord
from rmdocs.pdf.overlay import stream

pytestmark = pytest.mark.long

CODE = document(1, 1)[0]
WIDE, HIGH = 210, 297
MARGIN = 18
"""Millimetres that are enough for a code."""
POINTS = 72 / 25.4


def page(*shapes: str, turn=0, size=(WIDE, HIGH)) -> bytes:
    """Return a page on which ``shapes`` are drawn; the unit is a millimetre from the top."""
    writer, written = PdfWriter(), BytesIO()
    wide, high = size
    sheet = writer.add_blank_page(wide * POINTS, high * POINTS)
    drawn = f"{POINTS} 0 0 {-POINTS} 0 {high * POINTS} cm {' '.join(shapes)}"
    sheet.rotate(turn)
    sheet[NameObject("/Contents")] = writer._add_object(stream(drawn))
    writer.write(written)
    return written.getvalue()


def filled(left, top, wide, high, grey=0.0):
    return f"{grey} g {left} {top} {wide} {high} re f"


def framed(left, top, wide, high):
    return f"0 G 0.1 w {left} {top} {wide} {high} re S"


def table(sides, row, column=40.0, *, printed=True):
    """Return the lines of a table, as thin as any, and a print in each cell."""
    left, top, right, bottom = sides
    wide, high = WIDE - left - right, HIGH - top - bottom
    rows = [top + row * at for at in range(int(high / row) + 1)]
    columns = [left + column * at for at in range(int(wide / column) + 1)]
    yield framed(left, top, wide, high)
    for down in rows:
        yield f"0 G 0.1 w {left} {down} m {left + wide} {down} l S"
    for across in columns:
        yield f"0 G 0.1 w {across} {top} m {across} {top + high} l S"
    if printed:
        yield from (filled(across + 1, down + 1, 9, 2) for down in rows for across in columns)


def seen(pdf: bytes, dpi=144) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as opened:
        return opened[0].render(scale=dpi / 72).to_pil().convert("L")


def covered(before: bytes, after: bytes) -> int:
    """Return how many dots are other than they were, and were not white."""
    old, new = seen(before), seen(after)
    changed = ImageChops.difference(old, new).point([0] + [255] * 255)
    printed = old.point([255] * 250 + [0] * 6)
    return sum(ImageChops.multiply(changed, printed).histogram()[1:])


def codes(pdf: bytes) -> list[PageCode]:
    return [PageCode.decode(one.text) for one in zxingcpp.read_barcodes(seen(pdf, 200))]


margins = st.tuples(*[st.integers(0, 45)] * 4)
shapes = st.one_of(
    st.builds(
        filled,
        st.integers(0, 200),
        st.integers(0, 290),
        st.integers(1, 60),
        st.integers(1, 40),
        st.sampled_from([0.0, 0.5, 0.95]),
    ),
    st.builds(
        framed,
        st.integers(0, 200),
        st.integers(0, 290),
        st.integers(5, 90),
        st.integers(5, 90),
    ),
)


@settings(max_examples=settings.default.max_examples // 4, suppress_health_check=list(HealthCheck))
@given(
    sides=margins,
    row=st.integers(4, 30),
    more=st.lists(shapes, max_size=12),
    turn=st.sampled_from([0, 90, 180, 270]),
    printed=st.booleans(),
)
# A thin line at the very edge of a code; a margin that is just enough; one beside the page as
# it is read, where no line of print has room.
@example(sides=(0, 23, 0, 14), row=12, more=[], turn=90, printed=True)
@example(sides=(0, 0, 13, MARGIN), row=7, more=[], turn=180, printed=False)
@example(sides=(0, 0, 0, 35), row=4, more=[], turn=90, printed=False)
def test_nothing_that_is_printed_is_ever_covered(sides, row, more, turn, printed):
    pdf = page(*table(sides, row, printed=printed), *more, turn=turn)
    turns = turn // 90
    _, above, _, below = sides[4 - turns :] + sides[: 4 - turns]  # as the page is looked at
    for marks, room in (
        (Marks(code=CODE), max(sides)),
        (Marks(control="C0001", numbered=True), max(above, below)),
    ):
        refused, marked = tried(pdf, marks)
        if refused:
            # Wherever there is a margin, there is room.
            assert refused == ["MARK-ROOM"]
            assert more or room < MARGIN
        else:
            assert covered(pdf, marked) == 0
            assert codes(marked) == ([CODE.on(1, 1)] if marks.code else [])


def tried(pdf: bytes, marks: Marks) -> tuple[list[str], bytes]:
    """Return why a PDF is not marked, or the marked one."""
    try:
        return [], mark(pdf, marks)
    except FindingsError as refusal:
        return [one.code for one in refusal.findings], b""


def test_where_the_page_is_blank_the_code_stands_where_it_is_wanted():
    plain, printed = (mark(page(*one), Marks(code=CODE)) for one in ([], [filled(20, 40, 100, 10)]))
    with pypdfium2.PdfDocument(plain) as one, pypdfium2.PdfDocument(printed) as other:
        box = (int((WIDE - 60) * 8), 8 * 10, int((WIDE - 5) * 8), 8 * 31)
        first, second = (
            opened[0].render(scale=8 / POINTS).to_pil().crop(box) for opened in (one, other)
        )
    assert ImageChops.difference(first.convert("L"), second.convert("L")).getbbox() is None


def test_on_a_full_page_the_code_goes_to_the_narrow_margin_and_is_read():
    pdf = page(*table((22, 18, 18, 16), 7))
    marked = mark(pdf, Marks(code=CODE))
    assert covered(pdf, marked) == 0
    assert codes(marked) == [CODE.on(1, 1)]
    [found] = zxingcpp.read_barcodes(seen(marked, 200))
    assert found.position.top_left.x > (WIDE - 18) / 25.4 * 200
    assert found.position.top_left.y < 100 / 25.4 * 200


def test_an_empty_cell_is_no_blank_place():
    """Somebody is to write there."""
    pdf = page(*table([4] * 4, 60, 60, printed=False))
    with pytest.raises(FindingsError) as refusal:
        mark(pdf, Marks(code=CODE))
    assert [one.code for one in refusal.value.findings] == ["MARK-ROOM"]


@pytest.mark.parametrize("grey", [0.0, 0.6, 0.96], ids=["text", "a picture", "a pale background"])
def test_what_is_pale_counts_as_well(grey):
    pdf = page(filled(150, 10, 60, 30, grey))
    marked = mark(pdf, Marks(code=CODE))
    assert covered(pdf, marked) == 0
    assert codes(marked) == [CODE.on(1, 1)]


SIZES = {"A4 across": (297, 210), "A3": (297, 420), "A3 across": (420, 297), "A5": (148, 210)}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("side", range(4))
def test_one_margin_is_enough_on_paper_of_any_size(size, side):
    """All else is full of lines of print as high as any; with each size and side another turn."""
    wide, high = size
    turn = 90 * ((side + [*SIZES.values()].index(size)) % 4)
    left, top, right, bottom = (25 if side == at else 0 for at in range(4))
    lines = range(top, high - bottom, 5)
    pdf = page(*(filled(left, at, wide - left - right, 3) for at in lines), turn=turn, size=size)
    marked = mark(pdf, Marks(code=CODE))
    assert covered(pdf, marked) == 0
    assert codes(marked) == [CODE.on(1, 1)]


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize(
    "colour", ["print", "0.6 g", "1 0.97 0.9 rg", "0.9 1 0.9 rg", "1 1 0 rg"], ids=str
)
def test_a_page_without_room_is_refused(size, colour):
    """Full of print, or coloured all over: a white square would be seen on it."""
    wide, high = size
    rows = range(0, high, 5) if colour == "print" else [0]
    tall = 3 if colour == "print" else high
    fill = "0 g" if colour == "print" else colour
    pdf = page(*(f"{fill} 0 {at} {wide} {tall} re f" for at in rows), size=size)
    for marks in (Marks(code=CODE), Marks(control="C0001"), Marks(numbered=True)):
        assert tried(pdf, marks)[0] == ["MARK-ROOM"]


def test_a_coloured_heading_is_no_hindrance():
    pdf = page("0.8 0.9 1 rg 0 0 210 40 re f", *table((20, 45, 30, 20), 7))
    marked = mark(pdf, Marks(code=CODE))
    assert covered(pdf, marked) == 0
    assert codes(marked) == [CODE.on(1, 1)]


def test_a_slip_keeps_its_code_when_its_text_is_longer():
    """Torn off, it has the code on it: never above the place it is wanted at."""
    wanted = CodePlace(right=20, top=200, print=PrintSide.HEAD)
    slips = (SlipCode(slip=1, page=1, place=wanted),)
    pdf = page(filled(20, 190, 175, 40), filled(20, 20, 175, 150))
    marked = mark(pdf, Marks(code=CODE, slips=slips))
    assert covered(pdf, marked) == 0
    found = zxingcpp.read_barcodes(seen(marked, 200))
    below = [one for one in found if PageCode.decode(one.text).slip]
    assert len(found) == 2
    assert [one.position.top_left.y >= 200 / 25.4 * 200 for one in below] == [True]


@pytest.mark.parametrize("stamp", StampWord)
def test_a_stamp_makes_nothing_paler(stamp):
    pdf = page(*table([20] * 4, 7))
    old, new = seen(pdf), seen(mark(pdf, Marks(stamp=stamp)))
    paler = ImageChops.subtract(new, old).point([0] * 9 + [255] * 247)
    assert paler.getbbox() is None


def test_the_nearest_place_is_found():
    image = Image.new("L", (800, 800), 255)
    ImageDraw.Draw(image).rectangle((300, 0, 500, 799), fill=0)
    sheet = PrintedPage(image)
    size = [PageRectangle(0, 0, 10, 10)]
    near = sheet.nearest(size, Spot(40, 40, 0), [sheet.inside(2)])
    assert near is not None
    assert (near.left, near.top) == (27.5, 40.0)
    sheet.take([PageRectangle(20, 0, 37.5, 100)])
    right = sheet.nearest(size, Spot(40, 40, 0), [sheet.inside(2)])
    assert right is not None
    assert right.left == 63.0
    assert sheet.nearest([PageRectangle(0, 0, 50, 50)], Spot(0, 0, 0), [sheet.inside(2)]) is None
