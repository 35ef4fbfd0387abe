"""The signs that marks are made of: there, drawable, found again as text, the same anywhere."""

from __future__ import annotations

import re
import string
from io import BytesIO

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from rmdocs.pdf.marks import StampWord
from rmdocs.pdf.overlay import Font, alphabet, stream, width

OPERATORS = {"m": 2, "l": 2, "c": 6, "h": 0}
NUMBER = re.compile(r"-?\d+")


def page(text, size=40.0):
    """Return a page on which a text is printed in the signs."""
    writer, written = PdfWriter(), BytesIO()
    sheet = writer.add_blank_page(1200, 100)
    font = Font.of([text])
    drawn = f"BT /Signs {size:.0f} Tf 20 30 Td {font.encoded(text)} Tj ET"
    sheet[NameObject("/Contents")] = writer._add_object(stream(drawn))
    fonts = DictionaryObject({NameObject("/Signs"): font.added(writer)})
    sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    writer.write(written)
    return written.getvalue()


def drawn(pdf):
    with pypdfium2.PdfDocument(pdf) as opened:
        return opened[0].render().to_pil().convert("L").point(lambda level: 255 - level)


def test_there_is_a_sign_for_whatever_marks_print():
    known = set(alphabet().printed)
    assert set(string.printable) - set(string.whitespace) <= known
    assert set(" ·：受控文件号第页共份版本持有人") <= known
    assert set("".join(StampWord)) == set(alphabet().stamped)


@pytest.mark.parametrize("kind", ["printed", "stamped"])
def test_each_is_an_outline_of_pdf_operators_within_its_width(kind):
    for name, sign in getattr(alphabet(), kind).items():
        assert 0 < sign.width <= 1000
        numbers: list[int] = []
        for word in sign.path.split():
            if NUMBER.fullmatch(word):
                numbers.append(int(word))
            else:
                assert len(numbers) == OPERATORS[word], (name, word)
                assert all(-300 <= one <= 1100 for one in numbers), name
                numbers.clear()
        assert not numbers
        assert bool(sign.path) is (name != " ")
        assert sign.path.count("m") == sign.path.count("h")


def test_a_text_is_as_wide_as_its_signs():
    assert width("受控", 10) == pytest.approx(20)
    assert width("", 10) == 0
    assert width("ab", 7) == pytest.approx(width("a", 7) + width("b", 7))


signs = st.text(st.sampled_from(sorted(set(alphabet().printed) - {" "})), min_size=1, max_size=12)


@given(signs)
def test_what_is_printed_is_found_again_and_as_wide_as_said(text):
    pdf = page(text)
    assert PdfReader(BytesIO(pdf)).pages[0].extract_text() == text
    left, _, right, _ = drawn(pdf).getbbox()
    assert left >= 20 - 4
    assert right <= 20 + width(text, 40) + 4


@given(st.lists(signs, max_size=4))
def test_the_same_texts_are_the_same_font_in_any_order(texts):
    font = Font.of(texts)
    assert font == Font.of(reversed(texts))
    assert font.signs == tuple(sorted(set("".join(texts))))
    for text in texts:
        codes = bytes.fromhex(font.encoded(text).strip("<>"))
        assert "".join(font.signs[code - 1] for code in codes) == text


def test_each_sign_leaves_ink():
    blank = [name for name in alphabet().printed if drawn(page(name)).getbbox() is None]
    assert blank == [" "]


def test_the_same_page_is_the_same_bytes():
    assert page("受控号：A-1") == page("受控号：A-1")
