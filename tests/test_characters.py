"""What a text may hold is the same under every Python, and so is a folded name."""

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.characters import (
    CharacterKind,
    assigned,
    fold,
    fold_number,
    is_seen,
    kind_of,
    refused,
    visible,
    whole_number,
)

SCRIPTS = {
    "ideographs of planes 2 and 3": "𠮷𪚥\U0002ebf0\U000323af",
    "an ideograph not assigned when this was written": "\U00033479",
    "a variation of an ideograph": "葛\U000e0100城",
    "a standardized variation": "神\ufe00",
    "a compatibility ideograph and 〇": "﨑〇",
    "Uyghur": "ئابدۇرېھىم",
    "Persian, a letter kept from joining": "می\u200cخواهم",
    "Devanagari, a virama kept": "क्\u200dष क्\u200cष",
    "Mongolian with its separators": "ᠮᠣᠩᠭᠣᠯ ᠠᠢ\u180eᠠ ᠨᠢ\u202fᠶᠢᠨ ᠠ\u180bᠠ",
    "Tibetan stacks": "བསྒྲུབས བློ་བཟང་",
    "Hangul, Thai, Khmer, Yi": "한국 ไทย ខ្មែរ ꆈꌠꉙ",
    "spaces a Chinese keyboard gives": "王\u3000样例\u00a0，\t第一\n第二",
    "Vietnamese set apart": "Nguye\u0302\u0303n",
    "signs": "☐☑★㎡℃…—￥€½①",
    "one emoji alone": "👍",
}
REFUSED = {
    "\u200b\u200b": (0, CharacterKind.HIDDEN),
    "王\u00ad样": (1, CharacterKind.HIDDEN),
    "王\ufeff样": (1, CharacterKind.HIDDEN),
    "王\u034f样": (1, CharacterKind.HIDDEN),
    "\u3164": (0, CharacterKind.HIDDEN),
    "\u115f\u1160\uffa0": (0, CharacterKind.HIDDEN),
    "ក\u17b4": (1, CharacterKind.HIDDEN),
    "王\ufff9a\ufffb": (1, CharacterKind.HIDDEN),
    "王\U000e0041": (1, CharacterKind.HIDDEN),
    "王\u206a": (1, CharacterKind.HIDDEN),
    "a\u180ea": (1, CharacterKind.HIDDEN),
    "王\u2028": (1, CharacterKind.CONTROL),
    "a\r\nb": (1, CharacterKind.CONTROL),
    "\x1b[2J": (0, CharacterKind.CONTROL),
    "a\u0085": (1, CharacterKind.CONTROL),
    "王\u202e123": (1, CharacterKind.DIRECTION),
    "\u2066x": (0, CharacterKind.DIRECTION),
    "\u061c": (0, CharacterKind.DIRECTION),
    "王\ue816": (1, CharacterKind.PRIVATE),
    "\U0010fffd": (0, CharacterKind.PRIVATE),
    "王\u0378": (1, CharacterKind.NOTHING),
    "\ufdd0\uffff": (0, CharacterKind.NOTHING),
    "\U0002ffff": (0, CharacterKind.NOTHING),
    "王\ud800": (1, CharacterKind.SURROGATE),
    "样\ufffd": (1, CharacterKind.BLANK),
    "\u2800": (0, CharacterKind.BLANK),
    "\ufffc": (0, CharacterKind.BLANK),
    "王\u200a样": (1, CharacterKind.WIDTH),
    "1\u202f000": (1, CharacterKind.WIDTH),
    "a\u200db": (1, CharacterKind.JOINER),
    "王\u200c样": (1, CharacterKind.JOINER),
    "👨\u200d👩": (1, CharacterKind.JOINER),
    "ب\u200c": (1, CharacterKind.JOINER),
    "a\ufe00": (1, CharacterKind.SELECTOR),
    "a\U000e0100": (1, CharacterKind.SELECTOR),
    "葛\U000e0100\U000e0101": (2, CharacterKind.SELECTOR),
    "❤\ufe0f": (1, CharacterKind.SELECTOR),
    "葛\ufe0e": (1, CharacterKind.SELECTOR),
    "\u0301a": (0, CharacterKind.LONELY),
    "a \u0336b": (2, CharacterKind.LONELY),
    "e" + "\u0301" * 5: (5, CharacterKind.CROWDED),
    "ཀ" + "\u0f90" * 9: (9, CharacterKind.CROWDED),
}
ANY = st.text(
    st.characters(exclude_categories=())
    | st.sampled_from("".join(REFUSED) + "".join(SCRIPTS.values()))
)


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_names_and_scripts_are_written_as_they_are(text):
    assert refused(text) is None
    assert visible(text) == text


@pytest.mark.parametrize(("text", "found"), REFUSED.items(), ids=map(ascii, REFUSED))
def test_what_no_reader_sees_is_refused_where_it_stands(text, found):
    first = refused(text)
    assert first is not None
    assert (first.offset, first.kind) == found


def test_the_table_says_what_its_unicode_says_and_no_newer_one():
    """Pythons of today know Unicode 14.0 and later: what they add must change nothing."""
    kinds = [kind_of(chr(code)).value for code in range(0x11_0000)]
    digest = hashlib.sha256(",".join(kinds).encode()).hexdigest()
    assert digest == ("6a8325d3f95584f063915fbf7207bd867547a049d61a79f3cfbe9b06714665b3")
    for code, kind in enumerate(kinds):
        category = unicodedata.category(chr(code))
        if kind in {"seen", "dual", "right"}:
            assert category[0] in "LNPS" or category == "Cf", hex(code)
        elif kind in {"mark", "spacing", "stacking", "virama"}:
            assert category[0] == "M", hex(code)
        assert category != "Cn" or kind == "nothing" or code >> 16 in {2, 3}, hex(code)


def test_a_name_folds_alike_under_every_python():
    seen = {
        CharacterKind.SEEN,
        CharacterKind.IDEOGRAPH,
        CharacterKind.DUAL,
        CharacterKind.RIGHT,
        CharacterKind.MARK,
        CharacterKind.STACKING,
    }
    found = hashlib.sha256()
    for character in map(chr, range(0x2_0000)):
        if kind_of(character) in seen:
            found.update(fold(f"王{character}a").encode() + b"\0")
    assert found.hexdigest() == ("eb97d111e87fcb377080da14a2901718e43f08fa2fe002d322a00b6c615e0d0f")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王样例", "王 样例 "),
        ("王样例", "王\u3000样例"),
        ("Li Ming", "ＬＩ　ＭＩＮＧ"),
        ("jn01-0101", "JN01-0101"),
        ("金岳", "⾦岳"),
        ("葛城", "葛\U000e0100城"),
        ("王样例", "王\u200b样例"),
        ("阿不都·热西提", "阿不都•热西提"),
        ("（济南）", "(济南)"),
        ("Straße", "STRASSE"),
        ("龴某", "\ue81e某"),
        ("é", "e ́"),
    ],
)
def test_a_name_is_one_name_however_it_was_typed(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("王样例", "王样列"), ("李明", "李 明亮"), ("云", "雲")]
)
def test_two_names_stay_two(one, other):
    assert fold(one) != fold(other)


@given(ANY)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(ANY)
def test_nothing_that_a_terminal_obeys_is_left_visible(text):
    found = refused(visible(text))
    assert found is None or found.kind in {CharacterKind.LONELY, CharacterKind.CROWDED}
    assert visible(visible(text)) == visible(text)


@given(ANY)
def test_what_is_refused_in_a_text_is_refused_in_a_longer_one(text):
    assert (refused(text) is None) or refused(f"{text}样") is not None


@pytest.mark.parametrize("text", ["", "  ", "\u3000", "\u00a0\t\n", "\u200b", "\u2800", "\u3164"])
def test_spaces_and_what_nobody_sees_are_blank(text):
    assert not is_seen(text)


# GB 18030-2022: the two-byte codes that the edition of 2005 gave to private characters.
TWENTY_FOUR = {
    0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14,
    0xE792: 0xFE15, 0xE793: 0xFE16, 0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19,
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5,
    0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F,
    0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
}  # fmt: skip


def test_the_private_characters_of_2005_have_those_of_2022():
    found = {code: ord(assigned(chr(code)) or "\0") for code in TWENTY_FOUR}
    assert found == TWENTY_FOUR


def test_the_other_private_characters_of_gbk_are_what_gb18030_decodes():
    """Python's codec is that of 2000: FE50 and A989 on stand where the private ones stood."""
    rows = [(0xE815 + place, 0xFE50 + place + (place > 0x2E)) for place in range(80)]
    rows += [(0xE7E7 + place, 0xA989 + place) for place in range(13)]
    rows += [(0xE7C8, 0xA8BF), (0xE76C, 0xA2E3)]
    for code, double in rows:
        if code not in TWENTY_FOUR:
            assert assigned(chr(code)) == double.to_bytes(2, "big").decode("gb18030"), hex(code)


def test_a_private_character_of_nobody_has_none():
    assert [assigned(character) for character in "\ue000\ue5e5\uf8ff\ue865a王"] == [""] * 6


@given(st.text(alphabet="aA1〔[（(【〕]）)】-‐–—−－０ ·", max_size=12))
def test_a_number_is_one_however_it_was_typed(text):
    folded = fold_number(text)
    assert fold_number(folded) == folded
    assert not set(folded) - set("a10()-·")


# What only a newer Python knows is assigned to nothing here, and refused.
_BY_CATEGORY = {
    category: [
        one
        for one in map(chr, range(0x11_0000))
        if unicodedata.category(one) == category and kind_of(one) is not CharacterKind.NOTHING
    ]
    for category in ("Pd", "Zs", "Cf")
}


def test_every_dash_is_one_and_no_space_counts_nor_what_nobody_sees():
    """Not a list of those that were thought of, but whole categories of Unicode."""
    dashes = [one for one in _BY_CATEGORY["Pd"] if one != "\N{WAVE DASH}"]
    assert len(dashes) > 20
    assert {fold_number(f"JK{one}1") for one in [*dashes, "−", "─", "━", "⁃"]} == {"jk-1"}
    hidden = [one for one in _BY_CATEGORY["Cf"] if kind_of(one) is not CharacterKind.SEEN]
    assert {fold_number(f"JK{one}1") for one in [*_BY_CATEGORY["Zs"], *hidden]} == {"jk1"}
    assert fold_number("JK\N{WAVE DASH}1") == fold_number("JK～1") == "jk~1"


def test_other_digits_are_another_number():
    one, other = "建鲁〔2026〕0001号", "建鲁〔2026〕001号"
    assert fold_number(one) != fold_number(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("JK<2026>1号", "JK〈2026〉1号"),
        ("JK‘1’", "JK'1'"),
        ("JK“1”", 'JK"1"'),
        ("JK～1", "JK〜1"),
        ("JK/1", "JK∕1"),
        ("JK/1", "JK⁄1"),
        ("JK.1", "JK。1"),
        ("JK:1", "JK∶1"),
        ("JK-1", "JK─1"),
        ("JKO1", "JK\N{CYRILLIC CAPITAL LETTER O}1"),
        ("JK1", "J\N{CYRILLIC CAPITAL LETTER KA}1"),
        ("AB1", "\N{GREEK CAPITAL LETTER ALPHA}\N{GREEK CAPITAL LETTER BETA}1"),
        ("JK20", "JK\N{ARABIC-INDIC DIGIT TWO}\N{ARABIC-INDIC DIGIT ZERO}"),
    ],
)
def test_what_prints_alike_is_one_number(one, other):
    assert one != other
    assert fold_number(one) == fold_number(other)


@given(st.text(max_size=12))
def test_folding_a_number_again_changes_nothing(text):
    assert fold_number(fold_number(text)) == fold_number(text)


@pytest.mark.parametrize(("one", "other"), [("JK1", "JKI"), ("JK0", "JKO"), ("JK-1", "JK1")])
def test_what_a_reader_tells_apart_stays_apart(one, other):
    assert fold_number(one) != fold_number(other)


@given(st.one_of(st.text(max_size=6), st.integers().map(str), st.from_regex(r"[0-9０-９]{1,15}")))
def test_a_whole_number_is_digits_alone(text):
    found = whole_number(text)
    plain = unicodedata.normalize("NFKC", text.strip()).strip()
    if plain.isascii() and plain.isdigit() and len(plain) <= 15:
        assert found in {int(plain), None}  # superscripts and the like are none on paper
    else:
        assert found is None


@pytest.mark.parametrize("text", ["+3", "-3", "1_000", "3.0", "٣", "²", "1 0", "9" * 5000, ""])
def test_what_python_takes_for_a_number_and_no_paper_shows(text):
    assert whole_number(text) is None


def test_a_number_is_typed_in_either_width():
    assert [whole_number(text) for text in ("12", "１２", " 12　", "012")] == [12] * 4
