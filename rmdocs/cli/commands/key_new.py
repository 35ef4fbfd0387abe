"""``rmdocs key new``."""

from __future__ import annotations

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import message


@command("new")
@argument("staff_no", metavar="STAFF_NO", help="Staff number, such as JN01-0101.")
@pass_session
def key_new(session: Session, staff_no: str) -> None:
    """Make a person's signing key.

    The private key stays on this machine and never enters the store. Its
    public half, the .pub file beside it, counts once it is entered in the
    register of staff (see: rmdocs person add).
    """
    key = session.workspace().new_key(StaffNumber.parse(staff_no))
    said = message("key {fingerprint} in {path}", fingerprint=key.fingerprint, path=key.path)
    click.echo(session.say(said))
