"""Forms on the desk and in force: listed, checked, compared, shown, blank, as sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import (
    DATE,
    OUT_BOOK,
    OutPath,
    WholeNumber,
    json_option,
    out_file,
    out_option,
)
from rmdocs.cli.revision import day_of, document_argument, echo_trials
from rmdocs.errors import FindingsError, UsageError
from rmdocs.files import File
from rmdocs.findings import Finding, has_errors
from rmdocs.folders import require_free, save
from rmdocs.identifiers import DocumentNumber
from rmdocs.messages import Text, Verbatim, message
from rmdocs.workspace.answers import DesignatedRow, RevisedRow, WrittenPages, WrittenRedline

if TYPE_CHECKING:
    from rmdocs.workspace.comparing import Compared

_HEADINGS = (
    message("number"),
    message("on the desk"),
    message("released"),
    message("status"),
    message("effective from"),
    message("coming"),
    message("change"),
    message("to be approved"),
)
_TITLE, _DESIGNATION = message("title"), message("own number")


def echo_rows(
    rows: Iterable[RevisedRow], session: Session, *, as_json: bool, designated: bool = False
) -> None:
    """Print rows as a table, or one JSON object a row.

    :param designated: whether they have an external document's own number and edition.
    """
    if as_json:
        for row in rows:
            printing.echo_answer(row, session)
        return
    extra = (_DESIGNATION,) if designated else ()
    table = [_cells(row, session) for row in rows]
    printing.echo_table((*_HEADINGS, *extra, _TITLE), table, session.language)


def _cells(row: RevisedRow, session: Session) -> tuple[str, ...]:
    edited = session.say(row.edited)
    return (
        row.number,
        session.say(message("{revision} ({note})", revision=row.desk, note=edited))
        if edited
        else row.desk,
        row.released,
        session.say(row.status),
        row.effective,
        row.coming,
        row.change,
        str(row.pending or ""),
        *((row.designation,) if isinstance(row, DesignatedRow) else ()),
        session.say(row.title),
    )


@command("list")
@json_option
@pass_session
def form_list(session: Session, *, as_json: bool) -> None:
    """List the forms and their revisions.

    Shows the revision on the desk and the one in force, the one to come, the
    open change request, and how many items of the form are not in its source
    and still to be approved (待核定).
    """
    from rmdocs.workspace import desk

    echo_rows(desk.rows(session.workspace()), session, as_json=as_json)


@command("check")
@argument(
    "number",
    metavar="[NUMBER]",
    required=False,
    help="Number of the form, such as RXD7200-02; every form if not given.",
)
@option(
    "--trial",
    type=WholeNumber(0, 10000),
    metavar="N",
    help="Try it on its sample and on the N newest records as well; nothing is kept.",
)
@option(
    "--clean",
    type=OutPath(),
    metavar="OUT",
    help="Write the template to this file or folder without comments, all changes accepted.",
)
@json_option
@pass_session
def form_check(
    session: Session,
    number: str | None,
    trial: int | None,
    clean: Path | None,
    *,
    as_json: bool,
) -> None:
    """Check forms on the desk before release.

    Template, schema, rules and sample are read together; every mistake is
    reported with its place: part, paragraph and visible text for a template.
    Works in any folder with forms, also where there is no store yet.
    """
    from rmdocs.workspace import desk

    if clean is not None:
        _write_clean(session, number, clean)
        return
    wanted = _form(session, number) if number else None
    findings = list(_check(session, wanted))
    if trial is not None and wanted is not None and not has_errors(findings):
        sample, *records = desk.trial(session.workspace(), wanted, trial)
        findings += sample.findings
        echo_trials(records, session)
    printing.echo_checked(findings, session, as_json=as_json)


def _form(session: Session, text: str) -> DocumentNumber:
    from rmdocs.workspace.desk import form_called, has_store

    return session.form(text) if has_store(session.path) else form_called(session.path, text)


def _check(session: Session, number: DocumentNumber | None) -> list[Finding]:
    from rmdocs.workspace import desk, machine

    if desk.has_store(session.path):
        return desk.check(session.workspace(), number, machine.fonts())
    return desk.check_desk(session.path, number, fonts=machine.fonts())


def _write_clean(session: Session, number: str | None, out: Path) -> None:
    from rmdocs.workspace.desk import clean_copy

    if number is None:
        raise UsageError(message("--clean writes one form"), message("give its number"))
    save_clean(clean_copy(session.path, _form(session, number)), out, session)


def save_clean(file: File, out: Path, session: Session) -> None:
    """Save a cleaned Word file, to the file that ``out`` is by its ending, or to the folder.

    :raises ConflictError: if there is a file of that name.
    """
    path = out if out.suffix.lower() == _WORD else out / file.name
    require_free(path, message("move it away, or choose another name"))
    click.echo(session.say(message("wrote {path}", path=save(path, file.data))), err=True)


_NAMES: Mapping[str, Text] = {"desk": message("the desk"), "draft": message("the draft")}


@command("diff")
@document_argument
@option(
    "--from",
    "old",
    default="",
    metavar="X.Y",
    help="Against which; the last released if not given, nothing where there is none.",
)
@option(
    "--to",
    "new",
    default="",
    metavar="X.Y",
    help="A released revision, draft or desk; the draft if one was submitted.",
)
@option(
    "--redline",
    type=out_file(".docx"),
    metavar="FILE",
    help="Write the template with tracked changes, for Word.",
)
@json_option
@pass_session
def form_diff(
    session: Session, number: str, old: str, new: str, redline: Path | None, *, as_json: bool
) -> None:
    """Say what a revision changes, in words.

    Fixed text, fields, rules, stages, layout: each with its place. The
    SHA-256 printed at the end is what a reviewer signs. Of a redline it is said
    what differs that no tracked change in it shows.
    """
    from rmdocs.workspace import comparing

    if redline is not None:
        require_word_name(redline)
    workspace, wanted = session.workspace(), session.document(number)
    compared = comparing.diff(workspace, wanted, old, new)
    if compared.old == comparing.NONE and not as_json:
        told = message("{number} has no revision yet: all of it is new", number=wanted)
        click.echo(session.say(told), err=True)
    if as_json:
        for change in compared.comparison.changes:
            printing.echo_answer(change, session)
    else:
        _print(compared, session)
    if redline is not None and not has_errors(compared.comparison.findings):
        drawn = comparing.redline(workspace, wanted, old, new)
        save(redline, drawn.document)
        if as_json:
            written = WrittenRedline(redline=redline, findings=drawn.unshown)
            printing.echo_answer(written, session)
        else:
            printing.echo_findings(drawn.unshown, session.language, err=True)
            click.echo(session.say(message("wrote {path}", path=redline)), err=True)
    if has_errors(compared.comparison.findings):
        click.get_current_context().exit(FindingsError.exit_code)


_WORD = ".docx"


def require_word_name(path: Path) -> None:
    """Refuse a name that is not a Word document's.

    :raises UsageError: if it does not end in .docx.
    """
    if path.suffix.lower() != _WORD:
        raise UsageError(
            message("{path} does not end in .docx", path=path),
            message("the redline is a Word document: give it a name that ends in .docx"),
        )


def _print(compared: Compared, session: Session) -> None:
    area = None
    for change in compared.comparison.changes:
        if change.area is not area:
            area = change.area
            click.echo(session.say(area.called))
        click.echo(f"  {session.say(change.sentence)}")
    if compared.comparison.is_empty:
        click.echo(session.say(message("nothing differs")))
    elif not compared.comparison.changes:
        click.echo(session.say(compared.comparison.summary))
    findings = (*compared.comparison.findings, *compared.noted)
    printing.echo_findings(findings, session.language, err=True)
    new = _NAMES.get(compared.new, Verbatim(compared.new))
    told = message("{new}: SHA-256 {digest}", new=new, digest=compared.digest)
    click.echo(session.say(told), err=True)


@command("preview")
@document_argument
@out_option
@option(
    "--revision",
    default="desk",
    metavar="X.Y",
    help="A released revision, draft (what was submitted) or desk; the desk if not given.",
)
@option(
    "--records",
    type=WholeNumber(0, 100),
    default=0,
    metavar="N",
    help="Print the N newest records as well: those issued last.",
)
@json_option
@pass_session
def form_preview(
    session: Session, number: str, out: Path, revision: str, records: int, *, as_json: bool
) -> None:
    """Show the pages of a form before it is released.

    The sample, and with --records real records, filled in as they would be
    printed, marked 草稿: each as PDF, and once more with today's page on the
    left. Nothing is kept in the store.
    """
    from rmdocs.workspace import regeneration, revisions

    wanted = session.form(number)
    workspace = session.workspace()
    made = regeneration.preview(workspace, wanted, revision, records)
    for one in made:
        paths = [save(out / file.name, file.data, _is_looked_at) for file in one.files]
        if as_json:
            pages = WrittenPages(source=one.source, files=tuple(paths), findings=one.findings)
            printing.echo_answer(pages, session)
            continue
        printing.echo_findings(one.findings, session.language, place=one.source, err=True)
        for path in paths:
            click.echo(session.say(message("wrote {path}", path=path)))
    if revision == "draft" and not as_json:
        printing.echo_findings(revisions.noted(workspace, wanted), session.language, err=True)
    if not made[0].files:  # not even the sample
        click.get_current_context().exit(FindingsError.exit_code)


def _is_looked_at(pdf: bytes) -> bool:
    """Return whether a file is of an earlier look at a revision."""
    from rmdocs.pdf.composition import is_side_by_side
    from rmdocs.renditions.drafting import is_draft

    return is_draft(pdf) or is_side_by_side(pdf)


@command("blank")
@document_argument
@out_option
@option(
    "--revision",
    default="",
    metavar="X.Y",
    help="A released revision, draft or desk; the one in force if not given.",
)
@option("--as-of", type=DATE, metavar="DATE", help="The revision in force on that day.")
@pass_session
def form_blank(
    session: Session, number: str, out: Path, revision: str, as_of: datetime | None
) -> None:
    """Write a blank form to fill in by hand.

    One that is not in force today says so across the page.
    """
    from rmdocs.workspace import desk

    number_of = session.form(number)
    day = day_of(as_of)
    printing.echo_to_come(day, session)
    made = desk.blank(session.workspace(), number_of, revision=revision, on=day)
    path = save(out / made.name, made.data)
    click.echo(session.say(message("wrote {path}", path=path)))


@command("sheet")
@argument("number", metavar="NUMBER", help="Number of the form, such as RXD7200-02.")
@option(
    "--out",
    required=True,
    type=OUT_BOOK,
    metavar="FILE",
    help="The XLSX file to write.",
)
@pass_session
def form_sheet(session: Session, number: str, out: Path) -> None:
    """Write a spreadsheet to fill for a form.

    One row a record: Chinese titles, choices as drop-down lists, required
    columns marked, and a filled example on a sheet of its own. The unit of who
    acts, its managers and the customers entered are offered.
    """
    from rmdocs.workspace import desk

    if out.suffix.lower() != ".xlsx":
        raise UsageError(
            message("{path} does not end in .xlsx", path=out),
            message("give the file a name that ends in .xlsx"),
        )
    require_free(out, message("move it away, or choose another name"))
    save(out, desk.sheet(session.workspace(), session.form(number), session.language))
    click.echo(session.say(message("wrote {path}", path=out)))
