"""Proposing a disposal: one person draws up the list and signs it (鉴定清册)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_reason
from rmdocs.control.policy import control_locked
from rmdocs.control.releasing import approve
from rmdocs.control.staff import JSON_TYPE
from rmdocs.disposition.appraisal import CLAUSE, Appraisal, require_no_obstacle
from rmdocs.errors import ControlError, UsageError
from rmdocs.events.control import DisposalProposed, DisposalRejected, DispositionAction
from rmdocs.messages import by_command, message
from rmdocs.registers.disposals import (
    DISPOSALS,
    PROPOSAL_NAME,
    Disposal,
    DisposalProposal,
    DisposalRegister,
    DisposalStatus,
)
from rmdocs.registers.officetime import zone_of
from rmdocs.store.protocol import NewEvent, NewFile
from rmdocs.values import is_blank, require_line

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.identifiers import DisposalNumber, RecordNumber
    from rmdocs.issuing.registry import Registry
    from rmdocs.store.protocol import Store

_LONGEST_ARCHIVE = 120
"""Characters of the name of an archive, as of a unit's in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedAction:
    """What is to be done with the records of a proposal.

    :param until: until when they are kept longer.
    :param archive: to which archive they are transferred.
    """

    outcome: DispositionAction = DispositionAction.DESTROY
    until: date | None = None
    archive: str = ""


def propose_disposal(
    registry: Registry,
    numbers: Iterable[RecordNumber],
    wanted: ProposedAction,
    reason: str,
    acting: ActingPerson,
) -> Disposal:
    """Propose to destroy records, to transfer them, or to keep them longer.

    :raises ControlError: if the actor may not, or no reason is given.
    :raises RefusedError: if any record is not due, held, disposed of already,
        or cannot be destroyed; with everything that stands in the way of any.
    :raises UsageError: if there is no record, or the outcome lacks its date or place.
    :raises FindingsError: if the archive's name is not one line, or too long to be printed.
    """
    require_reason(reason)
    records = sorted(set(numbers))
    if not records:
        raise UsageError(
            message("no record is named"),
            by_command(message("look up what is due"), "rmdocs disposition due"),
        )
    _require_whole(wanted, acting.today)
    with control_locked(registry.store, acting) as (branch, policy):
        policy.require(acting, "disposition.propose")
        head = branch.require_head()
        appraisal = Appraisal(registry, head, acting.today)
        listed = require_no_obstacle(
            appraisal.appraise(number, wanted.outcome) for number in records
        )
        proposal = DisposalProposal(
            number=DisposalRegister(head=head).next_number(acting.today.year),
            outcome=wanted.outcome,
            reason=reason.strip(),
            on=acting.today,
            until=wanted.until,
            archive=wanted.archive.strip(),
            records=listed,
        )
        directory = f"{DISPOSALS}/{proposal.number}"
        value = canonical.encode(proposal.to_json())
        new_event = NewEvent(
            facts=DisposalProposed(
                list_sha256=proposal.list_sha256, outcome=wanted.outcome, records=len(listed)
            ),
            subject=str(proposal.number),
            directory=directory,
            files=(NewFile(path=f"{directory}/{PROPOSAL_NAME}", data=value, media_type=JSON_TYPE),),
            reason=proposal.reason,
            approvals=(
                approve(proposal.statement(DisposalProposed.KIND), acting.person, acting.key),
            ),
        )
        acting.seal(branch, (new_event,))
        return DisposalRegister(head=branch.require_head()).get(proposal.number)


def reject_disposal(
    store: Store, number: DisposalNumber, reason: str, acting: ActingPerson
) -> Disposal:
    """Reject a disposal, or withdraw one's own: nothing happens to its records.

    :raises ControlError: if the actor may not, or it is decided already.
    """
    require_reason(reason)
    with control_locked(store, acting) as (branch, policy):
        disposal = DisposalRegister(head=branch.require_head()).get(number)
        own = disposal.proposed.actor.staff_no == str(acting.person.staff_no)
        policy.require(acting, "disposition.propose" if own else "disposition.approve")
        require_proposed(disposal, zone_of(branch.require_head()))
        new_event = NewEvent(
            facts=DisposalRejected(),
            subject=str(number),
            directory=f"{DISPOSALS}/{number}",
            reason=reason.strip(),
        )
        acting.seal(branch, (new_event,))
        return DisposalRegister(head=branch.require_head()).get(number)


def require_proposed(disposal: Disposal, zone: ZoneInfo) -> None:
    """Refuse to decide what is decided already.

    :raises ControlError: naming who decided, and how.
    """
    if disposal.status is DisposalStatus.PROPOSED:
        return
    last = disposal.events[-1]
    raise ControlError(
        message(
            "{disposal} is decided: {status}, by {name} on {on}",
            disposal=disposal.number,
            status=disposal.status.called,
            name=last.actor.name,
            on=last.day_in(zone),
        ),
        message("propose anew if it is to be otherwise"),
        clause=CLAUSE,
    )


def _require_whole(wanted: ProposedAction, today: date) -> None:
    """Refuse an outcome that lacks what it needs, or has what belongs to another."""
    require_line(wanted.archive.strip(), "archive", _LONGEST_ARCHIVE)
    keeps, transfers = (
        wanted.outcome is DispositionAction.KEEP,
        wanted.outcome is DispositionAction.TRANSFER,
    )
    if keeps and (wanted.until is None or wanted.until <= today):
        raise UsageError(
            message("until when the records are kept longer must be said"),
            by_command(message("give a later day"), "--until"),
        )
    if transfers and is_blank(wanted.archive):
        raise UsageError(
            message("to which archive the records go must be said"),
            by_command(message("say which archive takes them"), "--archive"),
        )
    if (wanted.until is not None and not keeps) or (wanted.archive.strip() and not transfers):
        raise UsageError(
            message("a day belongs to keeping longer, an archive to a transfer"),
            message("leave out what the outcome does not need"),
        )
