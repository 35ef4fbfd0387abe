"""``rmdocs export``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import DATE, edition_option, number_argument
from rmdocs.errors import UsageError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message


@command("export")
@number_argument
@option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="The folder to write to; with --record the file, if its name ends as its kind does.",
)
@option(
    "--record",
    is_flag=True,
    help="Write what the record says instead, as a JSON file that rmdocs amend takes.",
)
@option("--xlsx", is_flag=True, help="With --record: as a spreadsheet.")
@edition_option
@option(
    "--as-of", type=DATE, metavar="DATE", help="What was in force that day, marked as a reprint."
)
@pass_session
def export(
    session: Session,
    number: str,
    out: Path,
    edition: int | None,
    as_of: datetime | None,
    *,
    record: bool,
    xlsx: bool,
) -> None:
    """Write a record's sealed documents to a folder.

    Byte for byte what was sealed; a file that exists already with another
    content is left alone. With --as-of, a copy of what was in force that day,
    marked as a reprint (补打件) on every page.

    With --record, what the record says with all its corrections, without its
    stages, to be put right and given to rmdocs amend.
    """
    wanted = RecordNumber.parse(number)
    if xlsx and not record:
        raise UsageError(
            message("--xlsx goes with --record"), message("give both, or leave --xlsx out")
        )
    if record and as_of is not None:
        raise UsageError(
            message("--record does not go with --as-of"), message("name the edition: --edition")
        )
    workspace = session.workspace()
    if record:
        written = [workspace.export_record(wanted, out, edition, sheet=xlsx)]
    elif as_of is None:
        written = workspace.export(wanted, out, edition)
    else:
        written = workspace.reprint(wanted, out, as_of.date())
    for path in written:
        click.echo(path)
