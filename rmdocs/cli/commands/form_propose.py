"""``rmdocs form propose``."""

from __future__ import annotations

from datetime import datetime

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import json_option
from rmdocs.cli.revisions import document_argument, echo_change, effective_option, reason_option
from rmdocs.identifiers import StaffNumber
from rmdocs.messages import message


@command("propose")
@document_argument
@reason_option
@effective_option
@option("--reissue", is_flag=True, help="A reissue (X+1.0) instead of a change (X.Y+1).")
@option("--reviewer", default="", metavar="STAFF_NO", help="Who is to review it.")
@option("--approver", default="", metavar="STAFF_NO", help="Who is to approve it.")
@option("--fresh", is_flag=True, help="Lay out the files in force, over edits on the desk.")
@json_option
@pass_session
def form_propose(
    session: Session,
    number: str,
    reason: str,
    effective: datetime,
    *,
    reissue: bool,
    reviewer: str,
    approver: str,
    fresh: bool,
    as_json: bool,
) -> None:
    """Open a change and lay out the desk.

    The desk then holds the revision in force with its next number, its day,
    its names and a row in the revision table. Edit the template in Word or
    WPS, then look at the difference and submit it.
    """
    laid_out = session.workspace().revising.propose(
        session.document(number),
        reason,
        effective.date(),
        reissue=reissue,
        reviewer=StaffNumber.parse(reviewer) if reviewer else None,
        approver=StaffNumber.parse(approver) if approver else None,
        fresh=fresh,
    )
    echo_change(laid_out.change, session, as_json=as_json)
    if as_json:
        return
    for path in laid_out.written:
        click.echo(session.say(message("laid out {path}", path=path)), err=True)
    for path in laid_out.kept:
        if path not in laid_out.written:
            click.echo(session.say(message("kept as you edited it: {path}", path=path)), err=True)
