"""How a controlled copy is printed after something happened to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.canonical import JsonObject
from rmdocs.cli import printing
from rmdocs.cli.context import Session
from rmdocs.cli.help import argument, option
from rmdocs.cli.options import FOLDER
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.registers.copies import Copy
    from rmdocs.workspace.opening import Workspace

copy_argument = argument(
    "number", metavar="COPY", help="Number of the controlled copy, such as RXD7200-04-C0001."
)
copy_out_option = option(
    "--out", type=FOLDER, metavar="DIR", help="Write the stamped document to this folder as well."
)
copy_pdf_option = option(
    "--pdf", is_flag=True, help="Its PDF as well, marked with the number on every page."
)
copy_reason_option = option(
    "--reason", required=True, metavar="TEXT", help="Why; it stays with the copy."
)


def echo_copy(copy: Copy, session: Session, *, as_json: bool) -> None:
    """Print a copy's number, revision, holder and where it stands."""
    if as_json:
        printing.echo_json(copy_json(copy))
        return
    sentence = message(
        "{copy} (revision {revision}), {holder}: {status}",
        copy=copy.number,
        revision=copy.terms.revision,
        holder=copy.holder,
        status=copy.status.called,
    )
    click.echo(session.say(sentence))


def write_copy(copy: Copy, workspace: Workspace, out: Path | None, session: Session) -> None:
    """Write the stamped document to a folder if one is given, and say where."""
    if out is not None:
        group = workspace.copies
        for path in (group.export(copy.number, out), group.export_pdf(copy.number, out)):
            if path is not None:
                click.echo(session.say(message("wrote {path}", path=path)), err=True)


def copy_json(copy: Copy) -> JsonObject:
    """Return a copy as JSON answers show it."""
    terms = copy.terms
    file, pdf = copy.file(copy.exemplar), copy.pdf(copy.exemplar)
    return {
        "copy": str(copy.number),
        "document": str(copy.number.document),
        "revision": str(terms.revision),
        "holder": terms.holder.to_json(),
        "status": copy.status.value,
        "exemplar": copy.exemplar,
        "issued_on": terms.issued_on.isoformat(),
        "replaces": str(terms.replaces) if terms.replaces else None,
        "replaced_by": str(copy.replaced_by) if copy.replaced_by else None,
        "file": {"path": file.path, "sha256": file.sha256},
        "pdf": {"path": pdf.path, "sha256": pdf.sha256} if pdf is not None else None,
    }
