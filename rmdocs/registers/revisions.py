"""The register of released revisions: what was approved, and what is in force when.

The same for forms and for other controlled documents; each has a directory of
the control ledger with one directory a revision. Which revision is in force
follows from dates alone: the latest that has taken effect, unless it was
withdrawn (ISO 9001 §7.5.3). Releasing is the business of ``control``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.answering import WordlessAnswer
from rmdocs.canonical import JsonObject
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, DamagedError, StoreError
from rmdocs.events.control import RevisionConfirmed, RevisionReleased
from rmdocs.identifiers import DocumentNumber, Revision
from rmdocs.lifecycle import RevisionStatus, revision_status_on
from rmdocs.messages import listed, message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rmdocs.store.event import Event
    from rmdocs.store.protocol import Head

RELEASE_NAME = "release.json"
WITHDRAWN_NAME = "withdrawn.json"
FORMS, DOCUMENTS = "forms", "documents"
BY_KEY, FROM_PAPER = "approved by key", "adopted from paper"
"""Reasons of releases that nobody gave: the program's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseApproval(WordlessAnswer):
    """Who approved a revision, in which role.

    :param role: author, reviewer or approver. :param name: theirs.
    :param staff_no: empty where it was approved on paper before the store began.
    """

    role: str
    name: str
    staff_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(WordlessAnswer):
    """That a revision was released: from when, over which bytes, approved by whom.

    :param number: of the form or document.
    :param effective: the day from which it is in force.
    :param digest: SHA-256 of the whole revision (``FormFiles.digest``).
    """

    number: DocumentNumber
    revision: Revision
    effective: date
    digest: str
    approvals: tuple[ReleaseApproval, ...]

    @classmethod
    def from_json(cls, value: JsonObject) -> Release:
        """Return the release that JSON describes."""
        return cls(
            number=DocumentNumber.parse(value["number"]),
            revision=Revision.parse(value["revision"]),
            effective=date.fromisoformat(value["effective"]),
            digest=value["digest"],
            approvals=tuple(
                ReleaseApproval(role=item["role"], name=item["name"], staff_no=item["staff_no"])
                for item in value["approvals"]
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseValidity:
    """A release among the others of its document.

    :param successor: the day the next revision takes its place, if there is one.
    :param withdrawn: the day from which it is withdrawn, if it is.
    """

    release: Release
    successor: date | None
    withdrawn: date | None

    def status(self, day: date) -> RevisionStatus:
        """Return where the revision stands on a day."""
        return revision_status_on(day, self.release.effective, self.successor, self.withdrawn)

    @property
    def called_off(self) -> bool:
        """Return whether it was withdrawn before it took effect."""
        return self.withdrawn is not None and self.withdrawn <= self.release.effective


def succeeding(found: Iterable[ReleaseValidity]) -> tuple[ReleaseValidity, ...]:
    """Return standings of one document, oldest first, each with the day that ends it.

    A revision that was called off takes nobody's place.
    """
    validities = tuple(found)
    live = [validity for validity in validities if not validity.called_off]
    successors = {
        earlier.release.revision: later.release.effective for earlier, later in pairwise(live)
    }
    return tuple(
        ReleaseValidity(
            release=one.release,
            successor=successors.get(one.release.revision),
            withdrawn=one.withdrawn,
        )
        for one in validities
    )


class RevisionRegister:
    """Released revisions as of one commit of the control ledger; read once each.

    :param base: the directory of the ledger: ``forms`` or ``documents``.
    """

    def __init__(self, head: Head, base: str) -> None:
        self.head = head
        self.base = base
        self._standings: dict[DocumentNumber, tuple[ReleaseValidity, ...]] = {}

    def directory(self, number: DocumentNumber, revision: Revision) -> str:
        """Return where a revision lies in the control ledger."""
        return f"{self.base}/{number}/{revision}"

    def numbers(self) -> list[DocumentNumber]:
        """Return the numbers of all documents that have a revision."""
        return sorted(DocumentNumber.parse(name) for name in self.head.list(self.base))

    def validities(self, number: DocumentNumber) -> tuple[ReleaseValidity, ...]:
        """Return every release with what ends it, oldest revision first."""
        if number not in self._standings:
            self._standings[number] = self._read(number)
        return self._standings[number]

    def releases(self, number: DocumentNumber) -> list[Release]:
        """Return all releases of a document, oldest revision first."""
        return [validity.release for validity in self.validities(number)]

    def find(self, number: DocumentNumber, revision: Revision) -> ReleaseValidity | None:
        """Return one revision, or None if it was never released."""
        return next(
            (one for one in self.validities(number) if one.release.revision == revision), None
        )

    def release(self, number: DocumentNumber, revision: Revision) -> Release:
        """Return the release of one revision.

        :raises StoreError: if the ledger does not hold it.
        """
        found = self.find(number, revision)
        if found is None:
            path = f"{self.directory(number, revision)}/{RELEASE_NAME}"
            raise self._missing(path)
        return found.release

    def require(self, number: DocumentNumber, revision: Revision) -> Release:
        """Return the release of a revision that somebody asks for.

        :raises ControlError: if it was never released.
        """
        found = self.find(number, revision)
        if found is None:
            raise unknown_revision(number, revision, self.releases(number))
        return found.release

    def in_force(self, number: DocumentNumber, on: date) -> Release:
        """Return the release in force on a date.

        :raises ControlError: if the document is unknown, or nothing is in force.
        """
        validities = self.validities(number)
        for validity in validities:
            if validity.status(on) is RevisionStatus.EFFECTIVE:
                return validity.release
        raise self._nothing_in_force(number, on, validities)

    def require_in_force(self, number: DocumentNumber, revision: Revision, on: date) -> Release:
        """Return the release in force, refusing if it is not the one asked for.

        :raises ControlError: naming the status of ``revision`` and what is in force.
        """
        in_force = self.in_force(number, on)
        if in_force.revision == revision:
            return in_force
        found = self.find(number, revision)
        status = message("unapproved") if found is None else found.status(on).called
        raise ControlError(
            message(
                "{number} {revision} is {status} on {on}, not in force",
                number=number,
                revision=revision,
                status=status,
                on=on,
            ),
            message("in force is {revision}", revision=in_force.revision),
            clause="ISO 9001 §7.5.3",
        )

    def confirmations(self, release: Release) -> list[Event]:
        """Return the periodic reviews that left a revision unchanged, oldest first."""
        directory = self.directory(release.number, release.revision)
        return [
            event for event in self.head.events(directory) if event.kind == RevisionConfirmed.KIND
        ]

    def event_of(self, release: Release) -> Event | None:
        """Return the event that released a revision; None if the ledger does not have it."""
        directory = self.directory(release.number, release.revision)
        events, kind = self.head.events(directory), RevisionReleased.KIND
        return next((event for event in events if event.kind == kind), None)

    def read(self, path: str) -> bytes:
        """Return a file of the control ledger.

        :raises StoreError: if it is not there.
        """
        data = self.head.read(path)
        if data is None:
            raise self._missing(path)
        return data

    def require_approved(self, release: Release, digest: str) -> None:
        """Refuse bytes that are not those that were approved.

        :param digest: SHA-256 of the whole revision as the ledger holds it.
        :raises StoreError: if it differs from the release's.
        """
        if digest != release.digest:
            raise DamagedError(
                message(
                    "{number} {revision} in the store is not what was approved",
                    number=release.number,
                    revision=release.revision,
                )
            )

    def _missing(self, path: str) -> StoreError:
        return DamagedError(message("{path} is missing from the control ledger", path=path))

    def _read(self, number: DocumentNumber) -> tuple[ReleaseValidity, ...]:
        revisions = sorted(
            Revision.parse(name)
            for name in self.head.list(f"{self.base}/{number}")
            if name != "events"
        )
        found = [
            ReleaseValidity(
                release=self._release(number, revision),
                successor=None,
                withdrawn=self._withdrawn(number, revision),
            )
            for revision in revisions
        ]
        return succeeding(found)

    def _release(self, number: DocumentNumber, revision: Revision) -> Release:
        path = f"{self.directory(number, revision)}/{RELEASE_NAME}"
        return Release.from_json(canonical.decode(self.read(path)))

    def _withdrawn(self, number: DocumentNumber, revision: Revision) -> date | None:
        data = self.head.read(f"{self.directory(number, revision)}/{WITHDRAWN_NAME}")
        return date.fromisoformat(canonical.decode(data)["on"]) if data is not None else None

    def _nothing_in_force(
        self, number: DocumentNumber, on: date, validities: tuple[ReleaseValidity, ...]
    ) -> ControlError:
        if not validities:
            known = listed(self.numbers())
            if self.base == FORMS:
                return ControlError(
                    message("there is no form {number}", number=number),
                    message("forms in this workspace: {known}", known=known),
                )
            return ControlError(
                message("there is no controlled document {number}", number=number),
                message("documents in this workspace: {known}", known=known),
            )
        live = [validity for validity in validities if not validity.called_off]
        begun = [validity for validity in live if validity.release.effective <= on]
        if begun and begun[-1].withdrawn is not None:
            return ControlError(
                message(
                    "{number} was withdrawn on {day}: no revision is in force",
                    number=number,
                    day=begun[-1].withdrawn,
                ),
                message("propose a new revision to bring it back"),
                clause="ISO 9001 §7.5.3",
            )
        first = min((live or validities), key=lambda validity: validity.release.effective).release
        return ControlError(
            message(
                "no revision of {number} is in force on {on}: {revision} begins on {effective}",
                number=number,
                on=on,
                revision=first.revision,
                effective=first.effective,
            ),
            message("date it on or after that day"),
        )


def unknown_revision(
    document: DocumentNumber, revision: Revision | None, known: Sequence[Release]
) -> ControlError:
    """Return the refusal of a revision that was never released."""
    released = listed([release.revision for release in known] or ["-"])
    return ControlError(
        message("{number} has no revision {revision}", number=document, revision=revision or ""),
        message("released are: {known}", known=released),
        clause="ISO 9001 §7.5.3",
    )
