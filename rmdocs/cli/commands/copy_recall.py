"""``rmdocs copy recall``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.copies import echo_copy
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import json_option
from rmdocs.errors import UsageError
from rmdocs.identifiers import CopyNumber
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.registers.copies import Copy


@command("recall")
@argument(
    "number",
    metavar="[COPY]",
    default="",
    help="Number of one controlled copy, such as RXD7200-04-C0001.",
)
@option(
    "--superseded",
    default="",
    metavar="NUMBER",
    help="All copies of this document that are of a revision superseded or withdrawn.",
)
@option("--reason", default="", metavar="TEXT", help="Why; needed to recall one copy.")
@json_option
@pass_session
def copy_recall(
    session: Session, number: str, superseded: str, reason: str, *, as_json: bool
) -> None:
    """Recall copies, or all superseded.

    Their holders are to give them back. Copies of a superseded revision are
    recalled all in one act, or none. What is still out is listed by
    rmdocs copy list --recall
    """
    if bool(number) == bool(superseded):
        raise UsageError(
            message("either one copy is recalled, or all that are out of date"),
            message("give the number of a copy, or --superseded with that of a document"),
        )
    copies = session.workspace().copies
    if number:
        recalled: Sequence[Copy] = [copies.recall(CopyNumber.parse(number), reason)]
    else:
        recalled = copies.recall_superseded(session.document(superseded), reason)
    for copy in recalled:
        echo_copy(copy, session, as_json=as_json)
    if not recalled:
        click.echo(session.say(message("no copy is to be recalled")), err=True)
