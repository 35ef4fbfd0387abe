"""The store as files: put together, so that it takes little room; and a closed year in one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.answering import WordlessAnswer
from rmdocs.audit.numbers import Closings, require_volumes
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, FindingsError
from rmdocs.messages import by_command, listed, message
from rmdocs.registers.series import known_volumes, volume_state
from rmdocs.store import bundles, maintenance
from rmdocs.store.maintenance import Holdings
from rmdocs.store.protocol import CONTROL_REF
from rmdocs.workspace.opening import Workspace
from rmdocs.workspace.places import STORE_PATH
from rmdocs.workspace.processes import cores

if TYPE_CHECKING:
    from rmdocs.workspace.opening import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMaintained(WordlessAnswer):
    """What maintenance of a store won.

    :param before: what its objects took. :param after: what they take now.
    :param records: how many records the store has.
    """

    TOLD = ("before", "after", "records", "bytes_per_record")
    before: Holdings
    after: Holdings
    records: int

    @property
    def bytes_per_record(self) -> int | None:
        """Return what a record takes now, with all else that the store holds; null if none is."""
        return self.after.bytes // self.records if self.records else None


def maintain(
    workspace: Workspace, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> StoreMaintained:
    """Put together what the store holds, so that it takes little room and few files.

    Others may read and write meanwhile; nobody's key is needed.

    :param progress: told how many objects of how many are compared; each step begins anew.
    :raises MissingProgramError: if git is not installed.
    :raises ConflictError: if it is being done already.
    :raises StoreError: if objects are damaged, or it cannot be written: all is as it was then.
    """
    path, store = workspace.root / STORE_PATH, workspace.store
    before = maintenance.holdings(path)
    maintenance.maintain(path, threads=cores(), progress=progress)
    given = (
        volume_state(store.require_head(volume.ref), volume).given
        for volume in known_volumes(store.refs())
    )
    return StoreMaintained(before=before, after=maintenance.holdings(path), records=sum(given))


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
    :raises FindingsError: if a volume of the year is missing, or is not what was closed.
    :raises StoreError: if objects are damaged, or the file cannot be written.
    """
    store, control = workspace.store, workspace.store.require_head(CONTROL_REF)
    require_volumes(store, year)
    volumes = [one for one in known_volumes(store.refs()) if one.series.year == year]
    if not volumes:
        raise ControlError(
            message("no number of {year} was ever given", year=year),
            by_command(message("look up which series there are"), "rmdocs register series"),
            clause=_CLAUSE,
        )
    series = sorted({one.series for one in volumes})
    closings, unreadable = Closings.of(control)
    open_ones = [one for one in series if one not in closings.statements and not unreadable]
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
    wrong = [found for one, head in heads.items() for found in closings.findings(one, head)]
    if unreadable or wrong:
        raise FindingsError((*unreadable, *wrong))
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
        sha256=bundles.sha256(file),
    )
