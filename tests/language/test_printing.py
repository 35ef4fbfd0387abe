"""Marks, words, masks, and the runs that replace a run of the document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markupsafe import Markup

from rmdocs.language import choices, texts
from rmdocs.language.choices import checked, pick
from rmdocs.language.numbers import UnfitValueError
from rmdocs.language.sandbox import FILTERS, FUNCTIONS

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
printable = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=60
)


def paragraph(markup):
    """Return the runs as a reader of the document sees them: (text, struck, underlined)."""
    root = etree.fromstring(f'<w:p xmlns:w="{W}">{markup}</w:p>')
    assert all(run.tag == f"{{{W}}}r" for run in root)
    return [(read(run), has(run, "strike"), has(run, "u")) for run in root]


def read(run):
    signs = {f"{{{W}}}br": "\n", f"{{{W}}}tab": "\t"}
    return "".join(signs.get(piece.tag, piece.text or "") for piece in run)


def has(run, name):
    assert run.find(f"{{{W}}}rPr/{{{W}}}rFonts").get(f"{{{W}}}hint") == "eastAsia"
    return run.find(f"{{{W}}}rPr/{{{W}}}{name}") is not None


@given(printable.filter(bool))
def test_filled_keeps_every_sign(text):
    assert paragraph(choices.filled(text)) == [(f" {text} ", False, True)]


@given(printable.filter(bool))
def test_struck_keeps_every_sign(text):
    assert paragraph(choices.struck(text)) == [(text, True, False)]


def test_long_values_keep_all_text():
    text = "虚构公司、<b>&" * 5000
    assert paragraph(choices.filled(text)) == [(f" {text} ", False, True)]


def test_what_stands_where_nothing_is_filled_in():
    assert paragraph(choices.filled(None)) == [("\u00a0\u00a0\u00a0\u00a0\u200b" * 8, False, True)]
    assert paragraph(choices.filled("", 4)) == [("\u00a0\u00a0\u00a0\u00a0\u200b" * 4, False, True)]


def test_a_line_to_fill_in_is_no_space_that_the_end_of_a_line_would_swallow():
    ((text, _, _),) = paragraph(choices.filled(None))
    assert not any(character.isspace() and character != "\u00a0" for character in text)
    assert choices.struck(None) == ""


def test_filled_takes_what_a_plain_tag_would_print():
    assert paragraph(choices.filled(Markup("甲&amp;乙"))) == [(" 甲&乙 ", False, True)]
    assert paragraph(choices.filled(12)) == [(" 12 ", False, True)]


@pytest.mark.parametrize("value", [["甲"], ("甲",), {"a": 1}, choices.struck("甲")])
def test_what_cannot_be_filled_in(value):
    with pytest.raises(UnfitValueError):
        choices.filled(value)


@pytest.mark.parametrize("width", [0, -1, 10**9, "x"])
def test_no_width(width):
    with pytest.raises(UnfitValueError):
        choices.filled("", width)


@pytest.mark.parametrize("chosen", ["支持", ["支持"], ("支持", None)])
def test_choices(chosen):
    assert paragraph(choices.choices(["推荐", "支持", "决<定"], chosen)) == [
        ("推荐", True, False),
        ("/", False, False),
        ("支持", False, False),
        ("/", False, False),
        ("决<定", True, False),
    ]


def test_nothing_is_chosen():
    assert [struck for _, struck, _ in paragraph(choices.choices(["甲", "乙"], None, ""))] == [
        True
    ] * 2


@pytest.mark.parametrize("print_", [choices.choices, pick])
@pytest.mark.parametrize(
    ("options", "chosen"),
    [([], None), ([], "甲"), ("甲乙", "甲"), (["甲"], "乙"), ([""], ""), (5, 5)],
)
def test_choices_that_would_lose_something(print_, options, chosen):
    with pytest.raises(UnfitValueError):
        print_(options, chosen)


def test_boxes():
    assert pick(["推荐", "支持"], "支持") == "☐推荐　☑支持"
    assert [checked(value) for value in (True, False, None)] == ["☑", "☐", "☐"]


def test_words():
    assert [texts.or_slash(value) for value in (None, "", (), 0, "x")] == ["/", "/", "/", 0, "x"]
    assert [texts.or_none_cn(value) for value in (None, [], "x")] == ["无", "无", "x"]
    assert texts.join_cn(["甲", 2]) == "甲、2"
    assert texts.join_cn(None) == texts.join_cn(()) == ""
    assert texts.quarter_cn(1) == "第一季度"
    assert texts.quarter_cn(None) == ""
    assert [texts.yesno_cn(value) for value in (True, False, None)] == ["是", "否", ""]
    assert texts.unique([1, "a", 1, {"b": 2}, {"b": 2}]) == (1, "a", {"b": 2})


@pytest.mark.parametrize("values", ["甲乙", {"a": 1}, [None], [["甲"]], 5])
def test_no_list_of_texts(values):
    with pytest.raises(UnfitValueError):
        texts.join_cn(values)


@pytest.mark.parametrize("quarter", [0, 5, 1.5, "x"])
def test_no_quarter(quarter):
    with pytest.raises(UnfitValueError):
        texts.quarter_cn(quarter)


def test_masks():
    assert texts.masked("37000000000000000011") == "3700************0011"
    assert texts.masked("12345678") == "********"
    assert texts.masked(None) == texts.masked_name(None) == ""
    assert texts.masked_name("王样例") == "王**"


@given(st.text(min_size=9))
def test_a_mask_shows_eight_signs(text):
    assert texts.masked(text) == text[:4] + "*" * (len(text) - 8) + text[-4:]


def test_the_names_rules_and_templates_use():
    filters = """
        decimal as_date cn_date date rmb_words money wan checked pick choices struck filled masked
        masked_name or_slash or_none_cn join_cn quarter_cn percent copies_words currency_name
        currency_symbol yesno_cn
    """
    functions = """
        is_uscc uscc_org_check is_phone is_mobile is_postcode working_days_between
        next_working_day months_before days_before days_between interest term_class round_half_up
    """
    assert FILTERS.keys() >= set(filters.split())
    assert FUNCTIONS.keys() >= set(functions.split())
