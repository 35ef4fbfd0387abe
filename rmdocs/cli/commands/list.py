"""``rmdocs list``."""

from __future__ import annotations

import click

from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command, option
from rmdocs.cli.lists import echo_records
from rmdocs.cli.options import json_option
from rmdocs.registers.index import Query


@command("list")
@option("--form", default="", metavar="NUMBER", help="Number of the form, such as RXD7200-02.")
@option("--unit", default="", metavar="CODE", help="Code of the unit, such as JN01.")
@option("--year", type=click.IntRange(1990, 2999), metavar="YEAR", help="Year of the number.")
@json_option
@pass_session
def list_records(
    session: Session, form: str, unit: str, year: int | None, *, as_json: bool
) -> None:
    """List the records of a form, unit or year.

    Void records are listed too: a series of numbers has no gaps.
    """
    query = Query(form=form, unit=unit, year=year)
    echo_records(session.workspace().find(query), session, as_json=as_json)
