"""``rmdocs export``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import FOLDER, edition_option, number_argument
from rmdocs.identifiers import RecordNumber


@command("export")
@number_argument
@option("--out", type=FOLDER, required=True, metavar="DIR", help="The folder to write to.")
@edition_option
@pass_session
def export(session: Session, number: str, out: Path, edition: int | None) -> None:
    """Write a record's sealed documents to a folder.

    Byte for byte what was sealed; a file that exists already with another
    content is left alone.
    """
    for path in session.workspace().export(RecordNumber.parse(number), out, edition):
        click.echo(path)
