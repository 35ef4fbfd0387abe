"""How reports are printed and saved: a table, JSON, a workbook or a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session
from rmdocs.cli.help import option
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.reports.report import Report

FILE = click.Path(dir_okay=False, path_type=Path)
xlsx_option = option("--xlsx", type=FILE, metavar="FILE", help="Write a spreadsheet to print.")


def echo_report(
    report: Report, session: Session, *, as_json: bool, xlsx: Path | None = None
) -> None:
    """Print a report as a table with its notes, or one JSON object a row.

    :param xlsx: write a workbook there instead.
    """
    from rmdocs.reports.report import note_texts, rows_json, text_rows

    if xlsx is not None:
        save_report(report, xlsx, session)
        return
    if as_json:
        for row in rows_json(report, session.language):
            printing.echo_json(row)
        for lacking in report.lacks:
            click.echo(session.say(lacking), err=True)
        return
    headings = [column.title for column in report.columns]
    rows = text_rows(report, session.language)
    if rows:
        printing.echo_table(headings, rows, session.language)
    else:
        click.echo(session.say(message("nothing to show")), err=True)
    for note in note_texts(report, session.language):
        click.echo(note, err=True)


def save_report(report: Report, path: Path, session: Session) -> None:
    """Save a report as a workbook (.xlsx) or a page (.html), and say so.

    :raises UsageError: if the name ends otherwise, or it cannot be written.
    """
    from rmdocs.workspace import saving

    saving.save_report(report, path, session.language)
    click.echo(session.say(message("wrote {path}", path=path)), err=True)
