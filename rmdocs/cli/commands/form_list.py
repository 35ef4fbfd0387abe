"""``rmdocs form list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.answers import FormRow

_HEADINGS = (
    message("number"),
    message("on the desk"),
    message("released"),
    message("status"),
    message("effective from"),
    message("coming"),
    message("change"),
    message("to be approved"),
    message("title"),
)


@command("list")
@json_option
@pass_session
def form_list(session: Session, *, as_json: bool) -> None:
    """List the forms and their revisions.

    Shows the revision on the desk and the one in force, the one to come, the
    open change request, and how many items of the form are not in its source
    and still to be approved (待核定).
    """
    forms = session.workspace().desk.rows()
    if as_json:
        for form in forms:
            printing.echo_json(
                {
                    "number": form.number,
                    "title": session.say(form.title),
                    "desk": form.desk,
                    "released": form.released,
                    "status": session.say(form.status),
                    "effective": form.effective,
                    "coming": form.coming,
                    "change": form.change,
                    "pending": form.pending,
                }
            )
        return
    printing.echo_table(_HEADINGS, [_row(form, session) for form in forms], session.language)


def _row(form: FormRow, session: Session) -> tuple[str, ...]:
    return (
        form.number,
        form.desk,
        form.released,
        session.say(form.status),
        form.effective,
        form.coming,
        form.change,
        str(form.pending or ""),
        session.say(form.title),
    )
