"""Refs: which commit each names, who may write it, and the swap that makes a commit count.

One writer a ref on this machine, by a kernel lock that dies with its process;
the holder has a scratch directory of its own, of which nothing is left when it
lets go. What a killed holder left there, and its lock on the ref, is cleared by
whoever takes a lock next, on whatever ref: a disk that is full of it is full
for all. git's own protocol is honoured too: ``<ref>.lock`` keeps foreign git
programs out, packed refs are read.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer

from rmdocs.classes import dataclass
from rmdocs.errors import ConflictError, StoreError
from rmdocs.messages import message
from rmdocs.store.files import read_plain, sync_directory, write_synced
from rmdocs.store.objects import OID
from rmdocs.store.protocol import CONTROL_REF, RECORDS_PREFIX, WITNESS_PREFIX
from rmdocs.store.spool import drop_halves

PATIENCE = 2.0
"""Seconds to wait for a foreign git program to let go of a ref."""

SILENCE = 1.0
"""Seconds to wait for another writer before it is told."""

PACKED = "packed-refs"
"""Where git puts refs together; a ref that lies loose rules over it."""

WITNESS_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,31}", re.ASCII)
"""What a witness may be called: a unit, or whoever else looks at the ledgers."""

_HEADS = "refs/heads/"
_LOCKS, _PARTIAL = "rmdocs/locks", "rmdocs/partial"

_PART = re.compile(r"(?!.*\.\.)(?!.*\.lock$)[A-Za-z0-9][A-Za-z0-9._-]*(?<!\.)")


def is_ledger_ref(ref: str) -> bool:
    """Return whether a ref holds a ledger: control, or a volume of records."""
    volume = ref.removeprefix(RECORDS_PREFIX)
    return ref == CONTROL_REF or (
        volume != ref and all(_PART.fullmatch(part) for part in volume.split("/"))
    )


def is_witness_ref(ref: str) -> bool:
    """Return whether a ref holds what a witness cosigned; it is no ledger."""
    name = ref.removeprefix(WITNESS_PREFIX)
    return name != ref and WITNESS_NAME.fullmatch(name) is not None


def read_ref(repository: Path, ref: str) -> str | None:
    """Return the commit a ref names, or None.

    :raises StoreError: if the ref is damaged or names another ref.
    """
    # First loose, then packed: git packs a ref before it drops the loose one.
    try:
        found = read_plain(repository / ref).decode("ascii", "replace").strip()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return _packed(repository).get(ref)
    if not OID.fullmatch(found):
        raise _nameless(ref)
    return found


def list_refs(repository: Path) -> list[str]:
    """Return all refs, whatever they hold, sorted."""
    loose = {
        path.relative_to(repository).as_posix()
        for at, _, names in os.walk(repository / "refs")
        for path in map(Path(at).joinpath, names)
        if path.suffix != ".lock" and path.is_file()
    }
    return sorted(loose | _packed(repository).keys())


def swap(repository: Path, ref: str, old: str | None, new: str, staged: Path) -> None:
    """Let the ref name ``new`` if it still names ``old``; durable on return.

    The lock file is a second name of ``staged``, so that after a kill it is
    known for ours (see :func:`clear_stale_lock`), never taken for another's.

    :param staged: a path on the same disk, the caller's alone.
    :raises ConflictError: if the ref names something else, or a foreign
        program holds it.
    """
    path = repository / ref
    lock = _lock_path(path)
    write_synced(staged, f"{new}\n".encode(), 0o644)
    _take(staged, lock)
    try:
        if read_ref(repository, ref) != old:
            raise ConflictError(
                message("{ref} was moved by another writer", ref=ref), message("try again")
            )
        lock.replace(path)
    finally:
        # After the rename there is no lock left to drop, and staged is spare.
        if _same(staged, lock):
            lock.unlink()
        staged.unlink()
    for directory in _from_top(repository, path.parent):
        sync_directory(directory)


def clear_stale_lock(repository: Path, ref: str, staged: Path) -> None:
    """Drop the lock of a ref if a killed holder of ``staged`` left it.

    Whoever calls this must be the only one allowed to swap the ref.
    """
    lock = _lock_path(repository / ref)
    if _same(staged, lock):
        lock.unlink()
    staged.unlink(missing_ok=True)


def _take(staged: Path, lock: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(staged, lock)
        except FileNotFoundError:
            continue  # git drops directories that packing refs left empty
        except FileExistsError as problem:
            if time.monotonic() > deadline:
                staged.unlink()
                raise ConflictError(
                    message("another program holds {path}", path=lock),
                    message("wait for it; if no git program runs, delete that file"),
                ) from problem
            time.sleep(0.02)
        else:
            return


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except FileNotFoundError:
        return False


def _from_top(top: Path, directory: Path) -> Iterator[Path]:
    """Yield the directories from ``directory`` up to the one below ``top``."""
    while directory != top:
        yield directory
        directory = directory.parent


def _packed(repository: Path) -> dict[str, str]:
    try:
        lines = read_plain(repository / PACKED).decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return {}
    refs: dict[str, str] = {}
    for line in lines:
        if line and line[0] not in "#^":
            oid, _, ref = line.partition(" ")
            if not ref or not OID.fullmatch(oid):
                raise _nameless(PACKED)
            refs[ref] = oid
    return refs


def _nameless(ref: str) -> StoreError:
    return StoreError(
        message("{ref} does not name a commit", ref=ref),
        message("restore the store from another copy"),
    )


_STAGED = "ref"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefLock:
    """A held lock on one ref.

    :param scratch: a directory this holder alone writes to.
    """

    repository: Path
    ref: str
    scratch: Path

    def swap(self, old: str | None, new: str) -> None:
        """Let the ref name ``new`` if it still names ``old``; durable on return.

        :raises ConflictError: if it names something else, or a foreign
            program holds the ref.
        """
        swap(self.repository, self.ref, old, new, self.scratch / _STAGED)

    def clear(self) -> None:
        """Leave nothing of what was not finished: the lock on the ref, partial files."""
        clear_stale_lock(self.repository, self.ref, self.scratch / _STAGED)
        drop_halves(self.scratch, self.repository / "objects/pack")
        for leftover in self.scratch.iterdir():
            leftover.unlink()
        self.scratch.rmdir()


_KEYS = "keys"


@contextmanager
def keys_held(repository: Path, *, ending: bool) -> Iterator[None]:
    """Keep the keys that may sign as they are, with others who do; or alone, to end one.

    So that nobody seals with a key between the counting of the ledgers, where it ends, and the
    sealing of its end. Whoever ends one holds the lock of control, and asks for no other after.
    """
    (repository / _LOCKS).mkdir(parents=True, exist_ok=True)
    handle = _open_lock(repository, _KEYS)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if ending else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


@contextmanager
def locked(
    repository: Path, ref: str, waiting: Callable[[], None] = lambda: None
) -> Iterator[RefLock]:
    """Hold the lock of a ref; waits for other writers of this machine.

    :param waiting: called, by another thread, where one waits longer than a person expects.
    """
    clear_abandoned(repository)
    name = _lock_name(ref)
    (repository / _LOCKS).mkdir(parents=True, exist_ok=True)
    handle = _open_lock(repository, name)
    try:
        _wait_for(handle, waiting)
        lock = RefLock(repository=repository, ref=ref, scratch=repository / _PARTIAL / name)
        lock.scratch.mkdir(parents=True, exist_ok=True)
        lock.clear()
        lock.scratch.mkdir()
        try:
            yield lock
        finally:
            # Also of what Ctrl-C or a full disk ended, which is what is told then.
            with suppress(OSError):
                lock.clear()
    finally:
        os.close(handle)


def _wait_for(handle: int, waiting: Callable[[], None]) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        telling = Timer(SILENCE, waiting)
        telling.daemon = True
        telling.start()
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        finally:
            telling.cancel()


def clear_abandoned(repository: Path) -> None:
    """Remove what killed holders of locks left, whatever the ref; waits for nobody.

    What belongs to somebody who works, or to another user of the machine, stays.
    """
    for scratch in _directories(repository / _PARTIAL):
        ref = ref_of_lock(scratch.name)
        if ref is None:
            continue
        with suppress(OSError):
            handle = _open_lock(repository, scratch.name)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                RefLock(repository=repository, ref=ref, scratch=scratch).clear()
            finally:
                os.close(handle)


def _directories(path: Path) -> list[Path]:
    try:
        return [one for one in path.iterdir() if one.is_dir() and not one.is_symlink()]
    except OSError:
        return []


def _open_lock(repository: Path, name: str) -> int:
    # The file stays for good: a lock on a file that is unlinked excludes nobody.
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    return os.open(repository / _LOCKS / name, flags, 0o644)


def _lock_name(ref: str) -> str:
    return ref.removeprefix(_HEADS).replace("/", "+")


def ref_of_lock(name: str) -> str | None:
    """Return the ref of which this is the name of lock and scratch, or None."""
    path = name.replace("+", "/")
    candidates = (path, f"{_HEADS}{path}")
    return next((ref for ref in candidates if is_ledger_ref(ref) or is_witness_ref(ref)), None)
