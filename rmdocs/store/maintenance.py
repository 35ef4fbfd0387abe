"""Maintenance of a store: what acts wrote is put together into few packs of little room.

An act writes small packs or loose objects, a batch one pack without differences: quick and on
disk at once, but ten times as large as need be. Here git (``pack-objects``) writes them anew,
each object as its difference from one that is like it; packs that grew to the size of the next
are joined, so that each is at least twice the one before, whatever a store comes to hold, and
each object is written again some twenty times in its life at most (git calls that geometric).

Nobody waits for it and it waits for nobody. No object is ever dropped, whether anything refers
to it or not: a file goes once all that it holds lies in another pack, every name computed from
the content anew (``index-pack``), and that pack is on disk. Killed at any moment it leaves
copies, which the next run puts together. Of the store git is shown its objects alone: settings,
hooks and refs of the store, and of whoever runs this, are nothing to it.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.answering import WordlessAnswer
from rmdocs.classes import dataclass
from rmdocs.errors import (
    VERIFY_AND_RESTORE,
    ConflictError,
    MissingProgramError,
    RmdocsError,
    StoreError,
    system_problem,
)
from rmdocs.messages import message
from rmdocs.store import refs
from rmdocs.store.files import sync_file, write_synced
from rmdocs.store.git import check_repository
from rmdocs.store.packs import Pack
from rmdocs.store.spool import DROPPING, drop_halves, place

if TYPE_CHECKING:
    from subprocess import Popen

Progress = Callable[[int, int], None]

MANY_PACKS = 50
"""Packs from which on maintenance is due: each is asked for an object that another holds."""

_MANY_LOOSE = 4096
"""Loose objects from which on it is due."""

_SAMPLED, _OF = "17", 256
"""The folder of which the files are counted, one of so many, as git does: names are random."""

_FACTOR = 2
"""How many times the objects of the next smaller pack each holds at least."""

_NAME = "maintenance"
_LOOSE_NAME = re.compile(r"[0-9a-f]{38}")
_PACK_NAME = re.compile(r"pack-[0-9a-f]{40}")
_SUFFIXES = (".idx", ".rev", ".bitmap", ".mtimes", ".pack")
"""The files of a pack, in the order in which they go: without its index it counts no more."""

_ANEW = ("--no-reuse-delta", "--no-reuse-object", "--window=10")
_JOINED = ("--window=10",)
_BOUNDS = (
    *("--progress", "--delta-base-offset", "--compression=6", "--depth=50"),
    # Of memory, also where files are large.
    "--window-memory=128m",
)
_STEP = re.compile(rb"Compressing objects: +\d+% \((\d+)/(\d+)\)")
_FULL = (b"No space left on device", b"Disk quota exceeded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings(WordlessAnswer):
    """What the objects of a store take.

    :param loose: objects in files of their own.
    :param packs: files with many.
    :param bytes: of both, with their indexes.
    """

    loose: int
    packs: int
    bytes: int


def holdings(repository: Path) -> Holdings:
    """Return what the objects of a store take.

    :raises StoreError: if that cannot be looked at.
    """
    with _told():
        loose = [path.stat().st_size for _, path in _loose(repository / "objects")]
        packed = {path.name: path.stat().st_size for path in _files(repository / "objects/pack")}
    packs = sum(name.endswith(".pack") for name in packed)
    return Holdings(loose=len(loose), packs=packs, bytes=sum(loose) + sum(packed.values()))


def is_due(repository: Path) -> bool:
    """Return whether a store has enough to put together; looks at two folders alone."""
    try:
        packs = sum(name.endswith(".pack") for name in os.listdir(repository / "objects/pack"))  # noqa: PTH208 - names alone, in microseconds
        if packs >= MANY_PACKS:
            return True
        return len(os.listdir(repository / "objects" / _SAMPLED)) * _OF >= _MANY_LOOSE  # noqa: PTH208 - as above
    except OSError:
        return False


_begun: list[Popen[bytes]] = []
"""Those begun here, so that what has ended is taken off the system's list."""


def begin(repository: Path) -> None:
    """Have a store maintained by another process, as nobody waits; it may outlive this one.

    Where it cannot be begun, or cannot be done, the next one is as well.
    """
    import subprocess  # noqa: PLC0415 - every act comes by here, few begin anything

    _begun[:] = [one for one in _begun if one.poll() is None]
    if _begun or not sys.executable:
        return
    with suppress(OSError):
        _begun.append(
            subprocess.Popen(  # noqa: S603 - this interpreter, this module
                [sys.executable, "-P", "-m", __name__, repository.resolve()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        )


def maintain(
    repository: Path,
    *,
    threads: int = 1,
    progress: Progress = lambda _done, _total: None,
) -> None:
    """Put together what a store holds; on disk when this returns.

    :param threads: how many compare objects at the same time.
    :param progress: told how many objects of how many are compared; each step begins anew.
    :raises MissingProgramError: if git is not installed.
    :raises ConflictError: if it is being done already.
    :raises StoreError: if there is no store, or one that hides history; if objects are damaged,
        or the disk is full: all is as it was then.
    """
    with maintained(repository, threads=threads, progress=progress) as work:
        work.put_anew()
        work.join()


@contextmanager
def maintained(
    repository: Path,
    *,
    threads: int = 1,
    progress: Progress = lambda _done, _total: None,
    patient: bool = False,
) -> Iterator[Maintenance]:
    """Yield what works on a store's packs with git, while nobody else does.

    :param patient: whether another run, which ends by itself, is waited for.
    :raises: as :func:`maintain`.
    """
    check_repository(repository)
    repository = repository.resolve()  # git works elsewhere
    refs.clear_abandoned(repository)
    program = require_git()
    with _told(), _alone(repository, patient=patient) as scratch:
        work = Maintenance(
            program=program,
            objects=repository / "objects",
            scratch=scratch,
            threads=threads,
            progress=progress,
        )
        work.clear()
        try:
            yield work
        finally:
            # A disk that was full is not to stay so, nor what Ctrl-C broke off lie there.
            work.clear()


@contextmanager
def _alone(repository: Path, *, patient: bool) -> Iterator[Path]:
    """Hold the lock of maintenance; yield a directory that its holder alone writes to."""
    directory = repository / "rmdocs"
    scratch = directory / "partial" / _NAME
    (directory / "locks").mkdir(parents=True, exist_ok=True)
    lock = directory / "locks" / _NAME
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if patient else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise ConflictError(
                message("the store is being maintained already"),
                message("there is nothing to do: it ends by itself"),
            ) from problem
        scratch.mkdir(parents=True, exist_ok=True)
        yield scratch
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """One run.

    :param program: git. :param objects: the store's. :param scratch: on the same disk.
    """

    program: str
    objects: Path
    scratch: Path
    threads: int
    progress: Progress

    @property
    def packs(self) -> Path:
        """Return where the store's packs lie."""
        return self.objects / "pack"

    def clear(self) -> None:
        """Remove what a run was writing; end what one that was killed was dropping."""
        drop_halves(self.scratch, self.packs)
        journal = self.scratch / DROPPING
        if journal.is_file():
            self._drop_superseded(journal.read_text("ascii", "replace").split())
        for left in self.scratch.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()

    def put_anew(self) -> None:
        """Put loose objects, and packs written for speed, into one pack of differences."""
        loose = list(_loose(self.objects))
        with self._opened() as opened:
            quick = [pack for pack in opened if pack.is_quick]
            lying = (name for pack in quick for name in pack.in_order())
            names = dict.fromkeys((*lying, *(bytes.fromhex(oid) for oid, _ in loose)))
            if names:
                new = self._packed(names, _ANEW)
                self._supersede(new, [pack.path for pack in quick])
        for _, path in loose:
            path.unlink(missing_ok=True)

    def join(self) -> None:
        """Join packs until each holds at least twice as many objects as the next smaller one."""
        with self._opened() as opened:
            ordered = sorted(opened, key=lambda pack: pack.count)
            joined = ordered[: _joined([pack.count for pack in ordered])]
            if joined:
                # The largest first: the others become differences from what it holds.
                lying = (name for pack in joined[::-1] for name in pack.in_order())
                new = self._packed(dict.fromkeys(lying), _JOINED)
                self._supersede(new, [pack.path for pack in joined])

    @contextmanager
    def _opened(self) -> Iterator[list[Pack]]:
        """Yield the packs that may be replaced: whole, and not kept by somebody (``.keep``)."""
        opened: list[Pack] = []
        for path in self.packs.glob("pack-*.pack"):
            index = path.with_suffix(".idx")
            if index.is_file() and not path.with_suffix(".keep").exists():
                with suppress(ValueError):  # verifying tells it (``strays``); it stays as it is
                    opened.append(Pack(index))
        try:
            yield opened
        finally:
            for pack in opened:
                pack.close()

    def _packed(self, names: Mapping[bytes, None], words: Sequence[str]) -> str:
        """Put objects into one new pack, and that among the others; return its name.

        :param names: in the order in which they lie by now: neighbours are alike.
        :raises StoreError: if what is read is not what one of the names says.
        """
        pack, index = self._written((name.hex() for name in names), words)
        made = Pack(index)
        lacking = names.keys() - set(made.names())
        made.close()
        if lacking:
            raise _unreadable()
        for file in (pack, index):
            file.chmod(0o444)
            sync_file(file)
        return place(pack, index, self.packs)

    def history(self, commits: Iterable[str]) -> Path:
        """Put all that led to commits into one new pack, the maintainer's own; return its file.

        :raises StoreError: if something that they name is missing or damaged.
        """
        pack, _ = self._written(commits, ["--revs", *_JOINED], "--strict")
        return pack

    def _written(
        self, asked: Iterable[str], packing: Sequence[str], *indexing: str
    ) -> tuple[Path, Path]:
        """Have git write objects into a pack of the maintainer's own; return that and its index.

        :param asked: names of objects, as git is to take them by ``packing``.
        :param indexing: what besides is asked of the pack where its index is made.
        """
        import subprocess  # noqa: PLC0415 - as above

        pack, index = self.scratch / "new.pack", self.scratch / "new.idx"
        names = self.scratch / "names"
        names.write_text("".join(f"{name}\n" for name in asked), "ascii")
        home = self._repository()
        with names.open("rb") as given, pack.open("wb") as written:
            self._run(
                ["pack-objects", "--stdout", f"--threads={self.threads}", *_BOUNDS, *packing],
                {"GIT_DIR": str(home), "GIT_OBJECT_DIRECTORY": str(self.objects)},
                given.fileno(),
                written.fileno(),
            )
        # Names are computed from what was written, not from what the store calls it.
        words = ["index-pack", "--threads=1", "--no-rev-index", *indexing]
        self._run(
            [*words, "-o", str(index), str(pack)],
            {"GIT_DIR": str(home)},
            subprocess.DEVNULL,
            subprocess.DEVNULL,
        )
        return pack, index

    def _repository(self) -> Path:
        """Return a repository of ours without refs and settings, through which git looks."""
        home = self.scratch / "git"
        for directory in ("objects", "refs"):
            (home / directory).mkdir(parents=True, exist_ok=True)
        (home / "HEAD").write_text("ref: refs/heads/unused\n", "ascii")
        (home / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        return home

    def _run(
        self, words: Sequence[str], environment: dict[str, str], given: int, written: int
    ) -> None:
        run_git(
            [self.program, *words],
            scratch=self.scratch,
            environment=environment,
            given=given,
            written=written,
            progress=self.progress,
        )

    def _supersede(self, new: str, old: Iterable[Path]) -> None:
        """Drop packs of which another, on disk by now, holds all objects."""
        names = [new, *(path.stem for path in old if path.stem != new)]
        journal = self.scratch / DROPPING
        write_synced(journal, "\n".join(names).encode())
        self._drop_superseded(names)
        journal.unlink()

    def _drop_superseded(self, names: Sequence[str]) -> None:
        known = [name for name in names if _PACK_NAME.fullmatch(name)]
        if not known:  # killed while it was written, before anything was dropped
            return
        new, *old = known
        if not all((self.packs / f"{new}{suffix}").is_file() for suffix in (".idx", ".pack")):
            return
        if old:
            # An index over several packs, if git made one here, names those that go.
            for file in self.packs.glob("multi-pack-index*"):
                file.unlink(missing_ok=True)
        for name in old:
            for suffix in _SUFFIXES:
                (self.packs / f"{name}{suffix}").unlink(missing_ok=True)


def run_git(  # noqa: PLR0913 - what a program is given
    words: Sequence[str | Path],
    *,
    scratch: Path,
    environment: Mapping[str, str],
    given: int,
    written: int,
    progress: Progress = lambda _done, _total: None,
    refuse: Callable[[], StoreError] | None = None,
) -> None:
    """Run git by itself: no settings and no environment but what it is given here.

    :param words: the program's own name first. :param scratch: where it runs.
    :param given: what it reads. :param written: where it writes.
    :param refuse: gives what is told where it fails; if not given, that the store is damaged.
    :raises StoreError: if it fails, is stopped, or finds the disk full.
    """
    import subprocess  # noqa: PLC0415 - as above

    alone = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(scratch),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
    said = b""
    with subprocess.Popen(  # noqa: S603 - git, and words of ours
        words,
        cwd=scratch,
        env={**alone, **environment},
        stdin=given,
        stdout=written,
        stderr=subprocess.PIPE,
    ) as running:
        try:
            assert running.stderr is not None  # noqa: S101 - asked for above
            while piece := os.read(running.stderr.fileno(), 4096):
                said = (said + piece)[-4096:]
                if steps := _STEP.findall(piece):
                    progress(*map(int, steps[-1]))
        except BaseException:
            running.kill()
            raise
    if running.returncode:
        if running.returncode < 0:
            raise _stopped()
        raise _full() if any(one in said for one in _FULL) else (refuse or _unreadable)()


def require_git() -> str:
    """Return the program.

    :raises MissingProgramError: if git is not installed.
    """
    program = shutil.which("git")
    if program is None:
        raise MissingProgramError(
            message("git is not installed; this is done with it"),
            message("install git; issuing, reading and verifying work without it"),
        )
    return program


def _joined(counts: Sequence[int]) -> int:
    """Return how many packs, of the smallest on, are to be joined into one.

    :param counts: how many objects each holds, the smallest first.
    """
    split = len(counts) - 1
    while split > 0 and counts[split] >= _FACTOR * counts[split - 1]:
        split -= 1
    if split <= 0:
        return 0
    total = sum(counts[:split])
    while split < len(counts) and counts[split] < _FACTOR * total:
        total += counts[split]
        split += 1
    return split


def _loose(objects: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and file of each loose object."""
    for folder in _files(objects, folders=True):
        if len(folder.name) == 2:  # noqa: PLR2004 - two digits of the name
            for file in _files(folder):
                if _LOOSE_NAME.fullmatch(file.name):
                    yield folder.name + file.name, file


def _files(directory: Path, *, folders: bool = False) -> list[Path]:
    try:
        return [
            path for path in directory.iterdir() if (path.is_dir() if folders else path.is_file())
        ]
    except (FileNotFoundError, NotADirectoryError):
        return []


@contextmanager
def _told() -> Iterator[None]:
    """Tell a failure of the disk as the store's error."""
    try:
        yield
    except ValueError as problem:
        raise _unreadable() from problem
    except OSError as problem:
        raise StoreError(
            message("the store cannot be maintained: {problem}", problem=system_problem(problem)),
            message("check that the disk is there, writable and not full"),
        ) from problem


def _full() -> StoreError:
    return StoreError(
        message("the disk is full, and the store stays as it was"),
        message("make room: for a while it takes what its packs take once more"),
    )


def _stopped() -> StoreError:
    return StoreError(
        message("git was stopped, and the store stays as it was"),
        message("look whether the machine has memory left; try again later"),
    )


def _unreadable() -> StoreError:
    return StoreError(
        message("objects of the store are damaged or missing, and the store stays as it was"),
        VERIFY_AND_RESTORE,
    )


def _main() -> None:
    os.nice(19)
    with suppress(RmdocsError):
        maintain(Path(sys.argv[1]))


if __name__ == "__main__":
    _main()
