"""``rmdocs form review``."""

from __future__ import annotations

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.cli.revisions import digest_option, document_argument, echo_change, remark_option


@command("review")
@document_argument
@digest_option
@remark_option
@json_option
@pass_session
def form_review(session: Session, number: str, digest: str, remark: str, *, as_json: bool) -> None:
    """Say as its reviewer that a draft is right.

    Your key signs the whole draft; its author cannot review it.
    """
    revising, wanted = session.workspace().revising, session.document(number)
    printing.echo_findings(revising.noted(wanted), session.language, err=True)
    change = revising.review(wanted, remark, digest)
    echo_change(change, session, as_json=as_json)
