"""``rmdocs init``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import FOLDER
from rmdocs.messages import message


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
