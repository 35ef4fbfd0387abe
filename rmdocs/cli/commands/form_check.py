"""``rmdocs form check``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import WholeNumber, json_option
from rmdocs.cli.revisions import echo_trials
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import Finding, has_errors
from rmdocs.identifiers import DocumentNumber
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
@option(
    "--clean",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Write the template to this file or folder without comments, all changes accepted.",
)
@json_option
@pass_session
def form_check(
    session: Session,
    number: str | None,
    trial: int | None,
    clean: Path | None,
    *,
    as_json: bool,
) -> None:
    """Check forms on the desk before release.

    Template, schema, rules and sample are read together; every mistake is
    reported with its place: part, paragraph and visible text for a template.
    Works in any folder with forms, also where there is no store yet.
    """
    if clean is not None:
        _write_clean(session, number, clean)
        return
    wanted = _form(session, number) if number else None
    findings = list(_check(session, wanted))
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


def _form(session: Session, text: str) -> DocumentNumber:
    from rmdocs.workspace.deskcheck import form_called, has_store

    return session.form(text) if has_store(session.path) else form_called(session.path, text)


def _check(session: Session, number: DocumentNumber | None) -> list[Finding]:
    from rmdocs.workspace.deskcheck import check_desk, has_store
    from rmdocs.workspace.renditions import fonts_here

    if has_store(session.path):
        return session.workspace().desk.check(number, fonts_here())
    return check_desk(session.path, number, fonts=fonts_here())


def _write_clean(session: Session, number: str | None, out: Path) -> None:
    from rmdocs.workspace.deskcheck import write_clean

    if number is None:
        raise UsageError(message("--clean writes one form"), message("give its number"))
    path = write_clean(session.path, _form(session, number), out)
    click.echo(session.say(message("wrote {path}", path=path)), err=True)
