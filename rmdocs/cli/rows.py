"""How lists of forms and of other controlled documents are printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rmdocs.cli import printing
from rmdocs.cli.context import Session
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.answers import RevisedRow

_HEADINGS = (
    message("number"),
    message("on the desk"),
    message("released"),
    message("status"),
    message("effective from"),
    message("coming"),
    message("change"),
    message("to be approved"),
)
_TITLE, _DESIGNATION = message("title"), message("own number")


def echo_rows(
    rows: Iterable[RevisedRow], session: Session, *, as_json: bool, designated: bool = False
) -> None:
    """Print rows as a table, or one JSON object a row.

    :param designated: with an external document's own number and edition.
    """
    if as_json:
        for row in rows:
            value = _json(row, session)
            printing.echo_json({**value, "designation": row.designation} if designated else value)
        return
    extra = (_DESIGNATION,) if designated else ()
    table = [_cells(row, session, designated=designated) for row in rows]
    printing.echo_table((*_HEADINGS, *extra, _TITLE), table, session.language)


def _cells(row: RevisedRow, session: Session, *, designated: bool) -> tuple[str, ...]:
    edited = session.say(row.edited)
    return (
        row.number,
        session.say(message("{revision} ({note})", revision=row.desk, note=edited))
        if edited
        else row.desk,
        row.released,
        session.say(row.status),
        row.effective,
        row.coming,
        row.change,
        str(row.pending or ""),
        *((row.designation,) if designated else ()),
        session.say(row.title),
    )


def _json(row: RevisedRow, session: Session) -> dict[str, object]:
    return {
        "number": row.number,
        "title": session.say(row.title),
        "desk": row.desk,
        "edited": session.say(row.edited),
        "released": row.released,
        "status": session.say(row.status),
        "effective": row.effective,
        "coming": row.coming,
        "change": row.change,
        "pending": row.pending,
    }
