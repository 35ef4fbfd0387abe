"""``rmdocs copy return``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.copies import copy_argument, echo_copy
from rmdocs.cli.help import command, option
from rmdocs.cli.options import json_option
from rmdocs.identifiers import CopyNumber


@command("return")
@copy_argument
@option("--remark", default="", metavar="TEXT", help="Its condition, or what became of it.")
@json_option
@pass_session
def copy_return(session: Session, number: str, remark: str, *, as_json: bool) -> None:
    """Enter that a copy was given back."""
    copy = session.workspace().copies.return_(CopyNumber.parse(number), remark)
    echo_copy(copy, session, as_json=as_json)
