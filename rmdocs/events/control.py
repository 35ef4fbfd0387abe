"""What acts on control say, each in the directory of what it concerns."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from rmdocs.classes import dataclass
from rmdocs.events.facts import EventFacts, JsonName, Sha256
from rmdocs.events.records import Decision
from rmdocs.identifiers import (
    ChangeNumber,
    DisposalNumber,
    DocumentNumber,
    HoldNumber,
    RequestNumber,
)
from rmdocs.messages import Called, message


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFounded(EventFacts):
    """The store began; the facts are those of ``founding/founding.json``.

    :param purpose: ``production`` or ``sample``.
    :param ledger_key: the public key that signs the ledgers, an OpenSSH line.
    :param format: of the store.
    """

    KIND: ClassVar = "found"
    TOLD: ClassVar = message("store founded")
    purpose: str
    ledger_key: str
    format: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEntered(EventFacts):
    """A unit was entered in its register, or a change of it."""

    KIND: ClassVar = "unit"
    TOLD: ClassVar = message("unit entered")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntered(EventFacts):
    """A person was entered in the register of staff, or a change of role or key."""

    KIND: ClassVar = "person"
    TOLD: ClassVar = message("member of staff entered")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEntered(EventFacts):
    """A customer was entered in its register, or what has changed of one."""

    KIND: ClassVar = "customer"
    TOLD: ClassVar = message("customer entered")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRequested(EventFacts):
    """Somebody asked for an entry that takes two people (ADR 0020).

    :param request: the number of the request.
    :param act: the kind of event that an approval seals.
    :param concerns: the directory of control that the entry would lie in.
    """

    KIND: ClassVar = "request"
    TOLD: ClassVar = message("entry asked for")
    request: RequestNumber
    act: str
    concerns: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryApproved(EventFacts):
    """What an entry says that takes two people.

    :param digest: SHA-256 of the entry's file.
    :param decides: the request that led to it; None of the founding, and of before
        requests were events of their own, when the event bears the approver's signature.
    """

    digest: Sha256
    decides: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyEntered(EntryApproved):
    """A policy was entered: who may do what from now on."""

    KIND: ClassVar = "policy"
    TOLD: ClassVar = message("policy entered")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEntered(EntryApproved):
    """The working days of a year were entered (ADR 0019)."""

    KIND: ClassVar = "calendar"
    TOLD: ClassVar = message("working days of a year entered")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionReleased(EventFacts):
    """A revision of a form or another document was released.

    :param change: the change request that led to it; None of what the store began with.
    """

    KIND: ClassVar = "release"
    TOLD: ClassVar = message("revision released")
    change: ChangeNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRevision(EventFacts):
    """What an act says on a revision that was released.

    :param digest: SHA-256 of the whole revision.
    """

    digest: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionWithdrawn(OnRevision):
    """A revision was withdrawn from a day on, or called off."""

    KIND: ClassVar = "withdraw"
    TOLD: ClassVar = message("revision withdrawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionConfirmed(OnRevision):
    """A periodic review left the revision in force as it is (ISO 9001 §7.5.2 c)."""

    KIND: ClassVar = "confirm"
    TOLD: ClassVar = message("revision confirmed unchanged")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChange(EventFacts):
    """What an act says on a change request.

    :param change: its number.
    :param document: the form or other document that is to change.
    """

    ABOUT: ClassVar = ChangeNumber
    change: ChangeNumber
    document: DocumentNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDraft(OnChange):
    """What an act says on a draft of a revision.

    :param draft: counted from 1 within the change request.
    :param digest: SHA-256 of the whole draft.
    """

    draft: int
    digest: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProposed(OnChange):
    """A change request was opened."""

    KIND: ClassVar = "propose"
    TOLD: ClassVar = message("change proposed")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSubmitted(OnDraft):
    """The author sealed a draft, signed."""

    KIND: ClassVar = "submit"
    TOLD: ClassVar = message("draft submitted")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReviewed(OnDraft):
    """The reviewer signed a draft."""

    KIND: ClassVar = "review"
    TOLD: ClassVar = message("draft reviewed")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftApproved(OnDraft):
    """The approver signed a reviewed draft, which is released with it."""

    KIND: ClassVar = "approve"
    TOLD: ClassVar = message("draft approved")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftReturned(OnChange):
    """A draft was sent back to its author; a review given to it is void."""

    KIND: ClassVar = "return"
    TOLD: ClassVar = message("draft returned")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRejected(OnChange):
    """A change request was rejected, or taken back by its author."""

    KIND: ClassVar = "reject"
    TOLD: ClassVar = message("proposal rejected or taken back")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegenerationBegun(EventFacts):
    """A run of regeneration set out; what it means is in ``plan.json``."""

    KIND: ClassVar = "regenerate-begin"
    TOLD: ClassVar = message("regeneration begun")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegenerationEnded(EventFacts):
    """A run of regeneration ended; what it did is in ``result.json``."""

    KIND: ClassVar = "regenerate-end"
    TOLD: ClassVar = message("regeneration ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeOpened(EventFacts):
    """A volume was begun; where the one before it ended is in ``opened.json``."""

    KIND: ClassVar = "volume"
    TOLD: ClassVar = message("volume opened")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesClosed(EventFacts):
    """A number series was closed; its statement is ``closed.json``.

    :param given: how many numbers it gave.
    :param void: how many of them are void.
    """

    KIND: ClassVar = "series-close"
    TOLD: ClassVar = message("number series closed")
    given: int
    void: int


class Scope(StrEnum):
    """What a hold is on."""

    RECORD = "record"
    CUSTOMER = "customer"
    SERIES = "series"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced(EventFacts):
    """A hold was placed; the facts are those of ``hold.json``.

    :param number: the hold's.
    :param of_kind: which kind of hold, by its code.
    :param scope: what it is on.
    :param held: the number of the record or series, or the customer's code.
    """

    KIND: ClassVar = "hold"
    TOLD: ClassVar = message("hold placed")
    number: HoldNumber
    of_kind: Annotated[str, JsonName(name="kind")]
    scope: Scope
    held: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLifted(EventFacts):
    """A hold was lifted."""

    KIND: ClassVar = "lift"
    TOLD: ClassVar = message("hold lifted")


class DispositionAction(Called):
    """What an appraisal comes to."""

    DESTROY = "destroy", message("destroy")
    TRANSFER = "transfer", message("transfer to the archive")
    KEEP = "keep", message("keep longer")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDisposal(EventFacts):
    """What acts on a disposal have in common: what they are about."""

    ABOUT: ClassVar = DisposalNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalListed(OnDisposal):
    """What an act on a disposal says that is about its whole list.

    :param list_sha256: SHA-256 of the list.
    """

    list_sha256: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalProposed(DisposalListed):
    """A disposal was proposed.

    :param outcome: what is to become of the records.
    :param records: how many they are.
    """

    KIND: ClassVar = "propose"
    TOLD: ClassVar = message("disposal proposed")
    outcome: DispositionAction
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalApproved(DisposalListed):
    """A disposal was approved by a second person."""

    KIND: ClassVar = "approve"
    TOLD: ClassVar = message("disposal approved")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalRejected(OnDisposal):
    """A disposal was rejected, or taken back by who proposed it."""

    KIND: ClassVar = "reject"
    TOLD: ClassVar = message("disposal rejected or taken back")


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalCertified(DisposalListed):
    """A disposal was carried out; its certificate is sealed with it."""

    KIND: ClassVar = "certify"
    TOLD: ClassVar = message("disposal certified")
