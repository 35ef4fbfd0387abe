import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sealing import sound

from rmdocs.errors import ConflictError, StoreError
from rmdocs.store import refs
from rmdocs.store.git import GitStore


def test_empty_store_holds_nothing(desk, ref):
    assert desk.store.refs() == []
    assert desk.store.head(ref) is None
    with pytest.raises(StoreError, match="missing from the store"):
        desk.store.require_head(ref)
    assert desk.git("symbolic-ref", "HEAD").strip() == "refs/heads/unused"
    assert not (desk.path / "hooks").exists()


@pytest.mark.ssh_keygen
def test_plain_git_finds_everything_in_order(desk, ref):
    desk.issue(1, 3)
    desk.append(*(desk.new_event(serial) for serial in range(4, 40)))
    assert desk.git("fsck", "--full", "--strict", "--no-dangling", check=True).splitlines() == [
        "notice: HEAD points to an unborn branch (unused)"
    ]
    desk.git("verify-commit", ref)
    shown = desk.git("log", "--format=%G? %GF %an <%ae> %(trailers:key=Event,valueonly)", ref)
    good = f"G {desk.key.fingerprint} 王伟 <JN01-0101@rmdocs.invalid> issue"
    assert [line for line in shown.splitlines() if line] == [good] * 4
    assert 'Good "git" signature' in desk.git("log", "--show-signature", "-1", ref)
    numbers = desk.git("log", "-1", "--format=%(trailers:key=Number,valueonly)", ref).split()
    assert numbers == [f"N-{serial}" for serial in range(4, 40)]
    assert desk.git("show", f"{ref}:00/00/02/record.json") == '{"n":2}'
    assert sound(desk, ref) == []


@pytest.mark.ssh_keygen
def test_commit_signed_by_an_unknown_key_is_not_good_to_git(desk, ref):
    desk.append(desk.new_event(1))
    desk.store.write_signers({}, {})
    assert desk.git("log", "--format=%G?", ref).strip() == "U"


def test_only_touched_directories_are_written(desk, ref):
    desk.append(*(desk.new_event(serial) for serial in range(1, 1000)))
    before = set(desk.git("rev-list", "--objects", "--all").split("\n"))
    desk.append(desk.new_event(1000))
    new = set(desk.git("rev-list", "--objects", "--all").split("\n")) - before
    trees = [line.partition(" ")[2] for line in new if "." not in line]
    # The root, the commit, and the directories on the way to what is new.
    assert len(trees) == 11
    size = sum(int(desk.git("cat-file", "-s", line.split()[0])) for line in new if "." not in line)
    assert size < 6000


def test_ref_moved_by_another_git_program_is_a_conflict(desk, ref):
    first = desk.append(desk.new_event(1))
    with desk.store.locked(ref) as branch:
        second = desk.append_to(branch, desk.new_event(2))
        moved = refs.swap

        with pytest.raises(ConflictError, match="moved by another"):
            moved(desk.path, ref, first.commit, first.commit, desk.path / "rmdocs/partial/x")
    assert desk.store.require_head(ref).commit == second.commit
    assert not list(desk.path.glob("refs/**/*.lock"))


def test_foreign_lock_is_waited_for_then_told(desk, ref, monkeypatch):
    monkeypatch.setattr(refs, "PATIENCE", 0.1)
    before = desk.append(desk.new_event(1))
    lock = desk.path / f"{ref}.lock"
    lock.write_text("")
    with pytest.raises(ConflictError, match="another program holds") as caught:
        desk.append(desk.new_event(2))
    assert "delete that file" in str(caught.value.remedy)
    assert lock.exists()
    assert desk.store.require_head(ref).commit == before.commit
    lock.unlink()
    desk.append(desk.new_event(2))


def test_foreign_lock_in_the_middle_is_outlasted(desk, ref):
    lock = desk.path / f"{ref}.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("")
    holder = subprocess.Popen(["sh", "-c", f"sleep 0.3; rm '{lock}'"])
    desk.append(desk.new_event(1))
    assert holder.wait() == 0


def test_gitpython_reads_what_we_wrote(desk, ref):
    import git

    receipts = desk.issue(1, 2)
    with git.Repo(desk.path) as repository:
        assert repository.bare
        commit = repository.commit(ref)
        assert commit.hexsha == receipts[1].commit
        assert commit.parents[0].hexsha == receipts[0].commit
        assert commit.author.name == "王伟"
        assert commit.trailers_dict == {"Event": ["issue"], "Number": ["N-2"]}
        found = (commit.tree / "00/00/02/record.json").data_stream.read()
        assert found == b'{"n":2}'


@pytest.mark.ssh_keygen
def test_configuration_that_was_changed_is_set_again(desk, ref, tmp_path):
    desk.issue(1, 1)
    whole = (desk.path / "config").read_bytes()
    people = {"JN01-0101@rmdocs.invalid": [desk.key.public_line]}
    desk.store.write_signers(people, {})
    assert (desk.path / "config").read_bytes() == whole
    included = tmp_path / "included"
    included.write_text("[user]\n\tname = somebody\n")
    desk.git("config", "gpg.format", "openpgp")
    desk.git("config", "remote.branch.url", "https://example.invalid/records.git")
    desk.git("config", "include.path", str(included))
    desk.store.write_signers(people, {})
    desk.git("verify-commit", ref)
    text = (desk.path / "config").read_text()
    assert "example.invalid" in text
    assert str(included) in text
    assert "somebody" not in text


@pytest.mark.parametrize("text", [b"[core\nnonsense", b"[core]\n\tx = \xff\n", None])
def test_configuration_nobody_can_read_keeps_no_signer_out(desk, ref, text):
    desk.issue(1, 1)
    (desk.path / "config").unlink()
    if text is not None:
        (desk.path / "config").write_bytes(text)
    desk.store.write_signers({"a@rmdocs.invalid": [desk.key.public_line]}, {})
    assert "a@rmdocs.invalid" in (desk.path / "allowed_signers").read_text()
    assert desk.store.require_head(ref).checkpoint.size == 1


def test_packed_refs_and_objects_are_read_and_written_past(desk, ref):
    desk.issue(1, 3)
    opened = GitStore.open(desk.path)
    assert opened.require_head(ref).checkpoint.size == 3
    desk.git("pack-refs", "--all", "--prune")
    desk.git("repack", "-a", "-d", "-q")
    desk.git("prune-packed")
    assert not (desk.path / ref).exists()
    assert opened.require_head(ref).read("00/00/02/record.json") == b'{"n":2}'
    desk.issue(4, 5)
    assert opened.require_head(ref).checkpoint.size == 5
    desk.git("repack", "-a", "-d", "-q")
    assert opened.require_head(ref).read("00/00/05/record.json") == b'{"n":5}'
    assert sound(desk, ref) == []


def test_packs_may_be_exchanged_while_they_are_read(desk, ref):
    for first in (1, 51, 101):
        desk.append(*(desk.new_event(serial) for serial in range(first, first + 50)))
    opened = GitStore.open(desk.path)
    head = opened.require_head(ref)
    assert head.read("00/01/40/record.json") == b'{"n":140}'
    desk.git("repack", "-a", "-d", "-q")
    assert head.read("00/00/01/record.json") == b'{"n":1}'
    assert head.read("00/00/60/record.json") == b'{"n":60}'


def test_pack_whose_writer_was_killed_before_its_index_is_no_damage(desk, ref):
    desk.append(*(desk.new_event(serial) for serial in range(1, 50)))
    (pack,) = desk.path.glob("objects/pack/*.pack")
    shutil.copy(pack, pack.with_name(f"pack-{'0' * 40}.pack"))
    (pack.with_name(f"pack-{'1' * 40}.idx")).write_bytes(b"")
    assert GitStore.open(desk.path).require_head(ref).read("00/00/07/record.json") == b'{"n":7}'
    desk.issue(50, 50)
    assert sound(desk, ref) == []


@pytest.mark.ssh_keygen
def test_store_can_be_moved_cloned_and_pushed_to(desk, ref, tmp_path):
    desk.issue(1, 2)
    clone = tmp_path / "clone"
    desk.git("clone", "-q", "--mirror", ".", str(clone))
    assert GitStore.open(clone).require_head(ref).checkpoint.size == 2
    desk.issue(3, 3)
    desk.git("push", "-q", str(clone), ref)
    assert GitStore.open(clone).require_head(ref).checkpoint.size == 3
    moved = tmp_path / "moved"
    shutil.move(desk.path, moved)
    there = replace(desk, path=moved, store=GitStore.open(moved))
    there.issue(4, 4)
    there.git("verify-commit", ref)
    assert sound(there, ref) == []


def test_rewinding_and_deleting_pushes_are_refused(desk, ref, tmp_path):
    first, _ = desk.issue(1, 2)
    for target in (f"+{first.commit}:{ref}", f":{ref}"):
        told = desk.git("push", "-q", ".", target, check=False)
        assert "denied" in told or "denying" in told or "prohibited" in told
    assert desk.store.require_head(ref).checkpoint.size == 2


def test_store_is_made_in_an_empty_place_only(tmp_path, desk):
    for path in (desk.path, tmp_path / "file"):
        if not path.exists():
            path.write_text("")
        with pytest.raises(ConflictError, match="not empty"):
            GitStore.create(path)
    GitStore.create(tmp_path / "new" / "$HOME ~ 档案.git")


def test_store_is_made_where_it_should_be_whatever_the_environment(tmp_path, monkeypatch):
    for name in ("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    GitStore.create(tmp_path / "store")
    assert not (tmp_path / "elsewhere").exists()
    assert "sha256" not in (tmp_path / "store" / "config").read_text()


def test_what_is_no_store_is_told(tmp_path):
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "other"], check=True)
    for name in ("missing", "other", "."):
        with pytest.raises(StoreError, match="no records store") as caught:
            GitStore.open(tmp_path / name)
        assert "rmdocs init" in str(caught.value.remedy)


@pytest.mark.parametrize("name", ["HEAD", "refs", "objects"])
def test_a_store_that_lacks_a_part_is_not_told_to_be_none(desk, name):
    """Who was told to make one would give the same numbers again."""
    desk.issue(1, 2)
    (desk.path / name).rename(desk.path.parent / name)
    with pytest.raises(StoreError, match=f"is not whole: {name} is missing") as caught:
        GitStore.open(desk.path)
    assert "rmdocs init" not in str(caught.value.remedy)


def test_store_that_hides_history_is_refused(desk, ref):
    first, second = desk.issue(1, 2)
    GitStore.open(desk.path)
    hiding = {
        "shallow": f"{second.commit}\n",
        "info/grafts": f"{second.commit}\n",
        f"refs/replace/{second.commit}": f"{first.commit}\n",
        "objects/info/alternates": "/elsewhere\n",
    }
    for name, text in hiding.items():
        path = desk.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        with pytest.raises(StoreError, match=r"hides history|borrows"):
            GitStore.open(desk.path)
        path.unlink()
    desk.git("replace", second.commit, first.commit)
    desk.git("pack-refs", "--all", "--prune")
    with pytest.raises(StoreError, match="replace refs"):
        GitStore.open(desk.path)


@pytest.mark.parametrize("lay", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_settings_that_cannot_be_read_are_not_taken_for_none(desk, ref, lay):
    desk.issue(1, 1)
    (desk.path / "config").unlink()
    GitStore.open(desk.path).close()
    lay(desk.path / "config")
    with pytest.raises(StoreError, match="config"):
        GitStore.open(desk.path)


def test_disk_that_cannot_be_written_is_told(desk, ref):
    shutil.rmtree(desk.path / "rmdocs" / "partial")
    (desk.path / "rmdocs" / "partial").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        desk.append(desk.new_event(1))


def test_reading_needs_neither_gitpython_nor_gitdb(desk, ref):
    desk.issue(1, 1)
    program = (
        "import sys; from pathlib import Path; from rmdocs.store.git import GitStore\n"
        f"GitStore.open(Path({str(desk.path)!r})).require_head({ref!r}).events('00/00/01')\n"
        "print(sorted({'git', 'gitdb'} & sys.modules.keys()))"
    )
    import sys
    from pathlib import Path

    import rmdocs

    root = Path(rmdocs.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, check=True, capture_output=True, text=True
    )
    assert done.stdout == "[]\n"
