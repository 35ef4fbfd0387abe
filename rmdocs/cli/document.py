"""Controlled documents that are not forms: ``rmdocs document``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.form import echo_rows, save_clean
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, OutPath, json_option, out_option
from rmdocs.errors import UsageError
from rmdocs.folders import save
from rmdocs.messages import message


@command("list")
@json_option
@pass_session
def document_list(session: Session, *, as_json: bool) -> None:
    """List the controlled documents that are not forms, and their revisions.

    Shows the revision on the desk and the one in force, the one to come, the
    open change request, how many items are still to be settled (待核定), and an
    external document's own number and edition.
    """
    from rmdocs.workspace import documents

    echo_rows(documents.rows(session.workspace()), session, as_json=as_json, designated=True)


@command("check")
@argument(
    "number",
    metavar="[NUMBER]",
    required=False,
    help="Number of the document, such as IXD7200-01; every document if not given.",
)
@option(
    "--clean",
    type=OutPath(),
    metavar="OUT",
    help="Write its text to this file or folder without comments, all changes accepted.",
)
@json_option
@pass_session
def document_check(
    session: Session, number: str | None, clean: Path | None, *, as_json: bool
) -> None:
    """Check documents on the desk, and whether what they refer to is in force.

    Without a number every reference between documents in force is resolved
    too: one to a document that is unknown, withdrawn or not in force yet is
    reported with its place.
    """
    from rmdocs.workspace import documents

    if clean is not None:
        _write_clean(session, number, clean)
        return
    wanted = session.document(number) if number else None
    findings = documents.check(session.workspace(), wanted)
    printing.echo_checked(findings, session, as_json=as_json)


def _write_clean(session: Session, number: str | None, out: Path) -> None:
    from rmdocs.workspace.desk import clean_document

    if number is None:
        raise UsageError(message("--clean writes one document"), message("give its number"))
    save_clean(clean_document(session.path, session.document(number)), out, session)


@command("assemble")
@argument("number", metavar="NUMBER", help="Number of the document, such as IXD7200-01.")
@out_option
@option("--as-of", type=DATE, metavar="DATE", help="The edition in force on that day.")
@pass_session
def document_assemble(session: Session, number: str, out: Path, as_of: datetime | None) -> None:
    """Build the controlled edition of a document, as a Word document.

    Cover, contents, 修改记录, the officer's text, and the forms that belong to
    it as annexes, each blank and in its revision in force. An edition that is
    not in force today is marked on every page.
    """
    from rmdocs.workspace import documents

    day = as_of.date() if as_of else None
    printing.echo_to_come(day, session)
    made = documents.export(session.workspace(), session.document(number), day)
    path = save(out / made.name, made.data)
    click.echo(session.say(message("wrote {path}", path=path)))
