"""``rmdocs form return``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.cli.revisions import document_argument, echo_change, required_remark


@command("return")
@document_argument
@required_remark
@json_option
@pass_session
def form_return(session: Session, number: str, remark: str, *, as_json: bool) -> None:
    """Send a draft back to its author.

    A review already given to it no longer counts.
    """
    change = session.workspace().revising.return_(session.document(number), remark)
    echo_change(change, session, as_json=as_json)
