"""``rmdocs register``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, Days, NamedChoice, WholeNumber, json_option
from rmdocs.cli.printing import FILE, echo_report, save_report, xlsx_option
from rmdocs.identifiers import UnitCode
from rmdocs.registers.displaynames import REGISTER_NAMES


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
@option("--html", type=FILE, metavar="FILE", help="Write a page for a browser instead.")
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
        number=session.document(number) if number else None,
        unit=UnitCode.parse(unit) if unit else None,
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
