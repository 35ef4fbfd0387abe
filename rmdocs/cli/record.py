"""One record: shown, added to, corrected, declared void, written out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs import folders
from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.control import echo_request
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import (
    DATE,
    EXISTING_FILE,
    OutPath,
    edition_option,
    json_option,
    number_argument,
)
from rmdocs.cli.questions import converse, draft_of
from rmdocs.errors import RmdocsError, UsageError
from rmdocs.folders import require_free
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import Text, Verbatim, listed, message
from rmdocs.registers.displaynames import ACT_NAMES, named

if TYPE_CHECKING:
    from rmdocs.audit.recordview import SetAside, TracedEvent, TracedRecord
    from rmdocs.issuing.afterissue import Done


def echo_change(change: Done, session: Session, *, as_json: bool) -> None:
    """Print the record's number, edition and status after the act."""
    if as_json:
        printing.echo_answer(change, session)
        return
    printing.echo_findings(change.findings, session.language, err=True)
    sentence = message(
        "{number}: {status}, edition {edition}",
        number=change.number,
        status=printing.named(printing.STATUSES, change.status),
        edition=change.edition,
    )
    click.echo(session.say(sentence))


_ACT_HEADINGS = (
    message("time"),
    message("act"),
    message("by"),
    message("edition"),
    message("remark"),
)


def echo_head(shown: TracedRecord, session: Session, more: Iterable[tuple[Text, str]] = ()) -> None:
    """Print number, form, status and documents, and what more there is to say."""
    status = session.say(printing.named(printing.STATUSES, shown.status))
    edition = f"{shown.edition} / {shown.current_edition}"
    printing.echo_facts(
        (
            (message("number"), str(shown.number)),
            (message("form"), f"{shown.form} {session.say(shown.title)}"),
            (message("revision"), shown.revision),
            (message("status"), status),
            (message("disposed of"), _disposed(shown)),
            (message("waiting"), _waiting(shown, session)),
            (message("edition"), edition),
            (message("documents"), session.say(listed(shown.documents))),
            *more,
        ),
        session.language,
    )


def echo_acts(acts: Iterable[TracedEvent], session: Session) -> None:
    """Print the record's life, one act a line."""
    click.echo()
    printing.echo_table(_ACT_HEADINGS, [_act_row(act, session) for act in acts], session.language)


def echo_said(shown: TracedRecord, session: Session) -> None:
    """Print what a record says, one value a line, in the words of its form."""
    for said in shown.said:
        if said.lines:
            click.echo(f"\n{session.say(said.title)}")
            for place, value in said.lines:
                line = message("{place}: {value}", place=place, value=Verbatim(value))
                click.echo(f"  {session.say(line)}")


def _disposed(shown: TracedRecord) -> str:
    gone = shown.tombstone
    return "" if gone is None else f"{gone.on} {gone.certificate}"


def _waiting(shown: TracedRecord, session: Session) -> str:
    """Return what somebody asked to be done with a record, while nobody decided it."""
    if shown.asked is None:
        return ""
    return session.say(
        message(
            "{request}: {name} asked to {act}",
            request=shown.asked.number,
            name=shown.asked.asked.actor.name,
            act=named(ACT_NAMES, shown.asked.act),
        )
    )


def _act_row(act: TracedEvent, session: Session) -> tuple[str, ...]:
    kind = session.say(act.told)
    edition = "" if act.edition is None else str(act.edition)
    if act.set_aside is not None:
        edition = session.say(message("{edition} set aside", edition=edition))
    elif act.superseded:
        edition = session.say(message("{edition} superseded", edition=edition))
    on = session.say(message("on {revision}", revision=act.revision)) if act.revision else ""
    looked = session.say(listed(act.remarks)) if act.remarks else ""
    stage = session.say(act.stage_title) if act.stage_title is not None else ""
    aside = session.say(_told_aside(act.set_aside)) if act.set_aside is not None else ""
    remark = " ".join(part for part in (on, stage, act.party, looked, act.reason, aside) if part)
    return (_time(act.time), kind, f"{act.name} {act.staff_no}", edition, remark)


def _told_aside(aside: SetAside) -> Text:
    """Return by whom a signature was set aside, when, why, and what stands in its place."""
    values = {"name": aside.name, "staff_no": aside.staff_no, "time": _time(aside.time)}
    if not aside.replaced_by:
        return message(
            "(set aside by {name} {staff_no} at {time}: {reason})", reason=aside.reason, **values
        )
    return message(
        "(set aside by {name} {staff_no} at {time}: {reason}; in its place: {file})",
        reason=aside.reason,
        file=aside.replaced_by,
        **values,
    )


def _time(moment: datetime) -> str:
    return moment.isoformat(" ", "seconds")


@command("add")
@number_argument
@argument("stage", metavar="STAGE", help="Name of the stage, such as delivery.")
@argument(
    "file",
    metavar="[FILE]",
    type=EXISTING_FILE,
    required=False,
    help="Its content: JSON or YAML; without it, it is asked for.",
)
@json_option
@pass_session
def add(session: Session, number: str, stage: str, file: Path | None, *, as_json: bool) -> None:
    """Add the next stage to a record.

    Stages come in the order the form gives, from the roles it names; each
    prints a new edition, and nothing captured before changes.

    Without FILE each field is asked for, as rmdocs new does. The answers are
    kept in NUMBER-STAGE.json: if a rule refuses them, correct them there and
    name the file. Ctrl-C breaks off; the same command goes on.
    """
    from rmdocs.workspace import records

    of = RecordNumber.parse(number)
    asked = file is None
    file = file or _asked(session, of, stage)
    try:
        change = records.add(session.workspace(), of, stage, folders.read(file))
    except RmdocsError:
        if asked:
            told = message("your answers are in {path}: correct them there", path=file)
            click.echo(session.say(told), err=True)
        raise
    if asked:
        file.unlink()
    echo_change(change, session, as_json=as_json)


def _asked(session: Session, number: RecordNumber, stage: str) -> Path:
    """Ask for a stage and return the file with the answers."""
    from rmdocs.workspace import terminaldrafts

    workspace, target = session.workspace(), Path(f"{number}-{stage}.json")
    kept = draft_of(target)
    interview = terminaldrafts.begin_stage(workspace, number, stage, folders.find(str(kept)))
    given = {"number": number, "stage": stage, "path": target}
    require_free(target, message("add it with: rmdocs add {number} {stage} {path}", **given))
    told = message("kept in {path}; the same command goes on", path=kept)
    folders.save(target, terminaldrafts.written(converse(session, interview, kept, told)))
    kept.unlink(missing_ok=True)
    return target


@command("amend")
@number_argument
@argument(
    "file",
    metavar="FILE",
    type=EXISTING_FILE,
    help="The whole corrected record: JSON, YAML, CSV or XLSX.",
)
@option("--reason", required=True, metavar="TEXT", help="Why; it stays with the record.")
@json_option
@pass_session
def amend(session: Session, number: str, file: Path, reason: str, *, as_json: bool) -> None:
    """Correct a record; what was issued stays readable.

    The correction names what it corrects, by whom and when, and prints a new
    edition under the same number. The file to correct is written by: rmdocs
    export NUMBER --record
    """
    from rmdocs.workspace import records

    corrected = folders.read(file)
    change = records.amend(session.workspace(), RecordNumber.parse(number), corrected, reason)
    echo_change(change, session, as_json=as_json)


@command("void")
@number_argument
@option("--reason", required=True, metavar="TEXT", help="Why; it stays with the record.")
@json_option
@pass_session
def void(session: Session, number: str, reason: str, *, as_json: bool) -> None:
    """Ask for a record to be declared void.

    Somebody else of the unit approves it with their own key, on this machine
    or another (see: rmdocs approve); only then is it void. Its number is never
    given again; reason and both people stay readable.
    """
    from rmdocs.workspace import requests

    request = requests.void(session.workspace(), RecordNumber.parse(number), reason)
    echo_request(request, session, as_json=as_json)


@command("show")
@number_argument
@edition_option
@json_option
@pass_session
def show(session: Session, number: str, edition: int | None, *, as_json: bool) -> None:
    """Show a record as it stands, or one of its editions."""
    from rmdocs.workspace import records

    shown = records.show(session.workspace(), RecordNumber.parse(number), edition)
    if as_json:
        printing.echo_answer(shown, session)
        return
    echo_head(shown, session)
    echo_acts(shown.acts, session)
    echo_said(shown, session)


@command("export")
@number_argument
@option(
    "--out",
    type=OutPath(),
    required=True,
    metavar="DIR",
    help="The folder to write to; with --record the file, if its name ends as its kind does.",
)
@option(
    "--record",
    is_flag=True,
    help="Write what the record says instead, as a JSON file that rmdocs amend takes.",
)
@option("--xlsx", is_flag=True, help="With --record: as a spreadsheet.")
@edition_option
@option(
    "--as-of", type=DATE, metavar="DATE", help="What was in force that day, marked as a reprint."
)
@pass_session
def export(
    session: Session,
    number: str,
    out: Path,
    edition: int | None,
    as_of: datetime | None,
    *,
    record: bool,
    xlsx: bool,
) -> None:
    """Write a record's sealed documents to a folder.

    Byte for byte what was sealed; a file that exists already with another
    content is left alone. With --as-of, a copy of the Word documents that were in
    force that day, marked as a reprint (补打件) on every page; copies of PDF and of
    what was signed are made by rmdocs pdf --copy.

    With --record, what the record says with all its corrections, without its
    stages, to be put right and given to rmdocs amend.
    """
    from rmdocs.workspace import records

    wanted = RecordNumber.parse(number)
    if xlsx and not record:
        raise UsageError(
            message("--xlsx goes with --record"), message("give both, or leave --xlsx out")
        )
    if record and as_of is not None:
        raise UsageError(
            message("--record does not go with --as-of"), message("name the edition: --edition")
        )
    if edition is not None and as_of is not None:
        raise UsageError(
            message("--edition does not go with --as-of"), message("leave one of them out")
        )
    workspace = session.workspace()
    if record:
        written = [_export_record(session, wanted, out, edition, sheet=xlsx)]
    elif as_of is None:
        written = folders.save_all(out, records.export(workspace, wanted, edition))
        counts_not = records.not_counting(workspace, wanted, edition)
        printing.echo_findings(counts_not, session.language, err=True)
    else:
        written = folders.save_all(out, records.reprint(workspace, wanted, as_of.date()))
    for path in written:
        click.echo(path)


_JSON, _XLSX = ".json", ".xlsx"


def _export_record(
    session: Session, number: RecordNumber, out: Path, edition: int | None, *, sheet: bool
) -> Path:
    """Write what a record says to a folder, or to the file that ``out`` is by its ending."""
    from rmdocs.workspace import records

    ending = out.suffix.lower()
    if sheet and ending == _JSON:
        raise UsageError(
            message("{path} does not end in .xlsx", path=out),
            message("name the file as what it is, or name a folder"),
        )
    kind = _XLSX if sheet or ending == _XLSX else _JSON
    path = out if ending == kind else out / f"{number}{kind}"
    if kind == _XLSX:  # A workbook is never the same twice.
        require_free(path, message("move it away, or choose another name"))
    made = records.export_record(
        session.workspace(), number, edition, sheet=session.language if kind == _XLSX else None
    )
    return folders.save(path, made.data)
