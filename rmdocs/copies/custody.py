"""Copies in other hands: signed for (签收), recalled (通知回收), taken back (收回)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.canonical import Json
from rmdocs.control.acting import require_key, require_reason
from rmdocs.control.policy import policy_in_force
from rmdocs.copies.issuance import outside_holder
from rmdocs.copies.states import CLAUSE, OUTDATED, Revisions, refusal, require_act
from rmdocs.errors import ControlError, UsageError
from rmdocs.identifiers import CopyNumber
from rmdocs.messages import message
from rmdocs.registers.copies import Copy, CopyAct, CopyRegister, copy_directory
from rmdocs.store.protocol import CONTROL_REF, Deed, NewFile

if TYPE_CHECKING:
    from rmdocs.control.acting import Acting
    from rmdocs.identifiers import DocumentNumber
    from rmdocs.store.protocol import Branch, Head, Store


@dataclass(frozen=True, slots=True)
class LockedControl:
    """The control ledger under its lock, and who acts."""

    branch: Branch
    acting: Acting

    @property
    def head(self) -> Head:
        """Return the ledger as it stands."""
        return self.branch.require_head()

    @property
    def copies(self) -> CopyRegister:
        """Return the copies as they stand."""
        return CopyRegister(self.head)

    def require(self, act: str) -> None:
        """Refuse an act that the policy does not give to who acts.

        :param act: as the policy calls it, such as ``copy.issue``.
        :raises ControlError: naming the person, the act and the roles.
        """
        policy_in_force(self.head).require(self.acting, act)

    def copy(self, number: CopyNumber, act: CopyAct) -> Copy:
        """Return a copy to which something is to happen.

        :raises ControlError: if there is no such copy, or its status does not
            allow the act.
        """
        copy = self.copies.get(number)
        require_act(copy, act)
        return copy

    def deed(
        self,
        number: CopyNumber,
        act: CopyAct,
        *,
        reason: str = "",
        files: tuple[NewFile, ...] = (),
        facts: Mapping[str, Json] = MappingProxyType({}),
    ) -> Deed:
        """Return the deed of an act on a copy, done today.

        :param facts: what the event says besides the day.
        """
        return Deed(
            kind=act.value,
            subject=str(number),
            directory=copy_directory(number),
            files=files,
            reason=reason.strip(),
            facts={"on": self.acting.today.isoformat(), **facts},
        )

    def enter(self, deeds: Sequence[Deed]) -> list[Copy]:
        """Seal deeds together, or none of them; return their copies as they stand then."""
        acts = dict.fromkeys(deed.kind for deed in deeds)
        numbers = [CopyNumber.parse(deed.subject) for deed in deeds]
        verb = deeds[0].kind.removeprefix("copy-").capitalize()
        more = f" and {len(numbers) - 1} more" if len(numbers) > 1 else ""
        self.acting.seal(
            self.branch,
            deeds,
            subject_line=f"{verb} copy {numbers[0]}{more}",
            trailers={"Event": "\n".join(acts), "Copy": "\n".join(map(str, numbers))},
        )
        return [self.copies.get(number) for number in numbers]


@contextmanager
def control_locked(store: Store, acting: Acting) -> Iterator[LockedControl]:
    """Give the control ledger under its lock.

    :raises ControlError: if the key is not the actor's.
    """
    require_key(acting.person, acting.key)
    with store.locked(CONTROL_REF) as branch:
        yield LockedControl(branch, acting)


@dataclass(frozen=True, slots=True)
class PaperReceipt:
    """That somebody outside signed a receipt on paper.

    :param signed_by: the name that stands there.
    :param on: the date that stands there.
    """

    signed_by: str
    on: date


def acknowledge_copy(
    store: Store, number: CopyNumber, acting: Acting, receipt: PaperReceipt | None = None
) -> Copy:
    """Enter that a copy was received: signed for by its holder's key, or on paper.

    :param receipt: for an outside holder, who has no key.
    :raises ControlError: if the actor is not the holder or may not enter a
        paper receipt, or the copy's status does not allow it.
    :raises UsageError: if the receipt lacks what it must say.
    """
    with control_locked(store, acting) as control:
        copy = control.copy(number, CopyAct.ACKNOWLEDGE)
        if copy.holder.staff_no is None:
            control.require("copy.enter_receipt")
            signed = _on_paper(copy, receipt, acting)
        else:
            signed = _by_holder(copy, receipt, acting)
        facts = {**signed, "exemplar": copy.exemplar}
        deed = control.deed(number, CopyAct.ACKNOWLEDGE, facts=facts)
        [done] = control.enter([deed])
        return done


def _by_holder(copy: Copy, receipt: PaperReceipt | None, acting: Acting) -> dict[str, str]:
    if receipt is not None:
        raise UsageError(
            message("{holder} signs with a key, not on paper", holder=copy.holder),
            message("leave out who signed and when"),
        )
    if acting.person.staff_no != copy.holder.staff_no:
        raise ControlError(
            message(
                "{name} ({staff_no}) may not sign for {copy}: its holder is {holder}",
                name=acting.person.name,
                staff_no=acting.person.staff_no,
                copy=copy.number,
                holder=copy.holder,
            ),
            message("the holder signs, with their own key"),
            clause=CLAUSE,
        )
    return {"signed_by": acting.person.name}


def _on_paper(copy: Copy, receipt: PaperReceipt | None, acting: Acting) -> dict[str, str]:
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
    name = outside_holder(receipt.signed_by).name
    return {"signed_by": name, "signed_on": receipt.on.isoformat()}


def recall_copy(store: Store, number: CopyNumber, reason: str, acting: Acting) -> Copy:
    """Recall a copy: its holder is told to give it back.

    :raises ControlError: if the actor may not, or the status does not allow it.
    """
    require_reason(reason)
    with control_locked(store, acting) as control:
        control.require("copy.recall")
        control.copy(number, CopyAct.RECALL)
        [done] = control.enter([control.deed(number, CopyAct.RECALL, reason=reason)])
        return done


def recall_superseded(
    store: Store, document: DocumentNumber, acting: Acting, reason: str = ""
) -> list[Copy]:
    """Recall every copy of a document that is of a revision superseded or withdrawn today.

    All in one act, or none; those recalled before are left as they are.

    :return: the copies recalled now; none if there is nothing to recall.
    :raises ControlError: if the actor may not.
    """
    with control_locked(store, acting) as control:
        control.require("copy.recall")
        revisions, today = Revisions(control.head), acting.today
        deeds = []
        for copy in control.copies.of(document):
            status = revisions.status(document, copy.terms.revision, today)
            if refusal(copy.status, CopyAct.RECALL) is None and status in OUTDATED:
                facts = {"revision_status": status.value}
                deeds.append(control.deed(copy.number, CopyAct.RECALL, reason=reason, facts=facts))
        return control.enter(deeds) if deeds else []


def return_copy(store: Store, number: CopyNumber, acting: Acting, remark: str = "") -> Copy:
    """Enter that a copy was taken back.

    :raises ControlError: if the actor may not, or the status does not allow it.
    """
    with control_locked(store, acting) as control:
        control.require("copy.return")
        control.copy(number, CopyAct.RETURN)
        [done] = control.enter([control.deed(number, CopyAct.RETURN, reason=remark)])
        return done
