"""Every object, directory and ref is on disk before a commit is acknowledged."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import rmdocs
from rmdocs.errors import StoreError
from rmdocs.store.files import write_whole

ROOT = Path(rmdocs.__file__).parents[1]

PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from rmdocs.events.facts import Unknown
from rmdocs.store.event import Actor
from rmdocs.store.git import GitStore
from rmdocs.store.keys import SigningKey
from rmdocs.store.protocol import NewEvent, NewFile

key = SigningKey.generate("a")
store = GitStore.open(Path(sys.argv[1]))
new_events = [
    NewEvent(
        facts=Unknown(name="issue"),
        subject=f"N-{n}",
        directory=f"00/00/{n:02d}",
        files=(NewFile(path=f"00/00/{n:02d}/a.json", data=b"%d" % n, media_type="x/y"),),
    )
    for n in range(int(sys.argv[3]))
]
with store.locked(sys.argv[2]) as branch:
    actor = Actor(staff_no="A", name="B", fingerprint=key.fingerprint)
    branch.append(new_events, actor=actor, key=key, ledger_key=key,
        time=datetime(2026, 3, 2, tzinfo=UTC), subject_line="x", trailers={})
print("ACKNOWLEDGED", flush=True)
"""


WRITE_WHOLE = """
import sys
from pathlib import Path
from rmdocs.store.files import write_whole

write_whole(Path(sys.argv[1]), b"after")
print("ACKNOWLEDGED", flush=True)
"""


class Disk:
    """What a power loss would leave: follows calls, knows what is not on disk yet."""

    def __init__(self, store):
        self.store = str(store)
        self.synced_files = set()
        self.stored = set()
        self.dirty = set()

    def follow(self, name, paths):
        if "sync" in name:
            self.synced_files.add(paths[0])
            self.dirty.discard(paths[0])
        elif name.startswith("mkdir"):
            self.dirty.add(str(Path(paths[0]).parent))
        elif name.startswith("link"):
            assert paths[0] in self.synced_files
            self.synced_files.add(paths[1])
        else:
            assert paths[0] in self.synced_files, paths
            self.stored.add(paths[1])
            self.dirty.add(str(Path(paths[1]).parent))

    def unsafe(self, part):
        """Return directories below ``part`` whose names are not on disk."""
        return {path for path in self.dirty if path.startswith(f"{self.store}/{part}")}


def traced(tmp_path, program, *given):
    """Yield the calls made until the acknowledgement: name and paths, in order."""
    trace = tmp_path / "trace"
    calls = "fsync,fdatasync,link,linkat,rename,renameat,renameat2,mkdir,mkdirat,write"
    words = ["strace", "-y", "-s", "4096", "-e", f"trace={calls}", "-o", trace, sys.executable]
    words += ["-c", program, *map(str, given)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    for line in trace.read_text(errors="replace").splitlines():
        name, _, rest = line.partition("(")
        if "ACKNOWLEDGED" in line:
            return
        if name != "write" and "= -1" not in line:
            yield name, re.findall(r"\d+<([^>]*)>" if "sync" in name else r'"([^"]*)"', rest)
    pytest.fail("never acknowledged")


@pytest.mark.strace
@pytest.mark.parametrize("count", [1, 60])
def test_objects_are_on_disk_before_the_ref_moves_and_the_ref_before_acknowledgement(
    desk, ref, count, tmp_path
):
    disk = Disk(desk.path)
    for name, paths in traced(tmp_path, PROGRAM, desk.path, ref, count):
        disk.follow(name, paths)
        if paths[-1] == str(desk.path / ref):
            assert not disk.unsafe("objects")
            objects = {path for path in disk.stored if path.startswith(f"{desk.path}/objects")}
    assert not disk.unsafe("objects") | disk.unsafe("refs")
    on_disk = {str(path) for path in (desk.path / "objects").rglob("*") if path.is_file()}
    assert objects == on_disk
    assert len(objects) == 2


@pytest.mark.strace
@pytest.mark.parametrize("there", [True, False])
def test_a_file_of_the_workspace_is_on_disk_before_it_takes_its_place(there, tmp_path):
    """Drafts, piles, the desk, what was seen: what was kept survives a power cut."""
    path = tmp_path / "web" / "drafts" / "draft.json"
    if there:
        write_whole(path, b"before")
    disk = Disk(tmp_path)
    for name, paths in traced(tmp_path, WRITE_WHOLE, path):
        disk.follow(name, paths)
    assert str(path) in disk.stored
    assert not disk.unsafe("web") | ({str(tmp_path)} & disk.dirty)
    assert path.read_bytes() == b"after"


def test_a_file_is_whole_whoever_writes_it_at_once(tmp_path):
    path = tmp_path / "folder" / "file"
    contents = [bytes([number]) * 100_000 for number in range(8)]
    seen = set()
    with ThreadPoolExecutor(len(contents)) as executor:
        for written in [executor.submit(write_whole, path, one) for one in contents * 5]:
            written.result()
            seen.add(path.read_bytes())
    assert seen <= set(contents)
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_what_a_killed_writer_left_is_no_part_of_the_next_file(tmp_path):
    path = tmp_path / "file"
    (tmp_path / ".file.part").write_bytes(b"much longer than the next")
    write_whole(path, b"next")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"next"]


@pytest.mark.parametrize("hindrance", ["a folder there", "a file above"])
def test_a_file_that_cannot_be_written_is_told(hindrance, tmp_path):
    above = tmp_path / "above"
    path = above / "file"
    if hindrance == "a file above":
        above.write_bytes(b"x")
    else:
        (path / "inner").mkdir(parents=True)
    with pytest.raises(StoreError, match="file cannot be written"):
        write_whole(path, b"next")
    assert not list(above.glob(".*")) if above.is_dir() else above.read_bytes() == b"x"
