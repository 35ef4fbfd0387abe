"""``rmdocs form confirm``."""

from __future__ import annotations

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.revisions import document_argument, remark_option
from rmdocs.messages import message


@command("confirm")
@document_argument
@remark_option
@pass_session
def form_confirm(session: Session, number: str, remark: str) -> None:
    """Note a review that changes nothing.

    The revision in force was reviewed and stays as it is; its next review
    counts from today.
    """
    release = session.workspace().revising.confirm(session.form(number), remark)
    sentence = message(
        "{number} {revision} was reviewed and stays as it is",
        number=release.number,
        revision=release.revision,
    )
    click.echo(session.say(sentence))
