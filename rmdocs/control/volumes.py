"""Volumes: opening one, so that a missing volume is noticed.

The control ledger records each volume's opening and the previous volume's
last checkpoint. The entry follows the volume's first commit: a crash in
between leaves a volume that the next writer enters.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.errors import ConflictError, ControlError
from rmdocs.identifiers import Series, Volume
from rmdocs.messages import message
from rmdocs.numbering import SERIES_NAME, SeriesState
from rmdocs.registers.series import OPENED_NAME, VOLUMES, closing_statement
from rmdocs.store.protocol import CONTROL_REF, Deed, NewFile, clock_behind

if TYPE_CHECKING:
    from rmdocs.control.acting import Acting
    from rmdocs.store.protocol import Branch, Head, Store

JSON_TYPE = "application/json"
_MOST_PARTS = 1000


def volume_path(volume: Volume) -> str:
    """Return where the control ledger registers a volume."""
    return f"{VOLUMES}/{volume.name}"


def registered(control: Head, volume: Volume) -> bool:
    """Return whether the control ledger knows the volume."""
    return control.read(f"{volume_path(volume)}/{OPENED_NAME}") is not None


def open_volume(
    store: Store, series: Series, locks: ExitStack
) -> tuple[Branch, Volume, Head | None]:
    """Return the series' last volume that has room, locked, and the full one before it.

    :raises ControlError: if the series is closed.
    :raises ConflictError: if the series has grown beyond reason.
    """
    found = lock_last_volume(store, series, locks)
    # Only now: who closes a series holds this lock as well.
    statement = closing_statement(store.require_head(CONTROL_REF), series)
    if statement is not None:
        raise ControlError(
            message(
                "the series {series} is closed with {given} number(s): it gives no more",
                series=series,
                given=statement.given,
            ),
            message("date the record in the year it is made"),
            clause="ISO 15489-1 §5.2.2.3",
        )
    return found


def lock_last_volume(
    store: Store, series: Series, locks: ExitStack
) -> tuple[Branch, Volume, Head | None]:
    """Return what :func:`open_volume` does, of a closed series too.

    :raises ConflictError: if the series has grown beyond reason.
    """
    previous: Head | None = None
    for part in range(1, _MOST_PARTS):
        volume = Volume(series, part)
        head = store.head(volume.ref)
        if head is not None and _is_full(head):
            previous = head
            continue
        branch = locks.enter_context(store.locked(volume.ref))
        head = branch.head
        if head is not None and _is_full(head):
            previous = head
            continue
        return branch, volume, previous
    raise ConflictError(
        message("the series {series} has too many volumes", series=series),
        message("issue under another unit, or from the new year on"),
    )


def require_clock(store: Store, volume: Volume, acting: Acting) -> None:
    """Refuse a clock that is behind, before a volume is begun that could not be entered.

    :raises StoreError: naming both times.
    """
    control = store.require_head(CONTROL_REF)
    if control.time > acting.time_after(control) and not registered(control, volume):
        raise clock_behind(acting.now, control.time)


def register_volume(store: Store, volume: Volume, previous: Head | None, acting: Acting) -> None:
    """Enter a volume in the control ledger, unless it is there already."""
    if registered(store.require_head(CONTROL_REF), volume):
        return
    with store.locked(CONTROL_REF) as branch:
        if registered(branch.require_head(), volume):
            return
        value = {
            "volume": volume.name,
            "previous": previous.checkpoint.to_json() if previous else None,
        }
        path = f"{volume_path(volume)}/{OPENED_NAME}"
        acting.seal(
            branch,
            (
                Deed(
                    kind="volume",
                    subject=volume.name,
                    directory=volume_path(volume),
                    files=(NewFile(path=path, data=canonical.encode(value), media_type=JSON_TYPE),),
                ),
            ),
            subject_line=f"Open volume {volume.name}",
            trailers={"Event": "volume", "Volume": volume.name},
        )


def _is_full(head: Head) -> bool:
    data = head.read(SERIES_NAME)
    return data is not None and SeriesState.from_json(canonical.decode(data)).is_full
