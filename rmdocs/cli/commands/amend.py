"""``rmdocs amend``."""

from __future__ import annotations

from pathlib import Path

from rmdocs.cli.changes import echo_change
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import EXISTING_FILE, json_option, number_argument
from rmdocs.identifiers import RecordNumber


@command("amend")
@number_argument
@argument(
    "file",
    metavar="FILE",
    type=EXISTING_FILE,
    help="The whole corrected record: JSON, YAML, CSV or XLSX.",
)
@option("--reason", required=True, metavar="TEXT", help="Why; it stays with the record.")
@json_option
@pass_session
def amend(session: Session, number: str, file: Path, reason: str, *, as_json: bool) -> None:
    """Correct a record; what was issued stays readable.

    The correction names what it corrects, by whom and when, and prints a new
    edition under the same number. The file to correct is written by: rmdocs
    export NUMBER --record
    """
    change = session.workspace().amend(RecordNumber.parse(number), file, reason)
    echo_change(change, session, as_json=as_json)
