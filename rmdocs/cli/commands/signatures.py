"""``rmdocs signatures``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command
from rmdocs.cli.options import json_option
from rmdocs.errors import FindingsError
from rmdocs.messages import Text, message

if TYPE_CHECKING:
    from rmdocs.signing.validation import Signature, Validation


@command("signatures")
@argument("target", metavar="NUMBER|FILE", help="A record number, or a PDF file.")
@json_option
@pass_session
def signatures(session: Session, target: str, *, as_json: bool) -> None:
    """Say what the signatures of a PDF are worth.

    Who signed, when, what it covers, trusted by what, and what was changed
    since. Trusted are the certificates in the workspace's folder trust.
    """
    found = session.workspace().renditions.signatures(target)
    if as_json:
        printing.echo_json(found.to_json(session.language))
    else:
        _print(found, session)
    if not found.valid:
        click.get_current_context().exit(FindingsError.exit_code)


def _print(found: Validation, session: Session) -> None:
    for one in found.signatures:
        printing.echo_facts(_facts(one, session), session.language)
        click.echo()
    printing.echo_findings(found.findings, session.language)
    if found.valid:
        click.echo(session.say(message("signed and unchanged")))


def _facts(one: Signature, session: Session) -> list[tuple[Text, str]]:
    return [
        (message("party"), session.say(one.of)),
        (message("signed by"), f"{one.signatory} ({one.subject})"),
        (message("meaning"), one.meaning),
        (message("time"), session.say(one.when)),
        (message("time stamped by"), one.stamped_by),
        (message("level"), session.say(one.reached)),
        (message("trusted by"), one.trusted_by or "-"),
        (message("covers"), session.say(one.coverage)),
        (message("reason"), one.reason),
    ]
