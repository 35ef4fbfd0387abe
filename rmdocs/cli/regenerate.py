"""``rmdocs regenerate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs import folders
from rmdocs.cli import printing
from rmdocs.cli.context import Progress, Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import EXISTING_FILE, OUT_BOOK, OUT_REPORT, cluster_option, json_option
from rmdocs.cli.printing import echo_report, save_report
from rmdocs.cli.revision import document_argument
from rmdocs.errors import FindingsError
from rmdocs.identifiers import Revision
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.regeneration.plan import Plan
    from rmdocs.workspace.opening import Workspace


@command("regenerate")
@document_argument
@option("--to", required=True, metavar="X.Y", help="The revision in force.")
@option(
    "--where",
    default="",
    metavar="EXPRESSION",
    help="Only records for which it holds, such as unit.code == 'JN01'.",
)
@option("--dry-run", is_flag=True, help="Show the plan and write nothing to the store.")
@option("--yes", is_flag=True, help="Carry the plan out without asking.")
@option(
    "--skip-invalid", is_flag=True, help="Leave records that cannot be carried over as they are."
)
@option(
    "--missing", type=OUT_BOOK, metavar="FILE", help="Write a sheet to fill in what is missing."
)
@option("--filled", type=EXISTING_FILE, metavar="FILE", help="That sheet, filled in.")
@option(
    "--report", type=OUT_REPORT, metavar="FILE", help="What changed in each document: HTML or XLSX."
)
@cluster_option
@json_option
@pass_session
def regenerate(
    session: Session,
    number: str,
    to: str,
    where: str,
    *,
    dry_run: bool,
    yes: bool,
    skip_invalid: bool,
    missing: Path | None,
    filled: Path | None,
    report: Path | None,
    as_json: bool,
) -> None:
    """Give open records a new edition on a new revision.

    The plan comes first: every record with what becomes of it. What was signed
    or closed is never touched. A run that was interrupted is gone on with by
    giving the same command again.
    """
    from rmdocs.workspace import regeneration

    if missing is not None:  # a workbook is never the same twice, and may be half filled in
        folders.require_free(missing, message("move it away, or choose another name"))
    workspace = session.workspace()
    with Progress(session.say(message("planning"))) as progress:
        plan = regeneration.plan(
            workspace,
            session.form(number),
            Revision.parse(to),
            where=where,
            filled=None if filled is None else folders.read(filled),
            progress=progress.at,
        )
    printing.echo_findings(plan.told, session.language, err=True)
    echo_report(regeneration.plan_report(workspace, plan), session, as_json=as_json)
    language = session.language
    sheet = regeneration.missing_sheet(workspace, plan, language) if missing is not None else None
    if missing is not None and sheet is not None:
        folders.save(missing, sheet)
        click.echo(session.say(message("wrote {path}", path=missing)), err=True)
    if dry_run:
        if report is not None:
            save_report(regeneration.plan_report(workspace, plan), report, session)
        return
    _refuse_blocked(plan, session, skip_invalid=skip_invalid)
    if yes or click.confirm(session.say(message("Regenerate these records?")), err=True):
        _run(workspace, plan, where, report, session)


def _refuse_blocked(plan: Plan, session: Session, *, skip_invalid: bool) -> None:
    from rmdocs.regeneration.plan import RegenerationOutcome

    blocked = plan.of(RegenerationOutcome.BLOCKED)
    if not blocked or skip_invalid:
        return
    for one in blocked:
        printing.echo_findings(one.findings, session.language, place=str(one.number), err=True)
    raise FindingsError(
        (),
        message("{count} record(s) cannot be carried over: nothing was done", count=len(blocked)),
        message("fill in what is missing (--missing, --filled), or leave them (--skip-invalid)"),
    )


def _run(
    workspace: Workspace, plan: Plan, where: str, report: Path | None, session: Session
) -> None:
    from rmdocs.workspace import regeneration

    with Progress(session.say(message("regenerating"))) as progress:
        run = regeneration.run(workspace, plan, where=where, progress=progress.at)
    result = regeneration.result_report(workspace, run.serial)
    told = message(
        "run {run}: {count} of {total} records have a new edition",
        run=run.name,
        count=len({row[0] for row in result.rows}),
        total=len(run.records),
    )
    click.echo(session.say(told), err=True)
    if report is not None:
        save_report(result, report, session)
