"""``rmdocs show``."""

from __future__ import annotations

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import edition_option, json_option, number_argument
from rmdocs.cli.records import echo_acts, echo_head, echo_said, shown_json
from rmdocs.identifiers import RecordNumber


@command("show")
@number_argument
@edition_option
@json_option
@pass_session
def show(session: Session, number: str, edition: int | None, *, as_json: bool) -> None:
    """Show a record as it stands, or one of its editions."""
    shown = session.workspace().show(RecordNumber.parse(number), edition)
    if as_json:
        printing.echo_json(shown_json(shown, session))
        return
    echo_head(shown, session)
    echo_acts(shown.acts, session)
    echo_said(shown, session)
