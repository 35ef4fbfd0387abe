"""``rmdocs due``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs import folders
from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.options import (
    EXISTING_FILE,
    Days,
    hidden_option,
    json_option,
    out_file,
    selection_of,
    sheet_option,
)
from rmdocs.cli.printing import echo_report, xlsx_option
from rmdocs.errors import FindingsError, UsageError
from rmdocs.findings import has_errors
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.workspace.due import DueList


@command("due")
@option(
    "--within",
    type=Days(0, 3660),
    metavar="DAYS",
    help="What is due within that many days; if not given, what is near by the form.",
)
@option("--unit", default="", metavar="CODE", help="Code of the unit, such as JN01.")
@option("--rm", default="", metavar="TEXT", help="The manager's name or staff number.")
@option(
    "--ledger",
    type=EXISTING_FILE,
    metavar="FILE",
    help="The loan ledger, XLSX or CSV: its maturities that have no notice yet.",
)
@option(
    "--records",
    type=out_file(".jsonl"),
    metavar="FILE",
    help="Write the records for these maturities, to check and to issue (.jsonl).",
)
@sheet_option
@hidden_option
@xlsx_option
@option(
    "--ics",
    type=out_file(".ics"),
    metavar="FILE",
    help="Write the days as a calendar file as well.",
)
@json_option
@pass_session
def due(
    session: Session,
    within: int | None,
    unit: str,
    rm: str,
    ledger: Path | None,
    records: Path | None,
    sheets: Sequence[str],
    hidden: str | None,
    xlsx: Path | None,
    ics: Path | None,
    *,
    as_json: bool,
) -> None:
    """List what is due, by unit and manager.

    What open records still wait for, as their forms say; reviews of controlled
    documents; and, with --ledger, loans that fall due and have no notice yet, each
    with the last day on which the notice may go out.

    A file loans.toml beside the ledger may say what its columns are called
    ([columns]) and what it leaves out ([values]).
    """
    from rmdocs.workspace import due as dates
    from rmdocs.workspace import requests

    if records is not None and (ledger is None or records.suffix != ".jsonl"):
        raise UsageError(
            message("--records writes what a ledger asks for, as JSON lines"),
            message("give --ledger FILE, and a name that ends in .jsonl"),
        )
    workspace = session.workspace()
    if not as_json:
        printing.echo_findings(requests.calendar_warning(workspace), session.language, err=True)
    handed = None if ledger is None else folders.ledger(ledger, selection_of(sheets, hidden))
    wanted = dates.Wanted(within=within, unit=unit, manager=rm, ledger=handed)
    due_list = dates.what_is_due(workspace, wanted)
    echo_report(dates.report(workspace, due_list), session, as_json=as_json, xlsx=xlsx)
    if ics is not None:
        _write_calendar(due_list, ics, session)
    printing.echo_findings(due_list.findings, session.language, err=True)
    if records is not None and not due_list.maturities:
        told = message("no records to write: no loan of the list lacks its notice")
        click.echo(session.say(told), err=True)
    if records is not None and due_list.maturities:
        made = dates.made_records(due_list.maturities)
        folders.save(records, dates.record_lines(made))
        told = message("wrote {count} record(s) to {path}", count=len(made), path=records)
        click.echo(session.say(told), err=True)
    if has_errors(due_list.findings):
        click.get_current_context().exit(FindingsError.exit_code)


def _write_calendar(due_list: DueList, path: Path, session: Session) -> None:
    """Write the days as a calendar file, in place of an earlier one of ours.

    :raises UsageError: if its name is no calendar's.
    """
    from rmdocs.registers.lists.due import is_ours
    from rmdocs.workspace import due as dates

    if path.suffix.lower() != ".ics":
        raise UsageError(
            message("{path} is no calendar file", path=path),
            message("give it a name that ends in .ics"),
        )
    folders.save(path, dates.calendar(due_list, session.language), replaces=is_ours)
    click.echo(session.say(message("wrote {path}", path=path)), err=True)
