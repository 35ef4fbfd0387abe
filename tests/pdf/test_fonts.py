"""Which file draws which family."""

from contextlib import suppress
from io import BytesIO
from itertools import count

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from typefaces import CHINESE, LATIN, typeface

from rmdocs.errors import FindingsError
from rmdocs.findings import Severity
from rmdocs.pdf.faces import REGULAR, Cut, Unusable, drawing, faces_in
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
    typeface(tmp_path / "licensed.ttf", "仿宋", CHINESE, fsType=2)
    (tmp_path / "readme.txt").write_text("not looked at")
    typeface(tmp_path / "TestSong.ttf", "宋体", CHINESE)
    found = FontSet.found(tmp_path, ())
    assert [(finding.severity, finding.code, finding.path) for finding in found.warnings] == [
        (Severity.WARNING, "PDF-FONT-FILE", "broken.ttf"),
        (Severity.WARNING, "PDF-FONT-FILE", "empty.otf"),
        (Severity.WARNING, "PDF-FONT-LICENCE", "licensed.ttf"),
    ]
    assert found.family("宋体").owned
    assert found.family("仿宋") is None


def test_which_unusable_file_a_family_would_come_from(tmp_path):
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    typeface(tmp_path / "licensed.ttf", "仿宋", CHINESE, fsType=2)
    found = FontSet.found(tmp_path, ())
    spoilt = {name: [file.finding.path for file in found.spoilt(name)] for name in ("仿宋", "楷体")}
    assert spoilt == {"仿宋": ["licensed.ttf"], "楷体": ["broken.ttf"]}


@pytest.mark.fonts
def test_no_stand_in_takes_the_place_of_a_font_that_forbids_embedding(tmp_path):
    typeface(tmp_path / "licensed.ttf", "仿宋", CHINESE, fsType=2)
    found = FontSet.found(tmp_path)
    assert found.family("仿宋") is None
    assert found.family("FangSong").name == "Noto Serif CJK SC"


@pytest.fixture
def cut(tmp_path):
    """A family of four faces, each with a character of its own."""
    for name, own, weight, selection in (
        ("A-Bold", "b", 700, 0x20),
        ("B-Regular", "r", 400, 0x40),
        ("C-Italic", "i", 400, 0x1),
        ("D-Light", "l", 300, 0x40),
    ):
        path = tmp_path / f"{name}.ttf"
        typeface(path, "Test", f"x{own}", usWeightClass=weight, fsSelection=selection)
    return FontSet.found(tmp_path, ()).family("Test")


@pytest.mark.parametrize(
    ("bold", "italic", "drawn_by"),
    [
        (False, False, "B-Regular"),
        (True, False, "A-Bold"),
        (False, True, "C-Italic"),
        (True, True, "C-Italic"),
    ],
)
def test_the_face_nearest_to_a_cut_draws_it(cut, bold, italic, drawn_by):
    [face] = cut.drawn_by(Cut(bold=bold, italic=italic))
    assert face.path.stem == drawn_by
    assert {one for one in "bril" if not cut.lacks(one, Cut(bold=bold, italic=italic))} == {
        drawn_by[2].lower()
    }
    assert not cut.lacks("x", Cut(bold=bold, italic=italic))


def test_of_two_faces_alike_neither_may_lack_a_character(tmp_path):
    for name, characters in (("One", "xy"), ("Two", "x")):
        typeface(tmp_path / f"{name}.ttf", "Test", characters)
    family = FontSet.found(tmp_path, ()).family("Test")
    assert len(family.drawn_by()) == 2
    assert family.lacks("y")
    assert not family.lacks("x")


def test_a_damaged_table_of_characters_concerns_whoever_asks(tmp_path, damaged):
    damaged(tmp_path / "Damaged.ttf", "仿宋")
    typeface(tmp_path / "TestSong.ttf", "宋体", CHINESE)
    found = FontSet.found(tmp_path, ())
    assert found.warnings == ()
    assert not found.family("宋体").lacks("甲")
    with pytest.raises(FindingsError) as refusal:
        found.family("仿宋").lacks("甲")
    assert codes(refusal) == [("PDF-FONT-FILE", "Damaged.ttf")]


def test_without_any_font_nothing_is_drawn(tmp_path):
    nothing = FontSet.found(tmp_path, (tmp_path,))
    assert nothing.family("宋体") is None
    assert nothing.families == {}


@pytest.mark.fonts
def test_the_stand_ins_draw_names_that_other_fonts_lack():
    installed = FontSet.found()
    for name in ("宋体", "仿宋", "黑体", "楷体", "方正小标宋简体"):
        assert not any(installed.family(name).lacks(one) for one in "喆堃玥昇璟")
    assert installed.family("宋体").lacks("\ue000")
    assert not installed.family("Segoe UI Symbol").lacks("☑")


@pytest.mark.fonts
def test_a_mounted_font_comes_before_the_stand_in(own):
    both = FontSet.found(own)
    assert both.family("SimSun").name == "TestSong"
    assert both.family("黑体").name == "Noto Sans CJK SC"


def test_what_is_embedded_draws_the_characters_asked_for_as_before(own):
    path = own / "TestSong.ttf"
    made = drawing(path, frozenset("银A\n"))
    with TTFont(path) as whole, TTFont(BytesIO(made)) as part:
        assert sorted(map(chr, part.getBestCmap())) == ["A", "银"]
        for sign in "A银":
            drawn = [
                (font["glyf"][name].getCoordinates(font["glyf"])[0], font["hmtx"][name][0])
                for font in (whole, part)
                for name in [font.getBestCmap()[ord(sign)]]
            ]
            assert drawn[0] == drawn[1]
    assert len(made) < path.stat().st_size


COUNT = count()
ASKED = ("names", "inner_names", "characters", "identity")


@given(
    signs=st.lists(st.tuples(st.integers(0, 399), st.integers(0, 255)), max_size=8),
    anywhere=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=3),
    cut=st.none() | st.integers(0, 5000),
    suffix=st.sampled_from([".ttf", ".ttc", ".otf"]),
)
def test_a_font_damaged_anywhere_is_named_and_nothing_else(signs, anywhere, cut, suffix, own):
    """Whatever comes of it is the file's own finding, never an error of the program."""
    content = bytearray((own / "TestSong.ttf").read_bytes())
    for at, sign in (*signs, *anywhere):
        content[at % len(content)] = sign
    path = own.parent / f"damaged-{next(COUNT)}{suffix}"  # answers are kept by path
    path.write_bytes(content[:cut])
    try:
        found = faces_in(path)
        if isinstance(found, Unusable):
            assert found.finding.path == path.name
            return
        for face in found:
            for question in ASKED:
                with suppress(FindingsError):
                    getattr(face, question)
            with suppress(FindingsError):
                face.distance(REGULAR)
    finally:
        path.unlink()
