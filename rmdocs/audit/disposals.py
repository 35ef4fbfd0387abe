"""Verifying disposition (F21): tombstones against approvals, holds, certificates and keys.

Everything is recomputed from the ledgers; keys are looked at only for whether
they are there. A hold on a customer cannot be recomputed once the record that
named the customer is destroyed: it was asked for, under lock, when disposing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from rmdocs.canonical import sha256
from rmdocs.classes import dataclass
from rmdocs.control.releasing import APPROVAL_NAMESPACE
from rmdocs.errors import RmdocsError, StoreError
from rmdocs.events.control import DisposalApproved, DisposalProposed
from rmdocs.events.kinds import read_as
from rmdocs.events.records import RecordDisposed, RecordIssued
from rmdocs.findings import Finding, error, warning
from rmdocs.identifiers import RecordNumber, or_none
from rmdocs.messages import Text, by_command, message
from rmdocs.registers.disposals import DisposalRegister, DisposalStatus
from rmdocs.registers.holds import HoldRegister
from rmdocs.registers.records import RECORD_NAME
from rmdocs.store.keys import verify

if TYPE_CHECKING:
    from rmdocs.registers.disposals import Disposal
    from rmdocs.registers.holds import Hold
    from rmdocs.store.event import Approval, Event
    from rmdocs.store.keys import PublicKey
    from rmdocs.store.protocol import Head
    from rmdocs.store.vault import Vault

CLAUSE = "ISO 15489-1 §9.9"
_FIND_OUT = message("find out who destroyed the record, and on whose word")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What tombstones are compared with, as control stands.

    :param keys: the keys ever registered, by staff number.
    """

    disposals: Mapping[str, Disposal]
    holds: tuple[Hold, ...]
    keys: Mapping[str, list[PublicKey]]
    vault: Vault | None

    @classmethod
    def of(
        cls, control: Head, keys: Mapping[str, list[PublicKey]], vault: Vault | None
    ) -> tuple[Grounds, list[Finding]]:
        """Return the grounds, and what of them cannot be read."""
        findings: list[Finding] = []
        disposals: dict[str, Disposal] = {}
        holds: tuple[Hold, ...] = ()
        try:
            disposals = {str(one.number): one for one in DisposalRegister(head=control).all()}
            holds = tuple(HoldRegister(head=control).all())
        except RmdocsError as problem:
            findings.append(_wrong("REGISTER-UNREADABLE", "disposals", problem.reason))
        return cls(disposals=disposals, holds=holds, keys=keys, vault=vault), findings

    def findings(self, head: Head, events: Iterable[Event]) -> Iterator[Finding]:
        """Yield what is wrong with disposition and keys of one volume's records."""
        encrypted: set[str] = set()
        buried: dict[str, Event] = {}
        for event in events:
            said = read_as(event, RecordIssued)
            if said is not None and said.concealment is not None:
                encrypted.add(event.subject)
            elif event.kind == RecordDisposed.KIND:
                buried.setdefault(event.subject, event)
        for subject, event in sorted(buried.items()):
            yield from self._tombstone(subject, event)
        yield from self._keys(head, encrypted, buried)

    def _tombstone(self, subject: str, event: Event) -> Iterator[Finding]:
        certificate = _certificate(event)
        disposal = self.disposals.get(certificate)
        if disposal is None or disposal.approved is None:
            yield _wrong(
                "DISPOSED-UNAPPROVED",
                subject,
                message("the record was disposed of, but no approved disposal names it"),
            )
            return
        yield from self._approval(subject, event, disposal)
        if disposal.status is not DisposalStatus.CERTIFIED:
            yield _wrong(
                "DISPOSED-UNCERTIFIED",
                subject,
                message("the record was disposed of without a certificate"),
                by_command(
                    message("finish it"),
                    message("rmdocs disposition approve {number}", number=disposal.number),
                ),
            )
        yield from self._held(subject, event)

    def _approval(self, subject: str, event: Event, disposal: Disposal) -> Iterator[Finding]:
        listed = {str(record.number) for record in disposal.proposal.records}
        if disposal.certificate is not None:
            listed -= {number for number, _ in disposal.certificate.left_out}
        proposers, approvers = (
            [
                approval
                for approval in event.approvals
                if self._is_signed(approval, disposal.proposal.statement(act))
            ]
            for act in (DisposalProposed.KIND, DisposalApproved.KIND)
        )
        two = any(
            one.staff_no != other.staff_no and one.fingerprint != other.fingerprint
            for one in proposers
            for other in approvers
        )
        if subject not in listed or not two:
            yield _wrong(
                "DISPOSED-UNAPPROVED",
                subject,
                message(
                    "{certificate} does not cover the record with the signatures of two people",
                    certificate=disposal.number,
                ),
            )

    def _is_signed(self, approval: Approval, statement: bytes) -> bool:
        """Return whether an approval is a statement signed with a key of the named person."""
        if approval.statement_sha256 != sha256(statement):
            return False
        key = verify(approval.signature, statement, APPROVAL_NAMESPACE)
        known = {one.fingerprint for one in self.keys.get(approval.staff_no, ())}
        return key is not None and key.fingerprint in known & {approval.fingerprint}

    def _held(self, subject: str, event: Event) -> Iterator[Finding]:
        """Yield the holds that stood over a record when it was disposed of."""
        size = event.relied_on.size if event.relied_on else 0
        number = or_none(RecordNumber.parse, subject)
        for hold in self.holds:
            if number and hold.stood_at(size) and hold.held.covers(number, ""):
                yield _wrong(
                    "DISPOSED-HELD",
                    subject,
                    message(
                        "the record was disposed of while held by {hold}, placed by {name}",
                        hold=hold.number,
                        name=hold.placed.actor.name,
                    ),
                )

    def _keys(
        self, head: Head, encrypted: set[str], buried: Mapping[str, Event]
    ) -> Iterator[Finding]:
        if self.vault is None:
            return
        numbers = {
            subject: number
            for subject in sorted(encrypted)
            if (number := or_none(RecordNumber.parse, subject))
        }
        kept = [subject for subject in numbers if subject not in buried]
        if kept and not self.vault.is_here():
            yield warning(
                "KEY-MISSING",
                str(self.vault.directory),
                message(
                    "the record keys are not on this machine: {count} encrypted record(s) cannot"
                    " be read",
                    count=len(kept),
                ),
                clause=CLAUSE,
            )
        if not self.vault.is_here():
            return
        left = [one for one in numbers if one in buried and self.vault.leaves(numbers[one])]
        for subject in left:
            yield _wrong(
                "KEY-REMAINS",
                subject,
                message("the record was disposed of, but its key is still there"),
                by_command(
                    message("destroy it; it may have come back from a copy"),
                    message(
                        "rmdocs disposition approve {number}", number=_certificate(buried[subject])
                    ),
                ),
            )
        missing = [subject for subject in kept if not self.vault.holds(numbers[subject])]
        for subject in missing:
            yield warning(
                "KEY-MISSING",
                subject,
                message("the key is gone, but the record was not disposed of: it cannot be read"),
                message("restore the key from a copy, or find out who destroyed it"),
                clause=CLAUSE,
            )
        for subject in sorted({*kept} - {*missing}):
            try:
                head.reveal(f"{numbers[subject].directory}/{RECORD_NAME}", numbers[subject])
            except StoreError as problem:
                yield _wrong("KEY-WRONG", subject, problem.reason, problem.remedy)


def _certificate(event: Event) -> str:
    """Return the disposal that a tombstone names; empty where that cannot be read."""
    said = read_as(event, RecordDisposed)
    return "" if said is None else str(said.certificate)


def _wrong(code: str, path: str, reason: Text, remedy: Text = _FIND_OUT) -> Finding:
    return error(code, path, reason, remedy, clause=CLAUSE)
