"""Copies in other hands: signed for (签收), recalled (通知回收), taken back (收回)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_reason
from rmdocs.copies.issuance import outside_holder
from rmdocs.copies.states import (
    CLAUSE,
    OUTDATED,
    Revisions,
    control_locked,
    refusal,
)
from rmdocs.errors import ControlError, UsageError
from rmdocs.events.copies import CopyAcknowledged, CopyRecalled, CopyReturned
from rmdocs.identifiers import CopyNumber
from rmdocs.messages import message
from rmdocs.registers.copies import Copy

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.identifiers import DocumentNumber
    from rmdocs.registers.staff import Person
    from rmdocs.store.protocol import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperReceipt:
    """That somebody outside signed a receipt on paper.

    :param signed_by: the name that stands there.
    :param on: the date that stands there.
    """

    signed_by: str
    on: date


def acknowledge_copy(
    store: Store, number: CopyNumber, acting: ActingPerson, receipt: PaperReceipt | None = None
) -> Copy:
    """Enter that a copy was received: signed for by its holder's key, or on paper.

    :param receipt: for an outside holder, who has no key.
    :raises ControlError: if the actor is not the holder or may not enter a
        paper receipt, or the copy's status does not allow it.
    :raises UsageError: if the receipt lacks what it must say.
    """
    with control_locked(store, acting) as control:
        copy = control.copy(number, CopyAcknowledged)
        if copy.holder.staff_no is None:
            control.require("copy.enter_receipt")
            facts = _on_paper(copy, receipt, acting)
        else:
            facts = _by_holder(copy, receipt, acting)
        [done] = control.enter([control.new_event(number, facts)])
        return done


def _by_holder(copy: Copy, receipt: PaperReceipt | None, acting: ActingPerson) -> CopyAcknowledged:
    if receipt is not None:
        raise UsageError(
            message("{holder} signs with a key, not on paper", holder=copy.holder),
            message("leave out who signed and when"),
        )
    require_holder(copy, acting.person)
    return CopyAcknowledged(on=acting.today, exemplar=copy.exemplar, signed_by=acting.person.name)


def require_holder(copy: Copy, person: Person) -> None:
    """Refuse to have a copy signed for by another member of staff than its holder.

    :raises ControlError: naming both.
    """
    if person.staff_no != copy.holder.staff_no:
        raise ControlError(
            message(
                "{name} ({staff_no}) may not sign for {copy}: its holder is {holder}",
                name=person.name,
                staff_no=person.staff_no,
                copy=copy.number,
                holder=copy.holder,
            ),
            message("the holder signs, with their own key"),
            clause=CLAUSE,
        )


def _on_paper(copy: Copy, receipt: PaperReceipt | None, acting: ActingPerson) -> CopyAcknowledged:
    if receipt is None:
        raise UsageError(
            message("{holder} is outside and signs on paper", holder=copy.holder),
            message("say who signed the receipt, and on which date"),
        )
    if not copy.given_on <= receipt.on <= acting.today:
        raise UsageError(
            message(
                "a receipt of {on} cannot be: {copy} was given out on {given}, today is {today}",
                on=receipt.on,
                copy=copy.number,
                given=copy.given_on,
                today=acting.today,
            ),
            message("enter the date that stands on the receipt"),
        )
    return CopyAcknowledged(
        on=acting.today,
        exemplar=copy.exemplar,
        signed_by=outside_holder(receipt.signed_by).name,
        signed_on=receipt.on,
    )


def recall_copy(store: Store, number: CopyNumber, reason: str, acting: ActingPerson) -> Copy:
    """Recall a copy: its holder is told to give it back.

    :raises ControlError: if the actor may not, or the status does not allow it.
    """
    require_reason(reason)
    with control_locked(store, acting) as control:
        control.require("copy.recall")
        control.copy(number, CopyRecalled)
        facts = CopyRecalled(on=control.today)
        [done] = control.enter([control.new_event(number, facts, reason=reason)])
        return done


def recall_superseded(
    store: Store, document: DocumentNumber, acting: ActingPerson, reason: str = ""
) -> list[Copy]:
    """Recall every copy of a document that is of a revision superseded or withdrawn today.

    All in one act, or none; those recalled before are left as they are.

    :return: the copies recalled now; none if there is nothing to recall.
    :raises ControlError: if the actor may not.
    """
    with control_locked(store, acting) as control:
        control.require("copy.recall")
        revisions, today = Revisions(control.head), acting.today
        new_events = []
        for copy in control.copies.of(document):
            status = revisions.status(document, copy.terms.revision, today)
            if refusal(copy.status, CopyRecalled) is None and status in OUTDATED:
                facts = CopyRecalled(on=today, revision_status=status)
                new_events.append(control.new_event(copy.number, facts, reason=reason))
        return control.enter(new_events) if new_events else []


def return_copy(store: Store, number: CopyNumber, acting: ActingPerson, remark: str = "") -> Copy:
    """Enter that a copy was taken back.

    :raises ControlError: if the actor may not, or the status does not allow it.
    """
    with control_locked(store, acting) as control:
        control.require("copy.return")
        control.copy(number, CopyReturned)
        facts = CopyReturned(on=control.today)
        [done] = control.enter([control.new_event(number, facts, reason=remark)])
        return done
