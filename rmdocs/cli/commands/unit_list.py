"""``rmdocs unit list``."""

from __future__ import annotations

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.messages import message

_HEADINGS = (message("code"), message("name"), message("full name"))


@command("list")
@json_option
@pass_session
def unit_list(session: Session, *, as_json: bool) -> None:
    """List the units."""
    rows = [(str(unit.code), unit.name, unit.full_name) for unit in session.workspace().units()]
    if as_json:
        for code, name, full_name in rows:
            printing.echo_json({"code": code, "name": name, "full_name": full_name})
    else:
        printing.echo_table(_HEADINGS, rows, session.language)
