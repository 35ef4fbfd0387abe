"""``rmdocs print``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.canonical import sha256
from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import json_option, out_option
from rmdocs.cli.progress import Progress
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.renditions.printing import PrintSet

_SIDES = {"one": 1, "two": 2}


@command("print")
@argument("numbers", metavar="NUMBER...", nargs=-1, required=True, help="Record numbers.")
@out_option
@option(
    "--sides",
    type=click.Choice(list(_SIDES)),
    help="Print on one side of the paper or on two; as the form says if not given.",
)
@json_option
@pass_session
def print_sets(
    session: Session, numbers: Sequence[str], out: Path, sides: str | None, *, as_json: bool
) -> None:
    """Make files to print records for signing.

    One file a record: a cover with a check list, then the formal PDF in as many
    copies as the form asks for, each on sheets of its own. A PDF that is not there yet is made and
    sealed first; printing itself seals nothing. What is signed is not printed
    again.
    """
    wanted = [RecordNumber.parse(number) for number in numbers]
    group = session.workspace().renditions
    with Progress(session.say(message("making PDF"))) as progress:
        made = group.print_sets(wanted, out, _SIDES[sides] if sides else None, progress.at)
    for one in made:
        if as_json:
            printing.echo_json(_json(one, session))
        else:
            _print(one, out, session)


def _json(one: PrintSet, session: Session) -> dict[str, object]:
    return {
        "number": str(one.number),
        "edition": one.edition,
        "name": one.name,
        "copies": one.copies,
        "sheets": one.sheets,
        "pdf_made": one.made,
        "steps": [session.say(step) for step in one.steps],
        "sha256": sha256(one.pdf),
    }


def _print(one: PrintSet, out: Path, session: Session) -> None:
    if one.made:
        told = message(
            "{number}: PDF of edition {edition} made and sealed first",
            number=one.number,
            edition=one.edition,
        )
        click.echo(session.say(told), err=True)
    counted = message(
        "copies: {copies}, sheets of paper: {sheets} and the cover",
        copies=one.copies,
        sheets=one.sheets,
    )
    click.echo(f"{one.number}  {out / one.name}  {session.say(counted)}")
