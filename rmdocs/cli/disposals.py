"""How the outcome of an act on a disposal is printed: propose, approve, reject."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session
from rmdocs.cli.help import argument
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.registers.disposals import Disposal

disposal_argument = argument(
    "disposal", metavar="DISPOSAL", help="Number of the disposal, such as D2026-0001."
)


def echo_disposal(disposal: Disposal, session: Session, *, as_json: bool) -> None:
    """Print where a disposal stands, and which records were left out of it."""
    certificate = disposal.certificate
    left_out = certificate.left_out if certificate else ()
    records = [str(record.number) for record in disposal.proposal.records]
    done = list(certificate.done) if certificate else []
    if as_json:
        printing.echo_json(
            {
                "disposal": str(disposal.number),
                "outcome": disposal.proposal.outcome.value,
                "status": disposal.status.value,
                "records": records,
                "done": done,
                "left_out": [{"number": number, "reason": why} for number, why in left_out],
                "list_sha256": disposal.proposal.list_sha256,
            }
        )
        return
    sentence = message(
        "{disposal}: {outcome}, {count} record(s): {status}",
        disposal=disposal.number,
        outcome=disposal.proposal.outcome.called,
        count=len(done) if certificate else len(records),
        status=disposal.status.called,
    )
    click.echo(session.say(sentence))
    for number, why in left_out:
        note = message("left out after the approval: {number} ({why})", number=number, why=why)
        click.echo(session.say(note), err=True)
