"""Print sets: every copy whole, in order, on sheets of its own."""

from __future__ import annotations

import subprocess
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from rmdocs.errors import FindingsError
from rmdocs.pdf.composition import PrintItem, page_count, print_set, sheets
from rmdocs.pdf.overlay import stream

A4, WIDE = (595, 842), (842, 595)


def document(name: str, pages: int, size=A4) -> bytes:
    """Return a PDF whose pages each draw something of their own."""
    writer, written = PdfWriter(), BytesIO()
    for number in range(pages):
        page = writer.add_blank_page(*size)
        drawn = stream(f"% {name} {number} {'=' * 4000}\n0 0 {number + 1} {number + 1} re f")
        page[NameObject("/Contents")] = writer._add_object(drawn)
    writer.write(written)
    return written.getvalue()


def shown(pdf: bytes) -> list[bytes]:
    """Return what draws each page; nothing for a blank one."""
    pages = PdfReader(BytesIO(pdf)).pages
    return [page.get_contents().get_data() if "/Contents" in page else b"" for page in pages]


def item(name: str, pages: int, copies: int = 1, size=A4) -> PrintItem:
    return PrintItem(name=name, pdf=document(name, pages, size), copies=copies)


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4)), min_size=1, max_size=4),
    st.sampled_from([1, 2]),
)
def test_each_copy_is_whole_and_begins_a_sheet(wanted, sides):
    items = [item(f"{place}.pdf", *one) for place, one in enumerate(wanted)]
    made, place = shown(print_set(items, sides)), 0
    for one in items:
        own = shown(one.pdf)
        for _ in range(one.copies):
            assert place % sides == 0
            assert made[place : place + len(own)] == own
            place += len(own)
            while place % sides:
                assert made[place] == b""
                place += 1
    assert place == len(made)
    paper = sum(sheets(pages, sides) * copies for pages, copies in wanted)
    assert sheets(len(made), sides) == paper


def test_a_blank_back_is_as_large_as_its_front():
    made = print_set([item("cover.pdf", 1), item("wide.pdf", 3, 2, WIDE)], 2)
    pages = PdfReader(BytesIO(made)).pages
    sizes = [(int(page.mediabox.width), int(page.mediabox.height)) for page in pages]
    assert sizes == [A4] * 2 + [WIDE] * 8


@pytest.mark.parametrize(("sides", "asked"), [(1, "/Simplex"), (2, "/DuplexFlipLongEdge")])
def test_the_printer_is_asked_for_sides_and_true_size(sides, asked):
    made = print_set([item("a.pdf", 2)], sides)
    wishes = PdfReader(BytesIO(made)).root_object["/ViewerPreferences"]
    assert (wishes["/Duplex"], wishes["/PrintScaling"]) == (asked, "/None")
    assert made.startswith(b"%PDF-1.7")


def test_copies_share_what_they_draw_with():
    one, many = (print_set([item("a.pdf", 4, copies)], 2) for copies in (1, 10))
    assert len(many) < 2 * len(one)
    assert print_set([item("a.pdf", 4, 10)], 2) == many


@pytest.mark.qpdf
def test_qpdf_finds_nothing(tmp_path):
    path = tmp_path / "set.pdf"
    path.write_bytes(print_set([item("cover.pdf", 1), item("a.pdf", 3, 3)], 2))
    told = subprocess.run(["qpdf", "--check", path], check=False, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


def test_what_is_no_pdf_is_named():
    assert page_count(document("a.pdf", 3), "a.pdf") == 3
    broken = PrintItem(name="a.pdf", pdf=b"no PDF")
    for attempt in (page_count, lambda pdf, name: print_set([PrintItem(name=name, pdf=pdf)], 2)):
        with pytest.raises(FindingsError) as refusal:
            attempt(broken.pdf, broken.name)
        assert [finding.path for finding in refusal.value.findings] == ["a.pdf"]
