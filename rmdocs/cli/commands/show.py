"""``rmdocs show``."""

from __future__ import annotations

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import edition_option, json_option, number_argument
from rmdocs.cli.records import echo_acts, echo_head, echo_values, shown_json
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message


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
    echo_values(session.say(message("record")), shown.record)
    echo_values(session.say(message("stages")), list(shown.stages))
    echo_values(session.say(message("computed")), shown.derived)
