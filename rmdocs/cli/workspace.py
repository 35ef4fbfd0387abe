"""Beginning a workspace, and seeing one at work: ``rmdocs init`` and ``demo``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import FOLDER
from rmdocs.messages import Text, message


@command("init")
@argument("directory", metavar="DIR", type=FOLDER, help="The folder to make.")
@option("--sample", is_flag=True, help="Enter invented units and staff, with keys, to try things.")
@pass_session
def init(session: Session, directory: Path, *, sample: bool) -> None:
    """Make a workspace with forms, staff register and records store.

    A store made with --sample says so for ever, in its first event; it is
    never a store of real records.
    """
    from rmdocs.beginning import create

    create(directory, sample=sample)
    click.echo(session.say(message("made the workspace {directory}", directory=directory)))


@command("demo")
@argument(
    "directory",
    metavar="[DIR]",
    type=FOLDER,
    required=False,
    help="Where; ./demo if not given, or ./demo-2 and so on where that is taken.",
)
@pass_session
def demo(session: Session, directory: Path | None) -> None:
    """Walk through everything once with invented data.

    Makes a sample workspace, issues, adds stages, amends, declares void,
    traces and verifies, saying each step; then look around in the folder.
    """
    from rmdocs.demonstration import demonstrate, free_directory

    def tell(text: Text) -> None:
        click.echo(session.say(text))

    demonstrate(directory or free_directory(), tell)
