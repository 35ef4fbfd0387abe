"""What no store has is told; what rmdocs and git write there is not, whatever they were told."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rmdocs.errors import StoreError
from rmdocs.findings import Severity
from rmdocs.messages import Language
from rmdocs.store import maintenance, refs
from rmdocs.store.strays import strays

pytestmark = pytest.mark.long

OTHER = "refs/heads/records/RXD7200-02/JN02/2026/1"
NAME = "1" * 40
FORMAT = "repositoryformatversion"


@pytest.fixture
def used(desk):
    """A store with some objects in packs and some loose."""
    desk.issue(1, 3)
    desk.append(desk.new_event(4), ref=OTHER)
    return desk


def told(desk):
    return {(one.code, one.path) for one in strays(desk.path)}


def lay(path, data=b"x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@pytest.mark.parametrize(
    "place",
    [
        *("virus.exe", "config.old", "HEAD2", ".hidden", "index", "commondir.txt", "hooks/notes"),
        *("objects/pack/notes.txt", "objects/pack/pack-1.pack", "objects/ab/notes"),
        *(f"objects/ab/{NAME}", "objects/info/notes", "objects/notes", "info/attributes"),
        *("rmdocs/notes", "rmdocs/locks/notes", "rmdocs/locks/a+b", "branches/origin"),
        *("rmdocs/partial/notes", "rmdocs/partial/control/notes", "logs/notes"),
        *("logs/refs/heads/notes", "refs/heads/notes.lock", "rmdocs/partial/maintenance/virus"),
        "packed-refs\n",
    ],
)
def test_a_file_that_no_store_has(used, place):
    lay(used.path / place)
    assert told(used) == {("STORE-STRAY", place)}


@pytest.mark.parametrize(
    "place",
    [
        *("objects/zz", "objects/abc", "documents", "rmdocs/other", "rmdocs/partial/strange"),
        *("worktrees", "modules", "info/sub", "objects/pack/sub", "HEAD.d"),
    ],
)
def test_a_folder_that_no_store_has_is_told_once_with_all_in_it(used, place):
    lay(used.path / place / "one")
    lay(used.path / place / "deep" / "two")
    assert told(used) == {("STORE-STRAY", place)}


@given(name=st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1).filter(
    lambda name: name not in {".", ".."} and len(name.encode()) < 200
))  # fmt: skip
@example(name="pack-" + NAME + ".txt")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_else_it_is_called(desk, name, monkeypatch):
    monkeypatch.setattr("rmdocs.store.strays._A_MOMENT", 0)
    for folder in ("objects/pack", "rmdocs"):
        path = desk.path / folder / f"{name}"
        if not path.exists():
            path.write_bytes(b"x")
            assert told(desk) == {("STORE-STRAY", f"{folder}/{name}")}
            path.unlink()


@pytest.mark.parametrize("place", ["link", f"objects/pack/pack-{NAME}.pack", "refs/heads/link"])
def test_a_link(used, place):
    (used.path / place).symlink_to("/etc/passwd")
    assert ("STORE-STRAY", place) in told(used)


def test_a_link_in_place_of_a_folder_is_not_followed(used):
    shutil.move(used.path / "info", used.path.parent / "info")
    (used.path / "info").symlink_to(used.path.parent / "info")
    lay(used.path.parent / "info" / "notes")
    assert told(used) == {("STORE-STRAY", "info")}


def test_a_pipe_is_not_waited_for(used):
    os.mkfifo(used.path / "HEAD.lock")
    assert told(used) == {("STORE-STRAY", "HEAD.lock")}


@pytest.mark.parametrize(
    ("suffixes", "place"),
    [
        ((".pack",), ".pack"),
        ((".idx",), ".idx"),
        ((".keep",), ".keep"),
        ((".pack", ".idx"), ".pack"),
    ],
)
def test_a_pack_of_one_byte_or_half_of_one(used, suffixes, place):
    for suffix in suffixes:
        lay(used.path / f"objects/pack/pack-{NAME}{suffix}")
    assert told(used) == {("STORE-PACK", f"objects/pack/pack-{NAME}{place}")}


def test_a_pack_with_the_index_of_another(used):
    index, *_ = (used.path / "objects/pack").glob("*.idx")
    shutil.copy(index, used.path / f"objects/pack/pack-{NAME}.idx")
    pack = b"PACK" + bytes(4) + len(list(used.path.glob("x"))).to_bytes(4) + bytes(20)
    lay(used.path / f"objects/pack/pack-{NAME}.pack", pack)
    assert told(used) == {("STORE-PACK", f"objects/pack/pack-{NAME}.pack")}


def test_many_are_told_as_few_and_how_many_more(used):
    for number in range(30):
        lay(used.path / f"notes-{number:02d}.txt")
    found = list(strays(used.path))
    assert [one.path for one in found] == [*(f"notes-{number:02d}.txt" for number in range(5)), ""]
    assert found[-1].message.text(Language.EN) == "and 25 more of the kind"
    assert {one.severity for one in found} == {Severity.WARNING}


def test_a_folder_that_cannot_be_read_is_said_to_be(used, monkeypatch):
    def forbidden(path):
        raise PermissionError(13, os.strerror(13), str(path))

    monkeypatch.setattr("rmdocs.store.strays.os.scandir", forbidden)
    with pytest.raises(StoreError, match="cannot be read"):
        list(strays(used.path))


def test_what_rmdocs_writes_is_known(used):
    assert told(used) == set()
    maintenance.maintain(used.path)
    assert told(used) == set()
    with used.store.locked(OTHER) as branch:
        used.append_to(branch, used.new_event(5))
        assert told(used) == set()
    with refs.locked(used.path, "refs/witness/audit"):
        assert told(used) == set()


@pytest.mark.parametrize(
    "words",
    [
        ("gc", "--prune=now"),
        ("repack", "-a", "-d", "--write-bitmap-index"),
        ("repack", "-a", "-d", "--cruft"),
        ("repack", "-a", "-d", "--write-midx"),
        ("multi-pack-index", "write"),
        ("commit-graph", "write", "--reachable"),
        ("commit-graph", "write", "--reachable", "--split"),
        ("pack-refs", "--all"),
        ("update-server-info",),
        ("maintenance", "run", "--task=incremental-repack", "--task=loose-objects"),
        ("-c", "core.logAllRefUpdates=always", "update-ref", "-m", "x", OTHER, OTHER),
        ("init", "--bare"),
        ("fsck",),
    ],
    ids=" ".join,
)
def test_what_git_writes_is_known(used, words):
    used.git(*words)
    assert told(used) == set()


def test_a_clone_and_what_was_pushed_into_it_are_known(used, tmp_path):
    clone = tmp_path / "clone.git"
    used.git("clone", "--mirror", ".", str(clone))
    used.append(used.new_event(9))
    used.git("push", "--mirror", str(clone))
    used.path = clone
    used.git("fetch", "--all")
    assert told(used) == set()


def test_acts_and_maintenance_meanwhile_are_not_told(used):
    ended = threading.Event()

    def act():
        for serial in range(10, 22):
            used.append(used.new_event(serial), ref=OTHER)
            maintenance.maintain(used.path)
        ended.set()

    thread = threading.Thread(target=act)
    thread.start()
    found = set()
    while not ended.is_set() and thread.is_alive():
        found |= told(used)
    thread.join()
    assert found == set()


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("config", lambda text: text + "[core\n"),
        ("config", lambda text: text + "=7\n"),
        ("config", lambda text: text + "\tno setting = is called so\n"),
        ("config", lambda text: text.replace("repositoryformatversion = 0", f"{FORMAT} = 7")),
        ("config", lambda text: text.replace("repositoryformatversion = 0", f"{FORMAT} = one")),
        ("HEAD", lambda _text: ""),
        ("HEAD", lambda _text: "junk\n"),
        ("HEAD", lambda _text: "ref: /etc/passwd\n"),
    ],
)
def test_what_git_would_refuse_is_told(used, place, change):
    """Whoever looks with git alone is to be able to."""
    path = used.path / place
    path.write_text(change(path.read_text()))
    with pytest.raises(subprocess.CalledProcessError):
        used.git("for-each-ref")
    assert ("STORE-FORMAT", place) in {(one.code, one.path) for one in used.store.surroundings()}
