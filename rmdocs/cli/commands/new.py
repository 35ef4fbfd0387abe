"""``rmdocs new``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import EXISTING_FILE
from rmdocs.cli.questions import prompter
from rmdocs.cli.reports import FILE
from rmdocs.errors import ConflictError, FindingsError, UsageError
from rmdocs.findings import has_errors
from rmdocs.identifiers import DocumentNumber, RecordNumber
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.records.interview import Interview
    from rmdocs.workspace.drafting import Drafting


@command("new")
@argument("form", metavar="[FORM]", default="", help="Number of the form, such as RXD7200-02.")
@option("--like", default="", metavar="NUMBER", help="Offer the values of this record.")
@option("--customer", default="", metavar="CODE", help="Offer this customer of the register.")
@option("--out", type=FILE, metavar="FILE", help="The record file to write (.json).")
@option(
    "--continue",
    "draft",
    type=EXISTING_FILE,
    metavar="FILE",
    help="Go on with what was broken off, from the file it was kept in.",
)
@pass_session
def new(  # noqa: PLR0913, PLR0917 - one parameter an option
    session: Session, form: str, like: str, customer: str, out: Path | None, draft: Path | None
) -> None:
    """Write a record by answering questions.

    Each field with its title, help and choices; an answer that cannot stand is
    asked for again, and the rules are checked at the end. An empty answer takes
    what is offered in brackets, “-” leaves the field empty.

    Ctrl-C breaks off: the answers are in FILE.draft beside the record file, and
    --continue goes on with them. The file is for: rmdocs check, rmdocs issue.
    """
    if bool(form) == (draft is not None) or (draft is not None and (like or customer)):
        raise UsageError(message("name a form to begin with, or --continue a draft"))
    drafting = session.workspace().drafting
    if draft is not None:
        interview, kept = drafting.resume(draft), draft
    else:
        number = RecordNumber.parse(like) if like else None
        interview = drafting.begin(DocumentNumber.parse(form), number, customer)
        kept = Path()
    target = out or _target(interview, draft)
    if target.suffix.lower() != ".json":
        raise UsageError(
            message("{path} is no record file", path=target),
            message("choose a name that ends in .json"),
        )
    if target.exists():
        raise ConflictError(
            message("{path} is there already", path=target),
            message("name another file with --out"),
        )
    if draft is None:
        kept = target.with_name(f"{target.name}.draft")
        if kept.exists():
            raise ConflictError(
                message("{path} is there already", path=kept),
                message("go on with it: rmdocs new --continue {path}", path=kept),
            )
    _converse(session, drafting, interview, target, kept)


def _converse(
    session: Session, drafting: Drafting, interview: Interview, target: Path, kept: Path
) -> None:
    try:
        record = drafting.hold(interview, kept, prompter(session))
    except (click.Abort, KeyboardInterrupt):
        told = message("kept; go on with: rmdocs new --continue {path}", path=kept)
        click.echo(f"\n{session.say(told)}", err=True)
        raise
    findings = drafting.finish(record, target, lambda: kept.unlink(missing_ok=True))
    click.echo(session.say(message("wrote {path}", path=target)), err=True)
    printing.echo_findings(findings, session.language, place=target.name)
    if has_errors(findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _target(interview: Interview, draft: Path | None) -> Path:
    if draft is not None and draft.name.endswith(".json.draft"):
        return draft.with_name(draft.name.removesuffix(".draft"))
    return Path(f"{interview.form.number}-new.json")
