"""``rmdocs form preview``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import WholeNumber, json_option, out_option
from rmdocs.cli.revisions import document_argument
from rmdocs.errors import FindingsError
from rmdocs.messages import message


@command("preview")
@document_argument
@out_option
@option(
    "--revision",
    default="desk",
    metavar="X.Y",
    help="A released revision, draft (what was submitted) or desk; the desk if not given.",
)
@option(
    "--records",
    type=WholeNumber(0, 100),
    default=0,
    metavar="N",
    help="Print the N newest records as well: those issued last.",
)
@json_option
@pass_session
def form_preview(
    session: Session, number: str, out: Path, revision: str, records: int, *, as_json: bool
) -> None:
    """Show the pages of a form before it is released.

    The sample, and with --records real records, filled in as they would be
    printed, marked 草稿: each as PDF, and once more with today's page on the
    left. Nothing is kept in the store.
    """
    wanted = session.form(number)
    workspace = session.workspace()
    made = workspace.previewing.preview(wanted, out, revision, records)
    for one in made:
        if as_json:
            printing.echo_json(
                {
                    "source": one.source,
                    "files": [str(path) for path in one.paths],
                    "findings": printing.findings_json(one.findings, session.language),
                }
            )
            continue
        printing.echo_findings(one.findings, session.language, place=one.source, err=True)
        for path in one.paths:
            click.echo(session.say(message("wrote {path}", path=path)))
    if revision == "draft" and not as_json:
        printing.echo_findings(workspace.revising.noted(wanted), session.language, err=True)
    if not made[0].paths:  # not even the sample
        click.get_current_context().exit(FindingsError.exit_code)
