"""``rmdocs form withdraw``."""

from __future__ import annotations

from datetime import datetime

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import DATE
from rmdocs.cli.revisions import day_of, document_argument, reason_option
from rmdocs.identifiers import Revision
from rmdocs.messages import message


@command("withdraw")
@document_argument
@reason_option
@option("--revision", default="", metavar="X.Y", help="Which; the one in force if not given.")
@option("--on", type=DATE, metavar="DATE", help="From which day; today if not given.")
@pass_session
def form_withdraw(
    session: Session, number: str, reason: str, revision: str, on: datetime | None
) -> None:
    """Withdraw a revision from a day on.

    Nothing is issued on it from then. One that has not taken effect is called
    off. What was issued on it stays valid and readable.
    """
    release = session.workspace().revising.withdraw(
        session.document(number),
        Revision.parse(revision) if revision else None,
        day_of(on),
        reason,
    )
    sentence = message(
        "{number} {revision} is withdrawn", number=release.number, revision=release.revision
    )
    click.echo(session.say(sentence))
