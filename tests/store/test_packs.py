"""Packs as the store writes them and as git does: every object reads as what its name says."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rmdocs.errors import StoreError
from rmdocs.store.git import make_repository
from rmdocs.store.objects import ObjectReader, object_name
from rmdocs.store.objectwriter import ObjectWriter
from rmdocs.store.packs import Pack, Packs, applied

KINDS = ("blob", "blob", "blob", "commit", "tag")
CONTENTS = st.lists(
    st.one_of(
        st.binary(max_size=300),
        # Alike in the main: what git keeps as differences.
        st.builds(
            lambda seed, at, with_: (
                bytes(seed * (k % 7) % 251 for k in range(4000))[:at]
                + with_
                + bytes(k % 239 for k in range(3000))
            ),
            st.integers(1, 3),
            st.integers(0, 4000),
            st.binary(max_size=40),
        ),
    ),
    min_size=1,
    max_size=20,
    unique=True,
)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    path = tmp_path_factory.mktemp("packs") / "store"
    make_repository(path)
    (path / "scratch").mkdir()
    return path


def git(repository, *words, data=b""):
    command = ["git", "-C", str(repository), *words]
    return subprocess.run(command, input=data, check=True, capture_output=True).stdout


def emptied(repository):
    for file in (repository / "objects" / "pack").iterdir():
        file.unlink()


def written(repository, contents):
    """Write objects as one pack; return them by name."""
    writer = ObjectWriter(repository, repository / "scratch")
    objects = {}
    for number, data in enumerate(contents):
        kind = KINDS[number % len(KINDS)]
        objects[writer.add(kind, data)] = (kind, data)
    writer.flush(packed=True)
    return objects


def assert_read(repository, objects):
    reader = ObjectReader(repository)
    assert {oid: tuple(reader.read(oid)) for oid in objects} == objects
    reader.close()


def repacked(repository, objects, *words):
    """Have git pack the objects anew, as differences of each other."""
    directory = repository / "objects" / "pack"
    names = "".join(f"{oid}\n" for oid in objects).encode()
    words = ("--no-reuse-object", "--window=50", "-q", *words)
    new = git(repository, "pack-objects", *words, str(directory / "pack"), data=names).decode()
    for file in directory.iterdir():
        if file.stem != f"pack-{new.strip()}":
            file.unlink()


@given(contents=CONTENTS)
@settings(max_examples=settings.default.max_examples // 3)
def test_git_reads_what_is_written_and_what_git_packs_is_read(repository, contents):
    emptied(repository)
    objects = written(repository, contents)
    (index,) = (repository / "objects" / "pack").glob("*.idx")
    git(repository, "verify-pack", str(index))
    names = b"".join(f"{oid}\n".encode() for oid in objects)
    told = git(repository, "cat-file", "--batch-check", data=names).decode().split()
    assert told == [
        word for oid, (kind, data) in objects.items() for word in (oid, kind, str(len(data)))
    ]
    assert_read(repository, objects)
    repacked(repository, objects, "--delta-base-offset")
    assert_read(repository, objects)


@pytest.fixture
def alike(repository):
    """Fifty objects that differ little from each other, packed by git."""
    emptied(repository)
    text = b"\n".join(b"line %d of a record" % line for line in range(400))
    return written(repository, [text + b"%d" % at for at in range(50)])


@pytest.mark.parametrize(
    "words",
    [
        ["--delta-base-offset"],
        [],
        ["--index-version=1"],
        # Places beyond the fourth table's reach, as in a pack of more than two gigabytes.
        ["--index-version=2,0x40"],
        ["--depth=4000", "--delta-base-offset"],
    ],
    ids=["differences by place", "by name", "first index", "far places", "deep"],
)
def test_whatever_way_git_packs_is_read(repository, alike, words):
    repacked(repository, alike, *words)
    (index,) = (repository / "objects" / "pack").glob("*.idx")
    pack = Pack(index)
    assert not pack.is_quick
    assert sorted(pack.in_order()) == list(pack.names())
    assert [name.hex() for name in pack.names()] == sorted(alike)
    assert_read(repository, alike)


def test_what_a_batch_packed_is_known_for_it_and_lies_as_it_came(repository, alike):
    (index,) = (repository / "objects" / "pack").glob("*.idx")
    assert Pack(index).is_quick
    assert [name.hex() for name in Pack(index).in_order()] == list(alike)


@given(data=st.data())
def test_a_spoiled_pack_gives_the_right_object_or_none(repository, data):
    emptied(repository)
    text = b"\n".join(b"line %d of a record" % line for line in range(40))
    objects = written(repository, [text + b"%d" % at for at in range(8)])
    repacked(repository, objects, "--delta-base-offset")
    suffix = data.draw(st.sampled_from(("pack", "idx")))
    (spoiled,) = (repository / "objects" / "pack").glob(f"*.{suffix}")
    whole = bytearray(spoiled.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    spoiled.unlink()
    spoiled.write_bytes(whole[: data.draw(st.sampled_from((len(whole), 7, len(whole) // 2)))])
    reader = ObjectReader(repository)
    for oid, there in objects.items():
        try:
            assert tuple(reader.read(oid)) == there
        except StoreError as told:
            assert "damaged" in str(told) or "missing" in str(told)  # noqa: PT017 - both may be
    reader.close()


@given(difference=st.binary(max_size=60), base=st.binary(max_size=60))
def test_a_difference_is_applied_or_refused(difference, base):
    try:
        applied(difference, base)
    except (ValueError, IndexError):
        return


def test_a_good_copy_is_read_where_another_is_damaged(repository, alike):
    oid, (kind, data) = next(iter(alike.items()))
    (pack,) = (repository / "objects" / "pack").glob("*.pack")
    whole = bytearray(pack.read_bytes())
    whole[13:20] = bytes(7)
    pack.unlink()
    pack.write_bytes(whole)
    with pytest.raises(StoreError, match="damaged"):
        ObjectReader(repository).read(oid)
    writer = ObjectWriter(repository, repository / "scratch")
    writer.add(kind, data)
    writer.flush(packed=False)
    assert_read(repository, {oid: (kind, data)})
    (repository / "objects" / oid[:2] / oid[2:]).unlink()


def test_a_pack_that_appears_and_one_that_goes_are_noticed(repository):
    emptied(repository)
    reader = ObjectReader(repository)
    first = written(repository, [b"first"])
    (oid,) = first
    assert tuple(reader.read(oid)) == first[oid]
    second = written(repository, [b"first", b"second"])
    (old,) = (pack for pack in (repository / "objects" / "pack").glob("*.idx") if has_one(pack))
    old.unlink()
    old.with_suffix(".pack").unlink()
    for name, there in second.items():
        assert tuple(reader.read(name)) == there


def has_one(index):
    return Pack(index).count == 1


def open_files():
    """Yield what this process has open, by name; what others left may go meanwhile."""
    for one in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            yield str(one.readlink())


def test_more_packs_than_a_process_may_open_files_are_read(repository):
    emptied(repository)
    objects = {}
    for number in range(300):
        objects |= written(repository, [b"%d" % number])
    packs = Packs(repository / "objects" / "pack")
    for oid in objects:
        ((pack, place),) = packs.copies(bytes.fromhex(oid))
        assert object_name(*pack.read(place)) == oid
    assert not any(str(repository) in held for held in open_files())
    packs.close()


def test_a_pipe_in_place_of_a_pack_is_never_waited_for(repository):
    emptied(repository)
    for suffix in ("pack", "idx"):
        os.mkfifo(repository / "objects" / "pack" / f"pack-0.{suffix}")
    with pytest.raises(StoreError, match="damaged"):
        ObjectReader(repository).read("0" * 40)
