"""How the outcome of an act on one record is printed: add, amend, void."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.issuing.later import Done


def echo_change(change: Done, session: Session, *, as_json: bool) -> None:
    """Print the record's number, edition and status after the act."""
    if as_json:
        printing.echo_json(
            {
                "number": change.number,
                "edition": change.edition,
                "status": change.status,
                "documents": printing.sealed_json(change.files),
                "findings": printing.findings_json(change.findings, session.language),
            }
        )
        return
    printing.echo_findings(change.findings, session.language, err=True)
    sentence = message(
        "{number}: {status}, edition {edition}",
        number=change.number,
        status=printing.named(printing.STATUSES, change.status),
        edition=change.edition,
    )
    click.echo(session.say(sentence))
