"""``rmdocs document assemble``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, out_option
from rmdocs.messages import message


@command("assemble")
@argument("number", metavar="NUMBER", help="Number of the document, such as IXD7200-01.")
@out_option
@option("--as-of", type=DATE, metavar="DATE", help="The edition in force on that day.")
@pass_session
def document_assemble(session: Session, number: str, out: Path, as_of: datetime | None) -> None:
    """Build the controlled edition of a document, as a Word document.

    Cover, contents, 修改记录, the officer's text, and the forms that belong to
    it as annexes, each blank and in its revision in force. An edition that is
    not in force today is marked on every page.
    """
    day = as_of.date() if as_of else None
    path = session.workspace().documents.export(session.document(number), out, day)
    click.echo(session.say(message("wrote {path}", path=path)))
