"""``rmdocs demo``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command
from rmdocs.cli.options import FOLDER
from rmdocs.messages import Text


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
