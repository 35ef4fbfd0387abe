"""The formal engine: what it makes, and what it does when LibreOffice does not."""

import io
import time
from hashlib import sha256
from pathlib import Path

import pytest
from bank import refused_for
from pypdf import PdfReader, PdfWriter
from typefaces import written

from rmdocs.errors import FindingsError, MissingProgramError
from rmdocs.messages import Language
from rmdocs.pdf.fonts import FontSet
from rmdocs.pdf.libreoffice import LibreOffice

PAIR = {"a/../b.docx": written("甲方"), "乙": written("乙方")}


@pytest.fixture
def program(tmp_path, fonts, search_path):
    """Return a function that makes an engine of a shell script."""

    def make(script, **bounds):
        page = tmp_path / "page.pdf"
        writer = PdfWriter()
        writer.add_blank_page(200, 200)
        writer.write(page)
        path = tmp_path / "soffice"
        path.write_text(f"#!/bin/sh\npage={page}\n{script}\n")
        path.chmod(0o755)
        return LibreOffice(program=path, fonts=fonts, search_path=search_path, **bounds)

    return make


COUNT = """
count=0
for word; do
    case $word in *.docx) count=$((count + 1)); last=$word;; esac
done
"""


def codes(refusal):
    return [(finding.code, finding.path) for finding in refusal.value.findings]


def test_without_libreoffice_it_is_said_what_to_install(fonts, tmp_path):
    with pytest.raises(MissingProgramError) as refusal:
        LibreOffice.found(fonts, str(tmp_path))
    assert refusal.value.exit_code == 5
    assert "libreoffice-writer-nogui" in refusal.value.remedy.text(Language.EN)


def test_a_program_that_tells_no_version_is_not_libreoffice(program):
    with pytest.raises(MissingProgramError):
        _ = program("echo something else").version


def test_the_version_names_the_fonts_too(program, fonts):
    engine = program("echo LibreOffice 24.2.7.2 420")
    assert engine.version == f"24.2.7.2 fonts {fonts.fingerprint}"


def test_what_does_not_come_out_is_named(program):
    engine = program(COUNT + "echo no such filter >&2; exit 3")
    with pytest.raises(FindingsError) as refusal:
        engine.convert(PAIR)
    assert codes(refusal) == [("PDF-NOT-MADE", "a/../b.docx"), ("PDF-NOT-MADE", "乙")]
    assert "no such filter" in refusal.value.findings[0].message.text(Language.EN)


@pytest.mark.long
def test_what_another_document_took_along_is_tried_again_alone(program):
    made = program(
        COUNT + '[ $count = 1 ] || kill -9 $$\ncp "$page" made/"$(basename "$last" .docx)".pdf'
    ).convert(PAIR)
    assert list(made) == list(PAIR)


@pytest.mark.long
def test_a_document_that_takes_for_ever_is_given_up_with_all_it_started(program, tmp_path):
    engine = program(f"sleep 60 & echo $! >> {tmp_path}/started; wait", start=0.3, each=0)
    began = time.monotonic()
    with pytest.raises(FindingsError) as refusal:
        engine.convert({"d": written("甲")})
    assert time.monotonic() - began < 10
    assert codes(refusal) == [("PDF-TIMEOUT", "d")]
    for started in (tmp_path / "started").read_text().split():
        state = Path(f"/proc/{started}/stat")
        assert not state.exists() or state.read_text().split()[2] == "Z"


@pytest.mark.long
def test_a_long_document_is_given_longer(program):
    engine = program('sleep 1\ncp "$page" made/0001.pdf', start=0.1, each=0.4)
    with refused_for("PDF-TIMEOUT"):
        engine.convert({"d": written("甲")})
    long = written("".join(sha256(bytes([at % 256, at // 256])).hexdigest() for at in range(24000)))
    assert len(long) > 500_000
    assert list(engine.convert({"d": long})) == ["d"]


def test_what_is_no_pdf_does_not_count(program):
    engine = program(COUNT + 'echo "%PDF-1.7 but no more" > made/0001.pdf')
    with pytest.raises(FindingsError) as refusal:
        engine.convert({"d": written("甲")})
    assert codes(refusal) == [("PDF-DAMAGED", "d")]


def test_the_program_sees_nothing_of_this_environment(program, tmp_path, monkeypatch):
    monkeypatch.setenv("RMDOCS_SECRET", "x")
    with refused_for("PDF-NOT-MADE"):
        program(f"env > {tmp_path}/seen").convert({"d": written("甲")})
    seen = (tmp_path / "seen").read_text()
    assert "RMDOCS_SECRET" not in seen
    assert "FONTCONFIG_FILE" in seen


def test_documents_that_cannot_be_drawn_are_never_given_to_it(program, tmp_path):
    engine = program(f"touch {tmp_path}/started")
    with pytest.raises(FindingsError) as refusal:
        engine.convert({"d": written("龘"), "e": b"no document"})
    assert [code for code, _ in codes(refusal)] == ["PDF-GLYPH", "TEMPLATE-NOT-DOCX"]
    assert not (tmp_path / "started").exists()


@pytest.mark.office
@pytest.mark.fonts
def test_rare_names_are_drawn_as_written(search_path):
    engine = LibreOffice.found(FontSet.found(), search_path)
    names = {"a": "王喆堃玥昇璟"}
    [pdf] = engine.convert({name: written(text) for name, text in names.items()}).values()
    reader = PdfReader(io.BytesIO(pdf))
    assert names["a"] in reader.pages[0].extract_text()
    used = {str(font["/BaseFont"]) for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert {one.split("+")[1][:12] for one in used} == {"NotoSerifCJK"}
    with pytest.raises(FindingsError) as refusal:
        engine.convert({"a": written("王\ue000")})
    assert codes(refusal) == [("PDF-GLYPH", "a#word/document.xml")]


@pytest.mark.office
@pytest.mark.fonts
def test_a_sign_that_text_fonts_lack_is_drawn_by_the_font_for_signs(search_path):
    engine = LibreOffice.found(FontSet.found(), search_path)
    documents = {sign: written(f"甲{sign}乙") for sign in ("☐", "☑", "☒", "☐☑")}
    for sign, pdf in engine.convert(documents).items():
        page = PdfReader(io.BytesIO(pdf)).pages[0]
        fonts = {str(font["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
        assert {name.split("+")[1][:9] for name in fonts} == {"NotoSerif", "DejaVuSan"}, sign
