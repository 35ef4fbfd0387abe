"""``rmdocs form submit``."""

from __future__ import annotations

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.cli.revisions import document_argument, echo_change, echo_trials
from rmdocs.messages import Joined, message


@command("submit")
@document_argument
@json_option
@pass_session
def form_submit(session: Session, number: str, *, as_json: bool) -> None:
    """Submit the desk as the draft to review.

    The whole revision is kept as it is now, signed with your key. What you
    change afterwards is another draft, to be submitted and reviewed again.
    What Word or WPS leaves in the file and nobody sees is left out, and named.
    """
    submitted = session.workspace().revising.submit(session.document(number))
    if not as_json:
        printing.echo_findings(submitted.findings, session.language, err=True)
        if submitted.dropped:
            told = message(
                "left out of the Word file, as nobody sees it: {what}",
                what=Joined(submitted.dropped),
            )
            click.echo(session.say(told), err=True)
        echo_trials(submitted.tried, session)
    echo_change(submitted.change, session, as_json=as_json)
