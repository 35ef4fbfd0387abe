"""Volumes: opened, so that a missing one is noticed; a number series, closed with its year."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.actingperson import require_key
from rmdocs.control.policy import policy_in_force
from rmdocs.errors import ConflictError, ControlError
from rmdocs.events.control import SeriesClosed, VolumeOpened
from rmdocs.identifiers import Series, Volume
from rmdocs.messages import by_command, message
from rmdocs.registers.series import (
    CLOSED_NAME,
    OPENED_NAME,
    SERIES_NAME,
    ClosingStatement,
    SeriesState,
    closing_statement,
    known_volumes,
    registered,
    require_its_own,
    require_not_lost,
    series_path,
    stated,
    volume_path,
)
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile, clock_behind

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.store.protocol import Branch, Head, Store

JSON_TYPE = "application/json"
_MOST_PARTS = 1000


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
    :raises StoreError: if a volume of it is missing, or is another ledger.
    """
    previous: Head | None = None
    for part in range(1, _MOST_PARTS):
        volume = Volume(series=series, part=part)
        head = store.head(volume.ref)
        if head is not None and _is_full(head):
            require_its_own(head, volume)
            previous = head
            continue
        branch = locks.enter_context(store.locked(volume.ref))
        head = branch.head
        if head is None:
            require_not_lost(store.require_head(CONTROL_REF), volume)
        else:
            require_its_own(head, volume)
            if _is_full(head):
                previous = head
                continue
        return branch, volume, previous
    raise ConflictError(
        message("the series {series} has too many volumes", series=series),
        message("issue under another unit, or from the new year on"),
    )


def require_clock(store: Store, volume: Volume, acting: ActingPerson) -> None:
    """Refuse a clock that is behind, before a volume is begun that could not be entered.

    :raises StoreError: naming both times.
    """
    control = store.require_head(CONTROL_REF)
    if control.time > acting.time_after(control) and not registered(control, volume):
        raise clock_behind(acting.now, control.time)


def register_volume(
    store: Store, volume: Volume, previous: Head | None, acting: ActingPerson
) -> None:
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
                NewEvent(
                    facts=VolumeOpened(),
                    subject=volume.name,
                    directory=volume_path(volume),
                    files=(NewFile(path=path, data=canonical.encode(value), media_type=JSON_TYPE),),
                ),
            ),
        )


def _is_full(head: Head) -> bool:
    data = head.read(SERIES_NAME)
    return data is not None and SeriesState.from_json(canonical.decode(data)).is_full


_CLAUSE = "ISO 15489-1 §5.2.2.3"


def close_series(store: Store, series: Series, acting: ActingPerson) -> ClosingStatement:
    """Close a series: its statement is sealed in control, and it gives no more numbers.

    What happens to its records afterwards (stages, amendments, voids) goes on.

    :raises ControlError: if the actor may not, the year is not over, no number
        was ever given, or the series is closed already.
    """
    require_key(acting.person, acting.key)
    policy_in_force(store.require_head(CONTROL_REF)).require(acting, "series.close")
    _require_over(series, acting)
    _volumes(store, series)
    with ExitStack() as locks:
        lock_last_volume(store, series, locks)
        heads = _volumes(store, series)
        _register(store, heads, acting)
        with store.locked(CONTROL_REF) as branch:
            control = branch.require_head()
            policy_in_force(control).require(acting, "series.close")
            _require_open(control, series)
            statement = stated(series, heads)
            acting.seal(branch, (_new_event(statement),))
            return statement


def _require_over(series: Series, acting: ActingPerson) -> None:
    if series.year >= acting.today.year:
        raise ControlError(
            message("the year {year} of {series} is not over", year=series.year, series=series),
            message("close it from 1 January {year} on", year=series.year + 1),
            clause=_CLAUSE,
        )


def _require_open(control: Head, series: Series) -> None:
    if closing_statement(control, series) is not None:
        raise ControlError(
            message("the series {series} is closed already", series=series),
            by_command(
                message("look at its statement in the register of number series"),
                "rmdocs register series",
            ),
            clause=_CLAUSE,
        )


def _volumes(store: Store, series: Series) -> dict[Volume, Head]:
    """Return the series' volumes in order.

    :raises ControlError: if there is none.
    """
    volumes = [volume for volume in known_volumes(store.refs()) if volume.series == series]
    if not volumes:
        require_not_lost(store.require_head(CONTROL_REF), Volume(series=series, part=1))
        raise ControlError(
            message("no number of {series} was ever given", series=series),
            by_command(message("look up which series there are"), "rmdocs register series"),
            clause=_CLAUSE,
        )
    return {volume: store.require_head(volume.ref) for volume in volumes}


def _register(store: Store, heads: dict[Volume, Head], acting: ActingPerson) -> None:
    """Enter volumes that a crash left out of the control ledger."""
    previous: Head | None = None
    for volume, head in heads.items():
        register_volume(store, volume, previous, acting)
        previous = head


def _new_event(statement: ClosingStatement) -> NewEvent:
    directory = series_path(statement.series)
    value = canonical.encode(statement.to_json())
    return NewEvent(
        facts=SeriesClosed(given=statement.given, void=len(statement.voids)),
        subject=str(statement.series),
        directory=directory,
        files=(NewFile(path=f"{directory}/{CLOSED_NAME}", data=value, media_type=JSON_TYPE),),
    )
