"""Disposals (鉴定销毁): what was proposed for which records, by whom, and how it went.

Appraised records are destroyed, transferred to the archive or kept longer.
Folded from the events of the control ledger; acting on a disposal is the
business of ``disposition``. Nothing of a record's content is on a list: it
outlives the records (DA/T 98-2023: permanent).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, DamagedError, UsageError
from rmdocs.events.control import (
    DisposalApproved,
    DisposalCertified,
    DisposalRejected,
    DispositionAction,
    OnDisposal,
)
from rmdocs.identifiers import DisposalNumber, RecordNumber
from rmdocs.messages import Bilingual, Called, by_command, message
from rmdocs.registers.yearly import YearlyRegister

if TYPE_CHECKING:
    from rmdocs.store.event import Event

DISPOSALS = "disposals"
PROPOSAL_NAME, CERTIFICATE_NAME = "proposal.json", "certificate.json"


class DisposalStatus(Called):
    """Where a disposal stands."""

    PROPOSED = "proposed", message("proposed")
    APPROVED = "approved", message("approved, not finished")
    """Approved, but not carried out to the end: a kill came between."""
    REJECTED = "rejected", message("rejected")
    TAKEN_BACK = "taken-back", message("taken back by who asked")
    """By who proposed it."""
    CERTIFIED = "certified", message("certified")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A record on the list of a disposal.

    :param issued: the day of its first edition.
    :param due: the first day on which it need not be kept any longer.
    :param years: how long it was kept, under ``basis``.
    :param documents: name and SHA-256 of each of its documents, as in a reader's hands.
    :param sealed: SHA-256 over the number of its events and path and SHA-256
        of every file they seal; another event makes it another.
    """

    number: RecordNumber
    title: Bilingual
    revision: str
    issued: date
    due: date
    years: int
    basis: str
    documents: tuple[tuple[str, str], ...]
    sealed: str

    def to_json(self) -> JsonObject:
        """Return the record as lists and certificates keep it."""
        return {
            "number": str(self.number),
            "title": {"zh": self.title.zh, "en": self.title.en},
            "revision": self.revision,
            "issued": self.issued.isoformat(),
            "due": self.due.isoformat(),
            "years": self.years,
            "basis": self.basis,
            "documents": [list(pair) for pair in self.documents],
            "sealed": self.sealed,
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Listed:
        """Return the record that a list's JSON describes."""
        return cls(
            number=RecordNumber.parse(value["number"]),
            title=Bilingual(zh=value["title"]["zh"], en=value["title"]["en"]),
            revision=value["revision"],
            issued=date.fromisoformat(value["issued"]),
            due=date.fromisoformat(value["due"]),
            years=value["years"],
            basis=value["basis"],
            documents=tuple((name, digest) for name, digest in value["documents"]),
            sealed=value["sealed"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalProposal:
    """What is proposed for which records, as ``proposal.json`` holds it.

    :param until: until when records are kept longer; None for other outcomes.
    :param archive: to which archive they are transferred; else empty.
    """

    number: DisposalNumber
    outcome: DispositionAction
    reason: str
    on: date
    until: date | None
    archive: str
    records: tuple[Listed, ...]

    @property
    def list_sha256(self) -> str:
        """Return the SHA-256 of the list, which both people sign."""
        return canonical.sha256(canonical.encode([record.to_json() for record in self.records]))

    def statement(self, act: str) -> bytes:
        """Return what is signed by whoever does ``act`` (``propose`` or ``approve``)."""
        return canonical.encode(
            {
                "act": act,
                "disposal": str(self.number),
                "outcome": self.outcome.value,
                "until": self.until.isoformat() if self.until else None,
                "archive": self.archive,
                "list_sha256": self.list_sha256,
            }
        )

    def to_json(self) -> JsonObject:
        """Return the proposal as JSON."""
        return {
            "number": str(self.number),
            "outcome": self.outcome.value,
            "reason": self.reason,
            "on": self.on.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "archive": self.archive,
            "records": [record.to_json() for record in self.records],
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> DisposalProposal:
        """Return the proposal that JSON describes.

        :raises StoreError: if it is none.
        """
        try:
            return cls(
                number=DisposalNumber.parse(value["number"]),
                outcome=DispositionAction(value["outcome"]),
                reason=value["reason"],
                on=date.fromisoformat(value["on"]),
                until=date.fromisoformat(value["until"]) if value["until"] else None,
                archive=value["archive"],
                records=tuple(Listed.from_json(record) for record in value["records"]),
            )
        except (KeyError, TypeError, ValueError, UsageError) as problem:
            raise DamagedError(message("the proposal of a disposal cannot be read")) from problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What was done in the end, as ``certificate.json`` holds it (销毁证明).

    :param done: numbers of the records it was done to.
    :param left_out: numbers of those left out after the approval, and why.
    """

    on: date
    done: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut(Answer):
    """A record that was left out of a disposal after its approval.

    :param number: of the record. :param reason: the code of what stood in the way.
    """

    number: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposalAnswer(Answer):
    """Where a disposal stands, and what was done.

    :param disposal: its number. :param outcome: what is to be done with the records.
    :param records: the numbers on its list.
    :param done: the numbers of those it was done to; empty before it is certified.
    :param list_sha256: of the list, which both people sign.
    """

    disposal: DisposalNumber
    outcome: DispositionAction
    status: DisposalStatus
    records: tuple[RecordNumber, ...]
    done: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    list_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposal:
    """A disposal and everything that happened to it."""

    proposal: DisposalProposal
    events: tuple[Event, ...]
    certificate: Certificate | None

    @property
    def number(self) -> DisposalNumber:
        """Return its number, the certificate's too."""
        return self.proposal.number

    @property
    def proposed(self) -> Event:
        """Return the event that proposed it."""
        return self.events[0]

    @property
    def approved(self) -> Event | None:
        """Return the event that approved it, or None."""
        return self.last(DisposalApproved)

    @property
    def status(self) -> DisposalStatus:
        """Return where it stands."""
        if self.last(DisposalCertified) is not None:
            return DisposalStatus.CERTIFIED
        rejected = self.last(DisposalRejected)
        if rejected is not None:
            own = rejected.actor.is_same_as(self.proposed.actor)
            return DisposalStatus.TAKEN_BACK if own else DisposalStatus.REJECTED
        return DisposalStatus.PROPOSED if self.approved is None else DisposalStatus.APPROVED

    @property
    def waits(self) -> bool:
        """Return whether it waits to be approved, or to be carried out to the end."""
        return self.status in {DisposalStatus.PROPOSED, DisposalStatus.APPROVED}

    @property
    def answer(self) -> DisposalAnswer:
        """Return the disposal as it is told as JSON."""
        left_out = self.certificate.left_out if self.certificate else ()
        return DisposalAnswer(
            disposal=self.number,
            outcome=self.proposal.outcome,
            status=self.status,
            records=tuple(record.number for record in self.proposal.records),
            done=self.certificate.done if self.certificate else (),
            left_out=tuple(LeftOut(number=number, reason=why) for number, why in left_out),
            list_sha256=self.proposal.list_sha256,
        )

    def last(self, kind: type[OnDisposal]) -> Event | None:
        """Return the newest event of a kind."""
        return next((one for one in reversed(self.events) if one.kind == kind.KIND), None)


class DisposalRegister(YearlyRegister[DisposalNumber, Disposal]):
    """Disposals as of one commit of the control ledger."""

    FOLDER = DISPOSALS
    NUMBER = DisposalNumber

    def decided(self) -> Mapping[str, Disposal]:
        """Return the last certified disposal of each record, by its number."""
        certified = [disposal for disposal in self.all() if disposal.certificate is not None]
        certified.sort(key=lambda disposal: disposal.events[-1].index)
        return {
            number: disposal
            for disposal in certified
            for number in (disposal.certificate.done if disposal.certificate else ())
        }

    def open_ones(self) -> Mapping[str, Disposal]:
        """Return the disposal, neither certified nor rejected yet, of each record in one."""
        pending = {DisposalStatus.PROPOSED, DisposalStatus.APPROVED}
        return {
            str(record.number): disposal
            for disposal in self.all()
            if disposal.status in pending
            for record in disposal.proposal.records
        }

    def _read(self, number: DisposalNumber) -> Disposal | None:
        directory = f"{DISPOSALS}/{number}"
        events = self._events(directory)
        data = self.head.read(f"{directory}/{PROPOSAL_NAME}")
        if not events or data is None:
            return None
        certified = any(event.kind == DisposalCertified.KIND for event in events)
        sealed = self.head.read(f"{directory}/{CERTIFICATE_NAME}") if certified else None
        certificate = None if sealed is None else _certificate(canonical.decode(sealed))
        return Disposal(
            proposal=DisposalProposal.from_json(canonical.decode(data)),
            events=events,
            certificate=certificate,
        )

    def _absent(self, number: DisposalNumber) -> ControlError:
        return ControlError(
            message("there is no disposal {number}", number=number),
            by_command(message("look at the list of disposals"), "rmdocs disposition list"),
        )


def _certificate(value: JsonObject) -> Certificate:
    try:
        return Certificate(
            on=date.fromisoformat(value["on"]),
            done=tuple(record["number"] for record in value["records"]),
            left_out=tuple((item["number"], item["reason"]) for item in value["left_out"]),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise DamagedError(message("a certificate of disposal cannot be read")) from problem
