"""What an auditor asks: ``rmdocs trace`` and ``verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from rmdocs import folders
from rmdocs.cli import copy, printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import json_option
from rmdocs.cli.record import echo_acts, echo_head
from rmdocs.errors import FindingsError
from rmdocs.findings import has_errors
from rmdocs.messages import listed, message

if TYPE_CHECKING:
    from rmdocs.audit.copytrace import CopyTrace
    from rmdocs.audit.trace import Trace
    from rmdocs.audit.verify import Verification
    from rmdocs.messages import Text


@command("trace")
@argument(
    "target",
    metavar="TARGET",
    help="A number of a record or a controlled copy, a document file, or a SHA-256.",
)
@json_option
@pass_session
def trace(session: Session, target: str, *, as_json: bool) -> None:
    """Trace a document to its record, form, people and seals.

    Says whether the document is the one that was sealed, whether a newer
    edition replaced it, and who approved the form it was made with. Of a
    controlled copy it says who holds it and whether it still counts.
    """
    from rmdocs.workspace import copies, records

    work = session.workspace()
    handed = folders.find(target) or target
    copy = copies.trace(work, handed)
    if copy is not None:
        _echo_copy(copy, session, as_json=as_json)
        return
    found = records.trace(work, handed)
    if as_json:
        printing.echo_answer(found, session)
    else:
        _print(found, session)
    if has_errors(found.findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _print(found: Trace, session: Session) -> None:
    signers = [(printing.named(printing.ROLES, one.role), one.name) for one in found.signers]
    links = (
        (message("original"), found.original),
        (message("cites"), session.say(listed(found.related))),
        (message("cited by"), session.say(listed(found.related_from))),
    )
    echo_head(found, session, (*signers, *links))
    echo_acts(found.acts, session)
    click.echo()
    printing.echo_findings(found.findings, session.language)
    if not found.findings:
        click.echo(session.say(message("sealed and unchanged")))


def _echo_copy(found: CopyTrace, session: Session, *, as_json: bool) -> None:
    """Print which controlled copy it is, and whether it still counts."""
    if as_json:
        printing.echo_answer(found, session)
        return
    copy.echo_copy(found.copy, session, as_json=False)
    exemplar = message("{exemplar} of {count}", exemplar=found.exemplar, count=found.copy.exemplar)
    facts = (
        (message("exemplar"), session.say(exemplar)),
        (message("given out on"), found.copy.given_on.isoformat()),
        (message("SHA-256"), found.file.sha256),
    )
    printing.echo_facts(facts, session.language)
    click.echo()
    printing.echo_findings(found.findings, session.language)
    if not found.findings:
        click.echo(session.say(message("sealed and unchanged")))


@command("verify")
@option(
    "--renditions",
    is_flag=True,
    help="Also judge every electronic signature and read every scan again; takes long.",
)
@option(
    "--contents",
    is_flag=True,
    help="Also judge again what every record says, and make every document again to compare it"
    " byte by byte; takes several times as long.",
)
@json_option
@pass_session
def verify(session: Session, *, renditions: bool, contents: bool, as_json: bool) -> None:
    """Verify the whole store against its ledgers and keys.

    Every act is judged by what held when it was done. Without --contents it is not
    seen whether a document says what its record says.
    """
    from rmdocs.workspace import requests, store

    result = store.verify(session.workspace(), renditions=renditions, contents=contents)
    findings = result.findings
    if as_json:
        printing.echo_answer(result, session)
    else:
        missing = requests.calendar_warning(session.workspace())
        printing.echo_findings(missing, session.language, err=True)
        printing.echo_findings(findings, session.language)
        summary = message(
            "{volumes} volume(s), {events} event(s), {files} file(s): {count} finding(s)",
            volumes=result.volumes,
            events=result.events,
            files=result.files,
            count=len(findings),
        )
        click.echo(session.say(summary))
        click.echo(session.say(_compared(result)))
        if result.adopted:
            told = message(
                "{count} revision(s) were approved on paper before the store began",
                count=result.adopted,
            )
            click.echo(session.say(told))
    if has_errors(findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _compared(result: Verification) -> Text:
    """Return whether documents were compared with their records, and how many."""
    if not result.contents:
        return message("not compared: documents with their records (rmdocs verify --contents)")
    if result.unread:
        return message(
            "{count} document(s) made again from their records and compared; {unread} edition(s)"
            " cannot be read here",
            count=result.documents,
            unread=result.unread,
        )
    return message(
        "{count} document(s) made again from their records and compared", count=result.documents
    )
