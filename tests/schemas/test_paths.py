"""JSON paths lead where they were made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.schemas import fields

NAMES = st.text(st.characters(exclude_categories=["Cs"]))
STEPS = st.lists(NAMES | st.integers(0, 99), max_size=5).map(tuple)


@given(STEPS)
def test_a_path_splits_into_what_it_was_joined_from(steps):
    assert fields.split(fields.join("$", steps)) == steps


@given(STEPS, STEPS)
def test_joining_goes_on(one, other):
    assert fields.join(fields.join("$", one), other) == fields.join("$", one + other)


def test_paths_are_written_as_findings_show_them():
    assert fields.join("$", ("content", "contacts", 0, "姓名")) == "$.content.contacts[0].姓名"
    assert fields.step("$", "a b'c") == "$['a b\\'c']"
    assert fields.step("$", "\ud800") == "$['\\\\ud800']"


@pytest.mark.parametrize("text", ["", "content.a", "$..a", "$[x]", "$.a[", "$content"])
def test_what_is_no_path(text):
    assert fields.split(text) is None
