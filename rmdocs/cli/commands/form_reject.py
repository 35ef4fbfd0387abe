"""``rmdocs form reject``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.cli.revisions import document_argument, echo_change, required_remark


@command("reject")
@document_argument
@required_remark
@json_option
@pass_session
def form_reject(session: Session, number: str, remark: str, *, as_json: bool) -> None:
    """Reject a proposal for good.

    What was proposed, submitted and said stays in the ledger; its author may
    take it back this way too.
    """
    change = session.workspace().revising.reject(session.document(number), remark)
    echo_change(change, session, as_json=as_json)
