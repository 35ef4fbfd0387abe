"""Verifying that an event says what its kind says: a fact that is missing, or of another type.

Whatever else is asked of an act asks it of what it says; where that cannot be read it
is told here, under the code by which it is told where the fact itself is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from rmdocs.events.control import EntryRequested, RevisionReleased
from rmdocs.events.copies import CopyAcknowledged
from rmdocs.events.facts import EventFacts, Unreadable
from rmdocs.events.kinds import read
from rmdocs.events.records import (
    PaperFiled,
    PdfMade,
    PdfSigned,
    RecordAmended,
    RecordDisposed,
    RecordIssued,
    RecordRegenerated,
    SigningBegunAnew,
    StageAdded,
    VoidRequested,
)
from rmdocs.findings import Finding, error
from rmdocs.messages import message

if TYPE_CHECKING:
    from rmdocs.store.event import Event

_CLAUSE = "ISO 15489-1 §5.2.2.3"
_FIND_OUT = message("find out who sealed it; what it says is not what such an act says")

_RENDITIONS = (PdfMade, PdfSigned, SigningBegunAnew, PaperFiled)
_CODES: Mapping[tuple[type[EventFacts], str], str] = MappingProxyType(
    {
        **{
            (kind, fact): "ISSUED-ON"
            for kind in (RecordIssued, RecordRegenerated)
            for fact in ("form", "revision", "issued_on")
        },
        **{(kind, "form_digest"): "REVISION-DIGEST" for kind in (RecordIssued, RecordRegenerated)},
        **{
            (kind, "content"): "RECORD-UNREADABLE"
            for kind in (StageAdded, RecordAmended, RecordRegenerated)
        },
        (StageAdded, "stage"): "RECORD-UNREADABLE",
        **{(kind, "of_edition"): "RENDITION-EDITION" for kind in _RENDITIONS},
        **{(kind, "filed_on"): "RENDITION-DATE" for kind in (PdfSigned, PaperFiled)},
        (PdfMade, "engine"): "RENDER-ENGINE",
        (PdfMade, "formal"): "RENDER-ENGINE",
        (PdfSigned, "party"): "SIGN-PARTY",
        (PdfSigned, "named"): "SIGN-NAMED",
        (PdfSigned, "certificate"): "SIGN-CERTIFICATE",
        (PdfSigned, "signatory"): "SIGN-CERTIFICATE",
        (PaperFiled, "pages"): "SCAN-PAGES",
        (PaperFiled, "slip"): "SCAN-SLIP",
        **{
            (kind, fact): "REQUEST-UNREADABLE"
            for kind in (VoidRequested, EntryRequested)
            for fact in ("request", "act", "concerns")
        },
        (RecordDisposed, "certificate"): "DISPOSED-UNAPPROVED",
        (RevisionReleased, "change"): "RELEASE-UNREQUESTED",
        (CopyAcknowledged, "exemplar"): "COPY-EXEMPLAR",
    }
)
"""The codes by which facts are told where they are wrong; others are told as EVENT-FACTS."""


def fact_findings(event: Event) -> Iterator[Finding]:
    """Yield the facts of an event that are missing, or not as its kind has them."""
    said = read(event)
    if not isinstance(said, Unreadable):
        return
    for fact in said.faults:
        code = "RULES-OTHER" if fact == "rules" else _CODES.get((said.of, fact), "EVENT-FACTS")
        yield error(
            code,
            f"{event.place}:{fact}",
            message("it does not say this, or not as such an act does: {act}", act=said.told),
            _FIND_OUT,
            clause=_CLAUSE,
        )
