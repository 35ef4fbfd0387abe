"""A person's own folders: what is read from them, and that nothing of theirs is written over."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import refused_for

from rmdocs import folders
from rmdocs.cli.rendition import _free
from rmdocs.errors import ConflictError, UsageError
from rmdocs.files import File
from rmdocs.intake.candidates import ALL, LARGEST_FILE, Unread
from rmdocs.messages import message
from rmdocs.renditions.filing import LIST_NAME


def test_a_file_is_its_name_and_its_bytes(tmp_path):
    path = tmp_path / "a" / "x.JSON"
    path.parent.mkdir()
    path.write_bytes(b"1")
    file = folders.read(path)
    assert file == File(name="x.JSON", data=b"1")
    assert (file.base, file.stem, file.suffix) == ("x.JSON", "x", ".JSON")


def test_what_is_not_there_or_too_large_is_refused(tmp_path):
    with refused_for("FILE-READ"):
        folders.read(tmp_path / "none.json")
    large = tmp_path / "large.json"
    with large.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with refused_for("FILE-TOO-LARGE"):
        folders.read(large)


def test_files_of_one_name_are_told_apart_and_one_that_is_not_there_stops_no_other(tmp_path):
    paths = [tmp_path / folder / "x.json" for folder in "abc"]
    for path in paths[:2]:
        path.parent.mkdir()
        path.write_bytes(path.parent.name.encode())
    first, second, missing = folders.read_all(paths)
    assert (first, second) == tuple(
        File(name=str(path), data=path.parent.name.encode()) for path in paths[:2]
    )
    assert isinstance(missing, Unread)
    assert [one.code for one in missing.findings] == ["FILE-READ"]
    assert [one.name for one in folders.read_all([paths[0], paths[0]])] == ["x.json", "x.json"]


def test_a_ledger_comes_with_what_is_said_of_its_columns(tmp_path):
    path = tmp_path / "loans.csv"
    path.write_bytes(b"a")
    assert folders.ledger(path, ALL).titles is None
    (tmp_path / "loans.toml").write_bytes(b"[columns]")
    ledger = folders.ledger(path, ALL)
    assert (ledger.file.name, ledger.titles.data) == ("loans.csv", b"[columns]")


def test_what_is_there_stays_unless_it_may_go(tmp_path):
    path = tmp_path / "out" / "a.txt"
    assert folders.save(path, b"1") == path
    assert folders.save(path, b"1") == path
    with pytest.raises(ConflictError, match="with other content"):
        folders.save(path, b"2")
    assert path.read_bytes() == b"1"
    folders.save(path, b"2", replaces=lambda there: there == b"1")
    assert path.read_bytes() == b"2"
    assert [one.name for one in path.parent.iterdir()] == ["a.txt"]
    with pytest.raises(UsageError, match="cannot be written"):
        folders.save(path / "inside.txt", b"1")


def test_beside_another_a_file_gets_a_name_that_is_free(tmp_path):
    made = File(name="loans-2026.jsonl", data=b"1")
    beside = tmp_path / "loans.xlsx"
    names = [
        folders.save_beside(beside, File(name=made.name, data=data)).name
        for data in (b"1", b"2", b"3", b"1")
    ]
    assert names == ["loans-2026.jsonl", "loans-2026-2.jsonl", "loans-2026-3.jsonl", names[0]]


def test_a_place_where_something_is(tmp_path):
    folders.require_free(tmp_path / "none", message("choose another"))
    with pytest.raises(ConflictError, match="there already"):
        folders.require_free(tmp_path, message("choose another"))


def test_the_list_of_a_pile_of_scans_leaves_earlier_ones_alone(tmp_path):
    day, review = date(2026, 12, 31), tmp_path / "review"
    for place in (review, review / "2026-12-31", review / "2026-12-31-2"):
        assert _free(review, day) == place
        folders.save(place / LIST_NAME, b"[]")
