"""``rmdocs copy replace``."""

from __future__ import annotations

from pathlib import Path

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.copies import (
    copy_argument,
    copy_out_option,
    copy_pdf_option,
    copy_reason_option,
    echo_copy,
    write_copy,
)
from rmdocs.cli.help import command, option
from rmdocs.cli.options import json_option
from rmdocs.identifiers import CopyNumber


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
    workspace = session.workspace()
    copy = workspace.copies.replace(CopyNumber.parse(number), reason, destroyed=destroyed, pdf=pdf)
    echo_copy(copy, session, as_json=as_json)
    write_copy(copy, workspace, out, session)
