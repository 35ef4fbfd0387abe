"""``rmdocs copy issue``."""

from __future__ import annotations

from pathlib import Path

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.copies import copy_out_option, copy_pdf_option, echo_copy, write_copy
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import json_option
from rmdocs.identifiers import StaffNumber


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
    workspace = session.workspace()
    holder = StaffNumber.parse(staff) if staff else None
    copy = workspace.copies.issue(session.document(number), staff=holder, outside=outside, pdf=pdf)
    echo_copy(copy, session, as_json=as_json)
    write_copy(copy, workspace, out, session)
