"""``rmdocs find``."""

from __future__ import annotations

from datetime import datetime

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.lists import echo_found
from rmdocs.cli.options import DATE, FORM_HELP, Named, json_option, open_option, revision_option
from rmdocs.cli.printing import STATUSES
from rmdocs.identifiers import Revision
from rmdocs.registers.index import Query


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
@option("--status", type=Named(STATUSES), help="Only records of this status.")
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
