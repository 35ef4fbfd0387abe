"""``rmdocs verify``."""

from __future__ import annotations

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import json_option
from rmdocs.errors import FindingsError
from rmdocs.findings import has_errors
from rmdocs.messages import message


@command("verify")
@option(
    "--renditions",
    is_flag=True,
    help="Also judge every electronic signature and read every scan again; takes long.",
)
@json_option
@pass_session
def verify(session: Session, *, renditions: bool, as_json: bool) -> None:
    """Verify the whole store against its ledgers and keys."""
    result = session.workspace().verify(renditions=renditions)
    findings = result.findings
    if as_json:
        printing.echo_json(
            {
                "volumes": result.volumes,
                "events": result.events,
                "files": result.files,
                "adopted": result.adopted,
                "ok": not has_errors(findings),
                "findings": printing.findings_json(findings, session.language),
            }
        )
    else:
        missing = session.workspace().calendars.missing()
        printing.echo_findings(missing, session.language, err=True)
        printing.echo_findings(findings, session.language)
        summary = message(
            "{volumes} volume(s), {events} event(s), {files} file(s): {count} finding(s)",
            volumes=result.volumes,
            events=result.events,
            files=result.files,
            count=len(findings),
        )
        click.echo(session.say(summary))
        if result.adopted:
            told = message(
                "{count} revision(s) were approved on paper before the store began",
                count=result.adopted,
            )
            click.echo(session.say(told))
    if has_errors(findings):
        click.get_current_context().exit(FindingsError.exit_code)
