"""Tracing a controlled copy: which one a file is, who holds it, and whether it still counts.

A record's documents are ``trace``'s. A copy is known by its number or, like
every file from outside, by its digest alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING

from rmdocs.answering import AMONG, Answer, called
from rmdocs.audit.seals import Seals
from rmdocs.audit.trace import digest_of
from rmdocs.classes import dataclass
from rmdocs.copies.states import OUTDATED, Revisions
from rmdocs.files import File
from rmdocs.findings import NOTHING, Finding, warning
from rmdocs.identifiers import CopyNumber, or_none
from rmdocs.lifecycle import RevisionStatus
from rmdocs.messages import Text, message
from rmdocs.registers.copies import COPIES, Copy, CopyRegister, CopyStatus

if TYPE_CHECKING:
    from rmdocs.issuing.registry import Registry
    from rmdocs.store.event import SealedFile

_CLAUSE = "ISO 9001 §7.5.3.2"
_NO_LONGER: Mapping[CopyStatus, tuple[str, Text]] = {
    CopyStatus.RECALLED: ("COPY-RECALLED", message("it was recalled: it is to be given back")),
    CopyStatus.RETURNED: ("COPY-RETURNED", message("it was taken back: nobody may use it")),
    CopyStatus.LOST: ("COPY-LOST", message("it was entered as lost: its number is void")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyTrace(Answer):
    """A controlled copy as it stands, and one of its exemplars.

    :param exemplar: the one that was traced; the one that counts if a number was.
    :param revision_status: of the revision that it is a copy of.
    :param findings: why it may not be used; empty if it may.
    """

    copy: Copy = field(metadata=AMONG)
    exemplar: int = field(metadata=called("traced_exemplar"))
    revision_status: RevisionStatus
    findings: tuple[Finding, ...]

    @property
    def file(self) -> SealedFile:
        """Return the stamped document that was sealed."""
        return self.copy.file(self.exemplar)


def trace_copy(registry: Registry, target: str | File, day: date) -> CopyTrace | None:
    """Return the controlled copy that a number, a file or a SHA-256 is; None if it is none.

    :param day: as of which it is judged.
    :raises ControlError: if there is no copy with that number.
    :raises StoreError: if the ledger does not hold what was sealed.
    """
    register = CopyRegister(head=registry.control)
    digest = digest_of(target)
    if digest is None:
        number = or_none(CopyNumber.typed, str(target))
        if number is None:
            return None
        copy = register.get(number)
        register.document(copy)  # refuses one that is not what was sealed
        return _traced(registry, copy, copy.exemplar, day)
    for copy in register.all():
        for exemplar in range(1, copy.exemplar + 1):
            pdf = copy.pdf(exemplar)
            if digest in {copy.file(exemplar).sha256, pdf.sha256 if pdf else ""}:
                return _traced(registry, copy, exemplar, day)
    return None


def _traced(registry: Registry, copy: Copy, exemplar: int, day: date) -> CopyTrace:
    revisions = Revisions(registry.control)
    status = revisions.status(copy.number.document, copy.terms.revision, day)
    seals = Seals.of(registry.control)
    found = (
        *_findings(revisions, copy, exemplar, status, day),
        *seals.of_control(registry.control, f"{COPIES}/{copy.number}"),
    )
    return CopyTrace(copy=copy, exemplar=exemplar, revision_status=status, findings=found)


def _findings(
    revisions: Revisions, copy: Copy, exemplar: int, status: RevisionStatus, day: date
) -> Iterator[Finding]:
    if exemplar != copy.exemplar:
        what = message(
            "exemplar {exemplar} was damaged and swapped for {current}",
            exemplar=exemplar,
            current=copy.exemplar,
        )
        yield _unfit("COPY-SWAPPED", copy, what)
    if copy.status in _NO_LONGER:
        code, reason = _NO_LONGER[copy.status]
        yield _unfit(code, copy, reason)
    if status in OUTDATED:
        document, revision = copy.number.document, copy.terms.revision
        what = message(
            "{document} {revision} is {status}",
            document=document,
            revision=revision,
            status=status.called,
        )
        current = revisions.find_in_force(document, day)
        remedy = (
            NOTHING
            if current is None
            else message("in force is {revision}", revision=current.revision)
        )
        yield _unfit("COPY-OUTDATED", copy, what, remedy)


def _unfit(code: str, copy: Copy, what: Text, remedy: Text = NOTHING) -> Finding:
    return warning(code, str(copy.number), what, remedy, clause=_CLAUSE)
