"""Placing and lifting holds: nothing held is disposed of, whatever the schedule says.

A reason stands in clear in the control ledger for ever: it names a case, not
what a record says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmdocs import canonical, lifecycle
from rmdocs.control.actingperson import require_reason
from rmdocs.control.policy import Performer, control_locked, party
from rmdocs.control.staff import JSON_TYPE
from rmdocs.disposition.appraisal import CLAUSE
from rmdocs.errors import ControlError, UsageError
from rmdocs.events.control import HoldLifted, HoldPlaced, Scope
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import by_command, listed, message
from rmdocs.registers.holds import (
    HOLD_NAME,
    HOLDS,
    Hold,
    HoldRegister,
    hold_kinds,
)
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.records import find_folder
from rmdocs.store.protocol import NewEvent, NewFile

if TYPE_CHECKING:
    from datetime import tzinfo

    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.control.policy import Policy
    from rmdocs.identifiers import HoldNumber
    from rmdocs.registers.holds import Held
    from rmdocs.registers.staff import Person
    from rmdocs.store.protocol import Store


def place_hold(store: Store, held: Held, kind: str, reason: str, acting: ActingPerson) -> Hold:
    """Hold a record, a customer's records or a series against disposal.

    :param kind: a code of :func:`~rmdocs.registers.holds.hold_kinds`.
    :raises ControlError: if the actor may not, no reason is given, or the
        record was never issued or was disposed of.
    :raises UsageError: if there is no such kind.
    """
    require_reason(reason)
    if kind not in hold_kinds():
        raise UsageError(
            message("“{kind}” is no kind of hold", kind=kind),
            message("kinds are: {kinds}", kinds=listed(hold_kinds())),
        )
    with control_locked(store, acting) as (branch, policy):
        policy.require(acting, "hold.place")
        if held.scope is Scope.RECORD:
            _require_there(store, RecordNumber.parse(held.value))
        number = HoldRegister(head=branch.require_head()).next_number(acting.today.year)
        facts = HoldPlaced(number=number, of_kind=kind, scope=held.scope, held=held.value)
        directory = f"{HOLDS}/{number}"
        new_event = NewEvent(
            facts=facts,
            subject=str(number),
            directory=directory,
            files=(
                NewFile(
                    path=f"{directory}/{HOLD_NAME}",
                    data=canonical.encode(facts.to_json()),
                    media_type=JSON_TYPE,
                ),
            ),
            reason=reason.strip(),
        )
        acting.seal(branch, (new_event,))
        return HoldRegister(head=branch.require_head()).get(number)


def lift_hold(store: Store, number: HoldNumber, reason: str, acting: ActingPerson) -> Hold:
    """Lift a hold, by somebody else than who placed it.

    :raises ControlError: if the actor may not, placed it themselves, or it is
        lifted already.
    """
    require_reason(reason)
    with control_locked(store, acting) as (branch, policy):
        hold = HoldRegister(head=branch.require_head()).get(number)
        zone = zone_of(branch.require_head())
        require_may_lift(policy, hold, acting.person, party(acting, "hold.lift"), zone)
        new_event = NewEvent(
            facts=HoldLifted(),
            subject=str(number),
            directory=f"{HOLDS}/{number}",
            reason=reason.strip(),
        )
        acting.seal(branch, (new_event,))
        return HoldRegister(head=branch.require_head()).get(number)


def require_may_lift(
    policy: Policy, hold: Hold, person: Person, own: Performer, zone: tzinfo
) -> None:
    """Refuse who may not lift a hold.

    :param own: the person as they would lift it. :param zone: in which days are told.
    :raises ControlError: by role, because it is lifted already, or they placed it.
    """
    policy.require_person(person, "hold.lift")
    if hold.lifted is not None:
        raise ControlError(
            message(
                "{hold} was lifted already, by {name} on {on}",
                hold=hold.number,
                name=hold.lifted.actor.name,
                on=hold.lifted.day_in(zone),
            ),
            by_command(message("look up what still holds"), "rmdocs hold list"),
            clause=CLAUSE,
        )
    policy.require_separate(own, Performer(act="hold.place", actor=hold.placed.actor))


def _require_there(store: Store, number: RecordNumber) -> None:
    if find_folder(store, number).tombstone is not None:
        lifecycle.require_act(lifecycle.RecordStatus.DISPOSED, lifecycle.RecordAct.DISPOSE)
