"""The preview engine: a PDF on any machine, within bounds, and in fonts it was given."""

import io

import pytest
from pypdf import PdfReader
from typefaces import written

from rmdocs.errors import FindingsError
from rmdocs.pdf.engine import PreviewEngine


def codes(refusal):
    return [(finding.code, finding.path) for finding in refusal.value.findings]


@pytest.mark.long
def test_previews_by_name_in_the_fonts_given(fonts):
    engine = PreviewEngine(fonts=fonts)
    made = engine.convert({"甲/1": written("甲方：王喆堃玥昇璟"), "乙": written("乙方 ABC")})
    assert list(made) == ["甲/1", "乙"]
    reader = PdfReader(io.BytesIO(made["甲/1"]))
    assert "王喆堃玥昇璟" in reader.pages[0].extract_text()
    fonts_used = {
        str(font["/BaseFont"]) for font in reader.pages[0]["/Resources"]["/Font"].values()
    }
    assert any("TestSong" in one for one in fonts_used)


def test_it_is_a_preview_and_names_its_version(fonts):
    engine = PreviewEngine(fonts=fonts)
    assert not engine.formal
    assert engine.version == f"0.16.3 fonts {fonts.fingerprint}"


def test_what_it_cannot_draw_is_refused_with_all_findings(fonts):
    with pytest.raises(FindingsError) as refusal:
        PreviewEngine(fonts=fonts).convert({"d": written("龘"), "e": b"nothing"})
    assert codes(refusal) == [
        ("PDF-GLYPH", "d#word/document.xml"),
        ("TEMPLATE-NOT-DOCX", "e#$"),
    ]


@pytest.mark.long
def test_a_document_that_takes_too_long_is_named(fonts):
    with pytest.raises(FindingsError) as refusal:
        PreviewEngine(fonts=fonts, start=0.01, each=0).convert({"d": written("甲")})
    assert codes(refusal) == [("PDF-NOT-MADE", "d")]
