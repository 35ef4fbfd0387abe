"""Holds, retention and disposition in a workspace: who acts, when, and the lists.

The procedure is ``disposition``'s; what the ledger holds is told by the
registers of holds and disposals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.disposition import holding, proposing
from rmdocs.disposition.approving import approve_disposal
from rmdocs.disposition.lists import certificate_report, disposals_report, holds_report
from rmdocs.disposition.proposing import ProposedAction
from rmdocs.disposition.schedule import Due, due_records, due_report
from rmdocs.errors import ControlError, RmdocsError
from rmdocs.events.control import DispositionAction
from rmdocs.findings import NOTHING
from rmdocs.messages import message
from rmdocs.registers.catalogue import unread_findings
from rmdocs.registers.disposals import DisposalRegister
from rmdocs.registers.holds import HoldRegister
from rmdocs.registers.indexfile import Query
from rmdocs.workspace.places import drop_old_index

if TYPE_CHECKING:
    from rmdocs.findings import Finding
    from rmdocs.identifiers import DisposalNumber, HoldNumber, RecordNumber
    from rmdocs.messages import Text
    from rmdocs.registers.disposals import Disposal
    from rmdocs.registers.holds import Held, Hold
    from rmdocs.reports.report import Report
    from rmdocs.workspace.opening import Workspace


def place_hold(workspace: Workspace, held: Held, kind: str, reason: str) -> Hold:
    """Place a hold; see :func:`~rmdocs.disposition.holding.place_hold`.

    :raises UsageError: if nobody acts, or there is no such kind.
    :raises ControlError: if whoever acts may not, gives no reason, or the record was never
        issued or was disposed of.
    """
    with workspace.act() as acting:
        return holding.place_hold(workspace.store, held, kind, reason, acting)


def lift_hold(workspace: Workspace, number: HoldNumber, reason: str) -> Hold:
    """Lift a hold; see :func:`~rmdocs.disposition.holding.lift_hold`.

    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, placed it themselves, gives no reason, or
        it is lifted already.
    """
    with workspace.act() as acting:
        return holding.lift_hold(workspace.store, number, reason, acting)


def hold(workspace: Workspace, number: HoldNumber) -> Hold:
    """Return a hold as it stands.

    :raises ControlError: if there is none with that number.
    """
    return HoldRegister(head=workspace.registry.control).get(number)


def due_ones(
    workspace: Workspace, form: str = "", unit: str = ""
) -> tuple[tuple[RecordNumber, frozenset[DispositionAction]], ...]:
    """Return the records due today, each with what can be done with it now."""
    return tuple(
        (one.number, _possible(one)) for one in _due(workspace, workspace.today(), form, unit)
    )


def holds(workspace: Workspace, *, lifted: bool = True, on: date | None = None) -> Report:
    """Return the register of holds, as it is or as it was at the end of a day.

    :param lifted: those lifted too.
    """
    register = HoldRegister(head=workspace.registry.control, until=workspace.end_of(on))
    holds = register.all() if lifted else iter(register.unlifted())
    return holds_report(
        holds,
        workspace.registry.zone,
        on or workspace.today(),
        _organisation(workspace),
    )


def due(workspace: Workspace, on: date | None = None, form: str = "", unit: str = "") -> Report:
    """Return the due list as of a day; today unless given."""
    day = on or workspace.today()
    due = list(_due(workspace, day, form, unit))
    return due_report(due, day, _organisation(workspace), unread(workspace, form, unit))


def unread(workspace: Workspace, form: str = "", unit: str = "") -> list[Finding]:
    """Return what is told of records of which nobody here can say how long they are kept."""
    told = message("how long they are kept is not known, and they are not listed")
    return unread_findings(workspace.index.unread(Query(form=form, unit=unit)), told)


def due_numbers(
    workspace: Workspace,
    outcome: DispositionAction = DispositionAction.DESTROY,
    form: str = "",
    unit: str = "",
) -> list[RecordNumber]:
    """Return the records due today with which that can be done."""
    return [number for number, possible in due_ones(workspace, form, unit) if outcome in possible]


def _possible(one: Due) -> frozenset[DispositionAction]:
    """Return what can be done with a record that is due."""
    return frozenset(
        outcome
        for outcome in DispositionAction
        if one.pending is None
        and (outcome is DispositionAction.KEEP or not one.held)
        and (outcome is not DispositionAction.DESTROY or one.destroyable)
    )


def propose(
    workspace: Workspace, numbers: Iterable[RecordNumber], wanted: ProposedAction, reason: str
) -> Disposal:
    """Propose a disposal; see :func:`~rmdocs.disposition.proposing.propose_disposal`.

    :raises UsageError: if nobody acts, there is no record, or the outcome lacks its date or
        place.
    :raises ControlError: if whoever acts may not, or gives no reason.
    :raises RefusedError: with everything that stands in the way of any of the records.
    """
    with workspace.act() as acting:
        return proposing.propose_disposal(workspace.registry, numbers, wanted, reason, acting)


def get(workspace: Workspace, number: DisposalNumber) -> Disposal:
    """Return a disposal as it stands.

    :raises ControlError: if there is none with that number.
    """
    return DisposalRegister(head=workspace.registry.control).get(number)


def not_to_approve(workspace: Workspace, disposal: Disposal) -> RmdocsError | None:
    """Return why whoever acts may not approve a disposal; None if they may.

    :raises UsageError: if nobody acts.
    """
    person, asked = workspace.require_person(), disposal.proposed.actor
    try:
        workspace.registry.policy.require_person(person, "disposition.approve")
        if asked.staff_no == str(person.staff_no):
            raise ControlError(
                message("{name} proposed it: somebody else has to approve it", name=asked.name),
                message("ask somebody else, with a key of their own"),
                clause="ISO 9001 §5.3",
            )
    except RmdocsError as problem:
        return problem
    return None


def approve(workspace: Workspace, number: DisposalNumber) -> Disposal:
    """Approve a disposal and carry it out, or finish one that was interrupted.

    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not or proposed it, or it is decided already.
    :raises RefusedError: if anything stands in the way of any record by now; none is
        destroyed then.
    :raises StoreError: if it could not be finished: to be called again.
    """
    drop_old_index(workspace.root)
    with workspace.act() as acting:
        return approve_disposal(workspace.registry, number, acting)


def reject(workspace: Workspace, number: DisposalNumber, reason: str) -> Disposal:
    """Reject a disposal, or withdraw one's own.

    :raises UsageError: if nobody acts.
    :raises ControlError: if whoever acts may not, gives no reason, or it is decided already.
    """
    with workspace.act() as acting:
        return proposing.reject_disposal(workspace.store, number, reason, acting)


def disposals(workspace: Workspace, on: date | None = None) -> Report:
    """Return the register of appraisal and destruction, as it is or was on a day."""
    register = DisposalRegister(head=workspace.registry.control, until=workspace.end_of(on))
    day = on or workspace.today()
    return disposals_report(register.all(), workspace.registry.zone, day, _organisation(workspace))


def certificate(workspace: Workspace, number: DisposalNumber) -> Report:
    """Return a disposal with its list: the certificate once it is certified."""
    registry = workspace.registry
    disposal = DisposalRegister(head=registry.control).get(number)
    return certificate_report(disposal, registry.zone, _organisation(workspace))


def _due(workspace: Workspace, day: date, form: str, unit: str) -> Iterator[Due]:
    for one in due_records(workspace.registry, day):
        series = one.number.series
        if form in {"", str(series.form)} and unit in {"", str(series.unit)}:
            yield one


def _organisation(workspace: Workspace) -> Text:
    """Return whose registers these are, where all forms agree on it."""
    registry = workspace.registry
    names = {}
    for number in registry.forms.numbers():
        release = registry.forms.releases(number)[-1]
        text = registry.forms.load(release).form.organisation
        names[text.zh] = text
    return next(iter(names.values())) if len(names) == 1 else NOTHING
