"""``rmdocs scan``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import EXISTING_FILE, FOLDER, json_option
from rmdocs.cli.progress import Progress
from rmdocs.errors import FindingsError
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.renditions.filing import Filing


@command("scan")
@argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=EXISTING_FILE,
    help="Scans: PDF, JPEG, PNG or TIFF, in any order.",
)
@option(
    "--review",
    type=FOLDER,
    metavar="DIR",
    help="Write pictures and a list of the doubtful sheets to this folder.",
)
@option(
    "--looked",
    is_flag=True,
    help="File also where no signature or seal is found: you looked at the paper.",
)
@json_option
@pass_session
def scan(
    session: Session, files: Sequence[Path], review: Path | None, *, looked: bool, as_json: bool
) -> None:
    """File scans of signed paper with their records.

    Sheets are sorted by the codes on them. Only complete sets of the newest
    edition are filed, and slips that were torn off and came back; what is
    doubtful is told and left out, and so is what nobody signed or sealed.
    """
    with Progress(session.say(message("reading scans"))) as progress:
        group = session.workspace().renditions
        filing = group.scan(
            files, lambda _name, page, pages: progress.at(page, pages), looked=looked
        )
    if as_json:
        printing.echo_json(_json(filing, session))
    else:
        _print(filing, session)
    left = group.review(filing, files, review) if review is not None else None
    if left is not None and not as_json:
        click.echo(session.say(message("pictures and a list are in {path}", path=left)), err=True)
    if not filing.settled:
        click.get_current_context().exit(FindingsError.exit_code)


def _json(filing: Filing, session: Session) -> dict[str, object]:
    filed = [
        {
            "number": str(one.number),
            "edition": one.edition,
            "name": one.name,
            "pages": one.pages,
            "slip": one.slip.name if one.slip else None,
        }
        for one in filing.filed
    ]
    findings = printing.findings_json(filing.pile.all_findings, session.language)
    return {"filed": filed, "findings": findings}


def _print(filing: Filing, session: Session) -> None:
    for one in filing.filed:
        values = {"number": one.number, "name": one.name, "pages": one.pages}
        told = message("{number}: filed {name}, pages: {pages}", **values)
        if one.slip is not None:
            told = message("{number}: filed {name}, {slip}", **values, slip=one.slip.title)
        click.echo(session.say(told))
    printing.echo_findings(filing.pile.all_findings, session.language)
    left = len(filing.pile.review)
    if left:
        click.echo(session.say(message("sheets left to a person: {count}", count=left)))
