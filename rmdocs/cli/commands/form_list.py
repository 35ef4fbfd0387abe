"""``rmdocs form list``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.cli.rows import echo_rows


@command("list")
@json_option
@pass_session
def form_list(session: Session, *, as_json: bool) -> None:
    """List the forms and their revisions.

    Shows the revision on the desk and the one in force, the one to come, the
    open change request, and how many items of the form are not in its source
    and still to be approved (待核定).
    """
    echo_rows(session.workspace().desk.rows(), session, as_json=as_json)
