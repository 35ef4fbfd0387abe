"""Controlled copies: ``rmdocs copy``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, OUT_FOLDER, json_option
from rmdocs.cli.printing import echo_report, xlsx_option
from rmdocs.errors import UsageError
from rmdocs.folders import save_all
from rmdocs.identifiers import CopyNumber, StaffNumber
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.registers.copies import Copy
    from rmdocs.workspace.opening import Workspace

copy_argument = argument(
    "number", metavar="COPY", help="Number of the controlled copy, such as RXD7200-04-C0001."
)
copy_out_option = option(
    "--out",
    type=OUT_FOLDER,
    metavar="DIR",
    help="Write the stamped document to this folder as well.",
)
copy_pdf_option = option(
    "--pdf", is_flag=True, help="Its PDF as well, marked with the number on every page."
)
copy_reason_option = option(
    "--reason", required=True, metavar="TEXT", help="Why; it stays with the copy."
)


def echo_copy(copy: Copy, session: Session, *, as_json: bool) -> None:
    """Print a copy's number, revision, holder and where it stands."""
    if as_json:
        printing.echo_answer(copy.answer, session)
        return
    sentence = message(
        "{copy} (revision {revision}), {holder}: {status}",
        copy=copy.number,
        revision=copy.terms.revision,
        holder=copy.holder,
        status=copy.status.called,
    )
    click.echo(session.say(sentence))


def write_copy(copy: Copy, workspace: Workspace, out: Path | None, session: Session) -> None:
    """Write the stamped document to a folder if one is given, and say where."""
    from rmdocs.workspace import copies

    if out is not None:
        made = (copies.export(workspace, copy.number), copies.export_pdf(workspace, copy.number))
        for path in save_all(out, (file for file in made if file is not None)):
            click.echo(session.say(message("wrote {path}", path=path)), err=True)


@command("issue")
@argument("number", metavar="NUMBER", help="Number of the controlled document, such as RXD7200-04.")
@option("--to", "staff", default="", metavar="STAFF_NO", help="The holder: a member of staff.")
@option("--outside", default="", metavar="TEXT", help="The holder: the name of somebody outside.")
@copy_pdf_option
@copy_out_option
@json_option
@pass_session
def copy_issue(
    session: Session,
    number: str,
    staff: str,
    outside: str,
    out: Path | None,
    *,
    pdf: bool,
    as_json: bool,
) -> None:
    """Issue a controlled copy to a holder.

    A form's blank, or a document's controlled edition, of the revision in
    force; every page is stamped with the copy's number, its holder and the
    revision. The holder then signs for it: rmdocs copy acknowledge.

    A PDF is sealed beside it if it is asked for; there a holder is named by
    staff number, and pages are numbered if the document does not do so.
    """
    from rmdocs.workspace import copies

    workspace = session.workspace()
    holder = StaffNumber.parse(staff) if staff else None
    copy = copies.issue(workspace, session.document(number), staff=holder, outside=outside, pdf=pdf)
    echo_copy(copy, session, as_json=as_json)
    write_copy(copy, workspace, out, session)


@command("acknowledge")
@copy_argument
@option(
    "--signed-by",
    default="",
    metavar="TEXT",
    help="Who signed the receipt on paper; for a holder outside.",
)
@option("--on", type=DATE, metavar="DATE", help="The date on that receipt; today if not given.")
@json_option
@pass_session
def copy_acknowledge(
    session: Session, number: str, signed_by: str, on: datetime | None, *, as_json: bool
) -> None:
    """Sign for a copy that was received.

    A member of staff signs with their own key. For a holder outside, the
    receipt signed on paper is entered: by whom, and on which date.
    """
    from rmdocs.workspace import copies

    day = on.date() if on else None
    copy = copies.acknowledge(
        session.workspace(), CopyNumber.parse(number), signed_by=signed_by, on=day
    )
    echo_copy(copy, session, as_json=as_json)


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
    from rmdocs.workspace import copies

    if bool(number) == bool(superseded):
        raise UsageError(
            message("either one copy is recalled, or all that are out of date"),
            message("give the number of a copy, or --superseded with that of a document"),
        )
    workspace = session.workspace()
    if number:
        recalled: Sequence[Copy] = [copies.recall(workspace, CopyNumber.parse(number), reason)]
    else:
        recalled = copies.recall_superseded(workspace, session.document(superseded), reason)
    for copy in recalled:
        echo_copy(copy, session, as_json=as_json)
    if not recalled:
        click.echo(session.say(message("no copy is to be recalled")), err=True)


@command("return")
@copy_argument
@option("--remark", default="", metavar="TEXT", help="Its condition, or what became of it.")
@json_option
@pass_session
def copy_return(session: Session, number: str, remark: str, *, as_json: bool) -> None:
    """Enter that a copy was given back."""
    from rmdocs.workspace import copies

    copy = copies.return_(session.workspace(), CopyNumber.parse(number), remark)
    echo_copy(copy, session, as_json=as_json)


@command("replace")
@copy_argument
@copy_reason_option
@option("--destroyed", is_flag=True, help="The damaged one was destroyed, not taken back.")
@copy_pdf_option
@copy_out_option
@json_option
@pass_session
def copy_replace(
    session: Session,
    number: str,
    reason: str,
    out: Path | None,
    *,
    destroyed: bool,
    pdf: bool,
    as_json: bool,
) -> None:
    """Swap a damaged copy.

    A new exemplar is issued under the copy's number, and its holder signs
    again. A copy of a superseded revision is not swapped: take it back, and
    issue another.
    """
    from rmdocs.workspace import copies

    workspace = session.workspace()
    copy = copies.replace(workspace, CopyNumber.parse(number), reason, destroyed=destroyed, pdf=pdf)
    echo_copy(copy, session, as_json=as_json)
    write_copy(copy, workspace, out, session)


@command("lose")
@copy_argument
@copy_reason_option
@copy_pdf_option
@copy_out_option
@json_option
@pass_session
def copy_lose(
    session: Session, number: str, reason: str, out: Path | None, *, pdf: bool, as_json: bool
) -> None:
    """Enter a copy as lost and issue another.

    Its number is void. Its holder gets a copy of the revision in force under a
    new number, unless the lost one had been recalled or nothing is in force.
    """
    from rmdocs.workspace import copies

    workspace = session.workspace()
    done = copies.lose(workspace, CopyNumber.parse(number), reason, pdf=pdf)
    echo_copy(done.lost, session, as_json=as_json)
    if done.replacement is not None:
        echo_copy(done.replacement, session, as_json=as_json)
        write_copy(done.replacement, workspace, out, session)


@command("list")
@argument(
    "number",
    metavar="[NUMBER]",
    default="",
    help="Only copies of this document, such as RXD7200-04.",
)
@option("--recall", is_flag=True, help="Only those to be taken back.")
@option("--as-of", type=DATE, metavar="DATE", help="As it was at the end of that day.")
@xlsx_option
@json_option
@pass_session
def copy_list(
    session: Session,
    number: str,
    as_of: datetime | None,
    xlsx: Path | None,
    *,
    recall: bool,
    as_json: bool,
) -> None:
    """List copies and holders, or what to recall.

    The register of copies issued and returned (文件发放/回收登记表).

    With --recall: the copies that were recalled, or are of a revision that is
    superseded or withdrawn, and have not come back.
    """
    from rmdocs.workspace import copies

    workspace = session.workspace()
    document = session.known(number) if number else None
    day = as_of.date() if as_of else None
    report = (
        copies.recalls(workspace, document, day)
        if recall
        else copies.report(workspace, document, day)
    )
    echo_report(report, session, as_json=as_json, xlsx=xlsx)
