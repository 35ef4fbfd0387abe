"""``rmdocs form submit``."""

from __future__ import annotations

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.cli.revisions import document_argument, echo_change, echo_trials


@command("submit")
@document_argument
@json_option
@pass_session
def form_submit(session: Session, number: str, *, as_json: bool) -> None:
    """Submit the desk as the draft to review.

    The whole revision is kept as it is now, signed with your key. What you
    change afterwards is another draft, to be submitted and reviewed again.
    """
    submitted = session.workspace().revising.submit(session.document(number))
    if not as_json:
        printing.echo_findings(submitted.findings, session.language, err=True)
        echo_trials(submitted.tried, session)
    echo_change(submitted.change, session, as_json=as_json)
