"""``rmdocs form sheet``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.messages import message


@command("sheet")
@argument("number", metavar="NUMBER", help="Number of the form, such as RXD7200-02.")
@option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The XLSX file to write.",
)
@pass_session
def form_sheet(session: Session, number: str, out: Path) -> None:
    """Write a spreadsheet to fill for a form.

    One row a record: Chinese titles, choices as drop-down lists, required
    columns marked, and a filled example on a sheet of its own. The unit of who
    acts, its managers and the customers entered are offered.
    """
    session.workspace().desk.sheet(session.form(number), out, session.language)
    click.echo(session.say(message("wrote {path}", path=out)))
