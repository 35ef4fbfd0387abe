"""``rmdocs check``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from rmdocs.cli.candidates import echo_checked
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import (
    files_argument,
    hidden_option,
    json_option,
    selection_of,
    sheet_option,
)
from rmdocs.errors import FindingsError
from rmdocs.findings import has_errors
from rmdocs.messages import message


@command("check")
@files_argument
@sheet_option
@hidden_option
@json_option
@pass_session
def check(
    session: Session,
    files: Sequence[Path],
    sheets: Sequence[str],
    hidden: str | None,
    *,
    as_json: bool,
) -> None:
    """Check record files and report every finding.

    Nothing is written. A file may hold stages too; each is checked in turn.
    """
    refused = total = 0
    for checked in session.workspace().check(files, selection_of(sheets, hidden)):
        total += 1
        refused += has_errors(checked.findings)
        echo_checked(checked, session, as_json=as_json)
    if not as_json:
        summary = message("{total} record(s), {refused} with errors", total=total, refused=refused)
        click.echo(session.say(summary))
    if refused:
        click.get_current_context().exit(FindingsError.exit_code)
