"""Patterns mean what ECMA-262 says, whatever Python would make of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.schemas import patterns
from rmdocs.schemas.patterns import Automaton

DECIMAL = r"^(0|[1-9]\d{0,13})(\.\d{1,2})?$"


@pytest.mark.parametrize(
    ("pattern", "value", "fits"),
    [
        (DECIMAL, "1200.50", True),
        (DECIMAL, "1200.50\n", False),
        (DECIMAL, "１２", False),
        (DECIMAL, "01", False),
        (r"\d", "a1", True),
        (r"^\w+$", "é", False),
        (r"^\W$", "é", True),
        (r"^\D$", "３", True),
        (r"^[\d\w-]+$", "a-1", True),
        (r"^[$]$", "$", True),
        (r"^\$$", "$", True),
        (r"^[[]$", "[", True),
        (r"^[^\n\r\t]*\S[^\n\r\t]*$", "济南 示例", True),
        (r"^[^\n\r\t]*\S[^\n\r\t]*$", "\u3000 ", False),
        (r"^[^\n\r\t]*\S[^\n\r\t]*$", "a\n", False),
    ],
)
def test_admits(pattern, value, fits):
    assert patterns.admits(pattern, value) is fits


@given(st.from_regex(re.compile(DECIMAL, re.ASCII)).filter(lambda text: "\n" not in text))
def test_plain_patterns_admit_what_python_makes_of_them(text):
    assert patterns.admits(DECIMAL, text)


def test_a_broken_pattern_is_an_error():
    with pytest.raises(re.error):
        patterns.compiled("(")


SIGNS = ("a", "b", "[ab]", r"\d", ".", "^", "$", "c")
BODIES = st.recursive(
    st.sampled_from(SIGNS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{0,2}", "{1,}", "*?"])).map(
            lambda one: f"({one[0]}){one[1]}"
        ),
    ),
    max_leaves=6,
)


@given(BODIES, st.text("abc1\n", max_size=6))
def test_an_automaton_finds_what_python_finds(pattern, text):
    automaton = Automaton(pattern=patterns.translated(pattern))
    assert automaton.admits(text) is (patterns.compiled(pattern).search(text) is not None)


@pytest.mark.parametrize(
    "pattern",
    ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "^(a*)*b", "^([a-z]+ ?)*$", "^a*a*a*a*a*a*$", "(a?){30}b"],
)
def test_no_pattern_takes_longer_than_its_text(pattern):
    assert not patterns.admits(pattern, "a" * 5000 + "!")


def test_what_looks_around_and_repeats_a_group_is_slow():
    assert patterns.is_slow("^(?!x)(a+)+$")
    assert patterns.is_slow(r"^(a*)*\1$")
    assert patterns.is_slow("^((a{0,99}){0,99}){9}$")
    assert not any(map(patterns.is_slow, ["^(a+)+$", "^(?!x)a+$", DECIMAL, r"^(\d+,)*\d+$"]))


@pytest.mark.parametrize(
    ("pattern", "example"),
    [
        (r"^RXD7200-04-[A-Z]{2}\d{2}-\d{4}-\d{4,6}$", "RXD7200-04-AB12-1234-1234"),
        (r"^A0[0-9]{3}$", "A0123"),
        (r"^\d{8,32}$", "12345678"),
        (r"\S", ""),
    ],
)
def test_an_example_has_the_characters_that_a_pattern_names(pattern, example):
    assert "".join(part.example for part in patterns.parts(pattern)) == example
