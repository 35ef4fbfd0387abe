"""The state table of controlled copies, and entering what happens to one under its lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.classes import dataclass
from rmdocs.control.actingperson import require_key
from rmdocs.control.policy import policy_in_force
from rmdocs.errors import ControlError
from rmdocs.events.copies import (
    CopyAcknowledged,
    CopyIssued,
    CopyLost,
    CopyRecalled,
    CopyReplaced,
    CopyReturned,
    OnCopy,
)
from rmdocs.findings import NOTHING
from rmdocs.identifiers import CopyNumber, DocumentNumber, Revision
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Text, by_command, message
from rmdocs.registers.copies import Copy, CopyRegister, CopyStatus, copy_directory
from rmdocs.registers.revisions import DOCUMENTS, FORMS, Release, RevisionRegister
from rmdocs.store.protocol import CONTROL_REF, NewEvent, NewFile

if TYPE_CHECKING:
    from rmdocs.control.actingperson import ActingPerson
    from rmdocs.store.protocol import Branch, Head, Store

CLAUSE = "ISO 9001 §7.5.3.2"

COPY_ACTS: Mapping[CopyStatus, frozenset[type[OnCopy]]] = MappingProxyType(
    {
        CopyStatus.ISSUED: frozenset(
            {
                CopyAcknowledged,
                CopyRecalled,
                CopyReturned,
                CopyReplaced,
                CopyLost,
            }
        ),
        CopyStatus.HELD: frozenset({CopyRecalled, CopyReturned, CopyReplaced, CopyLost}),
        # What was recalled comes back, or turns out to be lost; it is not swapped.
        CopyStatus.RECALLED: frozenset({CopyReturned, CopyLost}),
        CopyStatus.RETURNED: frozenset(),
        CopyStatus.LOST: frozenset(),
    }
)
"""What may happen to a copy; what is not here is refused."""

_GIVEN = (
    message("its number was given already, and is never given again"),
    message("the next copy gets a number of its own"),
)
_RETURNED = (
    message("it was returned: nothing more happens to it"),
    message("issue another copy, under a new number"),
)
_LOST = (
    message("it was entered as lost: its number is void"),
    message("if it turns up, destroy it; the holder has another number"),
)
_OF_STATUS: Mapping[CopyStatus, tuple[Text, Text]] = MappingProxyType(
    {CopyStatus.RETURNED: _RETURNED, CopyStatus.LOST: _LOST}
)
_OF_ACT: Mapping[tuple[CopyStatus, type[OnCopy]], tuple[Text, Text]] = MappingProxyType(
    {
        (CopyStatus.HELD, CopyAcknowledged): (
            message("its receipt is signed already"),
            NOTHING,
        ),
        (CopyStatus.RECALLED, CopyAcknowledged): (
            message("it was recalled: it is given back, not signed for"),
            by_command(message("take it back"), "rmdocs copy return"),
        ),
        (CopyStatus.RECALLED, CopyRecalled): (
            message("it was recalled already"),
            by_command(message("take it back"), "rmdocs copy return"),
        ),
        (CopyStatus.RECALLED, CopyReplaced): (
            message("it was recalled: it is not swapped"),
            message("take it back, and issue a copy of the revision in force"),
        ),
    }
)


def refusal(status: CopyStatus, act: type[OnCopy]) -> tuple[Text, Text] | None:
    """Return why a copy's status does not allow an act, and the remedy; None if it does."""
    if act in COPY_ACTS[status]:
        return None
    if act is CopyIssued:
        return _GIVEN
    return _OF_STATUS.get(status) or _OF_ACT[status, act]


def require_act(copy: Copy, act: type[OnCopy]) -> None:
    """Refuse an act that a copy's status does not allow.

    :raises ControlError: naming the copy, its holder and the rule.
    """
    found = refusal(copy.status, act)
    if found is not None:
        reason, remedy = found
        raise ControlError(
            message(
                "{copy}, issued to {holder}: {reason}",
                copy=copy.number,
                holder=copy.holder,
                reason=reason,
            ),
            remedy,
            clause=CLAUSE,
        )


OUTDATED = frozenset({RevisionStatus.SUPERSEDED, RevisionStatus.WITHDRAWN})
"""Statuses of revisions whose copies are to come back."""


class Revisions:
    """The released revisions of all controlled documents, as of one commit of control."""

    def __init__(self, head: Head) -> None:
        self._forms = RevisionRegister(head, FORMS)
        self._documents = RevisionRegister(head, DOCUMENTS)

    def of(self, document: DocumentNumber) -> RevisionRegister:
        """Return the register that holds a document; that of forms if none does."""
        return self._documents if self._documents.validities(document) else self._forms

    def in_force(self, document: DocumentNumber, day: date) -> Release:
        """Return the release in force on a day.

        :raises ControlError: if the document is unknown, or nothing is in force.
        """
        return self.of(document).in_force(document, day)

    def find_in_force(self, document: DocumentNumber, day: date) -> Release | None:
        """Return the release in force on a day, or None."""
        for validity in self.of(document).validities(document):
            if validity.status(day) is RevisionStatus.EFFECTIVE:
                return validity.release
        return None

    def status(self, document: DocumentNumber, revision: Revision, day: date) -> RevisionStatus:
        """Return where a revision stands on a day; one that was never released is a draft."""
        found = self.of(document).find(document, revision)
        return RevisionStatus.DRAFT if found is None else found.status(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedControl:
    """The control ledger under its lock, and who acts."""

    branch: Branch
    acting: ActingPerson

    @property
    def today(self) -> date:
        """Return the day where the office is."""
        return self.acting.today

    @property
    def head(self) -> Head:
        """Return the ledger as it stands."""
        return self.branch.require_head()

    @property
    def copies(self) -> CopyRegister:
        """Return the copies as they stand."""
        return CopyRegister(head=self.head)

    def require(self, act: str) -> None:
        """Refuse an act that the policy does not give to who acts.

        :param act: as the policy calls it, such as ``copy.issue``.
        :raises ControlError: naming the person, the act and the roles.
        """
        policy_in_force(self.head).require(self.acting, act)

    def copy(self, number: CopyNumber, act: type[OnCopy]) -> Copy:
        """Return a copy to which something is to happen.

        :raises ControlError: if there is no such copy, or its status does not
            allow the act.
        """
        copy = self.copies.get(number)
        require_act(copy, act)
        return copy

    def new_event(
        self,
        number: CopyNumber,
        facts: OnCopy,
        *,
        reason: str = "",
        files: tuple[NewFile, ...] = (),
    ) -> NewEvent:
        """Return the event of an act on a copy, done today."""
        return NewEvent(
            facts=facts,
            subject=str(number),
            directory=copy_directory(number),
            files=files,
            reason=reason.strip(),
        )

    def enter(self, new_events: Sequence[NewEvent]) -> list[Copy]:
        """Seal events together, or none of them; return their copies as they stand then."""
        numbers = [CopyNumber.parse(new_event.subject) for new_event in new_events]
        self.acting.seal(self.branch, new_events)
        return [self.copies.get(number) for number in numbers]


@contextmanager
def control_locked(store: Store, acting: ActingPerson) -> Iterator[LockedControl]:
    """Give the control ledger under its lock.

    :raises ControlError: if the key is not the actor's.
    """
    require_key(acting.person, acting.key)
    with store.locked(CONTROL_REF) as branch:
        yield LockedControl(branch=branch, acting=acting)
