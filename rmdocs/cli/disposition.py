"""Disposal of records, and holds against it: ``rmdocs disposition`` and ``hold``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rmdocs.cli import printing
from rmdocs.cli.context import Session, pass_session
from rmdocs.cli.help import argument, command, option
from rmdocs.cli.options import DATE, NamedChoice, json_option
from rmdocs.cli.printing import echo_report, xlsx_option
from rmdocs.disposition.proposing import ProposedAction
from rmdocs.errors import UsageError
from rmdocs.events.control import DispositionAction
from rmdocs.identifiers import DisposalNumber, HoldNumber, RecordNumber
from rmdocs.messages import message
from rmdocs.registers.holds import Held, hold_kinds

if TYPE_CHECKING:
    from rmdocs.registers.disposals import Disposal


disposal_argument = argument(
    "disposal", metavar="DISPOSAL", help="Number of the disposal, such as D2026-0001."
)


def echo_disposal(disposal: Disposal, session: Session, *, as_json: bool) -> None:
    """Print where a disposal stands, and which records were left out of it."""
    answer = disposal.answer
    if as_json:
        printing.echo_answer(answer, session)
        return
    sentence = message(
        "{disposal}: {outcome}, {count} record(s): {status}",
        disposal=answer.disposal,
        outcome=answer.outcome.called,
        count=len(answer.done if disposal.certificate else answer.records),
        status=answer.status.called,
    )
    click.echo(session.say(sentence))
    for one in answer.left_out:
        note = message(
            "left out after the approval: {number} ({why})", number=one.number, why=one.reason
        )
        click.echo(session.say(note), err=True)


def _known(session: Session, form: str, unit: str) -> tuple[str, str]:
    """Return the form and the unit that a list is narrowed to, empty where it is not."""
    return (
        str(session.known(form, forms_only=True)) if form else "",
        str(session.unit(unit)) if unit else "",
    )


@command("due")
@option("--as-of", type=DATE, metavar="DATE", help="Due by that day; today if not given.")
@option("--form", default="", metavar="NUMBER", help="Number of the form, such as RXD7200-02.")
@option("--unit", default="", metavar="CODE", help="Code of the unit, such as JN01.")
@xlsx_option
@json_option
@pass_session
def disposition_due(
    session: Session,
    as_of: datetime | None,
    form: str,
    unit: str,
    xlsx: Path | None,
    *,
    as_json: bool,
) -> None:
    """List records whose retention has ended.

    Each with its retention, the holds it is under, and what can be done with
    it: only encrypted records can be destroyed.
    """
    from rmdocs.workspace import disposition

    day = as_of.date() if as_of else None
    report = disposition.due(session.workspace(), day, *_known(session, form, unit))
    echo_report(report, session, as_json=as_json, xlsx=xlsx)


@command("propose")
@argument("numbers", metavar="[NUMBER...]", nargs=-1, help="Record numbers.")
@option("--all-due", is_flag=True, help="Every record due today with which that can be done.")
@option("--form", default="", metavar="NUMBER", help="With --all-due: only records of this form.")
@option("--unit", default="", metavar="CODE", help="With --all-due: only records of this unit.")
@option(
    "--outcome",
    type=NamedChoice({outcome.value: outcome.called for outcome in DispositionAction}),
    default=DispositionAction.DESTROY.value,
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
    from rmdocs.workspace import disposition

    if bool(numbers) == all_due:
        raise UsageError(
            message("either records are named, or all that are due"),
            message("give numbers, or --all-due"),
        )
    wanted = ProposedAction(
        outcome=DispositionAction(outcome), until=until.date() if until else None, archive=archive
    )
    workspace, of = session.workspace(), _known(session, form, unit)
    records = (
        disposition.due_numbers(workspace, wanted.outcome, *of)
        if all_due
        else [RecordNumber.parse(number) for number in numbers]
    )
    if all_due:
        unread = disposition.unread(workspace, *of)
        printing.echo_findings(unread, session.language, err=True)
    echo_disposal(disposition.propose(workspace, records, wanted, reason), session, as_json=as_json)


@command("approve")
@disposal_argument
@json_option
@pass_session
def disposition_approve(session: Session, disposal: str, *, as_json: bool) -> None:
    """Approve a disposal and carry it out.

    At the end stands its certificate. Destroying takes the key of each record:
    its content is gone for ever, its number, history and digests stay. If it
    is interrupted, the same command finishes it.
    """
    from rmdocs.workspace import disposition

    done = disposition.approve(session.workspace(), DisposalNumber.parse(disposal))
    echo_disposal(done, session, as_json=as_json)


@command("reject")
@disposal_argument
@option("--reason", required=True, metavar="TEXT", help="Why.")
@json_option
@pass_session
def disposition_reject(session: Session, disposal: str, reason: str, *, as_json: bool) -> None:
    """Reject a disposal.

    Or withdraw your own: nothing happens to its records.
    """
    from rmdocs.workspace import disposition

    done = disposition.reject(session.workspace(), DisposalNumber.parse(disposal), reason)
    echo_disposal(done, session, as_json=as_json)


@command("list")
@argument(
    "disposal", metavar="[DISPOSAL]", default="", help="Only this one: its list, its certificate."
)
@option("--as-of", type=DATE, metavar="DATE", help="As it was at the end of that day.")
@xlsx_option
@json_option
@pass_session
def disposition_list(
    session: Session, disposal: str, as_of: datetime | None, xlsx: Path | None, *, as_json: bool
) -> None:
    """List what was disposed of.

    What is proposed and rejected too; or one disposal with its list, which is
    the certificate once it is certified.
    """
    from rmdocs.workspace import disposition

    workspace = session.workspace()
    if disposal and as_of:
        raise UsageError(
            message("a certificate is the same on every day"), message("leave out --as-of")
        )
    report = (
        disposition.certificate(workspace, DisposalNumber.parse(disposal))
        if disposal
        else disposition.disposals(workspace, as_of.date() if as_of else None)
    )
    echo_report(report, session, as_json=as_json, xlsx=xlsx)


@command("place")
@option("--record", default="", metavar="NUMBER", help="Hold this record.")
@option(
    "--customer", default="", metavar="CODE", help="Hold all records of the customer of this code."
)
@option(
    "--series",
    default="",
    metavar="SERIES",
    help="Hold all records of a form, unit and year, such as RXD7200-04-JN01-2026.",
)
@option("--kind", required=True, type=NamedChoice(hold_kinds()), help="Why, in a word.")
@option(
    "--reason",
    required=True,
    metavar="TEXT",
    help="Which case; it stays in clear for ever, so quote nothing from a record.",
)
@pass_session
def hold_place(
    session: Session, record: str, customer: str, series: str, kind: str, reason: str
) -> None:
    """Hold records against disposal.

    Nothing held is disposed of, whatever the retention schedule says. A hold on
    a customer or a series covers records that are issued later too. It stands
    until somebody else lifts it.
    """
    from rmdocs.workspace import disposition

    named = [
        parse(text)
        for parse, text in (
            (Held.record, record),
            (Held.customer, customer),
            (Held.series, series),
        )
        if text
    ]
    if len(named) != 1:
        raise UsageError(
            message("a hold is on a record, a customer or a series"),
            message("give exactly one of --record, --customer, --series"),
        )
    hold = disposition.place_hold(session.workspace(), named[0], kind, reason)
    click.echo(
        session.say(message("placed {hold} on {held}", hold=hold.number, held=named[0].value))
    )


@command("lift")
@argument("hold", metavar="HOLD", help="Number of the hold, such as H2026-0001.")
@option("--reason", required=True, metavar="TEXT", help="Why it no longer stands.")
@pass_session
def hold_lift(session: Session, hold: str, reason: str) -> None:
    """Lift a hold that somebody else placed."""
    from rmdocs.workspace import disposition

    lifted = disposition.lift_hold(session.workspace(), HoldNumber.parse(hold), reason)
    click.echo(session.say(message("lifted {hold}", hold=lifted.number)))


@command("list")
@option("--all", "lifted", is_flag=True, help="Those lifted too.")
@option("--as-of", type=DATE, metavar="DATE", help="As it was at the end of that day.")
@xlsx_option
@json_option
@pass_session
def hold_list(
    session: Session, as_of: datetime | None, xlsx: Path | None, *, lifted: bool, as_json: bool
) -> None:
    """List the holds.

    What is held, why, and by whom.
    """
    from rmdocs.workspace import disposition

    day = as_of.date() if as_of else None
    report = disposition.holds(session.workspace(), lifted=lifted, on=day)
    echo_report(report, session, as_json=as_json, xlsx=xlsx)
