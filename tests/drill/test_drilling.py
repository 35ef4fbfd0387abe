"""A drill: faults are put into clones of a store, each is named, and the store stays as it is."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random
from secrets import randbelow

import pytest
from bank import LATE, Bank
from last_release import unpack

from rmdocs.audit.verify import verify
from rmdocs.drill.drilling import FROM_OUTSIDE, Drilling, DrillOrder, in_turn
from rmdocs.drill.faults import FAULTS, KINDS
from rmdocs.drill.rekeying import rekeyed
from rmdocs.drill.report import by_kind, report, summary
from rmdocs.drill.scene import Scene, cloned
from rmdocs.events.control import RevisionReleased as Released
from rmdocs.events.kinds import read_as
from rmdocs.messages import Language
from rmdocs.reports.report import write_html
from rmdocs.store.git import GitStore
from rmdocs.store.keys import verify as verify_signature
from rmdocs.workspace import keys, store
from rmdocs.workspace.places import vault
from rmdocs.workspace.store import REPORT_NAMESPACE

pytestmark = pytest.mark.long
HANDFUL = len(KINDS)


def drilled(bank: Bank, folder: Path, seed: int, count: int, *only: str):
    """Return what a drill on a bank's store comes to."""
    return Drilling(
        path=bank.store,
        vault=vault(bank.root),
        folder=folder,
        order=DrillOrder(seed=seed, count=count, on=LATE, only=only),
    ).run()


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of every file below a folder."""
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def found(walked, tmp_path_factory):
    """A handful of faults in a store, and whether it stayed as it was."""
    bank = Bank(walked)
    before = files(bank.store)
    drill = drilled(bank, tmp_path_factory.mktemp("drill"), 1, HANDFUL)
    assert files(bank.store) == before
    return drill


def test_every_fault_is_named(found):
    assert [one for one in found.injections if not one.named] == []
    assert {one.kind for one in found.injections} == set(KINDS) - {"F22"}  # no PDF is there
    assert found.findings == ()
    assert found.ok


def test_what_nothing_inside_excludes_is_never_fine(found):
    assert found.pinned == 0
    assert found.not_excluded == FROM_OUTSIDE
    told = {one.kind: one.remark.text(Language.EN) for one in by_kind(found)}
    assert all("not excluded" in told[kind] for kind in FROM_OUTSIDE)
    assert any("not excluded" in line.text(Language.EN) for line in summary(found))
    assert tuple(told) == tuple(KINDS)


def test_the_report_has_a_row_for_each_fault(found):
    made = report(found)
    assert len(made.rows) == HANDFUL + len(found.not_tried)
    for language in Language:
        page = write_html((made,), language)
        assert found.checkpoint in page
        assert str(found.seed) in page


def test_one_of_each_kind_comes_first():
    turns = in_turn((), Random(3))  # noqa: S311 - nothing is guarded
    assert {one.of for one in turns[: len(KINDS)]} == set(KINDS)
    assert len(turns) == len(FAULTS)


def test_what_is_kept_outside_is_held_against_the_store_itself(shared_bank, tmp_path):
    kept = store.pins_of_clone(
        shared_bank.at(), Path(shutil.copytree(shared_bank.store, tmp_path / "kept"))
    )
    drill = store.drill(shared_bank.at(), seed=2, count=1, against=kept)
    assert drill.ok
    assert drill.pinned == drill.volumes + 1
    assert drill.not_excluded == ()
    # What was kept before the last act says nothing of that one.
    *others, last = kept
    earlier = replace(last, size=1, root="", note="")
    head = shared_bank.at().store.require_head(last.ref)
    earlier = replace(earlier, root=head.root_at(1).hex())
    drill = store.drill(shared_bank.at(), seed=2, count=1, against=(*others, earlier))
    assert (drill.ok, drill.pinned) == (True, drill.volumes + 1)
    assert drill.not_excluded == FROM_OUTSIDE


def test_a_clone_of_a_store_that_is_only_read_can_be_written_to(visited_bank, tmp_path):
    for path in (visited_bank.store, *visited_bank.store.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    cloned(visited_bank.store, tmp_path / "untouched.git")
    cloned(tmp_path / "untouched.git", tmp_path / "other.git", linked=True)
    for made in ("untouched.git", "other.git"):
        for path in (tmp_path / made, *(tmp_path / made).rglob("*")):
            sealed = path.is_file() and "objects" in path.relative_to(tmp_path).parts
            assert sealed or path.stat().st_mode & 0o200, path
    for path in (visited_bank.store, *visited_bank.store.rglob("*")):
        path.chmod(0o755)


def test_nothing_is_tried_in_a_store_that_has_an_error(visited_bank, tmp_path):
    visited_bank.git("update-ref", "refs/heads/main", "refs/heads/control")
    drill = drilled(visited_bank, tmp_path, 1, HANDFUL)
    assert [one.code for one in drill.findings] == ["REF-FOREIGN"]
    assert drill.injections == ()
    assert not drill.ok
    told = [line.text(Language.EN) for line in summary(drill)]
    assert any("nothing was tried" in line for line in told)
    assert not any("--count" in line for line in told)


def test_a_fault_that_is_not_named_fails_the_drill(visited_bank, tmp_path, monkeypatch):
    name = "foreign-ref"
    other = replace(FAULTS[name], codes=frozenset({"FILE-CHANGED"}))
    monkeypatch.setitem(FAULTS, name, other)
    drill = drilled(visited_bank, tmp_path, 1, 1, name)
    [one] = drill.injections
    assert (one.named, one.found, drill.ok) == (False, ("REF-FOREIGN",), False)


def test_a_store_under_other_keys_is_as_sound_as_before(archived, tmp_path):
    """With encrypted records, and every act of control that there is."""
    bank = Bank(archived)
    clone = Path(shutil.copytree(bank.store, tmp_path / "clone.git"))
    insider = rekeyed(clone, vault(bank.root))
    insider.close()
    other = GitStore.open(clone, vault(bank.root))

    assert verify(other).findings == ()
    old, new = (
        bank.at().store.require_head("refs/heads/control"),
        other.require_head("refs/heads/control"),
    )
    assert old.checkpoint.size == new.checkpoint.size
    assert old.checkpoint.root != new.checkpoint.root
    other.close()


def test_a_report_is_signed_by_who_acts(shared_bank):
    work = shared_bank.at("SD00-0004")
    signature = store.sign_report(work, b"report")
    assert verify_signature(signature, b"report", REPORT_NAMESPACE) == work.key().public
    assert verify_signature(signature, b"report", "git") is None


# A thousand at random ------------------------------------------------------------


@pytest.fixture(scope="session")
def packed(once, walked):
    return once.copy(walked, "packed", lambda root: Bank(root).git("gc", "-q", "--prune=now"))[0]


@pytest.fixture(scope="session")
def of_the_last_release(tmp_path_factory):
    return unpack(tmp_path_factory.mktemp("last")).root


@pytest.fixture(scope="session")
def moved_over(once, walked):
    return once.copy(walked, "moved", _move_over)[0]


def _move_over(root):
    """Give this machine a ledger key of its own, and end the founder's power."""
    bank = Bank(root)
    asked = keys.enter_machine(bank.at("SD00-0004"), "JN01-server", "换", end_founder=True)
    for request in asked.requests:
        bank.approve(request.number, "JN01-0002")


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        ("disposed", "disposed-while-held"),
        ("told_of_a_year", "revision-of-another-time"),
        ("told_of_a_year", "opening-of-another"),
    ],
)
def test_a_fault_that_takes_a_store_of_a_certain_shape(request, shape, name, tmp_path):
    drill = drilled(Bank(request.getfixturevalue(shape)), tmp_path, 1, 1, name)
    [one] = drill.injections
    assert one.named, one


def test_a_file_is_named_whichever_act_of_control_seals_it(archived, tmp_path, monkeypatch):
    """A release says by its digest what lies beside it, other acts by their kind."""

    def released(scene, _what, fits):
        return next(one for one in scene.sealed if fits(one) and read_as(one.event, Released))

    monkeypatch.setattr(Scene, "one", released)
    [one] = drilled(Bank(archived), tmp_path, 1, 1, "file-of-no-entry").injections
    assert (one.named, one.found) == (True, ("RELEASE-DIGEST",))


SHAPES = (
    *("walked", "packed", "told_of_a_year", "archived", "proposed", "disposed"),
    *("moved_over", "of_the_last_release", "visited"),
)


@pytest.mark.soak
@pytest.mark.parametrize("again", range(2))
@pytest.mark.parametrize("shape", SHAPES)
def test_every_fault_is_named_in_stores_of_several_shapes(request, shape, again, tmp_path):
    bank = Bank(request.getfixturevalue(shape))
    drill = drilled(bank, tmp_path, randbelow(2**32), 70)
    told = shape, drill.seed, drill.named, "of", len(drill.injections)
    print(*told)  # noqa: T201 - what make soak tells
    assert [one for one in drill.injections if not one.named] == [], told
    assert drill.ok, told
