"""``rmdocs copy lose``."""

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
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.identifiers import CopyNumber


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
    workspace = session.workspace()
    done = workspace.copies.lose(CopyNumber.parse(number), reason, pdf=pdf)
    echo_copy(done.lost, session, as_json=as_json)
    if done.replacement is not None:
        echo_copy(done.replacement, session, as_json=as_json)
        write_copy(done.replacement, workspace, out, session)
