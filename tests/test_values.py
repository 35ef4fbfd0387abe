"""Views are data and nothing else; what cannot be printed exactly is found."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.messages import Language
from rmdocs.values import View, unprintable, view

PRINTABLE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\u2028\u2029")
    | st.sampled_from("\t\n")
)


def test_a_view_holds_names_of_methods_as_data():
    budget = view({"items": ["走访差旅"], "keys": 1, "get": None})
    assert budget["items"] == ("走访差旅",)
    assert budget["keys"] == 1
    assert dict(budget) == {"items": ("走访差旅",), "keys": 1, "get": None}
    assert len(budget) == 3


def test_a_view_cannot_be_changed():
    record = view({"a": {"b": [1, 2]}})
    with pytest.raises(TypeError):
        record["a"] = 1
    with pytest.raises(AttributeError):
        record.a = 1
    assert isinstance(record["a"]["b"], tuple)


def test_changing_the_source_does_not_change_the_view():
    source = {"a": {"b": 1}}
    record = view(source)
    source["a"]["b"] = 2
    assert record["a"]["b"] == 1


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_fractions_become_exact_decimals(number):
    seen = view({"x": number})["x"]
    assert isinstance(seen, Decimal)
    assert float(seen) == number


def test_sums_of_fractions_are_exact():
    assert sum(view([0.1, 0.2])) == Decimal("0.3")


def test_truth_values_and_whole_numbers_stay():
    assert view([True, 3, None, "x"]) == (True, 3, None, "x")
    assert repr(View({"a": 1})) == "View({'a': 1})"


@pytest.mark.parametrize(
    "character",
    [*"\x00\x08\x0b\x0c\r\x1f\x7f\x85\x9f\ud800\udfff\u2028\u2029\ufffe\uffff\U0001fffe\U0010ffff"],
)
def test_what_word_cannot_carry_is_found_with_place(character):
    (finding,) = unprintable({"a": ["ok", f"ab{character}c"]})
    assert finding.code == "TEXT-UNPRINTABLE"
    assert finding.path == "$.a[1]"
    assert f"U+{ord(character):04X}" in finding.message.text(Language.EN)
    assert "position 3" in finding.message.text(Language.EN)


def test_names_are_looked_at_too():
    (finding,) = unprintable({"a\x00": 1})
    assert finding.path == "$.a\x00"


def test_every_text_is_looked_at():
    assert len(list(unprintable(["\x00", {"a": "\x01"}, ("\x02",), 1, None]))) == 3


@given(PRINTABLE)
def test_printable_text_has_no_finding(text):
    assert not list(unprintable({"a": text}))
