"""The room that a store takes: put together when asked, or by itself after many acts."""

from __future__ import annotations

from collections.abc import Callable

from rmdocs.answering import WordlessAnswer
from rmdocs.classes import dataclass
from rmdocs.registers.series import known_volumes, volume_state
from rmdocs.store import maintenance
from rmdocs.store.maintenance import Holdings
from rmdocs.workspace.opening import STORE_PATH, Workspace
from rmdocs.workspace.processes import cores


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
