"""Patterns mean what ECMA-262 says, whatever Python would make of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.schemas import patterns

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
