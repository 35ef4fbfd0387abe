"""Renditions of a record's documents: the formal PDF, its signatures, scans of signed paper.

Read from the record's own events (PREMIS *rendition*). A rendition belongs to
one edition; an edition that was replaced takes its renditions along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rmdocs.registers.records import as_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rmdocs.forms.form import Form
    from rmdocs.registers.records import RecordFolder
    from rmdocs.store.event import Event, SealedFile

RENDER, SIGN, SCAN = "render", "sign", "scan"
STAGE = "stage"
EDITION = "of_edition"
PDF_TYPE = "application/pdf"


@dataclass(frozen=True, slots=True)
class Rendition:
    """One rendition of one edition, as an event sealed it.

    :param kind: ``render``, ``sign`` or ``scan``.
    :param party: who signed, for a signature; empty otherwise.
    :param file: as a reader gets it; see :func:`~rmdocs.registers.records.as_read`.
    """

    kind: str
    edition: int
    party: str
    file: SealedFile
    event: Event


def renditions(folder: RecordFolder) -> Iterator[Rendition]:
    """Yield everything made of a record's documents, oldest first."""
    for event in folder.events:
        if event.kind in {RENDER, SIGN, SCAN}:
            party = str(event.facts.get("party", ""))
            for file in as_read(event):
                if file.path.endswith(".pdf"):
                    yield Rendition(event.kind, event.facts[EDITION], party, file, event)


def of_current(folder: RecordFolder) -> tuple[Rendition, ...]:
    """Return the renditions of the newest edition."""
    return of_edition(folder, folder.current.number)


def of_edition(folder: RecordFolder, edition: int) -> tuple[Rendition, ...]:
    """Return the renditions of one edition."""
    return tuple(one for one in renditions(folder) if one.edition == edition)


def rendered(folder: RecordFolder) -> Rendition | None:
    """Return the formal PDF of the newest edition's document, None if there is none yet."""
    found = [one for one in of_current(folder) if one.kind == RENDER]
    return found[0] if found else None


def signatures(folder: RecordFolder) -> tuple[Rendition, ...]:
    """Return the electronic signatures of the newest edition, in the order they were made."""
    return tuple(one for one in of_current(folder) if one.kind == SIGN)


def scans(folder: RecordFolder) -> tuple[Rendition, ...]:
    """Return the scans of the newest edition's signed paper."""
    return tuple(one for one in of_current(folder) if one.kind == SCAN)


def standing_editions(folder: RecordFolder) -> Iterator[int]:
    """Yield the editions that no correction has replaced, newest first.

    A stage adds to what was signed, such as the day of signing, and leaves it
    valid; an amendment or another revision does not.
    """
    for event in reversed(folder.events):
        edition = event.facts.get("edition")
        if edition is not None:
            yield edition
            if event.kind != STAGE:
                return


def signed(folder: RecordFolder) -> tuple[Rendition, ...]:
    """Return the electronic signatures of the newest standing edition that has any."""
    made = [one for one in renditions(folder) if one.kind == SIGN]
    editions = standing_editions(folder)
    found = (tuple(one for one in made if one.edition == edition) for edition in editions)
    return next(filter(None, found), ())


def original(folder: RecordFolder, form: Form) -> Rendition | None:
    """Return the signed original that counts: complete signatures, or the newest scan.

    None while no standing edition is signed by everyone.
    """
    electronic = signed(folder)
    if electronic and len(electronic) == len(form.signing):
        return electronic[-1]
    editions = set(standing_editions(folder))
    paper = [one for one in renditions(folder) if one.kind == SCAN and one.edition in editions]
    return paper[-1] if paper else None


def is_begun(folder: RecordFolder) -> bool:
    """Return whether somebody has signed a standing edition: nothing may replace it unasked."""
    editions = set(standing_editions(folder))
    return any(one.kind != RENDER and one.edition in editions for one in renditions(folder))
