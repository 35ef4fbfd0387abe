"""Approving a disposal, and carrying it out to the end.

Under the locks of all its volumes and of control, so that no hold, stage or
amendment comes in between: the approval; a tombstone on every record; only
then its key destroyed; the index made to forget; at last the certificate.
Each step is on disk before the next begins and does nothing the second time,
so whatever a kill interrupts is finished by approving again, and no key is
ever gone without a tombstone.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key
from rmdocs.control.policy import Performer, party, policy_in_force
from rmdocs.control.releasing import approve
from rmdocs.control.staff import JSON_TYPE
from rmdocs.disposition.appraisal import (
    HELD,
    UNREADABLE,
    Appraisal,
    Appraised,
    changed,
    require_no_obstacle,
)
from rmdocs.disposition.proposing import require_proposed
from rmdocs.errors import RefusedError, StoreError
from rmdocs.events.control import (
    DisposalApproved,
    DisposalCertified,
    DisposalListed,
    DispositionAction,
)
from rmdocs.events.records import RecordDisposed
from rmdocs.messages import message
from rmdocs.registers.disposals import (
    CERTIFICATE_NAME,
    DISPOSALS,
    Disposal,
    DisposalRegister,
    DisposalStatus,
    Listed,
)
from rmdocs.registers.officetime import zone_of
from rmdocs.registers.records import read_folder
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile
from rmdocs.store.vault import CIPHER

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.findings import Finding
    from rmdocs.identifiers import DisposalNumber, RecordNumber, Volume
    from rmdocs.issuing.registry import Registry
    from rmdocs.store.event import Approval
    from rmdocs.store.protocol import Branch


def approve_disposal(registry: Registry, number: DisposalNumber, acting: ActingPerson) -> Disposal:
    """Approve a disposal and carry it out; called again, finish what was interrupted.

    :raises ControlError: if the actor may not, proposed it themselves, or it
        is decided already.
    :raises RefusedError: if anything stands in the way of any record by now.
    :raises StoreError: if it could not be finished: to be called again.
    """
    require_key(acting.person, acting.key)
    control = registry.store.require_head(CONTROL_REF)
    listed = DisposalRegister(head=control).get(number).proposal.records
    volumes = sorted({record.number.volume for record in listed})
    with ExitStack() as locks:
        # Volumes before control, in order: as whoever issues locks them.
        branches = {
            volume: locks.enter_context(registry.store.locked(volume.ref)) for volume in volumes
        }
        branch = locks.enter_context(registry.store.locked(CONTROL_REF))
        work = _Disposing(
            registry=registry, acting=acting, control=branch, volumes=branches, number=number
        )
        if not work.destroy_again():
            work.approve()
            work.carry_out()
        return work.disposal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Disposing:
    """A disposal with all it concerns under lock."""

    registry: Registry
    acting: ActingPerson
    control: Branch
    volumes: dict[Volume, Branch]
    number: DisposalNumber

    @property
    def disposal(self) -> Disposal:
        """Return the disposal as it stands now."""
        return DisposalRegister(head=self.control.require_head()).get(self.number)

    def destroy_again(self) -> bool:
        """Destroy keys that came back from a copy after the certificate; return whether any had."""
        disposal = self.disposal
        if (
            disposal.certificate is None
            or disposal.proposal.outcome is not DispositionAction.DESTROY
        ):
            return False
        vault = self.registry.vault()
        back = [
            record.number
            for record in disposal.proposal.records
            if str(record.number) in disposal.certificate.done and vault.leaves(record.number)
        ]
        if back:
            head = self.control.require_head()
            policy_in_force(head).require(self.acting, "disposition.approve")
        for number in back:
            vault.destroy(number)
        return bool(back)

    def approve(self) -> None:
        """Enter the approval, unless a killed call has done so."""
        head = self.control.require_head()
        disposal = self.disposal
        policy_in_force(head).require(self.acting, "disposition.approve")
        if disposal.status is DisposalStatus.APPROVED:
            return
        require_proposed(disposal, zone_of(head))
        proposer = Performer(act="disposition.propose", actor=disposal.proposed.actor)
        approver = party(self.acting, "disposition.approve")
        policy_in_force(head).require_separate(approver, proposer)
        appraised = self._appraise(disposal.proposal.records)
        require_no_obstacle(appraised)
        different = tuple(
            changed(record.number)
            for record, now in zip(disposal.proposal.records, appraised, strict=True)
            if now.listed is None or now.listed.to_json() != record.to_json()
        )
        if different:
            raise RefusedError(
                different, message("{count} record(s) were changed", count=len(different))
            )
        statement = disposal.proposal.statement(DisposalApproved.KIND)
        new_event = self._new_event(
            DisposalApproved, approvals=(approve(statement, self.acting.person, self.acting.key),)
        )
        self.acting.seal(self.control, (new_event,))

    def carry_out(self) -> None:
        """Do what was approved and certify it; what is done already is not done again."""
        disposal = self.disposal
        records = disposal.proposal.records
        left_out: dict[RecordNumber, str] = {}
        if disposal.proposal.outcome is DispositionAction.DESTROY:
            pending = [record for record in records if not self._disposed(record.number)]
            left_out = self._left_out(pending)
            self._bury(disposal, [one for one in pending if one.number not in left_out])
            vault = self.registry.vault()
            for record in records:
                if record.number not in left_out:
                    vault.destroy(record.number)
            self._forget()
        self._certify(disposal, left_out)

    def _bury(self, disposal: Disposal, records: Sequence[Listed]) -> None:
        """Put a tombstone on each record; it keeps its events and their digests."""
        approvals = tuple(
            approval
            for event in (disposal.proposed, disposal.approved)
            if event is not None
            for approval in event.approvals
        )
        control = self.control.require_head()
        relied_on, rules = control.checkpoint, policy_in_force(control).rules_named
        for volume, branch in self.volumes.items():
            new_events = [
                NewEvent(
                    facts=RecordDisposed(
                        rules=rules,
                        certificate=disposal.number,
                        disposed_on=self.acting.today,
                        list_sha256=disposal.proposal.list_sha256,
                        approver=disposal.approved.actor.name if disposal.approved else "",
                        proposed_by=disposal.proposed.actor,
                        approved_by=disposal.approved.actor if disposal.approved else None,
                    ),
                    subject=str(record.number),
                    directory=record.number.directory,
                    reason=disposal.proposal.reason,
                    relied_on=relied_on,
                    approvals=approvals,
                )
                for record in records
                if record.number.volume == volume
            ]
            if new_events:
                self.acting.seal(branch, new_events)

    def _forget(self) -> None:
        """Make the search index forget what the records said."""
        self.registry.catalogue.catch_up()
        if not self.registry.index.cleanse():
            raise StoreError(
                message("the search index is in use: words of the records are still in it"),
                message("run the same command again to finish"),
            )

    def _certify(self, disposal: Disposal, left_out: dict[RecordNumber, str]) -> None:
        done = [one for one in disposal.proposal.records if one.number not in left_out]
        path = f"{DISPOSALS}/{disposal.number}/{CERTIFICATE_NAME}"
        value = {
            "number": str(disposal.number),
            "outcome": disposal.proposal.outcome.value,
            "cipher": CIPHER if disposal.proposal.outcome is DispositionAction.DESTROY else "",
            "on": self.acting.today.isoformat(),
            "reason": disposal.proposal.reason,
            "until": disposal.proposal.until.isoformat() if disposal.proposal.until else None,
            "archive": disposal.proposal.archive,
            "list_sha256": disposal.proposal.list_sha256,
            "records": [record.to_json() for record in done],
            "left_out": [
                {"number": str(number), "reason": why} for number, why in left_out.items()
            ],
            "proposed_by": disposal.proposed.actor.to_json(),
            "approved_by": disposal.approved.actor.to_json() if disposal.approved else None,
        }
        file = NewFile(path=path, data=canonical.encode(value), media_type=JSON_TYPE)
        self.acting.seal(self.control, (self._new_event(DisposalCertified, files=(file,)),))

    def _left_out(self, pending: Sequence[Listed]) -> dict[RecordNumber, str]:
        """Return which records came under a hold, or changed, after the approval, and why.

        That can only be while a killed call had let go of the locks.
        """
        left_out = {}
        for record, now in zip(pending, self._appraise(pending), strict=True):
            found: list[Finding] = [one for one in now.findings if one.code in {HELD, UNREADABLE}]
            if now.listed is not None and now.listed.to_json() != record.to_json():
                found.append(changed(record.number))
            if found:
                left_out[record.number] = ", ".join(dict.fromkeys(one.code for one in found))
        return left_out

    def _appraise(self, records: Sequence[Listed]) -> list[Appraised]:
        head = self.control.require_head()
        appraisal = Appraisal(self.registry, head, self.acting.today, own=self.number)
        outcome = self.disposal.proposal.outcome
        return [appraisal.appraise(record.number, outcome) for record in records]

    def _disposed(self, number: RecordNumber) -> bool:
        head = self.volumes[number.volume].require_head()
        return read_folder(head, number).tombstone is not None

    def _new_event(
        self,
        kind: type[DisposalListed],
        files: tuple[NewFile, ...] = (),
        approvals: tuple[Approval, ...] = (),
    ) -> NewEvent:
        disposal = self.disposal
        return NewEvent(
            facts=kind(list_sha256=disposal.proposal.list_sha256),
            subject=str(self.number),
            directory=f"{DISPOSALS}/{self.number}",
            files=files,
            reason=disposal.proposal.reason,
            approvals=approvals,
        )
