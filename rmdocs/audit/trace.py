"""Tracing: what a number, a file or a digest is, and everything that happened to it.

Readable by somebody who knows no git; a file from outside is recognised by
its digest alone, never by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from rmdocs import canonical
from rmdocs.answering import Answer
from rmdocs.audit.recordview import TracedRecord, shown
from rmdocs.audit.revocations import questioned_findings
from rmdocs.audit.seals import Seals
from rmdocs.characters import narrow
from rmdocs.classes import dataclass
from rmdocs.errors import ControlError, StoreError, UsageError
from rmdocs.files import File
from rmdocs.findings import NOTHING, Finding, warning
from rmdocs.identifiers import RecordNumber, Revision
from rmdocs.messages import by_command, message
from rmdocs.registers.catalogue import unread_findings
from rmdocs.registers.indexfile import Query
from rmdocs.registers.records import RecordFolder, find_folder
from rmdocs.registers.renditions import (
    original,
)
from rmdocs.registers.revisions import FORMS
from rmdocs.registers.revocations import RevocationRegister

if TYPE_CHECKING:
    from rmdocs.issuing.registry import Registry

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSigner(Answer):
    """Who signed for a revision of a form.

    :param role: as whom: author, reviewer, approver. :param name: theirs.
    """

    role: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace(TracedRecord):
    """A record with the approvals of its form, its relations and its state.

    :param signers: those who approved the form revision.
    :param original: file name of the signed original that counts; empty while
        the newest edition is not signed by everyone.
    :param related: numbers of the records that it cites.
    :param related_from: numbers of those that cite it.
    :param findings: what is to be known of it; without errors it is as it was sealed.
    """

    TOLD: ClassVar = (
        *TracedRecord.TOLD,
        *("signers", "original", "related", "related_from", "findings"),
    )
    signers: tuple[FormSigner, ...]
    original: str
    related: tuple[str, ...]
    related_from: tuple[str, ...]
    findings: tuple[Finding, ...]


def trace(registry: Registry, target: str | File) -> Trace:
    """Return everything known of a record number, a file, or a SHA-256.

    :raises ControlError: if the store does not know it.
    """
    registry.catalogue.catch_up()
    return trace_edition(registry, *identify(registry, target))


def trace_edition(
    registry: Registry,
    number: RecordNumber,
    edition: int | None,
    findings: tuple[Finding, ...] = (),
) -> Trace:
    """Return everything known of a record, as one of its editions printed it.

    :param edition: the newest if None.
    :param findings: what is known of it already.
    :raises ControlError: if the number or the edition was never given.
    """
    folder = find_folder(registry.store, number)
    view = shown(registry, folder, edition)
    release = registry.forms.release(folder.form, Revision.parse(view.revision))
    findings += superseded(folder, view.edition)
    if folder.content is None:
        findings += (_unreadable(folder),)
    findings += voided(folder)
    unread = [other for other in registry.index.unread(Query()) if other != str(number)]
    told = message("whether one of them names this record is not known")
    findings += tuple(unread_findings(unread, told))
    counts = original(folder.events, registry.form_of(folder)) if folder.tombstone is None else None
    return Trace(
        **{name: getattr(view, name) for name in TracedRecord.__slots__},
        signers=tuple(FormSigner(role=one.role, name=one.name) for one in release.approvals),
        original=PurePosixPath(counts.file.path).name if counts is not None else "",
        related=_related(folder),
        related_from=registry.catalogue.related_from(str(number)),
        findings=(*findings, *seal_findings(registry, folder, view.revision)),
    )


def _related(folder: RecordFolder) -> tuple[str, ...]:
    return tuple(folder.content.record.get("related") or ()) if folder.content else ()


def _unreadable(folder: RecordFolder) -> Finding:
    """Return why only a record's seals and history can be view."""
    problem = folder.refusal()
    code = "CONTENT-UNREADABLE" if folder.tombstone is None else "RECORD-DISPOSED"
    remedy = problem.remedy if folder.tombstone is None else NOTHING
    return warning(code, str(folder.number), problem.reason, remedy, clause=problem.clause)


def superseded(folder: RecordFolder, edition: int) -> tuple[Finding, ...]:
    """Return a warning if an edition is not the newest of its record."""
    number, current = folder.number, folder.current.number
    if edition == current:
        return ()
    told = message(
        "edition {edition} was replaced by edition {current}", edition=edition, current=current
    )
    remedy = by_command(
        message("use the newer edition"),
        message("rmdocs export {number} --out DIR", number=number),
    )
    return (warning("EDITION-SUPERSEDED", str(number), told, remedy),)


def voided(folder: RecordFolder) -> tuple[Finding, ...]:
    """Return a warning if a record was declared void."""
    told = message("the record was declared void (作废)")
    return (warning("RECORD-VOID", str(folder.number), told),) if folder.voided else ()


def digest_of(target: str | File) -> str | None:
    """Return the SHA-256 that a file has or a text is; None for anything else."""
    if isinstance(target, File):
        return canonical.sha256(target.data)
    plain = "".join(narrow(target).lower().split())
    return plain if _SHA256.fullmatch(plain) else None


def identify(
    registry: Registry, target: str | File
) -> tuple[RecordNumber, int | None, tuple[Finding, ...]]:
    """Return which record a number, a file or a SHA-256 is of, and which edition if it says.

    :raises UsageError: if it is none of the three.
    :raises ControlError: if the store does not know it.
    :raises StoreError: if it may be of what is missing from the store, or cannot be read.
    """
    digest = digest_of(target)
    if digest is not None:
        name = target.base if isinstance(target, File) else target[:12]
        return _by_digest(registry, digest, name)
    try:
        return RecordNumber.typed(str(target)), None, ()
    except UsageError as problem:
        raise UsageError(
            message("“{text}” is no record number, and there is no such file", text=target),
            message(
                "give a number like RXD7200-02-JN01-2026-0001, a file, or a SHA-256 of"
                " 64 characters"
            ),
        ) from problem


def _by_digest(
    registry: Registry, digest: str, name: str
) -> tuple[RecordNumber, int | None, tuple[Finding, ...]]:
    found = registry.catalogue.sealed_file(digest)
    if found is None:
        catalogue = registry.catalogue
        lacking = [*(one.path for one in catalogue.lost()), *catalogue.unreadable()]
        if lacking:
            raise StoreError(
                message(
                    "{name} is not found, but it may be of what is missing from the store or cannot"
                    " be read there, such as {place}",
                    name=name,
                    place=lacking[0],
                ),
                by_command(
                    message("have the store verified, then restored from a backup"),
                    "rmdocs verify",
                ),
                clause="ISO 9001 §7.5.3",
            )
        raise ControlError(
            message("{name} is not known to this store: no event seals these bytes", name=name),
            message(
                "changed after issue, or issued elsewhere; compare it with an export of its number"
            ),
            clause="ISO 9001 §7.5.3",
        )
    return RecordNumber.parse(found.number), found.edition or None, ()


def seal_findings(registry: Registry, folder: RecordFolder, revision: str) -> Iterator[Finding]:
    """Yield why the record, or the form revision that is told of, cannot be called sealed.

    What was signed with a key that was revoked is told, too.
    """
    seals, ref = Seals.of(registry.control), folder.number.volume.ref
    head = registry.store.require_head(ref)
    yield from seals.findings(head, ref, folder.number.directory, folder.events)
    revoked = RevocationRegister.of(registry.control)
    yield from questioned_findings(revoked, registry.staff, ref, folder.events)
    yield from seals.of_control(registry.control, f"{FORMS}/{folder.form}/{revision}")
