"""``rmdocs pdf``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from rmdocs.canonical import sha256
from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import FOLDER, json_option
from rmdocs.cli.progress import Progress
from rmdocs.errors import UsageError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message


@command("pdf")
@argument("numbers", metavar="NUMBER...", nargs=-1, required=True, help="Record numbers.")
@option("--out", type=FOLDER, metavar="DIR", help="Write the files to this folder as well.")
@option("--preview", is_flag=True, help="Marked 预览, sealed nowhere; it cannot be signed.")
@json_option
@pass_session
def pdf(
    session: Session, numbers: Sequence[str], out: Path | None, *, preview: bool, as_json: bool
) -> None:
    """Make PDF of records' documents, sealed beside them.

    PDF/A with the record attached and a code on each page. The same edition
    gives the same bytes; what was made before is kept.
    """
    wanted = [RecordNumber.parse(number) for number in numbers]
    group = session.workspace().renditions
    if preview:
        if out is None:
            raise UsageError(message("a preview is only written to a folder"), message("--out DIR"))
        made = [one for number in wanted for one in group.preview(number, out)]
    else:
        with Progress(session.say(message("making PDF"))) as progress:
            made = group.make(wanted, out=out, progress=progress.at)
    for one in made:
        if as_json:
            value = {"number": str(one.number), "name": one.name, "already": one.already}
            printing.echo_json({**value, "sha256": sha256(one.pdf)})
        else:
            fate = message("made before") if one.already else message("made")
            click.echo(f"{one.number}  {one.name}  {session.say(fate)}")
