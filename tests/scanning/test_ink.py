"""Ink on a sheet: none on a bare print, however it was scanned; enough of a thin pen or a seal."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from itertools import cycle, islice, product

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject
from sheets import document, drawn, scanned

from rmdocs.renditions.handsigned import LEAST_INK
from rmdocs.scanning.frames import opened
from rmdocs.scanning.ink import PageArea, added

pytestmark = pytest.mark.long

A, B = (
    PageArea(left=25, top=62, right=105, bottom=196),
    PageArea(left=106, top=62, right=185, bottom=196),
)
"""Where two parties sign, beside one another, in millimetres."""


@cache
def signing_page():
    """Return the code and the PDF of a page like one that an agreement is signed on."""
    code, pdf = document(7, 1)
    writer, written = PdfWriter(clone_from=PdfReader(BytesIO(pdf))), BytesIO()
    page = writer.pages[0]
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    named = DictionaryObject({NameObject(k): NameObject(v) for k, v in font.items()})
    fonts = DictionaryObject({NameObject("/F"): named})
    page["/Resources"].get_object()[NameObject("/Font")] = fonts
    words = [(80, 700, "Signing page of the agreement, no further text follows here")]
    for left in (87, 313):
        lines = (
            (645, "Party (seal):"),
            (619, "Example Heavy Machinery Ltd"),
            (440, "By (signed):"),
        )
        words += [(left, y, text) for y, text in (*lines, (310, "On:       Y     M     D"))]
    words.append((80, 45, "RXD7200-01-JN01-2026-0007  page 1 of 1"))
    shown = [f"BT /F 14 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in words]
    shown.append("80 392 215 0.8 re 306 392 215 0.8 re f")
    stream = DecodedStreamObject()
    stream.set_data(page.get_contents().get_data() + f"\nq {' '.join(shown)} Q".encode())
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.write(written)
    return code.on(1, 1), written.getvalue()


def inks(folder, seed, dpi, *, stretch=1.0, **how):
    """Return the ink in both parties' blocks of a sheet scanned in some way."""
    code, pdf = signing_page()
    [page] = drawn(pdf, dpi)
    size = (round(page.width * stretch), round(page.height * stretch))
    how = {"turn": (0, 180, 90, 270)[seed % 4], "quality": 50, "grey": seed % 2 == 1, **how}
    path = folder / "sheet.jpg"
    path.write_bytes(scanned(page.resize(size, Image.Resampling.BICUBIC), seed, **how))
    with opened(path) as frames:
        ink = added(frames, 0, pdf, code)
    return ink.within(A), ink.within(B)


STRETCHES = (0.97, 1.0, 1.03)


def each_and_all(*kinds):
    """Return combinations: each of every kind in some, and in a soak all with all."""
    few = set(zip(*(islice(cycle(kind), max(map(len, kinds))) for kind in kinds), strict=True))
    return [
        pytest.param(*one, marks=() if one in few else pytest.mark.soak) for one in product(*kinds)
    ]


@pytest.mark.parametrize(("dpi", "stretch"), each_and_all((150, 200, 300), STRETCHES))
def test_a_bare_print_shows_none(tmp_path, dpi, stretch):
    seed = dpi + STRETCHES.index(stretch)
    assert max(inks(tmp_path, seed, dpi, stretch=stretch, seals=())) < LEAST_INK / 4


@pytest.mark.parametrize(
    ("stretch", "dpi", "colour"), each_and_all(STRETCHES, (150, 200), ("blue", "black"))
)
def test_a_thin_pen_is_seen_where_it_wrote(tmp_path, stretch, dpi, colour):
    seed, pens = dpi + STRETCHES.index(stretch), [(0.2, 0.42, colour)]
    a, b = inks(tmp_path, seed, dpi, stretch=stretch, seals=(), pens=pens)
    assert a > 1.5 * LEAST_INK
    assert b < LEAST_INK / 4


@pytest.mark.parametrize(("stretch", "grey"), each_and_all(STRETCHES, (True, False)))
def test_a_seal_is_seen_where_it_was_put(tmp_path, stretch, grey):
    seed, seals = STRETCHES.index(stretch), [(0.7, 0.4), (0.8, 0.13)]
    a, b = inks(tmp_path, seed, 150, stretch=stretch, grey=grey, seals=seals)
    assert a < LEAST_INK / 4
    assert b > 5 * LEAST_INK


def test_a_sheet_without_the_code_cannot_be_laid_on_the_page(tmp_path):
    code, pdf = signing_page()
    path = tmp_path / "other.jpg"
    path.write_bytes(scanned(drawn(document(8, 1)[1], 150)[0], 1))
    with opened(path) as frames:
        assert added(frames, 0, pdf, code) is None


def test_an_area_beyond_the_page_has_none(tmp_path):
    code, pdf = signing_page()
    path = tmp_path / "sheet.jpg"
    path.write_bytes(scanned(drawn(pdf, 150)[0], 1))
    with opened(path) as frames:
        found = added(frames, 0, pdf, code)
    assert found.within(PageArea(left=400, top=400, right=500, bottom=500)) == 0
    assert found.within(PageArea(left=-50, top=-50, right=900, bottom=900)) > 100
