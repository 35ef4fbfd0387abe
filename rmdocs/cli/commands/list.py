"""``rmdocs list``."""

from __future__ import annotations

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.lists import echo_found
from rmdocs.cli.options import FORM_HELP, WholeNumber, json_option, open_option, revision_option
from rmdocs.errors import UsageError
from rmdocs.identifiers import Revision
from rmdocs.messages import message
from rmdocs.registers.index import Query


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
