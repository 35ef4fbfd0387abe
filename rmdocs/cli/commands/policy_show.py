"""``rmdocs policy show``."""

from __future__ import annotations

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command


@command("show")
@pass_session
def policy_show(session: Session) -> None:
    """Print the policy in force, as a file."""
    click.echo(session.workspace().policy_text(), nl=False)
