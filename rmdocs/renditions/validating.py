"""What signatures are worth: those of a record, and those of a file that somebody brings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from rmdocs import canonical
from rmdocs.events.kinds import read_as
from rmdocs.events.records import PdfSigned
from rmdocs.findings import Finding, warning
from rmdocs.identifiers import RecordNumber
from rmdocs.messages import message
from rmdocs.registers.records import find_folder
from rmdocs.registers.renditions import (
    as_read,
    edition_of,
    set_aside_by,
    signed,
    signed_until,
    valid_editions,
)
from rmdocs.renditions.records import form_of_edition, subject_or_void
from rmdocs.renditions.signing import begun_anew, parties_of, sealed_times, unsigned
from rmdocs.signing.validation import validate

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rmdocs.issuing.registry import Registry
    from rmdocs.registers.records import RecordFolder
    from rmdocs.signing.signatures import Validation
    from rmdocs.signing.trust import Trust
    from rmdocs.store.event import Event


def validate_rendition(registry: Registry, number: RecordNumber, trust: Trust) -> Validation:
    """Return what the signatures of a record's newest edition are worth.

    :raises ControlError: if it is not signed electronically.
    """
    one = subject_or_void(registry, number)
    made = signed(one.folder.events)
    if not made:
        reason = message(
            "edition {edition} of {number} bears no electronic signature",
            edition=one.folder.current.number,
            number=number,
        )
        raise unsigned(one, reason)
    # What was sealed is judged as of its sealing: certificates end, the signature stands.
    sealed, events = made[-1], [rendition.event for rendition in made]
    pdf, parties = one.content(sealed.file), parties_of(one)
    found = validate(pdf, trust, sealed.event.time, parties, since=sealed_times(events))
    found = found.with_reasons(_reasons(one.folder, events))
    return _told(found, _outdated(one.folder, sealed.event, registry.zone))


def validate_file(
    registry: Registry, pdf: bytes, trust: Trust, now: datetime, name: str
) -> Validation:
    """Return what the signatures of a file are worth, and what the store knows of it.

    :param now: by which a file is judged that the store does not know.
    :param name: what to call it in findings.
    :raises FindingsError: if it is no PDF that can be judged.
    """
    registry.catalogue.catch_up()
    digest = canonical.sha256(pdf)
    known = registry.catalogue.sealed_file(digest)
    if known is None:
        found = validate(pdf, trust, now, (), name)
        return _told(found, _unknown(name) if found.signatures else ())
    number = RecordNumber.parse(known.number)
    folder = find_folder(registry.store, number)
    event = next(
        one
        for one in folder.events
        for file in (*as_read(one), *one.files)
        if file.sha256 == digest
    )
    # Who signs is asked of the form it was printed under: that stays when the record is void.
    form = form_of_edition(registry, number, edition_of(event) or folder.current.number)
    before = signed_until(folder.events, event)
    found = validate(pdf, trust, event.time, form.signing, name, since=sealed_times(before))
    found = found.with_reasons(_reasons(folder, before))
    return _told(found, _outdated(folder, event, registry.zone))


def _reasons(folder: RecordFolder, events: Iterable[Event]) -> dict[str, str]:
    """Return the reasons that were sealed with signatures, by their parties."""
    return {
        said.party: folder.reason(one)
        for one in events
        if (said := read_as(one, PdfSigned)) is not None
    }


def _told(found: Validation, more: Iterable[Finding]) -> Validation:
    return replace(found, findings=(*found.findings, *more))


def _unknown(name: str) -> Iterator[Finding]:
    reason = message("no event of this store seals the file: nobody here made it to be signed")
    remedy = message("compare it with an export of the record whose number it prints")
    yield warning("FILE-UNKNOWN", name, reason, remedy, clause="ISO 9001 §7.5.3")


def _outdated(folder: RecordFolder, event: Event, zone: ZoneInfo) -> Iterator[Finding]:
    """Yield why good signatures count no more: the record is void, gone or corrected since."""
    number = str(folder.number)
    if folder.voided:
        yield warning("RECORD-VOID", number, message("the record was declared void (作废)"))
    elif edition_of(event) not in set(valid_editions(folder.events)):
        reason = message("a correction has replaced the edition that was signed")
        yield warning("EDITION-SUPERSEDED", number, reason)
    begun = set_aside_by(event, folder.events) if read_as(event, PdfSigned) else None
    if begun is not None:
        reason = message(
            "{story}; what was signed before is kept, but counts no more",
            story=begun_anew(folder, begun, zone),
        )
        yield warning("SIGNING-ANEW", number, reason)
    if folder.tombstone is not None:
        yield warning("RECORD-DISPOSED", number, folder.refusal().reason)
