"""``rmdocs document list``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.cli.rows import echo_rows


@command("list")
@json_option
@pass_session
def document_list(session: Session, *, as_json: bool) -> None:
    """List the controlled documents that are not forms, and their revisions.

    Shows the revision on the desk and the one in force, the one to come, the
    open change request, how many items are still to be settled (待核定), and an
    external document's own number and edition.
    """
    echo_rows(session.workspace().documents.rows(), session, as_json=as_json, designated=True)
