"""``rmdocs document list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.answers import DocumentRow

_HEADINGS = (
    message("number"),
    message("on the desk"),
    message("released"),
    message("status"),
    message("effective from"),
    message("coming"),
    message("change"),
    message("to be approved"),
    message("own number"),
    message("title"),
)


@command("list")
@json_option
@pass_session
def document_list(session: Session, *, as_json: bool) -> None:
    """List the controlled documents that are not forms, and their revisions.

    Shows the revision on the desk and the one in force, the one to come, the
    open change request, how many items are still to be settled (待核定), and an
    external document's own number and edition.
    """
    rows = session.workspace().documents.rows()
    if as_json:
        for row in rows:
            printing.echo_json(
                {
                    "number": row.number,
                    "title": session.say(row.title),
                    "designation": row.designation,
                    "desk": row.desk,
                    "released": row.released,
                    "status": session.say(row.status),
                    "effective": row.effective,
                    "coming": row.coming,
                    "change": row.change,
                    "pending": row.pending,
                }
            )
        return
    printing.echo_table(_HEADINGS, [_row(row, session) for row in rows], session.language)


def _row(row: DocumentRow, session: Session) -> tuple[str, ...]:
    return (
        row.number,
        row.desk,
        row.released,
        session.say(row.status),
        row.effective,
        row.coming,
        row.change,
        str(row.pending or ""),
        row.designation,
        session.say(row.title),
    )
