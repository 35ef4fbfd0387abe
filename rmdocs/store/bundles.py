"""Ledgers with all that they hold as one file: a git bundle (gitformat-bundle(5)), version 2.

Plain git clones it. What is written was read again: each name is computed from the content that
lies in the file, and nothing that something in it names is missing (``git index-pack --strict``).
Where the file is opened the same is asked of it, so that a file from anywhere may be.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from rmdocs.errors import ConflictError, StoreError, system_problem
from rmdocs.messages import message
from rmdocs.store.files import open_new, sync_directory, unwritable
from rmdocs.store.git import make_repository
from rmdocs.store.maintenance import maintained, require_git, run_git
from rmdocs.store.objects import OID, ObjectReader
from rmdocs.store.refs import is_ledger_ref

if TYPE_CHECKING:
    from rmdocs.store.maintenance import Progress

_BEGINS = b"# v2 git bundle\n"
_LONGEST_LINE, _MOST_REFS = 1_000, 100_000


def write(
    repository: Path,
    heads: Mapping[str, str],
    file: Path,
    *,
    threads: int = 1,
    progress: Progress = lambda _done, _total: None,
) -> None:
    """Write ledgers of a store, all that led to their heads, into a new file; then on disk.

    :param heads: commits by the refs that they are to have.
    :param progress: told how many objects of how many are compared.
    :raises MissingProgramError: if git is not installed.
    :raises ConflictError: if there is a file already.
    :raises StoreError: if objects are damaged or missing, or the file cannot be written.
    """
    partial = file.with_name(f".{file.name}.part")
    with maintained(repository, threads=threads, progress=progress, patient=True) as work:
        work.put_anew()  # else what lies undifferenced is taken over so
        pack = work.history(heads.values())
        try:
            partial.unlink(missing_ok=True)
            with pack.open("rb") as packed, open_new(partial) as written:
                written.write(_BEGINS)
                written.writelines(f"{oid} {ref}\n".encode() for ref, oid in sorted(heads.items()))
                written.write(b"\n")
                shutil.copyfileobj(packed, written, 1 << 20)
                written.flush()
                os.fsync(written.fileno())
            os.link(partial, file)  # never over another one
        except FileExistsError as problem:
            raise ConflictError(
                message("{path} is there already", path=file), message("give another name")
            ) from problem
        except OSError as problem:
            raise unwritable(file, problem) from problem
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
        sync_directory(file.parent)


def is_bundle(path: Path) -> bool:
    """Return whether there is a file that begins as a bundle does.

    :raises StoreError: if it cannot be read.
    """
    if not path.is_file():
        return False
    with _told(path), path.open("rb") as file:
        return file.read(len(_BEGINS)) == _BEGINS


def refs_in(path: Path) -> dict[str, str]:
    """Return the heads of the ledgers in a bundle, by their refs.

    :raises StoreError: if it is no bundle of whole ledgers, or cannot be read.
    """
    with _told(path), path.open("rb") as file:
        return _refs(file, path)


def _refs(file: IO[bytes], path: Path) -> dict[str, str]:
    """Return the heads in a bundle; its pack comes next."""
    heads: dict[str, str] = {}
    if file.read(len(_BEGINS)) != _BEGINS:
        raise no_bundle(path)
    while (line := file.readline(_LONGEST_LINE)) != b"\n":
        oid, _, ref = line.decode("ascii", "replace").removesuffix("\n").partition(" ")
        # A minus sign before it: what the bundle needs and has not.
        if not OID.fullmatch(oid) or not is_ledger_ref(ref) or len(heads) >= _MOST_REFS:
            raise no_bundle(path)
        heads[ref] = oid
    return heads


def lay_out(path: Path, repository: Path) -> None:
    """Make a store of a bundle.

    :param repository: where; there is nothing yet.
    :raises MissingProgramError: if git is not installed.
    :raises StoreError: if it is no bundle, or damaged, or the disk is full.
    """
    from subprocess import DEVNULL  # noqa: PLC0415 - as in maintenance

    program = require_git()
    make_repository(repository)
    with path.open("rb") as file:
        heads = _refs(file, path)
        # git reads on from where this process stands.
        os.lseek(file.fileno(), file.tell(), os.SEEK_SET)
        run_git(
            [program, "index-pack", "--strict", "--stdin"],
            scratch=repository,
            environment={"GIT_DIR": str(repository.resolve())},
            given=file.fileno(),
            written=DEVNULL,
            refuse=lambda: _damaged(path),
        )
    objects = ObjectReader(repository)
    for ref, oid in heads.items():
        try:
            objects.read(oid)
        except StoreError:  # its list of heads is in no pack, which would tell that it was altered
            raise _damaged(path) from None
        finally:
            objects.close()
        (repository / ref).parent.mkdir(parents=True, exist_ok=True)
        (repository / ref).write_text(f"{oid}\n", "ascii")


def kept(path: Path, place: Path, inside: Path) -> Path:
    """Return a folder with the store of a bundle, made once; it is named after the file's bytes.

    :param place: a folder of whoever asks alone, for this file.
    :param inside: where in the folder the store lies.
    :raises: as :func:`lay_out`.
    """
    made = place / sha256(path)
    if not made.is_dir():
        with _told(path):
            scratch = Path(tempfile.mkdtemp(dir=place))
            try:
                lay_out(path, scratch / inside)
                for other in place.iterdir():
                    if _KEPT.fullmatch(other.name):  # what the file was before
                        shutil.rmtree(other, ignore_errors=True)
                with suppress(FileExistsError):  # somebody else was quicker
                    scratch.rename(made)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    return made


_KEPT = re.compile(r"[0-9a-f]{64}")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file of any size, in hexadecimal.

    :raises StoreError: if it cannot be read.
    """
    with _told(path), path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell a failure of the disk as the store's error."""
    try:
        yield
    except OSError as problem:
        raise StoreError(
            message(
                "{path} cannot be read here: {problem}", path=path, problem=system_problem(problem)
            ),
            message("check that it is there, that you may read it, and that the disk is not full"),
        ) from problem


def no_bundle(path: Path) -> StoreError:
    """Return the refusal of a file that is no bundle of ledgers."""
    return StoreError(
        message("{path} is no bundle of a year", path=path),
        message("give a folder with a workspace, or a file that rmdocs store bundle wrote"),
    )


def _damaged(path: Path) -> StoreError:
    return StoreError(
        message("{path} is damaged: what lies in it is not what it names, or not all", path=path),
        message("take another copy of it"),
    )
