"""``rmdocs form blank``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import DATE, out_option
from rmdocs.cli.revisions import day_of, document_argument
from rmdocs.messages import message


@command("blank")
@document_argument
@out_option
@option(
    "--revision",
    default="",
    metavar="X.Y",
    help="A released revision, draft or desk; the one in force if not given.",
)
@option("--as-of", type=DATE, metavar="DATE", help="The revision in force on that day.")
@pass_session
def form_blank(
    session: Session, number: str, out: Path, revision: str, as_of: datetime | None
) -> None:
    """Write a blank form to fill in by hand.

    One that is not in force today says so across the page.
    """
    path = session.workspace().desk.blank(
        session.form(number), out, revision=revision, on=day_of(as_of)
    )
    click.echo(session.say(message("wrote {path}", path=path)))
