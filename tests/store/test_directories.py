"""Directories read by one another, and what two of them differ in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.errors import StoreError
from rmdocs.store.head import GitHead
from rmdocs.store.objects import Directory, Objects, format_tree, object_name, parse_tree, rewrite

OIDS = st.integers(min_value=0, max_value=3).map(lambda number: f"{number}" * 40)
NAMES = st.text("0159az.-", min_size=1, max_size=3).filter(lambda name: not name.startswith("."))
TREES = st.dictionaries(NAMES, st.tuples(st.booleans(), OIDS), max_size=6).map(
    lambda entries: format_tree(
        Directory(
            {name: oid for name, (is_file, oid) in entries.items() if is_file},
            {name: oid for name, (is_file, oid) in entries.items() if not is_file},
        )
    )
)
PATHS = st.lists(st.sampled_from("abc"), min_size=3, max_size=3).map("/".join)
WHO = "somebody <somebody@example.invalid> 1767603600 +0000"
FILES = st.dictionaries(PATHS, OIDS, min_size=1)


class Few(Objects):
    """Objects in memory."""

    def __init__(self):
        super().__init__()
        self.held = {}

    def add(self, data, kind="tree"):
        self.held[object_name(kind, data)] = kind, data
        return object_name(kind, data)

    def read(self, oid):
        return self.held[oid]


def said(read):
    try:
        return read()
    except StoreError as problem:
        return problem.reason


@given(
    trees=st.lists(TREES, min_size=2, max_size=6),
    spoiled=st.none() | st.tuples(st.integers(0, 200), st.integers(0, 255)),
)
def test_a_directory_read_by_the_one_before_is_what_it_says(trees, spoiled):
    if spoiled is not None:
        at, byte = spoiled
        trees[-1] = trees[-1][:at] + bytes([byte]) + trees[-1][at + 1 :]
    objects, before = Few(), None
    for data in trees:
        oid = objects.add(data)
        found = said(lambda oid=oid, before=before: objects.tree(oid, before))
        assert found == said(lambda data=data: parse_tree(data))
        before = oid


@pytest.mark.parametrize("many", [3, 120])
def test_of_a_directory_that_grows_only_what_came_is_read(many):
    objects, before = Few(), None
    files = {}
    for number in range(many):
        files[f"{number:03d}"] = f"{number:040d}"
        oid = objects.add(format_tree(Directory(files, {})))
        known = objects.tree(before).files if before else {}
        found = objects.tree(oid, before).files
        assert found == files
        # The texts of all but the last entry are those of the directory before.
        assert all(found[name] is known[name] for name in list(known)[:-1])
        before = oid


def head(objects, files):
    tree = rewrite(lambda oid: objects.read(oid)[1], objects.add, None, files)
    data = f"tree {tree}\nauthor {WHO}\ncommitter {WHO}\n\nsaid\n".encode()
    return GitHead(objects, objects.add(data, "commit"))


@given(files=FILES, asked=st.lists(st.lists(st.sampled_from("abcd"), max_size=4).map("/".join)))
def test_what_a_directory_holds_does_not_hang_on_what_was_asked_before(files, asked):
    objects = Few()
    one = head(objects, files)
    for path in asked:
        below = f"{path}/" if path else ""
        names = {name[len(below) :].split("/")[0] for name in files if name.startswith(below)}
        assert one.list(path) == sorted(names)


@given(before=FILES, after=FILES)
def test_what_differs_is_told_with_both_contents(before, after):
    objects = Few()
    found = list(head(objects, after).differences(head(objects, before)))
    paths = [path for path, _, _ in found]
    assert paths == sorted(set(paths))
    assert set(found) == {
        (path, before.get(path), after.get(path))
        for path in {*before, *after}
        if before.get(path) != after.get(path)
    }
