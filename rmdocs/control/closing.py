"""Closing a number series whose year is over: what it gave and what is void, stated once.

Under the lock of its last volume, which issuing takes too, and of control:
no number can be given between the statement and its sealing.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.control.acting import require_key
from rmdocs.control.policy import policy_in_force
from rmdocs.control.staff import JSON_TYPE
from rmdocs.control.volumes import lock_last_volume, register_volume
from rmdocs.errors import ControlError
from rmdocs.identifiers import Series, Volume
from rmdocs.messages import message
from rmdocs.registers.series import (
    CLOSE,
    CLOSED_NAME,
    ClosingStatement,
    closing_statement,
    known_volumes,
    series_path,
    stated,
)
from rmdocs.store.protocol import CONTROL_REF, Deed, NewFile

if TYPE_CHECKING:
    from rmdocs.control.acting import Acting
    from rmdocs.store.protocol import Head, Store

_CLAUSE = "ISO 15489-1 §5.2.2.3"


def close_series(store: Store, series: Series, acting: Acting) -> ClosingStatement:
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
            acting.seal(
                branch,
                (_deed(statement),),
                subject_line=f"Close series {series}",
                trailers={"Event": CLOSE, "Series": str(series)},
            )
            return statement


def _require_over(series: Series, acting: Acting) -> None:
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
            message("see its statement: rmdocs register series"),
            clause=_CLAUSE,
        )


def _volumes(store: Store, series: Series) -> dict[Volume, Head]:
    """Return the series' volumes in order.

    :raises ControlError: if there is none.
    """
    volumes = [volume for volume in known_volumes(store.refs()) if volume.series == series]
    if not volumes:
        raise ControlError(
            message("no number of {series} was ever given", series=series),
            message("see which series there are: rmdocs register series"),
            clause=_CLAUSE,
        )
    return {volume: store.require_head(volume.ref) for volume in volumes}


def _register(store: Store, heads: dict[Volume, Head], acting: Acting) -> None:
    """Enter volumes that a crash left out of the control ledger."""
    previous: Head | None = None
    for volume, head in heads.items():
        register_volume(store, volume, previous, acting)
        previous = head


def _deed(statement: ClosingStatement) -> Deed:
    directory = series_path(statement.series)
    value = canonical.encode(statement.to_json())
    return Deed(
        kind=CLOSE,
        subject=str(statement.series),
        directory=directory,
        files=(NewFile(path=f"{directory}/{CLOSED_NAME}", data=value, media_type=JSON_TYPE),),
        facts={"given": statement.given, "void": len(statement.voids)},
    )
