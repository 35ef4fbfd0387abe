"""``rmdocs unit add``."""

from __future__ import annotations

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.identifiers import UnitCode
from rmdocs.messages import message


@command("add")
@argument("code", metavar="CODE", help="Code of the unit, such as JN01.")
@option("--name", required=True, metavar="TEXT", help="Short name, such as 济南示例支行.")
@option("--full-name", required=True, metavar="TEXT", help="The registered name in full.")
@pass_session
def unit_add(session: Session, code: str, name: str, full_name: str) -> None:
    """Enter a unit, or a change, in the register."""
    session.workspace().add_unit(UnitCode.parse(code), name, full_name)
    click.echo(session.say(message("entered {entry}", entry=f"{code} {name}")))
