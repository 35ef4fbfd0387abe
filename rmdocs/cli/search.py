"""Finding records, and printing registers: ``rmdocs find``, ``list`` and ``register``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import (
    DATE,
    FORM_HELP,
    OUT_PAGE,
    Days,
    NamedChoice,
    WholeNumber,
    cluster_option,
    json_option,
    open_option,
    revision_option,
)
from rmdocs.cli.printing import STATUSES, echo_report, save_report, xlsx_option
from rmdocs.errors import StoreError, UsageError
from rmdocs.identifiers import Revision
from rmdocs.messages import message
from rmdocs.registers.displaynames import REGISTER_NAMES
from rmdocs.registers.indexfile import IndexedRecord, Query

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
    found = _echo_records(records.find(workspace, query), session, as_json=as_json)
    for told in () if found else records.unmatched(workspace, query):
        said = message("no record at all has {what}", what=told)
        click.echo(session.say(said), err=True)
    unreadable = records.unreadable(workspace, query)
    printing.echo_findings(unreadable, session.language, err=True)
    if unreadable and (query != query.in_clear or workspace.index.unreadable(query.form)):
        click.get_current_context().exit(StoreError.exit_code)


def _echo_records(records: Iterable[IndexedRecord], session: Session, *, as_json: bool) -> int:
    """Print records; return how many."""
    if as_json:
        count = 0
        for record in records:
            printing.echo_answer(record, session)
            count += 1
        return count
    rows = [_row(record, session) for record in records]
    if rows:
        printing.echo_table(_HEADINGS, rows, session.language)
    else:
        click.echo(session.say(message("no records found")), err=True)
    return len(rows)


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
@cluster_option
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
    from rmdocs.workspace import naming

    query = Query(
        text=" ".join(texts),
        customer=customer,
        uscc=uscc,
        form=str(session.known(form, forms_only=True)) if form else "",
        unit=str(session.unit(unit)) if unit else "",
        rm=naming.manager(session.workspace(), rm) if rm else "",
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
    from rmdocs.workspace import naming

    forms = {session.known(named, forms_only=True) for named in (number, form) if named}
    if len(forms) > 1:
        one, other = sorted(forms)
        raise UsageError(
            message("{one} and {other} are two forms", one=one, other=other), message("name one")
        )
    if year is not None:
        naming.require_year(session.workspace(), year)
    query = Query(
        form="".join(map(str, forms)),
        unit=str(session.unit(unit)) if unit else "",
        year=year,
        revision=str(Revision.parse(revision)) if revision else "",
        open_only=open_only,
    )
    echo_found(query, session, as_json=as_json)


@command("register")
@argument("name", metavar="NAME", type=NamedChoice(REGISTER_NAMES), help="Which register.")
@argument(
    "number",
    metavar="[NUMBER]",
    default="",
    help="Only this document, or records of this form, such as RXD7200-02.",
)
@option("--as-of", type=DATE, metavar="DATE", help="As it was at the end of that day.")
@option("--unit", default="", metavar="CODE", help="Code of the unit, such as JN01.")
@option("--year", type=WholeNumber(1990, 2999), metavar="YEAR", help="Year of the number.")
@option(
    "--within",
    type=Days(0, 36500),
    metavar="DAYS",
    help="Only reviews due within that many days.",
)
@option("--totals", is_flag=True, help="Records: one row a form, unit and year.")
@xlsx_option
@option("--html", type=OUT_PAGE, metavar="FILE", help="Write a page for a browser instead.")
@json_option
@pass_session
def register(
    session: Session,
    name: str,
    number: str,
    as_of: datetime | None,
    unit: str,
    year: int | None,
    within: int | None,
    xlsx: Path | None,
    html: Path | None,
    *,
    totals: bool,
    as_json: bool,
) -> None:
    """Print a register, as it is or as it was on a day.

    Derived from the ledger every time, never kept by hand: documents (受控文件清单),
    history (修改记录), changes (文件更改申请单), records (记录清单), series, reviews,
    copies (文件发放/回收登记表), holds, disposals (档案销毁清册), requests (审批申请),
    regenerations, units, staff, customers, calendar, policy.

    What was in force on a day follows from the dates of effect; everything
    else counts up to the end of that day.
    """
    from rmdocs.workspace import registers

    asked = registers.Asked(
        number=session.known(number) if number else None,
        unit=session.unit(unit) if unit else None,
        year=year,
        within=within,
        totals=totals,
    )
    workspace = session.workspace()
    report = registers.report(workspace, name, on=as_of.date() if as_of else None, asked=asked)
    if xlsx is None and html is None:
        echo_report(report, session, as_json=as_json)
    for path in (xlsx, html):
        if path is not None:
            save_report(report, path, session)
