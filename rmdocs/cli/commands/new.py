"""``rmdocs new``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import EXISTING_FILE
from rmdocs.cli.questions import converse, draft_of
from rmdocs.cli.reports import FILE
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import has_errors
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.workspace.saving import require_free


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
def new(
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
        raise UsageError(
            message("it is not said with what to begin, or more than once"),
            message("name a form to begin with, or --continue a draft"),
        )
    drafting = session.workspace().drafting
    if draft is not None:
        interview, target = drafting.resume(draft), out or _target_of(draft)
    else:
        number = RecordNumber.parse(like) if like else None
        interview = drafting.begin(session.form(form), number, customer)
        target = out
    target = target or Path(f"{interview.form.number}-new.json")
    if target.suffix.lower() != ".json":
        raise UsageError(
            message("{path} is no record file", path=target),
            message("choose a name that ends in .json"),
        )
    require_free(target, message("name another file with --out"))
    kept = draft or draft_of(target)
    if draft is None:
        require_free(kept, message("go on with it: rmdocs new --continue {path}", path=kept))
    broken_off = message("kept; go on with: rmdocs new --continue {path}", path=kept)
    record = converse(session, drafting, interview, kept, broken_off)
    findings = drafting.finish(record, target, kept)
    click.echo(session.say(message("wrote {path}", path=target)), err=True)
    printing.echo_findings(findings, session.language, place=target.name)
    if has_errors(findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _target_of(draft: Path) -> Path | None:
    """Return what a draft was to become; None if its name does not say."""
    target = draft.with_suffix("")
    return target if draft_of(target) == draft and target.suffix == ".json" else None
