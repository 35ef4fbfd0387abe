"""PDF of records, paper to sign, and paper that comes back: ``rmdocs pdf``, ``print``, ``scan``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs import folders
from rmdocs.cli import printing
from rmdocs.cli.context import Progress, Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.issue import echo_checked
from rmdocs.cli.options import EXISTING_FILE, OUT_FOLDER, cluster_option, json_option, out_option
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import has_errors
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Language, Text, message

if TYPE_CHECKING:
    from rmdocs.renditions.filing import Filing
    from rmdocs.renditions.making import Made
    from rmdocs.renditions.printing import PrintSet

_MADE = message("made")


@command("pdf")
@argument(
    "targets",
    metavar="NUMBER...",
    nargs=-1,
    required=True,
    help="Record numbers; record files with --draft.",
)
@option("--out", type=OUT_FOLDER, metavar="DIR", help="Write the files to this folder as well.")
@option("--preview", is_flag=True, help="Marked 预览, sealed nowhere; it cannot be signed.")
@option("--copy", is_flag=True, help="A copy of what counts, marked 复制件; 作废 if it is void.")
@option("--draft", is_flag=True, help="Records in files, not issued yet, marked 草稿.")
@cluster_option
@json_option
@pass_session
def pdf(
    session: Session,
    targets: Sequence[str],
    out: Path | None,
    *,
    preview: bool,
    copy: bool,
    draft: bool,
    as_json: bool,
) -> None:
    """Make PDF of records' documents, sealed beside them.

    PDF/A with the record attached and a code on each page. The same edition
    gives the same bytes; what was made before is kept.

    A copy is made of the signed original, or of the formal PDF as long as
    nobody signed. It proves nothing: signatures are only drawn on it.

    A draft is checked as it would be at issue, and printed under the form in
    force also if a rule refuses it. It bears neither number nor page code.
    """
    from rmdocs.workspace import machine, renditions

    if preview + copy + draft > 1:
        raise UsageError(
            message("--preview, --copy and --draft do not go together"),
            message("give one of --preview, --copy and --draft"),
        )
    if not copy:
        unusable = machine.unusable_fonts()
        printing.echo_findings(unusable, session.language, err=True)
    if draft:
        folder = _folder(out, message("a draft is only written to a folder"))
        _draft(session, [_file(target) for target in targets], folder, as_json=as_json)
        return
    wanted = [RecordNumber.parse(target) for target in targets]
    workspace = session.workspace()
    if copy:
        folder = _folder(out, message("a copy is only written to a folder"))
        copies = (one for number in wanted for one in renditions.copy(workspace, number))
        _echo(_saved(copies, folder), session, folder, as_json=as_json, done=message("copied"))
    elif preview:
        folder = _folder(out, message("a preview is only written to a folder"))
        made = (one for number in wanted for one in renditions.preview(workspace, number))
        _echo(_saved(made, folder), session, folder, as_json=as_json)
    else:
        _make(session, wanted, out, as_json=as_json)


def _make(
    session: Session, wanted: Sequence[RecordNumber], out: Path | None, *, as_json: bool
) -> None:
    from rmdocs.workspace import renditions

    sealed: list[Made] = []
    written: list[Path] = []
    try:
        with Progress(session.say(message("making PDF"))) as progress:
            for one in renditions.each_made(session.workspace(), wanted, progress.at):
                sealed.append(replace(one, pdf=b""))
                if out is not None:
                    written.append(folders.save(out / one.name, one.pdf))
    finally:
        # What is sealed is told, also where something else could not be made or written.
        _echo(sealed, session, None, as_json=as_json)
        for path in written if not as_json else ():
            click.echo(session.say(message("wrote {path}", path=path)), err=True)


def _saved(made: Iterable[Made], folder: Path) -> Iterator[Made]:
    """Save each file to a folder as it is made."""
    for one in made:
        folders.save(folder / one.name, one.pdf)
        yield one


def _draft(session: Session, files: Sequence[Path], out: Path, *, as_json: bool) -> None:
    from rmdocs.renditions.drafting import is_draft
    from rmdocs.workspace import renditions

    refused = 0
    for one in renditions.draft(session.workspace(), folders.read_all(files)):
        # It is changed and looked at again and again.
        paths = [folders.save(out / file.name, file.data, is_draft) for file in one.files]
        refused += has_errors(one.checked.findings)
        if as_json:
            printing.echo_answer(one, session)
            continue
        echo_checked(one.checked, session, as_json=False)
        for path in paths:
            click.echo(session.say(message("wrote {path}", path=path)))
        if not paths:
            place = f"{one.checked.source}:{one.checked.row}"
            click.echo(session.say(message("{place} cannot be printed yet", place=place)))
    if refused:
        click.get_current_context().exit(FindingsError.exit_code)


def _file(target: str) -> Path:
    path = Path(target)
    if not path.is_file():
        raise UsageError(
            message("there is no file {path}", path=path),
            message("--draft takes record files; a record that has its number needs no draft"),
        )
    return path


def _folder(out: Path | None, reason: Text) -> Path:
    if out is None:
        raise UsageError(reason, message("--out DIR"))
    return out


def _echo(
    made: Iterable[Made], session: Session, out: Path | None, *, as_json: bool, done: Text = _MADE
) -> None:
    for one in made:
        if as_json:
            printing.echo_answer(one, session)
        else:
            fate = message("made before") if one.already else done
            click.echo(f"{one.number}  {one.name}  {session.say(fate)}")
            if out is not None:
                click.echo(session.say(message("wrote {path}", path=out / one.name)), err=True)


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
    from rmdocs.workspace import renditions

    wanted = [RecordNumber.parse(number) for number in numbers]
    workspace = session.workspace()
    with Progress(session.say(message("making PDF"))) as progress:
        made = renditions.print_sets(
            workspace, wanted, _SIDES[sides] if sides else None, progress.at
        )
    # What is sealed is told, also where its file cannot be written.
    for one in made:
        if as_json:
            printing.echo_answer(one, session)
        else:
            _tell_made(one, session)
    for one in made:
        path = folders.save(out / one.name, one.pdf)
        if not as_json:
            _tell_written(one, path, session)


def _tell_made(one: PrintSet, session: Session) -> None:
    if one.made:
        told = message(
            "{number}: PDF of edition {edition} made and sealed first",
            number=one.number,
            edition=one.edition,
        )
        click.echo(session.say(told), err=True)


def _tell_written(one: PrintSet, path: Path, session: Session) -> None:
    counted = message(
        "copies: {copies}, sheets of paper: {sheets} and the cover",
        copies=one.copies,
        sheets=one.sheets,
    )
    click.echo(f"{one.number}  {path}  {session.say(counted)}")


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
    type=OUT_FOLDER,
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
    from rmdocs.workspace import renditions

    with Progress(session.say(message("reading scans"))) as progress:
        workspace = session.workspace()
        filing = renditions.scan(
            workspace, files, lambda _name, page, pages: progress.at(page, pages), looked=looked
        )
    if as_json:
        printing.echo_answer(filing, session)
    else:
        _print_pile(filing, session)
    left = None
    if review is not None and filing.pile.all_findings:
        left = _free(review, workspace.today())
        folders.save_all(left, renditions.review(workspace, filing, files, Language.ZH))
    if left is not None and not as_json:
        click.echo(session.say(message("pictures and a list are in {path}", path=left)), err=True)
    if not filing.settled:
        click.get_current_context().exit(FindingsError.exit_code)


def _free(folder: Path, day: date) -> Path:
    """Return the folder, or one of the day inside where it holds the list of another pile."""
    from rmdocs.renditions.filing import LIST_NAME

    names = (folder / f"{day}{f'-{again}' if again > 1 else ''}" for again in count(1))
    places = (place for chain in ((folder,), names) for place in chain)
    return next(place for place in places if not (place / LIST_NAME).exists())


def _print_pile(filing: Filing, session: Session) -> None:
    for one in filing.filed:
        values = {"number": one.number, "name": one.name, "pages": one.pages}
        told = message("{number}: filed {name}, pages: {pages}", **values)
        if one.slip_title is not None:
            told = message("{number}: filed {name}, {slip}", **values, slip=one.slip_title)
        click.echo(session.say(told))
    printing.echo_findings(filing.findings, session.language)
    left = len(filing.pile.review)
    if left:
        click.echo(session.say(message("sheets left to a person: {count}", count=left)))
