"""The bundle of a year: one file with control and all volumes of the year, opened to be read."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.answering import WordlessAnswer
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, StoreError, system_problem
from rmdocs.messages import by_command, listed, message
from rmdocs.registers.series import closing_statement, known_volumes, volume_state
from rmdocs.store import bundles
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace.opening import STORE_PATH, Workspace, bundle_folder
from rmdocs.workspace.processes import cores

if TYPE_CHECKING:
    from datetime import datetime

_CLAUSE = "ISO 15489-1 §5.2.2.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class YearBundle(WordlessAnswer):
    """What went into the bundle of a year.

    :param year: of which all series are closed.
    :param volumes: how many. :param records: how many numbers they gave.
    :param bytes: of the file. :param sha256: of the file.
    """

    year: int
    volumes: int
    records: int
    bytes: int
    sha256: str


def bundle(
    workspace: Workspace,
    year: int,
    file: Path,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> YearBundle:
    """Write a closed year into one file, from which it is traced, proved and verified.

    The store stays as it is; nobody's key is needed.

    :param progress: told how many objects of how many are compared.
    :raises ControlError: if there is no volume of the year, or a series of it is not closed.
    :raises MissingProgramError: if git is not installed.
    :raises ConflictError: if there is a file already.
    :raises StoreError: if objects are damaged, or the file cannot be written.
    """
    store, control = workspace.store, workspace.store.require_head(CONTROL_REF)
    volumes = [one for one in known_volumes(store.refs()) if one.series.year == year]
    if not volumes:
        raise ControlError(
            message("no number of {year} was ever given", year=year),
            by_command(message("look up which series there are"), "rmdocs register series"),
            clause=_CLAUSE,
        )
    series = sorted({one.series for one in volumes})
    open_ones = [one for one in series if closing_statement(control, one) is None]
    if open_ones:
        raise ControlError(
            message("not all of {year} is closed: {series}", year=year, series=listed(open_ones)),
            by_command(
                message("close each first"),
                message("rmdocs series close FORM UNIT {year}", year=year),
            ),
            clause=_CLAUSE,
        )
    heads = {one: store.require_head(one.ref) for one in volumes}
    commits = {one.ref: head.commit for one, head in heads.items()}
    bundles.write(
        workspace.root / STORE_PATH,
        {CONTROL_REF: control.commit, **commits},
        file,
        threads=cores(),
        progress=progress,
    )
    return YearBundle(
        year=year,
        volumes=len(volumes),
        records=sum(volume_state(head, one).given for one, head in heads.items()),
        bytes=file.stat().st_size,
        sha256=_sha256(file),
    )


def opened(
    file: Path,
    clock: Callable[[], datetime],
    reading: Callable[[int, int], None] = lambda _done, _total: None,
) -> Workspace:
    """Open the bundle of a year. Nobody acts in it: what was sealed there would be in no store.

    :param clock: gives the present moment, with a time zone.
    :param reading: told how many records of how many are read.
    :raises: as :func:`laid_out`.
    """
    workspace = Workspace(laid_out(file), None, clock, reading=reading)
    workspace.store.only_year = year_of(file)
    return workspace


def year_of(file: Path) -> int:
    """Return of which year a file is the bundle.

    :raises StoreError: if it is none.
    """
    with _told(file), file.open("rb") as opened:
        refs = bundles.read_refs(opened, file)
    years = {volume.series.year for volume in known_volumes(refs)}
    if len(years) != 1 or CONTROL_REF not in refs:
        raise bundles.no_bundle(file)
    return years.pop()


def laid_out(file: Path) -> Path:
    """Return a workspace with the store that a bundle holds, for whoever asks alone.

    It is made once, below their cache, and named after the bytes of the file.

    :raises MissingProgramError: if git is not installed.
    :raises StoreError: if it is no bundle of a year, or damaged, or there is no place for it.
    """
    year_of(file)
    place = bundle_folder(file)
    if place is None:
        raise StoreError(
            message("there is no folder of your own in which {path} could be laid out", path=file),
            message("name one with XDG_CACHE_HOME, where nobody else can write"),
        )
    root = place / _sha256(file)
    if not root.is_dir():
        scratch = Path(tempfile.mkdtemp(dir=place))
        try:
            with _told(file):
                bundles.lay_out(file, scratch / STORE_PATH)
                for other in place.iterdir():
                    if _LAID_OUT.fullmatch(other.name):  # what the file was before
                        shutil.rmtree(other, ignore_errors=True)
                with suppress(FileExistsError):  # somebody else was quicker
                    scratch.rename(root)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return root


_LAID_OUT = re.compile(r"[0-9a-f]{64}")


def _sha256(file: Path) -> str:
    with _told(file), file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _told(file: Path) -> Iterator[None]:
    """Tell a failure of the disk as the store's error."""
    try:
        yield
    except OSError as problem:
        raise StoreError(
            message(
                "{path} cannot be read here: {problem}", path=file, problem=system_problem(problem)
            ),
            message("check that it is there, that you may read it, and that the disk is not full"),
        ) from problem
