"""``rmdocs series close``."""

from __future__ import annotations

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command
from rmdocs.cli.options import WholeNumber, json_option
from rmdocs.identifiers import Series, UnitCode
from rmdocs.messages import message


@command("close")
@argument("form", metavar="FORM", help="Number of the form, such as RXD7200-02.")
@argument("unit", metavar="UNIT", help="Code of the unit, such as JN01.")
@argument("year", metavar="YEAR", type=WholeNumber(1990, 2999), help="Year of the number.")
@json_option
@pass_session
def series_close(session: Session, form: str, unit: str, year: int, *, as_json: bool) -> None:
    """Close a number series whose year is over.

    A statement of its last number and its void numbers is sealed; it gives no
    more numbers. Its records can still be added to, amended and voided.
    """
    series = Series(session.form(form), UnitCode.parse(unit), year)
    statement = session.workspace().registers.close_series(series)
    if as_json:
        printing.echo_json(statement.to_json())
        return
    said = message(
        "closed {series}: {given} number(s), {void} void",
        series=series,
        given=statement.given,
        void=len(statement.voids),
    )
    click.echo(session.say(said))
