"""A person's own folders: what is read from them, and that nothing of theirs is written over."""

from __future__ import annotations

import ast
import os
from datetime import date
from pathlib import Path

import pytest
from bank import refused_for

from rmdocs import cli, folders
from rmdocs.cli.main import main
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
    for path in (large, Path("/dev/zero")):
        with refused_for("FILE-TOO-LARGE"):
            folders.read(path)


def test_of_what_has_no_end_no_more_is_read_than_any_document_has(tmp_path, monkeypatch):
    endless = tmp_path / "endless.docx"
    with endless.open("wb") as stream:
        stream.truncate(folders.LARGEST + 1)
    monkeypatch.setattr(Path, "read_bytes", None)
    with pytest.raises(UsageError, match="larger than 1024 MB"):
        folders.whole(endless)
    with pytest.raises(UsageError, match="larger than 1024 MB"):
        folders.find(str(endless))
    monkeypatch.setattr(folders, "LARGEST", 9)
    with pytest.raises(UsageError, match="larger than"):
        folders.whole(Path("/dev/zero"))


@pytest.mark.parametrize("place", ["device", "pipe"])
def test_nothing_is_written_to_what_is_no_file(tmp_path, place):
    """Whether something else is there can only be seen by reading it, which may never end."""
    path = Path("/dev/full")
    if place == "pipe":
        path = tmp_path / "pipe"
        os.mkfifo(path)
    with pytest.raises(UsageError, match="a device or a pipe"):
        folders.save(path, b"1")


@pytest.mark.parametrize("name", ["refs/heads/a.docx", "objects/pack/a.pack", "HEAD", "new/a.txt"])
def test_nothing_of_a_persons_is_written_into_a_store(visited, copied_in_git, name):
    store = copied_in_git(visited).store
    before = sorted(store.rglob("*"))
    with pytest.raises(UsageError, match="such as the records store"):
        folders.save(store / name, b"ref: refs/heads/other")
    with pytest.raises(UsageError, match="such as the records store"):
        folders.save_bag(store / "pack", [File(name="a", data=b"1")], {})
    assert sorted(store.rglob("*")) == before


def test_the_commands_touch_files_of_a_persons_through_nothing_else():
    """So that what holds here holds of whatever is named on the command line."""
    for path in sorted(Path(cli.__file__).parent.glob("*.py")):
        called = {
            node.func.attr
            for node in ast.walk(ast.parse(path.read_bytes()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not called & {"read_bytes", "read_text", "write_bytes"}, path


@pytest.mark.parametrize(
    "words",
    [
        "regenerate RXD7200-02 --to 1.0 --missing there.xlsx",
        "drill --report there.xlsx",
        "regenerate RXD7200-02 --to 1.0 --yes --report there.xlsx",
        "checkpoint --out there.txt --stamp http://127.0.0.1:9/",
    ],
)
def test_that_something_is_there_is_told_before_the_work_not_after_it(
    visited_bank, tmp_path, monkeypatch, capsys, words
):
    monkeypatch.chdir(tmp_path)
    for there in (Path("there.xlsx"), Path("there.txt.tst")):
        there.write_bytes(b"half filled in")
    assert main(["-w", str(visited_bank.root), "--lang", "en", *words.split()]) == 4
    assert "is there already\n" in capsys.readouterr().err
    assert len([one for one in tmp_path.iterdir() if one.is_file()]) == 2


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
