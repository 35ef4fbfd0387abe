"""Finding records: ``rmdocs find`` and ``list``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import (
    DATE,
    FORM_HELP,
    NamedChoice,
    WholeNumber,
    json_option,
    open_option,
    revision_option,
)
from rmdocs.cli.printing import STATUSES
from rmdocs.errors import StoreError, UsageError
from rmdocs.identifiers import Revision
from rmdocs.messages import message
from rmdocs.registers.indexentries import IndexedRecord, Query

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
    from rmdocs.workspace import records

    workspace = session.workspace()
    _echo_records(records.find(workspace, query), session, as_json=as_json)
    unreadable = records.unreadable(workspace, query)
    printing.echo_findings(unreadable, session.language, err=True)
    if unreadable and (query != query.in_clear or workspace.index.unreadable(query.form)):
        click.get_current_context().exit(StoreError.exit_code)


def _echo_records(records: Iterable[IndexedRecord], session: Session, *, as_json: bool) -> None:
    if as_json:
        for record in records:
            printing.echo_answer(record, session)
        return
    rows = [_row(record, session) for record in records]
    if rows:
        printing.echo_table(_HEADINGS, rows, session.language)
    else:
        click.echo(session.say(message("no records found")), err=True)


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


@command("find")
@argument(
    "texts",
    metavar="[TEXT...]",
    nargs=-1,
    help="Words that must all occur in the record, or parts of its number.",
)
@option("--customer", default="", metavar="TEXT", help="Part of the customer's name.")
@option("--uscc", default="", metavar="CODE", help="The customer's unified social credit code.")
@option(
    "--form",
    default="",
    metavar="NUMBER",
    help=FORM_HELP,
)
@option("--unit", default="", metavar="CODE", help="Code of the unit, such as JN01.")
@option("--rm", default="", metavar="TEXT", help="The manager's name or staff number.")
@option("--from", "first", type=DATE, metavar="DATE", help="Dated this day or later.")
@option("--to", "last", type=DATE, metavar="DATE", help="Dated this day or earlier.")
@option("--status", type=NamedChoice(STATUSES), help="Only records of this status.")
@revision_option
@open_option
@json_option
@pass_session
def find(
    session: Session,
    texts: tuple[str, ...],
    customer: str,
    uscc: str,
    form: str,
    unit: str,
    rm: str,
    first: datetime | None,
    last: datetime | None,
    status: str | None,
    revision: str,
    *,
    open_only: bool,
    as_json: bool,
) -> None:
    """Find records by words, customer, person or date."""
    query = Query(
        text=" ".join(texts),
        customer=customer,
        uscc=uscc,
        form=str(session.form(form)) if form else "",
        unit=unit.strip().upper(),
        rm=rm,
        status=status or "",
        first=_iso(first),
        last=_iso(last),
        revision=str(Revision.parse(revision)) if revision else "",
        open_only=open_only,
    )
    echo_found(query, session, as_json=as_json)


def _iso(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""


@command("list")
@argument(
    "number",
    metavar="[FORM]",
    default="",
    help=FORM_HELP,
)
@option(
    "--form",
    default="",
    metavar="NUMBER",
    help=FORM_HELP,
)
@option("--unit", default="", metavar="CODE", help="Code of the unit, such as JN01.")
@option("--year", type=WholeNumber(1990, 2999), metavar="YEAR", help="Year of the number.")
@revision_option
@open_option
@json_option
@pass_session
def list_records(
    session: Session,
    number: str,
    form: str,
    unit: str,
    year: int | None,
    revision: str,
    *,
    open_only: bool,
    as_json: bool,
) -> None:
    """List the records of a form, unit or year.

    Void records are listed too: a series of numbers has no gaps.
    """
    forms = {session.form(named) for named in (number, form) if named}
    if len(forms) > 1:
        one, other = sorted(forms)
        raise UsageError(
            message("{one} and {other} are two forms", one=one, other=other), message("name one")
        )
    query = Query(
        form="".join(map(str, forms)),
        unit=unit.strip().upper(),
        year=year,
        revision=str(Revision.parse(revision)) if revision else "",
        open_only=open_only,
    )
    echo_found(query, session, as_json=as_json)
