"""Which file draws which family."""

import pytest
from typefaces import CHINESE, LATIN, typeface

from rmdocs.errors import FindingsError
from rmdocs.pdf.fonts import FontSet


def codes(refusal):
    return [(finding.code, finding.path) for finding in refusal.value.findings]


def test_a_mounted_font_is_found_by_every_name_it_has(fonts):
    for name in ("宋体", "TestSong", "TESTSONG"):
        assert fonts.family(name).name == "TestSong"
        assert fonts.family(name).owned


def test_a_mounted_font_draws_the_other_names_of_its_typeface(fonts):
    assert fonts.family("SimSun").name == "TestSong"
    assert fonts.family("新宋体").name == "TestSong"
    assert fonts.family("仿宋") is None
    assert fonts.family("Wingdings") is None


def test_characters_a_font_lacks(fonts):
    assert not any(fonts.family("宋体").lacks(one) for one in "喆堃玥昇璟")
    assert fonts.family("宋体").lacks("龘")
    assert fonts.family("Segoe UI Symbol").lacks("a")


def test_the_fingerprint_is_of_the_fonts_not_of_their_places(own, tmp_path, fonts):
    same, other = tmp_path / "same", tmp_path / "other"
    for folder in (same, other):
        folder.mkdir()
        for path in own.iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
    typeface(other / "TestSong.ttf", "宋体", CHINESE + LATIN + "龘")
    assert FontSet.found(same, ()).fingerprint == fonts.fingerprint
    assert FontSet.found(other, ()).fingerprint != fonts.fingerprint


def test_the_configuration_names_these_fonts_and_no_others(fonts, own, tmp_path):
    told = fonts.configuration(tmp_path / "a&b")
    assert "<glob>*</glob>" in told
    assert all(f"<glob>{path}</glob>" in told for path in own.iterdir())
    assert f"<cachedir>{tmp_path}/a&amp;b</cachedir>" in told
    assert "<string>simsun</string>" in told


def test_a_file_that_is_no_font_and_one_that_forbids_embedding(tmp_path):
    (tmp_path / "broken.ttf").write_bytes(b"\0\1\0\0" + b"no font" * 9)
    (tmp_path / "empty.otf").write_bytes(b"")
    typeface(tmp_path / "licensed.ttf", "仿宋", CHINESE, licence=2)
    (tmp_path / "readme.txt").write_text("not looked at")
    with pytest.raises(FindingsError) as refusal:
        FontSet.found(tmp_path, ())
    assert codes(refusal) == [
        ("PDF-FONT-FILE", "broken.ttf"),
        ("PDF-FONT-FILE", "empty.otf"),
        ("PDF-FONT-LICENCE", "licensed.ttf"),
    ]


def test_without_any_font_nothing_is_drawn(tmp_path):
    nothing = FontSet.found(tmp_path, (tmp_path,))
    assert nothing.family("宋体") is None
    assert nothing.families == {}


@pytest.mark.office
def test_the_stand_ins_draw_names_that_other_fonts_lack():
    installed = FontSet.found()
    for name in ("宋体", "仿宋", "黑体", "楷体", "方正小标宋简体"):
        assert not any(installed.family(name).lacks(one) for one in "喆堃玥昇璟")
    assert installed.family("宋体").lacks("\ue000")
    assert not installed.family("Segoe UI Symbol").lacks("☑")


@pytest.mark.office
def test_a_mounted_font_comes_before_the_stand_in(own):
    both = FontSet.found(own)
    assert both.family("SimSun").name == "TestSong"
    assert both.family("黑体").name == "Noto Sans CJK SC"
