"""What an auditor works with: ``rmdocs audit``."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from rmdocs.cli import printing
from rmdocs.cli.context import Progress, Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import NamedChoice, WholeNumber, json_option
from rmdocs.identifiers import UnitCode
from rmdocs.messages import message
from rmdocs.registers.lists.quarters import Quarter

if TYPE_CHECKING:
    from rmdocs.reports.report import Report

_form = option("--form", default="", metavar="NUMBER", help="Only records of this form.")
_unit = option("--unit", default="", metavar="CODE", help="Code of the unit, such as JN01.")
_html = option(
    "--html", type=printing.FILE, metavar="FILE", help="Write a page for a browser instead."
)
_STRATA = {"form": message("form"), "unit": message("unit"), "quarter": message("quarter")}


@command("sample")
@argument("count", metavar="COUNT", type=WholeNumber(1, 100_000), help="How many of each kind.")
@option(
    "--seed",
    default="",
    metavar="TEXT",
    help="What decides which ones: the same seed takes the same records. Drawn if not given.",
)
@_form
@_unit
@option("--quarter", default="", metavar="QUARTER", help="Only of this quarter, such as 2026-3.")
@option(
    "--by",
    "kinds",
    multiple=True,
    type=NamedChoice(_STRATA),
    help="Take so many of each form, unit or quarter; may be given several times.",
)
@printing.xlsx_option
@_html
@json_option
@pass_session
def audit_sample(
    session: Session,
    *,
    count: int,
    seed: str,
    form: str,
    unit: str,
    quarter: str,
    kinds: tuple[str, ...],
    xlsx: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Take records at random, by a seed.

    Whoever has the store takes the same records again by the same seed: those whose SHA-256
    of seed, line feed and number is smallest. All numbers that were ever given take part,
    void ones too. Agree on the seed before, or throw dice for it in front of everybody.
    """
    from rmdocs.registers.lists.auditwork import sample_list
    from rmdocs.workspace import auditwork, registers

    work = session.workspace()
    wanted = auditwork.SampleWanted(
        count=count,
        seed=seed or secrets.token_hex(8),
        form=session.form(form) if form else None,
        unit=UnitCode.parse(unit) if unit else None,
        quarter=Quarter.parse(quarter) if quarter else None,
        by=tuple(one for one in auditwork.STRATA if one in kinds),
    )
    found = auditwork.sample(work, wanted)
    if as_json:
        printing.echo_answer(found, session)
    else:
        _give(sample_list(found, registers.organisation(work)), session, xlsx, html)


@command("exceptions")
@option("--quarter", default="", metavar="QUARTER", help="The last one; this one if not given.")
@option(
    "--quarters",
    "count",
    type=WholeNumber(1, 20),
    default=4,
    metavar="COUNT",
    help="How many quarters up to it; 4 if not given.",
)
@_unit
@option("--cases", is_flag=True, help="List each case, not how many there are.")
@printing.xlsx_option
@_html
@json_option
@pass_session
def audit_exceptions(
    session: Session,
    *,
    quarter: str,
    count: int,
    unit: str,
    cases: bool,
    xlsx: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """List what stands out, quarter by quarter.

    What stands out is what the forms say: what their rules warn of, as of when each record was
    sealed (a single manager, a late notice), and what had to happen by a day and happened late
    or not at all (a receipt, a closure, feedback). Without --unit also overdue reviews of
    documents, and numbers without a record.
    """
    from rmdocs.registers.lists.auditwork import exception_cases, exception_counts
    from rmdocs.workspace import auditwork, registers

    work = session.workspace()
    with Progress(session.say(message("looking through the records"))) as progress:
        found = auditwork.exceptions(
            work,
            Quarter.parse(quarter) if quarter else Quarter.of(work.today()),
            quarters=count,
            unit=str(UnitCode.parse(unit)) if unit else "",
            progress=progress.at,
        )
    if as_json:
        printing.echo_answer(found, session)
    else:
        made = exception_cases if cases else exception_counts
        _give(made(found, registers.organisation(work)), session, xlsx, html)


def _give(report: Report, session: Session, xlsx: Path | None, html: Path | None) -> None:
    """Print a report, or save it where that is asked for."""
    if xlsx is None and html is None:
        printing.echo_report(report, session, as_json=False)
    for path in (xlsx, html):
        if path is not None:
            printing.save_report(report, path, session)
