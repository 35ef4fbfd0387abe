"""Ink that came after the print: next to nothing if nobody signed, else plainly more."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject
from sheets import SEALS, document, drawn, scanned

from rmdocs.pdf.marks import Marks, Place, SlipCode, mark
from rmdocs.pdf.signs import stream
from rmdocs.scanning.frames import opened
from rmdocs.scanning.ink import LEAST, Area, added

DOCUMENT, _ = document(1, 1)
PAGE, SLIP = DOCUMENT.on(1, 1), DOCUMENT.on(1, 1, 1)
WHOLE = Area(0, 0, 210, 297)
LEFT, RIGHT = Area(25, 85, 105, 135), Area(110, 85, 190, 135)
SIGNED_LEFT, SIGNED_RIGHT = (0.22, 0.36), (0.6, 0.36)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """A page full of print, but for where it is signed, with its code and a slip's."""
    writer, written = PdfWriter(), BytesIO()
    page = writer.add_blank_page(595.3, 841.9)
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    font = DictionaryObject({NameObject(key): NameObject(name) for key, name in names.items()})
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    heights = [*range(760, 620, -14), *range(440, 80, -14)]
    lines = [f"BT /F1 11 Tf 60 {y} Td (The parties agree on line {y} of it) Tj ET" for y in heights]
    page[NameObject("/Contents")] = writer._add_object(stream(" ".join(lines)))
    writer.write(written)
    slips = (SlipCode(1, 1, Place(7.5, 170)),)
    return mark(written.getvalue(), Marks(DOCUMENT, slips=slips))


def ink(pdf, sheet, path, code=PAGE):
    path.write_bytes(sheet)
    with opened(path) as frames:
        return added(frames, 0, pdf, code)


SPOILT = st.fixed_dictionaries(
    {
        "turn": st.sampled_from([0, 90, 180, 270]),
        "quality": st.integers(50, 75),
        "grey": st.booleans(),
    }
)


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from([150, 200, 300]), st.integers(0, 10_000), SPOILT)
def test_an_unsigned_print_has_next_to_none(pdf, tmp_path, dpi, seed, spoilt):
    [image] = drawn(pdf, dpi)
    plain = scanned(image, seed, seals=(), pens=(), **spoilt)
    assert ink(pdf, plain, tmp_path / "plain.jpg").within(WHOLE) < LEAST / 3
    signed = scanned(image, seed, seals=(), pens=(SIGNED_LEFT,), **spoilt)
    found = ink(pdf, signed, tmp_path / "signed.jpg")
    assert found.within(LEFT) > 2 * LEAST
    assert found.within(RIGHT) < LEAST / 3


@pytest.mark.parametrize("grey", [False, True])
def test_a_seal_is_ink(pdf, tmp_path, grey):
    sheet = scanned(drawn(pdf, 150)[0], 3, seals=SEALS, pens=(), grey=grey)
    assert ink(pdf, sheet, tmp_path / "sealed.jpg").within(WHOLE) > 10 * LEAST


@pytest.mark.parametrize("share", [0.97, 1.03])
def test_a_copier_that_shrinks_or_stretches(pdf, tmp_path, share):
    [image] = drawn(pdf, 200)
    size = (round(image.width * share), round(image.height * share))
    glass = Image.new("RGB", image.size, "white")
    # What is enlarged is cut at the left, where there is nothing.
    glass.paste(image.resize(size), (image.width - size[0] - 10, 0))
    plain = scanned(glass, 1, seals=(), pens=())
    assert ink(pdf, plain, tmp_path / "plain.jpg").within(WHOLE) < LEAST / 3


def test_a_slip_by_itself_is_looked_at_below_its_head(pdf, tmp_path):
    [image] = drawn(pdf, 200)
    line = round(image.height * 165 / 297)
    for pens, least, most in (((), 0, LEAST / 3), (((0.3, 0.2),), LEAST, 1000)):
        glass = Image.new("RGB", image.size, "white")
        glass.paste(image.crop((0, line, image.width, image.height)), (0, 0))
        sheet = scanned(glass, 2, seals=(), pens=pens)
        found = ink(pdf, sheet, tmp_path / "slip.jpg", SLIP)
        assert least <= found.within(WHOLE) <= most


def test_another_page_cannot_be_laid_on(pdf, tmp_path):
    sheet = scanned(drawn(pdf, 150)[0], 4)
    other = document(2, 1)[0].on(1, 1)
    assert ink(pdf, sheet, tmp_path / "sheet.jpg", other) is None


def test_an_area_beyond_the_page_holds_nothing(pdf, tmp_path):
    found = ink(pdf, scanned(drawn(pdf, 150)[0], 5), tmp_path / "sheet.jpg")
    assert found.within(Area(0, 300, 210, 400)) == 0
    assert found.within(Area(0, 0, 7, 297)) == 0, "the edge says nothing"
