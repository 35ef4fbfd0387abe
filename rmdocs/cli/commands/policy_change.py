"""``rmdocs policy change``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import EXISTING_FILE
from rmdocs.cli.revisions import reason_option
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import message


@command("change")
@argument("file", metavar="FILE", type=EXISTING_FILE, help="The new policy, a TOML file.")
@reason_option
@option(
    "--approver",
    required=True,
    metavar="STAFF_NO",
    help="Who approves; somebody else than who asks.",
)
@pass_session
def policy_change(session: Session, file: Path, reason: str, approver: str) -> None:
    """Change the policy, by two people.

    Begin with the file that `rmdocs policy show` prints. Roles may be given
    and taken; separations of duties may be widened, never narrowed, and
    the version of the rules that records are judged by may only rise.
    """
    session.workspace().change_policy(file.read_bytes(), reason, StaffNumber.parse(approver))
    click.echo(session.say(message("the policy is changed")))
