"""``rmdocs add``."""

from __future__ import annotations

from pathlib import Path

from rmdocs.cli.changes import echo_change
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command
from rmdocs.cli.options import EXISTING_FILE, json_option, number_argument
from rmdocs.identifiers import RecordNumber


@command("add")
@number_argument
@argument("stage", metavar="STAGE", help="Name of the stage, such as delivery.")
@argument("file", metavar="FILE", type=EXISTING_FILE, help="Its content: JSON or YAML.")
@json_option
@pass_session
def add(session: Session, number: str, stage: str, file: Path, *, as_json: bool) -> None:
    """Add the next stage to a record.

    Stages come in the order the form gives, from the roles it names; each
    prints a new edition, and nothing captured before changes.
    """
    change = session.workspace().add(RecordNumber.parse(number), stage, file)
    echo_change(change, session, as_json=as_json)
