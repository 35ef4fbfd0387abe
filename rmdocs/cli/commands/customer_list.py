"""``rmdocs customer list``."""

from __future__ import annotations

from pathlib import Path

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import command
from rmdocs.cli.options import json_option
from rmdocs.cli.reports import save_report, xlsx_option
from rmdocs.messages import message


@command("list")
@xlsx_option
@json_option
@pass_session
def customer_list(session: Session, xlsx: Path | None, *, as_json: bool) -> None:
    """List the customers."""
    if xlsx is not None:
        save_report(session.workspace().registers.report("customers"), xlsx, session)
        return
    customers = session.workspace().customers.all()
    if as_json:
        for customer in customers:
            printing.echo_json(customer.to_json())
        return
    printing.echo_table(
        (message("unified social credit code"), message("category"), message("customer")),
        [(one.uscc, str(one.facts.get("category", "")), one.name) for one in customers],
        session.language,
    )
