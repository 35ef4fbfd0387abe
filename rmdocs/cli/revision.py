"""How a controlled document is revised, from ``propose`` to ``confirm``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, json_option
from rmdocs.identifiers import Revision, StaffNumber
from rmdocs.messages import Joined, message

if TYPE_CHECKING:
    from datetime import date

    from rmdocs.regeneration.trial import Tried
    from rmdocs.registers.changerequests import ChangeRequest
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
        printing.echo_answer(change.answer, session)
        return
    sentence = message(
        "{change}  {document} {before} → {after}  {status}",
        change=change.number,
        document=request.document,
        before=request.from_revision or "-",
        after=request.to_revision,
        status=change.change_status.called,
    )
    click.echo(session.say(sentence))
    if draft is not None:
        told = message("draft {serial}, SHA-256 {digest}", serial=draft.serial, digest=draft.digest)
        click.echo(session.say(told))


def echo_release(release: Release, session: Session, *, as_json: bool) -> None:
    """Print a released revision and the day it takes effect."""
    if as_json:
        printing.echo_answer(release, session)
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
    from rmdocs.workspace import revising

    laid_out = revising.propose(
        session.workspace(),
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


@command("submit")
@document_argument
@json_option
@pass_session
def form_submit(session: Session, number: str, *, as_json: bool) -> None:
    """Submit the desk as the draft to review.

    The whole revision is kept as it is now, signed with your key. What you
    change afterwards is another draft, to be submitted and reviewed again.
    What Word or WPS leaves in the file and nobody sees is left out, and named.
    """
    from rmdocs.workspace import revising

    submitted = revising.submit(session.workspace(), session.document(number))
    if not as_json:
        printing.echo_findings(submitted.findings, session.language, err=True)
        if submitted.dropped:
            told = message(
                "left out of the Word file, as nobody sees it: {what}",
                what=Joined(submitted.dropped),
            )
            click.echo(session.say(told), err=True)
        echo_trials(submitted.tried, session)
    echo_change(submitted.change, session, as_json=as_json)


@command("review")
@document_argument
@digest_option
@remark_option
@json_option
@pass_session
def form_review(session: Session, number: str, digest: str, remark: str, *, as_json: bool) -> None:
    """Say as its reviewer that a draft is right.

    Your key signs the whole draft; its author cannot review it.
    """
    from rmdocs.workspace import revising, revisions

    workspace, wanted = session.workspace(), session.document(number)
    printing.echo_findings(revisions.noted(workspace, wanted), session.language, err=True)
    change = revising.review(workspace, wanted, remark, digest)
    echo_change(change, session, as_json=as_json)


@command("approve")
@document_argument
@digest_option
@remark_option
@json_option
@pass_session
def form_approve(session: Session, number: str, digest: str, remark: str, *, as_json: bool) -> None:
    """Approve a draft: it is released.

    Your key signs the whole draft. It is in force from its effective date on,
    when the revision before it is superseded. Author and reviewer cannot
    approve.
    """
    from rmdocs.workspace import revising, revisions

    workspace, wanted = session.workspace(), session.document(number)
    printing.echo_findings(revisions.noted(workspace, wanted), session.language, err=True)
    release = revising.approve(workspace, wanted, remark, digest)
    echo_release(release, session, as_json=as_json)


@command("return")
@document_argument
@required_remark
@json_option
@pass_session
def form_return(session: Session, number: str, remark: str, *, as_json: bool) -> None:
    """Send a draft back to its author.

    A review already given to it no longer counts.
    """
    from rmdocs.workspace import revising

    change = revising.return_(session.workspace(), session.document(number), remark)
    echo_change(change, session, as_json=as_json)


@command("reject")
@document_argument
@required_remark
@json_option
@pass_session
def form_reject(session: Session, number: str, remark: str, *, as_json: bool) -> None:
    """Reject a proposal for good.

    What was proposed, submitted and said stays in the ledger; its author may
    take it back this way too.
    """
    from rmdocs.workspace import revising

    change = revising.reject(session.workspace(), session.document(number), remark)
    echo_change(change, session, as_json=as_json)


@command("withdraw")
@document_argument
@reason_option
@option("--revision", default="", metavar="X.Y", help="Which; the one in force if not given.")
@option("--on", type=DATE, metavar="DATE", help="From which day; today if not given.")
@pass_session
def form_withdraw(
    session: Session, number: str, reason: str, revision: str, on: datetime | None
) -> None:
    """Withdraw a revision from a day on.

    Nothing is issued on it from then. One that has not taken effect is called
    off. What was issued on it stays valid and readable.
    """
    from rmdocs.workspace import revising

    release = revising.withdraw(
        session.workspace(),
        session.document(number),
        Revision.parse(revision) if revision else None,
        day_of(on),
        reason,
    )
    sentence = message(
        "{number} {revision} is withdrawn", number=release.number, revision=release.revision
    )
    click.echo(session.say(sentence))


@command("confirm")
@document_argument
@remark_option
@pass_session
def form_confirm(session: Session, number: str, remark: str) -> None:
    """Note a review that changes nothing.

    The revision in force was reviewed and stays as it is; its next review
    counts from today.
    """
    from rmdocs.workspace import revising

    release = revising.confirm(session.workspace(), session.form(number), remark)
    sentence = message(
        "{number} {revision} was reviewed and stays as it is",
        number=release.number,
        revision=release.revision,
    )
    click.echo(session.say(sentence))
