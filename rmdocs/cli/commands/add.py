"""``rmdocs add``."""

from __future__ import annotations

from pathlib import Path

import click

from rmdocs.cli.changes import echo_change
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command
from rmdocs.cli.options import EXISTING_FILE, json_option, number_argument
from rmdocs.cli.questions import converse, draft_of
from rmdocs.errors import RmdocsError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.workspace.saving import require_free


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
    kept = draft_of(target)
    interview = drafting.begin_stage(number, stage, kept)
    given = {"number": number, "stage": stage, "path": target}
    require_free(target, message("add it with: rmdocs add {number} {stage} {path}", **given))
    told = message("kept in {path}; the same command goes on", path=kept)
    drafting.keep(converse(session, drafting, interview, kept, told), target, kept)
    return target
