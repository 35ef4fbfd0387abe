"""``rmdocs add``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli.changes import echo_change
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command
from rmdocs.cli.options import EXISTING_FILE, json_option, number_argument
from rmdocs.cli.questions import prompter
from rmdocs.errors import ConflictError, RmdocsError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message


@command("add")
@number_argument
@argument("stage", metavar="STAGE", help="Name of the stage, such as delivery.")
@argument(
    "file",
    metavar="[FILE]",
    type=EXISTING_FILE,
    required=False,
    help="Its content: JSON or YAML; without it, it is asked for.",
)
@json_option
@pass_session
def add(session: Session, number: str, stage: str, file: Path | None, *, as_json: bool) -> None:
    """Add the next stage to a record.

    Stages come in the order the form gives, from the roles it names; each
    prints a new edition, and nothing captured before changes.

    Without FILE each field is asked for, as rmdocs new does. The answers are
    kept in NUMBER-STAGE.json: if a rule refuses them, correct them there and
    name the file. Ctrl-C breaks off; the same command goes on.
    """
    of = RecordNumber.parse(number)
    asked = file is None
    file = file or _asked(session, of, stage)
    try:
        change = session.workspace().add(of, stage, file)
    except RmdocsError:
        if asked:
            told = message("your answers are in {path}: correct them there", path=file)
            click.echo(session.say(told), err=True)
        raise
    if asked:
        file.unlink()
    echo_change(change, session, as_json=as_json)


def _asked(session: Session, number: RecordNumber, stage: str) -> Path:
    """Ask for a stage and return the file with the answers."""
    drafting, target = session.workspace().drafting, Path(f"{number}-{stage}.json")
    interview = drafting.begin_stage(number, stage)
    if target.exists():
        raise ConflictError(
            message("{path} is there already", path=target),
            message(
                "add it with: rmdocs add {number} {stage} {path}",
                number=number,
                stage=stage,
                path=target,
            ),
        )
    kept = target.with_name(f"{target.name}.draft")
    if kept.exists():
        interview = drafting.resume(kept, stage)
    try:
        content = drafting.hold(interview, kept, prompter(session))
    except (click.Abort, KeyboardInterrupt):
        told = message("kept in {path}; the same command goes on", path=kept)
        click.echo(f"\n{session.say(told)}", err=True)
        raise
    drafting.keep(content, target, lambda: kept.unlink(missing_ok=True))
    return target
