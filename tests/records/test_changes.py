"""What an amendment changed is every place that differs, and no other."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from rmdocs.records.migration import RecordChange, changes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "c d"]), inner)
    ),
    max_leaves=8,
)


@given(JSON)
def test_a_record_does_not_differ_from_itself(value):
    assert changes(value, copy.deepcopy(value)) == ()


@given(JSON, JSON)
def test_changes_turned_round_are_the_changes_the_other_way(old, new):
    there = {(change.path, str(change.old), str(change.new)) for change in changes(old, new)}
    back = {(change.path, str(change.new), str(change.old)) for change in changes(new, old)}
    assert there == back


@given(JSON, JSON)
def test_each_place_is_named_once(old, new):
    paths = [change.path for change in changes(old, new)]
    assert len(paths) == len(set(paths))


def test_places_that_differ():
    old = {"date": "2026-03-02", "content": {"a": 1, "rows": [{"x": 1}, {"x": 2}], "gone": "x"}}
    new = {"date": "2026-03-02", "content": {"a": 2, "rows": [{"x": 1}], "new": [1]}}
    assert changes(old, new) == (
        RecordChange(path="$.content.a", old=1, new=2),
        RecordChange(path="$.content.rows[1]", old={"x": 2}, new=None),
        RecordChange(path="$.content.gone", old="x", new=None),
        RecordChange(path="$.content.new", old=None, new=[1]),
    )


def test_null_and_absent_say_the_same():
    assert changes({"a": None}, {}) == ()


def test_true_is_not_one():
    assert changes({"a": 1}, {"a": True}) == (RecordChange(path="$.a", old=1, new=True),)
    assert changes({"a": [1]}, {"a": [True]})[0].to_json() == {
        "path": "$.a[0]",
        "old": 1,
        "new": True,
    }


def test_what_replaces_an_object_is_one_change():
    assert changes({"a": {"b": 1}}, {"a": [1]}) == (
        RecordChange(path="$.a", old={"b": 1}, new=[1]),
    )
