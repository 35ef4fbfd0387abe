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
    default=Path("demo"),
    help="Where; ./demo if not given.",
)
@pass_session
def demo(session: Session, directory: Path) -> None:
    """Walk through everything once with invented data.

    Makes a sample workspace, issues, adds stages, amends, declares void,
    traces and verifies, saying each step; then look around in the folder.
    """
    from rmdocs.demonstration import demonstrate  # noqa: PLC0415 - help must not load it

    def tell(text: Text) -> None:
        click.echo(session.say(text))

    demonstrate(directory, tell)
