"""``rmdocs check``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import files_argument, json_option
from rmdocs.errors import FindingsError
from rmdocs.findings import has_errors
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.issuing.checking import CheckedCandidate


@command("check")
@files_argument
@json_option
@pass_session
def check(session: Session, files: Sequence[Path], *, as_json: bool) -> None:
    """Check record files and report every finding.

    Nothing is written. A file may hold stages too; each is checked in turn.
    """
    refused = total = 0
    for checked in session.workspace().check(files):
        total += 1
        refused += has_errors(checked.findings)
        _print(checked, session, as_json=as_json)
    if not as_json:
        summary = message("{total} record(s), {refused} with errors", total=total, refused=refused)
        click.echo(session.say(summary))
    if refused:
        click.get_current_context().exit(FindingsError.exit_code)


def _print(checked: CheckedCandidate, session: Session, *, as_json: bool) -> None:
    if as_json:
        printing.echo_json(
            {
                "file": checked.source,
                "row": checked.row,
                "form": checked.form,
                "ok": not has_errors(checked.findings),
                "findings": printing.findings_json(checked.findings, session.language),
            }
        )
        return
    place = f"{checked.source}:{checked.row}"
    printing.echo_findings(checked.findings, session.language, place=place)
