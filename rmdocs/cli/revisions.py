"""How acts on a change of a controlled document are printed, from propose to approve."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session
from rmdocs.cli.help import argument, option
from rmdocs.cli.options import DATE
from rmdocs.messages import message

if TYPE_CHECKING:
    from datetime import date

    from rmdocs.regeneration.trial import Tried
    from rmdocs.registers.changes import ChangeRequest
    from rmdocs.registers.revisions import Release

document_argument = argument(
    "number", metavar="NUMBER", help="Number of the form or document, such as RXD7200-04."
)
reason_option = option("--reason", required=True, metavar="TEXT", help="Why; it stays on record.")
remark_option = option("--remark", default="", metavar="TEXT", help="What there is to say.")
required_remark = option(
    "--remark", required=True, metavar="TEXT", help="What is wrong; it stays on record."
)
digest_option = option(
    "--digest",
    default="",
    metavar="HEX",
    help="How the SHA-256 of the draft you looked at begins; another draft is then refused.",
)
effective_option = option(
    "--effective", type=DATE, required=True, metavar="DATE", help="The day it takes effect."
)


def day_of(moment: datetime | None) -> date | None:
    """Return the day of an option, None if it was not given."""
    return moment.date() if moment else None


def echo_change(change: ChangeRequest, session: Session, *, as_json: bool) -> None:
    """Print where a change request stands."""
    request, draft = change.request, change.draft
    if as_json:
        printing.echo_json(
            {
                "change": str(change.number),
                "document": str(request.document),
                "from": str(request.from_revision) if request.from_revision else None,
                "to": str(request.to_revision),
                "effective": request.effective.isoformat(),
                "status": change.standing.value,
                "draft": draft.serial if draft else None,
                "digest": draft.digest if draft else None,
            }
        )
        return
    sentence = message(
        "{change}  {document} {before} → {after}  {status}",
        change=change.number,
        document=request.document,
        before=request.from_revision or "-",
        after=request.to_revision,
        status=change.standing.called,
    )
    click.echo(session.say(sentence))
    if draft is not None:
        told = message("draft {serial}, SHA-256 {digest}", serial=draft.serial, digest=draft.digest)
        click.echo(session.say(told))


def echo_release(release: Release, session: Session, *, as_json: bool) -> None:
    """Print a released revision and the day it takes effect."""
    if as_json:
        printing.echo_json(release.to_json())
        return
    sentence = message(
        "{number} {revision} is released, in force from {effective}",
        number=release.number,
        revision=release.revision,
        effective=release.effective,
    )
    click.echo(session.say(sentence))
    click.echo(session.say(message("SHA-256 {digest}", digest=release.digest)))


def echo_trials(tried: Sequence[Tried], session: Session) -> None:
    """Print what the newest records would run into under a revision, and how many passed."""
    for one in tried:
        printing.echo_findings(one.findings, session.language, place=one.source, err=True)
    if tried:
        passed = sum(not one.findings for one in tried)
        told = message(
            "tried on {count} record(s): {passed} without findings",
            count=len(tried),
            passed=passed,
        )
        click.echo(session.say(told), err=True)
