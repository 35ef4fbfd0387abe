"""Every font and every glyph a document needs is there, or is told."""

import io

import pytest
from bank import refused_for
from blankfile import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from typefaces import CHINESE, LATIN, typeface, written

from rmdocs.messages import Language
from rmdocs.pdf.coverage import families, passages, uncovered
from rmdocs.pdf.fonts import FontSet
from rmdocs.rendering.compiled import printed_text


def told(findings):
    return [(finding.code, finding.message.text(Language.EN)) for finding in findings]


def saved(document):
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_names_with_rare_characters_are_drawn(fonts):
    assert uncovered("d", written("甲方：王喆堃玥昇璟（A-1）"), fonts) == []


def test_a_glyph_that_no_font_has_is_named_with_its_place(fonts):
    [finding] = uncovered("d.docx", written("甲方：王\U00030000样，王\U00030000"), fonts)
    assert finding.code == "PDF-GLYPH"
    assert finding.message.text(Language.EN) == (
        "d.docx: the font for 宋体 has no glyph for \U00030000 (U+30000),"
        " in “甲方：王\U00030000样，王\U00030000”"
    )
    assert finding.path == "d.docx#word/document.xml"
    assert "\U00030000" in finding.label


def test_a_font_that_is_not_there_is_named_once(fonts):
    findings = uncovered("d", written("甲方", "乙方", font="华文行楷"), fonts)
    assert told(findings) == [("PDF-FONT", "d: there is no font 华文行楷")]
    assert "fonts-noto-cjk" in findings[0].remedy.text(Language.EN)


@pytest.fixture
def two_faces(tmp_path):
    """宋体 whose bold face lacks 喆, and nothing else."""
    typeface(tmp_path / "Song.ttf", "宋体", CHINESE + LATIN)
    typeface(tmp_path / "Bold.ttf", "宋体", CHINESE.replace("喆", "") + LATIN, usWeightClass=700)
    typeface(tmp_path / "Roman.ttf", "Times New Roman", LATIN)
    return FontSet.found(tmp_path, ())


def emboldened(text):
    document = Document(io.BytesIO(written(text)))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.bold = True
    return saved(document)


def test_a_face_that_lacks_a_glyph_concerns_what_it_draws(two_faces):
    assert uncovered("d", written("王喆"), two_faces) == []
    [finding] = uncovered("d", emboldened("王喆"), two_faces)
    assert "宋体 has no glyph for 喆" in finding.message.text(Language.EN)
    assert uncovered("d", emboldened("王玥"), two_faces) == []
    assert uncovered("d", emboldened("王喆"), two_faces, all_regular=True) == []


def test_a_missing_font_names_the_files_it_may_be_in(tmp_path):
    typeface(tmp_path / "Song.ttf", "宋体", CHINESE)
    typeface(tmp_path / "licensed.ttf", "仿宋", CHINESE, fsType=2)
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    found = FontSet.found(tmp_path, ())
    assert uncovered("d", written("甲方"), found) == []
    assert told(
        [
            *uncovered("d", written("甲方", font="仿宋"), found),
            *uncovered("d", written("甲方", font="楷体"), found),
        ]
    ) == [
        ("PDF-FONT", "d: there is no font 仿宋; what cannot be used: licensed.ttf"),
        ("PDF-FONT", "d: there is no font 楷体; what cannot be used: broken.ttf"),
    ]


def test_a_damaged_font_is_told_once_beside_what_else_is_missing(tmp_path, damaged):
    damaged(tmp_path / "Damaged.ttf", "宋体")
    typeface(tmp_path / "Roman.ttf", "Times New Roman", LATIN)
    found = uncovered("d", written("甲方", "ñ"), FontSet.found(tmp_path, ()))
    assert [finding.code for finding in found] == ["PDF-FONT-FILE", "PDF-GLYPH"]
    assert "Damaged.ttf cannot be read as a font" in found[0].message.text(Language.EN)


def test_all_findings_at_once(fonts):
    findings = uncovered("d", written("龘靐", "甲方 Ω"), fonts)
    assert [finding.code for finding in findings] == ["PDF-GLYPH"] * 3


@pytest.mark.parametrize("sign", ["☐", "☑"])
def test_a_sign_may_come_from_the_font_for_signs(fonts, sign):
    assert uncovered("d", written(f"{sign}甲方"), fonts) == []


def test_a_variation_selector_is_not_dropped(fonts):
    [finding] = uncovered("d", written("王\U000e0100"), fonts)
    assert "U+E0100" in finding.message.text(Language.EN)


def test_blanks_need_no_glyph(fonts):
    assert uncovered("d", written("甲\u00a0\u3000\u200b\ufeff方"), fonts) == []


def test_fonts_come_from_run_style_and_defaults():
    document = Document()
    style = document.styles.add_style("条款", 1)
    style.base_style = document.styles["Normal"]
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")
    document.add_paragraph("甲", style="条款")
    run = document.add_paragraph("", style="条款").add_run("乙")
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "黑体")
    found = {one.text: one.fonts["eastAsia"] for one in passages(saved(document))}
    assert found == {"甲": "仿宋", "乙": "黑体"}


def test_a_sign_of_a_font_and_a_watermark_are_seen(fonts):
    document = Document()
    run = document.add_paragraph("甲方").add_run()
    sign = OxmlElement("w:sym")
    sign.set(qn("w:font"), "Wingdings")
    sign.set(qn("w:char"), "F0FE")
    run._r.append(sign)
    assert "Wingdings" in families(saved(document))
    assert "PDF-FONT" in [finding.code for finding in uncovered("d", saved(document), fonts)]


@pytest.mark.parametrize("code", ["", "x", "110000"])
def test_a_sign_of_no_code_draws_nothing(code):
    document = Document()
    sign = OxmlElement("w:sym")
    sign.set(qn("w:font"), "Wingdings")
    sign.set(qn("w:char"), code)
    document.add_paragraph("甲").runs[0]._r.append(sign)
    assert [one.text for one in passages(saved(document))] == ["甲"]


def test_a_style_based_on_itself_ends():
    document = Document()
    style = document.styles.add_style("环", 1)
    style.element.get_or_add_basedOn().val = style.style_id
    document.add_paragraph("甲", style="环")
    assert [one.text for one in passages(saved(document))] == ["甲"]


@pytest.mark.parametrize(
    ("damaged", "code"),
    [
        (b"", "TEMPLATE-NOT-DOCX"),
        (b"no zip", "TEMPLATE-NOT-DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "TEMPLATE-ENCRYPTED"),
    ],
)
def test_what_is_no_document_is_refused(fonts, damaged, code):
    with refused_for(code):
        uncovered("d", damaged, fonts)


def test_nothing_printed_is_overlooked(samples):
    for document in samples.values():
        read = "".join(one.text for one in passages(document))
        assert set(printed_text(document)) - {"\n", "\t"} <= set(read)


@pytest.mark.long
@given(st.text(CHINESE + LATIN + "龘Ω☐", max_size=40))
def test_told_is_just_what_is_missing(fonts, text):
    missing = {f"U+{ord(one):04X}" for one in text if one in "龘Ω"}
    found = [finding.message.text(Language.EN) for finding in uncovered("d", written(text), fonts)]
    assert {code for code in missing if any(code in one for one in found)} == missing
    assert len(found) == len(missing)
