"""``rmdocs document check``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import json_option
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import has_errors
from rmdocs.messages import message


@command("check")
@argument(
    "number",
    metavar="[NUMBER]",
    required=False,
    help="Number of the document, such as IXD7200-01; every document if not given.",
)
@option(
    "--clean",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write its text to this file or folder without comments, all changes accepted.",
)
@json_option
@pass_session
def document_check(
    session: Session, number: str | None, clean: Path | None, *, as_json: bool
) -> None:
    """Check documents on the desk, and whether what they refer to is in force.

    Without a number every reference between documents in force is resolved
    too: one to a document that is unknown, withdrawn or not in force yet is
    reported with its place.
    """
    if clean is not None:
        _write_clean(session, number, clean)
        return
    wanted = session.document(number) if number else None
    findings = session.workspace().documents.check(wanted)
    if as_json:
        for finding in findings:
            printing.echo_json(finding.to_json(session.language))
    else:
        printing.echo_findings(findings, session.language)
        if not findings:
            click.echo(session.say(message("nothing found")))
    if has_errors(findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _write_clean(session: Session, number: str | None, out: Path) -> None:
    from rmdocs.workspace.deskcheck import write_clean_document

    if number is None:
        raise UsageError(message("--clean writes one document"), message("give its number"))
    path = write_clean_document(session.path, session.document(number), out)
    click.echo(session.say(message("wrote {path}", path=path)), err=True)
