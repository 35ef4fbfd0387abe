"""A pack that grows on disk: git reads it as it is, and nothing of it is seen before."""

import subprocess

import pytest

from rmdocs.store.objectwriter import ObjectWriter, deflated
from rmdocs.store.packs import FAR
from rmdocs.store.spool import PackSpool, _index


@pytest.fixture
def scratch(desk):
    path = desk.path / "rmdocs" / "partial" / "here"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def writer(desk, scratch):
    return ObjectWriter(desk.path, scratch)


def contents(count):
    return [b"%d" % number * number for number in range(count)]


def packs(desk):
    return sorted(path.suffix for path in (desk.path / "objects" / "pack").iterdir())


def test_nothing_is_seen_before_all_is_on_disk(desk, writer, scratch):
    names = [writer.add("blob", data) for data in contents(300)]
    assert packs(desk) == []
    assert [path.name for path in scratch.iterdir()] == ["spool.pack"]
    assert [writer.pending(name) for name in names] == contents(300)
    writer.flush()
    assert packs(desk) == [".idx", ".pack"]
    assert list(scratch.iterdir()) == []
    assert [desk.store.objects.content(name, "blob") for name in names] == contents(300)
    assert "error" not in desk.git("fsck", "--full", "--strict", "--no-dangling", check=True)


def test_what_somebody_else_deflated_is_the_same(desk, writer):
    for data in contents(100):
        one = deflated("blob", data)
        assert writer.add("blob", data) == one.oid
        writer.take(one)
    writer.flush()
    [index] = (desk.path / "objects" / "pack").glob("*.idx")
    told = subprocess.run(
        ["git", "verify-pack", "-v", index], check=True, capture_output=True, text=True
    )
    assert sum(" blob " in line for line in told.stdout.splitlines()) == 100


def test_what_is_dropped_leaves_nothing(desk, writer, scratch):
    for data in contents(100):
        writer.add("blob", data)
    writer.drop()
    assert list(scratch.iterdir()) == []
    assert packs(desk) == []
    writer.flush()
    assert packs(desk) == []


def test_an_object_twice_is_kept_once(scratch):
    spool, one = PackSpool(scratch), deflated("blob", b"once")
    spool.add(one)
    spool.add(one)
    assert spool.read(one.oid) == b"once"
    assert spool.read(deflated("blob", b"never").oid) is None
    spool.drop()


def test_places_beyond_two_gigabytes_are_read_by_git():
    places = [12, FAR - 1, FAR, FAR + 5, 12 + (1 << 40)]
    rows = {bytes([7 * at] * 20): (place, at) for at, place in enumerate(places)}
    index = _index(rows, bytes(20))
    told = subprocess.run(["git", "show-index"], input=index, check=True, capture_output=True)
    found = {line.split()[1]: int(line.split()[0]) for line in told.stdout.decode().splitlines()}
    assert found == {name.hex(): place for name, (place, _) in rows.items()}
