"""``rmdocs form check``."""

from __future__ import annotations

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import WholeNumber, json_option
from rmdocs.cli.revisions import echo_trials
from rmdocs.errors import FindingsError
from rmdocs.findings import has_errors
from rmdocs.messages import message


@command("check")
@argument(
    "number",
    metavar="[NUMBER]",
    required=False,
    help="Number of the form, such as RXD7200-02; every form if not given.",
)
@option(
    "--trial",
    type=WholeNumber(0, 10000),
    metavar="N",
    help="Try it on its sample and on the N newest records as well; nothing is kept.",
)
@json_option
@pass_session
def form_check(session: Session, number: str | None, trial: int | None, *, as_json: bool) -> None:
    """Check forms on the desk before release.

    Template, schema, rules and sample are read together; every mistake is
    reported with its place: part, paragraph and visible text for a template.
    """
    wanted = session.form(number) if number else None
    findings = session.workspace().desk.check(wanted)
    if trial is not None and wanted is not None and not has_errors(findings):
        sample, *records = session.workspace().desk.trial(wanted, trial)
        findings += sample.findings
        echo_trials(records, session)
    if as_json:
        for finding in findings:
            printing.echo_json(finding.to_json(session.language))
    else:
        printing.echo_findings(findings, session.language)
        if not findings:
            click.echo(session.say(message("nothing found")))
    if has_errors(findings):
        click.get_current_context().exit(FindingsError.exit_code)
