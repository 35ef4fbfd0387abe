"""``rmdocs export``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import DATE, FOLDER, edition_option, number_argument
from rmdocs.identifiers import RecordNumber


@command("export")
@number_argument
@option("--out", type=FOLDER, required=True, metavar="DIR", help="The folder to write to.")
@edition_option
@option(
    "--as-of", type=DATE, metavar="DATE", help="What was in force that day, marked as a reprint."
)
@pass_session
def export(
    session: Session, number: str, out: Path, edition: int | None, as_of: datetime | None
) -> None:
    """Write a record's sealed documents to a folder.

    Byte for byte what was sealed; a file that exists already with another
    content is left alone. With --as-of, a copy of what was in force that day,
    marked as a reprint (补打件) on every page.
    """
    workspace, wanted = session.workspace(), RecordNumber.parse(number)
    if as_of is None:
        written = workspace.export(wanted, out, edition)
    else:
        written = workspace.reprint(wanted, out, as_of.date())
    for path in written:
        click.echo(path)
