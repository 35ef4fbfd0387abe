"""``rmdocs disposition propose``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.disposals import echo_disposal
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, Named, json_option
from rmdocs.disposition.proposing import Wanted
from rmdocs.errors import UsageError
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.registers.disposals import Outcome


@command("propose")
@argument("numbers", metavar="[NUMBER...]", nargs=-1, help="Record numbers.")
@option("--all-due", is_flag=True, help="Every record due today with which that can be done.")
@option("--form", default="", metavar="NUMBER", help="With --all-due: only records of this form.")
@option("--unit", default="", metavar="CODE", help="With --all-due: only records of this unit.")
@option(
    "--outcome",
    type=Named({outcome.value: outcome.called for outcome in Outcome}),
    default=Outcome.DESTROY.value,
    show_default=True,
    help="What is to be done with them.",
)
@option("--until", type=DATE, metavar="DATE", help="Until when they are kept longer.")
@option("--archive", default="", metavar="TEXT", help="The archive they are transferred to.")
@option(
    "--reason",
    required=True,
    metavar="TEXT",
    help="Why; it stays in clear for ever, so quote nothing from a record.",
)
@json_option
@pass_session
def disposition_propose(
    session: Session,
    numbers: Sequence[str],
    form: str,
    unit: str,
    outcome: str,
    until: datetime | None,
    archive: str,
    reason: str,
    *,
    all_due: bool,
    as_json: bool,
) -> None:
    """Propose what becomes of records.

    They are destroyed, transferred to the archive, or kept longer. You sign
    the list; somebody else approves it. A record that is not due, is held, or
    cannot be destroyed is refused, with everything in its way.
    """
    if bool(numbers) == all_due:
        raise UsageError(
            message("either records are named, or all that are due"),
            message("give numbers, or --all-due"),
        )
    wanted = Wanted(Outcome(outcome), until.date() if until else None, archive)
    disposition = session.workspace().disposition
    records = (
        disposition.due_numbers(wanted.outcome, form, unit)
        if all_due
        else [RecordNumber.parse(number) for number in numbers]
    )
    if all_due:
        unread = disposition.unread(form, unit)
        printing.echo_findings(unread, session.language, err=True)
    echo_disposal(disposition.propose(records, wanted, reason), session, as_json=as_json)
