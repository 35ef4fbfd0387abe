"""How lists of records are printed: find, list."""

from __future__ import annotations

from collections.abc import Iterable

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session
from rmdocs.errors import StoreError
from rmdocs.messages import message
from rmdocs.registers.index import IndexedRecord, Query

_HEADINGS = (
    message("number"),
    message("date"),
    message("status"),
    message("manager"),
    message("customer"),
    message("subject"),
)


def echo_found(query: Query, session: Session, *, as_json: bool) -> None:
    """Print the records that match, one a line, and name those that cannot be read.

    What cannot be read may match too: the answer is then none of success. Records whose
    keys are not here are there all the same, unless it is asked what they say.
    """
    workspace = session.workspace()
    _echo_records(workspace.find(query), session, as_json=as_json)
    unreadable = workspace.unreadable(query)
    printing.echo_findings(unreadable, session.language, err=True)
    if unreadable and (query != query.in_clear or workspace.index.unreadable(query.form)):
        click.get_current_context().exit(StoreError.exit_code)


def _echo_records(records: Iterable[IndexedRecord], session: Session, *, as_json: bool) -> None:
    if as_json:
        for record in records:
            printing.echo_json(_json(record))
        return
    rows = [_row(record, session) for record in records]
    if rows:
        printing.echo_table(_HEADINGS, rows, session.language)
    else:
        click.echo(session.say(message("no records found")), err=True)


def _json(record: IndexedRecord) -> dict[str, object]:
    names = ("number", "date", "status", "revision", "edition", "rm_name", "customer", "subject")
    return {name: getattr(record, name) for name in names}


def _row(record: IndexedRecord, session: Session) -> tuple[str, ...]:
    status = session.say(printing.named(printing.STATUSES, record.status))
    return (
        record.number,
        record.date,
        status,
        record.rm_name,
        record.customer,
        record.subject,
    )
