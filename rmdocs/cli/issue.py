"""Making records: ``rmdocs new``, ``check`` and ``issue``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from rmdocs import folders
from rmdocs.cli import printing
from rmdocs.cli.context import Progress, Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import (
    EXISTING_FILE,
    OUT_FOLDER,
    cluster_option,
    files_argument,
    hidden_option,
    json_option,
    out_file,
    selection_of,
    sheet_option,
)
from rmdocs.cli.questions import converse, draft_of
from rmdocs.errors import ControlError, FindingsError, UsageError
from rmdocs.files import File
from rmdocs.findings import has_errors
from rmdocs.folders import require_free, save
from rmdocs.identifiers import RecordNumber, Revision
from rmdocs.messages import Language, Text, message

if TYPE_CHECKING:
    from rmdocs.intake.candidates import Selection
    from rmdocs.issuing.checking import CheckedCandidate
    from rmdocs.renditions.making import Made
    from rmdocs.workspace.answers import IssueOutcome, IssueResult
    from rmdocs.workspace.opening import Workspace


@command("check")
@files_argument
@sheet_option
@hidden_option
@cluster_option
@json_option
@pass_session
def check(
    session: Session,
    files: Sequence[Path],
    sheets: Sequence[str],
    hidden: str | None,
    *,
    as_json: bool,
) -> None:
    """Check record files and report every finding.

    Nothing is written. A file may hold stages too; each is checked in turn.
    """
    from rmdocs.workspace import records

    refused = total = 0
    read, selection = folders.read_all(files), selection_of(sheets, hidden)
    with Progress(session.say(message("checking"))) as progress:
        found = records.check(session.workspace(), read, selection, progress.at)
    for checked in found:
        total += 1
        refused += has_errors(checked.findings)
        echo_checked(checked, session, as_json=as_json)
    if not as_json:
        summary = message("{total} record(s), {refused} with errors", total=total, refused=refused)
        click.echo(session.say(summary))
    if refused:
        click.get_current_context().exit(FindingsError.exit_code)


@command("new")
@argument("form", metavar="[FORM]", default="", help="Number of the form, such as RXD7200-02.")
@option("--like", default="", metavar="NUMBER", help="Offer the values of this record.")
@option("--customer", default="", metavar="CODE", help="Offer this customer of the register.")
@option("--out", type=out_file(".json"), metavar="FILE", help="The record file to write (.json).")
@option(
    "--continue",
    "draft",
    type=EXISTING_FILE,
    metavar="FILE",
    help="Go on with what was broken off, from the file it was kept in.",
)
@pass_session
def new(
    session: Session, form: str, like: str, customer: str, out: Path | None, draft: Path | None
) -> None:
    """Write a record by answering questions.

    Each field with its title, help and choices; an answer that cannot stand is
    asked for again, and the rules are checked at the end. An empty answer takes
    what is offered in brackets, “-” leaves the field empty.

    Ctrl-C breaks off: the answers are in FILE.draft beside the record file, and
    --continue goes on with them. The file is for: rmdocs check, rmdocs issue.
    """
    from rmdocs.workspace import records, terminaldrafts

    if bool(form) == (draft is not None) or (draft is not None and (like or customer)):
        raise UsageError(
            message("it is not said with what to begin, or more than once"),
            message("name a form to begin with, or --continue a draft"),
        )
    workspace = session.workspace()
    if draft is not None:
        interview, target = (
            terminaldrafts.resume(workspace, folders.read(draft)),
            out or _target_of(draft),
        )
    else:
        number = RecordNumber.parse(like) if like else None
        interview = terminaldrafts.begin(workspace, session.form(form), number, customer)
        target = out
    target = target or Path(f"{interview.form.number}-new.json")
    if target.suffix.lower() != ".json":
        raise UsageError(
            message("{path} is no record file", path=target),
            message("choose a name that ends in .json"),
        )
    require_free(target, message("name another file with --out"))
    kept = draft or draft_of(target)
    if draft is None:
        require_free(kept, message("go on with it: rmdocs new --continue {path}", path=kept))
    broken_off = message("kept; go on with: rmdocs new --continue {path}", path=kept)
    record = converse(session, interview, kept, broken_off)
    data = terminaldrafts.written(record)
    save(target, data)
    kept.unlink(missing_ok=True)
    [checked] = records.check(workspace, [File(name=target.name, data=data)])
    click.echo(session.say(message("wrote {path}", path=target)), err=True)
    printing.echo_findings(checked.findings, session.language, place=target.name)
    if has_errors(checked.findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _target_of(draft: Path) -> Path | None:
    """Return what a draft was to become; None if its name does not say."""
    target = draft.with_suffix("")
    return target if draft_of(target) == draft and target.suffix == ".json" else None


@command("issue")
@argument(
    "files",
    metavar="[FILE...]",
    nargs=-1,
    type=EXISTING_FILE,
    help="Record files: JSON, YAML, JSON lines, CSV or XLSX.",
)
@option(
    "--from-due",
    "ledger",
    type=EXISTING_FILE,
    metavar="LEDGER",
    help="Issue the notices that a loan ledger asks for; see: rmdocs due --ledger.",
)
@option("--out", type=OUT_FOLDER, metavar="DIR", help="Write the documents to this folder as well.")
@option("--pdf", is_flag=True, help="Make the formal PDF of each as well; see: rmdocs pdf.")
@option(
    "--skip-invalid",
    is_flag=True,
    help="Issue the records without errors; write the others beside the input.",
)
@option("--again", is_flag=True, help="Issue again what was issued before, under a new number.")
@option(
    "--revision",
    default="",
    metavar="X.Y",
    help="The form's revision you mean; refused unless it is in force today.",
)
@sheet_option
@hidden_option
@cluster_option
@json_option
@pass_session
def issue(
    session: Session,
    files: Sequence[Path],
    ledger: Path | None,
    out: Path | None,
    revision: str,
    sheets: Sequence[str],
    hidden: str | None,
    *,
    pdf: bool,
    skip_invalid: bool,
    again: bool,
    as_json: bool,
) -> None:
    """Issue numbered documents from record files.

    All or nothing: one error in one record, and none is issued, unless
    --skip-invalid is given. A record that was issued before keeps its number.
    With --from-due the records are made from the ledger first, into a file beside
    it; a row of which something is missing keeps all of them from being issued.
    """
    from rmdocs.workspace import machine, records, requests

    if bool(files) == (ledger is not None):
        raise UsageError(
            message("it is not said what to issue, or more than once"),
            message("give record files, or --from-due with a ledger"),
        )
    workspace, selection = session.workspace(), selection_of(sheets, hidden)
    if pdf:
        machine.formal_engine()
    if not as_json:
        printing.echo_findings(requests.calendar_warning(workspace), session.language, err=True)
    if ledger is not None:
        made = _records_of(ledger, session, selection, complete=not skip_invalid, quiet=as_json)
        if made is None:
            return
        files = (made,)
    with (
        Progress(session.say(message("checking"))) as checking,
        Progress(session.say(message("rendering"))) as progress,
    ):
        issued = records.issue(
            workspace,
            folders.read_all(files),
            skip_invalid=skip_invalid,
            again=again,
            revision=Revision.parse(revision) if revision else None,
            selection=selection,
            pdf=pdf,
            checking=checking.at,
            progress=progress.at,
        )
    written: list[Path] = []
    try:
        written.extend(_exported(issued, out, workspace))
        written.extend(_handed_back(issued, files, session.language))
    finally:
        # What is sealed is told, also where a file of it cannot be written.
        _tell(issued, written, session, as_json=as_json)
    if pdf:
        _make_pdf(issued, out, session, as_json=as_json)
    if any(outcome.number is None for outcome in issued.outcomes):
        click.get_current_context().exit(FindingsError.exit_code)
    if all(outcome.already for outcome in issued.outcomes):
        raise ControlError(
            message("everything in the input was issued before, under the numbers above"),
            message("to issue it again under a new number: --again"),
        )


def _tell(issued: IssueResult, written: Sequence[Path], session: Session, *, as_json: bool) -> None:
    for outcome in issued.outcomes:
        _print(outcome, session, as_json=as_json)
    for path in written if not as_json else ():
        click.echo(session.say(message("wrote {path}", path=path)), err=True)


def _exported(issued: IssueResult, out: Path | None, workspace: Workspace) -> Iterator[Path]:
    """Write the documents to a folder, if one is given; yield where."""
    from rmdocs.workspace import records

    for number in issued.numbers if out is not None else ():
        if out is not None:
            yield from folders.save_all(out, records.export(workspace, number, 1))


def _handed_back(issued: IssueResult, files: Sequence[Path], language: Language) -> Iterator[Path]:
    """Write refused rows beside the files that they were in, over those of before; yield where."""
    paths = {name: path for path, name in folders.called(files).items()}
    for one in issued.refused:
        made = one.to_mend(language)
        target = paths[one.file.name].with_name(made.name)
        yield save(target, made.data, replaces=lambda _before: True)


def _records_of(
    ledger: Path, session: Session, selection: Selection, *, complete: bool, quiet: bool
) -> Path | None:
    """Write the records a loan ledger asks for beside it; None if it asks for none."""
    from rmdocs.workspace import due

    handed = folders.ledger(ledger, selection)
    made, findings = due.asked_records(session.workspace(), handed, complete=complete)
    printing.echo_findings(findings, session.language, err=True)
    if made is None:
        told = message("nothing to issue: no loan that falls due soon lacks its notice")
        click.echo(session.say(told), err=True)
        return None
    written = folders.save_beside(ledger, made)
    if not quiet:
        click.echo(session.say(message("wrote {path}", path=written)), err=True)
    return written


def _make_pdf(issued: IssueResult, out: Path | None, session: Session, *, as_json: bool) -> None:
    from rmdocs.workspace import machine, renditions

    workspace = session.workspace()
    printing.echo_findings(machine.unusable_fonts(), session.language, err=True)
    sealed: list[Made] = []
    written: list[Path] = []
    try:
        with Progress(session.say(message("making PDF"))) as progress:
            for one in renditions.each_made(workspace, issued.numbers, progress.at):
                sealed.append(replace(one, pdf=b""))
                if out is not None:
                    written.append(folders.save(out / one.name, one.pdf))
    finally:
        # What is sealed is told, also where something else could not be made or written.
        if not as_json:
            _tell_pdf(sealed, written, session)


def _tell_pdf(sealed: Sequence[Made], written: Sequence[Path], session: Session) -> None:
    for one in sealed:
        told = message("{name} was made before", name=one.name)
        fate = told if one.already else message("made {name}", name=one.name)
        click.echo(session.say(fate), err=True)
    for path in written:
        click.echo(session.say(message("wrote {path}", path=path)), err=True)


def _print(outcome: IssueOutcome, session: Session, *, as_json: bool) -> None:
    if as_json:
        printing.echo_answer(outcome, session)
        return
    place = outcome.place
    printing.echo_findings(outcome.findings, session.language, place=place, err=True)
    names = " ".join(PurePosixPath(file.path).name for file in outcome.files)
    click.echo(f"{outcome.number or '-'}  {place}  {session.say(_fate(outcome))}  {names}".rstrip())


def _fate(outcome: IssueOutcome) -> Text:
    if outcome.number is None:
        return message("not issued")
    return message("issued before") if outcome.already else message("issued")


def echo_checked(checked: CheckedCandidate, session: Session, *, as_json: bool) -> None:
    """Print what was found in a record."""
    if as_json:
        printing.echo_answer(checked, session)
    else:
        printing.echo_findings(checked.findings, session.language, place=checked.place)
